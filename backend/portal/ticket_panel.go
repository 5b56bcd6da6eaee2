package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
	"countersign/shared/verification"
)

// What stands beside a ticket for the agent: who asks, how that is known, what they may ask for, and who reads the answer.

// otherTickets is how many of the organization's other tickets the panel shows.
const otherTickets = 10

func (tx *Tx) ticketPanel(t *ticket.Ticket) (p api.TicketPanel, err error) {
	p.Category, p.Receipts, p.Tickets, p.Gets = t.Category, []api.TicketReceipt{}, []api.TicketRow{}, []api.Gets{}
	rows, err := tx.FindOrganizations(tx, string(t.Org), 1)
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, notFound()
	}
	if p.Organization, err = tx.found(rows[0], ""); err != nil {
		return p, err
	}
	m := &routing.Message{Category: t.Category, Opener: t.Opener, Copies: t.Copies}
	var owned *service.Owned
	if t.Service != "" {
		if owned, err = tx.Tx.Service(tx, t.Org, t.Service); err != nil {
			return p, err
		}
		row, err := tx.serviceRow(owned)
		if err != nil {
			return p, err
		}
		p.Service, m.Assigned = &row, owned.AssignedFor(t.Category)
	}
	if p.Opener, err = tx.ticketOpener(t, owned); err != nil {
		return p, err
	}
	gets, err := tx.recipients(t.Org, m)
	if err != nil {
		return p, err
	}
	for _, v := range gets {
		p.Gets = append(p.Gets, api.Gets{Contact: v.Contact.ID, Name: v.Contact.Name, Email: v.Contact.Email, Why: v.Why})
	}
	if p.Receipts, err = tx.ticketReceipts(t); err != nil {
		return p, err
	}
	others, _, err := tx.Tx.ListTickets(tx, store.TicketQuery{Org: t.Org, States: []ticket.State{ticket.Open, ticket.Pending, ticket.OnHold}, Limit: otherTickets + 1})
	if err != nil {
		return p, err
	}
	for i := range others {
		if others[i].ID != t.ID && len(p.Tickets) < otherTickets {
			p.Tickets = append(p.Tickets, ticketRow(&others[i]))
		}
	}
	return p, nil
}

// ticketOpener is who opened the ticket with what they are entitled to, nil when the contact is gone.
func (tx *Tx) ticketOpener(t *ticket.Ticket, owned *service.Owned) (*api.TicketOpener, error) {
	c, err := tx.ContactByID(tx, t.Org, t.Opener)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := &api.TicketOpener{Named: api.Named{ID: c.ID, Name: c.Name}, Company: c.Company, Email: c.Email, Phone: c.Phone, Locale: c.Locale, Active: c.Active,
		Owner: c.Owner, Authority: c.Active && (c.Owner || c.PhoneChatAuthority), Rights: c.Rights().List(), Assigned: []service.Role{}}
	if owned != nil {
		for _, r := range []service.Role{service.Support, service.Billing} {
			if owned.Assigned(r) == c.ID {
				o.Assigned = append(o.Assigned, r)
			}
		}
	}
	return o, nil
}

// ticketReceipts are the caller's verifications with the organization that count or can still be made.
func (tx *Tx) ticketReceipts(t *ticket.Ticket) ([]api.TicketReceipt, error) {
	open, err := tx.OpenVerifications(tx, t.Org, "", tx.Now())
	if err != nil {
		return nil, err
	}
	out := []api.TicketReceipt{}
	for i := range open {
		v := &open[i]
		if v.Staff != tx.Member.ID {
			continue
		}
		r := api.TicketReceipt{Verification: v.ID, Name: v.ContactName, Channel: v.Channel, Ticket: v.Ticket}
		if v.Receipt(tx.Now()) {
			c, err := tx.ContactByID(tx, t.Org, v.Contact)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return nil, err
			}
			r.Until = v.Until
			r.Permits = verification.Permits(v.Outcome, err == nil && c.Active && (c.Owner || c.PhoneChatAuthority))
		}
		out = append(out, r)
	}
	return out, nil
}
