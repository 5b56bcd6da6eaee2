package portal

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/ticket"
)

// Tickets as the customer sees them (S05). What a contact sees of them is Tickets › View and, within it, their scope.

// sight is which of the organization's tickets the caller sees.
func (c *Caller) sight() store.Sight {
	if c.Contact == nil {
		return store.Sight{}
	}
	return sightOf(c.Contact)
}

func sightOf(c *contact.Contact) store.Sight {
	if c.SeesAllTickets() {
		return store.Sight{}
	}
	return store.Sight{Only: c.ID}
}

// ListTickets is a page of the organization's tickets, those with news first, or what a search finds.
func (s *Service) ListTickets(tx *Tx, in *api.TicketsIn) (api.Tickets, error) {
	q, err := ticketQuery(&in.TicketFilter)
	if err != nil {
		return api.Tickets{}, err
	}
	q.Org, q.Sight = in.Org.Org, tx.sight()
	rows, next, err := tx.Tx.ListTickets(tx, *q)
	if err != nil {
		return api.Tickets{}, err
	}
	out := api.Tickets{Tickets: make([]api.TicketRow, 0, len(rows)), Next: next}
	for i := range rows {
		out.Tickets = append(out.Tickets, ticketRow(&rows[i]))
	}
	return out, nil
}

func ticketRow(r *store.TicketRow) api.TicketRow {
	return api.TicketRow{Ticket: r.Ticket, ServiceName: r.ServiceName, Found: r.Found}
}

// ticketQuery reads a filter.
func ticketQuery(f *api.TicketFilter) (*store.TicketQuery, error) {
	q := &store.TicketQuery{Category: string(f.Category), Service: f.Service, After: f.After, Limit: f.Limit}
	switch {
	case f.State == "running":
		q.States = []ticket.State{ticket.Open, ticket.Pending, ticket.OnHold}
	case f.State != "" && !ticket.State(f.State).Known():
		return nil, errs.BadField("query.state", "error.invalid")
	case f.State != "":
		q.States = []ticket.State{ticket.State(f.State)}
	}
	if f.Category != "" && !f.Category.Known() {
		return nil, errs.BadField("query.category", "error.invalid")
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(f.Query), "#"), 10, 64); err == nil && n > 0 {
		q.Number = n
		return q, nil
	}
	q.Words = f.Query
	return q, nil
}

// GetTicketChoices are what a new ticket can be about, and who can be copied in. Names of others are for those alone who
// may see the contacts.
func (s *Service) GetTicketChoices(tx *Tx, in *api.Org) (api.TicketChoices, error) {
	out := api.TicketChoices{Services: []api.TicketService{}, Contacts: []api.Named{}}
	owned, err := tx.OpenServices(tx, in.Org, tx.sight())
	if err != nil {
		return out, err
	}
	for i := range owned {
		out.Services = append(out.Services, api.TicketService{ID: owned[i].ID, Name: owned[i].Name})
	}
	if !tx.Rights.Has(perm.ContactsView) {
		return out, nil
	}
	yes := true
	rows, _, err := tx.Tx.ListContacts(tx, in.Org, store.ContactQuery{Active: &yes, Limit: 200})
	if err != nil {
		return out, err
	}
	for i := range rows {
		if rows[i].Email != "" && rows[i].ID != tx.Contact.ID {
			out.Contacts = append(out.Contacts, api.Named{ID: rows[i].ID, Name: rows[i].Name})
		}
	}
	return out, nil
}

// GetTicket is a ticket with its newest messages, or those before one of them.
func (s *Service) GetTicket(tx *Tx, in *api.ConversationIn) (api.Conversation, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, tx.sight())
	if err != nil {
		return api.Conversation{}, err
	}
	return tx.conversation(t, in.Before, in.Limit)
}

// newestMessages is how many messages an act answers with.
const newestMessages = 50

func (tx *Tx) conversation(t *ticket.Ticket, before id.Message, limit int) (api.Conversation, error) {
	row, err := tx.TicketRow(tx, t)
	if err != nil {
		return api.Conversation{}, err
	}
	messages, earlier, err := tx.TicketMessages(tx, t.Org, t.ID, before, false, limit)
	if err != nil {
		return api.Conversation{}, err
	}
	copies, err := tx.named(t.Org, t.Copies)
	if err != nil {
		return api.Conversation{}, err
	}
	out := api.Conversation{Ticket: ticketRow(row), Messages: messages, Copies: copies, Writing: tx.svc.writing.names(t.ID, tx.Actor.ID, tx.Now()), Now: tx.Now()}
	if earlier {
		out.Earlier = string(messages[0].ID)
	}
	may := tx.Contact != nil && tx.Viewing == "" && tx.Rights.Has(perm.TicketsUpdate)
	out.MayReopen = may && t.State == ticket.Closed && t.MayReopen(tx.Now())
	out.MayReply = may && (t.State != ticket.Closed || out.MayReopen)
	return out, nil
}

// named gives contacts their names; those who were deleted are left out.
func (tx *Tx) named(oid id.Organization, list []id.Contact) ([]api.Named, error) {
	contacts, err := tx.ContactsByID(tx, oid, list...)
	out := make([]api.Named, 0, len(contacts))
	for i := range contacts {
		out = append(out, api.Named{ID: contacts[i].ID, Name: contacts[i].Name})
	}
	return out, err
}

// contactAuthor is the caller as the author of what they write.
func (c *Caller) contactAuthor() ticket.Author {
	return ticket.Author{Side: ticket.ByContact, ID: string(c.Contact.ID), Name: c.Contact.Name}
}

// OpenTicket opens a ticket with its first message. Sent twice with the same ids, it is one ticket.
func (s *Service) OpenTicket(tx *Tx, in *api.OpenTicketIn) (api.Conversation, error) {
	b := &in.Body
	if there, err := tx.Ticket(tx, in.Org.Org, b.Ticket, store.Sight{}); err == nil && there.Opener == tx.Contact.ID {
		return tx.conversation(there, "", newestMessages)
	} else if err == nil || !errs.Is(err, errs.NotFound) {
		return api.Conversation{}, takenID(err, "ticket")
	}
	if !id.Valid(b.Ticket) {
		return api.Conversation{}, errs.BadField("ticket", "error.field.uuid")
	}
	if b.Service != "" {
		owned, err := tx.OpenServices(tx, in.Org.Org, tx.sight())
		if err != nil {
			return api.Conversation{}, err
		}
		if !slices.ContainsFunc(owned, func(o store.ServiceName) bool { return o.ID == b.Service }) {
			return api.Conversation{}, errs.BadField("service", "error.field.not_here")
		}
	}
	if err := tx.mayCopy(nil, b.Copies); err != nil {
		return api.Conversation{}, err
	}
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.Conversation{}, err
	}
	t, err := ticket.New(ticket.Ticket{ID: b.Ticket, Org: o.ID, Service: b.Service, Category: b.Category, Subject: b.Subject, Opener: tx.Contact.ID,
		OpenerName: tx.Contact.Name, Copies: b.Copies}, tx.Now())
	if err != nil {
		return api.Conversation{}, err
	}
	if err := tx.AddTicket(tx, t); err != nil {
		return api.Conversation{}, takenID(err, "ticket")
	}
	if err := tx.say(o, t, &words{id: b.ID, text: b.Text, files: b.Files, via: ticket.ViaPortal, by: tx.contactAuthor()}); err != nil {
		return api.Conversation{}, err
	}
	return tx.conversation(t, "", newestMessages)
}

// takenID says that an id that the caller made is in use elsewhere, without saying where.
func takenID(err error, path string) error {
	if err == nil || store.IsUnique(err) {
		return errs.BadField(path, "error.field.taken")
	}
	return err
}

// mayCopy holds whom a ticket is copied to against what the caller may know: those of before, and contacts whom they may
// see.
func (tx *Tx) mayCopy(before, after []id.Contact) error {
	var added []id.Contact
	for _, c := range after {
		if !slices.Contains(before, c) && !slices.Contains(added, c) {
			added = append(added, c)
		}
	}
	if len(added) == 0 {
		return nil
	}
	if !tx.Rights.Has(perm.ContactsView) {
		return errs.BadField("copies", "ticket.error.copies_right")
	}
	there, err := tx.ContactsByID(tx, tx.Org, added...)
	if err == nil && len(there) < len(added) {
		return errs.BadField("copies", "error.field.not_here")
	}
	return err
}

// ReplyTicket is an answer of a contact. Sent twice with the same id, it is one message.
func (s *Service) ReplyTicket(tx *Tx, in *api.ReplyIn) (api.Conversation, error) {
	t, o, err := tx.ticketAndOrganization(&in.TicketIn)
	if err != nil {
		return api.Conversation{}, err
	}
	b := &in.Body
	if err := tx.say(o, t, &words{id: b.ID, text: b.Text, files: b.Files, via: ticket.ViaPortal, by: tx.contactAuthor()}); err != nil {
		return api.Conversation{}, err
	}
	return tx.conversation(t, "", newestMessages)
}

// CloseTicket ends a ticket.
func (s *Service) CloseTicket(tx *Tx, in *api.TicketIn) (api.Conversation, error) {
	t, o, err := tx.ticketAndOrganization(in)
	if err != nil {
		return api.Conversation{}, err
	}
	if err := tx.closeTicket(o, t, tx.contactAuthor()); err != nil {
		return api.Conversation{}, err
	}
	return tx.conversation(t, "", newestMessages)
}

// ReopenTicket takes a closed ticket up again.
func (s *Service) ReopenTicket(tx *Tx, in *api.TicketIn) (api.Conversation, error) {
	t, o, err := tx.ticketAndOrganization(in)
	if err != nil {
		return api.Conversation{}, err
	}
	if err := t.Reopen(tx.Now()); err != nil {
		return api.Conversation{}, err
	}
	if err := tx.saveWithEvent(o, t, ticket.EventReopened, tx.contactAuthor(), audit.TicketReopened, nil); err != nil {
		return api.Conversation{}, err
	}
	return tx.conversation(t, "", newestMessages)
}

// SetTicketCopies says who gets the ticket's mail besides.
func (s *Service) SetTicketCopies(tx *Tx, in *api.CopiesIn) (api.Conversation, error) {
	t, o, err := tx.ticketAndOrganization(&in.TicketIn)
	if err != nil {
		return api.Conversation{}, err
	}
	before := t.Copies
	if err := tx.mayCopy(before, in.Body.Copies); err != nil {
		return api.Conversation{}, err
	}
	if err := t.Copy(in.Body.Copies); err != nil {
		return api.Conversation{}, err
	}
	if !slices.Equal(before, t.Copies) {
		if err := tx.SaveTicket(tx, t); err != nil {
			return api.Conversation{}, err
		}
		if err := tx.recordTicket(o, t, audit.TicketCopies, map[string]string{"from": itoa(len(before)), "to": itoa(len(t.Copies))}, nil); err != nil {
			return api.Conversation{}, err
		}
	}
	return tx.conversation(t, "", newestMessages)
}

// TellWriting says that the caller is writing an answer.
func (s *Service) TellWriting(tx *Tx, in *api.TicketIn) (api.None, error) {
	t, err := tx.Ticket(tx, in.Org.Org, in.Ticket, tx.sight())
	if err != nil {
		return api.None{}, err
	}
	s.tellWriting(t, tx.Actor.ID, tx.Contact.Name, tx.Now())
	return api.None{}, nil
}

// tellWriting tells both sides, not more often than they need to know.
func (s *Service) tellWriting(t *ticket.Ticket, who, name string, at time.Time) {
	if !s.writing.note(t.ID, who, name, at) {
		return
	}
	s.Live.Signal(live.Of(t.Org), live.Event{Kind: live.Writing, Org: t.Org})
	s.Live.Signal(live.Provider, live.Event{Kind: live.Writing, Org: t.Org, Ref: string(t.ID)})
}
