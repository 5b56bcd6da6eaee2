package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The pages of tickets; a ticket's own is below the first.
const (
	pageTickets   = "tickets"
	pageNewTicket = "tickets/new"
)

// Tickets lists an organization's tickets, those with news first, as far as the person sees them. The filters stand in the
// address.
type Tickets struct {
	app.Compo

	At client.Seat

	ctx   app.Context
	stop  []func()
	pause func()
	query string // as it is typed
	shown api.TicketFilter
	list  loaded[api.Tickets]
	rows  []api.TicketRow // all pages that were fetched
	next  string
	older bool
}

// CompoID tells go-app that the tickets of another organization are another page.
func (p *Tickets) CompoID() string { return p.At.Key(pageTickets) }

// OnMount loads the page and follows what changes.
func (p *Tickets) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Tickets, live.Services, live.Contacts),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	p.query = p.At.Param("q")
	p.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *Tickets) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnUpdate loads again when the filters in the address have changed.
func (p *Tickets) OnUpdate(ctx app.Context) {
	if now := p.filter(); now != p.shown {
		if p.pause == nil {
			p.query = now.Query
		}
		p.load(ctx, false)
	}
}

// OnDismount stops following.
func (p *Tickets) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.rest()
}

func (p *Tickets) rest() {
	if p.pause != nil {
		p.pause()
		p.pause = nil
	}
}

func (p *Tickets) filter() api.TicketFilter {
	return api.TicketFilter{Query: p.At.Param("q"), State: p.At.Param("state"), Category: routing.Category(p.At.Param("category")), Service: id.Service(p.At.Param("service"))}
}

const ticketsPage = 30

func (p *Tickets) load(ctx app.Context, background bool) {
	p.shown = p.filter()
	in := api.TicketsIn{Org: p.At.OrgIn(), TicketFilter: p.shown}
	if in.Limit = ticketsPage; background {
		in.Limit = min(100, max(ticketsPage, len(p.rows)))
	}
	load(ctx, p.At, &p.list, api.ListTickets, in, background, func(ctx app.Context) {
		if p.list.err != nil {
			return
		}
		holdFocus(ctx, "")
		p.rows, p.next = p.list.value.Tickets, p.list.value.Next
		if !background && p.shown != (api.TicketFilter{}) {
			ui.Announce(ui.T("ticket.shown", "n", len(p.rows)))
		}
	})
}

// more fetches the page after the last one.
func (p *Tickets) more(app.Context, app.Event) {
	in := api.TicketsIn{Org: p.At.OrgIn(), TicketFilter: p.shown}
	in.Limit, in.After = ticketsPage, p.next
	turn := p.list.turn
	p.older = true
	client.Load(p.ctx, p.At.Session, api.ListTickets, in, false, func(_ app.Context, out api.Tickets, err error) {
		p.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == p.list.turn {
			p.rows, p.next = append(p.rows, out.Tickets...), out.Next
		}
	})
}

func (p *Tickets) search(_ app.Context, text string) {
	p.query = text
	p.rest()
	p.pause = ui.After(p.ctx, searchPause, func(ctx app.Context) {
		p.pause = nil
		ctx.Navigate(p.At.With("q", p.query))
	})
}

// mayOpen reports whether the person may open tickets.
func mayOpenTicket(at client.Seat) bool {
	return at.As == api.AsCustomer && at.Eyes == "" && at.Can(perm.TicketsCreate)
}

// Render implements app.Composer.
func (p *Tickets) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("nav.tickets"), Lead: ui.T("ticket.lead")}
	if mayOpenTicket(p.At) {
		header.Actions = []app.UI{&ui.Button{ID: "ticket-new", Label: ui.T("ticket.open"), Kind: ui.Create, Icon: ui.IconPlus, Href: p.At.Href(pageNewTicket)}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		slot(keptBanner(p.At, p.At.Org)),
		p.renderFilters(),
		region(p.At, &p.list, 6, func(ctx app.Context) { p.load(ctx, false) }, p.renderList),
	)
}

// keptBanner leads to what was begun and not sent, in an organization or, for staff, anywhere; nil without any.
func keptBanner(at client.Seat, org id.Organization) app.UI {
	if at.As == api.AsSupport || at.Eyes != "" {
		return nil
	}
	var links []app.UI
	for _, k := range keptTickets(at.Session) {
		if org == "" || k.org == org {
			links = append(links, app.Li().Body(ui.Link(at.Href(k.page()), k.title())))
		}
	}
	if links == nil {
		return nil
	}
	return &ui.Banner{Tone: ui.Info, Icon: ui.IconPencil, Title: ui.T("ticket.kept"), Body: []app.UI{app.Ul().Class("stack", "sm").Body(links...)}}
}

func (p *Tickets) renderFilters() app.UI {
	only := app.UI(nil)
	if p.shown.Service != "" {
		name := ui.T("ticket.one_service")
		if i := slices.IndexFunc(p.rows, func(r api.TicketRow) bool { return r.Service == p.shown.Service }); i >= 0 {
			name = p.rows[i].ServiceName
		}
		only = &ui.Button{ID: "tickets-every-service", Label: ui.T("ticket.about", "service", name), Icon: ui.IconX, Pressed: true,
			OnClick: func(ctx app.Context, _ app.Event) { ctx.Navigate(p.At.With("service", "")) }}
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("ticket.filters")).Body(
		&ui.Field{ID: "tickets-search", Label: ui.T("ticket.search"), Kind: ui.Search, Value: p.query, MaxLength: 200, Autocomplete: "off", OnInput: p.search},
		&ui.Select{ID: "tickets-state", Label: ui.T("orgpage.state"), Value: p.At.Param("state"), Options: ticketStates(false),
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(p.At.With("q", p.query, "state", v)) }},
		&ui.Select{ID: "tickets-category", Label: ui.T("ticket.category"), Value: p.At.Param("category"), Options: anyCategory(),
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(p.At.With("q", p.query, "category", v)) }},
		slot(only),
	)
}

func (p *Tickets) renderList(api.Tickets) []app.UI {
	if len(p.rows) == 0 {
		if p.shown == (api.TicketFilter{}) {
			e := &ui.Empty{Icon: ui.IconTicket, Title: ui.T("ticket.none"), Text: ui.T("ticket.none_text")}
			if mayOpenTicket(p.At) {
				e.Actions = []app.UI{&ui.Button{ID: "ticket-first", Label: ui.T("ticket.open"), Kind: ui.Create, Icon: ui.IconPlus, Href: p.At.Href(pageNewTicket)}}
			}
			return []app.UI{e}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Text: ui.T("ticket.no_match_text"), Actions: []app.UI{
			&ui.Button{ID: "tickets-clear", Label: ui.T("orgdetail.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				p.query = ""
				ctx.Navigate(p.At.With("q", "", "state", "", "category", "", "service", ""))
				ui.FocusLater(p.ctx, "tickets-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(p.rows))
	for i := range p.rows {
		r := &p.rows[i]
		lines = append(lines, ui.Line{ID: string(r.ID), Quiet: r.State == ticket.Closed, Cells: []app.UI{
			ticketTitle(r, p.At.Href(pageTickets+"/"+string(r.ID))), ticketTag(r.State, false), app.Text(r.ServiceName), app.Text(categoryName(r.Category)), ticketWaits(&r.Ticket)}})
	}
	foot := []app.UI{app.Span().Text(ui.T("ticket.shown", "n", len(p.rows)))}
	if p.next != "" {
		foot = append(foot, &ui.Button{ID: "tickets-more", Label: ui.T("orgdetail.more"), Small: true, Busy: p.older, OnClick: p.more})
	}
	return []app.UI{&ui.Table{ID: "ticket-list", Label: ui.T("nav.tickets"), Lines: lines, Foot: foot, Columns: []ui.Column{
		{Title: ui.T("ticket.subject"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("ticket.service")},
		{Title: ui.T("ticket.category"), Kind: ui.Drop}, {Title: ui.T("ticket.waiting")}}}}
}

// ticketTitle is a ticket's subject as a link, with its number and, after a search, where it was found.
func ticketTitle(r *api.TicketRow, href string) app.UI {
	parts := []app.UI{app.Span().Class("wrap").Body(ui.Link(href, r.Subject), app.Text(" "), app.Span().Class("hint", "ticket-number").Text(ticketNumber(&r.Ticket)))}
	if r.Found != "" {
		parts = append(parts, app.Span().Class("hint", "wrap").Text("… "+r.Found+" …"))
	}
	return app.Span().Class("ticket-name").Body(parts...)
}
