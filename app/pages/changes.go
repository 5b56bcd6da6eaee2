package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageChanges = "manage/changes"

// Changes is Manage Organization › Significant changes: what verified callers asked for and the organization has to
// decide, and what became of earlier ones (C12).
type Changes struct {
	app.Compo

	At client.Seat

	ctx   app.Context
	stop  []func()
	state loaded[api.Changes]
	past  []significant.Change // decided ones, newest first
	next  string               // where to go on, "" at the end
	busy  bool
	cards changeCards
	gone  []id.Change // decided or taken back by others while they were looked at
	focus string      // the card that an act leads to
}

// CompoID tells go-app that another organization has another page.
func (p *Changes) CompoID() string { return p.At.Key("changes") }

// OnMount loads the page and follows what changes.
func (p *Changes) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Changes),
		p.At.Session.Keep("changes", p.cards.typed),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	p.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *Changes) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following.
func (p *Changes) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

func (p *Changes) load(ctx app.Context, background bool) {
	before, had := p.state.value.Changes, p.state.has()
	load(ctx, p.At, &p.state, api.ListChanges, api.ChangesIn{Org: p.At.OrgIn(), Limit: changesAtOnce}, background, func(ctx app.Context) {
		holdFocus(ctx, p.focus)
		p.focus = ""
		if p.state.err != nil {
			return
		}
		if had {
			p.follow(before, p.state.value.Changes)
		}
		p.take(p.state.value)
	})
}

const changesAtOnce = 20

// take puts the newest page of what was decided before what is known of the older ones.
func (p *Changes) take(page api.Changes) {
	decided := slices.DeleteFunc(slices.Clone(page.Changes), waits)
	if n := len(decided); n > 0 {
		last := decided[n-1].ID
		if at := slices.IndexFunc(p.past, func(c significant.Change) bool { return c.ID == last }); at >= 0 {
			p.past = append(decided, p.past[at+1:]...)
			return
		}
	}
	p.past, p.next = decided, page.Next // nothing in common: begin anew
}

func waits(c significant.Change) bool { return c.State == significant.Pending }

// pending are the changes that wait.
func (p *Changes) pending() []significant.Change {
	return slices.DeleteFunc(slices.Clone(p.state.value.Changes), func(c significant.Change) bool { return !waits(c) })
}

// follow remembers changes that went away under the approver's eyes.
func (p *Changes) follow(before, now []significant.Change) {
	for _, c := range before {
		if !waits(c) || slices.ContainsFunc(now, func(o significant.Change) bool { return o.ID == c.ID && waits(o) }) {
			continue
		}
		if !p.cards.of(c.ID).mine {
			p.gone = append(p.gone, c.ID)
		}
		p.cards.forget(c.ID)
	}
}

func (p *Changes) retry(ctx app.Context) { p.load(ctx, false) }

// Render implements app.Composer.
func (p *Changes) Render() app.UI {
	lead := ui.T("changes.lead")
	if !p.At.Can(perm.SignificantChangesApprove) {
		lead = ui.T("changes.lead_view")
	}
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.changes"), Lead: lead,
			Crumbs: []ui.Crumb{{Label: ui.T("nav.manage_organization"), Href: p.At.Href(firstManagePage(p.At))}}},
		slot(manageTabs(p.At, "changes")),
		region(p.At, &p.state, 6, p.retry, p.show),
	)
}

func (p *Changes) show(api.Changes) []app.UI {
	return []app.UI{p.renderPending(), p.renderPast()}
}

func (p *Changes) renderPending() app.UI {
	pending := p.pending()
	card := &ui.Card{ID: "pending", Title: ui.T("changes.pending"), Body: p.renderGone()}
	if len(pending) == 0 {
		if len(card.Body) == 0 {
			card.Body = []app.UI{&ui.Empty{Icon: ui.IconCircleCheck, Title: ui.T("changes.none"), Text: ui.T("changes.none_text")}}
		}
		return card
	}
	card.Tone, card.Mark = ui.Info, ui.TagIcon(ui.Info, ui.IconClock, ui.T("remote.pending_count", "n", len(pending)))
	for i := range pending {
		c := &pending[i]
		card.Body = append(card.Body, &keyed{Key: string(c.ID), Body: func() app.UI { return p.cards.render(p.view(), c) }})
	}
	return card
}

func (p *Changes) view() changeView {
	return changeView{At: p.At, Ctx: p.ctx, Acted: func(ctx app.Context) {
		p.focus = "pending"
		p.load(ctx, true)
	}}
}

// renderGone says what became of changes that went away while they were looked at.
func (p *Changes) renderGone() []app.UI {
	var lines []app.UI
	for _, gone := range p.gone {
		for i := range p.past {
			if c := &p.past[i]; c.ID == gone {
				lines = append(lines, &ui.Banner{Tone: ui.Neutral, Icon: changeIcon(c.State), Text: changeBecame(c)})
			}
		}
	}
	return lines
}

func (p *Changes) renderPast() app.UI {
	card := &ui.Card{ID: "history", Title: ui.T("remote.history"), Flush: true}
	if len(p.past) == 0 {
		card.Flush, card.Body = false, []app.UI{ui.Hint(ui.T("changes.history_none"))}
		return card
	}
	lines := make([]ui.Line, 0, len(p.past))
	for i := range p.past {
		c := &p.past[i]
		lines = append(lines, ui.Line{ID: string(c.ID), Cells: []app.UI{
			app.Strong().Text(c.Subject), changeTag(c.State), app.Span().Text(changeAsked(c)), app.Span().Text(changeEnding(c))}})
	}
	card.Body = []app.UI{&ui.Table{ID: "changes-table", Label: ui.T("remote.history"), Lines: lines, Compact: true, Columns: []ui.Column{
		{Title: ui.T("changes.col_subject"), Kind: ui.Title}, {Title: ui.T("remote.col_state"), Kind: ui.State},
		{Title: ui.T("changes.col_asked")}, {Title: ui.T("changes.col_decided")}}}}
	if p.next != "" {
		card.Footer = []app.UI{&ui.Button{ID: "history-more", Label: ui.T("remote.history_more"), Small: true, Busy: p.busy, Disabled: offlineReason(p.At),
			OnClick: func(app.Context, app.Event) { p.loadMore() }}}
	}
	return card
}

func (p *Changes) loadMore() {
	p.busy = true
	in := api.ChangesIn{Org: p.At.OrgIn(), Before: id.Change(p.next), Limit: changesAtOnce}
	client.Load(p.ctx, p.At.Session, api.ListChanges, in, false, func(ctx app.Context, out api.Changes, err error) {
		p.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		holdFocus(ctx, "history")
		more := slices.DeleteFunc(out.Changes, waits)
		p.past, p.next = append(p.past, more...), out.Next
		ui.Announce(ui.T("remote.history_shown", "n", len(more)))
	})
}
