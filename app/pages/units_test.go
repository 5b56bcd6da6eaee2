//go:build !js

package pages

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

func madeUnit(t *testing.T, w *backendtest.World, name string) api.Unit {
	t.Helper()
	in := api.CreateUnitIn{Org: api.Org{Org: w.Acme}}
	in.Body.Name = name
	return ask(t, w.As(w.Marie), api.CreateUnit, in)
}

func madeProgram(t *testing.T, w *backendtest.World, u id.BusinessUnit, name string, starts, ends time.Time) api.Program {
	t.Helper()
	in := api.CreateProgramIn{Org: api.Org{Org: w.Acme}}
	in.Body.BusinessUnit, in.Body.ProgramBody = u, api.ProgramBody{DisplayName: name, CallPurpose: "survey", Starts: starts, Ends: ends}
	return ask(t, w.As(w.Marie), api.CreateProgram, in)
}

// edit does one edit of numbers, which must be taken.
func edit(t *testing.T, w *backendtest.World, e api.NumberEdit) replica.Outcome {
	t.Helper()
	e.Uid = newUid()
	in := api.EditNumbersIn{Org: api.Org{Org: w.Acme}}
	in.Body.Mutations = []api.NumberEdit{e}
	o := ask(t, w.As(w.Marie), api.EditNumbers, in).Outcomes[0]
	if o.St == replica.Rejected {
		t.Fatalf("%s: %+v", e.Op, o)
	}
	return o
}

func madeNumber(t *testing.T, w *backendtest.World, e number.E164, name string, at number.Place) id.Number {
	t.Helper()
	n, purpose := id.Number(newTestID()), "survey"
	edit(t, w, api.NumberEdit{Op: replica.Create, Rows: []replica.Edit{{ID: n, Set: &number.Fields{E164: e, CallPurpose: &purpose, DisplayName: &name, Place: &at}}}})
	return n
}

// newTestID is a random UUID.
func newTestID() string {
	u := string(newUid())
	return u[:8] + "-" + u[8:12] + "-7" + u[13:16] + "-8" + u[17:20] + "-" + u[20:]
}

func card(t *testing.T, w *backendtest.World, n id.Number) api.NumberCard {
	t.Helper()
	return ask(t, w.As(w.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: w.Acme}, Number: n})
}

func unitsOf(t *testing.T, w *backendtest.World, who *backendtest.Persona, query url.Values) (*visitor, *Units) {
	t.Helper()
	v := visitAs(t, w, who)
	at := v.seat(pageUnits)
	at.Query = query.Encode()
	u := &Units{At: at}
	v.open(u)
	return v, u
}

// N02: the tree tells the three levels with how many programs and numbers stand where, and leads to the numbers.
func TestUnits_tell_the_three_levels_with_counts(t *testing.T) {
	w := backendtest.New(t)
	v, _ := unitsOf(t, w, w.Marie, nil)
	v.says("There are no business units yet", "Create the first business unit")

	france := madeUnit(t, w, "Acme France")
	winter := madeProgram(t, w, france.ID, "Winter 2026", time.Time{}, time.Time{})
	madeUnit(t, w, "Acme Suisse")
	madeNumber(t, w, "+33184882010", "Reception", number.Place{BusinessUnit: france.ID, Program: winter.ID})
	madeNumber(t, w, "+33184882011", "", number.Place{BusinessUnit: france.ID})
	madeNumber(t, w, "+33184882012", "", number.Place{})

	v, u := unitsOf(t, w, w.Marie, nil)
	v.says("Acme Telecom 2 business units 1 program 3 phone numbers", "Acme France 1 program 2 phone numbers", "Winter 2026 1 phone number",
		"Acme Suisse 0 programs 0 phone numbers", "In no business unit 1 phone number", "It is not empty: 1 program, 2 phone numbers. Move or delete them first.")
	for _, href := range []string{"numbers?business_unit=" + string(france.ID), "numbers?program=" + string(winter.ID), "numbers?business_unit=none",
		"numbers/programs?business_unit=" + string(france.ID)} {
		if !strings.Contains(v.wait(), `href="/o/`+string(w.Acme)+"/"+href) {
			t.Errorf("nothing leads to %s", href)
		}
	}
	v.do(u.places.ctx, func() { u.folds[france.ID] = false })
	v.saysNot("Winter 2026")
	v.do(u.places.ctx, func() { u.folds[france.ID], u.find.text = true, "WINTER" })
	v.says("Acme France", "Winter 2026")
	v.saysNot("Acme Suisse", "In no business unit")
	v.do(u.places.ctx, func() { u.find.text = "nowhere" })
	v.says("Nothing matches", "Clear filters")

	// What one may not do is not offered.
	v, _ = unitsOf(t, w, w.Paul, nil)
	v.says("Acme France", "Winter 2026")
	v.saysNot("New business unit", "Rename", "Delete", "New program")
}

// N02: a unit is made, renamed and deleted where it is counted; one in which something stands is not.
func TestUnits_are_made_renamed_and_deleted(t *testing.T) {
	w := backendtest.New(t)
	v, u := unitsOf(t, w, w.Marie, nil)
	p := &u.places
	v.do(p.ctx, func() {
		p.unit.show(nil)
		p.unit.submit(p.ctx, p)
	})
	if p.unit.wrong == "" || !p.unit.open {
		t.Error("a unit without a name was sent")
	}
	v.do(p.ctx, func() {
		p.unit.name = "  Acme  France "
		p.unit.submit(p.ctx, p)
	})
	v.says("Acme France")
	if p.unit.open || len(v.session.Unsent()) > 0 {
		t.Fatalf("the dialog is still there: %+v", p.unit)
	}
	france := p.shown.value.Units[0]
	v.do(p.ctx, func() {
		p.unit.show(nil)
		p.unit.name = "acme france"
	})
	if len(v.session.Unsent()) == 0 {
		t.Error("leaving would lose what was typed without a word")
	}
	v.do(p.ctx, func() { p.unit.submit(p.ctx, p) })
	v.says("There is a business unit of this name already. Choose another name.")
	v.do(p.ctx, func() {
		p.unit.show(&france)
		p.unit.name = "Acme Métropole"
		p.unit.submit(p.ctx, p)
	})
	v.says("Acme Métropole")
	v.saysNot("Acme France")

	// Somebody puts a number into it while the question whether to delete it is open.
	v.do(p.ctx, func() { p.removal = placeRemoval{unit: france.ID, name: "Acme Métropole"} })
	v.says("Delete Acme Métropole?", "The business unit is empty.")
	n := madeNumber(t, w, "+33184882010", "", number.Place{BusinessUnit: france.ID})
	v.do(p.ctx, func() { p.removal.send(p) })
	v.says("The business unit is not empty. Programs in it: 0, phone numbers: 1. Move or delete them first.", "Acme Métropole 0 programs 1 phone number")

	edit(t, w, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{Place: &number.Place{BusinessUnit: france.ID}}, Set: &number.Fields{Place: &number.Place{}}}}})
	v.do(p.ctx, func() { p.removal.send(p) })
	v.says("There are no business units yet")
}

// N02, N13: what somebody else made of a unit is asked about; what was typed is kept, and nothing is overwritten unseen.
func TestUnitForm_asks_what_counts_when_somebody_renamed_it_meanwhile(t *testing.T) {
	w := backendtest.New(t)
	france := madeUnit(t, w, "Acme France")
	v, u := unitsOf(t, w, w.Marie, nil)
	p := &u.places
	rename := func(name string, ver int64) api.Unit {
		in := api.RenameUnitIn{UnitIn: api.UnitIn{Org: api.Org{Org: w.Acme}, Unit: france.ID}}
		in.Body.Name, in.Body.Ver = name, ver
		return ask(t, w.As(w.Jonas), api.RenameUnit, in)
	}
	v.do(p.ctx, func() {
		p.unit.show(p.shown.value.unit(france.ID))
		p.unit.name = "Acme FR"
	})
	second := rename("Acme Francia", france.Ver)
	v.do(p.ctx, func() { p.unit.submit(p.ctx, p) })
	v.says("Somebody changed this meanwhile. It now reads:", "Acme Francia", "Take theirs", "Keep mine")
	if p.unit.name != "Acme FR" || p.unit.cannotSave(p) == "" {
		t.Errorf("typed is %q, saving again would not ask", p.unit.name)
	}
	v.do(p.ctx, func() {
		p.unit.keep()
		p.unit.submit(p.ctx, p)
	})
	v.says("Acme FR")
	v.saysNot("Acme Francia")

	// Untouched, the field follows; deleted, it says so.
	now := p.shown.value.unit(france.ID)
	v.do(p.ctx, func() { p.unit.show(now) })
	rename("Acme Gaule", second.Ver+1)
	v.do(p.ctx, func() { p.load(p.ctx, true) })
	v.wait()
	if p.unit.name != "Acme Gaule" || p.unit.dirty() || p.unit.theirs != nil {
		t.Errorf("the form reads %q, %+v", p.unit.name, p.unit.theirs)
	}
	ask(t, w.As(w.Jonas), api.DeleteUnit, api.UnitIn{Org: api.Org{Org: w.Acme}, Unit: france.ID})
	v.do(p.ctx, func() {
		p.unit.name = "Gallia"
		p.unit.submit(p.ctx, p)
	})
	v.says("Somebody deleted this business unit meanwhile.")
	if p.unit.name != "Gallia" {
		t.Error("what was typed is gone")
	}
}

// An answer that was asked for before an own change does not take the change back from the screen.
func TestPlaces_show_an_own_change_over_an_older_list(t *testing.T) {
	w := backendtest.New(t)
	france := madeUnit(t, w, "Acme France")
	v, u := unitsOf(t, w, w.Marie, nil)
	p := &u.places
	older := p.shown.value
	older.Units = slices.Clone(older.Units)
	v.do(p.ctx, func() {
		p.unit.show(nil)
		p.unit.name = "Acme Élan"
		p.unit.submit(p.ctx, p)
	})
	v.wait()
	v.do(p.ctx, func() { p.take(p.ctx, older) })
	if got := p.shown.value.Units; len(got) != 2 || got[0].Name != "Acme Élan" {
		t.Errorf("shown are %+v", got)
	}
	v.do(p.ctx, func() {
		p.removal = placeRemoval{unit: france.ID, name: "Acme France"}
		p.removal.send(p)
	})
	v.wait()
	v.do(p.ctx, func() { p.take(p.ctx, older) })
	if got := p.shown.value.Units; len(got) != 1 || got[0].Name != "Acme Élan" {
		t.Errorf("shown are %+v", got)
	}
}

func programsOf(t *testing.T, w *backendtest.World, who *backendtest.Persona, query url.Values) (*visitor, *Programs) {
	t.Helper()
	v := visitAs(t, w, who)
	at := v.seat(pagePrograms)
	at.Query = query.Encode()
	g := &Programs{At: at}
	v.open(g)
	return v, g
}

// N02: programs tell their unit, purpose, days, state and numbers; the address narrows them to a unit.
func TestPrograms_tell_what_they_are_for_and_when(t *testing.T) {
	w := backendtest.New(t)
	v, _ := programsOf(t, w, w.Marie, nil)
	v.says("There are no programs yet", "A program belongs to a business unit, and there is none yet.", "Create the first business unit")

	france, suisse := madeUnit(t, w, "Acme France"), madeUnit(t, w, "Acme Suisse")
	day := 24 * time.Hour
	now := ui.ServerNow()
	madeProgram(t, w, france.ID, "Autumn", now.Add(-60*day), now.Add(-30*day))
	winter := madeProgram(t, w, france.ID, "Winter", time.Time{}, time.Time{})
	madeProgram(t, w, suisse.ID, "Spring", now.Add(30*day), time.Time{})
	madeNumber(t, w, "+33184882010", "", number.Place{BusinessUnit: france.ID, Program: winter.ID})

	v, _ = programsOf(t, w, w.Marie, nil)
	v.says("Autumn Acme France Survey", "Ended", "Winter Acme France Survey Without an end Running 1 phone number", "Spring Acme Suisse Survey", "Not begun", "3 of 3",
		"It holds 1 phone number. Assign them elsewhere first.")
	v, _ = programsOf(t, w, w.Marie, url.Values{"business_unit": {string(suisse.ID)}})
	v.says("Spring", "1 of 1")
	v.saysNot("Winter", "Autumn")
	v, _ = programsOf(t, w, w.Marie, url.Values{"business_unit": {newTestID()}})
	v.says("Nothing matches", "A business unit that is no more", "Clear filters")
	v, _ = programsOf(t, w, w.Paul, nil)
	v.saysNot("New program", "Edit", "Delete")
}

// N02: the last day is part of the program; days that are left as they are keep their moments; Do Not Originate and
// retired purposes are not offered.
func TestProgramForm_takes_days_and_offers_only_purposes_that_can_be(t *testing.T) {
	w := backendtest.New(t)
	france := madeUnit(t, w, "Acme France")
	w.Exec(`UPDATE call_purpose SET retired = 1 WHERE key = 'prison'`)
	v, g := programsOf(t, w, w.Marie, nil)
	p := &g.places
	f := &p.program
	v.do(p.ctx, func() { f.show(nil, "") })
	options := f.purposes(&p.shown.value)
	has := func(key string) bool {
		return slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == key })
	}
	if has("do_not_originate") || has("prison") || !has("survey") {
		t.Errorf("offered are %v", options)
	}
	v.do(p.ctx, func() {
		f.now.starts, f.now.ends = "2026-11-30", "2026-11-29"
		f.submit(p.ctx, p)
	})
	for _, field := range []string{"business_unit", "display_name", "call_purpose", "ends"} {
		if f.wrong[field] == "" {
			t.Errorf("%s is not marked", field)
		}
	}
	v.do(p.ctx, func() {
		f.now = programFields{unit: string(france.ID), name: "Winter", purpose: "survey", starts: "2026-11-30", ends: "2026-11-30"}
		f.submit(p.ctx, p)
	})
	v.says("Winter Acme France")
	if f.open {
		t.Fatalf("not saved: %v %s", f.wrong, f.problem)
	}
	made := p.shown.value.Programs[0]
	starts, _ := localDay("2026-11-30")
	ends, _ := localDay("2026-12-01")
	if !made.Starts.Equal(starts) || !made.Ends.Equal(ends) {
		t.Errorf("it lasts from %v to %v", made.Starts, made.Ends)
	}

	in := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: api.Org{Org: w.Acme}, Program: made.ID}}
	in.Body.ProgramBody, in.Body.Ver = api.ProgramBody{DisplayName: "Winter", CallPurpose: "survey", Starts: starts.Add(90 * time.Minute)}, made.Ver
	made = ask(t, w.As(w.Jonas), api.UpdateProgram, in)
	v.do(p.ctx, func() { p.load(p.ctx, true) })
	v.wait()
	v.do(p.ctx, func() {
		f.show(p.shown.value.program(made.ID), "")
		f.now.name = "Winter campaign"
		f.submit(p.ctx, p)
	})
	v.says("Winter campaign")
	if got := p.shown.value.program(made.ID); !got.Starts.Equal(made.Starts) || !got.Ends.IsZero() {
		t.Errorf("a day that nobody touched became %v, %v", got.Starts, got.Ends)
	}
}

// N02, N13: of a program each field that only one has changed stands as changed; a field that both did is asked about.
func TestProgramForm_brings_together_what_two_changed(t *testing.T) {
	w := backendtest.New(t)
	france := madeUnit(t, w, "Acme France")
	made := madeProgram(t, w, france.ID, "Winter", time.Time{}, time.Time{})
	v, g := programsOf(t, w, w.Marie, nil)
	p := &g.places
	f := &p.program
	change := func(name, purpose string) {
		t.Helper()
		in := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: api.Org{Org: w.Acme}, Program: made.ID}}
		in.Body.ProgramBody, in.Body.Ver = api.ProgramBody{DisplayName: name, CallPurpose: purpose}, made.Ver
		made = ask(t, w.As(w.Jonas), api.UpdateProgram, in)
	}
	v.do(p.ctx, func() {
		f.show(p.shown.value.program(made.ID), "")
		f.now.name = "Winter campaign"
	})
	change("Winter", "charity")
	v.do(p.ctx, func() { f.submit(p.ctx, p) })
	v.says("This was changed since it was shown.")
	if f.theirs != nil || f.now.purpose != "charity" || f.now.name != "Winter campaign" {
		t.Errorf("the form reads %+v, asks about %+v", f.now, f.theirs)
	}
	change("Hiver", "charity")
	v.do(p.ctx, func() { f.submit(p.ctx, p) })
	v.says("Somebody changed this meanwhile.", "Hiver", "Charity")
	v.do(p.ctx, func() { f.take() })
	if f.dirty() || f.now.name != "Hiver" {
		t.Errorf("taken over is %+v", f.now)
	}
}

// N02: support inside an organization sees and does the same.
func TestPlaces_are_open_to_support_inside(t *testing.T) {
	w := backendtest.New(t)
	madeUnit(t, w, "Acme France")
	v := visitAs(t, w, w.Marie)
	at := v.seat(pageUnits)
	at.As = api.AsSupport
	for _, page := range []string{pageUnits, pagePrograms, pageRemoved} {
		s, found := findScreen(client.Place{As: api.AsSupport, Org: w.Acme, Page: page})
		if !found || s.own || !at.Can(s.right) || ui.T(s.title) == s.title {
			t.Errorf("%s is no page of a support session", page)
		}
	}
	for _, s := range []api.Spec{api.ListUnits.Spec, api.ListPrograms.Spec, api.ListPurposes.Spec, api.ListNumbers.Spec, api.CreateUnit.Spec, api.RenameUnit.Spec,
		api.DeleteUnit.Spec, api.CreateProgram.Spec, api.UpdateProgram.Spec, api.DeleteProgram.Spec, api.ListRemovedNumbers.Spec, api.EditNumbers.Spec, api.GetNumber.Spec} {
		if s.Support != api.SupportAllowed || s.Policy.Right != "" && !perm.Support().Has(s.Policy.Right) {
			t.Errorf("%s is closed to support inside", s.Name)
		}
	}
}

// Of entries one below the other only the one is marked that says most of where one is.
func TestMenu_marks_the_page_and_not_the_one_above(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	for _, page := range []string{pageUnits, pagePrograms, pageRemoved} {
		var marked []string
		for _, g := range menu(v.seat(page), page, 0) {
			for _, i := range g.Items {
				if i.Current {
					marked = append(marked, i.Href)
				}
			}
		}
		if want := []string{v.seat(page).Href(page)}; !slices.Equal(marked, want) {
			t.Errorf("%s: marked are %v", page, marked)
		}
	}
}

// N02: without a network the copy tells the same tree, with what the person did here counted in.
func TestPlaces_are_counted_from_the_copy(t *testing.T) {
	list := dashboard.New("FR")
	list.Put(replica.View{Number: number.Number{ID: "1", E164: "+33184882010", Status: number.Active, Place: number.Place{BusinessUnit: "f", Program: "w"}}})
	list.Put(replica.View{Number: number.Number{ID: "2", E164: "+33184882011", Status: number.Active, Place: number.Place{BusinessUnit: "f"}}})
	list.Put(replica.View{Number: number.Number{ID: "3", E164: "+33184882012", Status: number.Draft}, Badge: replica.SavedHere})
	got := placesIn(list, []number.Unit{{ID: "s", Name: "Suisse"}, {ID: "f", Name: "france"}}, []number.Program{{ID: "w", BusinessUnit: "f", DisplayName: "Winter"}}, nil)
	want := placeList{Numbers: 3, Nowhere: 1,
		Units:    []api.Unit{{Unit: number.Unit{ID: "f", Name: "france"}, Programs: 1, Numbers: 2}, {Unit: number.Unit{ID: "s", Name: "Suisse"}}},
		Programs: []api.Program{{Program: number.Program{ID: "w", BusinessUnit: "f", DisplayName: "Winter"}, Numbers: 1}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
