package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/ticket"
)

// TicketRow is a ticket as the customer's list shows it.
type TicketRow struct {
	ticket.Ticket
	ServiceName string `json:"service_name,omitempty"`
	Found       string `json:"found,omitempty"` // of a search: the words around what was found
}

// Tickets are a page of tickets, those with news first.
type Tickets struct {
	Tickets []TicketRow `json:"tickets"`
	Next    string      `json:"next,omitempty"` // give it as after to go on
}

// TicketFilter picks tickets. Empty fields do not filter.
type TicketFilter struct {
	Query    string           `query:"q" maxLength:"200" doc:"Words of the subject or of messages, or a number such as #4821"`
	State    string           `query:"state" maxLength:"20" doc:"open, pending, on_hold or closed; running for all but closed"`
	Category routing.Category `query:"category" maxLength:"20"`
	Service  id.Service       `query:"service" maxLength:"36"`
	After    string           `query:"after" maxLength:"100" doc:"Next of the page before"`
	Limit    int              `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type TicketsIn struct {
	Org
	TicketFilter
}

// Conversation is a ticket with its messages.
type Conversation struct {
	Ticket   TicketRow        `json:"ticket"`
	Messages []ticket.Message `json:"messages"`          // oldest first
	Earlier  string           `json:"earlier,omitempty"` // give it as before for those before the first
	Copies   []Named          `json:"copies"`
	Writing  []string         `json:"writing"` // names of who is writing at this moment, never the caller's
	Now      time.Time        `json:"now"`

	MayReply  bool `json:"may_reply"`  // and close
	MayReopen bool `json:"may_reopen"` // closed not too long ago
}

// Named is a contact by name.
type Named struct {
	ID   id.Contact `json:"id"`
	Name string     `json:"name"`
}

type TicketIn struct {
	Org
	Ticket id.Ticket `path:"ticket" format:"uuid" doc:"Ticket"`
}

type ConversationIn struct {
	TicketIn
	Before id.Message `query:"before" maxLength:"36" doc:"Only messages before this one"`
	Limit  int        `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// MessageBody is what somebody writes. ID is made by the caller: the same one again is the same message, so that what is
// sent twice is there once.
type MessageBody struct {
	ID    id.Message      `json:"id" format:"uuid" doc:"Made by the caller; the same one again is the same message"`
	Text  string          `json:"text,omitempty" maxLength:"20000"`
	Files []id.Attachment `json:"files,omitempty" maxItems:"10" doc:"Uploaded before, by the same person"`
}

type OpenTicketIn struct {
	Org
	Body struct {
		MessageBody
		Ticket   id.Ticket        `json:"ticket" format:"uuid" doc:"Made by the caller, as the id of the message"`
		Category routing.Category `json:"category" enum:"technical,commercial,financial"`
		Service  id.Service       `json:"service,omitempty" maxLength:"36" doc:"Service or domain that it is about"`
		Subject  string           `json:"subject" minLength:"1" maxLength:"300"`
		Copies   []id.Contact     `json:"copies,omitempty" maxItems:"20" doc:"Contacts who get its mail besides"`
	}
}

type ReplyIn struct {
	TicketIn
	Body MessageBody
}

type CopiesIn struct {
	TicketIn
	Body struct {
		Copies []id.Contact `json:"copies" maxItems:"20"`
	}
}

type UploadIn struct {
	Org
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"255"`
		Data []byte `json:"data" contentEncoding:"base64" doc:"At most 10 MiB"`
	}
}

type FileIn struct {
	TicketIn
	File id.Attachment `path:"file" format:"uuid" doc:"Attachment"`
}

type DropFileIn struct {
	Org
	File id.Attachment `path:"file" format:"uuid" doc:"Attachment that no message has taken"`
}

// TicketChoices are what a new ticket can be about, and who can be copied in.
type TicketChoices struct {
	Services []TicketService `json:"services"` // by name; those that ended are not among them
	Contacts []Named         `json:"contacts"` // active ones with an e-mail, by name; at most 200
}

// TicketService is a service or domain by name.
type TicketService struct {
	ID   id.Service `json:"id"`
	Name string     `json:"name"`
}

// uploadBody leaves room for the base64 form of a file and its name.
const uploadBody = ticket.MaxFile/3*4 + 4096

var (
	ListTickets = Endpoint[TicketsIn, Tickets]{Spec{Name: "list-tickets", Method: get, Path: orgPath + "/tickets",
		Summary: "Tickets with news first, or what a search finds", Policy: Policy{Right: perm.TicketsView}, Support: SupportAllowed}}
	GetTicketChoices = Endpoint[Org, TicketChoices]{Spec{Name: "get-ticket-choices", Method: get, Path: orgPath + "/ticket-choices",
		Summary: "What a new ticket can be about, and who can be copied in", Policy: Policy{Right: perm.TicketsCreate}}}
	GetTicket = Endpoint[ConversationIn, Conversation]{Spec{Name: "get-ticket", Method: get, Path: orgPath + "/tickets/{ticket}",
		Summary: "A ticket with its newest messages", Policy: Policy{Right: perm.TicketsView}, Support: SupportAllowed}}
	OpenTicket = Endpoint[OpenTicketIn, Conversation]{Spec{Name: "open-ticket", Method: post, Path: orgPath + "/tickets",
		Summary: "Open a ticket", Policy: Policy{Right: perm.TicketsCreate}, Rate: Costly}}
	ReplyTicket = Endpoint[ReplyIn, Conversation]{Spec{Name: "reply-ticket", Method: post, Path: orgPath + "/tickets/{ticket}/messages",
		Summary: "Answer; a closed ticket is taken up again", Policy: Policy{Right: perm.TicketsUpdate}}}
	CloseTicket = Endpoint[TicketIn, Conversation]{Spec{Name: "close-ticket", Method: post, Path: orgPath + "/tickets/{ticket}/close",
		Summary: "Close a ticket", Policy: Policy{Right: perm.TicketsUpdate}}}
	ReopenTicket = Endpoint[TicketIn, Conversation]{Spec{Name: "reopen-ticket", Method: post, Path: orgPath + "/tickets/{ticket}/reopen",
		Summary: "Take a closed ticket up again", Policy: Policy{Right: perm.TicketsUpdate}}}
	SetTicketCopies = Endpoint[CopiesIn, Conversation]{Spec{Name: "set-ticket-copies", Method: put, Path: orgPath + "/tickets/{ticket}/copies",
		Summary: "Say which contacts get the ticket's mail besides", Policy: Policy{Right: perm.TicketsUpdate}}}
	TellWriting = Endpoint[TicketIn, None]{Spec{Name: "tell-writing", Method: post, Path: orgPath + "/tickets/{ticket}/writing",
		Summary: "Say that one is writing an answer; forgotten after some seconds", Policy: Policy{Right: perm.TicketsUpdate}, Reads: true}}
	UploadFile = Endpoint[UploadIn, ticket.File]{Spec{Name: "upload-file", Method: post, Path: orgPath + "/files",
		Summary: "Upload a file for a message that is about to be sent", Policy: Policy{Right: perm.TicketsView}, Body: uploadBody}}
	DropFile = Endpoint[DropFileIn, None]{Spec{Name: "drop-file", Method: del, Path: orgPath + "/files/{file}",
		Summary: "Forget an uploaded file that no message has taken", Policy: Policy{Right: perm.TicketsView}}}
	GetFile = Endpoint[FileIn, Blob]{Spec{Name: "get-file", Method: get, Path: orgPath + "/tickets/{ticket}/files/{file}",
		Summary: "The bytes of an attachment", Policy: Policy{Right: perm.TicketsView}, Support: SupportAllowed}}
)
