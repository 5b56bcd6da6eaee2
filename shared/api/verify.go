package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// AgentCall is a verification as the agent sees it: who is on the line, what the outcome permits, what was asked for.
type AgentCall struct {
	verification.Verification
	OrgName   string               `json:"org_name"`
	Reference string               `json:"reference"`
	Owner     bool                 `json:"owner"`      // the named caller is the account holder
	Authority bool                 `json:"authority"`  // and may ask for work by phone and chat
	HasOwn    bool                 `json:"has_own"`    // an own code stands
	HasShared bool                 `json:"has_shared"` // an account-wide code stands
	HasPhrase bool                 `json:"has_phrase"` // an open one-time phrase waits
	Left      int                  `json:"left"`       // tries until the code locks
	Permits   verification.Tier    `json:"permits"`
	Changes   []significant.Change `json:"changes"`         // asked for in this call, newest first
	Paused    time.Time            `json:"paused,omitzero"` // the agent checks nothing until then: too many misses
	Now       time.Time            `json:"now"`
}

// AgentCalls are the agent's open verifications and those of their changes that wait or were decided lately.
type AgentCalls struct {
	Calls   []AgentCall          `json:"calls"`
	Changes []significant.Change `json:"changes"`
	Now     time.Time            `json:"now"`
}

type StartVerificationIn struct {
	Org
	Body struct {
		Contact id.Contact           `json:"contact" format:"uuid" doc:"Who the caller says they are"`
		Channel verification.Channel `json:"channel" enum:"phone,chat"`
		Ticket  string               `json:"ticket,omitempty" maxLength:"40"`
		Locale  string               `json:"locale" enum:"en,fr" doc:"Language that is spoken"`
	}
}

type CheckCallerIn struct {
	VerificationIn
	Body struct {
		Heard string `json:"heard" minLength:"1" maxLength:"1024" doc:"What the caller says; never stored"`
	}
}

type MinorChangeIn struct {
	VerificationIn
	Body struct {
		Subject string `json:"subject" minLength:"1" maxLength:"500"`
	}
}

type AskChangeIn struct {
	VerificationIn
	Body struct {
		Kind    significant.Kind `json:"kind" enum:"change,cancellation"`
		Subject string           `json:"subject" minLength:"1" maxLength:"500"`
		Note    string           `json:"note,omitempty" maxLength:"2000"`
	}
}

type ChangeIn struct {
	Org
	Change id.Change `path:"change" format:"uuid" doc:"Significant change"`
}

type DecideChangeIn struct {
	ChangeIn
	Body struct {
		Seen   string `json:"seen" minLength:"16" maxLength:"16" doc:"Fingerprint of the change as it was shown"`
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

// Changes are the significant changes of an organization: those that wait, then the newest decided ones.
type Changes struct {
	Changes []significant.Change `json:"changes"`
	Next    string               `json:"next,omitempty"` // give it as before to go on
}

type ChangesIn struct {
	Org
	Before id.Change `query:"before" doc:"Only changes asked for before this one"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

var (
	StartVerification = Endpoint[StartVerificationIn, AgentCall]{Spec{Name: "start-verification", Method: post, Path: staffOrg + "/verifications",
		Summary: "Begin to verify a caller; the customer sees it at once", Policy: Policy{Staff: org.Agent}}}
	ListCalls = Endpoint[None, AgentCalls]{Spec{Name: "list-calls", Method: get, Path: "/api/staff/verifications",
		Summary: "The agent's open verifications and changes", Policy: Policy{Staff: org.Agent}}}
	GetCall = Endpoint[VerificationIn, AgentCall]{Spec{Name: "get-call", Method: get, Path: staffOrg + "/verifications/{verification}",
		Summary: "One of the agent's verifications", Policy: Policy{Staff: org.Agent}}}
	CheckCaller = Endpoint[CheckCallerIn, AgentCall]{Spec{Name: "check-caller", Method: post, Path: staffOrg + "/verifications/{verification}/check",
		Summary: "Check what the caller says; a match is the agent's receipt", Policy: Policy{Staff: org.Agent}, Rate: Costly}}
	CloseVerification = Endpoint[VerificationIn, None]{Spec{Name: "close-verification", Method: post, Path: staffOrg + "/verifications/{verification}/close",
		Summary: "The call is over; its receipt ends", Policy: Policy{Staff: org.Agent}, Stops: true}}
	RecordMinorChange = Endpoint[MinorChangeIn, None]{Spec{Name: "record-minor-change", Method: post, Path: staffOrg + "/verifications/{verification}/minor",
		Summary: "Write down a minor change that the verified caller asked for", Policy: Policy{Staff: org.Agent}, Receipt: verification.Minor}}
	AskChange = Endpoint[AskChangeIn, significant.Change]{Spec{Name: "ask-change", Method: post, Path: staffOrg + "/verifications/{verification}/changes",
		Summary: "Ask the organization to approve a significant change or cancellation", Policy: Policy{Staff: org.Agent}, Receipt: verification.Significant, Rate: Costly}}
	WithdrawChange = Endpoint[ChangeIn, significant.Change]{Spec{Name: "withdraw-change", Method: post, Path: staffOrg + "/changes/{change}/withdraw",
		Summary: "Take a change back that waits", Policy: Policy{Staff: org.Agent}, Stops: true}}

	ListChanges = Endpoint[ChangesIn, Changes]{Spec{Name: "list-changes", Method: get, Path: orgPath + "/changes",
		Summary: "Significant changes that wait or were decided", Policy: Policy{Right: perm.SignificantChangesView}, Support: SupportAllowed}}
	ApproveChange = Endpoint[DecideChangeIn, significant.Change]{Spec{Name: "approve-change", Method: post, Path: orgPath + "/changes/{change}/approve",
		Summary: "Approve a significant change", Policy: Policy{Right: perm.SignificantChangesApprove}, StepUp: true}}
	RejectChange = Endpoint[DecideChangeIn, significant.Change]{Spec{Name: "reject-change", Method: post, Path: orgPath + "/changes/{change}/reject",
		Summary: "Reject a significant change", Policy: Policy{Right: perm.SignificantChangesApprove}, StepUp: true}}
)
