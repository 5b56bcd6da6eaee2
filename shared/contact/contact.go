// Package contact holds the people (and firms) that an organization names, and what they may do in it.
package contact

import (
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// Kind says whether a contact is a person or a firm.
type Kind string

const (
	Individual  Kind = "individual"
	LegalEntity Kind = "legal_entity"
)

// Type is the person's role in the organization; its label is the catalogue entry "contact.type." + the type.
type Type string

const (
	Management   Type = "management"
	Technical    Type = "technical"
	WebDesigner  Type = "web_designer"
	WebDeveloper Type = "web_developer"
	Webmaster    Type = "webmaster"
	Accounting   Type = "accounting"
	Commercial   Type = "commercial"
	Legal        Type = "legal"
	Other        Type = "other"
)

// Types are all contact types in the order in which people see them.
func Types() []Type {
	return []Type{Management, Technical, WebDesigner, WebDeveloper, Webmaster, Accounting, Commercial, Legal, Other}
}

// Proposes is the role that a contact of this type usually needs, "" for none (K06).
func (t Type) Proposes() perm.Role {
	switch t {
	case WebDesigner, WebDeveloper, Webmaster:
		return perm.Services
	case Accounting:
		return perm.Billing
	case Technical:
		return perm.Tickets
	}
	return ""
}

// Address is a postal address. Country is ISO 3166-1 alpha-2.
type Address struct {
	Street   string `json:"street,omitempty" maxLength:"200"`
	Postcode string `json:"postcode,omitempty" maxLength:"20"`
	City     string `json:"city,omitempty" maxLength:"120"`
	Country  string `json:"country,omitempty" maxLength:"2"`
}

// Subscription is what a contact is told about by mail of one sort of message: nothing without On; then only about
// services assigned to them (Isolated), about all of the account (Global). Without either it counts as Isolated.
type Subscription struct {
	On       bool `json:"on,omitempty"`
	Isolated bool `json:"isolated,omitempty"`
	Global   bool `json:"global,omitempty"`
}

// Correspondence is which mail a contact gets beside what concerns themselves (S03).
type Correspondence struct {
	Assistance Subscription `json:"assistance"` // technical and commercial
	Financial  Subscription `json:"financial"`
}

// TicketScope is which tickets a contact with the right to read them sees.
type TicketScope string

const (
	AllTickets      TicketScope = "all"
	AssignedTickets TicketScope = "assigned" // their own, those they are copied in, and those of services assigned to them
)

// Contact is a person or firm of one organization; with a login it is also a way in.
type Contact struct {
	ID      id.Contact      `json:"id"`
	Org     id.Organization `json:"-"`
	Login   id.Login        `json:"-"` // "" without portal access, and until the invitation is accepted
	Kind    Kind            `json:"kind"`
	Type    Type            `json:"type,omitempty"`
	Name    string          `json:"name"` // of the person; of a legal entity the person to ask for, or the firm again
	Company string          `json:"company,omitempty"`
	Email   string          `json:"email,omitempty"`
	Phone   string          `json:"phone,omitempty"`
	Address Address         `json:"address"`
	Locale  string          `json:"locale"`
	Active  bool            `json:"active"`
	Owner   bool            `json:"owner,omitempty"`

	Access    bool           `json:"access"` // access authorisation
	Roles     []perm.Role    `json:"roles"`
	Overrides perm.Overrides `json:"overrides"`

	TicketScope        TicketScope       `json:"ticket_scope"`
	PhoneChatAuthority bool              `json:"phone_chat_authority"` // may ask for work by phone and chat
	Correspondence     Correspondence    `json:"correspondence"`
	Fields             map[string]string `json:"fields,omitempty"` // custom fields: key to value

	Version   int64     `json:"version"` // of the stored row, for a change that must not overwrite another
	ChangedAt time.Time `json:"changed_at,omitzero"`
	ChangedBy string    `json:"changed_by,omitempty"`
}

// AccessState is how far a contact's portal access has come.
type AccessState string

const (
	NoAccess AccessState = "none"
	Invited  AccessState = "invited" // an open invitation waits
	Expired  AccessState = "expired" // authorised, but the invitation ran out or was cancelled
	CanEnter AccessState = "active"
)

// State of the contact's access; invited says that an invitation can still be accepted.
func (c *Contact) State(invited bool) AccessState {
	switch {
	case !c.Access || !c.Active:
		return NoAccess
	case c.Login != "":
		return CanEnter
	case invited:
		return Invited
	}
	return Expired
}

// Rights are what the contact may do now: nothing when deactivated or without access, everything for the owner.
func (c *Contact) Rights() perm.Set {
	if !c.Active || !c.Access {
		return 0
	}
	return c.Granted()
}

// Granted is what the contact may do as soon as they are active with access: what giving them a way in would give.
func (c *Contact) Granted() perm.Set {
	if c.Owner {
		return perm.Everything()
	}
	return perm.Effective(c.Roles, c.Overrides)
}

// Explain says what the contact may do of one right, and why.
func (c *Contact) Explain(r perm.Right) perm.Reason {
	switch {
	case !c.Active:
		return perm.Reason{Origin: perm.Deactivated}
	case c.Owner:
		return perm.Reason{Allowed: r != perm.ContactsDelete, Origin: perm.FromOwner}
	}
	return perm.Explain(c.Roles, c.Overrides, r)
}

// SeesAllTickets reports whether the contact may read the organization's tickets, all of them.
func (c *Contact) SeesAllTickets() bool {
	return c.Owner || c.TicketScope != AssignedTickets && c.Granted().Has(perm.TicketsView)
}

// SeesAccountCode reports whether the rights let somebody reveal the account-wide code (C06).
func SeesAccountCode(rights perm.Set) bool { return rights.Has(perm.ProfileView) }

// SeesOwnCode reports whether the rights let a contact see their own code: by its own line, or by seeing and updating
// all contacts (C08).
func SeesOwnCode(rights perm.Set) bool {
	return rights.Has(perm.MyCodeView) || rights.Has(perm.ContactsView) && rights.Has(perm.ContactsUpdate)
}

// SetsOwnCode is SeesOwnCode for changing it.
func SetsOwnCode(rights perm.Set) bool {
	return rights.Has(perm.MyCodeUpdate) || rights.Has(perm.ContactsView) && rights.Has(perm.ContactsUpdate)
}

// Actor is who changes a contact: their own contact and what they may do at this moment.
type Actor struct {
	Contact   id.Contact // "" inside a support session
	Owner     bool
	Support   bool // staff inside a support session
	Rights    perm.Set
	Authority bool // phone and chat authority
	Narrow    bool // sees only tickets assigned to them
}

// MayEnable reports why the actor may not give the contact a way in or a code (nil when they may): nobody grants what
// they lack, and whoever could hand a contact's access or code to somebody else would hold what that contact holds, the
// authority by phone and chat too.
func (a Actor) MayEnable(c *Contact) error {
	switch {
	case a.Support:
		return errs.New(errs.Forbidden, "support.error.barred")
	case c.Owner && !a.Owner:
		return errs.New(errs.Forbidden, "contact.guard.owner")
	case !a.Owner && (c.Granted().Without(a.Rights) != 0 || c.PhoneChatAuthority && !a.Authority || a.Narrow && c.SeesAllTickets()):
		return errs.New(errs.Forbidden, "contact.guard.more_than_you", "name", c.Name)
	}
	return nil
}

// MayChange reports why the actor may not change this contact's data at all, nil when they may.
func (a Actor) MayChange(c *Contact) error {
	switch {
	case c.Owner && c.ID != a.Contact:
		return errs.New(errs.Forbidden, "contact.guard.owner")
	case !a.Rights.Has(perm.ContactsUpdate) && c.ID != a.Contact:
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// MaySwitch reports why the actor may not tick or untick Active or the access authorisation, nil when they may.
func (a Actor) MaySwitch(c *Contact) error {
	switch {
	case a.Support:
		return errs.New(errs.Forbidden, "support.error.barred")
	case c.Owner:
		return errs.New(errs.Forbidden, "contact.guard.owner_active")
	case c.ID == a.Contact:
		return errs.New(errs.Forbidden, "contact.guard.own_active")
	}
	return a.MayChange(c)
}

// MayForward reports why the actor may not change which mail goes where from before to after, nil when they may: a copy of
// the organization's mail would outlast a support session.
func (a Actor) MayForward(before, after *Contact) error {
	gets := after.Correspondence.Assistance.On || after.Correspondence.Financial.On
	if a.Support && (before.Correspondence != after.Correspondence || gets && before.Email != after.Email) {
		return errs.New(errs.Forbidden, "support.error.barred")
	}
	return nil
}

// MayPermit reports why the actor may not change the contact's roles, cells, scope of tickets or phone and chat authority from
// before to after, nil when they may.
func (a Actor) MayPermit(before, after *Contact) error {
	switch {
	case a.Support:
		return errs.New(errs.Forbidden, "support.error.barred")
	case after.Owner:
		return errs.New(errs.Forbidden, "contact.guard.owner_permissions")
	case after.ID == a.Contact:
		return errs.New(errs.Forbidden, "contact.guard.own_permissions")
	case !a.Rights.Has(perm.ContactsPermissions):
		return errs.New(errs.Forbidden, "contact.guard.no_permissions")
	}
	if after.PhoneChatAuthority && !before.PhoneChatAuthority && !a.Owner && !a.Authority {
		return errs.New(errs.Forbidden, "contact.guard.authority")
	}
	if a.Narrow && after.SeesAllTickets() && !before.SeesAllTickets() {
		return errs.New(errs.Forbidden, "contact.guard.ticket_scope")
	}
	if more := after.Granted().Without(before.Granted()).Without(a.Rights); !a.Owner && more != 0 {
		return errs.New(errs.Forbidden, "contact.guard.you_lack", "right", string(more.List()[0]))
	}
	return nil
}
