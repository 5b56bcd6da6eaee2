package pages

import (
	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pageQueue is the staff's queue of tickets; a ticket is below it, with its organization.
const pageQueue = "hub/tickets"

func staffTicketPage(org id.Organization, t id.Ticket) string {
	return pageQueue + "/" + string(org) + "/" + string(t)
}

// staffSide is the Support team.
type staffSide struct {
	at client.Seat
	in api.TicketIn
}

func newStaffSide(at client.Seat, of api.TicketIn) side { return &staffSide{at, of} }

func (s *staffSide) earlier(ctx app.Context, before id.Message, done func(app.Context, []ticket.Message, string, error)) {
	in := api.ConversationIn{TicketIn: s.in, Before: before, Limit: conversationPage}
	client.Load(ctx, s.at.Session, api.GetStaffTicket, in, false, func(ctx app.Context, out api.StaffConversation, err error) {
		done(ctx, out.Messages, out.Earlier, err)
	})
}

func (s *staffSide) send(ctx app.Context, w sendable, done func(app.Context, error)) {
	sent := func(ctx app.Context, _ api.StaffConversation, err error) { done(ctx, err) }
	if w.Note {
		client.Call(ctx, s.at.Session, api.NoteTicket, api.NoteIn{TicketIn: s.in, Body: w.body()}, sent)
		return
	}
	in := api.StaffReplyIn{TicketIn: s.in}
	in.Body.MessageBody, in.Body.State = w.body(), w.State
	client.Call(ctx, s.at.Session, api.ReplyStaffTicket, in, sent)
}

func (s *staffSide) writing(ctx app.Context) {
	client.Load(ctx, s.at.Session, api.TellStaffWriting, s.in, true, func(app.Context, api.None, error) {})
}

func (s *staffSide) file(ctx app.Context, which id.Attachment, done func(app.Context, []byte, error)) {
	client.Load(ctx, s.at.Session, api.GetStaffFile, api.FileIn{TicketIn: s.in, File: which}, false, func(ctx app.Context, out api.Blob, err error) { done(ctx, out.Data, err) })
}

func (s *staffSide) upload(ctx app.Context, name string, data []byte, done func(app.Context, ticket.File, error)) {
	in := api.UploadIn{Org: s.in.Org}
	in.Body.Name, in.Body.Data = name, data
	client.Call(ctx, s.at.Session, api.UploadStaffFile, in, done)
}

func (s *staffSide) drop(ctx app.Context, which id.Attachment) {
	client.Load(ctx, s.at.Session, api.DropStaffFile, api.DropFileIn{Org: s.in.Org, File: which}, true, func(app.Context, api.None, error) {})
}
