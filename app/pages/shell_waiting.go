package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// watchWaiting notices that a decision has come to wait for the person, on whatever page they are, and says so.
func (p *Portal) watchWaiting(me *api.Me) {
	if me.As != api.AsCustomer {
		return
	}
	before := p.waiting
	if p.tickets == nil {
		p.tickets = map[id.Organization]int{}
	}
	p.waiting = make(map[id.Organization]int, len(me.Organizations))
	for _, m := range me.Organizations {
		p.waiting[m.Org] = decisions(m)
		if before != nil && decisions(m) > before[m.Org] {
			p.announce(m)
		}
		if n, known := p.tickets[m.Org]; known && m.Tickets > n {
			p.announceAnswer(m)
		}
		p.tickets[m.Org] = m.Tickets
	}
}

// announceAnswer says that the Support team has answered, unless the person looks at tickets.
func (p *Portal) announceAnswer(m api.Membership) {
	if p.place.Org == m.Org && (strings.HasPrefix(p.place.Page, pageTickets) || p.place.Page == client.PageHome) {
		return
	}
	text := ui.T("ticket.waiting_count", "n", m.Tickets)
	if len(p.session.Me().Organizations) > 1 {
		text = ui.T("shell.in_organization", "organization", m.Name, "text", text)
	}
	href := client.Place{As: api.AsCustomer, Org: m.Org}.Href(pageTickets) + "?state=" + string(ticket.Pending)
	ui.ShowToast(ui.Toast{Tone: ui.Info, Text: text, Action: ui.T("shell.review"), OnAction: func(app.Context) { p.ctx.Navigate(href) }})
}

// decisions is how many wait for the person in an organization.
func decisions(m api.Membership) int {
	n := m.Waiting + m.Changes
	if m.Offer {
		n++
	}
	return n
}

// announce loads what waits and shows it as a card, unless the open page shows it.
func (p *Portal) announce(m api.Membership) {
	client.Load(p.ctx, p.session, api.GetHome, api.Org{Org: m.Org}, true, func(_ app.Context, home api.Home, err error) {
		if err != nil {
			return // the badge says it too
		}
		text, page := newest(home)
		if text == "" {
			return
		}
		if len(p.session.Me().Organizations) > 1 {
			text = ui.T("shell.in_organization", "organization", m.Name, "text", text)
		}
		if p.place.Org == m.Org && (p.place.Page == page || p.place.Page == client.PageHome) {
			ui.Announce(text)
			return
		}
		href := client.Place{As: api.AsCustomer, Org: m.Org}.Href(page)
		tone := ui.Live
		if page != pageRemoteSupport {
			tone = ui.Info // live is of remote access alone
		}
		ui.ShowToast(ui.Toast{Tone: tone, Text: text, Sticky: true, Action: ui.T("shell.review"),
			OnAction: func(ctx app.Context) { p.ctx.Navigate(href) }})
	})
}

// newest is what waits since the latest moment, as a sentence, and the page where it is decided.
func newest(home api.Home) (text, page string) {
	var latest time.Time
	consider := func(at time.Time, sentence, where string) {
		if text == "" || at.After(latest) {
			latest, text, page = at, sentence, where
		}
	}
	for i := range home.Pending {
		if r := &home.Pending[i]; len(r.Requesters) > 0 {
			consider(r.Requesters[len(r.Requesters)-1].At, asks(r), pageRemoteSupport)
		}
	}
	for i := range home.More {
		if x := home.More[i].Extension; x != nil {
			consider(x.By.At, asksMore(x), pageRemoteSupport)
		}
	}
	for i := range home.Changes {
		c := &home.Changes[i]
		consider(c.CreatedAt, changeAsks(c)+": "+c.Subject, pageChanges)
	}
	if t := home.Transfer; t != nil {
		consider(t.CreatedAt, ui.T("owner.offers", "name", t.FromName), pageOwnership)
	}
	return text, page
}
