package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// assignmentFacts are the six that View Assignments tells of a number (N04).
type assignmentFacts struct {
	Number   number.E164
	Business string
	Unit     string // "" when it stands in none
	Program  string // "" when it stands in none
	Name     string
	Starts   time.Time // of the program
	Ends     time.Time
}

// factsOf takes the facts of a number from what its organization's numbers stand in.
func factsOf(business string, n *number.Number, units []number.Unit, programs []number.Program) assignmentFacts {
	f := assignmentFacts{Number: n.E164, Business: business, Name: n.DisplayName}
	for i := range units {
		if units[i].ID == n.BusinessUnit {
			f.Unit = units[i].Name
		}
	}
	for i := range programs {
		if programs[i].ID == n.Program {
			f.Program, f.Starts, f.Ends = programs[i].DisplayName, programs[i].Starts, programs[i].Ends
		}
	}
	return f
}

// assignments is View Assignments: where one number stands, without a network too, and on demand where it stood.
// It belongs to a page, which keeps it, renders it among its last children and shows it.
type assignments struct {
	at      client.Seat
	ctx     app.Context
	of      id.Number // "" when it is closed
	facts   assignmentFacts
	opening id.Number // whose facts are being fetched
	history loaded[api.NumberCard]
	removed time.Time // when it was removed; zero when it was not
	told    bool      // the history is unfolded
}

// show opens the dialog with facts that are at hand. ctx is the page's own.
func (d *assignments) show(ctx app.Context, at client.Seat, of id.Number, facts assignmentFacts) {
	d.close()
	d.at, d.ctx, d.of, d.facts = at, ctx, of, facts
}

// fetch opens the dialog with facts of the server, where no copy of the numbers is kept.
func (d *assignments) fetch(ctx app.Context, at client.Seat, of id.Number) {
	if d.opening != "" {
		return
	}
	d.close()
	d.at, d.ctx, d.opening = at, ctx, of
	d.ask(false, func() {
		d.opening = ""
		if d.history.err != nil {
			toastFailure(d.history.err)
			return
		}
		d.of = of
	})
}

// follow takes over facts that have changed while the dialog is open.
func (d *assignments) follow(facts assignmentFacts) {
	if d.of == "" {
		return
	}
	changed := d.facts != facts
	if d.facts = facts; changed && d.told {
		d.ask(true, nil)
	}
}

// refresh asks the server again, where no copy of the numbers is kept.
func (d *assignments) refresh() {
	if d.of != "" && d.history.has() {
		d.ask(true, nil)
	}
}

// close forgets the number. An answer that is still to come is another one's.
func (d *assignments) close() {
	*d = assignments{history: loaded[api.NumberCard]{loading: loading{turn: d.history.turn + 1}}}
}

// ask fetches the number's card from the server.
func (d *assignments) ask(background bool, then func()) {
	of := d.of + d.opening
	load(d.ctx, d.at, &d.history, api.GetNumber, api.NumberIn{Org: d.at.OrgIn(), Number: of}, background, func(app.Context) {
		if c := &d.history.value; d.history.err == nil {
			d.facts = assignmentFacts{c.E164, c.Business, c.UnitName, c.ProgramName, c.DisplayName, c.ProgramStarts, c.ProgramEnds}
			d.removed = c.RemovedAt
		}
		if then != nil {
			then()
		}
	})
}

func (d *assignments) render() app.UI {
	w := &ui.Dialog{ID: "number-assignments", Open: d.of != "", Cancel: ui.T("ui.close"), OnClose: func(app.Context) { d.close() }}
	if d.of == "" {
		return w
	}
	w.Title = ui.T("place.assignments")
	if !d.removed.IsZero() {
		w.Lead = ui.T("place.was_removed", "when", momentInText(d.removed))
	}
	w.Body = func() []app.UI {
		return []app.UI{&ui.Description{Terms: d.terms()}, d.renderHistory()}
	}
	return w
}

func (d *assignments) terms() []ui.Term {
	f := &d.facts
	unit, program, lasts, name := f.Unit, f.Program, "–", f.Name
	if unit == "" {
		unit = ui.T("place.in_no_unit")
	}
	if program == "" {
		program = ui.T("place.in_no_program")
	} else {
		lasts = duration(f.Starts, f.Ends)
	}
	if name == "" {
		name = "–"
	}
	return []ui.Term{
		{Label: ui.T("number.column.number"), Text: f.Number.International()}, {Label: ui.T("place.business"), Text: f.Business},
		{Label: ui.T("number.column.business_unit"), Text: unit}, {Label: ui.T("number.column.program"), Text: program},
		{Label: ui.T("number.column.display_name"), Text: name}, {Label: ui.T("place.duration"), Text: lasts}}
}
