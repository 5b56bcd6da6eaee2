package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/field"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// fieldForm defines a custom field, or changes one. What it holds is chosen once: values that are stored must stay right.
type fieldForm struct {
	open    bool
	of      id.CustomField // "" for a new one
	kind    field.Kind
	body    api.FieldBody
	choices string // one a line
	before  string // what was shown first
	wrong   map[string]string
	problem string
	busy    bool
}

func (f *fieldForm) show(of *field.Field) {
	*f = fieldForm{open: true, kind: field.Text, body: api.FieldBody{OnContact: true, Active: true}}
	if of != nil {
		f.of, f.kind, f.body, f.choices = of.ID, of.Kind, bodyOf(of), strings.Join(of.Choices, "\n")
	}
	f.before = f.state()
}

// state is all that can be edited, to tell whether something was.
func (f *fieldForm) state() string {
	parts := []string{string(f.kind), f.body.LabelEN, f.body.LabelFR, f.choices}
	for _, on := range []bool{f.body.OnOrganization, f.body.OnContact} {
		if on {
			parts = append(parts, "on")
		} else {
			parts = append(parts, "off")
		}
	}
	return strings.Join(parts, "\x00")
}

func (f *fieldForm) dirty() bool { return f.open && f.state() != f.before }

func (f *fieldForm) typed() []client.Unsent {
	if !f.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("settings.define"), Text: strings.TrimSpace(f.body.LabelEN + "\n" + f.body.LabelFR + "\n" + f.choices)}}
}

func (f *fieldForm) render(s *StaffSettings) app.UI {
	d := &ui.Dialog{ID: "field-edit", Open: f.open, Dirty: f.dirty(), OnClose: func(app.Context) { *f = fieldForm{} }}
	if !f.open {
		return d
	}
	d.Title, d.Lead = ui.T("settings.define"), ui.T("settings.define_lead")
	act := ui.T("settings.define_act")
	if f.of != "" {
		d.Title, d.Lead, act = ui.T("settings.edit_title"), "", ui.T("settings.save")
	}
	if f.kind == field.Code {
		d.Lead = ui.T("settings.code_lead")
	}
	d.Body = f.fields
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "field-send", Label: act, Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: offlineReason(s.At)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, s) }
	return d
}

func (f *fieldForm) fields() []app.UI {
	b := &f.body
	label := func(id, words string, value *string) app.UI {
		return &ui.Field{ID: "field-" + id, Label: words, Value: *value, Error: f.wrong[id], Required: true, MaxLength: 60, Autocomplete: "off",
			OnInput: func(_ app.Context, v string) { *value = v; delete(f.wrong, id) }}
	}
	parts := []app.UI{slot(formError(f.problem)), ui.Grid(label("label_en", ui.T("settings.label_en"), &b.LabelEN), label("label_fr", ui.T("settings.label_fr"), &b.LabelFR))}
	if f.kind == field.Code {
		return []app.UI{ui.Stack(parts...)}
	}
	if f.of == "" {
		kinds := []ui.Choice{}
		for _, k := range []field.Kind{field.Text, field.Choice, field.Date} {
			kinds = append(kinds, ui.Choice{Value: string(k), Label: ui.T("settings.kind." + string(k))})
		}
		parts = append(parts, &ui.RadioGroup{ID: "field-kind", Label: ui.T("settings.kind"), Value: string(f.kind), Choices: kinds, Horizontal: true, Error: f.wrong["kind"],
			OnChange: func(_ app.Context, v string) { f.kind = field.Kind(v) }})
	} else {
		parts = append(parts, &ui.Description{Terms: []ui.Term{{Label: ui.T("settings.kind"), Text: ui.T("settings.kind." + string(f.kind))}}})
	}
	choices := app.UI(nil)
	if f.kind == field.Choice {
		choices = &ui.Field{ID: "field-choices", Label: ui.T("settings.choices"), Hint: ui.T("settings.choices_hint"), Kind: ui.Area, Rows: 4, Value: f.choices, Required: true,
			Error: f.wrong["choices"], OnInput: func(_ app.Context, v string) { f.choices = v; delete(f.wrong, "choices") }}
	}
	on := func(id, words string, value *bool, wrong string) app.UI {
		return &ui.Checkbox{ID: "field-" + id, Label: words, Checked: *value, Error: wrong, OnChange: func(_ app.Context, v bool) { *value = v; delete(f.wrong, "on_contact") }}
	}
	parts = append(parts, slot(choices), app.FieldSet().Class("radio-group").Body(app.Legend().Class("label").Text(ui.T("settings.on")), app.Div().Class("choices").Body(
		on("on_organization", ui.T("settings.on.organization"), &b.OnOrganization, f.wrong["on_organization"]),
		on("on_contact", ui.T("settings.on.contact"), &b.OnContact, f.wrong["on_contact"]))))
	return []app.UI{ui.Stack(parts...)}
}

// check says what is wrong before the server does.
func (f *fieldForm) check() {
	f.wrong, f.problem = map[string]string{}, ""
	b := &f.body
	b.LabelEN, b.LabelFR, b.Choices = strings.TrimSpace(b.LabelEN), strings.TrimSpace(b.LabelFR), nil
	if b.LabelEN == "" {
		f.wrong["label_en"] = ui.T("shell.needed")
	}
	if b.LabelFR == "" {
		f.wrong["label_fr"] = ui.T("shell.needed")
	}
	if f.kind == field.Code {
		return
	}
	if f.kind == field.Choice {
		for line := range strings.SplitSeq(f.choices, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				b.Choices = append(b.Choices, line)
			}
		}
		if len(b.Choices) == 0 {
			f.wrong["choices"] = ui.T("settings.choices_needed")
		}
	}
	if !b.OnOrganization && !b.OnContact {
		f.wrong["on_contact"] = ui.T("settings.on_needed")
	}
}

func (f *fieldForm) submit(ctx app.Context, s *StaffSettings) {
	if f.busy || offlineReason(s.At) != "" {
		return
	}
	if f.check(); len(f.wrong) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	if f.of == "" {
		in := api.DefineFieldIn{}
		in.Body.FieldBody, in.Body.Kind = f.body, f.kind
		client.Call(s.ctx, s.At.Session, api.DefineField, in, func(ctx app.Context, made field.Field, err error) { f.done(ctx, s, &made, err) })
		return
	}
	in := api.UpdateFieldIn{FieldIn: api.FieldIn{Field: f.of}, Body: f.body}
	client.Call(s.ctx, s.At.Session, api.UpdateField, in, func(ctx app.Context, now field.Field, err error) { f.done(ctx, s, &now, err) })
}

func (f *fieldForm) done(ctx app.Context, s *StaffSettings, now *field.Field, err error) {
	f.busy = false
	if err != nil {
		f.wrong, f.problem = formFailure(err, "label_en", "label_fr", "choices", "on_organization", "on_contact", "kind")
		ui.FocusInvalid(ctx)
		return
	}
	ui.ShowToast(ui.Toast{Text: ui.T("settings.saved", "label", now.Label(ui.Locale()))})
	*f = fieldForm{}
	s.load(ctx, true)
}
