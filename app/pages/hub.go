package pages

import (
	"slices"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// searchPause is how long the hub waits after a keystroke before it asks the server.
const searchPause = 250 * time.Millisecond

// hubPage is Support Hub › Remote Support: find an organization, and the one button that its state allows.
type hubPage struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	pause   func()
	query   string
	asked   bool // the address wants access to be asked for at once
	list    loaded[api.FoundList]
	rows    []api.Found // of list, each in its place for as long as the search is the same
	busy    id.Organization
	asking  askDialog
	reason  reasonDialog
	confirm hubConfirm
}

func (p *hubPage) CompoID() string { return p.At.Key("hub") }

func (p *hubPage) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.query, p.asked = p.At.Param("q"), p.At.Param("ask") != ""
	p.load(ctx, false)
	p.stop = append(p.stop,
		p.At.Session.Watch(ctx, "", func(ctx app.Context) { p.load(ctx, true) }, live.Access, live.Organization),
		p.At.Session.Keep("hub", p.typed),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) })) // without a connection nothing can be done
}

func (p *hubPage) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	if p.pause != nil {
		p.pause()
	}
}

func (p *hubPage) typed() []client.Unsent {
	return []client.Unsent{{Label: ui.T("hub.note"), Text: p.asking.note}, {Label: ui.T("hub.reason"), Text: p.reason.reason}}
}

func (p *hubPage) load(ctx app.Context, background bool) {
	before := p.rows
	load(ctx, p.At, &p.list, api.SearchOrganizations, api.SearchIn{Query: p.query}, background, func(ctx app.Context) {
		if p.list.err != nil {
			return
		}
		holdFocus(ctx, "organizations")
		p.rows = p.list.value.Organizations
		if background {
			p.rows = inPlace(before, p.rows)
		}
		for _, old := range before {
			for _, now := range p.rows {
				if old.ID == now.ID {
					p.tell(old, now)
				}
			}
		}
		if !background && strings.TrimSpace(p.query) != "" {
			ui.Announce(p.title())
		}
		p.askAtOnce()
	})
}

// inPlace keeps rows where they are on the screen, so that nothing slips under the pointer: new ones come last.
func inPlace(before, now []api.Found) []api.Found {
	place := func(f api.Found) int {
		i := slices.IndexFunc(before, func(b api.Found) bool { return b.ID == f.ID })
		if i < 0 {
			return len(before)
		}
		return i
	}
	now = slices.Clone(now)
	slices.SortStableFunc(now, func(a, b api.Found) int { return place(a) - place(b) })
	return now
}

// askAtOnce opens the dialog that the address asked for, such as after an access has ended.
func (p *hubPage) askAtOnce() {
	if !p.asked {
		return
	}
	p.asked = false
	p.address()
	if len(p.rows) == 1 && p.rows[0].Button == api.ButtonRequest {
		p.asking.show(&p.rows[0])
	}
}

// address keeps the search in the address, so that it can be come back to and shared.
func (p *hubPage) address() {
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", p.At.With("q", strings.TrimSpace(p.query), "ask", ""))
}

// title says what is listed.
func (p *hubPage) title() string {
	switch query := strings.TrimSpace(p.query); {
	case query == "":
		return ui.T("hub.open_title")
	case len(p.rows) == 0:
		return ui.T("hub.none_title", "query", query)
	}
	return ui.T("hub.found", "n", len(p.rows))
}

// tell says what became of the agent's own request while the page was open.
func (p *hubPage) tell(old, now api.Found) {
	if old.Button != api.ButtonWithdraw || old.Request == nil || now.Request == nil || old.Request.ID != now.Request.ID {
		return
	}
	switch now.Request.State {
	case access.Active:
		ui.ShowToast(ui.Toast{Tone: ui.Live, Text: ui.T("hub.told_approved", "organization", now.Name, "until", until(now.Request.EndsAt))})
	case access.Rejected:
		text := ui.T("hub.told_rejected", "organization", now.Name)
		if now.Request.Reason != "" {
			text += " " + ui.T("remote.quoted", "text", now.Request.Reason)
		}
		ui.ShowToast(ui.Toast{Tone: ui.Warn, Text: text})
	}
}

func (p *hubPage) retry(ctx app.Context) { p.load(ctx, false) }

func (p *hubPage) search(_ app.Context, q string) {
	p.query = q
	if p.pause != nil {
		p.pause()
	}
	p.pause = ui.After(p.ctx, searchPause, func(ctx app.Context) {
		p.address()
		p.load(ctx, false)
	})
}

func (p *hubPage) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.remote_support"), Lead: ui.T("hub.lead"),
			Crumbs: []ui.Crumb{{Label: ui.T("nav.support_hub"), Href: p.At.Href(client.PageHub)}}},
		hubTabs(p.At, "remote-support"),
		app.Div().Class("hub-search").Body(&ui.Field{ID: "hub-search", Label: ui.T("hub.search"), Kind: ui.Search, Value: p.query, Hint: p.recognized(),
			Autocomplete: "off", OnInput: p.search}),
		region(p.At, &p.list, 5, p.retry, p.show),
		p.asking.render(p), p.reason.render(p), p.confirm.render(p),
	)
}

// recognized says as what the search was understood.
func (p *hubPage) recognized() string {
	kind := ""
	for _, f := range p.rows {
		if kind != "" && kind != f.Matched {
			kind = ""
			break
		}
		kind = f.Matched
	}
	if kind == "" || strings.TrimSpace(p.query) == "" {
		return ui.T("hub.search_hint")
	}
	return ui.T("hub.matched." + kind)
}

func (p *hubPage) show(list api.FoundList) []app.UI {
	if len(p.rows) == 0 {
		if strings.TrimSpace(p.query) == "" {
			return []app.UI{&ui.Empty{Icon: ui.IconHeadset, Title: ui.T("hub.empty_title"), Text: ui.T("hub.empty_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: p.title(), Text: ui.T("hub.none_text"),
			Actions: []app.UI{&ui.Button{ID: "hub-clear", Label: ui.T("hub.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				p.search(ctx, "")
				ui.FocusLater(p.ctx, "hub-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(p.rows))
	for i := range p.rows {
		f := &p.rows[i]
		lines = append(lines, ui.Line{ID: string(f.ID), Cells: []app.UI{
			app.Span().Class("hub-name").Body(app.Span().Text(f.Name), app.Span().Class("hint").Text(f.Reference)),
			app.Span().Body(app.Span().Class("hub-label").Text(ui.T("hub.managed_by")+" "), app.Text(managedText(f))),
			p.state(f),
			&keyed{Key: string(f.ID), Body: func() app.UI { return p.act(f) }},
		}})
	}
	title := p.title()
	card := &ui.Card{ID: "organizations", Title: title, Flush: true, Body: []app.UI{&ui.Table{ID: "hub-table", Label: title, Lines: lines,
		Columns: []ui.Column{{Title: ui.T("hub.col_organization"), Kind: ui.Title}, {Title: ui.T("remote.managed_by")},
			{Title: ui.T("remote.col_state"), Kind: ui.State}, {Title: ui.T("hub.col_act"), HideTitle: true, Kind: ui.Act}}}}}
	if list.More {
		card.Footer = []app.UI{ui.Hint(ui.T("hub.more"))}
	}
	return []app.UI{card}
}

func managedText(f *api.Found) string {
	if f.ManagedBy == org.ServiceProvider {
		return ui.T("hub.managed_provider")
	}
	if f.Proposed {
		return ui.T("hub.managed_proposed")
	}
	return ui.T("hub.managed_customer")
}

// state is the row's state in words, with until when and whose it is, and who is inside.
func (p *hubPage) state(f *api.Found) app.UI {
	if f.State != org.Active {
		return ui.TagIcon(ui.Warn, ui.IconBan, ui.T("hub.state."+string(f.State)))
	}
	var parts []app.UI
	if r := f.Request; r == nil {
		parts = append(parts, app.Span().Class("hint").Text(ui.T("hub.no_access_yet")))
	} else {
		parts = append(parts, stateTag(r.State), app.Span().Class("hint").Text(stateDetail(f, r)))
	}
	if len(f.Inside) > 0 {
		parts = append(parts, ui.Tag(ui.Live, ui.T("hub.inside", "n", len(f.Inside), "names", listed(f.Inside))))
	}
	return app.Div().Class("hub-state").Body(parts...)
}

func stateDetail(f *api.Found, r *access.Request) string {
	switch r.State {
	case access.Active:
		switch {
		case r.Source == access.Invited:
			return ui.T("hub.invited", "until", until(r.EndsAt))
		case !f.Mine:
			return ui.T("hub.usable", "agents", names(r), "until", until(r.EndsAt))
		}
		return until(r.EndsAt)
	case access.Pending:
		if !f.Mine {
			return ui.T("hub.pending_of", "n", len(r.Requesters), "agents", names(r), "when", momentInText(r.CreatedAt))
		}
		return ui.T("hub.pending_since", "when", momentInText(r.CreatedAt), "phrase", r.Phrase)
	case access.Rejected:
		if r.Reason != "" {
			return moment(r.EndedAt) + " · " + ui.T("remote.quoted", "text", r.Reason)
		}
	}
	return moment(r.EndedAt)
}
