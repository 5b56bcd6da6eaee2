package pages

import (
	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/number"
)

// purposeOf is what a number is for, in the person's language.
func (p *Numbers) purposeOf(n *number.Number) string {
	if label := p.names.purposes[n.CallPurpose]; label != "" {
		return label
	}
	return n.CallPurpose
}

func (p *Numbers) unitOf(n *number.Number) string { return p.names.units[n.BusinessUnit] }

func (p *Numbers) programOf(n *number.Number) string { return p.names.programs[n.Program] }

// placeOf is where a number stands: "Acme France, Winter 2026".
func (p *Numbers) placeOf(n *number.Number) string {
	switch unit, program := p.unitOf(n), p.programOf(n); {
	case unit == "":
		return ui.T("numbers.no_unit")
	case program == "":
		return unit
	default:
		return unit + ", " + program
	}
}

// numberNames are what the rows of a list refer to by an id.
type numberNames struct {
	purposes map[string]string
	units    map[id.BusinessUnit]string
	programs map[id.Program]string
}

func namesAt(d numberDesk) numberNames {
	n := numberNames{map[string]string{}, map[id.BusinessUnit]string{}, map[id.Program]string{}}
	for _, x := range d.Purposes() {
		n.purposes[x.Key] = purposeName(&x)
	}
	for _, x := range d.Units() {
		n.units[x.ID] = x.Name
	}
	for _, x := range d.Programs() {
		n.programs[x.ID] = x.DisplayName
	}
	return n
}

// placeOptions are the units to choose from, and the programs of the chosen one that are not over; where a number stands
// now can always stay.
func (p *Numbers) placeOptions(unit, standsUnit, standsProgram string) (units, programs []ui.Option) {
	units = []ui.Option{{Label: ui.T("numbers.no_unit")}}
	for _, u := range p.desk.Units() {
		units = append(units, ui.Option{Value: string(u.ID), Label: u.Name})
	}
	if standsUnit != "" && standsUnit != unchanged && p.names.units[id.BusinessUnit(standsUnit)] == "" {
		units = append(units, ui.Option{Value: standsUnit, Label: ui.T("numbers.gone_unit")})
	}
	programs = []ui.Option{{Label: ui.T("numbers.no_program")}}
	now := ui.ServerNow()
	for _, x := range p.desk.Programs() {
		if string(x.BusinessUnit) == unit && (!x.Ended(now) || string(x.ID) == standsProgram) {
			programs = append(programs, ui.Option{Value: string(x.ID), Label: x.DisplayName})
		}
	}
	return units, programs
}

func placeFrom(unit, program string) *number.Place {
	return &number.Place{BusinessUnit: id.BusinessUnit(unit), Program: id.Program(program)}
}
