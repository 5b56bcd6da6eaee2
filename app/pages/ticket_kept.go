package pages

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ticketDraft is what a person is writing: an answer, or a new ticket with more than that.
type ticketDraft struct {
	Text  string        `json:"text,omitempty"`
	Files []ticket.File `json:"files,omitempty"` // uploaded already
	Note  bool          `json:"note,omitempty"`  // staff: for staff alone

	Subject  string           `json:"subject,omitempty"`
	Category routing.Category `json:"category,omitempty"`
	Service  id.Service       `json:"service,omitempty"`
	Copies   []api.Named      `json:"copies,omitempty"`
	Ticket   id.Ticket        `json:"ticket,omitempty"` // made when it is sent first, so that it is opened once
	Message  id.Message       `json:"message,omitempty"`
}

func (d *ticketDraft) empty() bool {
	return strings.TrimSpace(d.Text) == "" && len(d.Files) == 0 && strings.TrimSpace(d.Subject) == ""
}

// sendable is an answer on its way. Its id is made here once, so that however often it is sent, it is there once.
type sendable struct {
	ID      id.Message    `json:"id"`
	Text    string        `json:"text"`
	Files   []ticket.File `json:"files,omitempty"`
	Note    bool          `json:"note,omitempty"`
	State   ticket.State  `json:"state,omitempty"` // staff: in which it leaves the ticket
	At      time.Time     `json:"at"`
	Problem string        `json:"problem,omitempty"` // why the server refused it
}

func (s *sendable) body() api.MessageBody {
	b := api.MessageBody{ID: s.ID, Text: s.Text}
	for _, f := range s.Files {
		b.Files = append(b.Files, f.ID)
	}
	return b
}

// keptTicket is what this browser keeps of a ticket until it is sent, given up, or the person signs out.
type keptTicket struct {
	Subject string      `json:"subject,omitempty"` // of the ticket, for the sign-out to name it
	Draft   ticketDraft `json:"draft"`
	Waiting []sendable  `json:"waiting,omitempty"`
}

func (k *keptTicket) empty() bool { return k.Draft.empty() && len(k.Waiting) == 0 }

// ticketsKey begins the keys of all tickets in this browser. Those of somebody else outlive a sign-out.
const ticketsKey = "countersign.ticket."

// newTicket stands in the key of a ticket that is still to be opened.
const newTicket = "new"

// ticketBox keeps what a person writes in one ticket: in memory, and in this browser, which several tabs share.
type ticketBox struct {
	key  string // "" where nothing is kept: inside a customer's organization, and with somebody else's eyes
	kept keptTicket
}

func openBox(at client.Seat, org id.Organization, which string) (b ticketBox) {
	me := at.Session.Me()
	if me == nil || at.As == api.AsSupport || at.Eyes != "" {
		return b
	}
	b.key = ticketsKey + string(at.As) + "." + string(org) + "." + which + "." + strings.ToLower(me.Email)
	b.read()
	return b
}

// read takes over what other tabs have kept.
func (b *ticketBox) read() {
	if text := ui.Stored(b.key); b.key != "" && text != "" {
		var k keptTicket
		if json.Unmarshal([]byte(text), &k) == nil {
			b.kept = k
		}
	}
}

// change writes down what f makes of the newest state.
func (b *ticketBox) change(f func(*keptTicket)) {
	b.read()
	f(&b.kept)
	if b.key == "" {
		return
	}
	if b.kept.empty() {
		ui.Store(b.key, "")
		return
	}
	if text, err := json.Marshal(b.kept); err == nil {
		ui.Store(b.key, string(text))
	}
}

// drop takes an answer out that was sent or given up.
func (b *ticketBox) drop(which id.Message) {
	b.change(func(k *keptTicket) {
		k.Waiting = slices.DeleteFunc(k.Waiting, func(s sendable) bool { return s.ID == which })
	})
}

// refuse notes why the server does not take an answer.
func (b *ticketBox) refuse(which id.Message, why string) {
	b.change(func(k *keptTicket) {
		for i := range k.Waiting {
			if k.Waiting[i].ID == which {
				k.Waiting[i].Problem = why
			}
		}
	})
}

// keptPlace is a ticket of the person's in this browser.
type keptPlace struct {
	as     api.As
	org    id.Organization
	ticket string // newTicket for one that is still to be opened
	kept   keptTicket
}

// page is where the ticket is shown.
func (p *keptPlace) page() string {
	if p.as == api.AsStaff {
		return staffTicketPage(p.org, id.Ticket(p.ticket))
	}
	return pageTickets + "/" + p.ticket
}

// title names it for people.
func (p *keptPlace) title() string {
	if p.ticket == newTicket {
		return ui.T("ticket.kept_new", "subject", p.kept.Draft.Subject)
	}
	return ui.T("ticket.kept_answer", "subject", p.kept.Subject)
}

// keptTickets are the tickets of the person in which something was not sent.
func keptTickets(s *client.Session) (list []keptPlace) {
	eachTicket(s, func(key string, p keptPlace, own bool) {
		if own && json.Unmarshal([]byte(ui.Stored(key)), &p.kept) == nil && !p.kept.empty() {
			list = append(list, p)
		}
	})
	return list
}

// forgetTickets removes the person's tickets from this browser, and reports whether it keeps some of others.
func forgetTickets(s *client.Session) (others bool) {
	eachTicket(s, func(key string, _ keptPlace, own bool) {
		if own {
			ui.Store(key, "")
		} else {
			others = true
		}
	})
	return others
}

// eachTicket gives the keys of all tickets in this browser, and whether they are the caller's own: those of a session that is
// neither inside an organization nor looks with somebody else's eyes.
func eachTicket(s *client.Session, f func(key string, p keptPlace, own bool)) {
	me := s.Me()
	for _, key := range client.StoredKeys(ticketsKey) {
		parts := strings.SplitN(strings.TrimPrefix(key, ticketsKey), ".", 4)
		if len(parts) == 4 {
			p := keptPlace{as: api.As(parts[0]), org: id.Organization(parts[1]), ticket: parts[2]}
			f(key, p, me != nil && p.as == s.As && s.Org == "" && parts[3] == strings.ToLower(me.Email))
		}
	}
}

// sendKept sends the answers that wait in tickets that are not open in this window; open is the page that is, which sends its own.
func sendKept(ctx app.Context, s *client.Session, open string) {
	for _, p := range keptTickets(s) {
		if p.page() == open || p.ticket == newTicket {
			continue
		}
		at := s.At(client.Place{As: p.as, Org: p.org})
		if p.as == api.AsStaff {
			at.Org = ""
		}
		box := openBox(at, p.org, p.ticket)
		sendNext(ctx, &box, program.side(at, api.TicketIn{Org: api.Org{Org: p.org}, Ticket: id.Ticket(p.ticket)}))
	}
}

// sendNext sends what waits first, and what waits behind it once that has arrived: answers stay in their order.
func sendNext(ctx app.Context, box *ticketBox, to side) {
	w := box.next()
	if w == nil {
		return
	}
	to.send(ctx, *w, func(ctx app.Context, err error) {
		switch {
		case err == nil:
			box.drop(w.ID)
		case comesAgain(err):
			return
		default:
			box.refuse(w.ID, client.Explain(err).Text)
		}
		sendNext(ctx, box, to)
	})
}

// next is the answer to be sent next, nil without one. What the server refused waits for the person.
func (b *ticketBox) next() *sendable {
	for i := range b.kept.Waiting {
		if w := b.kept.Waiting[i]; w.Problem == "" {
			return &w
		}
	}
	return nil
}

// comesAgain reports whether an answer that was not taken is worth sending again as it is: there was no connection, the sign-in has
// ended, or the server has no time. Everything else is the person's to mend.
func comesAgain(err error) bool {
	f := client.Explain(err)
	switch f.Code {
	case errs.Unauthenticated, errs.TooMany, errs.Unavailable, errs.ReadOnly, errs.Internal:
		return true
	}
	return f.Offline || f.Text == ""
}
