package portal

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

// Numbers as the provider's systems allocate and take them back: lists that are worked off in the call that brings them, as
// bulk work of the organization, so that its people find them where they look for such things.

// wishLayout is which field of a kept row holds what.
var wishLayout = jobLayout{Columns: 5, Mapping: sheet.Mapping{Number: 1, CallPurpose: 2, BusinessUnit: 3, Program: 4, DisplayName: 5}}

// ApplyProviderNumbers adds and removes numbers. The list is taken whatever becomes of its rows.
func (s *Service) ApplyProviderNumbers(tx *Tx, in *api.ApplyNumbersIn) (api.AppliedNumbers, error) {
	k, err := tx.activeReferred(in.Reference)
	if err != nil {
		return api.AppliedNumbers{}, err
	}
	if err := checkWishes(in.Body.Rows); err != nil {
		return api.AppliedNumbers{}, err
	}
	return once(tx, in.Key, []any{api.ApplyProviderNumbers.Name, k.ID, in.Body}, func() (api.AppliedNumbers, error) {
		return tx.applyWishes(k, in.Body.Rows)
	})
}

// checkWishes refuses a list whose rows say what can't be meant.
func checkWishes(rows []api.NumberWish) error {
	for i := range rows {
		for _, f := range [][2]string{{"call_purpose", rows[i].CallPurpose}, {"business_unit", rows[i].BusinessUnit}, {"program", rows[i].Program},
			{"display_name", rows[i].DisplayName}} {
			if rows[i].Op == "remove" && f[1] != "" { // it is removed wherever it stands
				return errs.BadField("rows["+strconv.Itoa(i)+"]."+f[0], "provider.error.remove")
			}
		}
	}
	return nil
}

func (tx *Tx) applyWishes(k *store.KnownOrganization, wishes []api.NumberWish) (api.AppliedNumbers, error) {
	weight := 0
	for i := range wishes {
		weight += rowWeight + len(wishes[i].Number)
	}
	if err := tx.affordFrom(budgetKey{org: k.ID, files: true}, weight); err != nil {
		return api.AppliedNumbers{}, err
	}
	rows := readWishes(wishes, k.Region)
	out := api.AppliedNumbers{Outcomes: make([]api.NumberOutcome, len(wishes))}
	for i := range wishes {
		out.Outcomes[i] = api.NumberOutcome{Number: wishes[i].Number, E164: rows[i].e164}
	}
	for _, kind := range []api.JobKind{api.JobDelete, api.JobAdd} {
		var some []jobRow
		for i := range rows {
			if (wishes[i].Op == "remove") == (kind == api.JobDelete) {
				some = append(some, rows[i])
			}
		}
		if len(some) == 0 {
			continue
		}
		done, err := tx.workOff(kind, some)
		if err != nil {
			return api.AppliedNumbers{}, err
		}
		out.Applied, out.Rejected = out.Applied+done.Job.Applied, out.Rejected+done.Job.Rejected
		tellWishes(out.Outcomes, rows, done)
	}
	return out, nil
}

// readWishes reads the numbers. One that comes again is rejected, whatever is to become of it.
func readWishes(wishes []api.NumberWish, region string) []jobRow {
	rows, first := make([]jobRow, len(wishes)), map[number.E164]int{}
	for i := range wishes {
		w, r := &wishes[i], &rows[i]
		r.line, r.purpose, r.unit, r.program = i+1, w.CallPurpose, w.BusinessUnit, w.Program
		r.name = strings.TrimSpace(w.DisplayName)
		r.fields = pack([]string{w.Number, w.CallPurpose, w.BusinessUnit, w.Program, w.DisplayName})
		if r.e164, r.reason = number.Parse(w.Number, region); r.reason != "" {
			continue
		}
		if r.first = first[r.e164]; r.first > 0 {
			r.reason = number.DuplicateInList
			continue
		}
		first[r.e164] = r.line
	}
	return rows
}

// workOff does the rows of one kind as a job of its own.
func (tx *Tx) workOff(kind api.JobKind, rows []jobRow) (api.JobResults, error) {
	j, err := tx.newJob(kind, nil)
	if err != nil {
		return api.JobResults{}, err
	}
	if kind == api.JobDelete {
		j.Level = api.LevelBusiness
	}
	layout, err := json.Marshal(wishLayout)
	if err != nil {
		return api.JobResults{}, err
	}
	slices.SortStableFunc(rows, func(a, b jobRow) int { // those that reading rejected first, as in files
		if (a.reason == "") != (b.reason == "") {
			return strings.Compare(string(b.reason), string(a.reason))
		}
		return strings.Compare(string(a.e164), string(b.e164))
	})
	if err := tx.workAtOnce(j, &jobList{rows: rows, layout: string(layout), sum: sumOf(rows)}); err != nil {
		return api.JobResults{}, err
	}
	return tx.results(j, "", len(rows), "")
}

// tellWishes writes what became of some rows into their outcomes.
func tellWishes(out []api.NumberOutcome, rows []jobRow, done api.JobResults) {
	applied := make(map[number.E164]bool, len(done.Applied))
	for _, e := range done.Applied {
		applied[e] = true
	}
	for i := range rows {
		if rows[i].reason == "" && applied[rows[i].e164] {
			out[i].Applied = true
		}
	}
	for _, r := range done.Rejected {
		o := &out[r.Line-1]
		o.Reason, o.What, o.First = r.Reason, r.What, r.First
	}
}
