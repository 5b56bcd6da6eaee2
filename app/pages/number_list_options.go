package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listOptions are what numbers are for and where they go, or what they are taken from.
type listOptions struct {
	CallPurpose  string          `json:"call_purpose,omitempty"`
	BusinessUnit id.BusinessUnit `json:"business_unit,omitempty"`
	Program      id.Program      `json:"program,omitempty"`
	Level        api.Level       `json:"level,omitempty"` // "" is the business
}

func (o *listOptions) add() api.AddOptions {
	return api.AddOptions{CallPurpose: o.CallPurpose, BusinessUnit: o.BusinessUnit, Program: o.Program}
}

// from leaves out what the level does not speak of.
func (o *listOptions) from() api.DeleteOptions {
	d := api.DeleteOptions{Level: o.level()}
	if d.Level != api.LevelBusiness {
		d.BusinessUnit = o.BusinessUnit
	}
	if d.Level == api.LevelProgram {
		d.Program = o.Program
	}
	return d
}

func (o *listOptions) level() api.Level {
	if o.Level == "" {
		return api.LevelBusiness
	}
	return o.Level
}

func (o *listOptions) place() number.Place {
	return number.Place{BusinessUnit: o.BusinessUnit, Program: o.Program}
}

// setUnit takes another unit's program away.
func (o *listOptions) setUnit(w *listWords, unit string) {
	o.BusinessUnit = id.BusinessUnit(unit)
	if x := w.program(o); x == nil || x.BusinessUnit != o.BusinessUnit {
		o.Program = ""
	}
}

// setProgram brings the program's unit along.
func (o *listOptions) setProgram(w *listWords, program string) {
	o.Program = id.Program(program)
	if x := w.program(o); x != nil {
		o.BusinessUnit = x.BusinessUnit
	}
}

// refused is what the options alone are refused for, by option. A purpose may be missing where each row names its own.
func (o *listOptions) refused(w *listWords, kind api.JobKind, perRow bool) map[string]string {
	faults := map[string]string{}
	if kind == api.JobDelete {
		return faults
	}
	x := w.purpose(o.CallPurpose)
	switch {
	case o.CallPurpose == "" && !perRow:
		faults["call_purpose"] = reasonText(number.CallPurposeRequired)
	case x != nil && x.Retired:
		faults["call_purpose"] = reasonText(number.UnknownCallPurpose)
	case x != nil && x.NeverPlaces && o.Program != "":
		faults["program"] = reasonText(number.DoNotOriginateInProgram)
	}
	if x := w.program(o); x != nil && x.Ended(ui.ServerNow()) {
		faults["program"] = reasonText(number.ProgramEnded)
	}
	return faults
}

// renderOptions are the fields of the options. A file's rows may name their own, so that nothing is required there.
func (p *NumberList) renderOptions(file bool) app.UI {
	if p.kind() == api.JobDelete {
		return p.renderLevel()
	}
	o, w := &p.options, &p.words
	faults := p.faults
	if now := o.refused(w, p.kind(), true); len(now) > 0 { // what can't go together is said at once
		faults = now
	}
	hint := ""
	if file {
		hint = ui.T("numlist.per_row")
	}
	chosen := func(set func(v string)) func(app.Context, string) {
		return func(_ app.Context, v string) {
			set(v)
			p.faults = nil
			p.changed()
		}
	}
	return app.Div().Class("stack").Body(
		&ui.Select{ID: "list-purpose", Label: ui.T("number.column.call_purpose"), Value: o.CallPurpose, Options: w.purposeOptions(o.CallPurpose), Required: !file, Optional: file,
			Hint: hint, Error: faults["call_purpose"], OnChange: chosen(func(v string) { o.CallPurpose = v })},
		&ui.Select{ID: "list-unit", Label: ui.T("number.column.business_unit"), Value: string(o.BusinessUnit), Options: w.unitOptions(ui.T("numbers.no_unit")), Optional: true,
			Error: faults["business_unit"], OnChange: chosen(func(v string) { o.setUnit(w, v) })},
		&ui.Select{ID: "list-program", Label: ui.T("number.column.program"), Value: string(o.Program), Options: w.programOptions(o, ui.T("numbers.no_program"), false), Optional: true,
			Error: faults["program"], OnChange: chosen(func(v string) { o.setProgram(w, v) })},
	)
}

// renderLevel asks what the numbers are taken from.
func (p *NumberList) renderLevel() app.UI {
	o, w := &p.options, &p.words
	m, _ := p.At.Member()
	choices := make([]ui.Choice, 0, 3)
	for _, l := range []api.Level{api.LevelBusiness, api.LevelUnit, api.LevelProgram} {
		c := ui.Choice{Value: string(l), Label: ui.T("numlist.level."+string(l), "business", m.Name), Hint: ui.T("numlist.effect."+string(l), "business", m.Name)}
		if l != api.LevelBusiness && !p.mayChange() {
			c.Disabled = ui.T("numlist.may_not_change")
		}
		choices = append(choices, c)
	}
	chosen := func(set func(v string)) func(app.Context, string) {
		return func(_ app.Context, v string) {
			set(v)
			p.changed()
		}
	}
	any := ui.T("numlist.whichever")
	return app.Div().Class("stack").Body(
		&ui.RadioGroup{ID: "list-level", Label: ui.T("numlist.level"), Value: string(o.level()), Choices: choices, OnChange: chosen(func(v string) { o.Level = api.Level(v) })},
		slot(when(o.level() != api.LevelBusiness && len(w.units) > 0, func() app.UI {
			return &ui.Select{ID: "list-unit", Label: ui.T("numlist.only_unit"), Value: string(o.BusinessUnit), Options: w.unitOptions(any), Error: p.faults["business_unit"],
				OnChange: chosen(func(v string) { o.setUnit(w, v) })}
		})),
		slot(when(o.level() == api.LevelProgram && len(w.programs) > 0, func() app.UI {
			return &ui.Select{ID: "list-program", Label: ui.T("numlist.only_program"), Value: string(o.Program), Options: w.programOptions(o, any, true), Error: p.faults["program"],
				OnChange: chosen(func(v string) { o.setProgram(w, v) })}
		})),
	)
}

// when is what f makes, nil when yes is false.
func when(yes bool, f func() app.UI) app.UI {
	if !yes {
		return nil
	}
	return f()
}

// effect says what becomes of so many numbers.
func (p *NumberList) effect(n int) string {
	m, _ := p.At.Member()
	o := &p.options
	from := o.from()
	key := "numlist.ask." + string(from.Level)
	switch {
	case from.Program != "":
		key += "_named"
	case from.BusinessUnit != "":
		key += "_of"
	}
	at := from
	return ui.T(key, "n", n, "business", m.Name, "unit", p.words.place(number.Place{BusinessUnit: at.BusinessUnit}), "program", p.words.place(o.place()))
}
