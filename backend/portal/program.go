package portal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Programs: what a unit's numbers are assigned to. A program never moves to another unit: with it its numbers would leave
// theirs, which is an assignment and told by the numbers' own history.

// mostPrograms is how many programs an organization may have.
const mostPrograms = 5000

// ListPrograms are the organization's programs by name, with how many numbers stand in them.
func (s *Service) ListPrograms(tx *Tx, in *api.ProgramsIn) (api.Programs, error) {
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return api.Programs{}, err
	}
	if in.Unit != "" && !id.Valid(in.Unit) {
		return api.Programs{}, errs.BadField("query.business_unit", "error.invalid")
	}
	list, err := tx.Programs(tx, in.Org.Org)
	if err != nil {
		return api.Programs{}, err
	}
	numbers, err := tx.NumbersByProgram(tx, in.Org.Org)
	if err != nil {
		return api.Programs{}, err
	}
	out := api.Programs{Programs: []api.Program{}}
	for _, p := range list {
		if in.Unit == "" || p.BusinessUnit == in.Unit {
			out.Programs = append(out.Programs, api.Program{Program: p, Numbers: numbers[p.ID]})
		}
	}
	slices.SortStableFunc(out.Programs, func(a, b api.Program) int {
		return cmp.Compare(number.SearchKey(a.DisplayName), number.SearchKey(b.DisplayName))
	})
	return out, nil
}

// CreateProgram makes a program in a business unit.
func (s *Service) CreateProgram(tx *Tx, in *api.CreateProgramIn) (api.Program, error) {
	if _, err := tx.Organization(tx, tx.Org); err != nil {
		return api.Program{}, err
	}
	u, err := tx.BusinessUnit(tx, tx.Org, in.Body.BusinessUnit)
	if errs.Is(err, errs.NotFound) {
		return api.Program{}, errs.BadField("business_unit", "program.error.unit")
	}
	if err != nil {
		return api.Program{}, err
	}
	p := number.Program{ID: newID[id.Program](tx), BusinessUnit: u.ID}
	if err := tx.describeProgram(&p, &in.Body.ProgramBody); err != nil {
		return api.Program{}, err
	}
	n, err := tx.CountPrograms(tx, tx.Org)
	if err != nil {
		return api.Program{}, err
	}
	if n >= mostPrograms {
		return api.Program{}, errs.InState("full", "program.error.too_many", "max", mostPrograms)
	}
	if p.Ver, err = tx.putStep(replica.Change{Kind: replica.KindProgram, ID: string(p.ID), Program: &p}); err != nil {
		return api.Program{}, err
	}
	if err := tx.AddProgram(tx, tx.Org, &p); err != nil {
		return api.Program{}, programTaken(err)
	}
	return api.Program{Program: p}, tx.recordStep(audit.ProgramCreated, string(p.ID), map[string]string{"name": p.DisplayName, "business_unit": u.Name})
}

// UpdateProgram changes what can change of a program.
func (s *Service) UpdateProgram(tx *Tx, in *api.UpdateProgramIn) (api.Program, error) {
	before, err := tx.Program(tx, tx.Org, in.Program)
	if err != nil {
		return api.Program{}, err
	}
	if before.Ver != in.Body.Ver {
		return api.Program{}, changedSince()
	}
	p := *before
	if err := tx.describeProgram(&p, &in.Body.ProgramBody); err != nil {
		return api.Program{}, err
	}
	if p != *before {
		if p.Ver, err = tx.putStep(replica.Change{Kind: replica.KindProgram, ID: string(p.ID), Program: &p}); err != nil {
			return api.Program{}, err
		}
		if err := tx.SaveProgram(tx, tx.Org, &p); err != nil {
			return api.Program{}, programTaken(err)
		}
		detail := programChanges(before, &p)
		if err := tx.tellPurposes(detail, before, &p); err != nil {
			return api.Program{}, err
		}
		if err := tx.recordStep(audit.ProgramChanged, string(p.ID), detail); err != nil {
			return api.Program{}, err
		}
	}
	numbers, err := tx.StandingInProgram(tx, tx.Org, p.ID)
	return api.Program{Program: p, Numbers: numbers}, err
}

// DeleteProgram deletes a program without numbers.
func (s *Service) DeleteProgram(tx *Tx, in *api.ProgramIn) (api.None, error) {
	p, err := tx.Program(tx, tx.Org, in.Program)
	if err != nil {
		return api.None{}, err
	}
	numbers, err := tx.StandingInProgram(tx, tx.Org, p.ID)
	if err != nil {
		return api.None{}, err
	}
	if numbers > 0 {
		return api.None{}, errs.InState("in_use", "program.error.in_use", "n", numbers)
	}
	if _, err := tx.putStep(replica.Change{Kind: replica.KindProgram, ID: string(p.ID), Del: true}); err != nil {
		return api.None{}, err
	}
	if err := tx.Tx.DeleteProgram(tx, tx.Org, p.ID); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordStep(audit.ProgramDeleted, string(p.ID), map[string]string{"name": p.DisplayName})
}

// describeProgram takes what is said of a program. A purpose that it has may have been retired since.
func (tx *Tx) describeProgram(p *number.Program, b *api.ProgramBody) (err error) {
	if p.DisplayName, err = cleanPlaceName("display_name", b.DisplayName); err != nil {
		return err
	}
	if b.CallPurpose != p.CallPurpose {
		purpose, err := tx.Purpose(tx, b.CallPurpose)
		switch {
		case errs.Is(err, errs.NotFound) || err == nil && purpose.Retired:
			return errs.BadField("call_purpose", "number.reason."+string(number.UnknownCallPurpose))
		case err != nil:
			return err
		case purpose.NeverPlaces:
			return errs.BadField("call_purpose", "number.reason."+string(number.DoNotOriginateInProgram))
		}
		p.CallPurpose = purpose.Key
	}
	p.Starts, p.Ends = wholeMillisecond(b.Starts), wholeMillisecond(b.Ends)
	if p.Starts.Year() > 9999 || p.Ends.Year() > 9999 {
		return errs.BadField("ends", "error.invalid")
	}
	if !p.Ends.IsZero() && !p.Starts.IsZero() && !p.Ends.After(p.Starts) {
		return errs.BadField("ends", "program.error.ends")
	}
	return nil
}

// wholeMillisecond is a time as the store keeps it.
func wholeMillisecond(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

func programTaken(err error) error {
	if store.IsUnique(err) {
		return errs.BadField("display_name", "program.error.taken")
	}
	return err
}

// programChanges tells what became of a program, for the record.
func programChanges(before, now *number.Program) map[string]string {
	detail := map[string]string{"name": now.DisplayName}
	var what []string
	for _, f := range [][3]string{{"display_name", before.DisplayName, now.DisplayName}, {"call_purpose", before.CallPurpose, now.CallPurpose},
		{"starts", timeText(before.Starts), timeText(now.Starts)}, {"ends", timeText(before.Ends), timeText(now.Ends)}} {
		if f[1] != f[2] {
			what = append(what, f[0])
			detail["from."+f[0]], detail["to."+f[0]] = f[1], f[2]
		}
	}
	detail["what"] = strings.Join(what, ", ")
	return detail
}

// tellPurposes adds what people call the call purposes between which a program changed.
func (tx *Tx) tellPurposes(detail map[string]string, before, now *number.Program) error {
	if before.CallPurpose == now.CallPurpose {
		return nil
	}
	for field, key := range map[string]string{"from.call_purpose": before.CallPurpose, "to.call_purpose": now.CallPurpose} {
		p, err := tx.Purpose(tx, key)
		if err != nil {
			return err
		}
		inventory.TellPurpose(detail, field, p)
	}
	return nil
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
