package pages

import (
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
	list    loaded[api.FoundList]
	busy    id.Organization // whose button is under way
	asking  askDialog
	reason  reasonDialog
	confirm hubConfirm
}

func (p *hubPage) CompoID() string { return p.At.Key("hub") }

func (p *hubPage) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.query = p.At.Param("q")
	p.load(ctx, false)
	p.stop = append(p.stop,
		p.At.Session.Watch(ctx, "", func(ctx app.Context) { p.load(ctx, true) }, live.Access, live.Organization),
		p.At.Session.Keep("hub", func() []client.Unsent {
			return []client.Unsent{{Label: ui.T("hub.note"), Text: p.asking.note}, {Label: ui.T("hub.reason"), Text: p.reason.reason}}
		}))
}

func (p *hubPage) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	if p.pause != nil {
		p.pause()
	}
}

func (p *hubPage) load(ctx app.Context, background bool) {
	before := map[id.Organization]api.Found{}
	for _, f := range p.list.value.Organizations {
		before[f.ID] = f
	}
	load(ctx, p.At, &p.list, api.SearchOrganizations, api.SearchIn{Query: p.query}, background, func(app.Context) {
		for _, f := range p.list.value.Organizations {
			if old, known := before[f.ID]; known {
				p.tell(old, f)
			}
		}
	})
}

// tell says aloud what became of the agent's own request while the page was open.
func (p *hubPage) tell(old, now api.Found) {
	if old.Button != api.ButtonWithdraw || old.Request == nil || now.Request == nil || old.Request.ID != now.Request.ID {
		return
	}
	switch now.Request.State {
	case access.Active:
		ui.ShowToast(ui.Toast{Tone: ui.Live, Text: ui.T("hub.told_approved", "organization", now.Name, "when", momentInText(now.Request.EndsAt))})
	case access.Rejected:
		ui.ShowToast(ui.Toast{Tone: ui.Warn, Text: ui.T("hub.told_rejected", "organization", now.Name)})
	}
}

func (p *hubPage) retry(ctx app.Context) { p.load(ctx, false) }

func (p *hubPage) search(ctx app.Context, q string) {
	p.query = q
	if p.pause != nil {
		p.pause()
	}
	p.pause = ui.After(p.ctx, searchPause, func(ctx app.Context) {
		app.Window().Get("history").Call("replaceState", app.Window().Get("history").Get("state"), "", p.At.With("q", p.query))
		p.load(ctx, false)
	})
}

func (p *hubPage) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.remote_support"), Lead: ui.T("hub.lead"),
			Crumbs: []ui.Crumb{{Label: ui.T("nav.support_hub"), Href: p.At.Href(client.PageHub)}}},
		&ui.Field{ID: "hub-search", Label: ui.T("hub.search"), Kind: ui.Search, Value: p.query, Hint: p.recognised(), Autocomplete: "off",
			OnInput: p.search},
		region(p.At, &p.list, 5, p.retry, p.show),
		p.asking.render(p), p.reason.render(p), p.confirm.render(p),
	)
}

// recognised says as what the search was understood.
func (p *hubPage) recognised() string {
	if p.query == "" || !p.list.has() {
		return ui.T("hub.search_hint")
	}
	kind := ""
	for _, f := range p.list.value.Organizations {
		if kind == "" {
			kind = f.Matched
		} else if kind != f.Matched {
			return ui.T("hub.search_hint")
		}
	}
	if kind == "" {
		return ui.T("hub.search_hint")
	}
	return ui.T("hub.matched." + kind)
}

func (p *hubPage) show(list api.FoundList) []app.UI {
	if len(list.Organizations) == 0 {
		if p.query == "" {
			return []app.UI{&ui.Empty{Icon: ui.IconHeadset, Title: ui.T("hub.empty_title"), Text: ui.T("hub.empty_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("hub.none_title", "query", p.query), Text: ui.T("hub.none_text"),
			Actions: []app.UI{&ui.Button{Label: ui.T("hub.clear"), OnClick: func(ctx app.Context, _ app.Event) { p.search(ctx, "") }}}}}
	}
	lines := make([]ui.Line, 0, len(list.Organizations))
	for i := range list.Organizations {
		f := &list.Organizations[i]
		lines = append(lines, ui.Line{ID: string(f.ID), Cells: []app.UI{
			app.Div().Body(app.Strong().Text(f.Name), app.Span().Class("hint").Text(" "+f.Reference)),
			app.Span().Text(managedText(f)),
			p.state(f),
			app.Span().Text(insideText(f)),
			p.act(f),
		}})
	}
	title := ui.T("hub.open_title")
	if p.query != "" {
		title = ui.T("hub.found", "n", len(lines))
	}
	card := &ui.Card{ID: "organizations", Title: title, Flush: true, Body: []app.UI{&ui.Table{ID: "hub-table", Label: title, Lines: lines,
		Columns: []ui.Column{{Title: ui.T("hub.col_organization"), Kind: ui.Title}, {Title: ui.T("remote.managed_by")},
			{Title: ui.T("remote.col_state"), Kind: ui.State}, {Title: ui.T("hub.col_inside"), Kind: ui.Drop},
			{Title: ui.T("hub.col_act"), HideTitle: true, Kind: ui.Act}}}}}
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

func insideText(f *api.Found) string {
	if len(f.Inside) == 0 {
		return "–"
	}
	return joinNames(f.Inside)
}

// state is the row's state in words, with until when and whose it is.
func (p *hubPage) state(f *api.Found) app.UI {
	if f.State != org.Active {
		return ui.TagIcon(ui.Warn, ui.IconBan, ui.T("hub.state."+string(f.State)))
	}
	r := f.Request
	if r == nil {
		return app.Span().Class("hint").Text(ui.T("hub.no_access_yet"))
	}
	detail := ""
	switch {
	case r.State == access.Active && f.Usable && !f.Mine && len(r.Requesters) > 0:
		detail = ui.T("hub.usable", "agents", agentNames(r), "when", momentInText(r.EndsAt))
	case r.State == access.Active:
		detail = ui.T("hub.until", "when", momentInText(r.EndsAt))
	case r.State == access.Pending && !f.Mine:
		detail = ui.T("hub.pending_of", "agents", agentNames(r), "when", moment(r.CreatedAt))
	case r.State == access.Pending:
		detail = ui.T("hub.pending_since", "when", moment(r.CreatedAt), "phrase", r.Phrase)
	case r.State == access.Rejected && r.Reason != "":
		detail = ui.T("hub.rejected_why", "when", moment(r.EndedAt), "reason", r.Reason)
	default:
		detail = moment(r.EndedAt)
	}
	return app.Div().Class("hub-state").Body(stateTag(r.State), app.Span().Class("hint").Text(detail))
}

// act is the one button of the row, and a menu for what is done more seldom (R08).
func (p *hubPage) act(f *api.Found) app.UI {
	b := &ui.Button{ID: "act-" + string(f.ID), Busy: p.busy == f.ID}
	switch f.Button {
	case api.ButtonRequest:
		b.Label, b.OnClick = ui.T("hub.request"), func(app.Context, app.Event) { p.asking.show(f) }
	case api.ButtonJoin:
		b.Label, b.OnClick = ui.T("hub.join"), func(ctx app.Context, _ app.Event) { p.join(f) }
	case api.ButtonWithdraw:
		b.Label, b.Icon, b.OnClick = ui.T("hub.withdraw"), ui.IconUndo, func(ctx app.Context, _ app.Event) { p.withdraw(f) }
	case api.ButtonEnter:
		b.Label, b.Kind, b.Icon = ui.T("hub.enter"), ui.Primary, ui.IconLogIn
		switch {
		case f.ManagedBy == org.ServiceProvider && f.Cooling:
			b.Disabled = ui.T("access.error.cooling_off", "days", int(org.CoolingOff/(24*time.Hour)))
		case f.ManagedBy == org.ServiceProvider:
			b.OnClick = func(app.Context, app.Event) { p.reason.show(f) }
		default:
			b.OnClick = func(ctx app.Context, _ app.Event) { p.enter(f) }
		}
	default:
		return app.Span().Class("hint").Text("–")
	}
	b.Name = b.Label + " " + f.Name
	items := p.seldom(f)
	if len(items) == 0 {
		return b
	}
	return ui.Row(b, &ui.Menu{ID: "more-" + string(f.ID), Label: ui.T("hub.more_acts", "organization", f.Name), Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet, Items: items})
}

func (p *hubPage) seldom(f *api.Found) []ui.MenuItem {
	me := p.At.Session.Me()
	if me == nil || me.Staff == nil {
		return nil
	}
	var items []ui.MenuItem
	if r := f.Request; r != nil && r.State == access.Active {
		if f.Mine {
			items = append(items, ui.MenuItem{Label: ui.T("hub.finish"), Icon: ui.IconCheck, OnSelect: func(ctx app.Context) { p.confirm.show("finish", f) }})
		}
		if me.Staff.Rank.AtLeast(org.Lead) {
			items = append(items, ui.MenuItem{Label: ui.T("hub.lead_revoke"), Icon: ui.IconBan, Danger: true, OnSelect: func(ctx app.Context) { p.confirm.show("revoke", f) }})
		}
	}
	if r := f.Request; r != nil && r.State == access.Pending && !f.Mine && me.Staff.Rank.AtLeast(org.Lead) {
		items = append(items, ui.MenuItem{Label: ui.T("hub.lead_withdraw"), Icon: ui.IconUndo, OnSelect: func(ctx app.Context) { p.withdraw(f) }})
	}
	if me.Staff.Rank.AtLeast(org.Administrator) && f.ManagedBy == org.Customer && !f.Proposed && f.State == org.Active {
		items = append(items, ui.MenuItem{Label: ui.T("hub.propose"), Icon: ui.IconHand, OnSelect: func(ctx app.Context) { p.confirm.show("propose", f) }})
	}
	return items
}

func (p *hubPage) request(f *api.Found) api.RequestIn {
	return api.RequestIn{Org: api.Org{Org: f.ID}, Request: f.Request.ID}
}

func (p *hubPage) join(f *api.Found) {
	p.busy = f.ID
	in := api.AskIn{Org: api.Org{Org: f.ID}}
	in.Body.Minutes = max(f.Request.Requested, int(access.ShortestDuration/time.Minute))
	client.Call(p.ctx, p.At.Session, api.RequestAccess, in, p.after(f, func() string { return ui.T("hub.joined", "organization", f.Name) }))
}

func (p *hubPage) withdraw(f *api.Found) {
	p.busy = f.ID
	client.Call(p.ctx, p.At.Session, api.WithdrawAccess, p.request(f), p.after(f, func() string { return ui.T("hub.withdrawn", "organization", f.Name) }))
}

// after ends an act on a row: says what happened and shows what is true now.
func (p *hubPage) after(f *api.Found, said func() string) func(app.Context, access.Request, error) {
	return func(ctx app.Context, _ access.Request, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: said()})
		}
		p.load(ctx, true)
	}
}

func (p *hubPage) enter(f *api.Found) {
	p.busy = f.ID
	client.Call(p.ctx, p.At.Session, api.EnterSupport, p.request(f), p.entered)
}

// entered leads into the organization.
func (p *hubPage) entered(ctx app.Context, out api.Entered, err error) {
	p.busy, p.reason.busy = "", false
	if err != nil {
		toastFailure(err)
		p.load(ctx, true)
		return
	}
	p.reason.open, p.reason.reason = false, ""
	ctx.Navigate(out.Path)
}

// askDialog is "Request Access": Select Duration, Note for approver, Submit (R04).
type askDialog struct {
	open    bool
	found   *api.Found
	length  length
	note    string
	busy    bool
	problem string
}

func (d *askDialog) show(f *api.Found) {
	d.open, d.found, d.problem = true, f, ""
	d.length.set(int(access.Durations()[0] / time.Minute))
}

func (d *askDialog) render(p *hubPage) app.UI {
	lead := ""
	if d.found != nil {
		lead = ui.T("hub.request_lead", "organization", d.found.Name, "owner", d.found.OwnerName)
	}
	return &ui.Dialog{ID: "request-access", Open: d.open, Title: ui.T("hub.request"), Lead: lead, Dirty: d.note != "",
		OnClose:  func(app.Context) { d.open, d.note = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(p) },
		Body: func() []app.UI {
			return []app.UI{
				d.length.render("request-duration", ui.T("remote.select_duration"), int(access.GreatestMaximum/time.Minute), 0),
				&ui.Field{ID: "request-note", Label: ui.T("hub.note"), Kind: ui.Area, Rows: 3, Optional: true, MaxLength: access.NoteAtMost, Value: d.note,
					Hint: ui.T("hub.note_hint"), OnInput: func(_ app.Context, v string) { d.note = v }},
				formError(d.problem),
			}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "request-send", Label: ui.T("hub.submit"), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *askDialog) send(p *hubPage) {
	if d.busy || !d.length.valid(int(access.GreatestMaximum/time.Minute)) {
		return
	}
	d.busy, d.problem = true, ""
	in := api.AskIn{Org: api.Org{Org: d.found.ID}}
	in.Body.Minutes, in.Body.Note = d.length.minutes, strings.TrimSpace(d.note)
	client.Call(p.ctx, p.At.Session, api.RequestAccess, in, func(ctx app.Context, _ access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "minutes", "note")
			d.length.problem, d.problem = fields["minutes"], general+fields["note"]
			p.load(ctx, true)
			return
		}
		d.open, d.note = false, ""
		ui.ShowToast(ui.Toast{Text: ui.T("hub.requested", "organization", d.found.Name)})
		p.load(ctx, true)
	})
}

// reasonDialog is the entry into an organization that the provider manages: no request, but a reason.
type reasonDialog struct {
	open    bool
	found   *api.Found
	reason  string
	busy    bool
	problem string
}

func (d *reasonDialog) show(f *api.Found) { d.open, d.found, d.problem = true, f, "" }

func (d *reasonDialog) render(p *hubPage) app.UI {
	lead := ""
	if d.found != nil {
		lead = ui.T("hub.enter_lead", "organization", d.found.Name)
	}
	return &ui.Dialog{ID: "enter-managed", Open: d.open, Title: ui.T("hub.enter"), Lead: lead, Dirty: d.reason != "",
		OnClose:  func(app.Context) { d.open, d.reason = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(p) },
		Body: func() []app.UI {
			return []app.UI{&ui.Field{ID: "enter-reason", Label: ui.T("hub.reason"), Hint: ui.T("hub.reason_hint"), Kind: ui.Area, Rows: 3, Required: true,
				MaxLength: access.NoteAtMost, Value: d.reason, Error: d.problem, OnInput: func(_ app.Context, v string) { d.reason, d.problem = v, "" }}}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "enter-send", Label: ui.T("hub.enter"), Icon: ui.IconLogIn, Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *reasonDialog) send(p *hubPage) {
	if d.busy {
		return
	}
	if strings.TrimSpace(d.reason) == "" {
		d.problem = ui.T("access.error.reason_needed")
		return
	}
	d.busy = true
	in := api.EnterManagedIn{Org: api.Org{Org: d.found.ID}}
	in.Body.Reason = strings.TrimSpace(d.reason)
	client.Call(p.ctx, p.At.Session, api.EnterManaged, in, p.entered)
}

// hubConfirm asks before what ends access for others, and before a proposal.
type hubConfirm struct {
	what  string // finish, revoke, propose; "" when closed
	found *api.Found
	busy  bool
}

func (c *hubConfirm) show(what string, f *api.Found) { c.what, c.found = what, f }

func (c *hubConfirm) render(p *hubPage) app.UI {
	d := &ui.Confirm{ID: "hub-confirm", Open: c.what != "", Busy: c.busy, OnClose: func(app.Context) { c.what = "" }}
	if c.what == "" {
		return d
	}
	d.Title = ui.T("hub.confirm."+c.what+".title", "organization", c.found.Name)
	d.Text = ui.T("hub.confirm."+c.what+".text", "organization", c.found.Name)
	d.Action = ui.T("hub.confirm." + c.what + ".do")
	if c.what != "revoke" {
		d.Kind = ui.Primary
	}
	d.OnConfirm = func(ctx app.Context) { c.send(p) }
	return d
}

func (c *hubConfirm) send(p *hubPage) {
	c.busy = true
	what, f := c.what, c.found
	done := func(ctx app.Context, err error) {
		c.busy, c.what = false, ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("hub.confirm."+what+".done", "organization", f.Name)})
		}
		p.load(ctx, true)
	}
	switch what {
	case "finish":
		client.Call(p.ctx, p.At.Session, api.FinishAccess, p.request(f), func(ctx app.Context, _ access.Request, err error) { done(ctx, err) })
	case "revoke":
		client.Call(p.ctx, p.At.Session, api.LeadRevokeAccess, p.request(f), func(ctx app.Context, _ access.Request, err error) { done(ctx, err) })
	case "propose":
		client.Call(p.ctx, p.At.Session, api.ProposeManagedBy, api.Org{Org: f.ID}, func(ctx app.Context, _ api.None, err error) { done(ctx, err) })
	}
}
