package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pageVerify is where staff find out who calls.
const pageVerify = "hub/verify"

// Verify is Support Hub › Verify caller: the agent names who the caller says they are, reads out the counter-phrase,
// types what the caller says, and learns what may be done. No code is ever shown here (C10).
type Verify struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	address string // parameters that were followed
	calls   loaded[api.AgentCalls]
	names   map[id.Organization]string // of the changes' organizations; "" while one is on its way
	start   callStart
	call    callCard
}

// CompoID tells go-app which page this is.
func (v *Verify) CompoID() string { return v.At.Key("verify") }

// OnMount finds the agent's open calls and follows what customers do about them.
func (v *Verify) OnMount(ctx app.Context) {
	v.ctx = ctx
	v.stop = []func(){
		v.At.Session.Watch(ctx, "", v.refresh, live.Verify, live.Changes, live.Contacts),
		v.At.Session.Keep("verify", v.typed),
		v.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }), // without a connection nothing can be checked
	}
	v.start.reset()
	v.follow(ctx)
	v.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (v *Verify) OnPreRender(ctx app.Context) { v.OnMount(ctx) }

// OnUpdate follows a link to another caller.
func (v *Verify) OnUpdate(ctx app.Context) {
	if v.At.Query != v.address {
		v.follow(ctx)
	}
}

// OnDismount stops following.
func (v *Verify) OnDismount() {
	for _, stop := range v.stop {
		stop()
	}
	if v.start.pause != nil {
		v.start.pause()
	}
}

// follow does what the address says: a call to go on with, or an organization and a caller to begin with.
func (v *Verify) follow(ctx app.Context) {
	v.address = v.At.Query
	of, call := id.Organization(v.At.Param("org")), id.Verification(v.At.Param("call"))
	if !id.Valid(of) {
		return
	}
	if id.Valid(call) {
		v.show(ctx, of, call)
		return
	}
	v.call = callCard{}
	v.start.begin(ctx, v, of, id.Contact(v.At.Param("contact")), v.At.Param("ticket"))
}

// typed is what would be lost; never what a caller said.
func (v *Verify) typed() []client.Unsent {
	c := &v.call
	return []client.Unsent{{Label: ui.T("verify.minor"), Text: c.minor}, {Label: ui.T("verify.subject"), Text: c.ask.subject},
		{Label: ui.T("verify.note"), Text: c.ask.note}}
}

func (v *Verify) load(ctx app.Context, background bool) {
	before := v.calls.value.Changes
	load(ctx, v.At, &v.calls, api.ListCalls, api.None{}, background, func(ctx app.Context) {
		if v.calls.err != nil {
			return
		}
		tellChanges(before, v.calls.value.Changes)
		v.learnNames(ctx)
		if !background && v.call.id == "" && v.start.org == nil && v.start.loading == "" && len(v.calls.value.Calls) > 0 {
			c := &v.calls.value.Calls[0] // the agent was here before: the call goes on
			v.show(ctx, c.Org, c.ID)
		}
	})
}

// refresh is load after something changed.
func (v *Verify) refresh(ctx app.Context) {
	v.load(ctx, true)
	switch {
	case v.call.id != "":
		v.call.load(ctx, v, true)
	case v.start.org != nil:
		v.start.load(ctx, v, true)
	}
}

// show opens a call and keeps it in the address, so that it is found again after a reload.
func (v *Verify) show(ctx app.Context, of id.Organization, call id.Verification) {
	v.call = callCard{org: of, id: call}
	v.replace("org", string(of), "call", string(call), "contact", "")
	v.call.load(ctx, v, false)
}

// leave goes back to the beginning.
func (v *Verify) leave() {
	v.call = callCard{}
	v.start.reset()
	v.replace("org", "", "call", "", "contact", "")
	ui.FocusLater(v.ctx, "verify-organization")
}

func (v *Verify) replace(pairs ...string) {
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", v.At.With(pairs...))
}

// learnNames finds out what the organizations of changes are called, each once: a change only says which it is.
func (v *Verify) learnNames(ctx app.Context) {
	if v.names == nil {
		v.names = map[id.Organization]string{}
	}
	for _, c := range v.calls.value.Calls {
		v.names[c.Org] = c.OrgName
	}
	for _, c := range v.calls.value.Changes {
		if _, known := v.names[c.Org]; known {
			continue
		}
		v.names[c.Org] = ""
		client.Load(ctx, v.At.Session, api.GetFound, api.Org{Org: c.Org}, true, func(_ app.Context, f api.Found, err error) {
			if err != nil {
				delete(v.names, c.Org) // asked for again at the next occasion
				return
			}
			v.names[c.Org] = f.Name
		})
	}
}

// tellChanges says what became of a change that the agent waits for.
func tellChanges(before, now []significant.Change) {
	for i := range now {
		for j := range before {
			if before[j].ID != now[i].ID || before[j].State != significant.Pending {
				continue
			}
			switch c := &now[i]; c.State {
			case significant.Approved:
				ui.ShowToast(ui.Toast{Text: ui.T("verify.told_approved", "name", c.DecidedName, "subject", c.Subject)})
			case significant.Rejected:
				text := ui.T("verify.told_rejected", "name", c.DecidedName, "subject", c.Subject)
				if c.Reason != "" {
					text += " " + ui.T("remote.quoted", "text", c.Reason)
				}
				ui.ShowToast(ui.Toast{Tone: ui.Warn, Text: text})
			}
		}
	}
}

// hubTabs are the tabs of the Support Hub.
func hubTabs(at client.Seat, selected string) app.UI {
	return &ui.Tabs{ID: "hub-tabs", Label: ui.T("nav.support_hub"), Selected: selected, Tabs: []ui.Tab{
		{ID: "remote-support", Label: ui.T("nav.remote_support"), Href: at.Href(client.PageHub)},
		{ID: "verify", Label: ui.T("nav.verify_caller"), Href: at.Href(pageVerify)},
		{ID: "tickets", Label: ui.T("nav.tickets"), Href: at.Href(pageQueue)},
	}}
}

// Render implements app.Composer.
func (v *Verify) Render() app.UI {
	main := &keyed{Key: "start", Body: func() app.UI { return v.start.render(v) }}
	side := []app.UI{slot(v.openCalls()), &keyed{Key: "tiers", Body: func() app.UI { return tiers(v.call.value()) }}}
	if v.call.id != "" {
		main = &keyed{Key: string(v.call.id), Body: func() app.UI {
			return region(v.At, &v.call.data, 6, func(ctx app.Context) { v.call.load(ctx, v, false) }, func(c api.AgentCall) []app.UI {
				return v.call.render(v, &c)
			})
		}}
		side = []app.UI{slot(v.callFacts()), side[1], slot(v.openCalls())}
	}
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.verify_caller"), Lead: ui.T("verify.lead"),
			Crumbs: []ui.Crumb{{Label: ui.T("nav.support_hub"), Href: v.At.Href(client.PageHub)}}},
		hubTabs(v.At, "verify"),
		ui.Columns([]app.UI{main, slot(v.changes())}, side),
		v.call.confirm.render(v),
	)
}

// openCalls are the agent's other calls that are not over.
func (v *Verify) openCalls() app.UI {
	if v.calls.err != nil && !v.calls.has() {
		return failed(v.calls.err, v.calls.busy, func(ctx app.Context) { v.load(ctx, false) })
	}
	now, lines := ui.ServerNow(), []app.UI{}
	for i := range v.calls.value.Calls {
		c := &v.calls.value.Calls[i]
		if c.ID == v.call.id || !c.Running(now) && !c.Receipt(now) {
			continue
		}
		lines = append(lines, &keyed{Key: string(c.ID), Body: func() app.UI {
			return ui.Split(app.Div().Body(app.Div().Text(c.ContactName), app.Div().Class("hint").Text(c.OrgName+" · "+ui.T("verify.since", "time", clock(c.StartedAt)))),
				&ui.Button{ID: "open-" + string(c.ID), Label: ui.T("verify.open"), Name: ui.T("verify.open") + ": " + c.ContactName, Small: true,
					OnClick: func(app.Context, app.Event) {
						v.show(v.ctx, c.Org, c.ID)
						v.call.chosen = true
					}})
		}})
	}
	if len(lines) == 0 {
		return nil
	}
	return &ui.Card{ID: "open-calls", Title: ui.T("verify.open_calls"), Body: []app.UI{ui.Stack(lines...)}}
}

// changes are what the agent asked customers to approve in other calls: it outlives the call.
func (v *Verify) changes() app.UI {
	others := slices.Clone(v.calls.value.Changes)
	if v.call.id != "" {
		others = slices.DeleteFunc(others, func(c significant.Change) bool { return c.Verification == v.call.id })
	}
	return askedCard(v, "asked-changes", ui.T("verify.asked_changes"), others, true)
}
