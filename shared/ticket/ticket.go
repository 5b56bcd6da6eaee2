// Package ticket is the conversation between a customer and the Support team: its states, who may do what to it, and the
// limits of what it holds. States: open (the Support team has to answer) ⇄ pending (the customer has to) ⇄ on_hold (the
// Support team waits for somebody else) → closed, and back to open by an answer within ReopenDays.
package ticket

import (
	"slices"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/text"
)

// State of a ticket, named by who has to act.
type State string

const (
	Open    State = "open"
	Pending State = "pending"
	OnHold  State = "on_hold"
	Closed  State = "closed"
)

// States are all states in the order in which people see them.
func States() []State { return []State{Open, Pending, OnHold, Closed} }

// Known reports whether s is one of them.
func (s State) Known() bool { return slices.Contains(States(), s) }

// ReopenDays is for how long a closed ticket can be taken up again; after that a new one is opened.
const ReopenDays = 30

// Limits. Texts count in code points, files in bytes.
const (
	MaxSubject     = 150
	MaxText        = 20_000
	MaxFiles       = 10       // of one message
	MaxFile        = 10 << 20 // bytes of one
	MaxFiled       = 25 << 20 // bytes of all of one message
	MaxCopies      = 20
	MaxMessages    = 2_000
	MaxFileName    = 120
	WaitingFiles   = 40 // files of one person that no message has taken yet
	FilesWaitHours = 24
)

// Side is who speaks.
type Side string

const (
	ByContact Side = "contact"
	ByStaff   Side = "staff"
	BySystem  Side = "system"
)

// Author is who acts, with the name of that moment.
type Author struct {
	Side Side   `json:"kind"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// Ticket of an organization.
type Ticket struct {
	ID           id.Ticket        `json:"id"`
	Org          id.Organization  `json:"org"`
	Number       int64            `json:"number"`
	Service      id.Service       `json:"service,omitempty"`
	Category     routing.Category `json:"category"`
	Subject      string           `json:"subject"`
	State        State            `json:"state"`
	WaitingSince time.Time        `json:"waiting_since"` // whoever the state says; when it was closed, for a closed one
	Opener       id.Contact       `json:"opener,omitempty"`
	OpenerName   string           `json:"opener_name"`
	Assignee     id.Staff         `json:"assignee,omitempty"`
	AssigneeName string           `json:"assignee_name,omitempty"`
	Copies       []id.Contact     `json:"copies,omitempty"`
	CreatedAt    time.Time        `json:"created_at"`
	ChangedAt    time.Time        `json:"changed_at"` // when the customer last saw something new in it
	ClosedAt     time.Time        `json:"closed_at,omitzero"`

	Messages int   `json:"-"` // in it, notes and events too
	Version  int64 `json:"-"`
}

// Kind of a message.
type Kind string

const (
	Reply Kind = "reply"
	Note  Kind = "note"  // for staff alone
	Event Kind = "event" // something was done; the text is its name
)

// Names of events.
const (
	EventClosed   = "closed"
	EventReopened = "reopened"
	EventOnHold   = "on_hold"
)

// Via is the way a message came.
type Via string

const (
	ViaPortal Via = "portal"
	ViaMail   Via = "mail"
)

// File is an attachment without its bytes.
type File struct {
	ID       id.Attachment `json:"id"`
	Name     string        `json:"name"`
	Type     string        `json:"type"` // media type by its first bytes
	Size     int64         `json:"size"`
	Stripped int           `json:"stripped,omitempty"` // secrets that were taken out of it before it was kept
}

// Message of a ticket.
type Message struct {
	ID      id.Message `json:"id"`
	Kind    Kind       `json:"kind"`
	Author  Author     `json:"author"`
	Via     Via        `json:"via"`
	Text    string     `json:"text"`
	Trimmed bool       `json:"trimmed,omitempty"` // quoted text of the mail was cut off
	Files   []File     `json:"files,omitempty"`
	At      time.Time  `json:"at"`

	Seq    int    `json:"-"`
	MailID string `json:"-"`
}

// New opens a ticket, which waits for the Support team.
func New(t Ticket, now time.Time) (*Ticket, error) {
	t.Subject = text.Line(t.Subject)
	switch {
	case t.Subject == "" || len([]rune(t.Subject)) > MaxSubject:
		return nil, errs.BadField("subject", "ticket.error.subject", "max", MaxSubject)
	case !t.Category.Known():
		return nil, errs.BadField("category", "error.invalid")
	}
	if err := t.Copy(t.Copies); err != nil {
		return nil, err
	}
	t.State, t.WaitingSince, t.CreatedAt, t.ChangedAt = Open, now, now, now
	return &t, nil
}

// Copy sets who is copied in, each once.
func (t *Ticket) Copy(list []id.Contact) error {
	list = slices.Clone(list)
	slices.Sort(list)
	list = slices.DeleteFunc(slices.Compact(list), func(c id.Contact) bool { return c == t.Opener })
	if len(list) > MaxCopies {
		return errs.BadField("copies", "ticket.error.copies", "max", MaxCopies)
	}
	t.Copies = list
	return nil
}

// CheckText gives a message's text as it is stored. A message that brings files may do without words.
func CheckText(s string, files int) (string, error) {
	s = strings.TrimSpace(text.Plain(s))
	switch {
	case s == "" && files == 0:
		return "", errs.BadField("text", "ticket.error.text")
	case len([]rune(s)) > MaxText:
		return "", errs.BadField("text", "ticket.error.text_long", "max", MaxText)
	}
	return s, nil
}

// Answer is a reply by a side: it moves the ticket to the other. It gives the name of an event that goes before the
// message, "" for none.
func (t *Ticket) Answer(by Side, now time.Time) (event string, err error) {
	if t.State == Closed {
		if !t.MayReopen(now) {
			return "", errs.InState(string(Closed), "ticket.error.closed_long", "days", ReopenDays)
		}
		event = EventReopened
	}
	if t.Messages >= MaxMessages {
		return "", errs.InState(string(t.State), "ticket.error.full")
	}
	to := Open
	if by == ByStaff {
		to = Pending
	}
	t.move(to, now)
	t.ChangedAt = now
	return event, nil
}

// MayReopen reports whether a closed ticket can still be taken up again.
func (t *Ticket) MayReopen(now time.Time) bool { return now.Sub(t.ClosedAt) <= ReopenDays*24*time.Hour }

// Close ends it. Either side may.
func (t *Ticket) Close(now time.Time) error {
	if t.State == Closed {
		return errs.InState(string(Closed), "ticket.error.closed")
	}
	t.move(Closed, now)
	t.ChangedAt = now
	return nil
}

// Reopen takes a closed one up again without an answer.
func (t *Ticket) Reopen(now time.Time) error {
	if t.State != Closed {
		return errs.InState(string(t.State), "ticket.error.not_closed")
	}
	_, err := t.Answer(ByContact, now)
	return err
}

// Set is the Support team's hand on the state: open, pending or on hold.
func (t *Ticket) Set(to State, now time.Time) error {
	switch {
	case to == Closed:
		return t.Close(now)
	case !to.Known():
		return errs.BadField("state", "error.invalid")
	case t.State == Closed:
		if err := t.Reopen(now); err != nil {
			return err
		}
	}
	t.move(to, now)
	return nil
}

// move changes the state. Who waits goes on waiting while the state stays: a second answer by the same side does not
// start the clock anew.
func (t *Ticket) move(to State, now time.Time) {
	if t.State == to {
		return
	}
	t.State, t.WaitingSince = to, now
	t.ClosedAt = time.Time{}
	if to == Closed {
		t.ClosedAt = now
	}
}
