package portal_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
	"countersign/shared/sheet"
)

// N11: a number exists once in the installation. Within the organization the answer names where it stands, so that it can
// be reassigned; of another one's nothing is told.
func TestNumberExistsOnce(t *testing.T) {
	d := newDesk(t)
	france, swiss := d.unit("France"), d.unit("Suisse")
	const e = "+33184882010"
	n := d.add(e, "survey", "", number.Place{BusinessUnit: france.ID})

	again := d.one(d.marie, d.Acme, creation(newNumber(), e, "survey", "", number.Place{BusinessUnit: france.ID}))
	if reasonOf(t, again) != number.AlreadyHere || again.Faults[0].Other != n {
		t.Errorf("at the same place: %+v", again.Faults)
	}
	elsewhere := d.one(d.marie, d.Acme, creation(newNumber(), e, "survey", "", number.Place{BusinessUnit: swiss.ID}))
	f := elsewhere.Faults
	if reasonOf(t, elsewhere) != number.ExistsElsewhere || f[0].Other != n || f[0].Place == nil || f[0].Place.BusinessUnit != france.ID {
		t.Errorf("at another place: %+v", f)
	}
	luc := d.As(d.Luc)
	foreign := d.one(luc, d.Beta, creation(newNumber(), e, "survey", "", number.Place{}))
	if f := foreign.Faults; reasonOf(t, foreign) != number.Allocated || f[0].Other != "" || f[0].Place != nil || f[0].Now != nil || f[0].By != "" {
		t.Errorf("in another organization: %+v", f)
	}

	// Reassign here.
	if o := d.set(d.marie, n, number.Fields{Place: &number.Place{BusinessUnit: swiss.ID}}); o.St != replica.Applied {
		t.Errorf("reassigning: %+v", o)
	}
	if got := d.number(n); got.UnitName != "Suisse" || len(got.Assignments) != 2 || got.Assignments[1].UnitName != "France" || got.Assignments[0].By != "Marie Dubois" {
		t.Errorf("after it: %+v", got)
	}

	// Removed, it is free for anybody, and can't come back while somebody else has it.
	if o := d.remove(d.marie, n); o.St != replica.Applied {
		t.Errorf("removing: %+v", o)
	}
	if o := d.one(luc, d.Beta, creation(newNumber(), e, "survey", "", number.Place{})); o.St != replica.Applied {
		t.Errorf("adding what was removed elsewhere: %+v", o)
	}
	back := d.one(d.marie, d.Acme, api.NumberEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: n}}})
	if reasonOf(t, back) != number.Allocated {
		t.Errorf("restoring what another one has: %+v", back)
	}
	d.Verify()
}

// N02, N06: a number leaves its program, its unit or the business, and comes back where it stood as far as that exists.
func TestRemovalByLevelAndRestoring(t *testing.T) {
	d := newDesk(t)
	france := d.unit("France")
	winter := d.program(france.ID, "Winter 2026")
	at := number.Place{BusinessUnit: france.ID, Program: winter.ID}
	n := d.add("+33184882010", "survey", "Reception", at)

	if o := d.set(d.marie, n, number.Fields{Place: &number.Place{BusinessUnit: france.ID}}); o.St != replica.Applied {
		t.Fatalf("out of the program: %+v", o)
	}
	if got := d.number(n); got.Program != "" || got.UnitName != "France" {
		t.Errorf("out of the program: %+v", got.NumberRow)
	}
	if o := d.set(d.marie, n, number.Fields{Place: &at}); o.St != replica.Applied {
		t.Fatalf("into the program: %+v", o)
	}
	if o := d.set(d.marie, n, number.Fields{Place: &number.Place{}}); o.St != replica.Applied {
		t.Fatalf("out of the unit: %+v", o)
	}
	if got := d.number(n); got.Place != (number.Place{}) || got.Status != number.Active {
		t.Errorf("out of the unit: %+v", got.NumberRow)
	}
	d.set(d.marie, n, number.Fields{Place: &at})

	if o := d.remove(d.marie, n); o.St != replica.Applied {
		t.Fatalf("out of the business: %+v", o)
	}
	if got := d.numbers(api.NumberPage{}); len(got.Numbers) != 0 || got.Total != 0 {
		t.Errorf("removed and still listed: %+v", got)
	}
	gone := d.removed()
	if len(gone) != 1 || gone[0].ID != n || gone[0].RemovedBy != "Marie Dubois" || gone[0].Until.Sub(gone[0].RemovedAt) < 29*24*time.Hour || gone[0].International != "+33 1 84 88 20 10" {
		t.Errorf("tombstones: %+v", gone)
	}
	if got := d.number(n); got.RemovedAt.IsZero() || got.Status != number.Removed {
		t.Errorf("the tombstone's card: %+v", got)
	}

	restore := api.NumberEdit{Uid: newUid(), Op: replica.Restore, Rows: []replica.Edit{{ID: n}}}
	if o := d.one(d.marie, d.Acme, restore); o.St != replica.Applied {
		t.Fatalf("restoring: %+v", o)
	}
	if got := d.number(n); got.Place != at || got.DisplayName != "Reception" || got.ProgramName != "Winter 2026" {
		t.Errorf("restored: %+v", got.NumberRow)
	}
	first := d.one(d.marie, d.Acme, restore) // the same intent, once more
	if first.St != replica.Applied || len(d.removed()) != 0 {
		t.Errorf("repeated: %+v", first)
	}

	// What it stood in may be gone.
	d.remove(d.marie, n)
	backendtest.Must(backendtest.Call(d.marie, api.DeleteProgram, api.ProgramIn{Org: api.Org{Org: d.Acme}, Program: winter.ID}))
	if o := d.one(d.marie, d.Acme, api.NumberEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: n}}}); o.St != replica.Applied {
		t.Fatalf("restoring without the program: %+v", o)
	}
	if got := d.number(n); got.Place != (number.Place{BusinessUnit: france.ID}) {
		t.Errorf("restored without the program: %+v", got.Place)
	}
	d.Verify()
}

// N02: thirty days after its removal a number can't be restored and is not listed any more.
func TestTombstonesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		n := d.add("+33184882010", "survey", "", number.Place{})
		d.remove(d.marie, n)
		in := api.NumberEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: n}}}

		time.Sleep(30*24*time.Hour - time.Minute)
		d.marie = d.As(d.Marie)
		if got := d.removed(); len(got) != 1 {
			t.Errorf("a minute before the end: %+v", got)
		}
		time.Sleep(time.Minute)
		if got := d.removed(); len(got) != 0 {
			t.Errorf("at the end: %+v", got)
		}
		if o := d.one(d.marie, d.Acme, in); reasonOf(t, o) != number.NotFound {
			t.Errorf("restoring at the end: %+v", o)
		}
		_, err := backendtest.Call(d.marie, api.GetNumber, api.NumberIn{Org: api.Org{Org: d.Acme}, Number: n})
		backendtest.Refused(t, err, errs.NotFound)
		if o := d.one(d.marie, d.Acme, creation(newNumber(), "+33184882010", "survey", "", number.Place{})); o.St != replica.Applied {
			t.Errorf("adding it anew: %+v", o)
		}
	})
}

// N04: what was done to a number is told whole: that it was added without a place and put into its first one later.
func TestViewAssignmentsOfALaterPlace(t *testing.T) {
	d := newDesk(t)
	france := d.unit("France")
	p := d.program(france.ID, "Winter")
	told := func(n id.Number) (list []string) {
		for _, c := range d.number(n).Changes {
			list = append(list, strings.Join(c.What, "+"))
		}
		return list
	}
	n := d.add("+33184882010", "survey", "", number.Place{})
	d.set(d.As(d.Jonas), n, number.Fields{Place: &number.Place{BusinessUnit: france.ID}})
	d.set(d.marie, n, number.Fields{Place: &number.Place{BusinessUnit: france.ID, Program: p.ID}})
	if got := told(n); len(got) < 2 || got[0] != "assignment" || got[1] != "assignment" {
		t.Errorf("moved twice: %q", got)
	}
	m := d.add("+33184882011", "survey", "", number.Place{BusinessUnit: france.ID})
	if got := told(m); len(got) != 1 || got[0] != "" {
		t.Errorf("added where it stands: %q", got)
	}
}

// N04: View Assignments tells the six facts, where the number stood, and its last changes with who made them.
func TestViewAssignments(t *testing.T) {
	d := newDesk(t)
	france := d.unit("France")
	in := api.CreateProgramIn{Org: api.Org{Org: d.Acme}}
	in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose = france.ID, "Winter 2026", "survey"
	in.Body.Starts, in.Body.Ends = time.Now().Add(-time.Hour), time.Now().Add(48*time.Hour)
	winter := backendtest.Must(backendtest.Call(d.marie, api.CreateProgram, in))
	n := d.add("+33184882010", "survey", "", number.Place{})
	jonas := d.As(d.Jonas)
	d.set(jonas, n, number.Fields{Place: &number.Place{BusinessUnit: france.ID, Program: winter.ID}})
	d.set(d.marie, n, number.Fields{DisplayName: ptr("Accueil"), CallPurpose: ptr("charity")})

	got := d.number(n)
	if got.International != "+33 1 84 88 20 10" || got.Business != "Acme Telecom" || got.UnitName != "France" || got.ProgramName != "Winter 2026" ||
		got.DisplayName != "Accueil" || !got.ProgramStarts.Equal(winter.Starts) || !got.ProgramEnds.Equal(winter.Ends) || winter.Ends.IsZero() {
		t.Errorf("the facts: %+v", got)
	}
	if len(got.Assignments) != 1 || got.Assignments[0].ProgramName != "Winter 2026" || got.Assignments[0].By != "Jonas Meier" {
		t.Errorf("assignments: %+v", got.Assignments)
	}
	var told []string
	for _, c := range got.Changes {
		told = append(told, c.By+": "+strings.Join(c.What, "+"))
	}
	if want := "Marie Dubois: call_purpose+display_name, Jonas Meier: assignment"; strings.Join(told, ", ") != want {
		t.Errorf("changes: %q, want %q", told, want)
	}
	if a := got.Changes[0].After; a == nil || a.DisplayName != "Accueil" || got.Changes[1].After.DisplayName != "" {
		t.Errorf("what stood after: %+v", got.Changes)
	}
	_, err := backendtest.Call(d.As(d.Luc), api.GetNumber, api.NumberIn{Org: api.Org{Org: d.Beta}, Number: n})
	backendtest.Refused(t, err, errs.NotFound)
}

// N05: an edit of what somebody else changed meanwhile is a conflict that shows both, and is not applied; a purpose must
// be one that can be chosen.
func TestEditsDoNotOverwrite(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882010", "survey", "", number.Place{})
	stale := api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{CallPurpose: ptr("survey")}, Set: &number.Fields{CallPurpose: ptr("political")}}}}
	d.set(d.As(d.Jonas), n, number.Fields{CallPurpose: ptr("charity")})
	o := d.one(d.marie, d.Acme, stale)
	if f := o.Faults; reasonOf(t, o) != number.Conflict || f[0].By != "Jonas Meier" || *f[0].Now.CallPurpose != "charity" || *f[0].Mine.CallPurpose != "political" {
		t.Errorf("%+v", o)
	}
	if got := d.number(n); got.CallPurpose != "charity" {
		t.Errorf("overwritten: %+v", got.NumberRow)
	}
	if o := d.set(d.marie, n, number.Fields{CallPurpose: ptr("gossip")}); reasonOf(t, o) != number.UnknownCallPurpose {
		t.Errorf("an unknown purpose: %+v", o)
	}
	if o := d.set(d.marie, n, number.Fields{CallPurpose: ptr("do_not_originate")}); o.St != replica.Applied {
		t.Errorf("never places calls: %+v", o)
	}
	france := d.unit("France")
	p := d.program(france.ID, "Winter 2026")
	if o := d.set(d.marie, n, number.Fields{Place: &number.Place{BusinessUnit: france.ID, Program: p.ID}}); reasonOf(t, o) != number.DoNotOriginateInProgram {
		t.Errorf("into a program: %+v", o)
	}
}

// N02, K13: each mutation is judged by the right that it needs, whoever may look; what is refused stops no other.
func TestRightsOfEdits(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882010", "survey", "", number.Place{})
	manager := d.As(d.AddContact(d.Acme, "Nora Manager", perm.NumberManager))
	reader := d.As(d.Paul)
	set := number.Fields{DisplayName: ptr("Reception")}
	mixed := func() []api.NumberEdit {
		return []api.NumberEdit{
			{Uid: newUid(), Op: replica.Create, Rows: []replica.Edit{{ID: newNumber(), Set: &number.Fields{E164: "+33184882011", CallPurpose: ptr("survey")}}}},
			{Uid: newUid(), Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: ptr("")}, Set: &set}}},
			{Uid: newUid(), Op: replica.Remove, WasEpoch: d.epoch(), Rows: []replica.Edit{{ID: n, WasVer: 1 << 40}}},
			{Uid: newUid(), Op: replica.Restore, Rows: []replica.Edit{{ID: n}}},
		}
	}
	got := backendtest.Must(d.edits(reader, d.Acme, mixed()...))
	for i, o := range got.Outcomes {
		if reasonOf(t, o) != number.Forbidden {
			t.Errorf("mutation %d by who may only look: %+v", i, o)
		}
	}
	got = backendtest.Must(d.edits(manager, d.Acme, mixed()...))
	for i, o := range got.Outcomes {
		if o.St != replica.Applied {
			t.Errorf("mutation %d by the manager: %+v", i, o)
		}
	}
	_, err := d.edits(d.As(d.Nadia), d.Acme, mixed()...)
	backendtest.Refused(t, err, errs.Forbidden)

	// Agents edit through a support session, in their own name.
	r := backendtest.Must(d.marie.Approve(backendtest.Must(d.As(d.Sofia).RequestAccess(d.Acme, time.Hour, "")), time.Hour))
	inside := backendtest.Must(d.As(d.Sofia).Enter(r))
	if o := d.one(inside, d.Acme, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: ptr("Reception")}, Set: &number.Fields{DisplayName: ptr("Lobby")}}}}); o.St != replica.Applied {
		t.Errorf("by an agent inside: %+v", o)
	}
	if c := d.number(n).Changes[0]; c.By != "Sofia Keller" {
		t.Errorf("the agent's change is told as by %q", c.By)
	}
	entries := audited(d, live.Of(d.Acme), audit.NumberChanged)
	if e := entries[0]; e.Session == "" || e.Actor.Kind != audit.BySupport || e.Detail["from.display_name"] != "Reception" || e.Detail["to.display_name"] != "Lobby" {
		t.Errorf("the record: %+v", e)
	}
	_, err = backendtest.Call(inside, api.ExportNumbers, api.ExportNumbersIn{Org: api.Org{Org: d.Acme}})
	backendtest.Refused(t, err, errs.Forbidden)
}

// audited are the entries of a stream and kind, the newest first.
func audited(d *desk, stream live.Stream, kind audit.Kind) []audit.Entry {
	d.t.Helper()
	in := api.StaffAuditIn{Page: api.Page{Limit: 200}, AuditFilter: api.AuditFilter{Kind: string(kind)}}
	if stream != live.Provider {
		in.Org = id.Organization(stream)
	}
	return backendtest.Must(backendtest.Call(d.As(d.Ada), api.ListStaffAudit, in)).Entries
}

// The bounds of one call.
func TestEditLimits(t *testing.T) {
	d := newDesk(t)
	many := api.NumberEdit{Uid: newUid(), Op: replica.Restore}
	for range 500 {
		many.Rows = append(many.Rows, replica.Edit{ID: newNumber()})
	}
	_, err := d.edits(d.marie, d.Acme, many, many, many, many, many)
	backendtest.Refused(t, err, errs.Invalid)
	_, err = d.edits(d.marie, d.Acme, api.NumberEdit{Uid: newUid(), Op: replica.Remove, Rows: []replica.Edit{{ID: "x"}}})
	if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) != 1 || !strings.HasSuffix(p.Errors[0].Location, "rows[0].id") {
		t.Errorf("%+v", p.Errors)
	}
	if out := backendtest.Must(d.edits(d.marie, d.Acme, many)); len(out.Outcomes[0].Faults) != 500 {
		t.Errorf("%d faults", len(out.Outcomes[0].Faults))
	}
}

// N10: the export is a file of what matches, in words of the caller's language, which the upload reads back; formulas in
// names stay text. It is recorded with how many numbers left.
func TestExportNumbers(t *testing.T) {
	d := newDesk(t)
	france := d.unit("France")
	p := d.program(france.ID, "=1+1")
	d.add("+33184882010", "survey", "@Réception; \"1\"", number.Place{BusinessUnit: france.ID, Program: p.ID})
	d.add("+33184882011", "charity", "", number.Place{})
	in := api.ExportNumbersIn{Org: api.Org{Org: d.Acme}}
	in.Body.Sort, in.Body.Delimiter = "-number", sheet.Semicolon
	read := func(b api.Blob) (rows [][]string) {
		r := sheet.NewReader(sheet.Semicolon, func(row sheet.Row) error {
			rows = append(rows, append([]string(nil), row.Fields...))
			return nil
		})
		if _, err := r.Write(b.Data); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	blob := backendtest.Must(backendtest.Call(d.marie, api.ExportNumbers, in))
	rows := read(blob)
	if len(rows) != 3 || rows[0][0] != "Phone number" || rows[1][0] != "+33184882011" || rows[1][1] != "Charity" ||
		strings.Join(rows[2], "|") != "+33184882010|Survey|@Réception; \"1\"|France|=1+1|Active" {
		t.Errorf("%q", rows)
	}
	if s := string(blob.Data); strings.Contains(s, ";=1") || strings.Contains(s, ";@") || strings.Contains(s, "\n+33") {
		t.Errorf("a spreadsheet would compute: %q", s)
	}
	in.Body.CallPurpose = "charity"
	if rows := read(backendtest.Must(backendtest.Call(d.As(d.Jonas), api.ExportNumbers, in))); len(rows) != 2 {
		t.Errorf("with a filter: %q", rows)
	}
	if e := audited(d, live.Of(d.Acme), audit.NumbersExported); len(e) != 2 || e[0].Detail["rows"] != "1" || e[1].Detail["rows"] != "2" {
		t.Errorf("the record: %+v", e)
	}
	_, err := backendtest.Call(d.As(d.Paul), api.ExportNumbers, in)
	backendtest.Refused(t, err, errs.Forbidden)
}

// C04: no number of the organization's inventory is in a code, however it is written there; what was removed no longer
// counts, nor does another organization's.
func TestCodesHoldNoInventoryNumber(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882047", "survey", "", number.Place{})
	d.one(d.As(d.Luc), d.Beta, creation(newNumber(), "+33184993158", "survey", "", number.Place{}))
	profile := backendtest.Must(backendtest.Call(d.marie, api.GetProfile, api.Org{Org: d.Acme}))
	set := func(text string) error {
		in := api.UpdateProfileIn{Org: api.Org{Org: d.Acme}}
		in.Body.Code, in.Body.Version = &api.CodeBody{Code: text}, profile.Version
		p, err := backendtest.Call(d.marie, api.UpdateProfile, in)
		if err == nil {
			profile = p
		}
		return err
	}
	for _, text := range []string{"copper 4882047 river", "copper 01 84 88 20 47", "river 7402884 copper", "copper +33184882047"} {
		p := backendtest.Refused(t, set(text), errs.Invalid)
		if !slices.ContainsFunc(p.Errors, func(f api.ProblemField) bool { return strings.Contains(f.Message, "number") }) {
			t.Errorf("%q: %+v", text, p.Errors)
		}
	}
	if err := set("copper 4993158 river"); err != nil {
		t.Errorf("another organization's number: %v", err)
	}
	d.remove(d.marie, n)
	if err := set("copper 4882047 river"); err != nil {
		t.Errorf("a removed number: %v", err)
	}
}
