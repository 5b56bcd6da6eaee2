// Package service holds what an organization has from its provider: services (hosting packages, lines) and domains, with
// the contacts that are assigned to each. They come from the provider's billing system; customers assign contacts (S04)
// and ask for a cancellation, which is a significant change.
package service

import (
	"slices"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/text"
)

// Kind tells services and domains apart; they are on two lines of the permission matrix.
type Kind string

const (
	Service Kind = "service"
	Domain  Kind = "domain"
)

// View is the right to see things of the kind.
func (k Kind) View() perm.Right {
	if k == Domain {
		return perm.DomainsView
	}
	return perm.ServicesView
}

// Update is the right to assign contacts to things of the kind, and to ask for their cancellation.
func (k Kind) Update() perm.Right {
	if k == Domain {
		return perm.DomainsUpdate
	}
	return perm.ServicesUpdate
}

// State of a service or domain.
type State string

const (
	Pending   State = "pending" // being set up
	Active    State = "active"
	Suspended State = "suspended"
	Ending    State = "ending" // a cancellation was approved; it runs until EndsOn
	Ended     State = "ended"
)

// States are all states in the order in which people see them.
func States() []State { return []State{Pending, Active, Suspended, Ending, Ended} }

// Known reports whether s is one of them.
func (s State) Known() bool { return slices.Contains(States(), s) }

// Runs reports whether there is something that a contact can be assigned to.
func (s State) Runs() bool { return s != Ended && s != "" }

// Role is what a contact is assigned for.
type Role string

const (
	Support Role = "support" // technical questions: "Contact Support"
	Billing Role = "billing" // "Billing Contact"
)

// Category is the category of the messages that somebody in the role gets.
func (r Role) Category() routing.Category {
	if r == Billing {
		return routing.Financial
	}
	return routing.Technical
}

// Owned is one service or domain. Days are written YYYY-MM-DD.
type Owned struct {
	ID        id.Service      `json:"id"`
	Org       id.Organization `json:"-"`
	Kind      Kind            `json:"kind"`
	Name      string          `json:"name"`
	Product   string          `json:"product,omitempty"`
	State     State           `json:"state"`
	Support   id.Contact      `json:"support_contact,omitempty"` // "": deactivated
	Billing   id.Contact      `json:"billing_contact,omitempty"`
	RenewsOn  string          `json:"renews_on,omitempty"`
	EndsOn    string          `json:"ends_on,omitempty"`
	Key       string          `json:"key,omitempty"` // what the provider's billing system calls it
	Cancelled bool            `json:"-"`             // a cancellation was approved here, and the billing system has not said so yet
	Version   int64           `json:"version"`
	ChangedAt time.Time       `json:"changed_at,omitzero"`
}

// Assigned is the contact in a role, "" for nobody.
func (o *Owned) Assigned(r Role) id.Contact {
	if r == Billing {
		return o.Billing
	}
	return o.Support
}

// AssignedFor is the contact whom messages of a category about it go to.
func (o *Owned) AssignedFor(c routing.Category) id.Contact {
	if c == routing.Financial {
		return o.Billing
	}
	return o.Support
}

// Assign puts a contact into a role, nobody for "".
func (o *Owned) Assign(r Role, c id.Contact) error {
	if c != "" && !o.State.Runs() {
		return errs.InState(string(o.State), "service.error.not_running")
	}
	if r == Billing {
		o.Billing = c
	} else {
		o.Support = c
	}
	return nil
}

// MayCancel reports why nobody can ask for its cancellation now, nil when they can.
func (o *Owned) MayCancel() error {
	if o.State == Ending || !o.State.Runs() {
		return errs.InState(string(o.State), "service.error.cancelled")
	}
	return nil
}

// CancellationApproved makes it end; when, is the provider's to say.
func (o *Owned) CancellationApproved() error {
	if err := o.MayCancel(); err != nil {
		return err
	}
	o.State, o.Cancelled = Ending, true
	return nil
}

// Follow takes the state that the billing system says. What it knew before a cancellation was approved here does not undo
// that: until it has said once that the service ends, every other state is refused. After that it may have it run again.
func (o *Owned) Follow(s State) error {
	ends := s == Ending || s == Ended
	if o.Cancelled && !ends {
		return errs.InState(string(o.State), "service.error.cancellation_approved")
	}
	o.State, o.Cancelled = s, false
	return nil
}

// Longest texts, in code points.
const (
	MaxName    = 120
	MaxProduct = 120
	MaxKey     = 100
)

// Check gives it as it is stored, or a bad field.
func (o *Owned) Check() error {
	o.Name, o.Product, o.Key = text.Line(o.Name), text.Line(o.Product), strings.TrimSpace(o.Key)
	switch {
	case o.Kind != Service && o.Kind != Domain:
		return errs.BadField("kind", "error.invalid")
	case o.Name == "" || len([]rune(o.Name)) > MaxName:
		return errs.BadField("name", "service.error.name", "max", MaxName)
	case len([]rune(o.Product)) > MaxProduct:
		return errs.BadField("product", "service.error.name", "max", MaxProduct)
	case len(o.Key) > MaxKey || strings.ContainsFunc(o.Key, func(r rune) bool { return r < ' ' || r > '~' }):
		return errs.BadField("key", "service.error.key", "max", MaxKey)
	case !o.State.Known():
		return errs.BadField("state", "error.invalid")
	case !Day(o.RenewsOn):
		return errs.BadField("renews_on", "service.error.day")
	case !Day(o.EndsOn):
		return errs.BadField("ends_on", "service.error.day")
	}
	return nil
}

// Day reports whether s is a day of the calendar as YYYY-MM-DD, or "".
func Day(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
