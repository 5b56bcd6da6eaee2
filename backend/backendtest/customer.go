package backendtest

import (
	"context"
	"crypto/rand"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/routing"
	"countersign/shared/service"
)

// What an organization has, asks and owes, short.

// AddService gives an organization a service or domain that is active.
func (w *World) AddService(o id.Organization, k service.Kind, name string) (s id.Service) {
	w.TB.Helper()
	w.seed(func(tx *store.Tx) error {
		owned := service.Owned{ID: newID[id.Service](tx), Org: o, Kind: k, Name: name, Product: "Managed hosting", State: service.Active, Key: name}
		s = owned.ID
		return tx.AddService(context.Background(), &owned)
	})
	return s
}

// AddInvoice gives an organization an invoice.
func (w *World) AddInvoice(o id.Organization, v invoice.Invoice) (i id.Invoice) {
	w.TB.Helper()
	w.seed(func(tx *store.Tx) error {
		v.ID, v.Org = newID[id.Invoice](tx), o
		i = v.ID
		return tx.AddInvoice(context.Background(), &v)
	})
	return i
}

// Fresh is an id that nothing has yet, as a caller makes one.
func Fresh[T ~string](w *World) T { return id.New[T](w.Clock.Now(), rand.Reader) }

// Open opens a ticket of a category, about a service or ("") none.
func (a *Actor) Open(o id.Organization, c routing.Category, s id.Service, subject, text string) (api.Conversation, error) {
	in := api.OpenTicketIn{Org: api.Org{Org: o}}
	in.Body.Ticket, in.Body.ID = Fresh[id.Ticket](a.W), Fresh[id.Message](a.W)
	in.Body.Category, in.Body.Service, in.Body.Subject, in.Body.Text = c, s, subject, text
	return Call(a, api.OpenTicket, in)
}

// Say answers in a ticket as a contact.
func (a *Actor) Say(o id.Organization, t id.Ticket, text string) (api.Conversation, error) {
	in := api.ReplyIn{TicketIn: api.TicketIn{Org: api.Org{Org: o}, Ticket: t}}
	in.Body.ID, in.Body.Text = Fresh[id.Message](a.W), text
	return Call(a, api.ReplyTicket, in)
}

// Answer answers in a ticket as staff.
func (a *Actor) Answer(o id.Organization, t id.Ticket, text string) (api.StaffConversation, error) {
	in := api.StaffReplyIn{TicketIn: api.TicketIn{Org: api.Org{Org: o}, Ticket: t}}
	in.Body.ID, in.Body.Text = Fresh[id.Message](a.W), text
	return Call(a, api.ReplyStaffTicket, in)
}

// Note writes a note in a ticket as staff.
func (a *Actor) Note(o id.Organization, t id.Ticket, text string) (api.StaffConversation, error) {
	in := api.NoteIn{TicketIn: api.TicketIn{Org: api.Org{Org: o}, Ticket: t}}
	in.Body.ID, in.Body.Text = Fresh[id.Message](a.W), text
	return Call(a, api.NoteTicket, in)
}

// Ticket is a ticket as the actor, a contact, sees it.
func (a *Actor) Ticket(o id.Organization, t id.Ticket) (api.Conversation, error) {
	return Call(a, api.GetTicket, api.ConversationIn{TicketIn: api.TicketIn{Org: api.Org{Org: o}, Ticket: t}, Limit: 50})
}
