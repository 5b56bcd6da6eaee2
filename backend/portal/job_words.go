package portal

import (
	"strings"
	"unicode"

	"countersign/backend/store"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// jobWords are what the words in a file's columns mean in the organization at this time.
type jobWords struct {
	job      *store.Job
	purposes map[string]string // key of a name → key
	units    map[string]id.BusinessUnit
	programs map[string][]number.Program
}

// jobWords looks up only what the rows speak of.
func (tx *Tx) jobWords(j *store.Job, rows []jobRow, at []int) (*jobWords, error) {
	w := &jobWords{job: j}
	var purposes, units, programs bool
	for _, i := range at {
		purposes, units, programs = purposes || rows[i].purpose != "", units || rows[i].unit != "", programs || rows[i].program != ""
	}
	if purposes {
		list, err := tx.Purposes(tx)
		if err != nil {
			return nil, err
		}
		w.purposes = map[string]string{}
		for _, p := range list {
			for _, label := range p.Labels {
				w.purposes[wordKey(label)] = p.Key
			}
		}
		for _, p := range list { // a key means itself, whatever labels there are
			w.purposes[wordKey(p.Key)] = p.Key
		}
	}
	if units {
		list, err := tx.BusinessUnits(tx, j.Org)
		if err != nil {
			return nil, err
		}
		w.units = map[string]id.BusinessUnit{}
		for _, u := range list {
			w.units[store.NameKey(u.Name)] = u.ID
		}
	}
	if programs {
		list, err := tx.Programs(tx, j.Org)
		if err != nil {
			return nil, err
		}
		w.programs = map[string][]number.Program{}
		for _, p := range list {
			key := store.NameKey(p.DisplayName)
			w.programs[key] = append(w.programs[key], p)
		}
	}
	return w, nil
}

// wordKey is what remains of a purpose's name however it is typed: blanks, apostrophes and strokes don't count.
func wordKey(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// put gives a number the purpose and the place that its row names, or the job where the row names none. The place is one
// thing: a row that names a unit or a program takes nothing of the job's place but the unit to look for the program in.
func (w *jobWords) put(n *number.Number, r *jobRow) *replica.Fault {
	n.CallPurpose, n.Place = w.job.CallPurpose, number.Place{BusinessUnit: w.job.BusinessUnit, Program: w.job.Program}
	if r.purpose != "" {
		key, ok := w.purposes[wordKey(r.purpose)]
		if !ok {
			return &replica.Fault{Reason: number.UnknownCallPurpose}
		}
		n.CallPurpose = key
	}
	if r.unit == "" && r.program == "" {
		return nil
	}
	n.Program = ""
	if r.unit != "" {
		u, ok := w.units[store.NameKey(r.unit)]
		if !ok {
			return &replica.Fault{Reason: number.NotFound, What: replica.KindUnit}
		}
		n.BusinessUnit = u
	}
	if r.program == "" {
		return nil
	}
	found := 0
	for _, p := range w.programs[store.NameKey(r.program)] {
		if n.BusinessUnit == "" || p.BusinessUnit == n.BusinessUnit {
			found++
			n.Place = number.Place{BusinessUnit: p.BusinessUnit, Program: p.ID}
		}
		if found > 1 { // the name alone does not tell which
			break
		}
	}
	switch {
	case found == 0:
		return &replica.Fault{Reason: number.NotFound, What: replica.KindProgram}
	case found > 1:
		return &replica.Fault{Reason: number.NotFound, What: replica.KindUnit}
	}
	return nil
}
