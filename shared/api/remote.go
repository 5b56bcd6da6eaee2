package api

import (
	"time"

	"countersign/shared/access"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// RemoteSupport is the tab "Remote Support" of an organization.
type RemoteSupport struct {
	ManagedBy      org.ManagedBy    `json:"managed_by"`
	Pending        []access.Request `json:"pending"`
	Active         []Grant          `json:"active"`
	MaximumMinutes int              `json:"maximum_minutes"` // bound on every grant
	Proposal       *Proposal        `json:"proposal,omitempty"`
	Now            time.Time        `json:"now"`
}

// Grant is a running grant with who is inside.
type Grant struct {
	access.Request
	Sessions []access.Session `json:"sessions"` // open ones
}

// Proposal is the provider's wish to manage the organization; only the owner's consent makes it so.
type Proposal struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Activity is a page of the audit log.
type Activity struct {
	Entries []audit.Entry `json:"entries"` // newest first
	More    bool          `json:"more"`
}

// History is a page of requests that are over, newest first.
type History struct {
	Requests []access.Request `json:"requests"`
	Next     string           `json:"next,omitempty"` // give it as before to go on
}

type HistoryIn struct {
	Org
	Before id.AccessRequest `query:"before" doc:"Only requests made before this one"`
	Limit  int              `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type ActivityIn struct {
	Org
	Page
}

// RequestIn names one access request of the organization.
type RequestIn struct {
	Org
	Request id.AccessRequest `path:"request" format:"uuid" doc:"Access request"`
}

type ApproveIn struct {
	RequestIn
	Body struct {
		Minutes   int    `json:"minutes" minimum:"1" maximum:"10080" doc:"Duration of the grant"`
		NamedOnly bool   `json:"named_only,omitempty" doc:"Only the agents who asked may use it"`
		Seen      string `json:"seen" minLength:"16" maxLength:"16" doc:"Fingerprint of the request as it was shown"`
	}
}

type RejectIn struct {
	RequestIn
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"2000"`
		Seen   string `json:"seen" minLength:"16" maxLength:"16"`
	}
}

type ChangeEndIn struct {
	RequestIn
	Body struct {
		EndsAt time.Time `json:"ends_at"`
	}
}

type MinutesIn struct {
	RequestIn
	Body struct {
		Minutes int `json:"minutes" minimum:"1" maximum:"10080"`
	}
}

type InviteIn struct {
	Org
	Body struct {
		Minutes int    `json:"minutes" minimum:"1" maximum:"10080"`
		Note    string `json:"note,omitempty" maxLength:"2000"`
	}
}

type ManagedByIn struct {
	Org
	Body struct {
		ManagedBy org.ManagedBy `json:"managed_by" enum:"service_provider,customer"`
		Consent   bool          `json:"consent,omitempty" doc:"The owner agrees that support enters without asking; needed for service_provider"`
	}
}

type MaximumIn struct {
	Org
	Body struct {
		Minutes int `json:"minutes" minimum:"15" maximum:"10080"`
	}
}

type ViewingIn struct {
	Org
	Body struct {
		Page string `json:"page" pattern:"^[a-z0-9/-]{0,80}$" doc:"Route below the organization, e.g. manage/remote-support"`
	}
}

type MoreTimeIn struct {
	Org
	Body struct {
		Minutes int `json:"minutes" minimum:"1" maximum:"10080"`
	}
}

const orgPath = "/api/orgs/{org}"

var (
	GetRemoteSupport = Endpoint[Org, RemoteSupport]{Spec{Name: "get-remote-support", Method: get, Path: orgPath + "/remote-support",
		Summary: "What waits, who is inside, and who manages the organization", Policy: Policy{Right: perm.RemoteSupportView}, Support: SupportAllowed}}
	ListAccessHistory = Endpoint[HistoryIn, History]{Spec{Name: "list-access-history", Method: get, Path: orgPath + "/remote-support/history",
		Summary: "Requests and grants that are over", Policy: Policy{Right: perm.RemoteSupportView}, Support: SupportAllowed}}
	ListSupportActivity = Endpoint[ActivityIn, Activity]{Spec{Name: "list-support-activity", Method: get, Path: orgPath + "/remote-support/activity",
		Summary: "What was done through and about remote access", Policy: Policy{Right: perm.RemoteSupportView}, Support: SupportAllowed}}
	ApproveAccess = Endpoint[ApproveIn, access.Request]{Spec{Name: "approve-access", Method: post, Path: orgPath + "/remote-support/requests/{request}/approve",
		Summary: "Approve a request for a duration of one's own choice", Policy: Policy{Right: perm.RemoteSupportApprove}, StepUp: true}}
	RejectAccess = Endpoint[RejectIn, access.Request]{Spec{Name: "reject-access", Method: post, Path: orgPath + "/remote-support/requests/{request}/reject",
		Summary: "Reject a request", Policy: Policy{Right: perm.RemoteSupportApprove}, Stops: true}}
	RevokeAccess = Endpoint[RequestIn, access.Request]{Spec{Name: "revoke-access", Method: post, Path: orgPath + "/remote-support/requests/{request}/revoke",
		Summary: "End a grant and every session of it now", Policy: Policy{Right: perm.RemoteSupportApprove}, Stops: true}}
	ChangeAccessEnd = Endpoint[ChangeEndIn, access.Request]{Spec{Name: "change-access-end", Method: put, Path: orgPath + "/remote-support/requests/{request}/end",
		Summary: "Move the end of a running grant", Policy: Policy{Right: perm.RemoteSupportApprove}, StepUp: true}}
	ApproveMoreTime = Endpoint[MinutesIn, access.Request]{Spec{Name: "approve-more-time", Method: post, Path: orgPath + "/remote-support/requests/{request}/more/approve",
		Summary: "Grant the wish for more time", Policy: Policy{Right: perm.RemoteSupportApprove}, StepUp: true}}
	RejectMoreTime = Endpoint[RequestIn, access.Request]{Spec{Name: "reject-more-time", Method: post, Path: orgPath + "/remote-support/requests/{request}/more/reject",
		Summary: "Refuse the wish for more time", Policy: Policy{Right: perm.RemoteSupportApprove}}}
	InviteSupport = Endpoint[InviteIn, access.Request]{Spec{Name: "invite-support", Method: post, Path: orgPath + "/remote-support/invite",
		Summary: "Let support in without a request; needs the right to approve too", Policy: Policy{Right: perm.RemoteSupportCreate}, StepUp: true, Rate: Costly}}
	SetManagedBy = Endpoint[ManagedByIn, None]{Spec{Name: "set-managed-by", Method: put, Path: orgPath + "/managed-by",
		Summary: "Owner: say who manages the organization; answers a proposal too", Policy: Policy{Right: perm.OwnershipTransfer}, StepUp: true, Stops: true}}
	DeclineProposal = Endpoint[Org, None]{Spec{Name: "decline-managed-by", Method: post, Path: orgPath + "/managed-by/decline",
		Summary: "Owner: decline the provider's proposal to manage the organization", Policy: Policy{Right: perm.OwnershipTransfer}}}
	SetMaximum = Endpoint[MaximumIn, None]{Spec{Name: "set-access-maximum", Method: put, Path: orgPath + "/remote-support/maximum",
		Summary: "Owner: set how long a grant may last at most", Policy: Policy{Right: perm.OwnershipTransfer}, StepUp: true}}

	GetSupportView = Endpoint[Org, SupportView]{Spec{Name: "get-support-view", Method: get, Path: orgPath + "/support",
		Summary: "Inside a support session: the banner", Policy: Policy{Inside: true}, Support: SupportAllowed}}
	TellViewing = Endpoint[ViewingIn, None]{Spec{Name: "tell-viewing", Method: post, Path: orgPath + "/support/viewing",
		Summary: "Inside a support session: tell the customer which page is open", Policy: Policy{Inside: true}, Support: SupportAllowed}}
	LeaveSupport = Endpoint[Org, None]{Spec{Name: "leave-support", Method: post, Path: orgPath + "/support/leave",
		Summary: "Inside a support session: end it", Policy: Policy{Inside: true}, Support: SupportAllowed, Stops: true}}
	AskMoreTime = Endpoint[MoreTimeIn, access.Request]{Spec{Name: "ask-more-time", Method: post, Path: orgPath + "/support/more-time",
		Summary: "Inside a support session: ask for more time", Policy: Policy{Inside: true}, Support: SupportAllowed, Rate: Costly}}
)
