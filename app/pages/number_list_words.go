package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listWords are what a list can be added to or taken from, as far as the person may see it.
type listWords struct {
	purposes []number.Purpose
	units    []number.Unit
	programs []number.Program
	err      error // of the newest load
	has      bool
}

// loadWords takes them from the copy in this browser, or asks the server.
func (p *NumberList) loadWords(ctx app.Context, background bool) {
	w := &p.words
	if p.wordsHere() {
		return
	}
	in, s := p.At.OrgIn(), p.At.Session
	client.Load(ctx, s, api.ListPurposes, in, background, func(_ app.Context, out api.Purposes, err error) {
		w.err = err
		if err == nil {
			w.purposes, w.has = out.Purposes, true
		}
	})
	if p.At.Can(perm.BusinessUnitsView) {
		client.Load(ctx, s, api.ListUnits, in, background, func(_ app.Context, out api.Units, err error) {
			if err != nil {
				return
			}
			w.units = w.units[:0:0]
			for i := range out.Units {
				w.units = append(w.units, out.Units[i].Unit)
			}
		})
	}
	if p.At.Can(perm.ProgramsView) {
		client.Load(ctx, s, api.ListPrograms, api.ProgramsIn{Org: in}, background, func(_ app.Context, out api.Programs, err error) {
			if err != nil {
				return
			}
			w.programs = w.programs[:0:0]
			for i := range out.Programs {
				w.programs = append(w.programs, out.Programs[i].Program)
			}
		})
	}
}

// wordsHere takes them from the copy. It reports false while the copy has none.
func (p *NumberList) wordsHere() bool {
	if p.desk == nil {
		return false
	}
	purposes := p.desk.Purposes()
	if len(purposes) == 0 {
		return false
	}
	p.words = listWords{purposes: purposes, units: p.desk.Units(), programs: p.desk.Programs(), has: true}
	return true
}

// purpose is one by its key, nil when it is not known.
func (w *listWords) purpose(key string) *number.Purpose {
	for i := range w.purposes {
		if w.purposes[i].Key == key {
			return &w.purposes[i]
		}
	}
	return nil
}

func (w *listWords) program(o *listOptions) *number.Program {
	for i := range w.programs {
		if w.programs[i].ID == o.Program {
			return &w.programs[i]
		}
	}
	return nil
}

// place is where numbers stand, in words: "Acme France, Winter 2026".
func (w *listWords) place(at number.Place) string {
	unit, program := "", ""
	for _, u := range w.units {
		if u.ID == at.BusinessUnit {
			unit = u.Name
		}
	}
	for _, x := range w.programs {
		if x.ID == at.Program {
			program = x.DisplayName
		}
	}
	switch {
	case at.BusinessUnit == "":
		return ui.T("numbers.no_unit")
	case unit == "":
		return ui.T("numlist.another_unit")
	case program == "":
		return unit
	}
	return unit + ", " + program
}

// purposeOptions are those that can be chosen.
func (w *listWords) purposeOptions(chosen string) []ui.Option {
	options := []ui.Option{{Label: ui.T("numlist.choose")}}
	for i := range w.purposes {
		if x := &w.purposes[i]; !x.Retired || x.Key == chosen {
			options = append(options, ui.Option{Value: x.Key, Label: purposeName(x)})
		}
	}
	return options
}

func (w *listWords) unitOptions(none string) []ui.Option {
	options := []ui.Option{{Label: none}}
	for _, u := range w.units {
		options = append(options, ui.Option{Value: string(u.ID), Label: u.Name})
	}
	return options
}

// programOptions are those of the chosen unit, or of all with the unit's name; to add to, only those that are not over.
func (w *listWords) programOptions(o *listOptions, none string, over bool) []ui.Option {
	options, now := []ui.Option{{Label: none}}, ui.ServerNow()
	for i := range w.programs {
		x := &w.programs[i]
		if o.BusinessUnit != "" && x.BusinessUnit != o.BusinessUnit || !over && x.Ended(now) {
			continue
		}
		label := x.DisplayName
		if o.BusinessUnit == "" {
			label = ui.T("numlist.program_of", "program", x.DisplayName, "unit", w.place(number.Place{BusinessUnit: x.BusinessUnit}))
		}
		options = append(options, ui.Option{Value: string(x.ID), Label: label})
	}
	return options
}
