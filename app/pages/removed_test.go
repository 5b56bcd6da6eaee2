//go:build !js

package pages

import (
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func removedOf(t *testing.T, w *backendtest.World, who *backendtest.Persona) (*visitor, *Removed) {
	t.Helper()
	v := visitAs(t, w, who)
	r := &Removed{At: v.seat(pageRemoved)}
	v.open(r)
	return v, r
}

// gone removes a number of Acme as it is shown.
func gone(t *testing.T, w *backendtest.World, n id.Number) {
	t.Helper()
	epoch := ask(t, w.As(w.Marie), api.EditNumbers, editsOf(w, api.NumberEdit{Uid: newUid(), Op: replica.Restore, Rows: []replica.Edit{{ID: id.Number(newTestID())}}})).Epoch
	edit(t, w, api.NumberEdit{Op: replica.Remove, WasEpoch: epoch, Rows: []replica.Edit{{ID: n, WasVer: card(t, w, n).Ver}}})
}

func editsOf(w *backendtest.World, e ...api.NumberEdit) api.EditNumbersIn {
	in := api.EditNumbersIn{Org: api.Org{Org: w.Acme}}
	in.Body.Mutations = e
	return in
}

// N02: what was removed is told with where it stood, by whom and how long it can be restored, and comes back there.
func TestRemoved_numbers_come_back(t *testing.T) {
	w := backendtest.New(t)
	v, _ := removedOf(t, w, w.Marie)
	v.says("No number was removed in the last 30 days", "Go to the phone numbers")

	france := madeUnit(t, w, "Acme France")
	at := number.Place{BusinessUnit: france.ID, Program: madeProgram(t, w, france.ID, "Winter", time.Time{}, time.Time{}).ID}
	n := madeNumber(t, w, "+33184882010", "Reception", at)
	gone(t, w, n)

	v, r := removedOf(t, w, w.Marie)
	v.says("+33 1 84 88 20 10 Reception Acme France, Winter Marie Dubois,", "30 days left", "Restore", "1 removed number")
	v.do(r.ctx, func() { r.bringBack(&r.rows[0]) })
	v.says("No number was removed in the last 30 days")
	if got := card(t, w, n); got.Place != at || got.Status != number.Active {
		t.Errorf("restored is %+v", got.NumberRow)
	}

	gone(t, w, n)
	w.Exec(`UPDATE number SET removed_at = removed_at - ? WHERE id = ?`, (28*24*time.Hour + time.Hour).Milliseconds(), n)
	v, _ = removedOf(t, w, w.Paul) // who may only look
	v.says("2 days left")
	if strings.Contains(v.wait(), "restore-") {
		t.Error("a reader is offered to restore")
	}
}

// N02: a number that can't come back says why and what to do, in its row; the others come back.
func TestRemoved_says_why_a_number_can_not_come_back(t *testing.T) {
	w := backendtest.New(t)
	taken, again, late := madeNumber(t, w, "+33184882010", "", number.Place{}), madeNumber(t, w, "+33184882011", "", number.Place{}), madeNumber(t, w, "+33184882012", "", number.Place{})
	for _, n := range []id.Number{taken, again, late} {
		gone(t, w, n)
	}
	v, r := removedOf(t, w, w.Marie)
	back := func(n id.Number) {
		for i := range r.rows {
			if r.rows[i].ID == n {
				v.do(r.ctx, func() { r.bringBack(&r.rows[i]) })
				return
			}
		}
		t.Fatalf("%s is not listed", n)
	}
	// Two others have them by now, one of them elsewhere.
	luc, purpose, e := w.As(w.Luc), "survey", number.E164("+33184882010")
	in := editsOf(w, api.NumberEdit{Uid: newUid(), Op: replica.Create, Rows: []replica.Edit{{ID: id.Number(newTestID()), Set: &number.Fields{E164: e, CallPurpose: &purpose}}}})
	in.Org.Org = w.Beta
	if o := ask(t, luc, api.EditNumbers, in).Outcomes[0]; o.St != replica.Applied {
		t.Fatalf("%+v", o)
	}
	madeNumber(t, w, "+33184882011", "", number.Place{})
	back(taken)
	v.says("It can’t come back: it has been allocated elsewhere since it was removed. If it is yours, ask the Support team.")
	back(again)
	v.says("You have this number already: it was added again after it was removed.")
	w.Exec(`UPDATE number SET removed_at = removed_at - ? WHERE id = ?`, (31 * 24 * time.Hour).Milliseconds(), late)
	back(late)
	v.saysNot("+33 1 84 88 20 12")
	if r.restore[late] == nil || !strings.Contains(r.restore[late].why, "more than 30 days ago") {
		t.Errorf("too late: %+v", r.restore[late])
	}
	if len(r.rows) != 2 {
		t.Errorf("%d are listed", len(r.rows))
	}
}

// More than a page is fetched on demand.
func TestRemoved_is_read_page_by_page(t *testing.T) {
	w := backendtest.New(t)
	for i := range removedPage + 1 {
		gone(t, w, madeNumber(t, w, number.E164("+3318488"+string(rune('1'+i/10))+"0"+string(rune('0'+i%10))+"0"), "", number.Place{}))
	}
	v, r := removedOf(t, w, w.Marie)
	v.says("The last 50 removed numbers", "Show more")
	v.do(r.ctx, func() { r.more(r.ctx, app.Event{}) })
	v.says("51 removed numbers")
	v.saysNot("Show more")
}

// N04: the dialog tells exactly six facts and has Close; the history is asked for when it is opened.
func TestAssignments_tell_six_facts(t *testing.T) {
	w := backendtest.New(t)
	france := madeUnit(t, w, "Acme France")
	starts, _ := localDay("2040-11-01")
	ends, _ := localDay("2041-02-01")
	winter := madeProgram(t, w, france.ID, "Winter", starts, ends)
	n := madeNumber(t, w, "+33184882010", "Reception", number.Place{BusinessUnit: france.ID, Program: winter.ID})

	v, r := removedOf(t, w, w.Marie) // any page keeps one
	d := &assignments{}
	shown := func() string { v.wait(); return flat(app.HTMLString(d.render())) }
	row := card(t, w, n).Number
	facts := factsOf("Acme Telecom", &row, []number.Unit{france.Unit}, []number.Program{winter.Program})
	d.show(r.ctx, r.At, n, facts)
	want := "View Assignments Phone number +33 1 84 88 20 10 Business Acme Telecom Business unit Acme France Program Winter Display name Reception " +
		"Program duration 1 Nov 2040 – 31 Jan 2041 History Close"
	if got := shown(); got != want {
		t.Errorf("it says %q,\nwant    %q", got, want)
	}
	if got := len(d.terms()); got != 6 {
		t.Errorf("%d facts", got)
	}
	if d.history.has() {
		t.Error("the server was asked before anybody wanted the history")
	}
	v.do(r.ctx, d.unfold)
	if got := shown(); !strings.Contains(got, "Where it stood") || !strings.Contains(got, "Acme France, Winter Marie Dubois") || !strings.Contains(got, "Last changes") {
		t.Errorf("the history says %q", got)
	}

	// Without a copy at hand the facts are the server's, and the same.
	d.fetch(r.ctx, r.At, n)
	shown()
	if d.of != n || d.facts.Program != "Winter" || !d.facts.Ends.Equal(ends) || d.facts.Business != "Acme Telecom" || d.facts.Number != row.E164 {
		t.Errorf("fetched are %+v", d.facts)
	}
	edit(t, w, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{Place: &row.Place}, Set: &number.Fields{Place: &number.Place{}}}}})
	v.do(r.ctx, d.refresh)
	if got := shown(); !strings.Contains(got, "Business unit In no business unit Program In no program Display name Reception Program duration –") {
		t.Errorf("it says %q", got)
	}

	// Of a removed number it tells where it stood, and that it was removed.
	n = madeNumber(t, w, "+33184882011", "", number.Place{BusinessUnit: france.ID})
	gone(t, w, n)
	v.do(r.ctx, func() { d.fetch(r.ctx, r.At, n) })
	shown()
	v.do(r.ctx, d.unfold)
	if got := shown(); !strings.Contains(got, "It was removed ") || !strings.Contains(got, "Business unit Acme France") || !strings.Contains(got, "Where it stood "+clock(d.removed)+" Removed Marie Dubois") {
		t.Errorf("of a removed number it says %q", got)
	}

	// An answer about another number is not taken for this one's.
	v.do(r.ctx, func() {
		d.unfold()
		d.show(r.ctx, r.At, id.Number(newTestID()), assignmentFacts{Number: "+33184882099", Business: "Acme Telecom"})
	})
	if got := shown(); !strings.Contains(got, "+33 1 84 88 20 99") || d.history.has() {
		t.Errorf("it says %q", got)
	}
}

// What the page offers is what the server asks for.
func TestRemoved_restoring_takes_the_right_to_remove(t *testing.T) {
	w := backendtest.New(t)
	n := madeNumber(t, w, "+33184882010", "", number.Place{})
	gone(t, w, n)
	w.Exec(`UPDATE contact SET overrides = ? WHERE id = ?`, `{"numbers.delete":"deny"}`, w.Jonas.Contact)
	v, r := removedOf(t, w, w.Jonas)
	if r.mayRestore() || v.seat(pageRemoved).Can(perm.NumbersDelete) {
		t.Fatal("Jonas may restore")
	}
	o := ask(t, w.As(w.Jonas), api.EditNumbers, editsOf(w, api.NumberEdit{Uid: newUid(), Op: replica.Restore, Rows: []replica.Edit{{ID: n}}})).Outcomes[0]
	if o.St != replica.Rejected || o.Faults[0].Reason != number.Forbidden {
		t.Errorf("%+v", o)
	}
}
