package api

import (
	"time"

	"countersign/shared/access"
	"countersign/shared/id"
	"countersign/shared/org"
)

// Found is a row of the Support Hub.
type Found struct {
	org.Organization
	OwnerName string            `json:"owner_name"`
	Request   *access.Request   `json:"request,omitempty"` // the open one that matters to this agent, or the newest that is over
	Button    Button            `json:"button"`
	Mine      bool              `json:"mine"`    // the agent is among its requesters
	Usable    bool              `json:"usable"`  // an active grant that the agent may use
	Inside    []string          `json:"inside"`  // names of agents inside now
	Cooling   bool              `json:"cooling"` // managed by the provider, but this agent changed that lately
	Matched   string            `json:"matched"` // what the search recognised: uuid, name, reference, phone; "" without a search
	Proposed  bool              `json:"proposed"`
	Sitting   id.SupportSession `json:"sitting,omitempty"` // the agent's own open session in it

	MaximumMinutes int `json:"maximum_minutes"` // bound on every grant
}

// Button is what the row offers (R08).
type Button string

const (
	ButtonRequest  Button = "request"  // "Request Access"
	ButtonJoin     Button = "join"     // a colleague's request waits
	ButtonWithdraw Button = "withdraw" // the agent's own waits
	ButtonEnter    Button = "enter"    // "Login to support"
	ButtonNone     Button = "none"     // suspended or closed
)

type FoundList struct {
	Organizations []Found   `json:"organizations"`
	More          bool      `json:"more"` // there are more than are listed: type more
	Now           time.Time `json:"now"`
}

type SearchIn struct {
	Query string `query:"q" maxLength:"200" doc:"Organization UUID or name, customer reference, or a phone number in any format; empty lists where something is open"`
}

type AskIn struct {
	Org
	Body struct {
		Minutes int    `json:"minutes" minimum:"1" maximum:"10080"`
		Note    string `json:"note,omitempty" maxLength:"2000"`
	}
}

type EnterManagedIn struct {
	Org
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

// Entered tells where the remote support view is; its cookie comes with the answer.
type Entered struct {
	Session id.SupportSession `json:"session"`
	Org     id.Organization   `json:"org"`
	Path    string            `json:"path"`
	Token   string            `json:"token,omitempty"` // only for a caller with a bearer token: the desktop app
}

type Staff struct {
	Members []StaffMember `json:"members"`
}

type StaffMember struct {
	org.Member
	Email      string    `json:"email"`
	LastSignIn time.Time `json:"last_sign_in,omitzero"`
	Factor     bool      `json:"factor"`
	Invited    bool      `json:"invited"` // has not accepted the invitation yet
	Self       bool      `json:"self"`
}

type InviteStaffIn struct {
	Body struct {
		Name   string   `json:"name" minLength:"1" maxLength:"120"`
		Email  string   `json:"email" format:"email" maxLength:"254"`
		Role   org.Rank `json:"role" enum:"agent,lead,administrator"`
		Locale string   `json:"locale" enum:"en,fr"`
	}
}

type UpdateStaffIn struct {
	Staff id.Staff `path:"staff" format:"uuid"`
	Body  struct {
		Role   org.Rank `json:"role" enum:"agent,lead,administrator"`
		Active bool     `json:"active"`
	}
}

type StaffIn struct {
	Staff id.Staff `path:"staff" format:"uuid"`
}

type CreateOrganizationIn struct {
	Body struct {
		Name       string        `json:"name" minLength:"1" maxLength:"120"`
		Reference  string        `json:"reference" minLength:"1" maxLength:"40"`
		ManagedBy  org.ManagedBy `json:"managed_by" enum:"service_provider,customer"`
		Region     string        `json:"region" pattern:"^[A-Z]{2}$"`
		Phone      string        `json:"phone,omitempty" maxLength:"40"`
		OwnerName  string        `json:"owner_name" minLength:"1" maxLength:"120"`
		OwnerEmail string        `json:"owner_email" format:"email" maxLength:"254"`
		Locale     string        `json:"locale" enum:"en,fr"`
	}
}

type OrganizationStateIn struct {
	Org
	Body struct {
		State  org.State `json:"state" enum:"active,suspended,closed"`
		Reason string    `json:"reason" minLength:"1" maxLength:"500"`
	}
}

const staffOrg = "/api/staff/orgs/{org}"

var (
	SearchOrganizations = Endpoint[SearchIn, FoundList]{Spec{Name: "search-organizations", Method: get, Path: "/api/staff/orgs",
		Summary: "Find organizations, with the button by state", Policy: Policy{Staff: org.Agent}}}
	GetFound = Endpoint[Org, Found]{Spec{Name: "get-organization-access", Method: get, Path: staffOrg,
		Summary: "One organization as a row of the Support Hub", Policy: Policy{Staff: org.Agent}}}
	RequestAccess = Endpoint[AskIn, access.Request]{Spec{Name: "request-access", Method: post, Path: staffOrg + "/requests",
		Summary: "Ask for access, or join a colleague's request", Policy: Policy{Staff: org.Agent}, Rate: Costly}}
	WithdrawAccess = Endpoint[RequestIn, access.Request]{Spec{Name: "withdraw-access", Method: post, Path: staffOrg + "/requests/{request}/withdraw",
		Summary: "Take a request back", Policy: Policy{Staff: org.Agent}, Stops: true}}
	EnterSupport = Endpoint[RequestIn, Entered]{Spec{Name: "enter-support", Method: post, Path: staffOrg + "/requests/{request}/enter",
		Summary: "Login to support under a running grant", Policy: Policy{Staff: org.Agent}, StepUp: true}}
	EnterManaged = Endpoint[EnterManagedIn, Entered]{Spec{Name: "enter-managed", Method: post, Path: staffOrg + "/enter",
		Summary: "Login to support of an organization that the provider manages", Policy: Policy{Staff: org.Agent}, StepUp: true}}
	FinishAccess = Endpoint[RequestIn, access.Request]{Spec{Name: "finish-access", Method: post, Path: staffOrg + "/requests/{request}/finish",
		Summary: "Give a grant back: the work is done", Policy: Policy{Staff: org.Agent}, Stops: true}}
	LeadRevokeAccess = Endpoint[RequestIn, access.Request]{Spec{Name: "lead-revoke-access", Method: post, Path: staffOrg + "/requests/{request}/revoke",
		Summary: "Lead: end a grant", Policy: Policy{Staff: org.Lead}, Stops: true}}
	ProposeManagedBy = Endpoint[Org, None]{Spec{Name: "propose-managed-by", Method: post, Path: staffOrg + "/managed-by",
		Summary: "Administrator: propose that the provider manages the organization; its owner decides", Policy: Policy{Staff: org.Administrator}, StepUp: true, Rate: Costly}}

	CreateOrganization = Endpoint[CreateOrganizationIn, org.Organization]{Spec{Name: "create-organization", Method: post, Path: "/api/staff/orgs",
		Summary: "Administrator: create an organization and invite its owner", Policy: Policy{Staff: org.Administrator}, Rate: Costly}}
	SetOrganizationState = Endpoint[OrganizationStateIn, None]{Spec{Name: "set-organization-state", Method: put, Path: staffOrg + "/state",
		Summary: "Administrator: suspend, close or reopen an organization", Policy: Policy{Staff: org.Administrator}, StepUp: true, Stops: true}}

	ListStaff = Endpoint[None, Staff]{Spec{Name: "list-staff", Method: get, Path: "/api/staff/members",
		Summary: "The provider's staff", Policy: Policy{Staff: org.Agent}}}
	InviteStaff = Endpoint[InviteStaffIn, StaffMember]{Spec{Name: "invite-staff", Method: post, Path: "/api/staff/members",
		Summary: "Administrator: invite a member of staff", Policy: Policy{Staff: org.Administrator}, StepUp: true, Rate: Costly}}
	UpdateStaff = Endpoint[UpdateStaffIn, StaffMember]{Spec{Name: "update-staff", Method: put, Path: "/api/staff/members/{staff}",
		Summary: "Administrator: change role, deactivate or reactivate", Policy: Policy{Staff: org.Administrator}, StepUp: true, Stops: true}}
	ResendStaffInvitation = Endpoint[StaffIn, None]{Spec{Name: "resend-staff-invitation", Method: post, Path: "/api/staff/members/{staff}/invitation",
		Summary: "Administrator: send a new invitation; the old link stops working", Policy: Policy{Staff: org.Administrator}, Rate: Costly}}
	ListStaffAudit = Endpoint[StaffAuditIn, Activity]{Spec{Name: "list-staff-audit", Method: get, Path: "/api/staff/audit",
		Summary: "The provider's record, or an organization's", Policy: Policy{Staff: org.Lead}}}
)
