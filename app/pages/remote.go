package pages

import (
	"slices"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
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
	gone    []id.AccessRequest // requests that others decided, or took back, while they were looked at
	invite  inviteDialog
	end     endDialog
	managed managedDialog
	next    string // the card that an act leads to
}

func (p *remotePage) CompoID() string { return p.At.Key("remote") }

func (p *remotePage) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.load(ctx, false)
	p.stop = append(p.stop,
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Access, live.Organization, live.Activity),
		p.At.Session.Keep("remote", p.typed),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }), // without a connection nothing can be decided
		everyMinute(ctx))
}

func (p *remotePage) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

// everyMinute draws the page again, because it says when access would end if it were approved now.
func everyMinute(ctx app.Context) (stop func()) {
	var again func(app.Context)
	stopped, halt := false, func() {}
	again = func(app.Context) {
		if !stopped {
			halt = ui.After(ctx, ui.ServerNow().Truncate(time.Minute).Add(time.Minute).Sub(ui.ServerNow()), again)
		}
	}
	again(ctx)
	return func() { stopped = true; halt() }
}

func (p *remotePage) load(ctx app.Context, background bool) {
	before, had := p.state.value, p.state.has()
	load(ctx, p.At, &p.state, api.GetRemoteSupport, p.At.OrgIn(), background, func(ctx app.Context) {
		holdFocus(ctx, p.next)
		p.next = ""
		if had && p.state.err == nil {
			p.follow(before, p.state.value)
		}
	})
	p.feed.load(ctx, p.At, background)
	p.history.load(ctx, p.At, background)
}

// acted shows what an act has led to; the focus goes to the card with the id when the act took its button away.
func (p *remotePage) acted(ctx app.Context, card string) {
	p.next, p.feed.fresh = card, true
	p.load(ctx, true)
}

func (p *remotePage) retry(ctx app.Context) { p.load(ctx, false) }

// follow says aloud who came and left, and remembers requests that went away under the approver's eyes.
func (p *remotePage) follow(before, now api.RemoteSupport) {
	for _, r := range before.Pending {
		if slices.ContainsFunc(now.Pending, func(o access.Request) bool { return o.ID == r.ID }) {
			continue
		}
		if !p.card(&r).mine {
			p.gone = append(p.gone, r.ID)
		}
		delete(p.cards, r.ID) // a reason for what is over is nothing to keep
	}
	was, is := insideNow(before), insideNow(now)
	for _, x := range is {
		if !contains(was, x) {
			ui.Announce(ui.T("remote.told_entered", "agent", x.Name))
		}
	}
	for _, x := range was {
		if !contains(is, x) {
			ui.Announce(ui.T("remote.told_left", "agent", x.Name))
		}
	}
}

func insideNow(s api.RemoteSupport) (all []access.Session) {
	for _, g := range s.Active {
		all = append(all, g.Sessions...)
	}
	return all
}

func contains(list []access.Session, x access.Session) bool {
	return slices.ContainsFunc(list, func(y access.Session) bool { return x.ID == y.ID })
}

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
	if !p.mayDecide() {
		header.Lead = ui.T("remote.lead_view")
	}
	if p.At.Can(perm.RemoteSupportCreate) && p.state.has() && p.state.value.ManagedBy == org.Customer {
		header.Actions = []app.UI{&ui.Button{ID: "invite-support", Label: ui.T("remote.invite"), Icon: ui.IconUserPlus, Disabled: p.cannot(),
			OnClick: func(app.Context, app.Event) { p.invite.show(p.state.value.MaximumMinutes) }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		slot(manageTabs(p.At, "remote-support")),
		region(p.At, &p.state, 6, p.retry, p.show),
		p.invite.render(p), p.end.render(p), p.managed.render(p),
	)
}

func (p *remotePage) show(s api.RemoteSupport) []app.UI {
	pending := app.UI(nil)
	if s.ManagedBy == org.Customer || len(s.Pending) > 0 {
		pending = p.showPending(s)
	}
	main := []app.UI{slot(p.showProposal(s)), slot(pending), p.showActive(s), p.showManagedBy(s), p.history.render(p.ctx, p.At)}
	side := []app.UI{p.feed.render(p.ctx, p.At)}
	return []app.UI{ui.Columns(main, side)}
}

// manageTabs are the tabs of Manage Organization that the person may see.
func manageTabs(at client.Seat, selected string) app.UI {
	m, _ := at.Member()
	tabs := []ui.Tab{}
	if at.Can(perm.RemoteSupportView) {
		tabs = append(tabs, ui.Tab{ID: "remote-support", Label: ui.T("nav.remote_support"), Href: at.Href(pageRemoteSupport), Count: m.Waiting,
			CountTone: ui.Live, CountLabel: ui.T("remote.waiting", "n", m.Waiting)})
	}
	if at.Can(perm.SignificantChangesView) {
		tabs = append(tabs, ui.Tab{ID: "changes", Label: ui.T("nav.changes"), Href: at.Href(pageChanges), Count: m.Changes,
			CountTone: ui.Info, CountLabel: ui.T("changes.waiting", "n", m.Changes)})
	}
	if at.Can(perm.AuditView) {
		tabs = append(tabs, ui.Tab{ID: "audit", Label: ui.T("nav.audit"), Href: at.Href(pageAudit)})
	}
	ownership := ui.Tab{ID: "ownership", Label: ui.T("nav.ownership"), Href: at.Href(pageOwnership)}
	if m.Offer {
		ownership.Count, ownership.CountTone, ownership.CountLabel = 1, ui.Info, ui.T("owner.offered_title")
	}
	tabs = append(tabs, ownership)
	if len(tabs) < 2 {
		return nil
	}
	return &ui.Tabs{ID: "manage-tabs", Label: ui.T("nav.manage_organization"), Tabs: tabs, Selected: selected}
}

func (p *remotePage) mayDecide() bool { return p.At.Can(perm.RemoteSupportApprove) }

func (p *remotePage) isOwner() bool { return p.At.Can(perm.OwnershipTransfer) }

// cannot is why nothing can be decided at the moment, "" when it can.
func (p *remotePage) cannot() string { return offlineReason(p.At) }

// offlineReason is why an act that needs the server can't be done: it does not answer, or the owner only looks with
// somebody else's eyes; "" when it can.
func offlineReason(at client.Seat) string {
	if at.Eyes != "" {
		return ui.T("view_as.error.read_only")
	}
	if at.Session.Link() == client.LinkDown {
		return ui.T("remote.offline")
	}
	return ""
}

func (p *remotePage) request(r *access.Request) api.RequestIn {
	return api.RequestIn{Org: p.At.OrgIn(), Request: r.ID}
}

// pageTitle is the name of a page of the portal by its route.
func pageTitle(page string) string {
	if title := organizationTitle(page); title != "" {
		return ui.T(title)
	}
	return page
}

func roleName(r access.Role) string {
	if r == access.Owner {
		return ui.T("remote.role.owner")
	}
	return ui.T("remote.role.super_admin")
}
