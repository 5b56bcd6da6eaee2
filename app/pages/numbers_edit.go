package pages

import (
	"countersign/app/ui"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// unchanged is the choice of a list that leaves a field of several numbers as it is in each.
const unchanged = "\x00"

// numberEdit is the dialog that changes one number (N05), or a field of several at once.
type numberEdit struct {
	open   bool
	rows   []replica.View // as they were when it opened: what the person saw
	form   numberForm
	began  numberForm // before the person changed anything
	saving bool
	failed string
}

// numberForm is what can be changed of a number. Of several numbers purpose and unit may be unchanged, and there is no name.
type numberForm struct {
	purpose, name, unit, program string
}

func (d *numberEdit) show(rows []replica.View) {
	*d = numberEdit{open: true, rows: rows}
	if len(rows) == 1 {
		d.form = formOf(&rows[0].Number)
	} else {
		d.form = numberForm{purpose: unchanged, unit: unchanged}
	}
	d.began = d.form
}

func formOf(n *number.Number) numberForm {
	return numberForm{n.CallPurpose, n.DisplayName, string(n.BusinessUnit), string(n.Program)}
}

func (d *numberEdit) close() { *d = numberEdit{} }

func (d *numberEdit) dirty() bool { return d.form != d.began }

// follow takes over what became of the number elsewhere, in the fields that the person has not touched.
func (d *numberEdit) follow(p *Numbers) {
	if !d.open || len(d.rows) != 1 || d.saving {
		return
	}
	now, ok := p.desk.Row(d.rows[0].ID)
	if !ok || now.Number == d.rows[0].Number {
		return
	}
	was, is := formOf(&d.rows[0].Number), formOf(&now.Number)
	if d.form.purpose == d.began.purpose {
		d.form.purpose, d.began.purpose = is.purpose, is.purpose
		d.rows[0].CallPurpose = now.CallPurpose
	}
	if d.form.name == d.began.name {
		d.form.name, d.began.name = is.name, is.name
		d.rows[0].DisplayName = now.DisplayName
	}
	if d.form.unit == d.began.unit && d.form.program == d.began.program {
		d.form.unit, d.form.program, d.began.unit, d.began.program = is.unit, is.program, is.unit, is.program
		d.rows[0].Place = now.Place
	}
	if was != is {
		d.rows[0].Status, d.rows[0].Ver = now.Status, now.Ver
	}
}

// theirs says what somebody else has put into a field that the person is changing; "" when nobody has.
func (d *numberEdit) theirs(p *Numbers, f numberField) string {
	if len(d.rows) != 1 {
		return ""
	}
	now, ok := p.desk.Row(d.rows[0].ID)
	if !ok || f.is(&now.Number) == f.is(&d.rows[0].Number) {
		return ""
	}
	return ui.T("numbers.edit.theirs", "value", f.shown(&now.Number))
}

// numberField is what a number has in a field of the form, and how that is shown.
type numberField struct{ is, shown func(*number.Number) string }

// fields are call purpose, display name and place.
func (p *Numbers) fields() [3]numberField {
	name := func(n *number.Number) string { return n.DisplayName }
	return [...]numberField{
		{func(n *number.Number) string { return n.CallPurpose }, p.purposeOf},
		{name, name},
		{func(n *number.Number) string { return string(n.BusinessUnit) + "/" + string(n.Program) }, p.placeOf},
	}
}

// held says why purpose and place can't be changed, "" when they can.
func (d *numberEdit) held() string {
	for i := range d.rows {
		if s := d.rows[i].Status; s.Held() {
			return ui.T("numbers.edit.held", "status", statusSign(s).Text)
		}
	}
	return ""
}

func (d *numberEdit) render(p *Numbers) app.UI {
	title := ""
	if d.open {
		title = ui.T("numbers.edit.many", "n", len(d.rows))
		if len(d.rows) == 1 {
			title = ui.T("numbers.edit.one", "number", d.rows[0].E164.International())
		}
	}
	return &ui.Dialog{
		ID: "number-edit", Open: d.open, Title: title, Dirty: d.dirty(),
		Body: func() []app.UI { return d.body(p) },
		Actions: func() []app.UI {
			save := &ui.Button{ID: "number-save", Label: ui.T("numbers.save"), Kind: ui.Primary, Submit: true, Busy: d.saving}
			if !d.dirty() {
				save.Disabled = ui.T("numbers.edit.nothing")
			}
			return []app.UI{save}
		},
		OnClose:  func(app.Context) { d.close() },
		OnSubmit: func(ctx app.Context) { d.save(ctx, p) },
	}
}

func (d *numberEdit) body(p *Numbers) []app.UI {
	fields := p.fields()
	body := []app.UI{slot(formError(d.failed)),
		&ui.Select{ID: "number-purpose", Label: ui.T("number.column.call_purpose"), Value: d.form.purpose, Options: d.purposes(p), Disabled: d.held(), Autofocus: true,
			Hint: d.theirs(p, fields[0]), Error: d.clash(p),
			OnChange: func(_ app.Context, v string) { d.form.purpose = v }}}
	if len(d.rows) == 1 {
		body = append(body, &ui.Field{ID: "number-name", Label: ui.T("number.column.display_name"), Value: d.form.name, MaxLength: number.MaxDisplayName, Autocomplete: "off", Optional: true,
			Hint:    d.theirs(p, fields[1]),
			OnInput: func(_ app.Context, v string) { d.form.name = v }})
	}
	units, programs := p.placeOptions(d.form.unit, d.began.unit, d.began.program)
	if len(d.rows) > 1 {
		units = append([]ui.Option{{Value: unchanged, Label: ui.T("numbers.edit.unchanged")}}, units...)
	}
	hint := d.theirs(p, fields[2])
	body = append(body, &ui.Select{ID: "number-unit", Label: ui.T("number.column.business_unit"), Value: d.form.unit, Options: units, Disabled: d.held(), Hint: hint,
		OnChange: func(_ app.Context, v string) { d.form.unit, d.form.program = v, "" }})
	if d.form.unit != unchanged && d.form.unit != "" {
		body = append(body, &ui.Select{ID: "number-program", Label: ui.T("number.column.program"), Value: d.form.program, Options: programs, Disabled: d.held(),
			OnChange: func(_ app.Context, v string) { d.form.program = v }})
	}
	return body
}

// purposes are those that can be chosen: none that was retired, but the number's own.
func (d *numberEdit) purposes(p *Numbers) []ui.Option {
	var list []ui.Option
	if len(d.rows) > 1 {
		list = append(list, ui.Option{Value: unchanged, Label: ui.T("numbers.edit.unchanged")})
	}
	known := false
	for _, x := range p.desk.Purposes() {
		if !x.Retired || x.Key == d.began.purpose {
			list = append(list, ui.Option{Value: x.Key, Label: purposeName(&x)})
			known = known || x.Key == d.began.purpose
		}
	}
	if !known && len(d.rows) == 1 {
		list = append(list, ui.Option{Value: d.began.purpose, Label: d.began.purpose})
	}
	return list
}

// clash is why purpose and program don't go together, "" when they do. Of several numbers each is judged by itself.
func (d *numberEdit) clash(p *Numbers) string {
	if d.form.purpose == unchanged || d.form.program == "" {
		return ""
	}
	for _, x := range p.desk.Purposes() {
		if x.Key == d.form.purpose && x.NeverPlaces {
			return reasonText(number.DoNotOriginateInProgram)
		}
	}
	return ""
}

// set is what the person wants otherwise.
func (d *numberEdit) set() *number.Fields {
	set := &number.Fields{}
	if d.form.purpose != d.began.purpose {
		set.CallPurpose = &d.form.purpose
	}
	if d.form.name != d.began.name {
		set.DisplayName = &d.form.name
	}
	if d.form.unit != d.began.unit || d.form.program != d.began.program {
		set.Place = placeFrom(d.form.unit, d.form.program)
	}
	return set
}

func (d *numberEdit) save(ctx app.Context, p *Numbers) {
	if d.saving || !d.dirty() || d.clash(p) != "" {
		return
	}
	set := d.set()
	if set.DisplayName != nil && *set.DisplayName != "" && number.CheckName(*set.DisplayName, number.MaxDisplayName) != "" {
		d.failed = reasonText(number.InvalidName)
		return
	}
	d.saving, d.failed = true, ""
	rows := make([]replica.Edit, len(d.rows))
	for i := range d.rows {
		rows[i] = replica.Edit{ID: d.rows[i].ID, Was: set.Of(&d.rows[i].Number)}
	}
	text := ui.T("numbers.edited_many", "n", len(rows))
	if len(d.rows) == 1 {
		text = ui.T("numbers.edited_one", "number", d.rows[0].E164.International())
	}
	p.act(replica.NewEdit{Op: replica.Set, Rows: rows, Set: set}, text, func(why string) {
		d.saving = false
		if why != "" {
			d.failed = why
			d.again(p)
			return
		}
		d.close()
	})
}

// again lets the person decide once more where there is no page for that: what stands in the number now is told, and to
// save is to put it aside.
func (d *numberEdit) again(p *Numbers) {
	if p.copy != nil {
		return
	}
	for _, f := range p.fields() {
		if theirs := d.theirs(p, f); theirs != "" {
			d.failed += " " + theirs
		}
	}
	p.renewed(d.rows)
}

// renewed puts numbers as they are now in place of what the person saw.
func (p *Numbers) renewed(rows []replica.View) {
	for i := range rows {
		if now, ok := p.desk.Row(rows[i].ID); ok {
			rows[i] = now
		}
	}
}

// mayEdit reports whether the person may change numbers.
func (p *Numbers) mayEdit() bool { return p.At.Can(perm.NumbersUpdate) && p.At.Eyes == "" }

// mayRemove reports whether the person may take numbers out of something.
func (p *Numbers) mayRemove() bool {
	return (p.At.Can(perm.NumbersUpdate) || p.At.Can(perm.NumbersDelete)) && p.At.Eyes == ""
}
