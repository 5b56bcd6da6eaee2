package api

import (
	"time"

	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/org"
	"countersign/shared/service"
)

// What the provider's billing system tells the portal. It names everything by keys of its own, so that sending something
// twice is one effect: a PUT says how a thing is to be, replaces what the billing system has to say of it, and answers what
// is there now.

// Referred is the organization in the path, by the provider's customer reference.
type Referred struct {
	Reference string `path:"reference" minLength:"1" maxLength:"40" doc:"Customer reference"`
}

// KeyPage asks for a page of a list in the order of its keys.
type KeyPage struct {
	After string `query:"after" maxLength:"100" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Entries at most"`
}

// ProviderOwner is who owns an organization.
type ProviderOwner struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Accepted bool   `json:"accepted"` // the invitation: until then nobody decides anything in the organization
}

// ProviderOrganization is an organization as the billing system is told of it.
type ProviderOrganization struct {
	ID        id.Organization `json:"id"`
	Reference string          `json:"reference"`
	Name      string          `json:"name"`
	ManagedBy org.ManagedBy   `json:"managed_by"`
	Region    string          `json:"region"`
	Phone     string          `json:"phone,omitempty"`
	Address   contact.Address `json:"address"`
	State     org.State       `json:"state"`
	Owner     *ProviderOwner  `json:"owner,omitempty"` // only for tokens with contacts:read
	CreatedAt time.Time       `json:"created_at"`
	ChangedAt time.Time       `json:"changed_at"` // anything of this
}

// PutOrganizationAnswer is an organization, and whether this call made it.
type PutOrganizationAnswer struct {
	ProviderOrganization
	Created bool `json:"created"`
}

// ProviderOrganizations is a page of organizations by reference.
type ProviderOrganizations struct {
	Organizations []ProviderOrganization `json:"organizations"`
	Next          string                 `json:"next,omitempty"` // give it as after to go on
	Until         time.Time              `json:"until,omitzero"` // of the first page: give it as since the next time
}

// NewOwner is whom a new organization belongs to.
type NewOwner struct {
	Name   string `json:"name" minLength:"1" maxLength:"120"`
	Email  string `json:"email" format:"email" maxLength:"254"`
	Locale string `json:"locale" enum:"en,fr"`
}

type PutOrganizationIn struct {
	Referred
	Body struct {
		Name      string           `json:"name" minLength:"1" maxLength:"120"`
		Region    string           `json:"region" pattern:"^[A-Z]{2}$" doc:"Country of phone numbers that name none"`
		ManagedBy org.ManagedBy    `json:"managed_by,omitempty" enum:"service_provider,customer" doc:"Needed for a new organization; later it changes in the portal alone"`
		Phone     *string          `json:"phone,omitempty" maxLength:"40" doc:"Absent: as it is, since customers change it too"`
		Address   *contact.Address `json:"address,omitempty" doc:"Absent: as it is, since customers change it too"`
		State     org.State        `json:"state,omitempty" enum:"active,suspended,closed" doc:"Absent: as it is; a new organization is active"`
		Reason    string           `json:"reason,omitempty" maxLength:"500" doc:"Needed to change the state; the customer reads it"`
		Owner     *NewOwner        `json:"owner,omitempty" doc:"Needed for a new organization, with the scope contacts:write; later only another e-mail address matters, and is refused"`
	}
}

type ProviderOrganizationsIn struct {
	KeyPage
	Since string `query:"since" maxLength:"40" doc:"Only those of which something changed since this time (RFC 3339): until of the list before"`
}

// ProviderService is a service or a domain as the billing system is told of it. Days are written YYYY-MM-DD.
type ProviderService struct {
	ID        id.Service    `json:"id"`
	Key       string        `json:"key"`
	Name      string        `json:"name"`
	Product   string        `json:"product,omitempty"`
	State     service.State `json:"state"`
	RenewsOn  string        `json:"renews_on,omitempty"`
	EndsOn    string        `json:"ends_on,omitempty"`
	ChangedAt time.Time     `json:"changed_at"`
}

// PutServiceAnswer is a service or a domain, and whether this call made it.
type PutServiceAnswer struct {
	ProviderService
	Created bool `json:"created"`
}

// ProviderServices is a page of services or domains by key.
type ProviderServices struct {
	Services []ProviderService `json:"services"`
	Next     string            `json:"next,omitempty"` // give it as after to go on
}

type ProviderServiceIn struct {
	Referred
	Key string `path:"key" minLength:"1" maxLength:"100" doc:"What the billing system calls it"`
}

type PutServiceIn struct {
	ProviderServiceIn
	Body struct {
		Name     string        `json:"name" minLength:"1" maxLength:"120"`
		Product  string        `json:"product,omitempty" maxLength:"120"`
		State    service.State `json:"state" enum:"pending,active,suspended,ending,ended"`
		RenewsOn string        `json:"renews_on,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
		EndsOn   string        `json:"ends_on,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
	}
}

type ProviderServicesIn struct {
	Referred
	KeyPage
}

// ProviderInvoice is an invoice as the billing system is told of it. Amounts are in the currency's smallest unit.
type ProviderInvoice struct {
	ID          id.Invoice     `json:"id"`
	Number      string         `json:"number"`
	IssuedOn    string         `json:"issued_on"`
	DueOn       string         `json:"due_on"`
	Currency    string         `json:"currency"`
	Amount      int64          `json:"amount"`
	State       invoice.State  `json:"state"`
	PaidOn      string         `json:"paid_on,omitempty"`
	PaymentURL  string         `json:"payment_url,omitempty"`
	DocumentURL string         `json:"document_url,omitempty"`
	Lines       []invoice.Line `json:"lines,omitempty"` // not in lists
	Service     string         `json:"service,omitempty"`
	Domain      string         `json:"domain,omitempty"`
	ChangedAt   time.Time      `json:"changed_at"`
}

// PutInvoiceAnswer is an invoice, and whether this call made it.
type PutInvoiceAnswer struct {
	ProviderInvoice
	Created bool `json:"created"`
}

// ProviderInvoices is a page of invoices by number.
type ProviderInvoices struct {
	Invoices []ProviderInvoice `json:"invoices"`
	Next     string            `json:"next,omitempty"` // give it as after to go on
}

type ProviderInvoiceIn struct {
	Referred
	Number string `path:"number" minLength:"1" maxLength:"60" doc:"The invoice's number"`
}

type PutInvoiceIn struct {
	ProviderInvoiceIn
	Body struct {
		IssuedOn    string         `json:"issued_on" minLength:"10" maxLength:"10" doc:"YYYY-MM-DD"`
		DueOn       string         `json:"due_on" minLength:"10" maxLength:"10" doc:"YYYY-MM-DD"`
		Currency    string         `json:"currency" pattern:"^[A-Z]{3}$" doc:"ISO 4217"`
		Amount      int64          `json:"amount" minimum:"-1000000000000" maximum:"1000000000000" doc:"In the currency's smallest unit; negative for a credit note"`
		State       invoice.State  `json:"state" enum:"open,paid,void"`
		PaidOn      string         `json:"paid_on,omitempty" maxLength:"10" doc:"YYYY-MM-DD; of a paid invoice, and of no other"`
		PaymentURL  string         `json:"payment_url,omitempty" maxLength:"2000" doc:"Where it is paid: https, without a user or password in it"`
		DocumentURL string         `json:"document_url,omitempty" maxLength:"2000" doc:"Where it is read: https, without a user or password in it"`
		Lines       []invoice.Line `json:"lines,omitempty" maxItems:"500"`
		Service     string         `json:"service,omitempty" maxLength:"100" doc:"Key of the service that it is for"`
		Domain      string         `json:"domain,omitempty" maxLength:"100" doc:"Key of the domain that it is for, instead of a service"`
	}
}

type ProviderInvoicesIn struct {
	Referred
	KeyPage
}

const (
	providerOrg     = ProviderPath + "/organizations/{reference}"
	providerService = providerOrg + "/services/{key}"
	providerDomain  = providerOrg + "/domains/{key}"
	providerInvoice = providerOrg + "/invoices/{number}"
)

func byToken(name, method, path string, scope Scope, summary string) Spec {
	return Spec{Name: name, Method: method, Path: path, Summary: summary, Policy: Policy{Scope: scope}, Rate: Steady}
}

var (
	PutProviderOrganization = Endpoint[PutOrganizationIn, PutOrganizationAnswer]{byToken("put-provider-organization", put, providerOrg, OrganizationsWrite,
		"Create an organization and invite its owner, or say how it is to be")}
	GetProviderOrganization = Endpoint[Referred, ProviderOrganization]{byToken("get-provider-organization", get, providerOrg, OrganizationsRead,
		"One organization")}
	ListProviderOrganizations = Endpoint[ProviderOrganizationsIn, ProviderOrganizations]{byToken("list-provider-organizations", get, ProviderPath+"/organizations",
		OrganizationsRead, "Organizations by reference, all or what changed")}

	PutProviderService = Endpoint[PutServiceIn, PutServiceAnswer]{byToken("put-provider-service", put, providerService, ServicesWrite,
		"Create a service or say how it is to be; its contacts stay the customer's")}
	GetProviderService = Endpoint[ProviderServiceIn, ProviderService]{byToken("get-provider-service", get, providerService, ServicesRead,
		"One service")}
	EndProviderService = Endpoint[ProviderServiceIn, ProviderService]{byToken("end-provider-service", del, providerService, ServicesWrite,
		"End a service; it stays readable")}
	ListProviderServices = Endpoint[ProviderServicesIn, ProviderServices]{byToken("list-provider-services", get, providerOrg+"/services", ServicesRead,
		"Services by key")}
	PutProviderDomain = Endpoint[PutServiceIn, PutServiceAnswer]{byToken("put-provider-domain", put, providerDomain, ServicesWrite,
		"Create a domain or say how it is to be; its contacts stay the customer's")}
	GetProviderDomain = Endpoint[ProviderServiceIn, ProviderService]{byToken("get-provider-domain", get, providerDomain, ServicesRead,
		"One domain")}
	EndProviderDomain = Endpoint[ProviderServiceIn, ProviderService]{byToken("end-provider-domain", del, providerDomain, ServicesWrite,
		"End a domain; it stays readable")}
	ListProviderDomains = Endpoint[ProviderServicesIn, ProviderServices]{byToken("list-provider-domains", get, providerOrg+"/domains", ServicesRead,
		"Domains by key")}

	PutProviderInvoice = Endpoint[PutInvoiceIn, PutInvoiceAnswer]{byToken("put-provider-invoice", put, providerInvoice, InvoicesWrite,
		"Create an invoice or say how it is to be")}
	GetProviderInvoice = Endpoint[ProviderInvoiceIn, ProviderInvoice]{byToken("get-provider-invoice", get, providerInvoice, InvoicesRead,
		"One invoice")}
	ListProviderInvoices = Endpoint[ProviderInvoicesIn, ProviderInvoices]{byToken("list-provider-invoices", get, providerOrg+"/invoices", InvoicesRead,
		"Invoices by number, without their lines")}
)
