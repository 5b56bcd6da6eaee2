package api

import (
	"time"

	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// ContactRow is a line of the list.
type ContactRow struct {
	ID      id.Contact          `json:"id"`
	Name    string              `json:"name"`
	Company string              `json:"company,omitempty"`
	Kind    contact.Kind        `json:"kind"`
	Email   string              `json:"email,omitempty"`
	Phone   string              `json:"phone,omitempty"`
	Type    contact.Type        `json:"type,omitempty"`
	State   contact.AccessState `json:"state"`
	Active  bool                `json:"active"`
	Owner   bool                `json:"owner,omitempty"`

	PhoneChatAuthority bool `json:"phone_chat_authority"`
	HasCode            bool `json:"has_code"` // an own code stands; never the code
}

// Contacts is a page of the list, by name.
type Contacts struct {
	Contacts []ContactRow `json:"contacts"`
	Total    int          `json:"total"`          // that match, on all pages
	Next     string       `json:"next,omitempty"` // give it as after to go on
}

type ContactsIn struct {
	Org
	ContactFilter
}

// ContactFilter picks contacts. Empty fields do not filter.
type ContactFilter struct {
	Query  string              `query:"q" maxLength:"100" doc:"Part of a name, company, e-mail or phone number"`
	Type   contact.Type        `query:"type" maxLength:"20"`
	State  contact.AccessState `query:"state" maxLength:"10" doc:"Portal access: none, invited, expired, active"`
	Active string              `query:"active" maxLength:"3" doc:"yes or no"`
	After  string              `query:"after" maxLength:"400" doc:"Next of the page before"`
	Limit  int                 `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Card is one contact as the dialog shows it.
type Card struct {
	contact.Contact
	State      contact.AccessState `json:"state"`
	Invitation *Invitation         `json:"invitation,omitempty"` // the last one, while the contact has no login
	Code       CodeState           `json:"code"`
	LastSignIn time.Time           `json:"last_sign_in,omitzero"`
	Sessions   int                 `json:"sessions"` // open sign-ins that a deactivation would end or close this organization to
}

// Invitation is a mailed link to come in.
type Invitation struct {
	SentAt    time.Time `json:"sent_at"`
	ExpiresAt time.Time `json:"expires_at"`
	By        string    `json:"by"`
	Open      bool      `json:"open"` // can still be accepted
}

type ContactIn struct {
	Org
	Contact id.Contact `path:"contact" format:"uuid" doc:"Contact"`
}

// ContactBody is everything that the dialog edits. What is not there is emptied.
type ContactBody struct {
	Kind    contact.Kind    `json:"kind" enum:"individual,legal_entity"`
	Type    contact.Type    `json:"type,omitempty" maxLength:"20"`
	Name    string          `json:"name,omitempty" maxLength:"120"`
	Company string          `json:"company,omitempty" maxLength:"120"`
	Email   string          `json:"email,omitempty" maxLength:"254"`
	Phone   string          `json:"phone,omitempty" maxLength:"40"`
	Address contact.Address `json:"address,omitzero"`
	Locale  string          `json:"locale" enum:"en,fr"`
	Active  bool            `json:"active"`

	Access    bool           `json:"access,omitempty" doc:"Access authorisation"`
	Way       Way            `json:"way,omitempty" enum:"invitation,password" doc:"How access that is new is given; invitation when empty"`
	Password  string         `json:"password,omitempty" maxLength:"512" doc:"For way password"`
	Roles     []perm.Role    `json:"roles,omitempty" maxItems:"20"`
	Overrides perm.Overrides `json:"overrides,omitempty"`

	TicketScope        contact.TicketScope    `json:"ticket_scope,omitempty" enum:"all,assigned" doc:"Which tickets the contact sees with the right to read them; all when empty"`
	PhoneChatAuthority bool                   `json:"phone_chat_authority,omitempty"`
	Correspondence     contact.Correspondence `json:"correspondence,omitzero"`
	Fields             map[string]string      `json:"fields,omitempty"`
	Code               *CodeBody              `json:"code,omitempty" doc:"A new Phone/Chat Code; without it the code stays"`
}

// Way is how a contact gets a way in.
type Way string

const (
	ByInvitation Way = "invitation"
	ByPassword   Way = "password"
)

type CreateContactIn struct {
	Org
	Body ContactBody
}

type UpdateContactIn struct {
	ContactIn
	Body struct {
		ContactBody
		Version int64 `json:"version" minimum:"1" doc:"Of the contact as it was shown"`
	}
}

type StaffContactsIn struct {
	Org
	ContactFilter
}

type DeleteContactIn struct {
	ContactIn
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

var (
	ListContacts = Endpoint[ContactsIn, Contacts]{Spec{Name: "list-contacts", Method: get, Path: orgPath + "/contacts",
		Summary: "Contacts by name, with search", Policy: Policy{Right: perm.ContactsView}, Support: SupportAllowed}}
	GetContact = Endpoint[ContactIn, Card]{Spec{Name: "get-contact", Method: get, Path: orgPath + "/contacts/{contact}",
		Summary: "One contact with access, permissions and custom fields; never a code", Policy: Policy{Right: perm.ContactsView}, Support: SupportAllowed}}
	CreateContact = Endpoint[CreateContactIn, Card]{Spec{Name: "create-contact", Method: post, Path: orgPath + "/contacts",
		Summary: "Create a contact, with or without portal access", Policy: Policy{Right: perm.ContactsCreate}, Support: SupportAllowed, Rate: Costly}}
	UpdateContact = Endpoint[UpdateContactIn, Card]{Spec{Name: "update-contact", Method: put, Path: orgPath + "/contacts/{contact}",
		Summary: "Change a contact; asks for the password again where access, permissions or a code change", Policy: Policy{Right: perm.ContactsUpdate}, Support: SupportAllowed, Rate: Costly}}
	ResendInvitation = Endpoint[ContactIn, Card]{Spec{Name: "resend-invitation", Method: post, Path: orgPath + "/contacts/{contact}/invitation",
		Summary: "Send a new invitation; the old link stops working", Policy: Policy{Right: perm.ContactsUpdate}, StepUp: true, Rate: Costly}}
	CancelInvitation = Endpoint[ContactIn, Card]{Spec{Name: "cancel-invitation", Method: del, Path: orgPath + "/contacts/{contact}/invitation",
		Summary: "Make an invitation useless", Policy: Policy{Right: perm.ContactsUpdate}, Stops: true}}
	GetViewAs = Endpoint[ContactIn, Membership]{Spec{Name: "get-view-as", Method: get, Path: orgPath + "/contacts/{contact}/view-as",
		Summary: "Owner: what the portal shows to this contact", Policy: Policy{Right: perm.OwnershipTransfer}}}

	ListStaffContacts = Endpoint[StaffContactsIn, Contacts]{Spec{Name: "list-staff-contacts", Method: get, Path: staffOrg + "/contacts",
		Summary: "Staff: contacts of an organization, never their codes", Policy: Policy{Staff: "agent"}}}
	DeleteContact = Endpoint[DeleteContactIn, None]{Spec{Name: "delete-contact", Method: post, Path: staffOrg + "/contacts/{contact}/delete",
		Summary: "Lead: delete a contact for good, with a reason; the record keeps its name", Policy: Policy{Staff: "lead"}, StepUp: true, Stops: true}}
)
