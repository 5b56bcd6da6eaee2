package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// programForm is the dialog that makes a program, or changes one. It stays in its business unit.
type programForm struct {
	open    bool
	was     number.Program // as the person knows it; without an id for a new one
	now     programFields
	before  programFields
	theirs  *number.Program // as somebody else has changed it meanwhile, until the person has chosen
	gone    bool
	wrong   map[string]string
	problem string
	busy    bool
}

// programFields is what is typed; days are "2026-11-22", the last one included, "" for none.
type programFields struct {
	unit, name, purpose, starts, ends string
}

func fieldsOfProgram(p *number.Program) programFields {
	f := programFields{unit: string(p.BusinessUnit), name: p.DisplayName, purpose: p.CallPurpose}
	if !p.Starts.IsZero() {
		f.starts = client.Local(p.Starts).Format(time.DateOnly)
	}
	if !p.Ends.IsZero() {
		f.ends = client.Local(lastDay(p.Ends)).Format(time.DateOnly)
	}
	return f
}

// show opens the dialog with a program, or for a new one in a unit that may be "".
func (f *programForm) show(of *api.Program, unit id.BusinessUnit) {
	*f = programForm{open: true, before: programFields{unit: string(unit)}}
	if of != nil {
		f.was, f.before = of.Program, fieldsOfProgram(&of.Program)
	}
	f.now = f.before
}

func (f *programForm) dirty() bool { return f.open && f.now != f.before }

func (f *programForm) typed() []client.Unsent {
	if !f.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("number.column.program"), Text: strings.TrimSpace(f.now.name + "\n" + f.now.starts + "\n" + f.now.ends)}}
}

// follow takes over what others have made of the program, where the person has typed nothing else.
func (f *programForm) follow(p *placeBook) {
	if !f.open || f.was.ID == "" || f.busy {
		return
	}
	if now := p.shown.value.program(f.was.ID); now == nil {
		f.gone = true
	} else if now.Ver > f.was.Ver {
		f.meet(now.Program)
	}
}

// meet brings together what is typed and what somebody else has made of the program: each field that only one of them
// has changed stands as changed. It asks when both have changed the same one.
func (f *programForm) meet(now number.Program) {
	theirs, clash := fieldsOfProgram(&now), false
	for _, x := range [][3]*string{{&f.now.name, &f.before.name, &theirs.name}, {&f.now.purpose, &f.before.purpose, &theirs.purpose},
		{&f.now.starts, &f.before.starts, &theirs.starts}, {&f.now.ends, &f.before.ends, &theirs.ends}} {
		if *x[0] == *x[1] {
			*x[0], *x[1] = *x[2], *x[2]
		} else if *x[1] != *x[2] && *x[0] != *x[2] {
			clash = true
		}
	}
	if clash {
		f.theirs = &now
		return
	}
	f.was, f.before, f.theirs = now, theirs, nil
}

// keep goes on with what is typed, take with what stands there.
func (f *programForm) keep() { f.was, f.before, f.theirs = *f.theirs, fieldsOfProgram(f.theirs), nil }

func (f *programForm) take() {
	f.keep()
	f.now = f.before
}

// cannotSave is the reason in the button, "" when it works.
func (f *programForm) cannotSave(p *placeBook) string {
	switch {
	case f.gone:
		return ui.T("place.program_gone")
	case f.theirs != nil:
		return ui.T("profile.choose_first")
	}
	return offlineReason(p.at)
}

func (f *programForm) render(p *placeBook) app.UI {
	d := &ui.Dialog{ID: "program-edit", Open: f.open, Dirty: f.dirty(), OnClose: func(app.Context) { *f = programForm{} }}
	if !f.open {
		return d
	}
	act := ui.T("place.create")
	if d.Title = ui.T("place.new_program"); f.was.ID != "" {
		d.Title, act = ui.T("place.edit_title", "name", f.was.DisplayName), ui.T("numbers.save")
	}
	d.Body = func() []app.UI { return f.body(p) }
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "program-send", Label: act, Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: f.cannotSave(p)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, p) }
	return d
}

func (f *programForm) body(p *placeBook) []app.UI {
	list := &p.shown.value
	notice := formError(f.problem)
	switch {
	case f.gone:
		notice = &ui.Banner{Tone: ui.Warn, Text: ui.T("place.program_gone")}
	case f.theirs != nil:
		notice = meanwhile(p, []ui.Term{{Label: ui.T("number.column.display_name"), Text: f.theirs.DisplayName},
			{Label: ui.T("number.column.call_purpose"), Text: list.purpose(f.theirs.CallPurpose)},
			{Label: ui.T("place.duration"), Text: duration(f.theirs.Starts, f.theirs.Ends)}}, "program-send", f.keep, f.take)
	}
	set := func(field *string, wrong string) func(app.Context, string) {
		return func(_ app.Context, v string) { *field = v; delete(f.wrong, wrong) }
	}
	return []app.UI{ui.Stack(slot(notice), f.unit(list),
		&ui.Field{ID: "program-name", Label: ui.T("number.column.display_name"), Value: f.now.name, MaxLength: number.MaxUnitName, Required: true, Autocomplete: "off",
			Error: f.wrong["display_name"], OnInput: set(&f.now.name, "display_name")},
		&ui.Select{ID: "program-purpose", Label: ui.T("number.column.call_purpose"), Value: f.now.purpose, Options: f.purposes(list), Required: true,
			Error: f.wrong["call_purpose"], OnChange: set(&f.now.purpose, "call_purpose")},
		ui.Grid(
			&ui.Field{ID: "program-starts", Label: ui.T("place.first_day"), Kind: ui.Date, Value: f.now.starts, Optional: true, Hint: ui.T("place.first_day_hint"),
				Error: f.wrong["starts"], OnInput: set(&f.now.starts, "ends")},
			&ui.Field{ID: "program-ends", Label: ui.T("place.last_day"), Kind: ui.Date, Value: f.now.ends, Optional: true, Hint: ui.T("place.last_day_hint"),
				Error: f.wrong["ends"], OnInput: set(&f.now.ends, "ends")}))}
}

// unit chooses the business unit of a new program; that of one there is stands as text.
func (f *programForm) unit(list *placeList) app.UI {
	if f.was.ID != "" {
		name := ""
		if u := list.unit(f.was.BusinessUnit); u != nil {
			name = u.Name
		}
		return &ui.Description{Terms: []ui.Term{{Label: ui.T("number.column.business_unit"), Text: name}}}
	}
	options := []ui.Option{}
	if list.unit(id.BusinessUnit(f.now.unit)) == nil {
		options = append(options, ui.Option{Value: f.now.unit, Label: ui.T("place.choose")})
	}
	for i := range list.Units {
		options = append(options, ui.Option{Value: string(list.Units[i].ID), Label: list.Units[i].Name})
	}
	return &ui.Select{ID: "program-unit", Label: ui.T("number.column.business_unit"), Value: f.now.unit, Options: options, Required: true, Error: f.wrong["business_unit"],
		OnChange: func(_ app.Context, v string) { f.now.unit = v; delete(f.wrong, "business_unit") }}
}

// purposes are those that a program can have: none that never places calls, none that was retired but its own.
func (f *programForm) purposes(list *placeList) []ui.Option {
	options, known := []ui.Option{}, false
	for i := range list.Purposes {
		x := &list.Purposes[i]
		if x.NeverPlaces || x.Retired && x.Key != f.before.purpose {
			continue
		}
		options = append(options, ui.Option{Value: x.Key, Label: purposeName(x)})
		known = known || x.Key == f.now.purpose
	}
	if !known {
		label := ui.T("place.choose")
		if f.now.purpose != "" {
			label = list.purpose(f.now.purpose)
		}
		options = append([]ui.Option{{Value: f.now.purpose, Label: label}}, options...)
	}
	return options
}

// times are the moments of the days that are typed. A day that the person has left keeps its moment.
func (f *programForm) times() (starts, ends time.Time) {
	shown := fieldsOfProgram(&f.was)
	if starts = f.was.Starts; f.now.starts != shown.starts {
		starts, _ = localDay(f.now.starts)
	}
	if ends = f.was.Ends; f.now.ends != shown.ends {
		if ends = (time.Time{}); f.now.ends != "" {
			ends, _ = localDay(dayAfter(f.now.ends))
		}
	}
	return starts, ends
}

// dayAfter is the day after "2026-11-22"; "" after what is no day.
func dayAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// check says what is wrong before the server does.
func (f *programForm) check(list *placeList) {
	f.wrong, f.problem = map[string]string{}, ""
	if f.was.ID == "" && list.unit(id.BusinessUnit(f.now.unit)) == nil {
		f.wrong["business_unit"] = ui.T("shell.needed")
	}
	if w := wrongName(strings.TrimSpace(f.now.name)); w != "" {
		f.wrong["display_name"] = w
	}
	if f.now.purpose == "" {
		f.wrong["call_purpose"] = ui.T("shell.needed")
	}
	if f.now.starts != "" && f.now.ends != "" && f.now.ends < f.now.starts {
		f.wrong["ends"] = ui.T("place.ends_before")
	}
}

func (f *programForm) submit(ctx app.Context, p *placeBook) {
	if f.busy || f.cannotSave(p) != "" {
		return
	}
	if f.check(&p.shown.value); len(f.wrong) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	body := api.ProgramBody{DisplayName: strings.TrimSpace(f.now.name), CallPurpose: f.now.purpose}
	body.Starts, body.Ends = f.times()
	f.busy = true
	if f.was.ID == "" {
		in := api.CreateProgramIn{Org: p.at.OrgIn()}
		in.Body.ProgramBody, in.Body.BusinessUnit = body, id.BusinessUnit(f.now.unit)
		client.Call(p.ctx, p.at.Session, api.CreateProgram, in, func(ctx app.Context, made api.Program, err error) { f.done(ctx, p, &made, err) })
		return
	}
	in := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: p.at.OrgIn(), Program: f.was.ID}}
	in.Body.ProgramBody, in.Body.Ver = body, f.was.Ver
	client.Call(p.ctx, p.at.Session, api.UpdateProgram, in, func(ctx app.Context, now api.Program, err error) { f.done(ctx, p, &now, err) })
}

func (f *programForm) done(ctx app.Context, p *placeBook, now *api.Program, err error) {
	f.busy = false
	if err == nil {
		key := "place.program_created"
		if f.was.ID != "" {
			key = "place.program_saved"
		}
		*f = programForm{}
		ui.ShowToast(ui.Toast{Tone: ui.OK, Text: ui.T(key, "name", now.DisplayName)})
		p.note(ctx, ownChange{program: now})
		return
	}
	if f.was.ID != "" && metOthers(err, &f.gone, func(why string) { f.look(p, why) }) {
		return
	}
	f.wrong, f.problem = formFailure(err, "business_unit", "display_name", "call_purpose", "starts", "ends")
	ui.FocusInvalid(ctx)
}

// look fetches what somebody else has made of the program.
func (f *programForm) look(p *placeBook, why string) {
	f.busy = true
	client.Load(p.ctx, p.at.Session, api.ListPrograms, api.ProgramsIn{Org: p.at.OrgIn()}, false, func(_ app.Context, out api.Programs, err error) {
		f.busy = false
		if err != nil {
			_, f.problem = formFailure(err)
			return
		}
		if now := (&placeList{Programs: out.Programs}).program(f.was.ID); now == nil {
			f.gone = true
		} else if f.meet(now.Program); f.theirs == nil {
			f.problem = why
		}
	})
}
