package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Home is the first page of an organization: what needs the person's attention, and who is inside.
type Home struct {
	app.Compo

	At client.Seat

	ctx      app.Context
	stop     []func()
	home     loaded[api.Home]
	revoking id.AccessRequest
	cards    changeCards
	calls    callers
	accept   acceptDialog
	busy     string // the act under way
	numbers  copyWatch
}

// CompoID tells go-app that the home of another organization is another page.
func (h *Home) CompoID() string { return h.At.Key("home") }

// OnMount loads the page and follows what changes.
func (h *Home) OnMount(ctx app.Context) {
	h.ctx = ctx
	h.stop = []func(){
		h.At.Session.Watch(ctx, h.At.Org, func(ctx app.Context) { h.load(ctx, true) }, live.Access, live.Organization, live.Contacts, live.Changes,
			live.Codes, live.Ownership, live.Verify, live.Tickets),
		h.At.Session.Keep("home", h.cards.typed),
		h.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { h.followNumbers() }) }), // without a connection nothing can be decided
	}
	h.followNumbers()
	h.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (h *Home) OnPreRender(ctx app.Context) { h.OnMount(ctx) }

// OnDismount stops following.
func (h *Home) OnDismount() {
	for _, stop := range h.stop {
		stop()
	}
	h.stop = nil
	h.numbers.close()
}

// followNumbers follows the copy of the numbers, of which edits may need the person.
func (h *Home) followNumbers() {
	h.numbers.follow(h.At, func() { h.ctx.Dispatch(func(app.Context) {}) })
}

func (h *Home) load(ctx app.Context, background bool) {
	load(ctx, h.At, &h.home, api.GetHome, h.At.OrgIn(), background, func(ctx app.Context) {
		if background {
			holdFocus(ctx, "attention")
		}
		h.calls.announce(h.At, h.home.value.Calls)
	})
}

// Render implements app.Composer.
func (h *Home) Render() app.UI {
	m, _ := h.At.Member()
	return ui.Stack(
		&ui.PageHeader{Title: ui.T("home.title"), Lead: m.Name},
		slot(h.renderOffline()),
		region(h.At, &h.home, 4, func(ctx app.Context) { h.load(ctx, false) }, func(home api.Home) []app.UI {
			calls := h.calls.render(callView{At: h.At, Ctx: h.ctx, Reload: h.again}, home.Calls)
			main := []app.UI{slot(calls), h.renderAttention(home), h.renderInside(home)}
			return []app.UI{ui.Columns(main, []app.UI{h.renderOrganization(m)})}
		}),
		h.accept.render(h.At, h.ctx, func(ctx app.Context, _ api.Ownership, said string) {
			ui.ShowToast(ui.Toast{Text: said})
			h.load(ctx, true)
		}),
	)
}

func (h *Home) again(ctx app.Context) { h.load(ctx, true) }

func (h *Home) renderAttention(home api.Home) app.UI {
	own, numbers := h.renderOwn(home), h.renderNumbers()
	n := len(home.Pending) + len(home.More) + len(own) + len(numbers)
	if n == 0 {
		return &ui.Card{ID: "attention", Title: ui.T("home.attention"), Body: []app.UI{
			&ui.Empty{Icon: ui.IconCircleCheck, Title: ui.T("home.nothing"), Text: ui.T("home.nothing_text")}}}
	}
	rows := make([]app.UI, 0, n)
	for i := range home.Pending {
		r := &home.Pending[i]
		rows = append(rows, h.renderWaiting(names(r), asks(r), r.CreatedAt))
	}
	for i := range home.More {
		if x := home.More[i].Extension; x != nil {
			rows = append(rows, h.renderWaiting(x.By.Name, asksMore(x), x.By.At))
		}
	}
	tone := ui.Live
	if len(rows) == 0 {
		tone = ui.Info // live is of remote access alone
	}
	rows = append(append(rows, numbers...), own...)
	return &ui.Card{ID: "attention", Title: ui.T("home.attention"), Tone: tone,
		Mark: ui.TagIcon(tone, ui.IconClock, ui.T("home.waiting", "n", n)), Body: []app.UI{ui.Stack(rows...)}}
}

// renderNumbers leads to edits of numbers that were not applied, and without a connection to those that wait for it.
func (h *Home) renderNumbers() (rows []app.UI) {
	c := h.numbers.copy
	if c == nil {
		return nil
	}
	add := func(id, text, hint string) {
		rows = append(rows, ui.Split(
			app.Div().Class("person").Body(app.Span().Class("avatar", "neutral").Body(ui.Icon(ui.IconPhone)), app.Div().Class("person-text").Body(
				app.Div().Body(app.Strong().Text(text)), app.Div().Class("hint").Text(hint))),
			&ui.Button{ID: id, Label: ui.T("shell.review"), Name: ui.T("shell.review") + ": " + text, Kind: ui.Primary, Href: h.At.Href(pageSync)}))
	}
	if n := attentionCount(c); n > 0 {
		add("numbers-review", ui.T("sync.needs_attention", "n", n), ui.T("sync.needs_attention_text", "n", n))
	}
	if n := c.Status().Pending; n > 0 && h.At.Session.Link() == client.LinkDown {
		add("numbers-unsent", ui.T("sync.pill_here", "n", n), ui.T("sync.waiting_offline"))
	}
	return rows
}

// renderOffline is what this device knows of the numbers while it has nothing else to show; nil when there is no more.
func (h *Home) renderOffline() app.UI {
	rows := h.renderNumbers()
	if h.home.has() || len(rows) == 0 {
		return nil
	}
	return &ui.Card{ID: "numbers-here", Title: ui.T("nav.numbers"), Body: []app.UI{ui.Stack(rows...)}}
}

func (h *Home) renderWaiting(name, sentence string, since time.Time) app.UI {
	return ui.Split(
		ui.Person(name, ui.Neutral, []app.UI{app.Strong().Text(sentence)}, []app.UI{app.Text(ui.T("home.since") + " "), timeTag(since)}),
		&ui.Button{Label: ui.T("shell.review"), Name: ui.T("shell.review") + ": " + sentence, Kind: ui.Primary, Href: h.At.Href(pageRemoteSupport)},
	)
}

func (h *Home) renderInside(home api.Home) app.UI {
	if len(home.Active) == 0 {
		return slot(nil)
	}
	rows := make([]app.UI, 0, len(home.Active))
	inside := 0
	for i := range home.Active {
		g := &home.Active[i]
		inside += len(g.Sessions)
		rows = append(rows, h.renderGrant(g))
	}
	mark := ui.TagIcon(ui.Neutral, ui.IconClock, ui.T("home.nobody_inside"))
	if inside > 0 {
		mark = ui.Tag(ui.Live, ui.T("home.inside", "n", inside))
	}
	return slot(&ui.Card{ID: "inside", Title: ui.T("home.inside_title"), Mark: mark, Body: []app.UI{ui.Stack(rows...)}})
}

func (h *Home) renderGrant(g *api.Grant) app.UI {
	who, tone, sentence := grantHolders(g), ui.Neutral, ui.T("home.may_enter", "n", len(g.Requesters), "names", grantHolders(g))
	if len(g.Sessions) > 0 {
		list := make([]string, 0, len(g.Sessions))
		for _, x := range g.Sessions {
			list = append(list, x.Name)
		}
		who, tone = listed(list), ui.Live
		sentence = ui.T("home.is_inside", "n", len(list), "names", who)
	}
	return ui.Split(
		ui.Person(who, tone, []app.UI{app.Strong().Text(sentence)}, []app.UI{
			app.Text(ui.T("home.until", "time", momentInText(g.EndsAt)) + " · "),
			&ui.Countdown{Until: g.EndsAt, Label: ui.T("home.left"), OnEnd: func(app.Context) { h.load(h.ctx, true) }},
		}),
		app.If(h.At.Can(perm.RemoteSupportApprove), func() app.UI {
			return &ui.Button{Label: ui.T("home.revoke"), Name: ui.T("home.revoke") + ": " + who, Kind: ui.Danger, Icon: ui.IconBan,
				Busy: h.revoking == g.ID, OnClick: func(app.Context, app.Event) { h.revoke(g) }}
		}),
	)
}

// grantHolders are who may use a running grant: the agents who asked, or support as a whole.
func grantHolders(g *api.Grant) string {
	if len(g.Requesters) == 0 || g.Source == access.Invited {
		return ui.T("home.support")
	}
	return names(&g.Request)
}

func (h *Home) revoke(g *api.Grant) {
	h.revoking = g.ID
	inside := make([]string, 0, len(g.Sessions))
	for _, x := range g.Sessions {
		inside = append(inside, x.Name)
	}
	in := api.RequestIn{Org: h.At.OrgIn(), Request: g.ID}
	client.Call(h.ctx, h.At.Session, api.RevokeAccess, in, func(ctx app.Context, _ access.Request, err error) {
		h.revoking = ""
		if err != nil {
			toastFailure(err)
		} else {
			text := ui.T("home.revoked")
			if len(inside) > 0 {
				text += " " + ui.T("home.signed_out", "n", len(inside), "names", listed(inside))
			}
			ui.ShowToast(ui.Toast{Text: text})
		}
		h.load(ctx, true)
	})
}

func (h *Home) renderOrganization(m api.Membership) app.UI {
	return &ui.Card{ID: "organization", Title: ui.T("home.organization"), Body: []app.UI{&ui.Description{Terms: []ui.Term{
		{Label: ui.T("home.name"), Text: m.Name},
		{Label: ui.T("home.reference"), Text: m.Reference},
		{Label: ui.T("home.owner"), Text: m.OwnerName},
		{Label: ui.T("home.managed_by"), Text: managedByName(m.ManagedBy)},
	}}}}
}
