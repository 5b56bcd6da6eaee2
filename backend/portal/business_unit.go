package portal

import (
	"cmp"
	"slices"
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Business units: the level between an organization and its programs. Customers with the right manage them, as do agents
// in a support session and the provider's leads.

// mostUnits is how many business units an organization may have.
const mostUnits = 1000

// ListUnits are the organization's business units by name, with what stands in them.
func (s *Service) ListUnits(tx *Tx, in *api.Org) (api.Units, error) {
	if _, err := tx.Organization(tx, in.Org); err != nil {
		return api.Units{}, err
	}
	units, err := tx.BusinessUnits(tx, in.Org)
	if err != nil {
		return api.Units{}, err
	}
	programs, err := tx.Programs(tx, in.Org)
	if err != nil {
		return api.Units{}, err
	}
	numbers, err := tx.NumbersByUnit(tx, in.Org)
	if err != nil {
		return api.Units{}, err
	}
	within := map[id.BusinessUnit]int{}
	for i := range programs {
		within[programs[i].BusinessUnit]++
	}
	out := api.Units{Units: make([]api.Unit, 0, len(units))}
	for _, u := range units {
		out.Units = append(out.Units, api.Unit{Unit: u, Programs: within[u.ID], Numbers: numbers[u.ID]})
	}
	slices.SortStableFunc(out.Units, func(a, b api.Unit) int { return cmp.Compare(number.SearchKey(a.Name), number.SearchKey(b.Name)) })
	return out, nil
}

// CreateUnit makes a business unit.
func (s *Service) CreateUnit(tx *Tx, in *api.CreateUnitIn) (api.Unit, error) {
	name, err := cleanPlaceName("name", in.Body.Name)
	if err != nil {
		return api.Unit{}, err
	}
	if _, err := tx.Organization(tx, tx.Org); err != nil {
		return api.Unit{}, err
	}
	units, err := tx.BusinessUnits(tx, tx.Org)
	if err != nil {
		return api.Unit{}, err
	}
	if len(units) >= mostUnits {
		return api.Unit{}, errs.InState("full", "business_unit.error.too_many", "max", mostUnits)
	}
	u := number.Unit{ID: newID[id.BusinessUnit](tx), Name: name}
	if u.Ver, err = tx.putStep(replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Unit: &u}); err != nil {
		return api.Unit{}, err
	}
	if err := tx.AddBusinessUnit(tx, tx.Org, &u); err != nil {
		return api.Unit{}, unitTaken(err)
	}
	return api.Unit{Unit: u}, tx.recordStep(audit.UnitCreated, string(u.ID), map[string]string{"name": u.Name})
}

// RenameUnit gives a business unit another name.
func (s *Service) RenameUnit(tx *Tx, in *api.RenameUnitIn) (api.Unit, error) {
	name, err := cleanPlaceName("name", in.Body.Name)
	if err != nil {
		return api.Unit{}, err
	}
	u, err := tx.BusinessUnit(tx, tx.Org, in.Unit)
	if err != nil {
		return api.Unit{}, err
	}
	if u.Ver != in.Body.Ver {
		return api.Unit{}, changedSince()
	}
	if name != u.Name {
		before := u.Name
		u.Name = name
		if u.Ver, err = tx.putStep(replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Unit: u}); err != nil {
			return api.Unit{}, err
		}
		if err := tx.SaveBusinessUnit(tx, tx.Org, u); err != nil {
			return api.Unit{}, unitTaken(err)
		}
		if err := tx.recordStep(audit.UnitChanged, string(u.ID), map[string]string{"name": u.Name, "from": before, "to": u.Name}); err != nil {
			return api.Unit{}, err
		}
	}
	programs, numbers, err := tx.StandingInUnit(tx, tx.Org, u.ID)
	return api.Unit{Unit: *u, Programs: programs, Numbers: numbers}, err
}

// DeleteUnit deletes a business unit in which nothing stands.
func (s *Service) DeleteUnit(tx *Tx, in *api.UnitIn) (api.None, error) {
	u, err := tx.BusinessUnit(tx, tx.Org, in.Unit)
	if err != nil {
		return api.None{}, err
	}
	programs, numbers, err := tx.StandingInUnit(tx, tx.Org, u.ID)
	if err != nil {
		return api.None{}, err
	}
	if programs > 0 || numbers > 0 {
		return api.None{}, errs.InState("in_use", "business_unit.error.in_use", "programs", programs, "numbers", numbers)
	}
	if _, err := tx.putStep(replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Del: true}); err != nil {
		return api.None{}, err
	}
	if err := tx.DeleteBusinessUnit(tx, tx.Org, u.ID); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordStep(audit.UnitDeleted, string(u.ID), map[string]string{"name": u.Name})
}

func unitTaken(err error) error {
	if store.IsUnique(err) {
		return errs.BadField("name", "business_unit.error.taken")
	}
	return err
}

// cleanPlaceName checks the name of a unit or program: one line.
func cleanPlaceName(path, s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || number.CheckName(s, number.MaxUnitName) != "" {
		return "", errs.BadField(path, "number.error.name", "max", number.MaxUnitName)
	}
	return s, nil
}
