package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
	"countersign/shared/verification"
)

// StaffTicket is a ticket as staff see it.
type StaffTicket struct {
	TicketRow
	OrgName   string `json:"org_name"`
	Reference string `json:"reference"`
	Version   int64  `json:"version"`
}

// StaffTickets are a page of the queue: the longest waiting first, or what a search finds, the newest first.
type StaffTickets struct {
	Tickets []StaffTicket `json:"tickets"`
	Open    int           `json:"open"`       // that wait for the Support team, of all organizations
	Mine    int           `json:"mine"`       // of these, assigned to the caller
	Nobodys int           `json:"unassigned"` // of these, assigned to nobody
	Next    string        `json:"next,omitempty"`
}

type StaffTicketsIn struct {
	TicketFilter
	Org      id.Organization `query:"org" maxLength:"36" doc:"Only of this organization"`
	Assignee string          `query:"assignee" maxLength:"36" doc:"me, nobody, or the id of a member of staff"`
}

// StaffConversation is a ticket with its messages, notes among them, and what to know about who opened it.
type StaffConversation struct {
	Ticket   StaffTicket      `json:"ticket"`
	Messages []ticket.Message `json:"messages"` // oldest first
	Earlier  string           `json:"earlier,omitempty"`
	Copies   []Named          `json:"copies"`
	Writing  []string         `json:"writing"`
	Panel    TicketPanel      `json:"panel"`
	Now      time.Time        `json:"now"`
}

// TicketPanel is what stands beside a ticket: who asks, how that is known, and what they may ask for.
type TicketPanel struct {
	Organization Found            `json:"organization"`     // with the state of remote support
	Opener       *TicketOpener    `json:"opener,omitempty"` // absent when the contact was deleted
	Service      *ServiceRow      `json:"service,omitempty"`
	Receipts     []TicketReceipt  `json:"receipts"` // open verifications of the caller with the organization
	Tickets      []TicketRow      `json:"tickets"`  // of the organization, others that are not closed; at most 10
	Gets         []Gets           `json:"gets"`     // who gets the mail of an answer
	Category     routing.Category `json:"category"`
}

// TicketOpener is the contact who opened a ticket, with what they are entitled to.
type TicketOpener struct {
	Named
	Company   string         `json:"company,omitempty"`
	Email     string         `json:"email,omitempty"`
	Phone     string         `json:"phone,omitempty"`
	Locale    string         `json:"locale"`
	Active    bool           `json:"active"`
	Owner     bool           `json:"owner"`
	Authority bool           `json:"phone_chat_authority"` // may ask for work by phone and chat; otherwise by ticket and mail only (S06)
	Rights    []perm.Right   `json:"rights"`               // in the portal
	Assigned  []service.Role `json:"assigned"`             // to the ticket's service
}

// TicketReceipt is proof that a caller was verified, and until when it counts.
type TicketReceipt struct {
	Verification id.Verification      `json:"verification"`
	Name         string               `json:"name"`
	Channel      verification.Channel `json:"channel"`
	Until        time.Time            `json:"until,omitzero"` // zero: nothing matched yet
	Permits      verification.Tier    `json:"permits"`
	Ticket       string               `json:"ticket,omitempty"`
}

type StaffReplyIn struct {
	TicketIn
	Body struct {
		MessageBody
		State ticket.State `json:"state,omitempty" enum:"pending,on_hold,open,closed" doc:"In which the answer leaves the ticket; pending when empty"`
	}
}

type NoteIn struct {
	TicketIn
	Body MessageBody
}

type SetTicketIn struct {
	TicketIn
	Body struct {
		Version  int64             `json:"version" minimum:"1" doc:"Of the ticket as it was shown"`
		State    *ticket.State     `json:"state,omitempty" enum:"open,pending,on_hold,closed"`
		Assignee *id.Staff         `json:"assignee,omitempty" maxLength:"36" doc:"Empty for nobody"`
		Category *routing.Category `json:"category,omitempty" enum:"technical,commercial,financial"`
		Service  *id.Service       `json:"service,omitempty" maxLength:"36" doc:"Empty for none"`
	}
}

// CannedAnswer is a text that staff put into answers. {name}, {organization}, {ticket} and {agent} stand for those of the
// ticket.
type CannedAnswer struct {
	ID        id.CannedAnswer `json:"id"`
	Title     string          `json:"title"`
	BodyEN    string          `json:"body_en"`
	BodyFR    string          `json:"body_fr"`
	Version   int64           `json:"version"`
	ChangedAt time.Time       `json:"changed_at"`
	ChangedBy string          `json:"changed_by"`
}

// CannedAnswers are all of them, by title.
type CannedAnswers struct {
	Answers []CannedAnswer `json:"answers"`
}

// CannedBody is what a canned answer holds.
type CannedBody struct {
	Title  string `json:"title" minLength:"1" maxLength:"100"`
	BodyEN string `json:"body_en" minLength:"1" maxLength:"5000"`
	BodyFR string `json:"body_fr" minLength:"1" maxLength:"5000"`
}

type CreateCannedIn struct{ Body CannedBody }

type CannedIn struct {
	Answer id.CannedAnswer `path:"answer" format:"uuid" doc:"Canned answer"`
}

type UpdateCannedIn struct {
	CannedIn
	Body struct {
		CannedBody
		Version int64 `json:"version" minimum:"1"`
	}
}

const staffTicket = staffOrg + "/tickets/{ticket}"

var (
	ListStaffTickets = Endpoint[StaffTicketsIn, StaffTickets]{Spec{Name: "list-staff-tickets", Method: get, Path: "/api/staff/tickets",
		Summary: "Staff: the queue, longest waiting first, or what a search finds", Policy: Policy{Staff: org.Agent}}}
	GetStaffTicket = Endpoint[ConversationIn, StaffConversation]{Spec{Name: "get-staff-ticket", Method: get, Path: staffTicket,
		Summary: "Staff: a ticket with its messages, notes and the customer's panel", Policy: Policy{Staff: org.Agent}}}
	ReplyStaffTicket = Endpoint[StaffReplyIn, StaffConversation]{Spec{Name: "reply-staff-ticket", Method: post, Path: staffTicket + "/messages",
		Summary: "Staff: answer the customer", Policy: Policy{Staff: org.Agent}}}
	NoteTicket = Endpoint[NoteIn, StaffConversation]{Spec{Name: "note-ticket", Method: post, Path: staffTicket + "/notes",
		Summary: "Staff: write a note that the customer never sees", Policy: Policy{Staff: org.Agent}}}
	SetTicket = Endpoint[SetTicketIn, StaffConversation]{Spec{Name: "set-ticket", Method: patch, Path: staffTicket,
		Summary: "Staff: change state, assignee, category or service", Policy: Policy{Staff: org.Agent}}}
	TellStaffWriting = Endpoint[TicketIn, None]{Spec{Name: "tell-staff-writing", Method: post, Path: staffTicket + "/writing",
		Summary: "Staff: say that one is writing an answer", Policy: Policy{Staff: org.Agent}, Reads: true}}
	UploadStaffFile = Endpoint[UploadIn, ticket.File]{Spec{Name: "upload-staff-file", Method: post, Path: staffOrg + "/files",
		Summary: "Staff: upload a file for a message that is about to be sent", Policy: Policy{Staff: org.Agent}, Body: uploadBody}}
	DropStaffFile = Endpoint[DropFileIn, None]{Spec{Name: "drop-staff-file", Method: del, Path: staffOrg + "/files/{file}",
		Summary: "Staff: forget an uploaded file that no message has taken", Policy: Policy{Staff: org.Agent}}}
	GetStaffFile = Endpoint[FileIn, Blob]{Spec{Name: "get-staff-file", Method: get, Path: staffTicket + "/files/{file}",
		Summary: "Staff: the bytes of an attachment", Policy: Policy{Staff: org.Agent}}}

	ListCanned = Endpoint[None, CannedAnswers]{Spec{Name: "list-canned-answers", Method: get, Path: "/api/staff/canned-answers",
		Summary: "Staff: texts for answers", Policy: Policy{Staff: org.Agent}}}
	CreateCanned = Endpoint[CreateCannedIn, CannedAnswer]{Spec{Name: "create-canned-answer", Method: post, Path: "/api/staff/canned-answers",
		Summary: "Lead: add a text for answers", Policy: Policy{Staff: org.Lead}}}
	UpdateCanned = Endpoint[UpdateCannedIn, CannedAnswer]{Spec{Name: "update-canned-answer", Method: put, Path: "/api/staff/canned-answers/{answer}",
		Summary: "Lead: change a text for answers", Policy: Policy{Staff: org.Lead}}}
	DeleteCanned = Endpoint[CannedIn, None]{Spec{Name: "delete-canned-answer", Method: del, Path: "/api/staff/canned-answers/{answer}",
		Summary: "Lead: delete a text for answers", Policy: Policy{Staff: org.Lead}}}
)
