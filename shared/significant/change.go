// Package significant is about significant changes: what a verified caller asked for, or a contact in the portal, that the
// organization has to decide in the portal, like remote access. States: pending → approved | rejected | withdrawn | lapsed; all but the first are
// final.
package significant

import (
	"encoding/hex"
	"hash/fnv"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/text"
	"countersign/shared/verification"
)

// State of a change.
type State string

const (
	Pending   State = "pending"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn"
	Lapsed    State = "lapsed"
)

// Kind of a change.
type Kind string

const (
	Significant  Kind = "change"
	Cancellation Kind = "cancellation"
)

// LapsesAfter is how long a change waits for its decision.
const LapsesAfter = 72 * time.Hour

// MaxSubject and MaxNote bound the texts, in code points.
const (
	MaxSubject = 120
	MaxNote    = 500
)

// Change asked for by a caller and recorded by an agent, or asked for by a contact in the portal, which has no
// verification and no agent. Decided by the organization.
type Change struct {
	ID           id.Change       `json:"id"`
	Org          id.Organization `json:"org"`
	Verification id.Verification `json:"verification,omitempty"`
	Staff        id.Staff        `json:"staff,omitempty"`
	StaffLogin   id.Login        `json:"-"`
	StaffName    string          `json:"staff_name,omitempty"`
	Caller       id.Contact      `json:"caller"`
	CallerName   string          `json:"caller_name"`

	Channel verification.Channel `json:"channel,omitempty"` // how the caller was verified; it stands with the call, and never changes
	Matched verification.Matched `json:"matched,omitempty"`

	Kind        Kind       `json:"kind"`
	Service     id.Service `json:"service,omitempty"` // that a cancellation in the portal is of
	Subject     string     `json:"subject"`
	Note        string     `json:"note,omitempty"`
	Ticket      string     `json:"ticket,omitempty"`
	State       State      `json:"state"`
	CreatedAt   time.Time  `json:"created_at"`
	LapsesAt    time.Time  `json:"lapses_at"`
	DecidedAt   time.Time  `json:"decided_at,omitzero"`
	DecidedBy   id.Contact `json:"decided_by,omitempty"`
	DecidedName string     `json:"decided_by_name,omitempty"`
	Reason      string     `json:"reason,omitempty"`
}

// Decider is whoever decides a change.
type Decider struct {
	Contact    id.Contact
	Login      id.Login
	Name       string
	MayApprove bool
	IsStaff    bool // works for the provider too
	InSupport  bool
}

// InPortal reports whether a contact asked for it in the portal.
func (c *Change) InPortal() bool { return c.Verification == "" }

// New records what a verified caller asks for, or a contact in the portal.
func New(c Change, now time.Time) (*Change, error) {
	c.Subject, c.Note = text.Line(c.Subject), strings.TrimSpace(text.Plain(c.Note))
	switch {
	case c.Kind != Significant && c.Kind != Cancellation:
		return nil, errs.BadField("kind", "error.invalid")
	case c.Subject == "" || len([]rune(c.Subject)) > MaxSubject:
		return nil, errs.BadField("subject", "change.error.subject")
	case len([]rune(c.Note)) > MaxNote:
		return nil, errs.BadField("note", "change.error.note")
	}
	c.State, c.CreatedAt, c.LapsesAt = Pending, now, now.Add(LapsesAfter)
	return &c, nil
}

// Fingerprint is of what a decider sees of the change; a decision names it, so that none is made about something else.
func (c *Change) Fingerprint() string {
	h := fnv.New64a()
	for _, part := range []string{string(c.ID), string(c.Staff), string(c.Caller), string(c.Kind), c.Subject, c.Note, c.Ticket, string(c.Service)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Approve lets the change be made.
func (c *Change) Approve(by Decider, seen string, now time.Time) error {
	return c.decide(Approved, by, seen, "", now)
}

// Reject refuses the change; the agent sees the reason.
func (c *Change) Reject(by Decider, seen, reason string, now time.Time) error {
	reason = strings.TrimSpace(text.Plain(reason))
	if len([]rune(reason)) > MaxNote {
		return errs.BadField("reason", "change.error.note")
	}
	return c.decide(Rejected, by, seen, reason, now)
}

func (c *Change) decide(to State, by Decider, seen, reason string, now time.Time) error {
	switch {
	case by.InSupport:
		return errs.New(errs.Forbidden, "support.error.barred")
	case !by.MayApprove:
		return errs.New(errs.Forbidden, "error.forbidden")
	case by.IsStaff || by.Login == c.StaffLogin:
		return errs.New(errs.Forbidden, "change.error.own")
	}
	if err := c.waits(now); err != nil {
		return err
	}
	if seen != c.Fingerprint() {
		return errs.InState(string(c.State), "change.error.other")
	}
	c.State, c.DecidedAt, c.DecidedBy, c.DecidedName, c.Reason = to, now, by.Contact, by.Name, reason
	return nil
}

// Withdraw takes the change back before it is decided.
func (c *Change) Withdraw(by id.Staff, lead bool, now time.Time) error {
	if c.InPortal() || by != c.Staff && !lead {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := c.waits(now); err != nil {
		return err
	}
	c.State, c.DecidedAt = Withdrawn, now
	return nil
}

// TakeBack withdraws a change that its asker in the portal does not want any more.
func (c *Change) TakeBack(by id.Contact, now time.Time) error {
	if !c.InPortal() || by != c.Caller {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := c.waits(now); err != nil {
		return err
	}
	c.State, c.DecidedAt = Withdrawn, now
	return nil
}

// Tick lapses a change that waited too long; it reports whether it did.
func (c *Change) Tick(now time.Time) bool {
	if c.State != Pending || now.Before(c.LapsesAt) {
		return false
	}
	c.State, c.DecidedAt = Lapsed, c.LapsesAt
	return true
}

func (c *Change) waits(now time.Time) error {
	state := c.State
	if state == Pending && !now.Before(c.LapsesAt) {
		state = Lapsed
	}
	if state != Pending {
		return errs.InState(string(state), "change.error.state."+string(state))
	}
	return nil
}
