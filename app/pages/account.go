package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Account is the person's own page: who they are, language and look, password, second factor, open sign-ins.
type Account struct {
	app.Compo

	At client.Seat

	ctx      app.Context
	stop     []func()
	signIns  loaded[api.SignIns]
	ending   id.Session
	password passwordForm
	factor   factorSetup
}

// CompoID tells go-app that another kind of caller has another page.
func (a *Account) CompoID() string { return a.At.Key("account") }

// OnMount loads the page and follows what changes.
func (a *Account) OnMount(ctx app.Context) {
	a.ctx = ctx
	a.stop = []func(){
		a.At.Session.Watch(ctx, "", func(ctx app.Context) { a.load(ctx, true) }, live.Me),
		a.At.Session.Keep("account", a.password.typed),
	}
	a.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (a *Account) OnPreRender(ctx app.Context) { a.OnMount(ctx) }

// OnDismount stops following.
func (a *Account) OnDismount() {
	for _, stop := range a.stop {
		stop()
	}
}

func (a *Account) load(ctx app.Context, background bool) {
	load(ctx, a.At, &a.signIns, api.ListSignIns, api.None{}, background)
}

// Render implements app.Composer.
func (a *Account) Render() app.UI {
	me := a.At.Session.Me()
	if me == nil {
		return app.Div()
	}
	return ui.Stack(
		&ui.PageHeader{Title: ui.T("nav.account"), Lead: ui.T("me.lead")},
		slot(a.renderNeeded(me)),
		ui.Columns(
			[]app.UI{a.password.render(a), a.renderFactor(me), a.renderSignIns()},
			[]app.UI{a.renderPerson(me), a.renderPreferences()},
		),
		slot(a.renderContacts()),
		a.factor.renderDialog(a),
		a.factor.renderRemove(a),
		a.factor.renderRenew(a),
	)
}

// renderContacts are the contacts of the organization that the person was in last (S02).
func (a *Account) renderContacts() app.UI {
	at := here(a.At)
	if at.As != api.AsCustomer || at.Org == "" || !at.Can(perm.ContactsView) {
		return nil
	}
	return &associatedContacts{At: at}
}

func (a *Account) renderNeeded(me *api.Me) app.UI {
	if !me.NeedsFactor {
		return nil
	}
	return &ui.Banner{Tone: ui.Warn, Icon: ui.IconShieldAlert, Title: ui.T("me.factor_needed"), Text: ui.T("me.factor_needed_text"),
		Actions: []app.UI{&ui.Button{Label: ui.T("me.factor_set_up"), Kind: ui.Primary, OnClick: func(app.Context, app.Event) { a.factor.start(a) }}}}
}

func (a *Account) renderPerson(me *api.Me) app.UI {
	terms := []ui.Term{{Label: ui.T("me.name"), Text: me.Name}, {Label: ui.T("me.email"), Text: me.Email}}
	if me.Staff != nil {
		terms = append(terms, ui.Term{Label: ui.T("me.role"), Text: rankName(me.Staff.Rank)})
	}
	if len(me.Organizations) > 0 {
		links := make([]app.UI, 0, len(me.Organizations))
		for _, m := range me.Organizations {
			links = append(links, app.Div().Body(ui.Link(client.Place{As: api.AsCustomer, Org: m.Org}.Href(client.PageHome), m.Name)))
		}
		terms = append(terms, ui.Term{Label: ui.T("me.organizations"), Body: links})
	}
	card := &ui.Card{ID: "person", Title: ui.T("me.you"), Body: []app.UI{&ui.Description{Terms: terms}}}
	if at := here(a.At); at.As == api.AsCustomer && at.Org != "" {
		card.Footer = []app.UI{&ui.Button{ID: "account-code", Label: ui.T("nav.my_code"), Icon: ui.IconKey, Small: true, Href: at.Href(pageMyCode)}}
	}
	return card
}

func (a *Account) renderPreferences() app.UI {
	languages := []ui.Option{}
	for _, l := range i18n.Locales() {
		languages = append(languages, ui.Option{Value: string(l), Label: l.Name()})
	}
	themes := []ui.Option{}
	for _, t := range []ui.ThemeChoice{ui.ThemeSystem, ui.ThemeLight, ui.ThemeDark} {
		themes = append(themes, ui.Option{Value: string(t), Label: ui.T("ui.theme_" + string(t))})
	}
	return &ui.Card{ID: "preferences", Title: ui.T("me.preferences"), Body: []app.UI{ui.Stack(
		&ui.Select{ID: "language", Label: ui.T("me.language"), Hint: ui.T("me.language_hint"), Value: string(ui.Locale()), Options: languages,
			OnChange: func(_ app.Context, v string) { ui.SetLocale(i18n.Locale(v)) }}, // the shell tells the server
		&ui.Select{ID: "theme", Label: ui.T("me.theme"), Value: string(ui.Theme()), Options: themes,
			OnChange: func(_ app.Context, v string) { ui.SetTheme(ui.ThemeChoice(v)) }},
		&ui.Checkbox{ID: "single-keys", Label: ui.T("ui.single_keys"), Hint: ui.T("ui.single_keys_hint"), Switch: true, Checked: ui.SingleKeys(),
			OnChange: func(_ app.Context, on bool) { ui.SetSingleKeys(on) }},
	)}}
}

func (a *Account) renderSignIns() app.UI {
	return &ui.Card{ID: "sign-ins", Title: ui.T("me.sign_ins"), Flush: true, Footer: []app.UI{ui.Hint(ui.T("me.sign_ins_hint"))}, Body: []app.UI{
		region(a.At, &a.signIns, 3, func(ctx app.Context) { a.load(ctx, false) }, func(s api.SignIns) []app.UI {
			lines := make([]ui.Line, 0, len(s.SignIns))
			for _, x := range s.SignIns {
				lines = append(lines, a.signInLine(x))
			}
			return []app.UI{&ui.Table{ID: "sign-in-list", Label: ui.T("me.sign_ins"), Columns: []ui.Column{
				{Title: ui.T("me.browser"), Kind: ui.Title}, {Title: ui.T("me.kind"), Kind: ui.Drop}, {Title: ui.T("me.address")},
				{Title: ui.T("me.last_seen")}, {Title: ui.T("me.end"), HideTitle: true, Kind: ui.Act},
			}, Lines: lines}}
		}),
	}}
}

func (a *Account) signInLine(x api.SignIn) ui.Line {
	act := ui.Tag(ui.OK, ui.T("me.this_one"))
	if !x.Current {
		act = &ui.Button{Label: ui.T("me.end"), Name: ui.T("me.end") + ": " + x.Browser, Small: true, Busy: a.ending == x.ID,
			OnClick: func(app.Context, app.Event) { a.end(x) }}
	}
	return ui.Line{ID: string(x.ID), Cells: []app.UI{
		app.Text(x.Browser), app.Text(ui.T("me.kind." + string(x.Kind))), app.Text(x.Address), timeTag(x.LastSeen), act,
	}}
}

func (a *Account) end(x api.SignIn) {
	a.ending = x.ID
	client.Call(a.ctx, a.At.Session, api.EndSignIn, api.SessionIn{Session: x.ID}, func(ctx app.Context, _ api.None, err error) {
		a.ending = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("me.ended", "browser", x.Browser)})
		}
		a.load(ctx, true)
	})
}
