package portal_test

import (
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// steps are the history of an organization's numbers.
func (d *desk) steps(o id.Organization) (list []replica.Change, head *inventory.Head) {
	d.t.Helper()
	err := d.DB.View(d.t.Context(), func(tx *store.Tx) (err error) {
		if head, err = tx.NumberHead(d.t.Context(), o); err != nil || head == nil {
			return err
		}
		list, err = tx.Inventory(d.t.Context(), o, nil).Changes(0, 1000)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list, head
}

// N02: a unit's name exists once in its organization, whatever its case; it is deleted only while nothing stands in it, and
// the refusal says how much does. Each change is a step of the history and stands in the record.
func TestBusinessUnits(t *testing.T) {
	d := newDesk(t)
	org := api.Org{Org: d.Acme}
	france := d.unit("  Acme   France ")
	if france.Name != "Acme France" || france.Ver == 0 {
		t.Errorf("%+v", france)
	}
	create := api.CreateUnitIn{Org: org}
	for name, code := range map[string]errs.Code{"acme FRANCE": errs.Invalid, " ": errs.Invalid, "a\u202eb": errs.Invalid, strings.Repeat("é", 121): errs.Invalid} {
		create.Body.Name = name
		_, err := backendtest.Call(d.marie, api.CreateUnit, create)
		backendtest.Refused(t, err, code)
	}
	luc := d.As(d.Luc)
	create.Org.Org, create.Body.Name = d.Beta, "Acme France"
	backendtest.Must(backendtest.Call(luc, api.CreateUnit, create)) // another organization's name

	rename := api.RenameUnitIn{UnitIn: api.UnitIn{Org: org, Unit: france.ID}}
	rename.Body.Name, rename.Body.Ver = "France", france.Ver
	renamed := backendtest.Must(backendtest.Call(d.As(d.Jonas), api.RenameUnit, rename))
	if renamed.Name != "France" || renamed.Ver <= france.Ver {
		t.Errorf("%+v", renamed)
	}
	rename.Body.Name = "Francia"
	_, err := backendtest.Call(d.marie, api.RenameUnit, rename) // of what she saw before
	backendtest.Refused(t, err, errs.Conflict)
	rename.Body.Ver, rename.Body.Name = renamed.Ver, "France"
	if same := backendtest.Must(backendtest.Call(d.marie, api.RenameUnit, rename)); same.Ver != renamed.Ver {
		t.Errorf("nothing was changed, and it is %+v", same)
	}

	winter := d.program(france.ID, "Winter")
	n := d.add("+33184882010", "survey", "", number.Place{BusinessUnit: france.ID, Program: winter.ID})
	list := backendtest.Must(backendtest.Call(d.marie, api.ListUnits, org)).Units
	if len(list) != 1 || list[0].Programs != 1 || list[0].Numbers != 1 {
		t.Errorf("%+v", list)
	}
	at := api.UnitIn{Org: org, Unit: france.ID}
	_, err = backendtest.Call(d.marie, api.DeleteUnit, at)
	if p := backendtest.Refused(t, err, errs.Conflict); !strings.Contains(p.Detail, "Programs in it: 1, phone numbers: 1") || p.State != "in_use" {
		t.Errorf("%+v", p)
	}
	_, err = backendtest.Call(d.marie, api.DeleteProgram, api.ProgramIn{Org: org, Program: winter.ID})
	if p := backendtest.Refused(t, err, errs.Conflict); !strings.Contains(p.Detail, "1") {
		t.Errorf("%+v", p)
	}
	d.remove(d.marie, n)
	backendtest.Must(backendtest.Call(d.marie, api.DeleteProgram, api.ProgramIn{Org: org, Program: winter.ID}))
	backendtest.Must(backendtest.Call(d.marie, api.DeleteUnit, at))
	_, err = backendtest.Call(d.marie, api.DeleteUnit, at)
	backendtest.Refused(t, err, errs.NotFound)
	_, err = backendtest.Call(luc, api.DeleteUnit, api.UnitIn{Org: api.Org{Org: d.Beta}, Unit: france.ID})
	backendtest.Refused(t, err, errs.NotFound)

	var told []string
	steps, head := d.steps(d.Acme)
	for _, s := range steps {
		told = append(told, s.Kind+map[bool]string{true: "-"}[s.Del])
	}
	if want := "business_unit business_unit program number number- program- business_unit-"; strings.Join(told, " ") != want || head.Seq != int64(len(steps)) {
		t.Errorf("the history is %v, head %d", told, head.Seq)
	}
	for kind, want := range map[audit.Kind]string{audit.UnitCreated: "Acme France", audit.UnitChanged: "France", audit.UnitDeleted: "France", audit.ProgramDeleted: "Winter"} {
		if e := audited(d, live.Of(d.Acme), kind); len(e) != 1 || e[0].Detail["name"] != want {
			t.Errorf("%s: %+v", kind, e)
		}
	}
	d.Verify()
}

// N02: a program has a unit, a purpose for which calls are placed, and an end after its beginning; its name exists once in
// its unit. An ended one takes no numbers.
func TestPrograms(t *testing.T) {
	d := newDesk(t)
	france, swiss := d.unit("France"), d.unit("Suisse")
	now := time.Now().Truncate(time.Second)
	good := func() api.CreateProgramIn {
		in := api.CreateProgramIn{Org: api.Org{Org: d.Acme}}
		in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose = france.ID, "Winter", "survey"
		in.Body.Starts, in.Body.Ends = now.Add(-2*time.Hour), now.Add(time.Hour)
		return in
	}
	p := backendtest.Must(backendtest.Call(d.marie, api.CreateProgram, good()))
	if !p.Starts.Equal(now.Add(-2*time.Hour)) || !p.Ends.Equal(now.Add(time.Hour)) {
		t.Errorf("%+v", p)
	}
	for field, change := range map[string]func(*api.CreateProgramIn){
		"display_name":  func(in *api.CreateProgramIn) { in.Body.DisplayName = "WINTER" },
		"business_unit": func(in *api.CreateProgramIn) { in.Body.BusinessUnit = id.BusinessUnit(newNumber()) },
		"call_purpose":  func(in *api.CreateProgramIn) { in.Body.CallPurpose = "do_not_originate" },
		"ends":          func(in *api.CreateProgramIn) { in.Body.Ends = in.Body.Starts },
	} {
		in := good()
		change(&in)
		_, err := backendtest.Call(d.marie, api.CreateProgram, in)
		if pr := backendtest.Refused(t, err, errs.Invalid); len(pr.Errors) != 1 || pr.Errors[0].Location != field {
			t.Errorf("%s: %+v", field, pr)
		}
	}
	other := good()
	other.Body.BusinessUnit = swiss.ID
	backendtest.Must(backendtest.Call(d.marie, api.CreateProgram, other))
	in := api.ProgramsIn{Org: api.Org{Org: d.Acme}, Unit: swiss.ID}
	if list := backendtest.Must(backendtest.Call(d.marie, api.ListPrograms, in)).Programs; len(list) != 1 || list[0].BusinessUnit != swiss.ID {
		t.Errorf("%+v", list)
	}

	edit := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: api.Org{Org: d.Acme}, Program: p.ID}}
	edit.Body.ProgramBody, edit.Body.Ver = good().Body.ProgramBody, p.Ver
	edit.Body.Ends = now.Add(-time.Hour)
	ended := backendtest.Must(backendtest.Call(d.marie, api.UpdateProgram, edit))
	if ended.Ver <= p.Ver || ended.BusinessUnit != france.ID {
		t.Errorf("%+v", ended)
	}
	_, err := backendtest.Call(d.marie, api.UpdateProgram, edit)
	backendtest.Refused(t, err, errs.Conflict)
	if e := audited(d, live.Of(d.Acme), audit.ProgramChanged); len(e) != 1 || e[0].Detail["what"] != "ends" || e[0].Detail["to.ends"] == "" {
		t.Errorf("%+v", e)
	}
	o := d.one(d.marie, d.Acme, creation(newNumber(), "+33184882010", "survey", "", number.Place{BusinessUnit: france.ID, Program: p.ID}))
	if reasonOf(t, o) != number.ProgramEnded {
		t.Errorf("%+v", o)
	}
	o = d.one(d.marie, d.Acme, creation(newNumber(), "+33184882010", "survey", "", number.Place{BusinessUnit: swiss.ID, Program: p.ID}))
	if reasonOf(t, o) != number.NotFound || o.Faults[0].What != "program" {
		t.Errorf("a program of another unit: %+v", o)
	}
	d.Verify()
}

// N02: staff and permitted customers manage units and programs: leads from the Support Hub, agents inside a support
// session, customers by their rights.
func TestWhoManagesTheHierarchy(t *testing.T) {
	d := newDesk(t)
	in := api.CreateUnitIn{Org: api.Org{Org: d.Acme}}
	try := func(name string, a *backendtest.Actor, ep api.Endpoint[api.CreateUnitIn, api.Unit]) error {
		in.Body.Name = name
		_, err := backendtest.Call(a, ep, in)
		return err
	}
	r := backendtest.Must(d.marie.Approve(backendtest.Must(d.As(d.Sofia).RequestAccess(d.Acme, time.Hour, "")), time.Hour))
	inside := backendtest.Must(d.As(d.Sofia).Enter(r))
	for name, err := range map[string]error{
		"owner": try("a", d.marie, api.CreateUnit), "manager": try("b", d.As(d.AddContact(d.Acme, "Nora", perm.NumberManager)), api.CreateUnit),
		"inside": try("c", inside, api.CreateUnit), "lead": try("d", d.As(d.Anna), api.CreateStaffUnit), "administrator": try("e", d.As(d.Ada), api.CreateStaffUnit),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{"reader": try("f", d.As(d.Paul), api.CreateUnit), "agent": try("g", d.As(d.Tom), api.CreateStaffUnit),
		"billing": try("h", d.As(d.AddContact(d.Acme, "Bea", perm.Billing)), api.CreateUnit)} {
		if err == nil {
			t.Errorf("%s may create units", name)
		}
	}
	list := backendtest.Must(backendtest.Call(d.As(d.Tom), api.ListStaffUnits, api.Org{Org: d.Acme})).Units
	if len(list) != 5 {
		t.Errorf("%+v", list)
	}
	for _, e := range audited(d, live.Of(d.Acme), audit.UnitCreated) {
		if want := map[string]audit.ActorKind{"a": audit.ByContact, "b": audit.ByContact, "c": audit.BySupport, "d": audit.ByStaff, "e": audit.ByStaff}[e.Detail["name"]]; e.Actor.Kind != want {
			t.Errorf("%s is recorded as by %+v", e.Detail["name"], e.Actor)
		}
	}
	in.Org.Org = id.Organization(newNumber())
	_, err := backendtest.Call(d.As(d.Anna), api.CreateStaffUnit, in)
	backendtest.Refused(t, err, errs.NotFound)
}

// N05: a change of the provider's call purposes goes into the history of every organization that has one, in one act; a
// retired one stays on its numbers and can't be chosen.
func TestPurposesSpread(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882010", "survey", "", number.Place{})
	luc := d.As(d.Luc)
	d.one(luc, d.Beta, creation(newNumber(), "+33184882011", "survey", "", number.Place{}))
	_, acme := d.steps(d.Acme)
	_, beta := d.steps(d.Beta)
	ada := d.As(d.Ada)

	create := api.CreatePurposeIn{}
	create.Body.LabelEN, create.Body.LabelFR = "Été & co", "Été"
	made := backendtest.Must(backendtest.Call(ada, api.CreatePurpose, create))
	if made.Key != "ete___co" || made.Position != 10 || made.Labels["fr"] != "Été" {
		t.Errorf("%+v", made)
	}
	_, err := backendtest.Call(ada, api.CreatePurpose, create)
	backendtest.Refused(t, err, errs.Invalid)
	_, err = backendtest.Call(d.As(d.Anna), api.CreatePurpose, create)
	backendtest.Refused(t, err, errs.Forbidden)

	update := api.UpdatePurposeIn{PurposeIn: api.PurposeIn{Purpose: "survey"}}
	update.Body.LabelEN, update.Body.LabelFR, update.Body.Retired = "Survey", "Sondage", true
	backendtest.Must(backendtest.Call(ada, api.UpdatePurpose, update))
	move := api.MovePurposeIn{PurposeIn: api.PurposeIn{Purpose: made.Key}}
	move.Body.Place = 9
	moved := backendtest.Must(backendtest.Call(ada, api.MovePurpose, move)).Purposes
	if moved[9].Key != made.Key || moved[10].Key != "do_not_originate" || moved[10].Position != 10 {
		t.Errorf("%+v", moved)
	}

	for o, from := range map[id.Organization]*inventory.Head{d.Acme: acme, d.Beta: beta} {
		steps, head := d.steps(o)
		var told []string
		for _, s := range steps[from.Seq:] {
			if s.Purpose == nil {
				t.Fatalf("%+v", s)
			}
			told = append(told, s.ID)
		}
		if want := made.Key + " survey " + made.Key + " do_not_originate"; strings.Join(told, " ") != want || head.Seq != from.Seq+4 {
			t.Errorf("%s was told %v", o, told)
		}
	}
	if steps, head := d.steps(d.Gamma); head != nil {
		t.Errorf("an organization without numbers has a history: %v", steps)
	}
	if o := d.one(d.marie, d.Acme, creation(newNumber(), "+33184882012", "survey", "", number.Place{})); reasonOf(t, o) != number.UnknownCallPurpose {
		t.Errorf("a retired purpose: %+v", o)
	}
	if o := d.set(d.marie, n, number.Fields{DisplayName: ptr("Reception")}); o.St != replica.Applied || d.number(n).CallPurpose != "survey" {
		t.Errorf("a number with a retired purpose: %+v", o)
	}
	if e := audited(d, live.Provider, audit.PurposeRetired); len(e) != 1 || e[0].Object != "survey" {
		t.Errorf("%+v", e)
	}
	list := backendtest.Must(backendtest.Call(d.As(d.Paul), api.ListPurposes, api.Org{Org: d.Acme})).Purposes
	if len(list) != 11 || !list[7].Retired {
		t.Errorf("%+v", list)
	}
	d.Verify()
}
