package mail

import "strings"

// Template names a message; its sentences are the catalogue's mail.<template>.subject, .body and .action.
type Template string

const (
	AccessRequested          Template = "access_requested"           // owner, approvers: an agent asks
	AccessJoined             Template = "access_joined"              // owner, approvers: another agent asks too
	AccessApproved           Template = "access_approved"            // agents
	AccessRejected           Template = "access_rejected"            // agents
	AccessWithdrawn          Template = "access_withdrawn"           // owner, approvers
	AccessLapsed             Template = "access_lapsed"              // owner, approvers, agents
	AccessExtensionRequested Template = "access_extension_requested" // owner, approvers
	AccessExtensionRejected  Template = "access_extension_rejected"  // agents
	AccessEndChanged         Template = "access_end_changed"         // agents, owner
	AccessStarted            Template = "access_started"             // owner: a grant runs
	AccessEntered            Template = "access_entered"             // owner: an agent is in
	AccessEnded              Template = "access_ended"               // owner, agents
	AccessInvited            Template = "access_invited"             // staff leads: a customer invited support
	ManagedByProposed        Template = "managed_by_proposed"        // owner: consent is asked
	ManagedByChanged         Template = "managed_by_changed"         // owner
	Invitation               Template = "invitation"                 // a contact, to the portal
	StaffInvitation          Template = "staff_invitation"           // a new colleague
	PasswordReset            Template = "password_reset"
	PasswordChanged          Template = "password_changed"
	ContactPasswordReset     Template = "contact_password_reset" // owner: a contact has a new password by a mailed link
	FactorChanged            Template = "factor_changed"
	NewSignIn                Template = "new_sign_in"
	AccessGiven              Template = "access_given"         // a contact who can sign in now
	ContactAccess            Template = "contact_access"       // owner: somebody else gave access, or changed permissions
	ContactDeleted           Template = "contact_deleted"      // owner: the provider deleted a contact
	OwnershipOffered         Template = "ownership_offered"    // the other side
	OwnershipEnded           Template = "ownership_ended"      // the two sides of a transfer
	CodeChanged              Template = "code_changed"         // owner, holder: a Phone/Chat Code was set, changed or removed
	CodeRevealed             Template = "code_revealed"        // owner, holder: somebody looked at it
	CodeUsed                 Template = "code_used"            // owner: a caller was verified
	CodeMissed               Template = "code_missed"          // owner: what a caller said was wrong; once a call
	CodeLocked               Template = "code_locked"          // owner: too many wrong ones
	CodeVoided               Template = "code_voided"          // owner, holder: it must be set again
	VerificationDenied       Template = "verification_denied"  // owner, leads: the customer said that it is not them
	AgentPaused              Template = "agent_paused"         // leads: too many wrong ones by one agent
	ChangeAsked              Template = "change_asked"         // owner, approvers: a significant change waits
	ChangeDecided            Template = "change_decided"       // the agent who asked
	TicketMessage            Template = "ticket_message"       // whom the ticket's mails go to: somebody wrote, or closed it
	TicketStaff              Template = "ticket_staff"         // the member of staff whom the ticket is assigned to
	ServiceContact           Template = "service_contact"      // the contact and the owner: who is asked about a service
	CancellationAsked        Template = "cancellation_asked"   // owner, approvers: a contact wants a service cancelled
	CancellationDecided      Template = "cancellation_decided" // the contact who asked
	InvoiceNew               Template = "invoice_new"          // whom financial mails go to
)

// kind says how an argument is written and shown.
type kind int

const (
	text     kind = iota // a name, on one line
	maybe                // text that may be absent
	note                 // what a person wrote, quoted; may be absent
	body                 // what a person wrote, as the letter's main content; may be absent
	names                // names of files, one a line; may be absent
	moment               // At
	day                  // YYYY-MM-DD
	money                // Amount
	span                 // For
	variant              // picks the sentences
	linkPath             // a path in the portal
)

func (k kind) optional() bool { return k == maybe || k == note || k == body || k == names }

// spec declares a template's arguments. Every template has a "link" besides.
type spec struct {
	args     map[string]kind
	variants []string // the values of its variant argument
	token    bool     // the link carries the message's token
	ticket   bool     // one of a conversation, whose mails all have one subject
}

var specs = map[Template]spec{
	AccessRequested: {args: map[string]kind{"agent": text, "organization": text, "duration": span, "lapses": moment, "note": note}},
	AccessJoined:    {args: map[string]kind{"agent": text, "organization": text, "lapses": moment}},
	AccessApproved:  {args: map[string]kind{"organization": text, "by": text, "duration": span, "ends": moment}},
	AccessRejected:  {args: map[string]kind{"organization": text, "by": text, "note": note}},
	AccessWithdrawn: {args: map[string]kind{"organization": text, "agent": text}},
	AccessLapsed:    {args: map[string]kind{"organization": text, "at": moment}},
	AccessExtensionRequested: {
		args: map[string]kind{"agent": text, "organization": text, "duration": span, "ends": moment, "note": note},
	},
	AccessExtensionRejected: {args: map[string]kind{"organization": text, "by": text, "ends": moment, "note": note}},
	AccessEndChanged:        {args: map[string]kind{"organization": text, "by": text, "ends": moment}},
	AccessStarted: {
		// "agent" are all the agents' names; an invitation goes to nobody in particular.
		args:     map[string]kind{"source": variant, "organization": text, "by": text, "agent": maybe, "duration": span, "ends": moment},
		variants: []string{"request", "invite"},
	},
	AccessEntered: {
		args:     map[string]kind{"role": variant, "organization": text, "agent": text, "at": moment, "ends": moment, "note": note},
		variants: []string{"super_admin", "owner"},
	},
	AccessEnded: {
		// "by" for those that somebody revoked or ended.
		args:     map[string]kind{"why": variant, "organization": text, "by": maybe, "at": moment, "note": note},
		variants: []string{"expired", "revoked", "ended", "system"},
	},
	AccessInvited:     {args: map[string]kind{"organization": text, "by": text, "duration": span, "ends": moment, "note": note}},
	ManagedByProposed: {args: map[string]kind{"organization": text, "by": text}},
	ManagedByChanged: {
		args:     map[string]kind{"to": variant, "organization": text, "by": text, "at": moment},
		variants: []string{"service_provider", "customer"},
	},
	Invitation:           {args: map[string]kind{"organization": text, "by": text, "expires": moment}, token: true},
	StaffInvitation:      {args: map[string]kind{"by": text, "expires": moment}, token: true},
	PasswordReset:        {args: map[string]kind{"expires": moment}, token: true},
	PasswordChanged:      {args: map[string]kind{"at": moment, "address": text}},
	ContactPasswordReset: {args: map[string]kind{"contact": text, "organization": text, "at": moment}},
	FactorChanged: {
		args:     map[string]kind{"change": variant, "at": moment, "address": text},
		variants: []string{"added", "removed", "recovery_codes"},
	},
	NewSignIn:   {args: map[string]kind{"at": moment, "device": text, "address": text}},
	AccessGiven: {args: map[string]kind{"organization": text, "by": text}},
	ContactAccess: {
		args:     map[string]kind{"what": variant, "contact": text, "organization": text, "by": text, "at": moment},
		variants: []string{"given", "permissions"},
	},
	ContactDeleted:   {args: map[string]kind{"contact": text, "organization": text, "by": text, "at": moment, "note": note}},
	OwnershipOffered: {args: map[string]kind{"organization": text, "by": text, "expires": moment}},
	OwnershipEnded: {
		args:     map[string]kind{"state": variant, "organization": text, "by": text, "contact": text, "at": moment},
		variants: []string{"accepted", "declined", "withdrawn", "lapsed"},
	},
	CodeChanged: {
		args:     map[string]kind{"what": variant, "organization": text, "holder": text, "by": text, "at": moment},
		variants: []string{"set", "changed", "removed"},
	},
	CodeRevealed: {args: map[string]kind{"organization": text, "holder": text, "by": text, "at": moment}},
	CodeUsed: {
		args:     map[string]kind{"matched": variant, "organization": text, "caller": text, "agent": text, "at": moment},
		variants: []string{"own", "account", "phrase"},
	},
	CodeMissed: {args: map[string]kind{"organization": text, "caller": text, "agent": text, "at": moment}},
	CodeLocked: {
		args:     map[string]kind{"which": variant, "organization": text, "holder": text, "until": moment},
		variants: []string{"one", "all"},
	},
	CodeVoided:         {args: map[string]kind{"organization": text, "holder": text, "at": moment}},
	VerificationDenied: {args: map[string]kind{"organization": text, "caller": text, "agent": text, "by": text, "at": moment}},
	AgentPaused:        {args: map[string]kind{"agent": text, "organization": text, "until": moment}},
	ChangeAsked: {
		args: map[string]kind{"kind": variant, "organization": text, "caller": text, "agent": text, "subject": text, "lapses": moment,
			"note": note},
		variants: []string{"change", "cancellation"},
	},
	ChangeDecided: {
		// "by" is who decided; the organization when nobody did.
		args:     map[string]kind{"state": variant, "organization": text, "by": text, "caller": text, "subject": text, "note": note},
		variants: []string{"approved", "rejected", "lapsed", "withdrawn"},
	},
	TicketMessage: {
		args: map[string]kind{"what": variant, "number": text, "subject": text, "author": text, "organization": text, "service": maybe,
			"body": body, "files": names},
		variants: []string{"opened", "asked", "answered", "closed"}, ticket: true,
	},
	TicketStaff: {
		// "author" is who assigned it, or who wrote; the body of an assigned one is what was written last.
		args: map[string]kind{"what": variant, "number": text, "subject": text, "author": text, "organization": text, "service": maybe,
			"body": body, "files": names},
		variants: []string{"assigned", "asked"}, ticket: true,
	},
	ServiceContact: {
		args:     map[string]kind{"what": variant, "service": text, "organization": text, "contact": text, "by": text},
		variants: []string{"assigned_support", "assigned_billing", "unassigned_support", "unassigned_billing"},
	},
	CancellationAsked: {args: map[string]kind{"organization": text, "by": text, "service": text, "lapses": moment, "note": note}},
	CancellationDecided: {
		// "by" is who decided; the organization when nobody did.
		args:     map[string]kind{"state": variant, "organization": text, "by": text, "service": text, "note": note},
		variants: []string{"approved", "rejected", "lapsed", "withdrawn"},
	},
	InvoiceNew: {args: map[string]kind{"organization": text, "number": text, "amount": money, "due": day}},
}

// Templates are all templates, for tests that must see each.
func Templates() []Template {
	return []Template{AccessRequested, AccessJoined, AccessApproved, AccessRejected, AccessWithdrawn, AccessLapsed,
		AccessExtensionRequested, AccessExtensionRejected, AccessEndChanged, AccessStarted, AccessEntered, AccessEnded,
		AccessInvited, ManagedByProposed, ManagedByChanged, Invitation, StaffInvitation, PasswordReset, PasswordChanged,
		ContactPasswordReset, FactorChanged, NewSignIn, AccessGiven, ContactAccess, ContactDeleted, OwnershipOffered, OwnershipEnded,
		CodeChanged, CodeRevealed, CodeUsed, CodeMissed, CodeLocked, CodeVoided, VerificationDenied, AgentPaused, ChangeAsked, ChangeDecided,
		TicketMessage, TicketStaff, ServiceContact, CancellationAsked, CancellationDecided, InvoiceNew}
}

// HasToken reports whether messages of the template carry a secret link.
func (t Template) HasToken() bool { return specs[t].token }

// Variants are the values of the template's variant argument and its name, none for most templates.
func (t Template) Variants() (name string, values []string) {
	s := specs[t]
	for arg, k := range s.args {
		if k == variant {
			return arg, s.variants
		}
	}
	return "", nil
}

// key is the catalogue key of a part of the template with these arguments.
func (t Template) key(a Args, part string) string {
	words := []string{string(t)}
	if name, _ := t.Variants(); name != "" && part != "action" {
		words = append(words, a[name])
	}
	return "mail." + strings.Join(append(words, part), ".")
}
