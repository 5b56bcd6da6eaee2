package pages

import (
	"cmp"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/code"
	"countersign/shared/i18n"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageMyCode = "my-code"

// MyCode is User › My code: one's own Phone/Chat Code, a one-time phrase, and who is verifying a caller now.
type MyCode struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	state   loaded[api.MyCode]
	code    shownCode
	edit    myCodeDialog
	phrase  phraseCard
	calls   callers
	saved   success
	release releaseDialog
}

// CompoID tells go-app that the code in another organization has another page.
func (p *MyCode) CompoID() string { return p.At.Key("my-code") }

// OnMount loads the page and follows what changes.
func (p *MyCode) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Codes, live.Verify, live.Contacts, live.Fields),
		p.At.Session.Keep("my-code", func() []client.Unsent { return p.edit.code.typed(p.label()) }),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { p.followSession() }) }),
	}
	p.load(ctx, false)
}

// followSession leaves neither code nor phrase in sight of whoever comes after the end of the sign-in.
func (p *MyCode) followSession() {
	if p.At.Session.Ended() != "" {
		p.code.hide()
		p.phrase.text, p.phrase.large = "", false
	}
}

// OnPreRender is OnMount outside a browser.
func (p *MyCode) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following and forgets what was shown or typed.
func (p *MyCode) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.code.hide()
	p.edit.code.clear()
	p.phrase.text = ""
}

func (p *MyCode) load(ctx app.Context, background bool) {
	before := p.state.value.Code
	load(ctx, p.At, &p.state, api.GetMyCode, p.At.OrgIn(), background, func(app.Context) {
		now := &p.state.value
		if !now.Code.Set || !now.Code.SetAt.Equal(before.SetAt) || !now.MaySee {
			p.code.hide() // what is in sight is not the code any more
		}
		p.phrase.follow(now.Phrase, now.Now)
		p.calls.announce(p.At, now.Calls)
	})
}

func (p *MyCode) retry(ctx app.Context) { p.load(ctx, false) }

func (p *MyCode) label() string {
	label := p.state.value.LabelEN
	if ui.Locale() == i18n.FR {
		label = p.state.value.LabelFR
	}
	return cmp.Or(label, ui.T("code.label"))
}

// Render implements app.Composer.
func (p *MyCode) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.my_code"), Lead: ui.T("mycode.lead")},
		p.saved.render(),
		region(p.At, &p.state, 6, p.retry, p.show),
		p.edit.render(p), p.release.render(),
		p.code.renderLarge(p.codeShow()), p.phrase.renderLarge(),
	)
}

func (p *MyCode) show(v api.MyCode) []app.UI {
	calls := p.calls.render(callView{At: p.At, Ctx: p.ctx, Reload: func(ctx app.Context) { p.load(ctx, true) }}, v.Calls)
	return []app.UI{
		slot(calls),
		ui.Columns([]app.UI{p.renderCode(v), p.phrase.render(p)}, []app.UI{p.renderAuthority(v)}),
	}
}

func (p *MyCode) codeShow() codeShow {
	c := codeShow{ID: "my-code", Label: p.label(), At: p.At, Ctx: p.ctx}
	if p.state.value.MaySee {
		c.Fetch = fetchCode(p.ctx, p.At, api.RevealMyCode, p.At.OrgIn())
	}
	return c
}

func (p *MyCode) renderCode(v api.MyCode) app.UI {
	card := &ui.Card{ID: "own-code", Title: p.label()}
	m, _ := p.At.Member()
	switch {
	case v.Code.Set:
		show := p.codeShow()
		if show.Fetch == nil {
			show.Why = ui.T("mycode.no_see", "owner", m.OwnerName)
		}
		card.Body = []app.UI{p.code.render(show)}
	case v.Code.Void:
	case v.MaySet:
		card.Body = []app.UI{ui.Hint(ui.T("mycode.none"))}
	default:
		card.Body = []app.UI{ui.Hint(ui.T("mycode.none_ask", "owner", m.OwnerName))}
	}
	card.Body = append(card.Body, slot(codeTrouble(v.Code, p.troubleActs(v)...)))
	if facts := codeFacts(v.Code); facts != "" {
		card.Body = append(card.Body, ui.Hint(facts))
	}
	card.Body = append(card.Body, codeWarning())
	if v.MaySet {
		label := ui.T("code.change")
		if !v.Code.Set {
			label = ui.T("code.set")
		}
		card.Actions = []app.UI{&ui.Button{ID: "change-my-code", Label: label, Icon: ui.IconPencil, Small: true, Disabled: offlineReason(p.At),
			OnClick: func(app.Context, app.Event) { p.edit.show() }}}
	}
	return card
}

// troubleActs are what can be done about one's own code when it does not answer.
func (p *MyCode) troubleActs(v api.MyCode) []app.UI {
	if !v.Code.Locked || v.Code.Void || !p.At.Can(perm.OwnershipTransfer) {
		return nil
	}
	m, _ := p.At.Member()
	in := api.CodeReleaseIn{Org: p.At.OrgIn()}
	in.Body.Contact = m.Contact
	return []app.UI{&ui.Button{ID: "unlock", Label: ui.T("code.unlock"), Icon: ui.IconUnlock, Small: true, Disabled: offlineReason(p.At),
		OnClick: func(app.Context, app.Event) {
			p.release.show(releaseView{At: p.At, Ctx: p.ctx, In: in, Done: func(ctx app.Context) { p.load(ctx, true) }})
		}}}
}

// renderAuthority says what the person may ask for on the telephone and in a chat.
func (p *MyCode) renderAuthority(v api.MyCode) app.UI {
	m, _ := p.At.Member()
	mark, text := ui.TagIcon(ui.OK, ui.IconCheck, ui.T("mycode.authority_on")), ui.T("mycode.authority_yes")
	if !v.Authority && !m.Owner {
		mark, text = ui.TagIcon(ui.Neutral, ui.IconMinus, ui.T("mycode.authority_off")), ui.T("mycode.authority_no", "owner", m.OwnerName)
	}
	return &ui.Card{ID: "authority", Title: ui.T("mycode.authority"), Mark: mark, Body: []app.UI{
		app.P().Text(text), ui.Hint(ui.T("mycode.never_voice"))}}
}

// myCodeDialog sets, changes or removes one's own code.
type myCodeDialog struct {
	open    bool
	busy    bool
	code    codeInput
	problem string
}

func (d *myCodeDialog) show() { *d = myCodeDialog{open: true} }

func (d *myCodeDialog) field(p *MyCode) codeField {
	m, _ := p.At.Member()
	return codeField{ID: "new-code", Label: p.label(), At: p.At, Ctx: p.ctx, Contact: m.Contact, Set: p.state.value.Code.Set, About: aboutHere(p.At, code.Subject{})}
}

func (d *myCodeDialog) render(p *MyCode) app.UI {
	title := ui.T("mycode.change_title", "label", p.label())
	if !p.state.value.Code.Set {
		title = ui.T("mycode.set_title", "label", p.label())
	}
	return &ui.Dialog{ID: "my-code-dialog", Open: d.open, Title: title, Dirty: d.code.dirty(),
		OnClose:  func(app.Context) { *d = myCodeDialog{} },
		OnSubmit: func(ctx app.Context) { d.submit(ctx, p) },
		Body:     func() []app.UI { return []app.UI{slot(formError(d.problem)), d.code.render(d.field(p))} },
		Actions: func() []app.UI {
			disabled := offlineReason(p.At)
			if !p.state.value.MaySet {
				disabled = ui.T("profile.right_gone")
			}
			return []app.UI{&ui.Button{ID: "my-code-save", Label: ui.T("profile.save"), Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: disabled}}
		},
	}
}

func (d *myCodeDialog) submit(ctx app.Context, p *MyCode) {
	if d.busy || offlineReason(p.At) != "" || !p.state.value.MaySet {
		return
	}
	if !d.code.dirty() {
		d.code.problem = ui.T("mycode.empty")
		ui.FocusInvalid(ctx)
		return
	}
	if !d.code.valid(d.field(p)) {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = true, ""
	body := d.code.body()
	client.Call(p.ctx, p.At.Session, api.SetMyCode, api.SetMyCodeIn{Org: p.At.OrgIn(), Body: *body}, func(ctx app.Context, out api.MyCode, err error) {
		d.busy = false
		if err != nil {
			var fields map[string]string
			fields, d.problem = formFailure(err, "code")
			d.code.refused(ctx, fields, "code")
			return
		}
		text := ui.T("mycode.saved")
		if body.Remove {
			text = ui.T("mycode.removed")
		}
		*d = myCodeDialog{}
		p.code.hide()
		p.state.value, p.state.at = out, ui.ServerNow()
		p.saved.say(ctx, text)
	})
}
