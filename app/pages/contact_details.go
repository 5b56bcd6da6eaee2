package pages

import (
	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/i18n"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// text is a line of input of the draft; path is its name in an update.
func (d *contactDialog) text(id, path, label string, value *string, f ui.Field) app.UI {
	f.ID, f.Label, f.Value, f.Error, f.Autocomplete = id, label, *value, d.errors[path], "off"
	f.OnInput = func(ctx app.Context, v string) {
		*value = v
		delete(d.errors, path)
		d.changed(ctx)
	}
	return &f
}

// renderDetails is the tab Details: who this is and how to reach them (K03).
func (d *contactDialog) renderDetails() []app.UI {
	if d.readOnly() {
		return d.renderDetailsText()
	}
	c := &d.draft
	return []app.UI{
		&ui.RadioGroup{ID: "contact-kind", Label: ui.T("contact.kind"), Value: string(c.Kind), Horizontal: true, Error: d.errors["kind"], Choices: []ui.Choice{
			{Value: string(contact.Individual), Label: ui.T("contact.kind.individual")},
			{Value: string(contact.LegalEntity), Label: ui.T("contact.kind.legal_entity")},
		}, OnChange: func(ctx app.Context, v string) {
			c.Kind = contact.Kind(v)
			d.errors = nil
			d.changed(ctx)
		}},
		ui.Grid(d.renderNames()...),
		ui.Stack(d.renderType(), slot(d.proposeRole())),
		ui.Stack(
			ui.Grid(
				d.text("contact-email", "email", ui.T("contact.email"), &c.Email, ui.Field{Kind: ui.Email, MaxLength: 254, Hint: ui.T("contact.email_hint"),
					Required: c.Access, Disabled: d.emailFixed()}),
				d.text("contact-phone", "phone", ui.T("profile.phone"), &c.Phone, ui.Field{Kind: ui.Tel, MaxLength: 40}),
			),
			slot(d.warnMoved()),
		),
		d.text("contact-street", "address.street", ui.T("profile.street"), &c.Address.Street, ui.Field{MaxLength: 200}),
		ui.Grid(
			d.text("contact-postcode", "address.postcode", ui.T("profile.postcode"), &c.Address.Postcode, ui.Field{MaxLength: 20}),
			d.text("contact-city", "address.city", ui.T("profile.city"), &c.Address.City, ui.Field{MaxLength: 120}),
			&ui.Select{ID: "contact-country", Label: ui.T("profile.country"), Value: c.Address.Country, Options: d.countries, Error: d.errors["address.country"],
				OnChange: func(ctx app.Context, v string) {
					c.Address.Country = v
					d.changed(ctx)
				}},
			languageSelect("contact-locale", c.Locale, func(v string) { c.Locale = v }),
		),
		ui.Stack(
			&ui.Checkbox{ID: "contact-active", Label: ui.T("contact.active"), Hint: ui.T("contact.active_hint"), Checked: c.Active, Error: d.errors["active"],
				Disabled: d.activeFixed(), OnChange: func(ctx app.Context, on bool) {
					c.Active = on
					d.changed(ctx)
					ui.BringIntoView(ctx, "contact-stops")
				}},
			slot(d.renderStops(d.before().Active && !c.Active, true)),
		),
	}
}

// renderNames are the name and the firm, the one that is needed first.
func (d *contactDialog) renderNames() []app.UI {
	c := &d.draft
	if c.Kind == contact.LegalEntity {
		return []app.UI{
			d.text("contact-company", "company", ui.T("contact.company"), &c.Company, ui.Field{MaxLength: 120, Required: true}),
			d.text("contact-name", "name", ui.T("contact.person"), &c.Name, ui.Field{MaxLength: 120, Optional: true}),
		}
	}
	return []app.UI{
		d.text("contact-name", "name", ui.T("contact.name"), &c.Name, ui.Field{MaxLength: 120, Required: true}),
		d.text("contact-company", "company", ui.T("contact.company"), &c.Company, ui.Field{MaxLength: 120, Optional: true}),
	}
}

func (d *contactDialog) renderType() app.UI {
	options := []ui.Option{{Label: ui.T("profile.none")}}
	for _, t := range contact.Types() {
		options = append(options, ui.Option{Value: string(t), Label: typeName(t)})
	}
	return &ui.Select{ID: "contact-type", Label: ui.T("contact.type"), Value: string(d.draft.Type), Options: options, Hint: ui.T("contact.type_hint"), Error: d.errors["type"],
		OnChange: func(ctx app.Context, v string) {
			d.draft.Type = contact.Type(v)
			delete(d.errors, "type")
			d.changed(ctx)
		}}
}

// proposeRole offers the role that a contact of this type needs, by one click (K06); nil when there is none to offer.
func (d *contactDialog) proposeRole() app.UI {
	r := d.draft.Type.Proposes()
	if r == "" || d.draft.Owner || d.hasRole(r) {
		return nil
	}
	text := ui.T("contact.needs_role", "type", typeName(d.draft.Type), "role", roleLabel(r))
	if r == perm.Services {
		text = ui.T("contact.needs_services")
	}
	after := d.draft
	after.Roles = withRole(after.Roles, r, true)
	banner := &ui.Banner{Tone: ui.Info, Text: text}
	if d.barred(d.before(), &after) == "" {
		banner.Actions = []app.UI{&ui.Button{ID: "contact-propose", Label: ui.T("contact.tick_role", "role", roleLabel(r)), Small: true,
			OnClick: func(ctx app.Context, _ app.Event) {
				d.setRole(ctx, r, true)
				ui.Announce(ui.T("contact.role_ticked", "role", roleLabel(r)))
				ui.FocusLater(ctx, "contact-type")
			}}}
	}
	return banner
}

// emailFixed is why the e-mail can't be changed: it is the login name of whoever has access.
func (d *contactDialog) emailFixed() string {
	c := d.before()
	switch {
	case d.isNew:
		return ""
	case !c.Access && c.Login == "" && d.card.State != contact.CanEnter:
		other := *c
		other.Email = "other"
		return guardText(d.actor().MayForward(c, &other))
	case c.Owner:
		return ui.T("contact.guard.email_owner")
	case c.ID == d.actor().Contact:
		return ui.T("contact.guard.email_own")
	}
	return guardText(d.actor().MayEnable(c))
}

// moved reports whether the way in goes to another address.
func (d *contactDialog) moved() bool {
	return !d.isNew && d.card.Access && d.draft.Email != d.card.Email
}

// warnMoved says what another e-mail of somebody with access brings about; nil when nothing.
func (d *contactDialog) warnMoved() app.UI {
	if !d.moved() || !d.draft.Access || !d.draft.Active || d.draft.Email == "" {
		return nil
	}
	text := ui.T("contact.moved_invited", "old", d.card.Email)
	if d.card.State == contact.CanEnter {
		text = ui.T("contact.moved", "name", d.card.Name, "old", d.card.Email)
	}
	if d.card.Code.Set {
		text += " " + ui.T("contact.moved_code")
	}
	if !d.byPassword() {
		text += " " + ui.T("contact.moved_invitation", "new", d.draft.Email)
	}
	return app.Div().ID("contact-moved").Body(&ui.Banner{Tone: ui.Warn, Text: text})
}

func (d *contactDialog) activeFixed() string {
	if d.isNew {
		return ""
	}
	a := d.actor()
	if why := guardText(a.MaySwitch(&d.card.Contact)); why != "" {
		return why
	}
	if !d.card.Active && d.draft.Access {
		return guardText(a.MayEnable(&d.draft))
	}
	return ""
}

// renderStops lists what ends at once when a tick is taken away (K10); nil when it is not.
func (d *contactDialog) renderStops(stops, mails bool) app.UI {
	if !stops {
		return nil
	}
	var lines []app.UI
	add := func(text string) { lines = append(lines, app.Li().Text(text)) }
	if d.card.State == contact.CanEnter {
		add(ui.T("contact.stops.access"))
		if d.card.Sessions > 0 {
			add(ui.T("contact.stops.sessions", "n", d.card.Sessions))
		}
		add(ui.T("contact.stops.phrase"))
	}
	if d.card.Invitation != nil && d.card.Invitation.Open {
		add(ui.T("contact.stops.invitation"))
	}
	if d.card.Code.Set {
		add(ui.T("contact.stops.code"))
	}
	if mails {
		add(ui.T("contact.stops.mails"))
	}
	return app.Div().ID("contact-stops").Body(&ui.Banner{Tone: ui.Warn, Title: ui.T("contact.stops"), Body: []app.UI{
		app.Ul().Class("contact-stops").Body(lines...), app.P().Text(ui.T("contact.stops.back"))}})
}

// renderDetailsText is the tab for who may only look.
func (d *contactDialog) renderDetailsText() []app.UI {
	c := &d.card.Contact
	active := ui.T("orgdetail.active")
	if !c.Active {
		active = ui.T("orgdetail.deactivated")
	}
	return []app.UI{&ui.Description{Terms: []ui.Term{
		{Label: ui.T("contact.kind"), Text: ui.T("contact.kind." + string(c.Kind))},
		{Label: ui.T("contact.name"), Text: orNone(c.Name)},
		{Label: ui.T("contact.company"), Text: orNone(c.Company)},
		{Label: ui.T("contact.type"), Text: orNone(typeName(c.Type))},
		{Label: ui.T("contact.email"), Text: orNone(c.Email)},
		{Label: ui.T("profile.phone"), Text: orNone(c.Phone)},
		{Label: ui.T("profile.address"), Body: addressLines(c.Address)},
		{Label: ui.T("shell.language"), Text: i18n.Parse(c.Locale).Name()},
		{Label: ui.T("orgpage.state"), Text: active},
	}}}
}
