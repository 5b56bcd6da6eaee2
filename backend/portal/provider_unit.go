package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

// Business units and programs as the provider's systems keep them: by name. What happens to them is what happens when staff
// do it.

// unitNamed is the organization's business unit of a name; NotFound when there is none.
func (tx *Tx) unitNamed(name string) (*number.Unit, error) {
	list, err := tx.BusinessUnits(tx, tx.Org)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if store.NameKey(list[i].Name) == store.NameKey(name) {
			return &list[i], nil
		}
	}
	return nil, notFound()
}

// programNamed is the program of a name in a business unit; NotFound when there is none.
func (tx *Tx) programNamed(u id.BusinessUnit, name string) (*number.Program, error) {
	list, err := tx.Programs(tx, tx.Org)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].BusinessUnit == u && store.NameKey(list[i].DisplayName) == store.NameKey(name) {
			return &list[i], nil
		}
	}
	return nil, notFound()
}

// ListProviderUnits are the business units by name.
func (s *Service) ListProviderUnits(tx *Tx, in *api.Referred) (api.ProviderUnits, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderUnits{}, err
	}
	list, err := s.ListUnits(tx, &api.Org{Org: k.ID})
	if err != nil {
		return api.ProviderUnits{}, err
	}
	out := api.ProviderUnits{Units: []api.ProviderUnit{}}
	for i := range list.Units {
		out.Units = append(out.Units, toldUnit(&list.Units[i]))
	}
	return out, nil
}

func toldUnit(u *api.Unit) api.ProviderUnit {
	return api.ProviderUnit{Name: u.Name, Programs: u.Programs, Numbers: u.Numbers}
}

// PutProviderUnit sees to it that a business unit is there, with its name written as in the path.
func (s *Service) PutProviderUnit(tx *Tx, in *api.ProviderUnitIn) (out api.PutUnitAnswer, err error) {
	k, err := tx.activeReferred(in.Reference)
	if err != nil {
		return out, err
	}
	before, err := tx.unitNamed(in.Unit)
	var u api.Unit
	switch {
	case errs.Is(err, errs.NotFound):
		wish := api.CreateUnitIn{Org: api.Org{Org: k.ID}}
		wish.Body.Name, out.Created = in.Unit, true
		u, err = s.CreateUnit(tx, &wish)
	case err == nil:
		wish := api.RenameUnitIn{UnitIn: api.UnitIn{Org: api.Org{Org: k.ID}, Unit: before.ID}}
		wish.Body.Name, wish.Body.Ver = in.Unit, before.Ver
		u, err = s.RenameUnit(tx, &wish)
	}
	if err != nil {
		return out, located(err, "name", "path.unit")
	}
	out.ProviderUnit = toldUnit(&u)
	return out, nil
}

// DeleteProviderUnit sees to it that there is no such business unit.
func (s *Service) DeleteProviderUnit(tx *Tx, in *api.ProviderUnitIn) (api.None, error) {
	k, err := tx.activeReferred(in.Reference)
	if err != nil {
		return api.None{}, err
	}
	u, err := tx.unitNamed(in.Unit)
	if err != nil {
		return api.None{}, goneAlready(err)
	}
	return s.DeleteUnit(tx, &api.UnitIn{Org: api.Org{Org: k.ID}, Unit: u.ID})
}

// goneAlready is no error where what was to be deleted is not there.
func goneAlready(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// ListProviderPrograms are the programs of a business unit by name.
func (s *Service) ListProviderPrograms(tx *Tx, in *api.ProviderUnitIn) (api.ProviderPrograms, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderPrograms{}, err
	}
	u, err := tx.unitNamed(in.Unit)
	if err != nil {
		return api.ProviderPrograms{}, err
	}
	list, err := s.ListPrograms(tx, &api.ProgramsIn{Org: api.Org{Org: k.ID}, Unit: u.ID})
	if err != nil {
		return api.ProviderPrograms{}, err
	}
	out := api.ProviderPrograms{Programs: []api.ProviderProgram{}}
	for i := range list.Programs {
		out.Programs = append(out.Programs, toldProgram(u, &list.Programs[i]))
	}
	return out, nil
}

func toldProgram(u *number.Unit, p *api.Program) api.ProviderProgram {
	return api.ProviderProgram{BusinessUnit: u.Name, DisplayName: p.DisplayName, CallPurpose: p.CallPurpose, Starts: p.Starts, Ends: p.Ends,
		Numbers: p.Numbers}
}

// PutProviderProgram makes a program in a business unit, or says how it is to be.
func (s *Service) PutProviderProgram(tx *Tx, in *api.PutProgramIn) (out api.PutProgramAnswer, err error) {
	k, err := tx.activeReferred(in.Reference)
	if err != nil {
		return out, err
	}
	u, err := tx.unitNamed(in.Unit)
	if err != nil {
		return out, err
	}
	body := api.ProgramBody{DisplayName: in.Program, CallPurpose: in.Body.CallPurpose, Starts: in.Body.Starts, Ends: in.Body.Ends}
	before, err := tx.programNamed(u.ID, in.Program)
	var p api.Program
	switch {
	case errs.Is(err, errs.NotFound):
		wish := api.CreateProgramIn{Org: api.Org{Org: k.ID}}
		wish.Body.ProgramBody, wish.Body.BusinessUnit, out.Created = body, u.ID, true
		p, err = s.CreateProgram(tx, &wish)
	case err == nil:
		wish := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: api.Org{Org: k.ID}, Program: before.ID}}
		wish.Body.ProgramBody, wish.Body.Ver = body, before.Ver
		p, err = s.UpdateProgram(tx, &wish)
	}
	if err != nil {
		return out, located(err, "display_name", "path.program")
	}
	out.ProviderProgram = toldProgram(u, &p)
	return out, nil
}

// DeleteProviderProgram sees to it that there is no such program.
func (s *Service) DeleteProviderProgram(tx *Tx, in *api.ProviderProgramIn) (api.None, error) {
	k, err := tx.activeReferred(in.Reference)
	if err != nil {
		return api.None{}, err
	}
	u, err := tx.unitNamed(in.Unit)
	if err != nil {
		return api.None{}, goneAlready(err)
	}
	p, err := tx.programNamed(u.ID, in.Program)
	if err != nil {
		return api.None{}, goneAlready(err)
	}
	return s.DeleteProgram(tx, &api.ProgramIn{Org: api.Org{Org: k.ID}, Program: p.ID})
}
