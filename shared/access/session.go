package access

import (
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// Session is one agent's stay inside an organization: its own credential, never the customer's.
type Session struct {
	ID        id.SupportSession `json:"id"`
	Request   id.AccessRequest  `json:"request"`
	Org       id.Organization   `json:"org"`
	Staff     id.Staff          `json:"staff"`
	Name      string            `json:"name"`
	Role      Role              `json:"role"`
	Viewing   string            `json:"viewing,omitempty"` // the page the agent has open, as a route of the portal
	StartedAt time.Time         `json:"started_at"`
	EndsAt    time.Time         `json:"ends_at"`
	EndedAt   time.Time         `json:"ended_at,omitzero"`
	EndedWhy  string            `json:"ended_why,omitempty"` // left, expired, revoked, ended, signed_out, deactivated

	StaffSession id.Session `json:"-"` // the sign-in it hangs on
	staffEnds    time.Time
}

// Why a session ended.
const (
	WhyLeft        = "left"
	WhyExpired     = "expired"
	WhyRevoked     = "revoked"
	WhyEnded       = "ended"
	WhySignedOut   = "signed_out"
	WhyDeactivated = "deactivated"
)

// MayUse reports whether the grant is open to the agent: to all, or to those it names.
func (r *Request) MayUse(a Agent) bool { return !r.NamedOnly || r.named(a.Staff) }

// Enter opens a personal session under a running grant. It ends with the grant, after SessionAtMost, or with the
// agent's own sign-in, whichever is first.
func (r *Request) Enter(sid id.SupportSession, by Agent, signIn id.Session, signInEnds, now time.Time) (*Session, error) {
	if err := r.running(now); err != nil {
		return nil, err
	}
	if !r.MayUse(by) {
		return nil, errs.New(errs.Forbidden, "access.error.named_only")
	}
	if !now.Before(signInEnds) {
		return nil, errs.New(errs.Unauthenticated, "error.unauthenticated")
	}
	s := &Session{
		ID: sid, Request: r.ID, Org: r.Org, Staff: by.Staff, Name: by.Name, Role: r.Role,
		StartedAt: now, StaffSession: signIn, staffEnds: signInEnds,
	}
	s.EndsAt = s.end(r)
	return s, nil
}

func (s *Session) end(r *Request) time.Time {
	end := s.StartedAt.Add(SessionAtMost)
	for _, t := range []time.Time{r.EndsAt, s.staffEnds} {
		if !t.IsZero() && t.Before(end) {
			end = t
		}
	}
	return end
}

// Follow moves the session's end with its grant's; signInEnds bounds it as at Enter.
func (s *Session) Follow(r *Request, signInEnds time.Time) {
	s.staffEnds = signInEnds
	s.EndsAt = s.end(r)
}

// Open reports whether the session still lets its agent act, under its grant as it is now.
func (s *Session) Open(r *Request, now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.EndsAt) && r.Runs(now) && s.Request == r.ID
}

// End closes the session; a second end keeps the first's time and reason.
func (s *Session) End(why string, now time.Time) {
	if !s.EndedAt.IsZero() {
		return
	}
	if now.After(s.EndsAt) {
		now, why = s.EndsAt, WhyExpired
	}
	s.EndedAt, s.EndedWhy = now, why
}

// WhyOf is the reason that sessions end with when their grant went into a final state.
func WhyOf(s State) string {
	switch s {
	case Revoked:
		return WhyRevoked
	case Expired:
		return WhyExpired
	}
	return WhyEnded
}
