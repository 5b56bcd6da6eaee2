// Package verification is one call or chat in which an agent finds out who speaks: what the outcome permits, and for
// how long it counts.
package verification

import (
	"time"

	"countersign/shared/id"
)

// Channel is how the caller speaks with the agent.
type Channel string

const (
	Phone Channel = "phone"
	Chat  Channel = "chat"
)

// Outcome of a check. A wrong code is an outcome, not an error.
type Outcome string

const (
	Open    Outcome = "" // nothing was checked yet
	Match   Outcome = "match"
	NoMatch Outcome = "no_match"
	Locked  Outcome = "locked"  // the standing codes don't answer now; a one-time phrase still works
	NoCode  Outcome = "no_code" // neither the caller nor the account has a code or phrase
)

// Matched says which code was right.
type Matched string

const (
	OwnCode     Matched = "own"
	AccountCode Matched = "account"
	Phrase      Matched = "phrase"
)

// Tier is how much a request can do, and so what it needs.
type Tier int

const (
	Information Tier = iota // T0: nothing changes
	Minor                   // T1: the code suffices
	Significant             // T2: the code, and approval in the portal
	Never                   // T3: credentials, second factors, codes, ownership, port-out: by no voice
)

// How long a verification stays open, and a match counts as the agent's receipt.
const (
	Life        = 15 * time.Minute
	ReceiptLife = 15 * time.Minute
)

// Verification as agent and customer see it; it holds no code. Counter is the phrase that the agent reads out.
type Verification struct {
	ID          id.Verification `json:"id"`
	Org         id.Organization `json:"org"`
	Staff       id.Staff        `json:"staff"`
	StaffName   string          `json:"staff_name"`
	Channel     Channel         `json:"channel"`
	Ticket      string          `json:"ticket,omitempty"`
	Contact     id.Contact      `json:"contact"` // who the caller says they are
	ContactName string          `json:"contact_name"`
	Counter     string          `json:"counter"`
	StartedAt   time.Time       `json:"started_at"`
	ExpiresAt   time.Time       `json:"expires_at"`
	Outcome     Outcome         `json:"outcome"`
	Matched     Matched         `json:"matched,omitempty"`
	MatchedAt   time.Time       `json:"matched_at,omitzero"`
	Until       time.Time       `json:"until,omitzero"` // end of the receipt
	ClosedAt    time.Time       `json:"closed_at,omitzero"`
	DeniedAt    time.Time       `json:"denied_at,omitzero"` // the customer said: that's not me
}

// Running reports whether the call can still be verified: not closed, not denied, not over.
func (v *Verification) Running(now time.Time) bool {
	return v.ClosedAt.IsZero() && v.DeniedAt.IsZero() && now.Before(v.ExpiresAt)
}

// Receipt reports whether the verification is proof at this time that its caller is who they say.
func (v *Verification) Receipt(now time.Time) bool {
	return v.Outcome == Match && v.ClosedAt.IsZero() && v.DeniedAt.IsZero() && now.Before(v.Until)
}

// MatchNow makes the verification the agent's receipt.
func (v *Verification) MatchNow(m Matched, now time.Time) {
	v.Outcome, v.Matched, v.MatchedAt, v.Until = Match, m, now, now.Add(ReceiptLife)
}

// Permits is the highest tier that the caller may ask for by this channel: a match without phone and chat authority
// gives information only, the account holder has to call for more (S06). The owner always has the authority.
func Permits(o Outcome, authority bool) Tier {
	switch {
	case o != Match || !authority:
		return Information
	}
	return Significant
}
