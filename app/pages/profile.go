package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/field"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageProfile = "profile"

// Profile is Client Profile › View Profile: the account data, the custom fields with the account-wide Phone/Chat Code,
// and what happened to the codes.
type Profile struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	profile loaded[api.Profile]
	fields  loaded[api.Fields]
	history codeHistory
	code    shownCode
	saved   success
	account accountDialog
	custom  fieldsDialog
	release releaseDialog
	keeping bool
}

// CompoID tells go-app that the profile of another organization is another page.
func (p *Profile) CompoID() string { return p.At.Key("profile") }

// OnMount loads the page and follows what changes.
func (p *Profile) OnMount(ctx app.Context) {
	p.ctx = ctx
	reload := func(ctx app.Context) { p.load(ctx, true) }
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, reload, live.Organization, live.Codes, live.Contacts, live.Fields, live.Verify),
		p.At.Session.Keep("profile", p.typed),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { p.followSession() }) }),
	}
	p.load(ctx, false)
}

// followSession draws the page again, since without a connection nothing can be changed, and leaves no code in sight of
// whoever comes after the end of the sign-in.
func (p *Profile) followSession() {
	if p.At.Session.Ended() != "" {
		p.code.hide()
	}
}

// OnPreRender is OnMount outside a browser.
func (p *Profile) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following and forgets what was revealed or typed.
func (p *Profile) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.code.hide()
	p.custom.code.clear()
}

func (p *Profile) load(ctx app.Context, background bool) {
	load(ctx, p.At, &p.fields, api.ListFields, p.At.OrgIn(), background)
	before := p.profile.value.Code
	load(ctx, p.At, &p.profile, api.GetProfile, p.At.OrgIn(), background, func(ctx app.Context) {
		now := p.profile.value.Code
		if !now.Set || !now.SetAt.Equal(before.SetAt) || !p.maySee() {
			p.code.hide() // what is in sight is not the code any more
		}
		if p.profile.has() && !background && p.At.Param("edit") == "code" && p.mayChange() {
			p.custom.show(p, true)
		}
	})
	p.history.load(ctx, p.At, background)
}

func (p *Profile) retry(ctx app.Context) { p.load(ctx, false) }

// typed is what would be lost by leaving.
func (p *Profile) typed() []client.Unsent {
	return append(p.account.typed(p), p.custom.typed(p)...)
}

func (p *Profile) mayChange() bool { return p.At.Can(perm.ProfileUpdate) }

// maySee reports whether the person may reveal the code; support never may (C10).
func (p *Profile) maySee() bool { return p.At.As == api.AsCustomer && p.At.Can(perm.ProfileView) }

// Render implements app.Composer.
func (p *Profile) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.profile"), Lead: p.lead()},
		p.saved.render(),
		region(p.At, &p.profile, 8, p.retry, p.show),
		p.account.render(p), p.custom.render(p), p.release.render(),
		p.code.renderLarge(p.codeShow()),
	)
}

func (p *Profile) lead() string {
	if m, _ := p.At.Member(); !p.mayChange() {
		return ui.T("profile.lead_view", "owner", m.OwnerName)
	}
	return ui.T("profile.lead")
}

func (p *Profile) show(v api.Profile) []app.UI {
	return []app.UI{
		slot(p.renderRotate(v)),
		ui.Columns([]app.UI{p.renderAccount(v), p.renderFields(v)}, []app.UI{p.history.render(p.ctx, p.At)}),
	}
}

func (p *Profile) renderAccount(v api.Profile) app.UI {
	card := &ui.Card{ID: "account", Title: ui.T("profile.account"), Body: []app.UI{&ui.Description{Terms: []ui.Term{
		{Label: ui.T("home.name"), Text: v.Name},
		{Label: ui.T("home.reference"), Text: v.Reference},
		{Label: ui.T("home.owner"), Text: v.Owner},
		{Label: ui.T("home.managed_by"), Text: managedByName(v.ManagedBy)},
		{Label: ui.T("profile.phone"), Text: orNone(v.Phone)},
		{Label: ui.T("profile.address"), Body: addressLines(v.Address)},
	}}}}
	if !v.ChangedAt.IsZero() && v.ChangedBy != "" {
		card.Footer = []app.UI{app.Span().Text(ui.T("profile.changed", "name", v.ChangedBy, "when", momentInText(v.ChangedAt)))}
	}
	if p.mayChange() {
		card.Actions = []app.UI{&ui.Button{ID: "edit-account", Label: ui.T("profile.edit"), Name: ui.T("profile.edit") + ": " + ui.T("profile.account"),
			Icon: ui.IconPencil, Small: true, Disabled: offlineReason(p.At), OnClick: func(app.Context, app.Event) { p.account.show(p) }}}
	}
	return card
}

// orNone is a value, or a word for its absence.
func orNone(text string) string {
	if text == "" {
		return ui.T("profile.missing")
	}
	return text
}

func addressLines(a contact.Address) []app.UI {
	city := a.Postcode
	if a.City != "" && city != "" {
		city += " "
	}
	city += a.City
	var lines []app.UI
	for _, line := range []string{a.Street, city, countryName(a.Country)} {
		if line != "" {
			lines = append(lines, app.Div().Text(line))
		}
	}
	if len(lines) == 0 {
		return []app.UI{app.Text(ui.T("profile.missing"))}
	}
	return []app.UI{app.Div().Body(lines...)}
}

func countryName(code string) string {
	for _, r := range client.Regions(ui.Locale()) {
		if r.Code == code {
			return r.Name
		}
	}
	return code
}

// codeLabel is what the provider calls the code, in the person's language.
func codeLabel(fields []field.Field) string {
	for i := range fields {
		if fields[i].Key == field.CodeKey {
			return fields[i].Label(ui.Locale())
		}
	}
	return ui.T("code.label")
}
