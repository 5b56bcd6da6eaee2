package portal_test

import (
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/live"
	"countersign/shared/number"

	"github.com/google/go-cmp/cmp"
)

func wishes(key string, rows ...api.NumberWish) api.ApplyNumbersIn {
	in := api.ApplyNumbersIn{Referred: acme, Key: key}
	in.Body.Rows = rows
	return in
}

func add(n string) api.NumberWish { return api.NumberWish{Op: "add", Number: n, CallPurpose: "survey"} }

// N11: every row has its outcome, in the order in which rows were sent; what is valid is applied, and customers and devices
// hear of it and find it as bulk work.
func TestProviderAppliesNumbers(t *testing.T) {
	w := New(t)
	system, marie := w.System(api.NumbersWrite), w.As(w.Marie)
	unit := api.ProviderUnitIn{Referred: acme, Unit: "France"}
	Must(Call(system, api.PutProviderUnit, unit))
	program := api.PutProgramIn{ProviderProgramIn: api.ProviderProgramIn{ProviderUnitIn: unit, Program: "Winter"}}
	program.Body.CallPurpose = "survey"
	Must(Call(system, api.PutProviderProgram, program))
	Must(Call(system, api.ApplyProviderNumbers, wishes("first", add("+33184880001"), add("+33184880002"))))
	_, head := pokes(t, w, live.Of(w.Acme), 0)

	placed := api.NumberWish{Op: "add", Number: "01 84 88 00 03", CallPurpose: "Customer Service", BusinessUnit: "FRANCE", Program: "winter", DisplayName: "Desk"}
	lost := placed
	lost.Number, lost.Program = "+33184880004", "Summer"
	nothing := api.NumberWish{Op: "add", Number: "+33184880005"}
	got := Must(Call(system, api.ApplyProviderNumbers, wishes("second", placed, api.NumberWish{Op: "remove", Number: "+33 1 84 88 00 01"}, add("12"),
		add("+33184880002"), api.NumberWish{Op: "remove", Number: "+33184880003"}, lost, nothing, api.NumberWish{Op: "remove", Number: "+33184880009"})))
	want := api.AppliedNumbers{Applied: 2, Rejected: 6, Outcomes: []api.NumberOutcome{
		{Number: "01 84 88 00 03", E164: "+33184880003", Applied: true},
		{Number: "+33 1 84 88 00 01", E164: "+33184880001", Applied: true},
		{Number: "12", Reason: number.TooShort},
		{Number: "+33184880002", E164: "+33184880002", Reason: number.AlreadyHere},
		{Number: "+33184880003", E164: "+33184880003", Reason: number.DuplicateInList, First: 1},
		{Number: "+33184880004", E164: "+33184880004", Reason: number.NotFound, What: "program"},
		{Number: "+33184880005", E164: "+33184880005", Reason: number.CallPurposeRequired},
		{Number: "+33184880009", E164: "+33184880009", Reason: number.NotFound, What: "number"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	told, _ := pokes(t, w, live.Of(w.Acme), head)
	counts := map[live.Kind]int{}
	for _, k := range told {
		counts[k]++
	}
	if counts[live.Numbers] != 2 || counts[live.Jobs] != 4 {
		t.Errorf("the customer heard %v", told)
	}
	page := Must(Call(marie, api.ListNumbers, api.NumbersIn{Org: api.Org{Org: w.Acme}}))
	if len(page.Numbers) != 2 {
		t.Errorf("%+v", page.Numbers)
	}
	jobs := Must(Call(marie, api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}}))
	if len(jobs.Jobs) != 3 || jobs.Jobs[0].By != system.Name || jobs.Jobs[0].State != api.JobDone {
		t.Errorf("%+v", jobs.Jobs)
	}
	_, err := Call(system, api.DeleteProviderUnit, unit)
	if p := Refused(t, err, errs.Conflict); p.State != "in_use" {
		t.Errorf("%+v", p)
	}
	w.Verify()
}

// A number of another organization is not told of, as everywhere.
func TestProviderIsNotToldWhoHasANumber(t *testing.T) {
	w := New(t)
	system := w.System(api.NumbersWrite)
	Must(Call(system, api.ApplyProviderNumbers, wishes("a", add("+33184880001"))))
	in := wishes("b", add("+33184880001"), api.NumberWish{Op: "remove", Number: "+33184880001"})
	in.Reference = "20533"
	if got := Must(Call(system, api.ApplyProviderNumbers, in)); got.Outcomes[0].Reason != number.Allocated {
		t.Errorf("%+v", got)
	}
	in = wishes("c", api.NumberWish{Op: "remove", Number: "+33184880001"})
	in.Reference = "20533"
	if got := Must(Call(system, api.ApplyProviderNumbers, in)); got.Outcomes[0].Reason != number.NotFound {
		t.Errorf("%+v", got)
	}
}

// A list that comes again with its key is answered as the first time for a day, whatever has become of its numbers, and by
// nobody else's key; another list with that key is refused.
func TestIdempotencyKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		system, other := w.System(api.NumbersWrite), w.System(api.NumbersWrite)
		first := Must(Call(system, api.ApplyProviderNumbers, wishes("k", add("+33184880001"))))
		Must(Call(system, api.ApplyProviderNumbers, wishes("away", api.NumberWish{Op: "remove", Number: "+33184880001"})))
		recorded := len(tokenEntries(t, w, live.Of(w.Acme)))
		if again := Must(Call(system, api.ApplyProviderNumbers, wishes("k", add("+33184880001")))); !cmp.Equal(first, again) {
			t.Errorf("%s", cmp.Diff(first, again))
		}
		if now := len(tokenEntries(t, w, live.Of(w.Acme))); now != recorded {
			t.Errorf("an answer that was kept recorded %d entries", now-recorded)
		}
		for name, in := range map[string]api.ApplyNumbersIn{"another list": wishes("k", add("+33184880002")), "another organization": func() api.ApplyNumbersIn {
			in := wishes("k", add("+33184880001"))
			in.Reference = "20533"
			return in
		}()} {
			_, err := Call(system, api.ApplyProviderNumbers, in)
			if p := Refused(t, err, errs.Invalid); p.Errors[0].Location != "header.Idempotency-Key" {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if got := Must(Call(other, api.ApplyProviderNumbers, wishes("k", add("+33184880002")))); got.Applied != 1 {
			t.Errorf("another system's key: %+v", got)
		}

		time.Sleep(24*time.Hour + time.Second)
		if got := Must(Call(system, api.ApplyProviderNumbers, wishes("k", add("+33184880003")))); got.Applied != 1 {
			t.Errorf("a day later: %+v", got)
		}
		if err := w.Service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		kept := 0
		if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM idempotency_key`).Scan(&kept)
		}); err != nil || kept != 1 {
			t.Errorf("%d answers are kept, %v", kept, err)
		}
		w.Verify()
	})
}
