package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// watchWaiting notices that a decision has come to wait for the person, on whatever page they are, and says so.
func (p *Portal) watchWaiting(me *api.Me) {
	if me.As != api.AsCustomer {
		return
	}
	before := p.waiting
	p.waiting = make(map[id.Organization]int, len(me.Organizations))
	for _, m := range me.Organizations {
		p.waiting[m.Org] = m.Waiting
		if before != nil && m.Waiting > before[m.Org] {
			p.announce(m)
		}
	}
}

// announce loads what waits and shows it as a card, unless the open page shows it.
func (p *Portal) announce(m api.Membership) {
	client.Load(p.ctx, p.session, api.GetHome, api.Org{Org: m.Org}, true, func(_ app.Context, home api.Home, err error) {
		if err != nil {
			return // the badge says it too
		}
		text := newest(home)
		if text == "" {
			return
		}
		if len(p.session.Me().Organizations) > 1 {
			text = ui.T("shell.in_organization", "organization", m.Name, "text", text)
		}
		if p.place.Org == m.Org && (p.place.Page == pageRemoteSupport || p.place.Page == client.PageHome) {
			ui.Announce(text)
			return
		}
		href := client.Place{As: api.AsCustomer, Org: m.Org}.Href(pageRemoteSupport)
		ui.ShowToast(ui.Toast{Tone: ui.Live, Text: text, Sticky: true, Action: ui.T("shell.review"),
			OnAction: func(ctx app.Context) { p.ctx.Navigate(href) }})
	})
}

// newest is what waits since the latest moment, as a sentence.
func newest(home api.Home) string {
	var latest *access.Requester
	text := ""
	consider := func(q *access.Requester, sentence string) {
		if latest == nil || q.At.After(latest.At) {
			latest, text = q, sentence
		}
	}
	for i := range home.Pending {
		if r := &home.Pending[i]; len(r.Requesters) > 0 {
			consider(&r.Requesters[len(r.Requesters)-1], asks(r))
		}
	}
	for i := range home.More {
		if x := home.More[i].Extension; x != nil {
			consider(&x.By, asksMore(x))
		}
	}
	return text
}
