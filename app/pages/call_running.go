package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// callers is what a person has seen and done about running verifications: the agents who ask who they are (C13).
type callers struct {
	busy   id.Verification
	denied *verification.Verification // by this person, just now
	told   []id.Verification
}

// callView is where running verifications are shown.
type callView struct {
	At     client.Seat
	Ctx    app.Context // the page's own
	Bar    bool        // above any page, in one line; else a card of its own
	Reload func(app.Context)
}

// announce speaks of verifications that have just begun.
func (c *callers) announce(at client.Seat, calls []verification.Verification) {
	for i := range calls {
		if v := &calls[i]; !slices.Contains(c.told, v.ID) {
			c.told = append(c.told, v.ID)
			ui.Announce(verifies(at, v) + " " + willSay(v) + " " + v.Counter + ".")
		}
	}
}

// verifies is "Ana Ruiz of Northwind is verifying you."
func verifies(at client.Seat, v *verification.Verification) string {
	m, _ := at.Member()
	key := ""
	switch mine, done := v.Contact == m.Contact, v.Outcome == verification.Match; {
	case mine && done:
		key = "call.verified_you"
	case mine:
		key = "call.verifying_you"
	case done:
		key = "call.verified"
	default:
		key = "call.verifying"
	}
	return ui.T(key, "agent", v.StaffName, "provider", brand(at), "caller", v.ContactName)
}

// willSay is "Ana will say:"; the counter-phrase follows.
func willSay(v *verification.Verification) string {
	name, _, _ := strings.Cut(v.StaffName, " ")
	if v.Channel == verification.Chat {
		return ui.T("call.will_write", "agent", name)
	}
	return ui.T("call.will_say", "agent", name)
}

// render shows what runs, and what this person has just ended; nil without either.
func (c *callers) render(w callView, calls []verification.Verification) app.UI {
	var list []app.UI
	if c.denied != nil {
		list = append(list, c.renderDenied(w))
	}
	for i := range calls {
		v := &calls[i]
		if !v.Running(ui.ServerNow()) {
			continue
		}
		list = append(list, &keyed{Key: string(v.ID), Body: func() app.UI {
			if w.Bar {
				return c.renderBar(w, v)
			}
			return c.renderCard(w, v)
		}})
	}
	if len(list) == 0 {
		return nil
	}
	return app.Div().Class("stack").Body(list...)
}

func (c *callers) renderBar(w callView, v *verification.Verification) app.UI {
	return &ui.Banner{Tone: ui.Info, Icon: ui.IconHeadset, Title: verifies(w.At, v), Text: willSay(v) + " ",
		Body:    []app.UI{app.Strong().Class("phrase").Text(v.Counter), app.Text(". ")},
		Actions: []app.UI{c.denyButton(w, v)}}
}

func (c *callers) renderCard(w callView, v *verification.Verification) app.UI {
	return &ui.Card{ID: "call-" + string(v.ID), Title: ui.T("call.title"), Tone: ui.Info, Mark: callOutcome(v), Body: []app.UI{
		ui.Person(v.StaffName, ui.Neutral, []app.UI{app.Strong().Text(verifies(w.At, v))}, []app.UI{
			app.Text(ui.T("call.since."+string(v.Channel), "when", momentInText(v.StartedAt)) + " · "),
			&ui.Countdown{Until: v.ExpiresAt, Label: ui.T("call.ends_in"), Silent: true, OnEnd: w.Reload}}),
		app.Div().Class("counter").Body(app.Span().Text(willSay(v)+" "), app.Strong().Text(v.Counter)),
		ui.Hint(callAdvice(w.At, v)),
		ui.Row(c.denyButton(w, v)),
	}}
}

// callAdvice says how the person can tell that it is the provider who calls.
func callAdvice(at client.Seat, v *verification.Verification) string {
	if m, _ := at.Member(); v.Contact == m.Contact {
		return ui.T("call.advice")
	}
	return ui.T("call.advice_other", "caller", v.ContactName)
}

// callOutcome is how far a verification has come.
func callOutcome(v *verification.Verification) app.UI {
	switch v.Outcome {
	case verification.Match:
		return ui.TagIcon(ui.OK, ui.IconBadgeCheck, ui.T("call.outcome.match"))
	case verification.NoMatch:
		return ui.TagIcon(ui.Bad, ui.IconX, ui.T("call.outcome.no_match"))
	case verification.Locked:
		return ui.TagIcon(ui.Warn, ui.IconLock, ui.T("call.outcome.locked"))
	case verification.NoCode:
		return ui.TagIcon(ui.Neutral, ui.IconMinus, ui.T("call.outcome.no_code"))
	}
	return ui.TagIcon(ui.Info, ui.IconClock, ui.T("call.outcome.open"))
}

func (c *callers) denyButton(w callView, v *verification.Verification) app.UI {
	label := ui.T("call.not_me")
	if m, _ := w.At.Member(); v.Contact != m.Contact {
		label = ui.T("call.stop")
	}
	return &ui.Button{ID: "deny-" + string(v.ID), Label: label, Name: label + ": " + v.StaffName, Kind: ui.Danger, Icon: ui.IconHand, Small: w.Bar,
		Busy: c.busy == v.ID, Disabled: offlineReason(w.At), OnClick: func(app.Context, app.Event) { c.deny(w, v) }}
}

// deny ends a verification at once. What has happened is said afterwards, because each second counts.
func (c *callers) deny(w callView, v *verification.Verification) {
	c.busy = v.ID
	ended := *v
	client.Call(w.Ctx, w.At.Session, api.DenyVerification, api.VerificationIn{Org: w.At.OrgIn(), Verification: v.ID},
		func(ctx app.Context, _ api.None, err error) {
			c.busy = ""
			if err != nil {
				toastFailure(err)
			} else {
				c.denied = &ended
				ui.Announce(ui.T("call.denied"))
				ui.FocusLater(ctx, "denied")
			}
			w.Reload(ctx)
		})
}

func (c *callers) renderDenied(w callView) app.UI {
	v := c.denied
	m, _ := w.At.Member()
	text := ui.T("call.denied_other", "agent", v.StaffName, "caller", v.ContactName)
	if v.Contact == m.Contact {
		text = ui.T("call.denied_text", "agent", v.StaffName, "owner", m.OwnerName)
		if m.Owner {
			text = ui.T("call.denied_owner", "agent", v.StaffName)
		}
	}
	banner := &ui.Banner{Tone: ui.OK, Icon: ui.IconShieldCheck, Title: ui.T("call.denied"), Text: text,
		OnClose: func(ctx app.Context) {
			c.denied = nil
			ui.FocusLater(ctx, ui.PageTitleID)
		}}
	if w.At.Page != pageMyCode && w.At.Can(perm.MyCodeUpdate) && v.Contact == m.Contact {
		banner.Actions = []app.UI{&ui.Button{Label: ui.T("call.change_code"), Small: true, Href: w.At.Href(pageMyCode)}}
	}
	return app.Div().ID("denied").TabIndex(-1).Body(banner)
}

// callBar follows running verifications on every page of a customer that does not show them itself.
type callBar struct {
	app.Compo

	At client.Seat

	ctx   app.Context
	stop  func()
	state loaded[api.MyCode]
	seen  callers
}

// CompoID tells go-app that another organization has another bar.
func (b *callBar) CompoID() string { return b.At.Key("calls") }

// OnMount looks who is verifying and follows it.
func (b *callBar) OnMount(ctx app.Context) {
	b.ctx = ctx
	b.stop = b.At.Session.Watch(ctx, b.At.Org, b.load, live.Verify)
	b.load(ctx)
}

// OnPreRender is OnMount outside a browser.
func (b *callBar) OnPreRender(ctx app.Context) { b.OnMount(ctx) }

// OnDismount stops following.
func (b *callBar) OnDismount() {
	if b.stop != nil {
		b.stop()
	}
}

func (b *callBar) load(ctx app.Context) {
	load(ctx, b.At, &b.state, api.GetMyCode, b.At.OrgIn(), true, func(app.Context) { b.seen.announce(b.At, b.state.value.Calls) })
}

// Render implements app.Composer.
func (b *callBar) Render() app.UI {
	shown := b.seen.render(callView{At: b.At, Ctx: b.ctx, Bar: true, Reload: b.load}, b.state.value.Calls)
	if shown == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Class("notice").Body(shown)
}

// callSlot is the bar where it belongs: for customers in an organization, beside pages that show calls themselves.
func callSlot(at client.Seat) app.UI {
	if _, member := at.Member(); !member || at.As != api.AsCustomer || at.Page == client.PageHome || at.Page == pageMyCode {
		return app.Div().Hidden(true)
	}
	return &callBar{At: at}
}
