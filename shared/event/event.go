// Package event names what the provider's other systems are told of by webhooks, and the form in which: the payload of
// the Standard Webhooks specification, with enough in it to know what to ask the API for. It holds no texts that people
// wrote to each other and nothing secret.
package event

import (
	"slices"
	"time"

	"countersign/shared/audit"
	"countersign/shared/id"
)

// Type is what happened, as a webhook subscribes to it.
type Type string

const (
	ContactCreated      Type = "contact.created"
	ContactUpdated      Type = "contact.updated"
	ContactDeactivated  Type = "contact.deactivated"
	ContactReactivated  Type = "contact.reactivated"
	ContactDeleted      Type = "contact.deleted"
	ApprovalRequested   Type = "approval.requested"
	ApprovalDecided     Type = "approval.decided" // withdrawn and lapsed too: it waits no more
	NumbersChanged      Type = "numbers.changed"  // numbers, business units and programs
	OrganizationCreated Type = "organization.created"
	OrganizationUpdated Type = "organization.updated"
	ServiceUpdated      Type = "service.updated"
	InvoiceUpdated      Type = "invoice.updated"
	TicketCreated       Type = "ticket.created"
	TicketReplied       Type = "ticket.replied"
	TicketClosed        Type = "ticket.closed"
	TicketReopened      Type = "ticket.reopened"
	TicketUpdated       Type = "ticket.updated"

	// Test is sent when an administrator asks for it, to whatever types a webhook subscribes.
	Test Type = "webhook.test"
)

// Types are all that can be subscribed to.
func Types() []Type {
	return []Type{ContactCreated, ContactUpdated, ContactDeactivated, ContactReactivated, ContactDeleted, ApprovalRequested, ApprovalDecided,
		NumbersChanged, OrganizationCreated, OrganizationUpdated, ServiceUpdated, InvoiceUpdated, TicketCreated, TicketReplied, TicketClosed,
		TicketReopened, TicketUpdated}
}

// Known reports whether t can be subscribed to.
func (t Type) Known() bool { return slices.Contains(Types(), t) }

// Event is the body of one delivery.
type Event struct {
	Type      Type      `json:"type"`
	Timestamp time.Time `json:"timestamp" doc:"When it happened, not when it was sent"`
	Data      Data      `json:"data"`
}

// Data says to what it happened and by whose hand.
type Data struct {
	Organization *Organization     `json:"organization,omitempty"`
	ID           string            `json:"id,omitempty" doc:"Of the contact, request, change, number, unit, program, job, service, invoice or ticket; none where several were changed"`
	Kind         audit.Kind        `json:"kind" doc:"What exactly, as the record of the portal calls it"`
	About        About             `json:"about,omitempty" doc:"What an approval is of"`
	At           time.Time         `json:"at"`
	By           By                `json:"by"`
	Counts       *Counts           `json:"counts,omitempty" doc:"With numbers.changed"`
	Detail       map[string]string `json:"detail,omitempty" doc:"Some of what the record tells of it, by name; a change is written as old → new"`
}

// About is what an approval is of.
type About string

const (
	Access   About = "access"    // remote access of the provider's staff
	MoreTime About = "more_time" // of a running access
	Change   About = "change"    // a significant change, or a cancellation
)

// Organization is whose thing it is.
type Organization struct {
	ID        id.Organization `json:"id"`
	Reference string          `json:"reference" doc:"Customer reference"`
	Name      string          `json:"name"`
}

// By is whose hand it was, with the name of that moment.
type By struct {
	Kind audit.ActorKind `json:"kind"`
	Name string          `json:"name,omitempty"`
}

// Counts are the changes that were applied and rejected; of bulk work, those so far.
type Counts struct {
	Applied  int `json:"applied"`
	Rejected int `json:"rejected"`
}
