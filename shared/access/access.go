// Package access is the life of remote access: an agent asks, the customer decides, the grant runs and ends. Every
// method takes who acts and when; none reads a clock, a database or the network. A method changes nothing when it
// returns an error.
package access

import (
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
)

// State of a request and of the grant that it becomes.
type State string

const (
	Pending State = "pending"
	Active  State = "active"

	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
	Lapsed    State = "lapsed"

	Expired State = "expired"
	Revoked State = "revoked"
	Ended   State = "ended"
)

// Final reports whether nothing can happen to it any more.
func (s State) Final() bool { return s != Pending && s != Active }

// Source says how a grant came to be.
type Source string

const (
	Requested Source = "request" // an agent asked
	Invited   Source = "invite"  // the customer invited support unasked (R12)
	Managed   Source = "managed" // the organization is managed by the service provider (R03)
)

// Role is what the agent is inside the organization. Both hold the same rights, perm.Support; the name tells people
// whether support was let in or runs the place.
type Role string

const (
	SuperAdmin Role = "super_admin"
	Owner      Role = "owner"
)

const (
	PendingFor       = 72 * time.Hour     // then a request lapses
	SessionAtMost    = 8 * time.Hour      // a support session's own bound
	DefaultMaximum   = 24 * time.Hour     // an organization's bound on a grant, unless its owner set another
	GreatestMaximum  = 7 * 24 * time.Hour // the highest bound an owner can set
	ShortestDuration = 15 * time.Minute
	NoteAtMost       = 500 // characters of a note or a reason
)

// Durations are those offered, the default first. Any other within the bounds may be typed.
func Durations() []time.Duration {
	const h = time.Hour
	return []time.Duration{h, 4 * h, 8 * h, 24 * h, 72 * h, 168 * h}
}

// Person is who did something, with the name they had then: history keeps it when the row behind it is gone.
type Person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// Requester is an agent who asked, or who joined a colleague's request.
type Requester struct {
	Staff id.Staff  `json:"staff"`
	Login id.Login  `json:"-"`
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
}

// Request is one request for access and, once approved, the grant.
type Request struct {
	ID         id.AccessRequest `json:"id"`
	Org        id.Organization  `json:"org"`
	State      State            `json:"state"`
	Source     Source           `json:"source"`
	Role       Role             `json:"role"`
	Requesters []Requester      `json:"requesters"`
	Note       string           `json:"note,omitempty"`
	Phrase     string           `json:"phrase,omitempty"` // shown to both sides, so that they know they speak of the same request

	Requested int  `json:"requested_minutes"` // as asked, in minutes; 0 when nobody asked
	Granted   int  `json:"granted_minutes"`   // as decided, in minutes from StartsAt; 0 before the decision
	NamedOnly bool `json:"named_only,omitempty"`

	CreatedAt time.Time `json:"created_at"`
	LapsesAt  time.Time `json:"lapses_at"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	DecidedBy Person    `json:"decided_by,omitzero"`
	StartsAt  time.Time `json:"starts_at,omitzero"`
	EndsAt    time.Time `json:"ends_at,omitzero"` // while active: when it will end
	EndedAt   time.Time `json:"ended_at,omitzero"`
	EndedBy   Person    `json:"ended_by,omitzero"`
	Reason    string    `json:"reason,omitempty"` // given with a rejection or an end

	Extension *Extension `json:"extension,omitempty"` // the one that waits, if any
}

// ExtensionState of a wish for more time.
type ExtensionState string

const (
	ExtensionPending  ExtensionState = "pending"
	ExtensionApproved ExtensionState = "approved"
	ExtensionRejected ExtensionState = "rejected"
	ExtensionLapsed   ExtensionState = "lapsed" // the grant ended first
)

// Extension is an agent's wish for more time on an active grant.
type Extension struct {
	ID    id.Extension   `json:"id"`
	By    Requester      `json:"by"`
	Asked int            `json:"asked_minutes"`
	State ExtensionState `json:"state"`
}

// Agent is a member of staff who acts, as the current rows say.
type Agent struct {
	Staff id.Staff
	Login id.Login
	Name  string
	Rank  org.Rank
}

func (a Agent) requester(now time.Time) Requester {
	return Requester{Staff: a.Staff, Login: a.Login, Name: a.Name, At: now}
}

func (a Agent) person() Person { return Person{ID: string(a.Staff), Name: a.Name} }

// Approver is a contact who decides, as the current rows say at that moment.
type Approver struct {
	Contact    id.Contact
	Login      id.Login
	Name       string
	MayApprove bool // owner, or holder of remote_support.approve, now
	IsStaff    bool // the same login also works for the provider
	InSupport  bool // acts through a support session
}

func (a Approver) person() Person { return Person{ID: string(a.Contact), Name: a.Name} }

// mayEnd refuses whoever can't end a grant: without the right, or from inside a support session. Ending takes less than
// deciding: nobody gains by it.
func (a Approver) mayEnd() error {
	if !a.MayApprove || a.InSupport || a.Contact == "" {
		return errs.New(errs.Forbidden, "access.error.not_approver")
	}
	return nil
}

// may refuses whoever can't decide about r: who can't end it either, staff of the provider, and whoever asked (by
// login, joined ones too).
func (a Approver) may(r *Request) error {
	if err := a.mayEnd(); err != nil {
		return err
	}
	if a.IsStaff {
		return errs.New(errs.Forbidden, "access.error.not_approver")
	}
	for _, q := range r.Requesters {
		if q.Login != "" && q.Login == a.Login {
			return errs.New(errs.Forbidden, "access.error.own_request")
		}
	}
	return nil
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

func (r *Request) in(want State) error {
	if r.State != want {
		return errs.InState(string(r.State), "access.error.state."+string(r.State))
	}
	return nil
}

// CheckDuration refuses a duration outside the bounds, naming the field.
func CheckDuration(field string, d, maximum time.Duration) error {
	switch {
	case d < ShortestDuration:
		return errs.BadField(field, "access.error.too_short", "minutes", int(ShortestDuration/time.Minute))
	case d > maximum:
		return errs.BadField(field, "access.error.too_long", "hours", int(maximum/time.Hour))
	case d%time.Minute != 0:
		return errs.BadField(field, "access.error.whole_minutes")
	}
	return nil
}

// CheckText refuses a note or reason over NoteAtMost characters.
func CheckText(field, s string) error {
	if n := len([]rune(s)); n > NoteAtMost {
		return errs.BadField(field, "access.error.text_too_long", "n", n, "most", NoteAtMost)
	}
	return nil
}
