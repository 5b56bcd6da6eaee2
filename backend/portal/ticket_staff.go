package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/ticket"
)

// Tickets as staff see them: all organizations in one queue, with notes that no customer sees.

// ListStaffTickets is a page of the queue, longest waiting first, or what a search finds.
func (s *Service) ListStaffTickets(tx *Tx, in *api.StaffTicketsIn) (api.StaffTickets, error) {
	q, err := ticketQuery(&in.TicketFilter)
	if err != nil {
		return api.StaffTickets{}, err
	}
	q.Org, q.Notes, q.ByWaiting = in.Org, true, true
	switch {
	case in.Assignee == "me":
		q.Assignee = tx.Member.ID
	case in.Assignee == "nobody":
		q.Nobody = true
	case in.Assignee != "" && !id.Valid(id.Staff(in.Assignee)):
		return api.StaffTickets{}, errs.BadField("query.assignee", "error.invalid")
	default:
		q.Assignee = id.Staff(in.Assignee)
	}
	rows, next, err := tx.Tx.ListTickets(tx, *q)
	if err != nil {
		return api.StaffTickets{}, err
	}
	n, err := tx.CountQueue(tx, tx.Member.ID)
	if err != nil {
		return api.StaffTickets{}, err
	}
	out := api.StaffTickets{Tickets: make([]api.StaffTicket, 0, len(rows)), Next: next, Open: n.Open, Mine: n.Mine, Nobodys: n.Nobodys}
	for i := range rows {
		out.Tickets = append(out.Tickets, staffTicket(&rows[i]))
	}
	return out, nil
}

func staffTicket(r *store.TicketRow) api.StaffTicket {
	return api.StaffTicket{TicketRow: ticketRow(r), OrgName: r.OrgName, Reference: r.Reference, Version: r.Version}
}

// GetStaffTicket is a ticket with its newest messages, or those before one of them, and the customer's panel.
func (s *Service) GetStaffTicket(tx *Tx, in *api.ConversationIn) (api.StaffConversation, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, store.Sight{})
	if err != nil {
		return api.StaffConversation{}, err
	}
	return tx.staffConversation(t, in.Before, in.Limit)
}

func (tx *Tx) staffConversation(t *ticket.Ticket, before id.Message, limit int) (api.StaffConversation, error) {
	row, err := tx.TicketRow(tx, t)
	if err != nil {
		return api.StaffConversation{}, err
	}
	messages, earlier, err := tx.TicketMessages(tx, t.Org, t.ID, before, true, limit)
	if err != nil {
		return api.StaffConversation{}, err
	}
	copies, err := tx.named(t.Org, t.Copies)
	if err != nil {
		return api.StaffConversation{}, err
	}
	panel, err := tx.ticketPanel(t)
	out := api.StaffConversation{Ticket: staffTicket(row), Messages: messages, Copies: copies, Panel: panel,
		Writing: tx.svc.writing.names(t.ID, tx.Actor.ID, tx.Now()), Now: tx.Now()}
	if earlier {
		out.Earlier = string(messages[0].ID)
	}
	return out, err
}

// staffAuthor is the caller as the author of what they write.
func (c *Caller) staffAuthor() ticket.Author {
	return ticket.Author{Side: ticket.ByStaff, ID: string(c.Member.ID), Name: c.Member.Name}
}

// ticketAndOrganization are the ticket of a path, as far as the caller sees it, and its organization.
func (tx *Tx) ticketAndOrganization(in *api.TicketIn) (*ticket.Ticket, *org.Organization, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, tx.sight())
	if err != nil {
		return nil, nil, err
	}
	o, err := tx.Organization(tx, t.Org)
	return t, o, err
}

// ReplyStaffTicket is an answer of the Support team.
func (s *Service) ReplyStaffTicket(tx *Tx, in *api.StaffReplyIn) (api.StaffConversation, error) {
	t, o, err := tx.ticketAndOrganization(&in.TicketIn)
	if err != nil {
		return api.StaffConversation{}, err
	}
	if o.State == org.Closed {
		return api.StaffConversation{}, errs.InState(string(o.State), "organization.error.not_active")
	}
	b := &in.Body
	if err := tx.say(o, t, &words{id: b.ID, text: b.Text, files: b.Files, via: ticket.ViaPortal, by: tx.staffAuthor(), leaves: b.State}); err != nil {
		return api.StaffConversation{}, err
	}
	return tx.staffConversation(t, "", newestMessages)
}

// NoteTicket writes a note that the customer never sees, nor hears of.
func (s *Service) NoteTicket(tx *Tx, in *api.NoteIn) (api.StaffConversation, error) {
	t, o, err := tx.ticketAndOrganization(&in.TicketIn)
	if err != nil {
		return api.StaffConversation{}, err
	}
	w := &words{id: in.Body.ID, by: tx.staffAuthor()}
	if done, err := tx.saidBefore(t, w); err != nil || done {
		if err != nil {
			return api.StaffConversation{}, err
		}
		return tx.staffConversation(t, "", newestMessages)
	}
	text, err := ticket.CheckText(in.Body.Text, len(in.Body.Files))
	if err != nil {
		return api.StaffConversation{}, err
	}
	if t.Messages >= ticket.MaxMessages {
		return api.StaffConversation{}, errs.InState(string(t.State), "ticket.error.full")
	}
	m := &ticket.Message{ID: w.id, Kind: ticket.Note, Author: w.by, Via: ticket.ViaPortal, Text: text, At: tx.Now()}
	if err := tx.addMessage(t, m, in.Body.Files); err != nil {
		return api.StaffConversation{}, err
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return api.StaffConversation{}, err
	}
	if err := tx.recordForStaff(o, t, audit.TicketNoted, nil, nil); err != nil {
		return api.StaffConversation{}, err
	}
	return tx.staffConversation(t, "", newestMessages)
}

// recordForStaff writes into the provider's record what is no customer's business.
func (tx *Tx) recordForStaff(o *org.Organization, t *ticket.Ticket, kind audit.Kind, detail map[string]string, mails []store.Mail) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["number"], detail["organization"] = numberOf(t), o.Name
	return tx.record(change{stream: live.Provider, kind: kind, object: string(t.ID), detail: detail, mails: mails,
		pokes: []store.Poke{{Stream: live.Provider, Kind: live.Tickets, Org: o.ID, Ref: string(t.ID)}}})
}

// SetTicket changes a ticket's state, assignee, category or service.
func (s *Service) SetTicket(tx *Tx, in *api.SetTicketIn) (api.StaffConversation, error) {
	t, o, err := tx.ticketAndOrganization(&in.TicketIn)
	if err != nil {
		return api.StaffConversation{}, err
	}
	if t.Version != in.Body.Version {
		return api.StaffConversation{}, changedElsewhere()
	}
	if err := tx.assignTicket(o, t, in); err != nil {
		return api.StaffConversation{}, err
	}
	if err := tx.sortTicket(o, t, in); err != nil {
		return api.StaffConversation{}, err
	}
	if to := in.Body.State; to != nil && *to != t.State {
		if err := tx.setState(o, t, *to); err != nil {
			return api.StaffConversation{}, err
		}
	}
	return tx.staffConversation(t, "", newestMessages)
}

func changedElsewhere() error { return errs.InState("changed", "error.conflict") }

// assignTicket gives the ticket to a member of staff, or to nobody.
func (tx *Tx) assignTicket(o *org.Organization, t *ticket.Ticket, in *api.SetTicketIn) error {
	to := in.Body.Assignee
	if to == nil || *to == t.Assignee {
		return nil
	}
	from := t.AssigneeName
	t.Assignee, t.AssigneeName = "", ""
	if *to != "" {
		m, err := tx.Staff(tx, *to)
		if err != nil {
			return notThere(err, "assignee")
		}
		if !m.Active {
			return errs.BadField("assignee", "staff.error.inactive")
		}
		t.Assignee, t.AssigneeName = m.ID, m.Name
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	mails, err := tx.assignedMail(o, t)
	if err != nil {
		return err
	}
	return tx.recordForStaff(o, t, audit.TicketChanged, map[string]string{"what": "assignee", "from": from, "to": t.AssigneeName}, mails)
}

// sortTicket says what the ticket is about.
func (tx *Tx) sortTicket(o *org.Organization, t *ticket.Ticket, in *api.SetTicketIn) error {
	detail := map[string]string{}
	if c := in.Body.Category; c != nil && *c != t.Category {
		if !c.Known() {
			return errs.BadField("category", "error.invalid")
		}
		detail["what"], detail["from"], detail["to"] = "category", string(t.Category), string(*c)
		t.Category = *c
	}
	if to := in.Body.Service; to != nil && *to != t.Service {
		if *to != "" {
			owned, err := tx.Tx.Service(tx, t.Org, *to)
			if err != nil {
				return notThere(err, "service")
			}
			detail["service"] = owned.Name
		}
		if detail["what"] != "" {
			detail["what"] += ", "
		}
		detail["what"] += "service"
		t.Service = *to
	}
	if len(detail) == 0 {
		return nil
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	return tx.recordTicket(o, t, audit.TicketChanged, detail, nil)
}

// setState is the Support team's hand on the state, without an answer.
func (tx *Tx) setState(o *org.Organization, t *ticket.Ticket, to ticket.State) error {
	from := t.State
	if to == ticket.Closed {
		return tx.closeTicket(o, t, tx.staffAuthor())
	}
	if err := t.Set(to, tx.Now()); err != nil {
		return err
	}
	switch {
	case from == ticket.Closed:
		return tx.saveWithEvent(o, t, ticket.EventReopened, tx.staffAuthor(), audit.TicketReopened, nil)
	case to == ticket.OnHold:
		return tx.saveWithEvent(o, t, ticket.EventOnHold, tx.staffAuthor(), audit.TicketChanged, nil)
	}
	if err := tx.SaveTicket(tx, t); err != nil {
		return err
	}
	return tx.recordTicket(o, t, audit.TicketChanged, map[string]string{"what": "state", "from": string(from), "to": string(to)}, nil)
}

// TellStaffWriting says that the caller is writing an answer.
func (s *Service) TellStaffWriting(tx *Tx, in *api.TicketIn) (api.None, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, store.Sight{})
	if err != nil {
		return api.None{}, err
	}
	s.tellWriting(t, tx.Actor.ID, tx.Member.Name, tx.Now())
	return api.None{}, nil
}
