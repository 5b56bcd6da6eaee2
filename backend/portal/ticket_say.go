package portal

import (
	"strconv"

	"countersign/backend/store"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/ticket"
)

// What is said in a ticket, whichever way it comes: the portal, mail, staff.

// words are what somebody says.
type words struct {
	id      id.Message // made by whoever sends it: the same one again is the same message
	text    string
	files   []id.Attachment
	via     ticket.Via
	by      ticket.Author
	mailID  string
	trimmed bool

	leaves ticket.State // by staff: the state that the answer leaves the ticket in, "" for pending
}

// say puts an answer into a ticket, which moves to the other side, and tells everybody whom it concerns. A message that is
// there already is left as it is.
func (tx *Tx) say(o *org.Organization, t *ticket.Ticket, w *words) error {
	if done, err := tx.saidBefore(t, w); done || err != nil {
		return err
	}
	text, err := ticket.CheckText(w.text, len(w.files))
	if err != nil {
		return err
	}
	first := t.Messages == 0
	event, err := t.Answer(w.by.Side, tx.Now())
	if err != nil {
		return err
	}
	if event != "" {
		if err := tx.addEvent(t, event, w.by); err != nil {
			return err
		}
	}
	m := &ticket.Message{ID: w.id, Kind: ticket.Reply, Author: w.by, Via: w.via, Text: text, MailID: w.mailID, Trimmed: w.trimmed, At: tx.Now()}
	if err := tx.addMessage(t, m, w.files); err != nil {
		return err
	}
	if err := tx.leave(t, w); err != nil {
		return err
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	kind := audit.TicketReplied
	if first {
		kind = audit.TicketOpened
	}
	mails, err := tx.ticketMails(o, t, m)
	if err != nil {
		return err
	}
	detail := map[string]string{"via": string(w.via)}
	if n := len(m.Files); n > 0 {
		detail["files"] = itoa(n)
	}
	tx.AfterCommit(func() { tx.svc.writing.done(t.ID, w.by.ID) })
	return tx.recordTicket(o, t, kind, detail, mails)
}

// saidBefore reports whether the message is there already, by the same author in the same ticket. With its id anywhere else
// it is refused.
func (tx *Tx) saidBefore(t *ticket.Ticket, w *words) (bool, error) {
	if !id.Valid(w.id) {
		return false, errs.BadField("id", "error.field.uuid")
	}
	m, err := tx.TicketMessage(tx, t.Org, t.ID, w.id)
	switch {
	case errs.Is(err, errs.NotFound):
		return false, nil
	case err != nil:
		return false, err
	case m.Author.Side != w.by.Side || m.Author.ID != w.by.ID:
		return false, errs.BadField("id", "error.field.taken")
	}
	return true, nil
}

// addMessage writes a message and gives it its files.
func (tx *Tx) addMessage(t *ticket.Ticket, m *ticket.Message, files []id.Attachment) error {
	if err := tx.AddTicketMessage(tx, t, m); err != nil {
		return takenID(err, "id")
	}
	return tx.takeFiles(t, m, files)
}

// leave puts the ticket into the state that an agent's answer leaves it in. An agent who answers what nobody has taken on
// takes it on.
func (tx *Tx) leave(t *ticket.Ticket, w *words) error {
	if w.by.Side != ticket.ByStaff {
		return nil
	}
	if t.Assignee == "" {
		t.Assignee, t.AssigneeName = id.Staff(w.by.ID), w.by.Name
	}
	if w.leaves == "" || w.leaves == t.State {
		return nil
	}
	if err := t.Set(w.leaves, tx.Now()); err != nil {
		return err
	}
	if t.State == ticket.Closed {
		return tx.addEvent(t, ticket.EventClosed, w.by)
	}
	return nil
}

// addEvent writes into the conversation that something was done.
func (tx *Tx) addEvent(t *ticket.Ticket, name string, by ticket.Author) error {
	return tx.AddTicketMessage(tx, t, &ticket.Message{ID: newID[id.Message](tx), Kind: ticket.Event, Author: by, Via: ticket.ViaPortal, Text: name, At: tx.Now()})
}

// saveWithEvent saves a ticket of which something was done that its conversation tells.
func (tx *Tx) saveWithEvent(o *org.Organization, t *ticket.Ticket, event string, by ticket.Author, kind audit.Kind, mails []store.Mail) error {
	if err := tx.addEvent(t, event, by); err != nil {
		return err
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	return tx.recordTicket(o, t, kind, nil, mails)
}

// closeTicket ends a ticket and tells by mail.
func (tx *Tx) closeTicket(o *org.Organization, t *ticket.Ticket, by ticket.Author) error {
	if err := t.Close(tx.Now()); err != nil {
		return err
	}
	m := &ticket.Message{ID: newID[id.Message](tx), Kind: ticket.Event, Author: by, Via: ticket.ViaPortal, Text: ticket.EventClosed, At: tx.Now()}
	if err := tx.AddTicketMessage(tx, t, m); err != nil {
		return err
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	mails, err := tx.ticketMails(o, t, m)
	if err != nil {
		return err
	}
	return tx.recordTicket(o, t, audit.TicketClosed, nil, mails)
}

// recordTicket writes down what was done to a ticket, never what was said in it, and tells open pages. Contacts are not told
// which ticket: some of them may see only some.
func (tx *Tx) recordTicket(o *org.Organization, t *ticket.Ticket, kind audit.Kind, detail map[string]string, mails []store.Mail) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["number"], detail["subject"] = numberOf(t), t.Subject
	return tx.record(change{stream: live.Of(o.ID), kind: kind, object: string(t.ID), detail: detail, mails: mails, pokes: []store.Poke{
		{Stream: live.Of(o.ID), Kind: live.Tickets, Org: o.ID}, {Stream: live.Provider, Kind: live.Tickets, Org: o.ID, Ref: string(t.ID)}}})
}

// numberOf is the ticket's number as people write it.
func numberOf(t *ticket.Ticket) string { return "#" + strconv.FormatInt(t.Number, 10) }
