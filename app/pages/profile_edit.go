package pages

import (
	"maps"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/code"
	"countersign/shared/contact"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// profileEdit is what both dialogs of the profile have in common: they change a profile that others may change at the
// same time.
type profileEdit struct {
	open    bool
	busy    bool
	version int64 // of the profile that was shown
	errors  map[string]string
	problem string
}

func (e *profileEdit) begin(v *api.Profile) { *e = profileEdit{open: true, version: v.Version} }

// renderTheirs says that somebody has changed the profile since the dialog was opened, and lets the person choose; see
// takes over what is stored now.
func (e *profileEdit) renderTheirs(p *Profile, see func()) app.UI {
	v := &p.profile.value
	if v.Version == e.version {
		return nil
	}
	return &ui.Banner{Tone: ui.Warn, Text: ui.T("profile.theirs", "name", v.ChangedBy, "when", momentInText(v.ChangedAt)), Alert: true, Actions: []app.UI{
		&ui.Button{ID: "see-theirs", Label: ui.T("profile.see_theirs"), Small: true, OnClick: func(app.Context, app.Event) {
			e.version = v.Version
			see()
		}},
		&ui.Button{ID: "keep-mine", Label: ui.T("profile.keep_mine"), Small: true, OnClick: func(app.Context, app.Event) { e.version = v.Version }},
	}}
}

// send saves the profile as the dialog has it; saved runs before the dialog closes.
func (e *profileEdit) send(p *Profile, in api.UpdateProfileIn, saved func(), fields ...string) {
	e.busy, e.errors, e.problem = true, nil, ""
	in.Org, in.Body.Version = p.At.OrgIn(), e.version
	client.Call(p.ctx, p.At.Session, api.UpdateProfile, in, func(ctx app.Context, out api.Profile, err error) {
		e.busy = false
		if err != nil {
			f := client.Explain(err)
			if e.errors, e.problem = formFailure(err, fields...); f.State == "changed" {
				e.problem = "" // said together with what can be done
				p.load(ctx, true)
			}
			ui.FocusInvalid(ctx)
			return
		}
		saved()
		e.open = false
		p.profile.value, p.profile.at = out, ui.ServerNow()
		p.saved.say(ctx, ui.T("profile.saved"))
		p.history.fresh = true
		p.load(ctx, true)
	})
}

// body is the profile as it is, for an update of a part of it.
func (p *Profile) body() (in api.UpdateProfileIn) {
	v := &p.profile.value
	in.Body.Phone, in.Body.Address, in.Body.Fields = v.Phone, v.Address, v.Fields
	return in
}

// saveButton is the acting button of both dialogs.
func (e *profileEdit) saveButton(p *Profile, id string) []app.UI {
	return []app.UI{&ui.Button{ID: id, Label: ui.T("profile.save"), Kind: ui.Primary, Submit: true, Busy: e.busy, Disabled: p.cannotSave(e)}}
}

func (p *Profile) cannotSave(e *profileEdit) string {
	switch {
	case !p.mayChange():
		return ui.T("profile.right_gone")
	case p.profile.value.Version != e.version:
		return ui.T("profile.choose_first")
	}
	return offlineReason(p.At)
}

// accountDialog edits phone and address.
type accountDialog struct {
	profileEdit
	phone   string
	address contact.Address
}

func (d *accountDialog) show(p *Profile) {
	d.begin(&p.profile.value)
	d.phone, d.address = p.profile.value.Phone, p.profile.value.Address
}

func (d *accountDialog) dirty(p *Profile) bool {
	return d.open && (d.phone != p.profile.value.Phone || d.address != p.profile.value.Address)
}

func (d *accountDialog) typed(p *Profile) []client.Unsent {
	if !d.dirty(p) {
		return nil
	}
	return []client.Unsent{{Label: ui.T("profile.phone"), Text: d.phone}, {Label: ui.T("profile.street"), Text: d.address.Street},
		{Label: ui.T("profile.city"), Text: d.address.Postcode + " " + d.address.City}}
}

func (d *accountDialog) render(p *Profile) app.UI {
	return &ui.Dialog{ID: "account-dialog", Open: d.open, Title: ui.T("profile.edit_account"), Dirty: d.dirty(p),
		OnClose: func(app.Context) { *d = accountDialog{} },
		OnSubmit: func(app.Context) {
			if d.busy || p.cannotSave(&d.profileEdit) != "" {
				return
			}
			in := p.body()
			in.Body.Phone, in.Body.Address = d.phone, d.address
			d.send(p, in, func() {}, "phone", "address.street", "address.postcode", "address.city", "address.country")
		},
		Body: func() []app.UI {
			return []app.UI{
				slot(d.renderTheirs(p, func() { d.phone, d.address = p.profile.value.Phone, p.profile.value.Address })),
				slot(formError(d.problem)),
				&ui.Field{ID: "profile-phone", Label: ui.T("profile.phone"), Kind: ui.Tel, Value: d.phone, MaxLength: 40, Autocomplete: "off",
					Error: d.errors["phone"], OnInput: func(_ app.Context, v string) { d.phone = v }},
				&ui.Field{ID: "profile-street", Label: ui.T("profile.street"), Value: d.address.Street, MaxLength: 200, Autocomplete: "off",
					Error: d.errors["address.street"], OnInput: func(_ app.Context, v string) { d.address.Street = v }},
				ui.Grid(
					&ui.Field{ID: "profile-postcode", Label: ui.T("profile.postcode"), Value: d.address.Postcode, MaxLength: 20, Autocomplete: "off",
						Error: d.errors["address.postcode"], OnInput: func(_ app.Context, v string) { d.address.Postcode = v }},
					&ui.Field{ID: "profile-city", Label: ui.T("profile.city"), Value: d.address.City, MaxLength: 120, Autocomplete: "off",
						Error: d.errors["address.city"], OnInput: func(_ app.Context, v string) { d.address.City = v }},
				),
				&ui.Select{ID: "profile-country", Label: ui.T("profile.country"), Value: d.address.Country, Options: countries(),
					Error: d.errors["address.country"], OnChange: func(_ app.Context, v string) { d.address.Country = v }},
			}
		},
		Actions: func() []app.UI { return d.saveButton(p, "account-save") },
	}
}

// countries are all countries by name, after none.
func countries() []ui.Option {
	options := []ui.Option{{Label: ui.T("profile.none")}}
	for _, r := range client.Regions(ui.Locale()) {
		options = append(options, ui.Option{Value: r.Code, Label: r.Name})
	}
	return options
}

// fieldsDialog edits the custom fields, the Phone/Chat Code first.
type fieldsDialog struct {
	profileEdit
	values map[string]string
	code   codeInput
}

func (d *fieldsDialog) show(p *Profile, atCode bool) {
	d.begin(&p.profile.value)
	d.take(p)
	d.code.clear()
	if atCode {
		ui.FocusLater(p.ctx, codeInputID)
	}
}

const codeInputID = "profile-code"

func (d *fieldsDialog) take(p *Profile) {
	if d.values = maps.Clone(p.profile.value.Fields); d.values == nil {
		d.values = map[string]string{}
	}
}

func (d *fieldsDialog) dirty(p *Profile) bool {
	return d.open && (d.code.dirty() || d.otherFields(p))
}

// otherFields reports whether a field besides the code was changed.
func (d *fieldsDialog) otherFields(p *Profile) bool {
	for _, f := range inUse(p.fields.value.Fields, false) {
		if d.values[f.Key] != p.profile.value.Fields[f.Key] {
			return true
		}
	}
	return false
}

func (d *fieldsDialog) typed(p *Profile) []client.Unsent {
	if !d.open {
		return nil
	}
	list := d.code.typed(codeLabel(p.fields.value.Fields))
	for _, f := range inUse(p.fields.value.Fields, false) {
		if v := d.values[f.Key]; v != p.profile.value.Fields[f.Key] {
			list = append(list, client.Unsent{Label: f.Label(ui.Locale()), Text: v})
		}
	}
	return list
}

func (d *fieldsDialog) codeField(p *Profile) codeField {
	v := &p.profile.value
	f := codeField{ID: codeInputID, Label: codeLabel(p.fields.value.Fields), At: p.At, Ctx: p.ctx, Set: v.Code.Set,
		About: aboutHere(p.At, code.Subject{Companies: []string{v.Name}, References: []string{v.Reference}, Phones: []string{v.Phone},
			Postcode: v.Address.Postcode, Street: v.Address.Street})}
	if !p.maySee() {
		f.Fixed = ui.T("code.never_support")
	}
	return f
}

func (d *fieldsDialog) render(p *Profile) app.UI {
	return &ui.Dialog{ID: "fields-dialog", Open: d.open, Title: ui.T("profile.edit_fields"), Dirty: d.dirty(p),
		OnClose:  func(app.Context) { *d = fieldsDialog{} },
		OnSubmit: func(ctx app.Context) { d.submit(ctx, p) },
		Body: func() []app.UI {
			return append([]app.UI{
				slot(d.renderTheirs(p, func() { d.take(p) })),
				slot(formError(d.problem)),
				d.code.render(d.codeField(p)),
			}, fieldInputs{Prefix: "profile-field-", Defined: p.fields.value.Fields, Values: d.values, Errors: d.errors,
				OnChange: func(key, v string) { d.values[key] = v }}.render()...)
		},
		Actions: func() []app.UI { return d.saveButton(p, "fields-save") },
	}
}

func (d *fieldsDialog) submit(ctx app.Context, p *Profile) {
	if d.busy || p.cannotSave(&d.profileEdit) != "" {
		return
	}
	if !d.code.valid(d.codeField(p)) {
		ui.FocusInvalid(ctx)
		return
	}
	in := p.body()
	in.Body.Fields, in.Body.Code = d.values, d.code.body()
	names := []string{"code.code"}
	for _, f := range inUse(p.fields.value.Fields, false) {
		names = append(names, "fields."+f.Key)
	}
	d.send(p, in, d.code.clear, names...)
}

// renderFields is the section Custom Fields.
func (p *Profile) renderFields(v api.Profile) app.UI {
	card := &ui.Card{ID: "custom-fields", Title: ui.T("profile.fields"), Body: []app.UI{p.renderCode(v)}}
	if terms := fieldTerms(p.fields.value.Fields, false, v.Fields); len(terms) > 0 {
		card.Body = append(card.Body, &ui.Description{Terms: terms})
	}
	if p.mayChange() {
		card.Actions = []app.UI{&ui.Button{ID: "edit-fields", Label: ui.T("profile.edit"), Name: ui.T("profile.edit") + ": " + ui.T("profile.fields"),
			Icon: ui.IconPencil, Small: true, Disabled: offlineReason(p.At), OnClick: func(app.Context, app.Event) { p.custom.show(p, false) }}}
	}
	return card
}
