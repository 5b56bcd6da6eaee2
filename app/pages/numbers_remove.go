package pages

import (
	"strconv"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// countTyped is from how many numbers on the person types the count before they are deleted.
const countTyped = 100

// numberRemove is the warning before numbers are taken out of a program, a business unit or the business (N02, N06).
type numberRemove struct {
	open   bool
	rows   []replica.View // with version and epoch as they were shown
	level  api.Level
	saving bool
	failed string
}

// show opens the warning at the level that the person looks at: a program's numbers leave the program.
func (d *numberRemove) show(p *Numbers, rows []replica.View) {
	*d = numberRemove{open: true, rows: rows}
	levels := d.levels(p)
	d.level = levels[len(levels)-1]
	for _, l := range levels {
		if l == api.LevelProgram && p.query.Program != "" || l == api.LevelUnit && p.query.Unit != "" && p.query.Program == "" {
			d.level = l
		}
	}
}

func (d *numberRemove) close() { *d = numberRemove{} }

// levels are those that there is something to take out of, and that the person may.
func (d *numberRemove) levels(p *Numbers) (levels []api.Level) {
	program, unit := false, false
	for i := range d.rows {
		if !d.rows[i].Status.Held() {
			program, unit = program || d.rows[i].Program != "", unit || d.rows[i].BusinessUnit != ""
		}
	}
	if program && p.At.Can(perm.NumbersUpdate) {
		levels = append(levels, api.LevelProgram)
	}
	if unit && p.At.Can(perm.NumbersUpdate) {
		levels = append(levels, api.LevelUnit)
	}
	if p.At.Can(perm.NumbersDelete) || len(levels) == 0 {
		levels = append(levels, api.LevelBusiness)
	}
	return levels
}

// effect says what becomes of the numbers at a level.
func (d *numberRemove) effect(p *Numbers, l api.Level) string {
	m, _ := p.At.Member()
	if len(d.rows) != 1 {
		return ui.T("numbers.remove.many."+string(l), "n", len(d.rows), "business", m.Name)
	}
	n := &d.rows[0].Number
	key := "numbers.remove.one." + string(l)
	if l == api.LevelUnit && n.Program == "" {
		key = "numbers.remove.one.unit_alone"
	}
	return ui.T(key, "program", p.programOf(n), "unit", p.unitOf(n), "business", m.Name)
}

func (d *numberRemove) render(p *Numbers) app.UI {
	c := &ui.Confirm{ID: "number-remove", Open: d.open, Busy: d.saving, OnClose: func(app.Context) { d.close() }, OnConfirm: func(app.Context) { d.remove(p) }}
	if !d.open {
		return c
	}
	c.Action = ui.T("numbers.remove")
	c.Title = ui.T("numbers.remove.many_title", "n", len(d.rows))
	if len(d.rows) == 1 {
		c.Title = ui.T("numbers.remove.one_title", "number", d.rows[0].E164.International())
	}
	if d.level == api.LevelBusiness && len(d.rows) > countTyped {
		c.Match = strconv.Itoa(len(d.rows))
		c.MatchHint = ui.T("numbers.remove.type", "n", c.Match)
	}
	levels := d.levels(p)
	if len(levels) == 1 {
		c.Text = d.effect(p, levels[0])
	} else {
		c.Text = ui.T("numbers.remove.which")
	}
	c.Body = func() []app.UI {
		body := []app.UI{slot(formError(d.failed))}
		if len(levels) > 1 {
			choices := make([]ui.Choice, len(levels))
			for i, l := range levels {
				choices[i] = ui.Choice{Value: string(l), Label: ui.T("numbers.remove.level." + string(l)), Hint: d.effect(p, l)}
			}
			body = append(body, &ui.RadioGroup{ID: "number-remove-level", Label: ui.T("numbers.remove.from"), Value: string(d.level), Choices: choices,
				OnChange: func(_ app.Context, v string) { d.level = api.Level(v) }})
		}
		if n := d.heldRows(); n > 0 {
			body = append(body, &ui.Banner{Tone: ui.Warn, Text: ui.T("numbers.remove.held", "n", n)})
		}
		return body
	}
	return c
}

// heldRows are suspended or rejected numbers, of which not everything can be done.
func (d *numberRemove) heldRows() (n int) {
	for i := range d.rows {
		if s := d.rows[i].Status; s == number.Suspended || s.Held() && d.level != api.LevelBusiness {
			n++
		}
	}
	return n
}

func (d *numberRemove) remove(p *Numbers) {
	if d.saving {
		return
	}
	if d.failed != "" && p.copy == nil { // they have read why, and mean it
		p.renewed(d.rows)
	}
	e := replica.NewEdit{Op: replica.Remove}
	for i := range d.rows {
		v := &d.rows[i]
		row := replica.Edit{ID: v.ID}
		switch {
		case d.level == api.LevelBusiness:
			row.WasVer, e.WasEpoch = v.Ver, v.Epoch
			whole := number.Fields{E164: v.E164, CallPurpose: &v.CallPurpose, DisplayName: &v.DisplayName, Place: &v.Place}
			row.Was = &whole
		case d.level == api.LevelProgram && v.Program == "" || v.BusinessUnit == "":
			continue
		default:
			e.Op = replica.Set
			to := number.Place{}
			if d.level == api.LevelProgram {
				to.BusinessUnit = v.BusinessUnit
			}
			row.Was, row.Set = &number.Fields{Place: &v.Place}, &number.Fields{Place: &to}
		}
		e.Rows = append(e.Rows, row)
	}
	d.saving, d.failed = true, ""
	text := ui.T("numbers.removed_many."+string(d.level), "n", len(e.Rows))
	if len(e.Rows) == 1 && len(d.rows) == 1 {
		text = ui.T("numbers.removed_one."+string(d.level), "number", d.rows[0].E164.International())
	}
	p.act(e, text, func(why string) {
		d.saving = false
		if why != "" {
			d.failed = why
			return
		}
		d.close()
		p.picked.None()
	})
}
