package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// callCard is one call: what the agent reads out, what the caller says, what the answer permits.
type callCard struct {
	org     id.Organization
	id      id.Verification
	data    loaded[api.AgentCall]
	heard   string // being typed; emptied with each try and kept nowhere
	wrong   string
	busy    bool
	ending  bool
	minor   string
	noted   bool // the minor change is being written down
	noting  string
	chosen  bool // by the agent, who goes on in it once it is there
	ask     changeAsk
	confirm withdrawal
}

// value is the call as last told, nil before.
func (c *callCard) value() *api.AgentCall {
	if !c.data.has() {
		return nil
	}
	return &c.data.value
}

func (c *callCard) in() api.VerificationIn {
	return api.VerificationIn{Org: api.Org{Org: c.org}, Verification: c.id}
}

func (c *callCard) load(ctx app.Context, v *Verify, background bool) {
	before, known := c.data.value, c.data.has()
	load(ctx, v.At, &c.data, api.GetCall, c.in(), background, func(ctx app.Context) {
		if client.CodeOf(c.data.err) == errs.NotFound { // a colleague's, or of a contact that is no more
			text := client.Explain(c.data.err).Text
			v.leave()
			v.start.problem = text
			return
		}
		if c.data.err != nil {
			return
		}
		if c.chosen {
			c.chosen = false
			c.enter(v)
		}
		if !known {
			return
		}
		holdFocus(ctx, "call")
		if before.DeniedAt.IsZero() && !c.data.value.DeniedAt.IsZero() {
			c.heard = ""
		}
	})
}

// enter takes the agent to the call that has come into view: its heading and phrase on the screen, the keyboard where the
// caller's words go, or at what is known already.
func (c *callCard) enter(v *Verify) {
	ui.FocusAtTop(v.ctx, "verify-heard", "verify-answer", ui.PageTitleID)
}

// readOut is what the agent is told to do with the counter-phrase.
func readOut(c *api.AgentCall) string { return ui.T("verify.read." + string(c.Channel)) }

// over is why a call can't be gone on with, "" while it can.
func over(c *api.AgentCall) string {
	now := ui.ServerNow()
	switch {
	case !c.DeniedAt.IsZero():
		return "denied"
	case !c.ClosedAt.IsZero():
		return "closed"
	case c.Outcome == verification.Match && !c.Receipt(now):
		return "match"
	case c.Outcome != verification.Match && !c.Running(now):
		return "time"
	}
	return ""
}

func (c *callCard) render(v *Verify, call *api.AgentCall) []app.UI {
	ended := over(call)
	card := &ui.Card{ID: "call", Title: call.ContactName, Mark: ui.TagIcon(ui.Neutral, channelIcon(call.Channel), ui.T("verify.channel."+string(call.Channel))),
		Body: []app.UI{slot(c.end(v, call, ended)), slot(c.reading(call, ended)), slot(c.field(v, call, ended)), slot(answer(v, call, ended))}}
	if ended == "" {
		card.Footer = []app.UI{&ui.Button{ID: "verify-close", Label: ui.T("verify.close"), Busy: c.ending, Disabled: offlineReason(v.At),
			OnClick: func(app.Context, app.Event) { c.close(v) }}}
	}
	return []app.UI{card, slot(c.asked(v, call)), slot(c.work(v, call, ended))}
}

// end says why nothing more can be done in this call.
func (c *callCard) end(v *Verify, call *api.AgentCall, why string) app.UI {
	if why == "" {
		if until := call.Paused; until.After(ui.ServerNow()) {
			return &ui.Banner{Tone: ui.Warn, Icon: ui.IconHourglass, Title: ui.T("verify.paused", "time", clock(until)), Text: ui.T("verify.paused_text")}
		}
		return nil
	}
	b := &ui.Banner{Tone: ui.Warn, Title: ui.T("verify.over."+why, "name", call.ContactName), Text: ui.T("verify.over_text." + why), Actions: []app.UI{
		&ui.Button{ID: "verify-new", Label: ui.T("verify.new"), OnClick: func(app.Context, app.Event) { v.leave() }}}}
	switch why {
	case "denied":
		b.Tone, b.Icon, b.Alert = ui.Bad, ui.IconShieldAlert, true
	case "closed":
		b.Tone = ui.Info
	default:
		b.Actions = append([]app.UI{&ui.Button{ID: "verify-again", Label: ui.T("verify.again"), Icon: ui.IconRestore, OnClick: func(app.Context, app.Event) {
			v.call = callCard{}
			v.replace("org", string(call.Org), "call", "", "contact", string(call.Contact))
			v.start.begin(v.ctx, v, call.Org, call.Contact, call.Ticket)
		}}}, b.Actions...)
	}
	return b
}

// reading is the phrase by which the caller knows that the agent is the provider's (C13).
func (c *callCard) reading(call *api.AgentCall, ended string) app.UI {
	if ended != "" {
		return nil
	}
	phrase := app.UI(app.P().Class("spoken").Text(call.Counter))
	if call.Channel == verification.Chat {
		phrase = &ui.Copyable{Label: ui.T("verify.phrase"), Text: call.Counter, Large: true}
	}
	return app.Div().Class("reading").Body(app.P().Class("label").Text(readOut(call)), phrase, ui.Hint(ui.T("verify.read_hint", "name", call.ContactName)))
}

// field takes what the caller says. Browsers and password managers are asked to remember nothing of it.
func (c *callCard) field(v *Verify, call *api.AgentCall, ended string) app.UI {
	if ended != "" || call.Outcome == verification.Match {
		return nil
	}
	barred := offlineReason(v.At)
	if call.Paused.After(ui.ServerNow()) {
		barred = ui.T("verify.paused", "time", clock(call.Paused))
	}
	return &ui.Form{ID: "verify-check", Label: ui.T("verify.heard"), Busy: c.busy, OnSubmit: func(ctx app.Context) { c.check(ctx, v, barred) }, Body: []app.UI{
		app.Div().Class("heard").Body(
			&ui.Field{ID: "verify-heard", Label: ui.T("verify.heard"), Hint: ui.T("verify.heard_hint"), Value: c.heard, Error: c.wrong, Mono: true, MaxLength: 1024,
				Autocomplete: "off", OnInput: func(_ app.Context, value string) { c.heard, c.wrong = value, "" }},
			&ui.Button{ID: "verify-send", Label: ui.T("verify.check"), Icon: ui.IconShieldCheck, Kind: ui.Primary, Submit: true, Busy: c.busy, Disabled: barred},
		)}}
}

func (c *callCard) check(ctx app.Context, v *Verify, barred string) {
	if c.busy || barred != "" {
		return
	}
	in := api.CheckCallerIn{VerificationIn: c.in()}
	in.Body.Heard, c.heard, c.wrong = c.heard, "", ""
	if in.Body.Heard == "" {
		c.wrong = ui.T("verify.heard_needed")
		ui.FocusInvalid(ctx)
		return
	}
	c.busy = true
	client.Call(v.ctx, v.At.Session, api.CheckCaller, in, func(ctx app.Context, now api.AgentCall, err error) {
		if in.Verification != c.id {
			return // another call was opened meanwhile
		}
		c.busy = false
		if err != nil {
			fields, general := formFailure(err, "heard")
			if c.wrong = fields["heard"]; c.wrong == "" {
				c.wrong = general
			}
			ui.FocusLater(v.ctx, "verify-heard")
			c.load(ctx, v, true)
			return
		}
		c.data.put(now)
		ui.Announce(outcome(&now))
		if now.Outcome == verification.Match {
			ctx.Defer(func(app.Context) { ui.Focus("verify-answer") })
		} else {
			ui.FocusLater(v.ctx, "verify-heard")
		}
		v.load(ctx, true)
	})
}

// outcome is the answer in one line.
func outcome(c *api.AgentCall) string {
	switch c.Outcome {
	case verification.Match:
		return ui.T("verify.match."+string(c.Matched), "name", c.ContactName)
	case verification.NoMatch:
		if c.Left == 0 {
			return ui.T("verify.no_match_last")
		}
		return ui.T("verify.no_match", "n", c.Left)
	case verification.Locked:
		return ui.T("verify.locked")
	}
	return ui.T("verify.no_code")
}

// answer is the card of the outcome: what it is, what it permits, for how long it counts. Nil before the first try.
func answer(v *Verify, c *api.AgentCall, ended string) app.UI {
	if c.Outcome == verification.Open || ended != "" {
		return nil
	}
	tone, icon, text := ui.Warn, ui.IconBan, ui.T("verify.phrase_works", "name", c.ContactName)
	var more []app.UI
	switch c.Outcome {
	case verification.Match:
		tone, icon, text = ui.OK, ui.IconCircleCheck, mayAskFor(c)
		more = []app.UI{app.P().Class("hint").Body(&ui.Countdown{Until: c.Until, Label: ui.T("verify.valid", "left", "{left}"), OnEnd: v.refresh})}
		if !c.Authority && !c.Owner {
			more = append([]app.UI{app.P().Body(app.Strong().Text(ui.T("verify.no_authority")))}, more...)
		}
	case verification.NoMatch:
		tone, icon = ui.Bad, ui.IconCircleX
		if c.Left > 0 {
			text = ui.T("verify.no_match_text")
		}
	case verification.NoCode:
		tone, icon = ui.Neutral, ui.IconMinus
	}
	body := append([]app.UI{app.P().Class("answer-title").Text(outcome(c)), app.P().Text(text)}, more...)
	return app.Div().ID("verify-answer").Class("answer", toneClass(tone)).TabIndex(-1).Aria("label", ui.T("verify.answer")).Role("group").
		Body(ui.Icon(icon), app.Div().Body(body...))
}

func toneClass(t ui.Tone) string {
	if t == ui.Neutral {
		return "neutral"
	}
	return string(t)
}

func mayAskFor(c *api.AgentCall) string {
	return ui.T("verify.may." + [...]string{"t0", "t1", "t2"}[min(c.Permits, verification.Significant)])
}

// close ends the call; whoever is not verified by then stays so.
func (c *callCard) close(v *Verify) {
	c.ending = true
	in := c.in()
	client.Call(v.ctx, v.At.Session, api.CloseVerification, in, func(ctx app.Context, _ api.None, err error) {
		c.ending = false
		if err != nil {
			toastFailure(err)
			c.load(ctx, v, true)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("verify.closed_toast")})
		if in.Verification == c.id {
			v.leave()
		}
		v.load(ctx, true)
	})
}
