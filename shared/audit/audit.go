// Package audit is the append-only record: what happened, who did it and for whom. How its entries hang together is in
// package chain.
package audit

import (
	"countersign/shared/id"
	"countersign/shared/live"
)

// Kind is what happened; its sentence is the catalogue entry "audit." + kind.
type Kind string

const (
	AccessRequested      Kind = "access.requested"
	AccessJoined         Kind = "access.joined"
	AccessApproved       Kind = "access.approved"
	AccessRejected       Kind = "access.rejected"
	AccessWithdrawn      Kind = "access.withdrawn"
	AccessLapsed         Kind = "access.lapsed"
	AccessExpired        Kind = "access.expired"
	AccessRevoked        Kind = "access.revoked"
	AccessEnded          Kind = "access.ended"
	AccessInvited        Kind = "access.invited"
	AccessEndChanged     Kind = "access.end_changed"
	AccessMoreAsked      Kind = "access.more_asked"
	AccessMoreApproved   Kind = "access.more_approved"
	AccessMoreRejected   Kind = "access.more_rejected"
	AccessMaximumChanged Kind = "access.maximum_changed"
	AccessRefused        Kind = "access.refused" // an act that the rules refused
	SupportEntered       Kind = "support.entered"
	SupportLeft          Kind = "support.left"
	SupportViewed        Kind = "support.viewed"
	ManagedByChanged     Kind = "organization.managed_by_changed"
	ManagedByProposed    Kind = "organization.managed_by_proposed"
	ManagedByDeclined    Kind = "organization.managed_by_declined"
	OrganizationCreated  Kind = "organization.created"
	OrganizationState    Kind = "organization.state_changed"
	OrganizationChanged  Kind = "organization.changed"
	OwnershipOffered     Kind = "ownership.offered"
	OwnershipWithdrawn   Kind = "ownership.withdrawn"
	OwnershipLapsed      Kind = "ownership.lapsed"
	OwnershipDeclined    Kind = "ownership.declined"
	OwnershipTransferred Kind = "ownership.transferred"
	ContactCreated       Kind = "contact.created"
	ContactChanged       Kind = "contact.changed"
	ContactPermissions   Kind = "contact.permissions_changed"
	ContactAccessGiven   Kind = "contact.access_given" // with a password, without an invitation
	ContactAccessTaken   Kind = "contact.access_taken"
	ContactDeactivated   Kind = "contact.deactivated"
	ContactReactivated   Kind = "contact.reactivated"
	ContactDeleted       Kind = "contact.deleted"
	ContactInvited       Kind = "contact.invited"
	InvitationCancelled  Kind = "invitation.cancelled"
	CodeSet              Kind = "code.set" // the first one, or one after it was removed or void
	CodeChanged          Kind = "code.changed"
	CodeRemoved          Kind = "code.removed"
	CodeRevealed         Kind = "code.revealed"
	CodeLocked           Kind = "code.locked"
	CodeUnlocked         Kind = "code.unlocked"
	CodeVoided           Kind = "code.voided"
	CodeRotationProposed Kind = "code.rotation_proposed" // who could see it may not any more
	CodeKept             Kind = "code.kept"              // the proposal to change it was put aside
	KeysRotated          Kind = "keys.rotated"           // sealed anew under another root key
	PhraseMade           Kind = "code.phrase_made"
	VerificationStarted  Kind = "verification.started"
	VerificationMatched  Kind = "verification.matched"
	VerificationFailed   Kind = "verification.failed"
	VerificationLocked   Kind = "verification.locked"
	VerificationNoCode   Kind = "verification.no_code"
	VerificationClosed   Kind = "verification.closed"
	VerificationDenied   Kind = "verification.denied" // the customer: that's not me
	AgentPaused          Kind = "verification.agent_paused"
	MinorChangeAsked     Kind = "change.minor"
	ChangeAsked          Kind = "change.asked"
	ChangeApproved       Kind = "change.approved"
	ChangeRejected       Kind = "change.rejected"
	ChangeWithdrawn      Kind = "change.withdrawn"
	ChangeLapsed         Kind = "change.lapsed"
	FieldDefined         Kind = "field.defined"
	FieldChanged         Kind = "field.changed"
	FieldRetired         Kind = "field.retired"
	InvitationAccepted   Kind = "invitation.accepted"
	SignedIn             Kind = "login.signed_in"
	SignInFailed         Kind = "login.sign_in_failed"
	SignedOut            Kind = "login.signed_out"
	SessionRevoked       Kind = "login.session_revoked"
	PasswordChanged      Kind = "login.password_changed"
	PasswordResetAsked   Kind = "login.reset_asked"
	FactorAdded          Kind = "login.factor_added"
	FactorRemoved        Kind = "login.factor_removed"
	RecoveryCodesMade    Kind = "login.recovery_codes_made"
	RecoveryCodeUsed     Kind = "login.recovery_code_used"
	SteppedUp            Kind = "login.stepped_up"
	StaffInvited         Kind = "staff.invited"
	StaffChanged         Kind = "staff.changed"
	StaffDeactivated     Kind = "staff.deactivated"
	StaffReactivated     Kind = "staff.reactivated"
	AuditExported        Kind = "audit.exported"
	DatabaseRestored     Kind = "database.restored"
	SettingsChanged      Kind = "login.settings_changed"
	NumberAdded          Kind = "number.added"
	NumberChanged        Kind = "number.changed"
	NumberRemoved        Kind = "number.removed"
	NumberRestored       Kind = "number.restored"
	NumbersChanged       Kind = "numbers.changed" // several in one action
	NumbersRefused       Kind = "numbers.refused" // edits made offline by somebody whose access had ended
	NumbersJobStarted    Kind = "numbers.job_started"
	NumbersJobWentOn     Kind = "numbers.job_went_on" // a batch of several
	NumbersJobEnded      Kind = "numbers.job_ended"   // done, cancelled or failed
	NumbersExported      Kind = "numbers.exported"
	NumbersReplaced      Kind = "numbers.history_replaced" // the server's history went back, as after a restore
	UnitCreated          Kind = "business_unit.created"
	UnitChanged          Kind = "business_unit.changed"
	UnitDeleted          Kind = "business_unit.deleted"
	ProgramCreated       Kind = "program.created"
	ProgramChanged       Kind = "program.changed"
	ProgramDeleted       Kind = "program.deleted"
	PurposeCreated       Kind = "call_purpose.created"
	PurposeChanged       Kind = "call_purpose.changed"
	PurposeRetired       Kind = "call_purpose.retired"
	AttentionResolved    Kind = "numbers.attention_resolved"
	ServiceCreated       Kind = "service.created"
	ServiceChanged       Kind = "service.changed"
	ServiceAssigned      Kind = "service.contact_assigned"
	ServiceUnassigned    Kind = "service.contact_removed"
	CancellationAsked    Kind = "service.cancellation_asked" // in the portal; decided as every significant change
	CancellationTaken    Kind = "service.cancellation_taken_back"
	TicketOpened         Kind = "ticket.opened"
	TicketReplied        Kind = "ticket.replied"
	TicketClosed         Kind = "ticket.closed"
	TicketReopened       Kind = "ticket.reopened"
	TicketCopies         Kind = "ticket.copies_changed"
	TicketChanged        Kind = "ticket.changed" // by staff: state, assignee, category, service
	TicketNoted          Kind = "ticket.noted"   // in the provider's record alone
	FileUploaded         Kind = "ticket.file_uploaded"
	CannedCreated        Kind = "canned_answer.created"
	CannedChanged        Kind = "canned_answer.changed"
	CannedDeleted        Kind = "canned_answer.deleted"
	InvoiceCreated       Kind = "invoice.created"
	InvoiceChanged       Kind = "invoice.changed"
	InvoicePaying        Kind = "invoice.paying" // somebody went to the payment page
	WebhookCreated       Kind = "webhook.created"
	WebhookChanged       Kind = "webhook.changed"
	WebhookSecretRolled  Kind = "webhook.secret_rolled"
	WebhookDeleted       Kind = "webhook.deleted"
	WebhookDeactivated   Kind = "webhook.deactivated" // by the server: it is gone, or nothing arrived for days
	WebhookTested        Kind = "webhook.tested"
	WebhookResent        Kind = "webhook.resent"
	TokenCreated         Kind = "api_token.created"
	TokenRevoked         Kind = "api_token.revoked"
)

// ActorKind says whose hand it was.
type ActorKind string

const (
	ByContact ActorKind = "contact"
	ByStaff   ActorKind = "staff"
	BySupport ActorKind = "support" // staff inside a support session: Session and Grant are set
	BySystem  ActorKind = "system"
	ByLogin   ActorKind = "login" // a person before it is known in which role
	ByToken   ActorKind = "token" // another system of the provider's
)

// CommandLine is the name of BySystem where a person asked for it on the server's machine.
const CommandLine = "command line"

// Actor is who did it, with the name of that moment.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
	Name string    `json:"name,omitempty"`
}

// Outcome says whether it took place.
type Outcome string

const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Entry is one line of the record. Detail holds the placeholders of its sentence and old and new values ("from",
// "to"); never a secret.
type Entry struct {
	Stream  live.Stream       `json:"stream"`
	Seq     int64             `json:"seq"`
	At      int64             `json:"at"` // Unix milliseconds
	Kind    Kind              `json:"kind"`
	Actor   Actor             `json:"actor"`
	Grant   id.AccessRequest  `json:"grant,omitempty"`
	Session id.SupportSession `json:"session,omitempty"`
	Request string            `json:"request,omitempty"` // reference of the HTTP request
	Address string            `json:"address,omitempty"`
	Object  string            `json:"object,omitempty"` // id of the thing
	Detail  map[string]string `json:"detail,omitempty"`
	Outcome Outcome           `json:"outcome"`
	Prev    string            `json:"prev"`
	MAC     string            `json:"mac"`
}

// Head is the newest entry of a chain, to be kept elsewhere as an anchor.
type Head struct {
	Stream live.Stream `json:"stream"`
	Seq    int64       `json:"seq"`
	MAC    string      `json:"mac"`
}
