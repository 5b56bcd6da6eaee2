package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Whose tickets the queue can be narrowed to, besides a member of staff.
const (
	queueMine    = "me"
	queueNobodys = "nobody"
)

// anyState in the address asks for closed tickets too; without a search the queue leaves them out.
const anyState = "any"

// Queue is Support Hub › Tickets: what waits, the longest first, and the search among all (S05). The filters stand in the
// address.
type Queue struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	pause   func()
	query   string
	shown   api.StaffTicketsIn
	list    loaded[api.StaffTickets]
	rows    []api.StaffTicket
	next    string
	older   bool
	members loaded[api.Staff]
	taking  id.Ticket
}

// CompoID tells go-app which page this is.
func (q *Queue) CompoID() string { return q.At.Key(pageQueue) }

// OnMount loads the queue and follows it.
func (q *Queue) OnMount(ctx app.Context) {
	q.ctx = ctx
	q.stop = []func(){
		q.At.Session.Watch(ctx, "", func(ctx app.Context) { q.load(ctx, true) }, live.Tickets, live.Services, live.Organization),
		q.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	q.query = q.At.Param("q")
	load(ctx, q.At, &q.members, api.ListStaff, api.None{}, true)
	q.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (q *Queue) OnPreRender(ctx app.Context) { q.OnMount(ctx) }

// OnUpdate follows the address.
func (q *Queue) OnUpdate(ctx app.Context) {
	if now := q.filter(); now != q.shown {
		if q.pause == nil {
			q.query = now.Query
		}
		q.load(ctx, false)
	}
}

// OnDismount stops following.
func (q *Queue) OnDismount() {
	for _, stop := range q.stop {
		stop()
	}
	q.stop = nil
	q.rest()
}

func (q *Queue) rest() {
	if q.pause != nil {
		q.pause()
		q.pause = nil
	}
}

// state is what the list is narrowed to, as the address says it or, without a word, what is not closed; a search finds all.
func (q *Queue) state() string {
	switch s := q.At.Param("state"); {
	case s != "":
		return s
	case q.At.Param("q") != "":
		return anyState
	}
	return "running"
}

func (q *Queue) filter() api.StaffTicketsIn {
	in := api.StaffTicketsIn{Org: id.Organization(q.At.Param("org")), Assignee: q.At.Param("assignee")}
	in.Query, in.Category = q.At.Param("q"), routing.Category(q.At.Param("category"))
	if in.State = q.state(); in.State == anyState {
		in.State = ""
	}
	return in
}

func (q *Queue) load(ctx app.Context, background bool) {
	q.shown = q.filter()
	in := q.shown
	if in.Limit = ticketsPage; background {
		in.Limit = min(100, max(ticketsPage, len(q.rows)))
	}
	load(ctx, q.At, &q.list, api.ListStaffTickets, in, background, func(ctx app.Context) {
		if q.list.err != nil {
			return
		}
		holdFocus(ctx, "")
		q.rows, q.next = q.list.value.Tickets, q.list.value.Next
		if !background && q.shown.Query != "" {
			ui.Announce(ui.T("ticket.shown", "n", len(q.rows)))
		}
	})
}

func (q *Queue) more(app.Context, app.Event) {
	in := q.shown
	in.Limit, in.After = ticketsPage, q.next
	turn := q.list.turn
	q.older = true
	client.Load(q.ctx, q.At.Session, api.ListStaffTickets, in, false, func(_ app.Context, out api.StaffTickets, err error) {
		q.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == q.list.turn {
			q.rows, q.next = append(q.rows, out.Tickets...), out.Next
		}
	})
}

func (q *Queue) search(_ app.Context, text string) {
	q.query = text
	q.rest()
	q.pause = ui.After(q.ctx, searchPause, func(ctx app.Context) {
		q.pause = nil
		ctx.Navigate(q.At.With("q", strings.TrimSpace(q.query)))
	})
}

// take assigns a ticket that is nobody's to the agent.
func (q *Queue) take(r *api.StaffTicket) {
	if q.taking != "" {
		return
	}
	q.taking = r.ID
	me := q.At.Session.Me().Staff.ID
	in := api.SetTicketIn{TicketIn: api.TicketIn{Org: api.Org{Org: r.Org}, Ticket: r.ID}}
	in.Body.Version, in.Body.Assignee = r.Version, &me
	number := ticketNumber(&r.Ticket)
	client.Call(q.ctx, q.At.Session, api.SetTicket, in, func(ctx app.Context, _ api.StaffConversation, err error) {
		q.taking = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("hub.ticket.taken", "number", number)})
		}
		q.load(ctx, true)
	})
}

// Render implements app.Composer.
func (q *Queue) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.tickets"), Lead: ui.T("hub.ticket.lead"), Crumbs: []ui.Crumb{{Label: ui.T("nav.support_hub"), Href: q.At.Href(client.PageHub)}}},
		hubTabs(q.At, "tickets"),
		slot(keptBanner(q.At, "")),
		q.renderWhose(),
		q.renderFilters(),
		region(q.At, &q.list, 6, func(ctx app.Context) { q.load(ctx, false) }, q.renderList),
	)
}

// renderWhose are the ways into the queue, each with how many wait.
func (q *Queue) renderWhose() app.UI {
	v := &q.list.value
	whose := q.At.Param("assignee")
	chip := func(id, label string, n int, value string) app.UI {
		return &ui.Button{ID: "queue-" + id, Label: label + " · " + ui.Locale().Number(int64(n)), Small: true, Pressed: whose == value,
			OnClick: func(ctx app.Context, _ app.Event) { ctx.Navigate(q.At.With("assignee", value)) }}
	}
	return app.Div().Class("row").Role("group").Aria("label", ui.T("hub.ticket.whose")).Body(
		chip("all", ui.T("hub.ticket.all"), v.Open, ""), chip("mine", ui.T("hub.ticket.mine"), v.Mine, queueMine), chip("nobody", ui.T("hub.ticket.nobodys"), v.Nobodys, queueNobodys))
}

func (q *Queue) renderFilters() app.UI {
	states := []ui.Option{{Value: "running", Label: ui.T("ticket.state.running")}}
	for _, s := range ticket.States() {
		states = append(states, ui.Option{Value: string(s), Label: ticketState(s, true)})
	}
	states = append(states, ui.Option{Value: anyState, Label: ui.T("orgdetail.any")})
	only := app.UI(nil)
	if of := q.At.Param("org"); of != "" {
		name := ui.T("hub.ticket.one_org")
		if i := slices.IndexFunc(q.rows, func(r api.StaffTicket) bool { return string(r.Org) == of }); i >= 0 {
			name = q.rows[i].OrgName
		}
		only = &ui.Button{ID: "queue-every-org", Label: ui.T("hub.ticket.of", "name", name), Icon: ui.IconX, Pressed: true,
			OnClick: func(ctx app.Context, _ app.Event) { ctx.Navigate(q.At.With("org", "")) }}
	}
	agents := []ui.Option{{Label: ui.T("hub.ticket.all")}, {Value: queueMine, Label: ui.T("hub.ticket.mine")}, {Value: queueNobodys, Label: ui.T("hub.ticket.nobodys")}}
	for _, m := range q.members.value.Members {
		agents = append(agents, ui.Option{Value: string(m.ID), Label: m.Name})
	}
	go_ := func(name string) func(app.Context, string) {
		return func(ctx app.Context, v string) { ctx.Navigate(q.At.With("q", strings.TrimSpace(q.query), name, v)) }
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("ticket.filters")).Body(
		&ui.Field{ID: "queue-search", Label: ui.T("ticket.search"), Kind: ui.Search, Value: q.query, MaxLength: 200, Autocomplete: "off", OnInput: q.search},
		&ui.Select{ID: "queue-state", Label: ui.T("orgpage.state"), Value: q.state(), Options: states, OnChange: go_("state")},
		&ui.Select{ID: "queue-assignee", Label: ui.T("hub.ticket.assignee"), Value: q.At.Param("assignee"), Options: agents, OnChange: go_("assignee")},
		&ui.Select{ID: "queue-category", Label: ui.T("ticket.category"), Value: q.At.Param("category"), Options: anyCategory(), OnChange: go_("category")},
		slot(only),
	)
}

func (q *Queue) renderList(api.StaffTickets) []app.UI {
	if len(q.rows) == 0 {
		if q.shown == (api.StaffTicketsIn{TicketFilter: api.TicketFilter{State: "running"}}) {
			return []app.UI{&ui.Empty{Icon: ui.IconCircleCheck, Title: ui.T("hub.ticket.none"), Text: ui.T("hub.ticket.none_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Text: ui.T("ticket.no_match_text"), Actions: []app.UI{
			&ui.Button{ID: "queue-clear", Label: ui.T("orgdetail.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				q.query = ""
				ctx.Navigate(q.At.With("q", "", "state", "", "assignee", "", "category", "", "org", ""))
				ui.FocusLater(q.ctx, "queue-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(q.rows))
	for i := range q.rows {
		lines = append(lines, q.line(&q.rows[i]))
	}
	foot := []app.UI{app.Span().Text(ui.T("ticket.shown", "n", len(q.rows)))}
	if q.next != "" {
		foot = append(foot, &ui.Button{ID: "queue-more", Label: ui.T("orgdetail.more"), Small: true, Busy: q.older, OnClick: q.more})
	}
	return []app.UI{&ui.Table{ID: "queue-list", Label: ui.T("nav.tickets"), Lines: lines, Foot: foot, Columns: []ui.Column{
		{Title: ui.T("ticket.subject"), Kind: ui.Title}, {Title: ui.T("hub.col_organization")}, {Title: ui.T("orgpage.state"), Kind: ui.State},
		{Title: ui.T("ticket.waiting")}, {Title: ui.T("hub.ticket.assignee")}}}}
}

func (q *Queue) line(r *api.StaffTicket) ui.Line {
	who := app.UI(app.Text(r.AssigneeName))
	if r.Assignee == "" && r.State != ticket.Closed {
		who = &keyed{Key: "take-" + string(r.ID), Body: func() app.UI {
			return &ui.Button{ID: "take-" + string(r.ID), Label: ui.T("hub.ticket.take"), Name: ui.T("hub.ticket.take") + ": " + r.Subject, Small: true, Kind: ui.Quiet,
				Busy: q.taking == r.ID, Disabled: offlineReason(q.At), OnClick: func(app.Context, app.Event) { q.take(r) }}
		}}
	}
	return ui.Line{ID: string(r.ID), Quiet: r.State == ticket.Closed, Cells: []app.UI{
		ticketTitle(&r.TicketRow, "/"+staffTicketPage(r.Org, r.ID)),
		app.Span().Class("wrap").Body(app.Text(r.OrgName+" "), app.Span().Class("hint", "ticket-number").Text(r.Reference)),
		ticketTag(r.State, true), ticketWaits(&r.Ticket), who}}
}
