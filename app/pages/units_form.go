package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// unitForm is the dialog that makes a business unit, or renames one.
type unitForm struct {
	open    bool
	was     number.Unit // as the person knows it; without an id for a new one
	name    string
	theirs  *number.Unit // as somebody else has renamed it meanwhile, until the person has chosen
	gone    bool         // somebody has deleted it
	wrong   string
	problem string
	busy    bool
}

func (f *unitForm) show(of *api.Unit) {
	*f = unitForm{open: true}
	if of != nil {
		f.was, f.name = of.Unit, of.Name
	}
}

func (f *unitForm) dirty() bool { return f.open && f.name != f.was.Name }

func (f *unitForm) typed() []client.Unsent {
	if !f.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("number.column.business_unit"), Text: f.name}}
}

// follow takes over what others have made of the unit, where the person has typed nothing else.
func (f *unitForm) follow(p *placeBook) {
	if !f.open || f.was.ID == "" || f.busy {
		return
	}
	if now := p.shown.value.unit(f.was.ID); now == nil {
		f.gone = true
	} else if now.Ver > f.was.Ver {
		f.meet(now.Unit)
	}
}

// meet compares what is typed with what somebody else has made of the unit.
func (f *unitForm) meet(now number.Unit) {
	if f.name == f.was.Name {
		f.name = now.Name
	}
	if now.Name == f.was.Name || now.Name == f.name {
		f.was, f.theirs = now, nil
		return
	}
	f.theirs = &now
}

// keep goes on with what is typed, take with what stands there.
func (f *unitForm) keep() { f.was, f.theirs = *f.theirs, nil }
func (f *unitForm) take() { f.was, f.name, f.theirs = *f.theirs, f.theirs.Name, nil }

// cannotSave is the reason in the button, "" when it works.
func (f *unitForm) cannotSave(p *placeBook) string {
	switch {
	case f.gone:
		return ui.T("place.unit_gone")
	case f.theirs != nil:
		return ui.T("profile.choose_first")
	}
	return offlineReason(p.at)
}

func (f *unitForm) render(p *placeBook) app.UI {
	d := &ui.Dialog{ID: "unit-edit", Open: f.open, Dirty: f.dirty(), OnClose: func(app.Context) { *f = unitForm{} }}
	if !f.open {
		return d
	}
	act := ui.T("place.create")
	if d.Title = ui.T("place.new_unit"); f.was.ID != "" {
		d.Title, act = ui.T("place.rename_title", "name", f.was.Name), ui.T("numbers.save")
	}
	d.Body = func() []app.UI {
		notice := formError(f.problem)
		switch {
		case f.gone:
			notice = &ui.Banner{Tone: ui.Warn, Text: ui.T("place.unit_gone")}
		case f.theirs != nil:
			notice = meanwhile(p, []ui.Term{{Label: ui.T("place.name"), Text: f.theirs.Name}}, "unit-send", f.keep, f.take)
		}
		return []app.UI{ui.Stack(slot(notice), &ui.Field{ID: "unit-name", Label: ui.T("place.name"), Value: f.name, MaxLength: number.MaxUnitName, Required: true,
			Autocomplete: "off", Error: f.wrong, OnInput: func(_ app.Context, v string) { f.name, f.wrong = v, "" }})}
	}
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "unit-send", Label: act, Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: f.cannotSave(p)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, p) }
	return d
}

// meanwhile asks what is to count when somebody else has changed the same; then the focus goes to the button next.
func meanwhile(p *placeBook, now []ui.Term, next string, keep, take func()) app.UI {
	button := func(id, label string, choose func()) app.UI {
		return &ui.Button{ID: id, Label: label, Small: true, OnClick: func(app.Context, app.Event) {
			choose()
			ui.FocusLater(p.ctx, next) // of the page: the button goes, and what it defers with it
		}}
	}
	return &ui.Banner{Tone: ui.Warn, Title: ui.T("place.meanwhile"), Alert: true, Body: []app.UI{app.Div().Class("place-theirs").Body(&ui.Description{Terms: now})}, Actions: []app.UI{
		button("place-take", ui.T("place.take_theirs"), take), button("place-keep", ui.T("profile.keep_mine"), keep)}}
}

func (f *unitForm) submit(ctx app.Context, p *placeBook) {
	if f.busy || f.cannotSave(p) != "" {
		return
	}
	f.problem = ""
	name := strings.TrimSpace(f.name)
	if f.wrong = wrongName(name); f.wrong != "" {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	if f.was.ID == "" {
		in := api.CreateUnitIn{Org: p.at.OrgIn()}
		in.Body.Name = name
		client.Call(p.ctx, p.at.Session, api.CreateUnit, in, func(ctx app.Context, made api.Unit, err error) { f.done(ctx, p, &made, err) })
		return
	}
	in := api.RenameUnitIn{UnitIn: api.UnitIn{Org: p.at.OrgIn(), Unit: f.was.ID}}
	in.Body.Name, in.Body.Ver = name, f.was.Ver
	client.Call(p.ctx, p.at.Session, api.RenameUnit, in, func(ctx app.Context, now api.Unit, err error) { f.done(ctx, p, &now, err) })
}

// wrongName says what is wrong with the name of a unit or program, "" when nothing is.
func wrongName(name string) string {
	switch {
	case name == "":
		return ui.T("shell.needed")
	case number.CheckName(name, number.MaxUnitName) != "":
		return reasonText(number.InvalidName)
	}
	return ""
}

func (f *unitForm) done(ctx app.Context, p *placeBook, now *api.Unit, err error) {
	f.busy = false
	if err == nil {
		key := "place.unit_created"
		if f.was.ID != "" {
			key = "place.unit_renamed"
		}
		*f = unitForm{}
		ui.ShowToast(ui.Toast{Tone: ui.OK, Text: ui.T(key, "name", now.Name)})
		p.note(ctx, ownChange{unit: now})
		return
	}
	if f.was.ID != "" && metOthers(err, &f.gone, func(why string) { f.look(p, why) }) {
		return
	}
	wrong, problem := formFailure(err, "name")
	f.wrong, f.problem = wrong["name"], problem
	ui.FocusInvalid(ctx)
}

// metOthers reports whether a unit or a program was not saved because somebody else was first: look when they changed it,
// gone when they deleted it.
func metOthers(err error, gone *bool, look func(why string)) bool {
	switch e := client.Explain(err); {
	case e.State == "changed":
		look(e.Text)
	case e.Code == errs.NotFound:
		*gone = true
	default:
		return false
	}
	return true
}

// look fetches what somebody else has made of the unit.
func (f *unitForm) look(p *placeBook, why string) {
	f.busy = true
	client.Load(p.ctx, p.at.Session, api.ListUnits, p.at.OrgIn(), false, func(_ app.Context, out api.Units, err error) {
		f.busy = false
		if err != nil {
			_, f.problem = formFailure(err)
			return
		}
		if now := (&placeList{Units: out.Units}).unit(f.was.ID); now == nil {
			f.gone = true
		} else if f.meet(now.Unit); f.theirs == nil {
			f.problem = why
		}
	})
}
