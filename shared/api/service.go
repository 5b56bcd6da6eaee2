package api

import (
	"time"

	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/significant"
)

// AssignedContact is the contact that a service or domain has in a role.
type AssignedContact struct {
	Contact id.Contact  `json:"contact"`
	Name    string      `json:"name"`
	Active  bool        `json:"active"`
	Mail    routing.Why `json:"mail"` // whether they get mail about it: "assigned" or "global", or why not
}

// ServiceRow is a service or domain as lists show it.
type ServiceRow struct {
	service.Owned
	Support      *AssignedContact     `json:"support,omitempty"` // absent: deactivated
	Billing      *AssignedContact     `json:"billing,omitempty"`
	Cancellation *WaitingCancellation `json:"cancellation,omitempty"` // that waits for the organization's decision
}

// WaitingCancellation is a cancellation that was asked for in the portal and waits for its decision.
type WaitingCancellation struct {
	Change   id.Change `json:"change"`
	By       string    `json:"by"`
	Mine     bool      `json:"mine,omitempty"` // the caller asked, and can take it back
	LapsesAt time.Time `json:"lapses_at"`
}

// Services are a page of services or of domains, by name.
type Services struct {
	Services []ServiceRow `json:"services"`
	Total    int          `json:"total"`          // that match, on all pages
	Next     string       `json:"next,omitempty"` // give it as after to go on
}

// ServiceFilter picks services. Empty fields do not filter.
type ServiceFilter struct {
	Query   string        `query:"q" maxLength:"100" doc:"Part of the name or product"`
	State   service.State `query:"state" maxLength:"10" doc:"pending, active, suspended, ending or ended"`
	Contact id.Contact    `query:"contact" maxLength:"36" doc:"Only those assigned to this contact"`
	After   string        `query:"after" maxLength:"400" doc:"Next of the page before"`
	Limit   int           `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type ServicesIn struct {
	Org
	ServiceFilter
}

type StaffServicesIn struct {
	Org
	Kind service.Kind `query:"kind" maxLength:"10" doc:"service or domain; both when empty"`
	ServiceFilter
}

type ServiceIn struct {
	Org
	Service id.Service `path:"service" format:"uuid" doc:"Service or domain"`
}

type AssignIn struct {
	ServiceIn
	Body struct {
		Role    service.Role `json:"role" enum:"support,billing"`
		Contact id.Contact   `json:"contact,omitempty" maxLength:"36" doc:"Empty for nobody"`
		Version int64        `json:"version" minimum:"1" doc:"Of the service as it was shown"`
	}
}

type CancelServiceIn struct {
	ServiceIn
	Body struct {
		Note string `json:"note,omitempty" maxLength:"2000" doc:"For whoever decides"`
	}
}

// Candidate is a contact who can be assigned, with whether mail would reach them.
type Candidate struct {
	ID        id.Contact   `json:"id"`
	Name      string       `json:"name"`
	Company   string       `json:"company,omitempty"`
	Type      contact.Type `json:"type,omitempty"`
	Active    bool         `json:"active"`
	Authority bool         `json:"phone_chat_authority"` // may ask for work by phone and chat
	Support   routing.Why  `json:"support"`              // of mail in the role: "assigned" or "global", or why there would be none
	Billing   routing.Why  `json:"billing"`
}

// Candidates are a page of contacts who can be assigned, by name.
type Candidates struct {
	Contacts []Candidate `json:"contacts"`
	Next     string      `json:"next,omitempty"`
}

type CandidatesIn struct {
	Org
	Query string `query:"q" maxLength:"100" doc:"Part of a name, company or e-mail"`
	After string `query:"after" maxLength:"400" doc:"Next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Gets is a contact with whether a message would go to them and why.
type Gets struct {
	Contact id.Contact  `json:"contact"`
	Name    string      `json:"name"`
	Email   string      `json:"email,omitempty"`
	Why     routing.Why `json:"why"`
}

// Recipients answer "who gets this?".
type Recipients struct {
	Gets []Gets `json:"gets"` // in the order in which an address is given away
	Not  []Gets `json:"not"`  // whom one might expect: assigned, opener, copied in, or who asked for mail and does not get it
}

type RecipientsIn struct {
	Org
	Category routing.Category `query:"category" required:"true" enum:"technical,commercial,financial"`
	Service  id.Service       `query:"service" maxLength:"36" doc:"Service or domain that the message is about"`
	Opener   id.Contact       `query:"opener" maxLength:"36" doc:"Contact who opened the conversation"`
}

var (
	ListServices = Endpoint[ServicesIn, Services]{Spec{Name: "list-services", Method: get, Path: orgPath + "/services",
		Summary: "Services by name, with their contacts", Policy: Policy{Right: perm.ServicesView}, Support: SupportAllowed}}
	ListDomains = Endpoint[ServicesIn, Services]{Spec{Name: "list-domains", Method: get, Path: orgPath + "/domains",
		Summary: "Domains by name, with their contacts", Policy: Policy{Right: perm.DomainsView}, Support: SupportAllowed}}
	AssignServiceContact = Endpoint[AssignIn, ServiceRow]{Spec{Name: "assign-service-contact", Method: put, Path: orgPath + "/services/{service}/contact",
		Summary: "Assign a support or billing contact to a service, or nobody", Policy: Policy{Right: perm.ServicesUpdate}}}
	AssignDomainContact = Endpoint[AssignIn, ServiceRow]{Spec{Name: "assign-domain-contact", Method: put, Path: orgPath + "/domains/{service}/contact",
		Summary: "Assign a support or billing contact to a domain, or nobody", Policy: Policy{Right: perm.DomainsUpdate}}}
	CancelService = Endpoint[CancelServiceIn, significant.Change]{Spec{Name: "cancel-service", Method: post, Path: orgPath + "/services/{service}/cancellation",
		Summary: "Ask for the cancellation of a service; the organization decides it", Policy: Policy{Right: perm.ServicesUpdate}, StepUp: true, Rate: Costly}}
	CancelDomain = Endpoint[CancelServiceIn, significant.Change]{Spec{Name: "cancel-domain", Method: post, Path: orgPath + "/domains/{service}/cancellation",
		Summary: "Ask for the cancellation of a domain; the organization decides it", Policy: Policy{Right: perm.DomainsUpdate}, StepUp: true, Rate: Costly}}
	TakeBackChange = Endpoint[ChangeIn, significant.Change]{Spec{Name: "take-back-change", Method: post, Path: orgPath + "/changes/{change}/withdraw",
		Summary: "Take back a cancellation that one asked for and that waits", Policy: Policy{Member: true}, Stops: true}}
	ListCandidates = Endpoint[CandidatesIn, Candidates]{Spec{Name: "list-candidates", Method: get, Path: orgPath + "/candidates",
		Summary: "Contacts who can be assigned to services and domains, by name; needs the right to update either", Policy: Policy{Member: true}, Support: SupportAllowed}}
	GetRecipients = Endpoint[RecipientsIn, Recipients]{Spec{Name: "get-recipients", Method: get, Path: orgPath + "/recipients",
		Summary: "Who gets the mail of a message", Policy: Policy{Right: perm.ContactsView}, Support: SupportAllowed}}

	ListStaffServices = Endpoint[StaffServicesIn, Services]{Spec{Name: "list-staff-services", Method: get, Path: staffOrg + "/services",
		Summary: "Staff: services and domains of an organization", Policy: Policy{Staff: org.Agent}}}
	GetStaffRecipients = Endpoint[RecipientsIn, Recipients]{Spec{Name: "get-staff-recipients", Method: get, Path: staffOrg + "/recipients",
		Summary: "Staff: who gets the mail of a message", Policy: Policy{Staff: org.Agent}}}
)
