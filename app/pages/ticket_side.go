package pages

import (
	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// side is how one of the two sides of a conversation talks to the server about a ticket. Each program has one.
type side interface {
	earlier(ctx app.Context, before id.Message, done func(ctx app.Context, list []ticket.Message, earlier string, err error))
	send(ctx app.Context, w sendable, done func(app.Context, error)) // an answer or a note; the page hears of it like everybody else
	writing(ctx app.Context)                                         // without caring whether it worked
	file(ctx app.Context, which id.Attachment, done func(ctx app.Context, data []byte, err error))
	upload(ctx app.Context, name string, data []byte, done func(ctx app.Context, f ticket.File, err error))
	drop(ctx app.Context, which id.Attachment)
}

// customerSide is a contact of the organization.
type customerSide struct {
	at client.Seat
	in api.TicketIn
}

func newCustomerSide(at client.Seat, of api.TicketIn) side { return &customerSide{at, of} }

func (s *customerSide) earlier(ctx app.Context, before id.Message, done func(app.Context, []ticket.Message, string, error)) {
	in := api.ConversationIn{TicketIn: s.in, Before: before, Limit: conversationPage}
	client.Load(ctx, s.at.Session, api.GetTicket, in, false, func(ctx app.Context, out api.Conversation, err error) { done(ctx, out.Messages, out.Earlier, err) })
}

func (s *customerSide) send(ctx app.Context, w sendable, done func(app.Context, error)) {
	client.Call(ctx, s.at.Session, api.ReplyTicket, api.ReplyIn{TicketIn: s.in, Body: w.body()}, func(ctx app.Context, _ api.Conversation, err error) { done(ctx, err) })
}

func (s *customerSide) writing(ctx app.Context) {
	client.Load(ctx, s.at.Session, api.TellWriting, s.in, true, func(app.Context, api.None, error) {})
}

func (s *customerSide) file(ctx app.Context, which id.Attachment, done func(app.Context, []byte, error)) {
	client.Load(ctx, s.at.Session, api.GetFile, api.FileIn{TicketIn: s.in, File: which}, false, func(ctx app.Context, out api.Blob, err error) { done(ctx, out.Data, err) })
}

func (s *customerSide) upload(ctx app.Context, name string, data []byte, done func(app.Context, ticket.File, error)) {
	in := api.UploadIn{Org: s.in.Org}
	in.Body.Name, in.Body.Data = name, data
	client.Call(ctx, s.at.Session, api.UploadFile, in, done)
}

func (s *customerSide) drop(ctx app.Context, which id.Attachment) {
	client.Load(ctx, s.at.Session, api.DropFile, api.DropFileIn{Org: s.in.Org, File: which}, true, func(app.Context, api.None, error) {})
}
