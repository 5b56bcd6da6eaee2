package api

import (
	"time"

	"countersign/shared/access"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// Home is what needs the person's attention, and who is in the organization.
type Home struct {
	Pending []access.Request     `json:"pending"` // only for those who may decide
	More    []access.Request     `json:"more"`    // running grants with a wish for more time, only for those who may decide
	Active  []Grant              `json:"active"`  // only for those who may see remote support
	Changes []significant.Change `json:"changes"` // significant changes that wait, only for those who may decide
	Tickets WaitingTickets       `json:"tickets"` // that wait for the customer's answer, of those that the person sees

	Rotate   *CodeState `json:"rotate,omitempty"`   // the account-wide code should be changed, only for those who can
	Transfer *Transfer  `json:"transfer,omitempty"` // the ownership is offered to this person

	Calls []verification.Verification `json:"calls"` // somebody is verifying a caller who says to be this person; for the owner all
}

// WaitingTickets are tickets that wait for the customer's answer.
type WaitingTickets struct {
	Count int       `json:"count"`
	Since time.Time `json:"since,omitzero"` // that the one waits which waits longest
}

// AuditIn filters the record. Empty fields do not filter.
type AuditIn struct {
	Org
	Page
	AuditFilter
}

// AuditFilter picks entries: Kind by its beginning ("access", "access.approved"), the rest exactly.
type AuditFilter struct {
	Kind  string `query:"kind" maxLength:"60" doc:"Beginning of the kind, e.g. access"`
	Actor string `query:"actor" maxLength:"60" doc:"Id of who acted"`
	From  int64  `query:"from" minimum:"0" doc:"Unix milliseconds, inclusive"`
	To    int64  `query:"to" minimum:"0" doc:"Unix milliseconds, exclusive"`
	Text  string `query:"text" maxLength:"100" doc:"Part of a name or detail"`
}

// AuditExport is the whole record of the organization as CSV (RFC 4180), safe to open in a spreadsheet.
type AuditExport struct {
	Name string `json:"name"`
	CSV  string `json:"csv"`
}

// Head is how far the chain of the organization reaches, to compare with what was noted before.
type AuditHead struct {
	audit.Head
	Verified bool   `json:"verified"` // the whole chain was walked and is intact
	Fault    string `json:"fault,omitempty"`
}

type StaffAuditIn struct {
	Page
	AuditFilter
	Org id.Organization `query:"org" doc:"The record of this organization; empty for the provider's own"`
}

var (
	GetHome = Endpoint[Org, Home]{Spec{Name: "get-home", Method: get, Path: orgPath + "/home",
		Summary: "What needs attention", Policy: Policy{Member: true}, Support: SupportAllowed}}
	ListAudit = Endpoint[AuditIn, Activity]{Spec{Name: "list-audit", Method: get, Path: orgPath + "/audit",
		Summary: "The organization's record", Policy: Policy{Right: perm.AuditView}, Support: SupportAllowed}}
	VerifyAudit = Endpoint[Org, AuditHead]{Spec{Name: "verify-audit", Method: get, Path: orgPath + "/audit/head",
		Summary: "Walk the organization's record and say whether it is intact", Policy: Policy{Right: perm.AuditView}, Rate: Costly}}
	ExportAudit = Endpoint[Org, AuditExport]{Spec{Name: "export-audit", Method: post, Path: orgPath + "/audit/export",
		Summary: "The organization's record as CSV", Policy: Policy{Right: perm.AuditExport}, StepUp: true, Rate: Costly}}
)
