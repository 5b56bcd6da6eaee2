// Package live names what is told over the websocket: that something changed, never what. A client that is told
// pulls through the ordinary endpoint, so there is one read path and one place for permission.
package live

import "countersign/shared/id"

// Stream is a gapless sequence of events: an organization's, or the provider's.
type Stream string

// Provider is the stream that staff listen to.
const Provider Stream = "provider"

// Of is the stream of an organization.
func Of(org id.Organization) Stream { return Stream(org) }

// Kind says which part of a screen is stale.
type Kind string

const (
	Access       Kind = "access"       // access requests, grants, support sessions of Org
	Activity     Kind = "activity"     // the audit log of Org (or of the provider) grew by something people watch
	Organization Kind = "organization" // name, reference, managed by, owner, state of Org
	Contacts     Kind = "contacts"     // contacts and their rights
	Codes        Kind = "codes"        // Phone/Chat Codes of Org: set, changed, locked, a miss; never the code
	Verify       Kind = "verify"       // a call or chat that is being verified in Org
	Changes      Kind = "changes"      // significant changes of Org that wait or were decided
	Ownership    Kind = "ownership"    // a transfer of ownership of Org
	Fields       Kind = "fields"       // definitions of custom fields
	Staff        Kind = "staff"        // the provider's staff
	Numbers      Kind = "numbers"      // phone numbers, units, programs, purposes of Org: Ref is epoch ":" head of their history
	Services     Kind = "services"     // services and domains of Org; Ref is the one
	Invoices     Kind = "invoices"     // invoices of Org; Ref is the one
	Tokens       Kind = "tokens"       // tokens of the provider's other systems
	Jobs         Kind = "jobs"         // bulk work on the numbers of Org; Ref is the job
	Tickets      Kind = "tickets"      // tickets of Org; Ref is the ticket for staff, "" for contacts, who may see only some
	Writing      Kind = "writing"      // somebody writes in a ticket of Org, at this moment; Ref as for Tickets
	Canned       Kind = "canned"       // texts that staff put into answers
	Webhooks     Kind = "webhooks"     // where the provider's other systems are told, and what became of it; Ref is the webhook
	Me           Kind = "me"           // the caller's own sign-ins, rights or settings
)

// Event is one poke: sequence in its stream, what is stale, whose, and the id of the thing when one is meant.
type Event struct {
	Seq  int64           `json:"seq"`
	Kind Kind            `json:"kind"`
	Org  id.Organization `json:"org,omitempty"`
	Ref  string          `json:"ref,omitempty"`
}

// Frame is what the server sends. T is "poke" (Events in order), "resync" (the client was too far behind or too slow:
// reload what is shown, Head is where the stream is), "hello" (Head and the server's time after connecting), "end"
// (the sign-in or the support session is over; Why is a catalogue key) or "retry" (the server is stopping; come back
// after Wait milliseconds).
type Frame struct {
	T      string  `json:"t"`
	Events []Event `json:"events,omitempty"`
	Head   int64   `json:"head,omitempty"`
	Now    int64   `json:"now,omitempty"`
	Why    string  `json:"why,omitempty"`
	Wait   int     `json:"wait,omitempty"`
}

const (
	FramePoke   = "poke"
	FrameResync = "resync"
	FrameHello  = "hello"
	FrameEnd    = "end"
	FrameRetry  = "retry"
)
