package pages

import (
	"slices"

	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// syncForm is what somebody writes in place of what was not applied.
type syncForm struct{ number, purpose, name, unit, program string }

// edit opens the form of a case, with what the person wanted.
func (p *SyncChanges) edit(c *syncCase) {
	mine := c.mine().Over(number.Number{})
	st := p.state(c)
	st.form = syncForm{mine.E164.International(), mine.CallPurpose, mine.DisplayName, string(mine.BusinessUnit), string(mine.Program)}
	st.began, st.editing, st.problem = st.form, true, ""
	ui.FocusLater(p.ctx, "edit-"+c.key+"-"+string(p.formFields(c)[0]))
}

// formFields are the fields that a case is about; of a number to be made all of them.
func (p *SyncChanges) formFields(c *syncCase) []syncField {
	if c.main().op == replica.Create {
		return []syncField{fieldNumber, fieldPurpose, fieldName, fieldPlace}
	}
	return speaks(c.mine())
}

func (p *SyncChanges) renderForm(c *syncCase, st *caseState) app.UI {
	fields := []app.UI{}
	id := "edit-" + c.key + "-"
	for _, f := range p.formFields(c) {
		switch f {
		case fieldNumber:
			fields = append(fields, &ui.Field{ID: id + string(f), Label: f.label(), Kind: ui.Tel, Value: st.form.number, Autocomplete: "off", MaxLength: 60,
				OnInput: func(_ app.Context, v string) { st.form.number = v }})
		case fieldPurpose:
			fields = append(fields, &ui.Select{ID: id + string(f), Label: f.label(), Value: st.form.purpose, Options: p.purposes(st.form.purpose),
				OnChange: func(_ app.Context, v string) { st.form.purpose = v }})
		case fieldName:
			fields = append(fields, &ui.Field{ID: id + string(f), Label: f.label(), Value: st.form.name, Autocomplete: "off", MaxLength: number.MaxDisplayName, Optional: true,
				OnInput: func(_ app.Context, v string) { st.form.name = v }})
		case fieldPlace:
			units, programs := p.places(st.form)
			fields = append(fields, &ui.Select{ID: id + string(f), Label: ui.T("number.column.business_unit"), Value: st.form.unit, Options: units,
				OnChange: func(_ app.Context, v string) { st.form.unit, st.form.program = v, "" }},
				&ui.Select{ID: id + "program", Label: ui.T("number.column.program"), Value: st.form.program, Options: programs,
					OnChange: func(_ app.Context, v string) { st.form.program = v }})
		}
	}
	return &ui.Form{ID: id + "form", Label: ui.T("sync.edit") + ": " + p.words.caseTitle(c), Busy: st.busy != "",
		OnSubmit: func(app.Context) { p.submit(c, st) },
		Body: []app.UI{ui.Grid(fields...), ui.Row(
			&ui.Button{ID: id + "save", Label: ui.T("sync.edit_save"), Kind: ui.Primary, Small: true, Submit: true, Busy: st.busy != "", Disabled: p.barred()},
			&ui.Button{ID: id + "cancel", Label: ui.T("ui.cancel"), Small: true, OnClick: func(app.Context, app.Event) {
				st.editing, st.problem = false, ""
				ui.FocusLater(p.ctx, "case-"+c.key+"-"+string(actEdit))
			}})}}
}

// purposes are those that can be chosen. One that can't be any more stands first, so that nothing else is chosen by itself.
func (p *SyncChanges) purposes(now string) []ui.Option {
	list, known := []ui.Option(nil), false
	for _, x := range p.watch.copy.Purposes() {
		if !x.Retired {
			list = append(list, ui.Option{Value: x.Key, Label: purposeName(&x)})
			known = known || x.Key == now
		}
	}
	if !known {
		list = append([]ui.Option{{Value: now, Label: p.words.value(&number.Fields{CallPurpose: &now}, fieldPurpose)}}, list...)
	}
	return list
}

func (p *SyncChanges) places(f syncForm) (units, programs []ui.Option) {
	units, programs = []ui.Option{{Label: ui.T("numbers.no_unit")}}, []ui.Option{{Label: ui.T("numbers.no_program")}}
	known := f.unit == ""
	for _, u := range p.watch.copy.Units() {
		units = append(units, ui.Option{Value: string(u.ID), Label: u.Name})
		known = known || string(u.ID) == f.unit
	}
	if !known {
		units = append(units, ui.Option{Value: f.unit, Label: ui.T("numbers.gone_unit")})
	}
	now, known := ui.ServerNow(), f.program == ""
	for _, x := range p.watch.copy.Programs() {
		if string(x.BusinessUnit) == f.unit && f.unit != "" && (!x.Ended(now) || string(x.ID) == f.program) {
			programs = append(programs, ui.Option{Value: string(x.ID), Label: x.DisplayName})
			known = known || string(x.ID) == f.program
		}
	}
	if !known {
		programs = append(programs, ui.Option{Value: f.program, Label: ui.T("sync.gone_program")})
	}
	return units, programs
}

// submit saves what was written, if the device itself can't tell that it would be refused again.
func (p *SyncChanges) submit(c *syncCase, st *caseState) {
	if p.barred() != "" || st.busy != "" {
		return
	}
	wanted, why := p.wanted(c, st.form)
	if why != "" {
		st.problem = reasonText(why)
		return
	}
	p.decide([]*syncCase{c}, actEdit, wanted)
}

// wanted reads a form.
func (p *SyncChanges) wanted(c *syncCase, f syncForm) (*number.Fields, number.Reason) {
	out := &number.Fields{}
	purpose, place := f.purpose, number.Place{BusinessUnit: id.BusinessUnit(f.unit), Program: id.Program(f.program)}
	for _, field := range p.formFields(c) {
		switch field {
		case fieldNumber:
			m, _ := p.At.Member()
			e, why := number.Parse(f.number, m.Region)
			if why != "" {
				return nil, why
			}
			out.E164 = e
		case fieldPurpose:
			out.CallPurpose = &purpose
		case fieldName:
			if f.name != "" && number.CheckName(f.name, number.MaxDisplayName) != "" {
				return nil, number.InvalidName
			}
			name := f.name
			out.DisplayName = &name
		case fieldPlace:
			out.Place = &place
		}
	}
	return out, p.judge(c, out)
}

// judge is why what is wanted would be refused, as far as this device knows.
func (p *SyncChanges) judge(c *syncCase, wanted *number.Fields) number.Reason {
	row, _ := p.watch.copy.Row(c.number)
	n := wanted.Over(row.Number)
	for _, x := range p.watch.copy.Purposes() {
		if x.Key == n.CallPurpose && x.NeverPlaces && n.Program != "" {
			return number.DoNotOriginateInProgram
		}
	}
	if wanted.CallPurpose != nil && n.CallPurpose == "" {
		return number.CallPurposeRequired
	}
	if wanted.Place != nil && n.Program != "" {
		for _, x := range p.watch.copy.Programs() {
			if x.ID == n.Program && x.Ended(ui.ServerNow()) {
				return number.ProgramEnded
			}
		}
	}
	return ""
}

// renderLeft are edits of people whose access ended before they were sent, for who may take care of them.
func (p *SyncChanges) renderLeft() app.UI {
	if !p.left.has() || !p.At.Can(perm.NumbersUpdate) {
		return nil
	}
	cases, more := p.openLeft(), p.left.value.MoreOthers
	if len(cases)+more == 0 {
		return nil
	}
	n := p.shownOf("left", len(cases))
	items := make([]app.UI, 0, n)
	for _, c := range cases[:n] {
		items = append(items, &keyed{Key: c.key, Body: func() app.UI { return p.renderLeftCase(c) }})
	}
	body := []app.UI{ui.Hint(ui.T("sync.left_text")), app.Ul().Class("sync-cases").Body(items...), p.more("left", len(cases))}
	if more > 0 {
		body = append(body, ui.Hint(ui.T("sync.left_more", "n", more)))
	}
	return &ui.Card{ID: "left", Title: ui.T("sync.left"), Mark: ui.TagIcon(ui.Info, ui.IconUserX, ui.T("sync.left_count", "n", len(cases))), Body: body}
}

// renderLeftCase offers to make somebody else's edit one's own, or to discard it. It says when it stands, and is closed then.
func (p *SyncChanges) renderLeftCase(c *syncCase) app.UI {
	s, st := p.scene(), p.state(c)
	body := []app.UI{
		app.Div().Class("sync-did").Body(app.Strong().Text(p.words.caseTitle(c)), ui.Hint(p.words.caseFacts(c))),
		slot(p.renderFields(c, s)), slot(formError(st.problem)),
	}
	title := p.words.caseTitle(c)
	drop := func(a syncAct) app.UI {
		text := ui.T("sync.act." + string(a))
		return &ui.Button{ID: "left-" + c.key + "-" + string(a), Label: text, Name: text + ": " + title, Small: true, Kind: ui.Quiet, Disabled: offlineReason(p.At),
			OnClick: func(app.Context, app.Event) { p.drop(c, a) }}
	}
	if c.stood(s) {
		return app.Li().Body(append(body, ui.Row(ui.TagIcon(ui.OK, ui.IconCheck, ui.T("sync.left_stands")), drop(actDone)))...)
	}
	var buttons []app.UI
	for _, a := range c.acts(s) {
		if a != actMine && a != actAgain && a != actRemove && a != actRestore {
			continue
		}
		buttons = append(buttons, &ui.Button{ID: "left-" + c.key + "-" + string(a), Label: ui.T("sync.left_take"), Name: ui.T("sync.left_take") + ": " + title, Small: true, Icon: ui.IconCheck,
			Busy: st.busy != "", OnClick: func(app.Context, app.Event) { p.take(c, a) }})
		break
	}
	return app.Li().Body(append(body, ui.Row(append(buttons, drop(actDiscard))...))...)
}

// openLeft are the edits of others that nobody has seen to.
func (p *SyncChanges) openLeft() (list []*syncCase) {
	for _, c := range casesOf(p.left.value.Others, true) {
		if p.gone[c.key] != c.seen() {
			list = append(list, c)
		}
	}
	return list
}

// drop closes what somebody left. What is discarded is closed once the toast that takes it back is gone.
func (p *SyncChanges) drop(c *syncCase, a syncAct) {
	p.gone[c.key] = c.seen()
	holdFocus(p.ctx, "left")
	end := func() {
		var items []syncItem
		rest := p.openLeft() // an edit of many numbers may still be about others
		for _, x := range c.items {
			if !slices.ContainsFunc(rest, func(o *syncCase) bool { return slices.Contains(o.items, x) }) {
				items = append(items, x)
			}
		}
		p.close(p.watch.copy, items, a)
	}
	if a == actDone {
		end()
		return
	}
	ui.ShowToast(ui.Toast{Text: ui.T("sync.left_discarded"), Action: ui.T("ui.undo"), OnGone: end,
		OnAction: func(app.Context) { p.ctx.Dispatch(func(app.Context) { delete(p.gone, c.key) }) }})
}

// take makes an edit of somebody else's the person's own.
func (p *SyncChanges) take(c *syncCase, a syncAct) {
	st := p.state(c)
	st.busy, st.problem = a, ""
	edits := c.plan(a, nil, p.scene(), offline.NewNumber)
	p.save(edits, nil, func(made []replica.Uid, why string) {
		st.busy = ""
		if why != "" {
			st.problem = notSaved(why)
			return
		}
		offerUndo(p.watch.copy, made, ui.T("sync.acted.mine", "n", 1)+" "+ui.T("numbers.saved_here"))
	})
}
