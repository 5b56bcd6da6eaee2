package portal_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

// N07, N08, N09, N11: a short list is answered at once, with the total and a reason for each number that was not taken;
// the others are taken all the same.
func TestNumberListAtOnce(t *testing.T) {
	w := New(t)
	marie, luc := w.As(w.Marie), w.As(w.Luc)
	Must(addList(luc, survey, "+33184889999"))

	got := Must(addList(marie, survey, "01 84 88 00 02", french(1), "+33 1 84 88 00 01", "12", "four", "", "+33184889999", "4,47E+11"))
	if want := []number.E164{"+33184880001", "+33184880002"}; !slices.Equal(got.Applied, want) {
		t.Errorf("added %v, want %v", got.Applied, want)
	}
	want := []string{"3 duplicate_in_list", "4 too_short", "5 not_a_number", "6 not_a_number", "7 allocated", "8 spreadsheet_damage"}
	if list := reasons(got.Rejected); !slices.Equal(list, want) {
		t.Errorf("rejected %v, want %v", list, want)
	}
	if j := got.Job; j.State != api.JobDone || j.Rows != 8 || j.Applied != 2 || j.Rejected != 6 || j.Reasons[number.Allocated] != 1 || j.By != "Marie Dubois" {
		t.Errorf("%+v", j)
	}
	if got.Rejected[0].First != 2 || got.Rejected[4].Other != "" || got.Rejected[4].Place != nil {
		t.Errorf("the duplicate's first line is %d; of another organization's number was told %+v", got.Rejected[0].First, got.Rejected[4])
	}

	got = Must(deleteList(marie, api.DeleteOptions{Level: api.LevelBusiness}, french(2), french(3), "+33184889999", "x", french(2)))
	if want := []string{"2 not_found", "3 not_found", "4 not_a_number", "5 duplicate_in_list"}; !slices.Equal(reasons(got.Rejected), want) || !slices.Equal(got.Applied, []number.E164{"+33184880002"}) {
		t.Errorf("removed %v, rejected %v, want %v", got.Applied, reasons(got.Rejected), want)
	}
	if list := stored(w, w.Acme); !slices.Equal(list, []number.E164{"+33184880001"}) {
		t.Errorf("stored are %v", list)
	}
	if again := Must(Call(marie, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(marie, got.Job.ID)})); len(again.Rejected) != 4 || len(again.Applied) != 1 {
		t.Errorf("read later: %+v", again)
	}
	page := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}}))
	var kinds []audit.Kind
	for _, e := range page.Entries {
		kinds = append(kinds, e.Kind)
	}
	if want := []audit.Kind{audit.NumbersJobEnded, audit.NumbersJobStarted, audit.NumbersJobEnded, audit.NumbersJobStarted}; !slices.Equal(kinds, want) {
		t.Errorf("the record has %v, want %v", kinds, want)
	}
	if d := page.Entries[0].Detail; d["name"] != "Marie Dubois" || d["applied"] != "1" || d["rejected"] != "4" {
		t.Errorf("the record says %v", d)
	}
	w.Verify()
}

// N08: an outcome for each row of a list of as many as are taken.
func TestNumberListLimit(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	got := Must(addList(marie, survey, manyFrench(api.JobListRows)...))
	if len(got.Applied) != api.JobListRows {
		t.Errorf("%d added", len(got.Applied))
	}
	_, err := addList(marie, survey, manyFrench(api.JobListRows+1)...)
	Refused(t, err, errs.Invalid)
}

// N02, N07, N11: deleting at a level takes out of that level only, and finds only what stands there; adding what stands
// elsewhere tells where, so that it can be reassigned.
func TestNumberListLevels(t *testing.T) {
	w := New(t)
	places(w)
	marie := w.As(w.Marie)
	Must(addList(marie, api.AddOptions{CallPurpose: "survey", Program: winter}, french(1), french(2)))
	Must(addList(marie, survey, french(3)))

	got := Must(deleteList(marie, api.DeleteOptions{Level: api.LevelProgram, Program: winter}, french(1), french(3)))
	if !slices.Equal(got.Applied, []number.E164{number.E164(french(1))}) || !slices.Equal(reasons(got.Rejected), []string{"2 not_found"}) {
		t.Errorf("%+v", got)
	}
	if got, want := row(w, french(1)), "survey||"+string(unitFrance)+"|"; got != want {
		t.Errorf("out of the program it is %s, want %s", got, want)
	}
	got = Must(deleteList(marie, api.DeleteOptions{Level: api.LevelUnit}, french(1), french(2), french(3)))
	if len(got.Applied) != 2 || !slices.Equal(reasons(got.Rejected), []string{"3 not_found"}) || row(w, french(2)) != "survey|||" {
		t.Errorf("%+v, %s", got, row(w, french(2)))
	}
	got = Must(addList(marie, api.AddOptions{CallPurpose: "survey", BusinessUnit: unitSpain}, french(1), french(4)))
	if !slices.Equal(reasons(got.Rejected), []string{"1 exists_elsewhere"}) || got.Rejected[0].Other == "" || got.Rejected[0].Place == nil {
		t.Errorf("%+v", got)
	}
	got = Must(addList(marie, api.AddOptions{CallPurpose: "survey", BusinessUnit: unitSpain}, french(4)))
	if !slices.Equal(reasons(got.Rejected), []string{"1 already_here"}) {
		t.Errorf("%+v", got)
	}
	for _, o := range []api.AddOptions{{CallPurpose: "piano"}, {Program: "018f0000-0000-7000-8000-0000000000bb"}, {BusinessUnit: unitSpain, Program: winter},
		{BusinessUnit: "x"}, {CallPurpose: "do_not_originate", Program: winter}} {
		_, err := addList(marie, o, french(5))
		Refused(t, err, errs.Invalid)
	}
}

// N08: a list whose answer was lost is sent again with the same name, and tells what became of it the first time.
func TestListSentAgain(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	name := id.New[id.Job](time.Now(), rand.Reader)
	in := api.AddListIn{Org: api.Org{Org: w.Acme}}
	in.Body.Job, in.Body.AddOptions, in.Body.Numbers = name, survey, []string{french(1), french(2), "x"}
	first := Must(Call(marie, api.AddNumberList, in))
	if first.Job.ID != name || len(first.Applied) != 2 || len(first.Rejected) != 1 {
		t.Fatalf("%+v", first)
	}
	if again := Must(Call(marie, api.AddNumberList, in)); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("again: %+v, before %+v", again, first)
	}
	for what, change := range map[string]func() *Actor{
		"another list":   func() *Actor { in.Body.Numbers = []string{french(3)}; return marie },
		"other options":  func() *Actor { in.Body.CallPurpose = "charity"; return marie },
		"another person": func() *Actor { return w.As(w.Jonas) },
	} {
		before := in
		_, err := Call(change(), api.AddNumberList, in)
		if Refused(t, err, errs.Conflict); len(stored(w, w.Acme)) != 2 {
			t.Errorf("%s was worked off under the same name", what)
		}
		in = before
	}
	gone := api.DeleteListIn{Org: api.Org{Org: w.Acme}}
	gone.Body.Job, gone.Body.Level, gone.Body.Numbers = id.New[id.Job](time.Now(), rand.Reader), api.LevelBusiness, []string{french(1)}
	removed := Must(Call(marie, api.DeleteNumberList, gone))
	if again := Must(Call(marie, api.DeleteNumberList, gone)); len(removed.Applied) != 1 || fmt.Sprint(again) != fmt.Sprint(removed) {
		t.Errorf("removed %+v, again %+v", removed, again)
	}
	gone.Body.Job = "no name"
	_, err := Call(marie, api.DeleteNumberList, gone)
	Refused(t, err, errs.Invalid)
	w.Verify()
}
