package portal

import (
	"slices"
	"strconv"
	"strings"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/routing"
	"countersign/shared/ticket"
)

// The mails of tickets: to each contact whom the routing names, in their language, in one thread of their mail program,
// with an address of their own for the answer. Nobody sees whom else it goes to.

func ticketLink(t *ticket.Ticket) string { return "/o/" + string(t.Org) + "/tickets/" + string(t.ID) }

// staffTicketLink is the ticket's page for staff.
func staffTicketLink(t *ticket.Ticket) string {
	return "/tickets/" + string(t.Org) + "/" + string(t.ID)
}

// inThread is how many messages a mail can name as those before it.
const inThread = 30

// ticketMails tells whom it concerns of a message that was just written, or of the ticket's end.
func (tx *Tx) ticketMails(o *org.Organization, t *ticket.Ticket, m *ticket.Message) ([]store.Mail, error) {
	route, serviceName, err := tx.routeOf(t)
	if err != nil {
		return nil, err
	}
	if m.Author.Side == ticket.ByContact {
		route.Author = id.Contact(m.Author.ID)
	}
	to, err := tx.recipients(t.Org, route)
	if err != nil {
		return nil, err
	}
	before, err := tx.saidInThread(t, m)
	if err != nil {
		return nil, err
	}
	l := letter{mail.TicketMessage, string(m.ID), "", mail.Args{"what": whatOf(m), "number": strconv.FormatInt(t.Number, 10), "subject": t.Subject,
		"author": m.Author.Name, "organization": o.Name, "service": serviceName, "body": m.Text, "files": fileNames(m)}}
	if m.Kind == ticket.Event {
		delete(l.args, "body")
	}
	var mails []store.Mail
	for _, v := range to {
		c := v.Contact
		out, err := tx.send(l, c.Email, c.Locale, ticketLink(t))
		if err != nil {
			return nil, err
		}
		thread := mail.NewThread(t.ID, m.ID, string(c.ID), before)
		thread.Files = len(m.Files) > 0
		if thread.Contact, err = tx.answerable(t, c); err != nil {
			return nil, err
		}
		out.Thread = thread.String()
		mails = append(mails, out)
	}
	staff, err := tx.toAssignee(o, t, m)
	return append(mails, staff...), err
}

// whatOf is what a mail about a message tells.
func whatOf(m *ticket.Message) string {
	switch {
	case m.Kind == ticket.Event:
		return "closed"
	case m.Author.Side == ticket.ByStaff:
		return "answered"
	case m.Seq == 1:
		return "opened"
	}
	return "asked"
}

func fileNames(m *ticket.Message) string {
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, "\n")
}

// routeOf is the ticket's next mail as far as routing goes, and the name of its service.
func (tx *Tx) routeOf(t *ticket.Ticket) (*routing.Message, string, error) {
	m := &routing.Message{Category: t.Category, Opener: t.Opener, Copies: t.Copies}
	if t.Service == "" {
		return m, "", nil
	}
	owned, err := tx.Tx.Service(tx, t.Org, t.Service)
	if err != nil {
		return nil, "", err
	}
	m.Assigned = owned.AssignedFor(t.Category)
	return m, owned.Name, nil
}

// saidInThread are the messages before one, oldest first, that mails name.
func (tx *Tx) saidInThread(t *ticket.Ticket, m *ticket.Message) ([]mail.Said, error) {
	list, err := tx.ThreadIDs(tx, t.Org, t.ID, inThread+1)
	if err != nil {
		return nil, err
	}
	var out []mail.Said
	for i := range list {
		if list[i].ID != m.ID {
			out = append(out, mail.Said{Message: list[i].ID, Author: list[i].Author.ID, MailID: list[i].MailID})
		}
	}
	slices.Reverse(out)
	return out, nil
}

// answerable remembers the contact's own address for answers, and gives the contact for whom the mail has one; nobody where
// no mail comes in.
func (tx *Tx) answerable(t *ticket.Ticket, c *contact.Contact) (id.Contact, error) {
	token, ok := tx.svc.Replies.Token(tx.svc.Replies.Address(t.ID, c.ID))
	if !ok {
		return "", nil
	}
	return c.ID, tx.AddTicketAddress(tx, mail.Hash(token), store.TicketAddress{Org: t.Org, Ticket: t.ID, Contact: c.ID})
}

// toAssignee tells the member of staff who has the ticket that the customer wrote.
func (tx *Tx) toAssignee(o *org.Organization, t *ticket.Ticket, m *ticket.Message) ([]store.Mail, error) {
	if m.Author.Side != ticket.ByContact || m.Kind != ticket.Reply {
		return nil, nil
	}
	return tx.staffMail(o, t, "asked", m.Author.Name, m.Text, string(m.ID))
}

// assignedMail tells a member of staff that somebody else gave them the ticket.
func (tx *Tx) assignedMail(o *org.Organization, t *ticket.Ticket) ([]store.Mail, error) {
	if t.Assignee == tx.Member.ID {
		return nil, nil
	}
	return tx.staffMail(o, t, "assigned", tx.Member.Name, "", itoa(int(t.Version)))
}

func (tx *Tx) staffMail(o *org.Organization, t *ticket.Ticket, what, author, body, once string) ([]store.Mail, error) {
	if t.Assignee == "" {
		return nil, nil
	}
	to, err := tx.StaffMail(tx, t.Assignee)
	if errs.Is(err, errs.NotFound) { // has left the provider
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := tx.send(letter{mail.TicketStaff, string(t.ID), what + "-" + once, mail.Args{"what": what, "number": strconv.FormatInt(t.Number, 10),
		"subject": t.Subject, "organization": o.Name, "author": author, "body": body}}, to.Email, to.Locale, staffTicketLink(t))
	return []store.Mail{m}, err
}
