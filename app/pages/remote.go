package pages

import (
	"slices"
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// remotePage is Manage Organization › Remote Support: what waits for a decision, who is inside, who manages the
// organization, what was done, and what is over.
type remotePage struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	state   loaded[api.RemoteSupport]
	feed    feed
	history pastAccess
	cards   map[id.AccessRequest]*decision
	invite  inviteDialog
	end     endDialog
	managed managedDialog
}

func (p *remotePage) CompoID() string { return p.At.Key("remote") }

func (p *remotePage) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.load(ctx, false)
	p.stop = append(p.stop,
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Access, live.Organization, live.Activity),
		p.At.Session.Keep("remote", p.typed))
}

func (p *remotePage) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

func (p *remotePage) load(ctx app.Context, background bool) {
	load(ctx, p.At, &p.state, api.GetRemoteSupport, p.At.OrgIn(), background)
	p.feed.load(ctx, p.At, background)
	p.history.load(ctx, p.At, background)
}

func (p *remotePage) retry(ctx app.Context) { p.load(ctx, false) }

// typed is what would be lost by leaving: reasons and notes.
func (p *remotePage) typed() []client.Unsent {
	var all []client.Unsent
	for _, d := range p.cards {
		all = append(all, client.Unsent{Label: ui.T("remote.reason"), Text: d.reason})
	}
	return append(all, client.Unsent{Label: ui.T("remote.note"), Text: p.invite.note})
}

func (p *remotePage) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("nav.remote_support"), Lead: ui.T("remote.lead"),
		Crumbs: []ui.Crumb{{Label: ui.T("nav.manage_organization"), Href: p.At.Href("manage/remote-support")}}}
	if p.At.Can(perm.RemoteSupportCreate) && p.mayDecide() && p.state.has() && p.state.value.ManagedBy == org.Customer {
		header.Actions = []app.UI{&ui.Button{ID: "invite-support", Label: ui.T("remote.invite"), Icon: ui.IconUserPlus,
			OnClick: func(app.Context, app.Event) { p.invite.show(p.state.value.MaximumMinutes) }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		manageTabs(p.At, "remote-support"),
		region(p.At, &p.state, 6, p.retry, p.show),
		p.invite.render(p), p.end.render(p), p.managed.render(p),
	)
}

func (p *remotePage) show(s api.RemoteSupport) []app.UI {
	main := []app.UI{p.showProposal(s)}
	if s.ManagedBy == org.Customer || len(s.Pending) > 0 {
		main = append(main, p.showPending(s))
	}
	main = append(main, p.showActive(s), p.showManagedBy(s), p.history.render(p.At))
	side := []app.UI{p.feed.render(p.At, p.At.Can(perm.AuditView))}
	return []app.UI{ui.Columns(main, side)}
}

// manageTabs are the tabs of Manage Organization that the person may see.
func manageTabs(at client.Seat, selected string) app.UI {
	tabs := []ui.Tab{}
	if at.Can(perm.RemoteSupportView) {
		m, _ := at.Member()
		tab := ui.Tab{ID: "remote-support", Label: ui.T("nav.remote_support"), Href: at.Href("manage/remote-support"), Count: m.Waiting,
			CountTone: ui.Live, CountLabel: ui.T("remote.waiting", "n", m.Waiting)}
		tabs = append(tabs, tab)
	}
	if at.Can(perm.AuditView) {
		tabs = append(tabs, ui.Tab{ID: "audit", Label: ui.T("nav.audit"), Href: at.Href("manage/audit")})
	}
	if len(tabs) < 2 {
		return nil
	}
	return &ui.Tabs{ID: "manage-tabs", Label: ui.T("nav.manage_organization"), Tabs: tabs, Selected: selected}
}

func (p *remotePage) mayDecide() bool { return p.At.Can(perm.RemoteSupportApprove) }

func (p *remotePage) showPending(s api.RemoteSupport) app.UI {
	card := &ui.Card{ID: "pending", Title: ui.T("remote.pending_title")}
	if len(s.Pending) == 0 {
		card.Body = []app.UI{ui.Hint(ui.T("remote.pending_none"))}
		return card
	}
	card.Mark = ui.TagIcon(ui.Info, ui.IconClock, ui.T("remote.pending_count", "n", len(s.Pending)))
	for i := range s.Pending {
		card.Body = append(card.Body, p.card(&s.Pending[i]).render(p, &s.Pending[i], s.MaximumMinutes))
	}
	return card
}

// card is what was chosen and typed about one request; it survives reloads.
func (p *remotePage) card(r *access.Request) *decision {
	if p.cards == nil {
		p.cards = map[id.AccessRequest]*decision{}
	}
	d := p.cards[r.ID]
	if d == nil {
		d = &decision{}
		d.length.set(min(r.Requested, int(access.Durations()[0]/time.Minute)))
		p.cards[r.ID] = d
	}
	return d
}

func (p *remotePage) showActive(s api.RemoteSupport) app.UI {
	inside := 0
	for _, g := range s.Active {
		inside += len(g.Sessions)
	}
	card := &ui.Card{ID: "inside", Title: ui.T("remote.inside_title")}
	if inside > 0 {
		card.Mark = ui.Tag(ui.Live, ui.T("remote.inside_count", "n", inside))
	}
	if len(s.Active) == 0 {
		card.Body = []app.UI{ui.Hint(ui.T("remote.inside_none"))}
		return card
	}
	for i := range s.Active {
		card.Body = append(card.Body, p.showGrant(&s.Active[i], s.MaximumMinutes))
	}
	return card
}

// showGrant is one running grant: who is inside under it, until when, and what the approver can do about it.
func (p *remotePage) showGrant(g *api.Grant, maximum int) app.UI {
	var people []app.UI
	for _, x := range g.Sessions {
		people = append(people, ui.Person(x.Name, ui.Live,
			[]app.UI{app.Strong().Text(x.Name), app.Text(" " + ui.T("remote.is_viewing") + " "), p.viewing(x.Viewing)},
			[]app.UI{app.Text(ui.T("remote.since", "time", clock(x.StartedAt), "role", roleName(x.Role)))}))
	}
	if len(people) == 0 {
		people = append(people, ui.Hint(openText(g)))
	}
	ends := []app.UI{&ui.Countdown{Until: g.EndsAt, Label: ui.T("remote.ends_in"), OnEnd: func(ctx app.Context) { p.load(ctx, true) }},
		app.Text(" · " + ui.T("remote.ends_at", "when", momentInText(g.EndsAt)))}
	if g.DecidedBy.Name != "" {
		ends = append(ends, app.Text(" · "+ui.T("remote.approved_by", "name", g.DecidedBy.Name)))
	}

	var acts []app.UI
	if p.mayDecide() {
		key := string(g.ID)
		if g.Source != access.Managed {
			acts = append(acts, &ui.Button{ID: "change-end-" + key, Label: ui.T("remote.change_end"), Icon: ui.IconTimer,
				OnClick: func(app.Context, app.Event) { p.end.show(g, maximum) }})
		}
		acts = append(acts, &ui.Button{ID: "revoke-" + key, Label: ui.T("remote.revoke"), Icon: ui.IconBan, Kind: ui.Danger,
			Busy: p.card(&g.Request).busy == "revoke", OnClick: func(ctx app.Context, _ app.Event) { p.revoke(ctx, g) }})
	}
	return app.Div().Class("grant").DataSet("request", string(g.ID)).Body(
		app.Div().Class("grant-people").Body(people...),
		app.P().Class("hint").Body(ends...),
		app.If(g.Note != "", func() app.UI { return ui.Quote(g.Note) }),
		app.If(len(acts) > 0, func() app.UI { return ui.Row(acts...) }),
		app.If(g.Extension != nil, func() app.UI { return p.showExtension(g, maximum) }),
	)
}

func openText(g *api.Grant) string {
	switch {
	case g.Source == access.Managed:
		return ui.T("remote.nobody_managed", "agents", agentNames(&g.Request))
	case g.NamedOnly:
		return ui.T("remote.nobody_named", "agents", agentNames(&g.Request))
	case g.Source == access.Invited:
		return ui.T("remote.nobody_invited")
	}
	return ui.T("remote.nobody_open", "agents", agentNames(&g.Request))
}

func (p *remotePage) viewing(page string) app.UI {
	if page == "" {
		return app.Text(ui.T("remote.just_entered"))
	}
	return ui.Link(p.At.Href(page), pageTitle(page))
}

// pageTitle is the name of a page of the portal by its route.
func pageTitle(page string) string {
	switch page {
	case client.PageHome:
		return ui.T("nav.home")
	case "manage/remote-support":
		return ui.T("nav.remote_support")
	case "manage/audit":
		return ui.T("nav.audit")
	}
	return page
}

func roleName(r access.Role) string {
	if r == access.Owner {
		return ui.T("remote.role.owner")
	}
	return ui.T("remote.role.super_admin")
}

func agentNames(r *access.Request) string {
	names := make([]string, 0, len(r.Requesters))
	for _, q := range r.Requesters {
		names = append(names, q.Name)
	}
	return joinNames(names)
}

// joinNames is "Sofia Keller", "Sofia Keller and Anna Roth", "A, B and C".
func joinNames(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	case 2:
		return ui.T("remote.two_names", "first", names[0], "second", names[1])
	default:
		first := names[0]
		for _, name := range names[1 : n-1] {
			first += ", " + name
		}
		return ui.T("remote.two_names", "first", first, "second", names[n-1])
	}
}

func (p *remotePage) revoke(ctx app.Context, g *api.Grant) {
	d := p.card(&g.Request)
	d.busy = "revoke"
	var inside []string
	for _, x := range g.Sessions {
		if !slices.Contains(inside, x.Name) {
			inside = append(inside, x.Name)
		}
	}
	client.Call(p.ctx, p.At.Session, api.RevokeAccess, p.request(&g.Request), func(ctx app.Context, _ access.Request, err error) {
		d.busy = ""
		if err != nil {
			toastFailure(err)
		} else if len(inside) > 0 {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.revoked_out", "n", len(inside), "agents", joinNames(inside))})
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.revoked")})
		}
		p.load(ctx, true)
	})
}

func (p *remotePage) request(r *access.Request) api.RequestIn {
	return api.RequestIn{Org: p.At.OrgIn(), Request: r.ID}
}

// showExtension is an agent's wish for more time, decided like a request.
func (p *remotePage) showExtension(g *api.Grant, maximum int) app.UI {
	x, d := g.Extension, p.card(&g.Request)
	text := ui.T("remote.asks_more", "agent", x.By.Name, "time", span(minutes(x.Asked)))
	if !p.mayDecide() {
		return &ui.Banner{Tone: ui.Info, Icon: ui.IconClock, Text: text}
	}
	return &ui.Banner{Tone: ui.Info, Icon: ui.IconClock, Text: text, Actions: []app.UI{
		&ui.Button{ID: "approve-more-" + string(g.ID), Label: ui.T("remote.approve_for", "time", span(minutes(x.Asked))), Kind: ui.Primary, Icon: ui.IconCheck,
			Small: true, Busy: d.busy == "more", OnClick: func(ctx app.Context, _ app.Event) { p.approveMore(g, x.Asked) }},
		&ui.Button{ID: "reject-more-" + string(g.ID), Label: ui.T("remote.reject"), Small: true, Busy: d.busy == "no-more",
			OnClick: func(ctx app.Context, _ app.Event) { p.rejectMore(g) }},
	}}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func (p *remotePage) approveMore(g *api.Grant, asked int) {
	d := p.card(&g.Request)
	d.busy = "more"
	in := api.MinutesIn{RequestIn: p.request(&g.Request)}
	in.Body.Minutes = asked
	client.Call(p.ctx, p.At.Session, api.ApproveMoreTime, in, func(ctx app.Context, r access.Request, err error) {
		d.busy = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.end_changed", "when", momentInText(r.EndsAt))})
		}
		p.load(ctx, true)
	})
}

func (p *remotePage) rejectMore(g *api.Grant) {
	d := p.card(&g.Request)
	d.busy = "no-more"
	client.Call(p.ctx, p.At.Session, api.RejectMoreTime, p.request(&g.Request), func(ctx app.Context, _ access.Request, err error) {
		d.busy = ""
		toastFailure(err)
		p.load(ctx, true)
	})
}

// feed is a list of audit entries that grows: what comes while it is looked at is counted and shown on a click.
type feed struct {
	data  loaded[api.Activity]
	shown []audit.Entry
	fresh bool // the next answer is shown at once
}

func (f *feed) load(ctx app.Context, at client.Seat, background bool) {
	if !at.Can(perm.RemoteSupportView) {
		return
	}
	in := api.ActivityIn{Org: at.OrgIn(), Page: api.Page{Limit: 30}}
	f.fresh = f.fresh || !background || len(f.shown) == 0
	load(ctx, at, &f.data, api.ListSupportActivity, in, background, func(app.Context) {
		if f.fresh && f.data.err == nil {
			f.shown, f.fresh = f.data.value.Entries, false
		}
	})
}

// newer counts the entries that came since those shown.
func (f *feed) newer() int {
	if len(f.shown) == 0 {
		return 0
	}
	n := 0
	for _, e := range f.data.value.Entries {
		if e.Seq > f.shown[0].Seq {
			n++
		}
	}
	return n
}

func (f *feed) render(at client.Seat, linked bool) app.UI {
	card := &ui.Card{ID: "activity", Title: ui.T("remote.activity"), Flush: true}
	if linked {
		card.Actions = []app.UI{ui.Link(at.Href("manage/audit"), ui.T("remote.full_audit"))}
	}
	if !f.data.has() {
		card.Body = []app.UI{ui.Skeleton(5)}
		return card
	}
	entries := make([]ui.Entry, 0, len(f.shown))
	for _, e := range f.shown {
		when := time.UnixMilli(e.At)
		tone := ui.Neutral
		if e.Actor.Kind == audit.BySupport {
			tone = ui.Live
		}
		entries = append(entries, ui.Entry{ID: strconv.FormatInt(e.Seq, 10), Time: moment(when), At: when.UTC().Format(time.RFC3339),
			Body: sentence(e), Tone: tone})
	}
	card.Body = []app.UI{&ui.Feed{Label: ui.T("remote.activity"), Entries: entries, New: f.newer(), Empty: ui.T("remote.activity_none"),
		OnNew: func(app.Context) { f.shown = f.data.value.Entries }}}
	return card
}

// pastAccess is the history: requested and granted durations, by whom, and how it ended.
type pastAccess struct {
	data loaded[api.History]
	more []access.Request // pages beyond the first
	next string
	busy bool
}

func (h *pastAccess) load(ctx app.Context, at client.Seat, background bool) {
	if !at.Can(perm.RemoteSupportView) {
		return
	}
	load(ctx, at, &h.data, api.ListAccessHistory, api.HistoryIn{Org: at.OrgIn(), Limit: 10}, background)
}

func (h *pastAccess) render(at client.Seat) app.UI {
	card := &ui.Card{ID: "history", Title: ui.T("remote.history"), Flush: true}
	if !h.data.has() {
		card.Body = []app.UI{ui.Skeleton(3)}
		return card
	}
	list := append(slices.Clone(h.data.value.Requests), h.more...)
	lines := make([]ui.Line, 0, len(list))
	for i := range list {
		r := &list[i]
		lines = append(lines, ui.Line{ID: string(r.ID), Cells: []app.UI{
			app.Strong().Text(whoIn(r)), stateTag(r.State), app.Span().Text(lengths(r)), app.Span().Text(ending(r))}})
	}
	next := h.data.value.Next
	if h.next != "" || len(h.more) > 0 {
		next = h.next
	}
	card.Body = []app.UI{&ui.Table{ID: "history-table", Label: ui.T("remote.history"), Lines: lines, Compact: true,
		Columns: []ui.Column{{Title: ui.T("remote.col_agents"), Kind: ui.Title}, {Title: ui.T("remote.col_state"), Kind: ui.State},
			{Title: ui.T("remote.col_time")}, {Title: ui.T("remote.col_end")}},
		Empty: ui.Hint(ui.T("remote.history_none"))}}
	if next != "" {
		card.Footer = []app.UI{&ui.Button{ID: "history-more", Label: ui.T("remote.history_more"), Busy: h.busy, Small: true,
			OnClick: func(ctx app.Context, _ app.Event) { h.loadMore(ctx, at, next) }}}
	}
	return card
}

func (h *pastAccess) loadMore(ctx app.Context, at client.Seat, next string) {
	h.busy = true
	in := api.HistoryIn{Org: at.OrgIn(), Before: id.AccessRequest(next), Limit: 20}
	client.Load(ctx, at.Session, api.ListAccessHistory, in, false, func(_ app.Context, out api.History, err error) {
		h.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		h.more, h.next = append(h.more, out.Requests...), out.Next
	})
}

// whoIn names the agents of a request, or that the customer invited whoever is on duty.
func whoIn(r *access.Request) string {
	if len(r.Requesters) == 0 {
		return ui.T("remote.anyone")
	}
	return agentNames(r)
}

// lengths are the times asked for and granted.
func lengths(r *access.Request) string {
	switch {
	case r.Requested == 0 && r.Granted == 0:
		return ""
	case r.Requested == 0:
		return ui.T("remote.granted_only", "time", span(minutes(r.Granted)))
	case r.Granted == 0:
		return ui.T("remote.asked_only", "time", span(minutes(r.Requested)))
	}
	return ui.T("remote.asked_granted", "asked", span(minutes(r.Requested)), "granted", span(minutes(r.Granted)))
}

// ending says when and by whom it ended.
func ending(r *access.Request) string {
	text := moment(r.EndedAt)
	if r.EndedBy.Name != "" {
		text += " · " + r.EndedBy.Name
	}
	if r.Reason != "" && r.State == access.Rejected {
		text += " · " + r.Reason
	}
	return text
}

// stateTag is a state in words with its own icon.
func stateTag(s access.State) app.UI {
	word := ui.T("remote.state." + string(s))
	switch s {
	case access.Pending:
		return ui.TagIcon(ui.Info, ui.IconClock, word)
	case access.Active:
		return ui.Tag(ui.Live, word)
	case access.Revoked:
		return ui.TagIcon(ui.Bad, ui.IconBan, word)
	case access.Rejected:
		return ui.TagIcon(ui.Bad, ui.IconX, word)
	case access.Expired:
		return ui.TagIcon(ui.Neutral, ui.IconTimer, word)
	case access.Lapsed:
		return ui.TagIcon(ui.Neutral, ui.IconHourglass, word)
	case access.Withdrawn:
		return ui.TagIcon(ui.Neutral, ui.IconUndo, word)
	}
	return ui.TagIcon(ui.Neutral, ui.IconCheck, word)
}
