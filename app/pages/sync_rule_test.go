//go:build !js

package pages

import (
	"slices"
	"strings"
	"testing"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

const (
	ruleNumber = id.Number("018f0000-0000-7000-8000-000000000001")
	ruleOther  = id.Number("018f0000-0000-7000-8000-000000000002")
)

func ref[T any](v T) *T { return &v }

// ruleScene has the given numbers, and a person with all rights but those that are missing.
func ruleScene(rows []replica.View, missing ...perm.Right) syncScene {
	return syncScene{
		row: func(k id.Number) (replica.View, bool) {
			for _, v := range rows {
				if v.ID == k {
					return v, true
				}
			}
			return replica.View{}, false
		},
		can: func(r perm.Right) bool { return !slices.Contains(missing, r) },
	}
}

func ruleWords(s syncScene) *syncWords {
	return &syncWords{row: s.row, names: numberNames{purposes: map[string]string{"survey": "Survey", "political": "Political"},
		units: map[id.BusinessUnit]string{"bu": "Acme France"}, programs: map[id.Program]string{"pr": "Winter 2026"}}}
}

func ruleView(k id.Number, e number.E164, change func(*replica.View)) replica.View {
	v := replica.View{Number: number.Number{ID: k, E164: e, CallPurpose: "survey", DisplayName: "Reception", Status: number.Active, Ver: 7}, Epoch: "e"}
	if change != nil {
		change(&v)
	}
	return v
}

// ruleItem is an edit of one number with what was not applied of it.
func ruleItem(op replica.Op, set *number.Fields, was *number.Fields, f replica.Fault) replica.Attention {
	f.ID = ruleNumber
	return replica.Attention{ID: "att", At: 1_700_000_000_000, Faults: []replica.Fault{f},
		Mutations: []replica.Mutation{{Uid: "u", Op: op, Rows: []replica.Edit{{ID: ruleNumber, Was: was, Set: set}}}}}
}

// N13: for every reason there is what the person can do about it, and a sentence.
func TestSyncCase_offers_what_fits_the_reason(t *testing.T) {
	name, purpose := &number.Fields{DisplayName: ref("Front office")}, &number.Fields{CallPurpose: ref("political")}
	place := &number.Fields{Place: &number.Place{BusinessUnit: "bu", Program: "pr"}}
	made := &number.Fields{E164: "+33184882010", CallPurpose: ref("political"), DisplayName: ref("New"), Place: &number.Place{BusinessUnit: "bu"}}
	here := ruleView(ruleNumber, "+33184882010", nil)
	there := ruleView(ruleOther, "+33184882010", nil)
	suspended := ruleView(ruleNumber, "+33184882010", func(v *replica.View) { v.Status = number.Suspended })

	for what, x := range map[string]struct {
		op      replica.Op
		set     *number.Fields
		was     *number.Fields
		fault   replica.Fault
		rows    []replica.View
		missing []perm.Right
		want    string
	}{
		"a field that somebody changed": {replica.Set, name, &number.Fields{DisplayName: ref("Front desk")},
			replica.Fault{Reason: number.Conflict, Mine: name, Now: &number.Fields{DisplayName: ref("Reception")}, By: "Dana"}, []replica.View{here}, nil, "keep mine edit"},
		"… and stands as wanted by now": {replica.Set, name, nil, replica.Fault{Reason: number.Conflict, Mine: name},
			[]replica.View{ruleView(ruleNumber, "+33184882010", func(v *replica.View) { v.DisplayName = "Front office" })}, nil, "done"},
		"… without the right to change":    {replica.Set, name, nil, replica.Fault{Reason: number.Conflict, Mine: name}, []replica.View{here}, []perm.Right{perm.NumbersUpdate}, "keep"},
		"… of a number that is gone":       {replica.Set, name, nil, replica.Fault{Reason: number.Conflict, Mine: name}, nil, nil, "restore discard"},
		"a suspended number":               {replica.Set, purpose, nil, replica.Fault{Reason: number.Conflict, Mine: purpose, Status: number.Suspended}, []replica.View{suspended}, nil, "discard"},
		"… that is free again":             {replica.Set, purpose, nil, replica.Fault{Reason: number.Conflict, Mine: purpose, Status: number.Suspended}, []replica.View{here}, nil, "keep mine edit"},
		"a number that was removed":        {replica.Set, name, nil, replica.Fault{Reason: number.NotFound, What: "number", Mine: name}, nil, nil, "restore discard"},
		"… and may not be restored":        {replica.Set, name, nil, replica.Fault{Reason: number.NotFound, What: "number", Mine: name}, nil, []perm.Right{perm.NumbersDelete}, "discard"},
		"… and came back":                  {replica.Set, name, nil, replica.Fault{Reason: number.NotFound, What: "number", Mine: name}, []replica.View{here}, nil, "mine edit discard"},
		"a unit that is gone":              {replica.Set, place, nil, replica.Fault{Reason: number.NotFound, What: "business_unit", Mine: place}, []replica.View{here}, nil, "edit discard"},
		"a program that is gone":           {replica.Set, place, nil, replica.Fault{Reason: number.NotFound, What: "program", Mine: place}, []replica.View{here}, nil, "edit discard"},
		"a program that is over":           {replica.Set, place, nil, replica.Fault{Reason: number.ProgramEnded, Mine: place}, []replica.View{here}, nil, "edit discard"},
		"no such purpose":                  {replica.Set, purpose, nil, replica.Fault{Reason: number.UnknownCallPurpose, Mine: purpose}, []replica.View{here}, nil, "edit discard"},
		"no purpose":                       {replica.Set, purpose, nil, replica.Fault{Reason: number.CallPurposeRequired, Mine: purpose}, []replica.View{here}, nil, "edit discard"},
		"one that places no calls":         {replica.Set, purpose, nil, replica.Fault{Reason: number.DoNotOriginateInProgram, Mine: purpose}, []replica.View{here}, nil, "edit discard"},
		"a name that can't be":             {replica.Set, name, nil, replica.Fault{Reason: number.InvalidName, Mine: name}, []replica.View{here}, nil, "edit discard"},
		"no right":                         {replica.Set, name, nil, replica.Fault{Reason: number.Forbidden, Mine: name}, []replica.View{here}, []perm.Right{perm.NumbersUpdate}, "discard"},
		"no right, which came back":        {replica.Set, name, nil, replica.Fault{Reason: number.Forbidden, Mine: name}, []replica.View{here}, nil, "again discard"},
		"too much":                         {replica.Set, name, nil, replica.Fault{Reason: number.LimitExceeded, Mine: name}, []replica.View{here}, nil, "again discard"},
		"a number that is here":            {replica.Create, made, nil, replica.Fault{Reason: number.AlreadyHere, Mine: made, Other: ruleOther}, []replica.View{there}, nil, "open apply discard"},
		"a number elsewhere":               {replica.Create, made, nil, replica.Fault{Reason: number.ExistsElsewhere, Mine: made, Other: ruleOther}, []replica.View{there}, nil, "open reassign apply discard"},
		"… that is not on this device yet": {replica.Create, made, nil, replica.Fault{Reason: number.ExistsElsewhere, Mine: made, Other: ruleOther}, nil, nil, "discard"},
		"a number of somebody else":        {replica.Create, made, nil, replica.Fault{Reason: number.Allocated, Mine: made}, nil, nil, "discard"},
		"a number with an id that is":      {replica.Create, made, nil, replica.Fault{Reason: number.Conflict, Mine: made}, nil, nil, "again discard"},
		"a removal, edited meanwhile":      {replica.Remove, nil, nil, replica.Fault{Reason: number.Conflict, By: "Dana"}, []replica.View{here}, nil, "stay remove"},
		"… without the right to remove":    {replica.Remove, nil, nil, replica.Fault{Reason: number.Conflict, By: "Dana"}, []replica.View{here}, []perm.Right{perm.NumbersDelete}, "stay"},
		"a removal of a suspended one":     {replica.Remove, nil, nil, replica.Fault{Reason: number.Conflict, Status: number.Suspended}, []replica.View{suspended}, nil, "stay"},
		"a removal that stands":            {replica.Remove, nil, nil, replica.Fault{Reason: number.Conflict}, nil, nil, "done"},
		"a removal without right":          {replica.Remove, nil, nil, replica.Fault{Reason: number.Forbidden}, []replica.View{here}, []perm.Right{perm.NumbersDelete}, "discard"},
		"a restoring too late":             {replica.Restore, nil, nil, replica.Fault{Reason: number.NotFound, What: "number"}, nil, nil, "discard"},
		"a restoring of one made anew":     {replica.Restore, nil, nil, replica.Fault{Reason: number.AlreadyHere, Other: ruleOther}, []replica.View{there}, nil, "open discard"},
	} {
		t.Run(what, func(t *testing.T) {
			s := ruleScene(x.rows, x.missing...)
			cases := casesOf([]replica.Attention{ruleItem(x.op, x.set, x.was, x.fault)}, false)
			if len(cases) != 1 {
				t.Fatalf("%d cases", len(cases))
			}
			var got []string
			for _, a := range cases[0].acts(s) {
				got = append(got, string(a))
			}
			if strings.Join(got, " ") != x.want {
				t.Errorf("can be done: %q, want %q", got, x.want)
			}
			if why := ruleWords(s).why(cases[0], s); why == "" || strings.Contains(why, "sync.") || strings.Contains(why, "number.reason") {
				t.Errorf("says %q", why)
			}
		})
	}
	malformed := []number.Reason{number.NotANumber, number.TooShort, number.TooLong, number.InvalidCountry, number.NotPossible, number.SpreadsheetDamage, number.UnknownCallPurpose,
		number.CallPurposeRequired, number.DoNotOriginateInProgram, number.ProgramEnded, number.InvalidName}
	for _, r := range malformed {
		c := casesOf([]replica.Attention{ruleItem(replica.Create, made, nil, replica.Fault{Reason: r, Mine: made})}, false)[0]
		if got := c.acts(ruleScene(nil)); !slices.Equal(got, []syncAct{actEdit, actDiscard}) {
			t.Errorf("%s: %v", r, got)
		}
	}
}

// N13: what failed for a technical reason can be sent again or given up, and is told in words.
func TestSyncCase_of_a_technical_fault(t *testing.T) {
	s := ruleScene([]replica.View{ruleView(ruleNumber, "+33184882010", nil)})
	for _, technical := range []string{"server_bug", "schema_too_old_to_apply", "something_new"} {
		item := ruleItem(replica.Set, &number.Fields{DisplayName: ref("Front office")}, nil, replica.Fault{})
		item.Faults, item.Technical = nil, technical
		cases := casesOf([]replica.Attention{item}, false)
		if len(cases) != 1 || !slices.Equal(cases[0].acts(s), []syncAct{actAgain, actDiscard}) {
			t.Fatalf("%s: %+v", technical, cases)
		}
		if why := ruleWords(s).why(cases[0], s); strings.Contains(why, "sync.") || len(why) < 30 {
			t.Errorf("%s says %q", technical, why)
		}
		if edits := cases[0].plan(actAgain, nil, s, nil); len(edits) != 1 || *edits[0].Rows[0].Set.DisplayName != "Front office" || *edits[0].Rows[0].Was.DisplayName != "Reception" {
			t.Errorf("%s is sent again as %+v", technical, edits)
		}
	}
}

// N13: several edits of a number are one thing to decide, in which of each field the newest counts.
func TestCasesOf_a_number_are_one(t *testing.T) {
	older := ruleItem(replica.Set, &number.Fields{DisplayName: ref("First"), CallPurpose: ref("political")}, &number.Fields{DisplayName: ref("Front desk"), CallPurpose: ref("charity")}, replica.Fault{})
	older.ID, older.Faults = "older", []replica.Fault{
		{ID: ruleNumber, Reason: number.Conflict, Mine: &number.Fields{DisplayName: ref("First")}, Now: &number.Fields{DisplayName: ref("Reception")}},
		{ID: ruleNumber, Reason: number.Conflict, Mine: &number.Fields{CallPurpose: ref("political")}, Now: &number.Fields{CallPurpose: ref("survey")}},
	}
	bulk := ruleItem(replica.Set, &number.Fields{DisplayName: ref("Last")}, &number.Fields{DisplayName: ref("First")},
		replica.Fault{Reason: number.Conflict, Mine: &number.Fields{DisplayName: ref("Last")}, Now: &number.Fields{DisplayName: ref("Reception")}})
	bulk.ID = "bulk"
	bulk.Mutations[0].Rows = append(bulk.Mutations[0].Rows, replica.Edit{ID: ruleOther, Set: &number.Fields{DisplayName: ref("Last")}})
	cases := casesOf([]replica.Attention{bulk, older}, false)
	if len(cases) != 1 {
		t.Fatalf("%d cases", len(cases))
	}
	c := cases[0]
	if mine := c.mine(); *mine.DisplayName != "Last" || *mine.CallPurpose != "political" || c.rows != 2 || len(c.items) != 2 {
		t.Errorf("it is %+v of %v, part of %d", mine, c.items, c.rows)
	}
	s := ruleScene([]replica.View{ruleView(ruleNumber, "+33184882010", nil)})
	edits := c.plan(actMine, nil, s, nil)
	if len(edits) != 1 || *edits[0].Rows[0].Was.DisplayName != "Reception" || *edits[0].Rows[0].Set.DisplayName != "Last" || *edits[0].Rows[0].Was.CallPurpose != "survey" {
		t.Errorf("mine is %+v", edits)
	}
}

// N13: edits of a number that was not made stand under it: made again, it is as it was to be in the end.
func TestCasesOf_a_number_that_was_not_made(t *testing.T) {
	made := &number.Fields{E164: "+33184882010", CallPurpose: ref("nonsense"), DisplayName: ref("New")}
	item := ruleItem(replica.Create, made, nil, replica.Fault{Reason: number.UnknownCallPurpose, Mine: made, E164: made.E164})
	item.Mutations = append(item.Mutations, replica.Mutation{Uid: "u2", Op: replica.Set, Rows: []replica.Edit{{ID: ruleNumber, Set: &number.Fields{DisplayName: ref("Newer")}}}})
	item.Faults = append(item.Faults, replica.Fault{ID: ruleNumber, Reason: number.NotFound, What: "number", Mine: &number.Fields{DisplayName: ref("Newer")}})
	cases := casesOf([]replica.Attention{item}, false)
	if len(cases) != 1 || len(cases[0].faults) != 1 {
		t.Fatalf("%+v", cases)
	}
	if mine := cases[0].mine(); mine.E164 != made.E164 || *mine.DisplayName != "Newer" || *mine.CallPurpose != "nonsense" {
		t.Errorf("it is %+v", mine)
	}
	s := ruleScene(nil)
	if got := cases[0].acts(s); !slices.Equal(got, []syncAct{actEdit, actDiscard}) {
		t.Errorf("can be done: %v", got)
	}
	wanted := &number.Fields{E164: made.E164, CallPurpose: ref("survey"), DisplayName: ref("Newer")}
	edits := cases[0].plan(actEdit, wanted, s, func() id.Number { return ruleOther })
	if len(edits) != 1 || edits[0].Op != replica.Create || edits[0].Rows[0].ID != ruleOther || edits[0].Rows[0].Set != wanted {
		t.Errorf("edited it is %+v", edits)
	}
}

// N13: what an act edits says what stands now, so that nobody is overruled unseen.
func TestSyncCase_plans_say_what_stands(t *testing.T) {
	here := ruleView(ruleNumber, "+33184882010", nil)
	s := ruleScene([]replica.View{here, ruleView(ruleOther, "+33184882011", func(v *replica.View) { v.BusinessUnit = "bu" })})
	remove := casesOf([]replica.Attention{ruleItem(replica.Remove, nil, &number.Fields{DisplayName: ref("Front desk")}, replica.Fault{Reason: number.Conflict, By: "Dana"})}, false)[0]
	if e := remove.plan(actRemove, nil, s, nil); len(e) != 1 || e[0].Op != replica.Remove || e[0].Rows[0].WasVer != 7 || e[0].WasEpoch != "e" || e[0].Rows[0].Was.E164 != here.E164 {
		t.Errorf("removing anyway is %+v", e)
	}
	if f := ruleWords(s).fieldsOf(remove, s); len(f) != 1 || f[0].was != "Front desk" || f[0].now != "Reception" {
		t.Errorf("what changed is %+v", f)
	}
	gone := casesOf([]replica.Attention{ruleItem(replica.Set, &number.Fields{DisplayName: ref("Mine")}, &number.Fields{DisplayName: ref("Reception")},
		replica.Fault{Reason: number.NotFound, What: "number", Mine: &number.Fields{DisplayName: ref("Mine")}})}, false)[0]
	if e := gone.plan(actRestore, nil, ruleScene(nil), nil); len(e) != 2 || e[0].Op != replica.Restore || e[1].Op != replica.Set || *e[1].Rows[0].Was.DisplayName != "Reception" {
		t.Errorf("restoring is %+v", e)
	}
	to := number.Place{BusinessUnit: "bu", Program: "pr"}
	made := &number.Fields{E164: "+33184882011", CallPurpose: ref("political"), DisplayName: ref(""), Place: &to}
	elsewhere := casesOf([]replica.Attention{ruleItem(replica.Create, made, nil, replica.Fault{Reason: number.ExistsElsewhere, Mine: made, Other: ruleOther})}, false)[0]
	if e := elsewhere.plan(actReassign, nil, s, nil); len(e) != 1 || e[0].Rows[0].ID != ruleOther || *e[0].Rows[0].Set.Place != to || e[0].Rows[0].Was.Place.BusinessUnit != "bu" || e[0].Rows[0].Set.CallPurpose != nil {
		t.Errorf("reassigning is %+v", e)
	}
	if e := elsewhere.plan(actApply, nil, s, nil); len(e) != 1 || *e[0].Rows[0].Set.CallPurpose != "political" || e[0].Rows[0].Set.DisplayName != nil {
		t.Errorf("applying is %+v", e)
	}

	two := []replica.NewEdit{}
	for _, k := range []id.Number{ruleNumber, ruleOther} {
		two = append(two, replica.NewEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: k}}}, replica.NewEdit{Op: replica.Set, Rows: []replica.Edit{{ID: k}}})
	}
	if e := joinEdits(two); len(e) != 2 || e[0].Op != replica.Restore || len(e[0].Rows) != 2 || len(e[1].Rows) != 2 {
		t.Errorf("together they are %+v", e)
	}
}

// N13: the pill never says "saved" of what only waits on this device.
func TestPill_says_how_far_edits_are(t *testing.T) {
	last := int64(1_700_000_000_000)
	ready := replica.Status{Loaded: true, Ready: true, Online: true, LastSync: last}
	with := func(change func(*offline.Status)) offline.Status {
		s := offline.Status{Status: ready}
		change(&s)
		return s
	}
	for _, x := range []struct {
		s     offline.Status
		link  client.Link
		ended bool
		want  string
	}{
		{offline.Status{Status: ready}, client.LinkLive, false, "Online · all saved"},
		{with(func(s *offline.Status) { s.Pending, s.Online = 7, false }), client.LinkDown, false, "Offline · 7 changes on this device · last update " + lastUpdate(last)},
		{with(func(s *offline.Status) { s.Online = false }), client.LinkDown, false, "Offline · last update " + lastUpdate(last)},
		{with(func(s *offline.Status) { s.Pending, s.Sending = 7, 3 }), client.LinkLive, false, "Sending 3 of 7"},
		{with(func(s *offline.Status) { s.Pending, s.Sending = 7, 3 }), client.LinkDown, false, "Offline · 7 changes on this device · last update " + lastUpdate(last)},
		{with(func(s *offline.Status) { s.Pending = 1 }), client.LinkLive, false, "1 change on this device"},
		{with(func(s *offline.Status) { s.Attention = 2 }), client.LinkLive, false, "2 need attention"},
		{with(func(s *offline.Status) { s.Attention, s.Pending = 2, 1 }), client.LinkLive, false, "1 change on this device"},
		{with(func(s *offline.Status) { s.Pending, s.ReauthNeeded = 7, true }), client.LinkLive, false, "Sign in to send 7"},
		{with(func(s *offline.Status) { s.Pending = 7 }), client.LinkLive, true, "Sign in to send 7"},
		{offline.Status{Status: ready}, client.LinkLive, true, ""},
		{with(func(s *offline.Status) { s.Online = false }), client.LinkSilent, false, "Reconnecting…"},
		{with(func(s *offline.Status) { s.Ready, s.Preparing = false, 62 }), client.LinkLive, false, "Getting ready for offline use … 62 %"},
		{with(func(s *offline.Status) { s.Pending, s.UpgradeNeeded = 2, true }), client.LinkLive, false, "Reload to send 2"},
		{with(func(s *offline.Status) { s.Pending, s.Refused = 2, "invalid" }), client.LinkLive, false, "2 changes are not accepted"},
		{with(func(s *offline.Status) { s.Locked = true }), client.LinkLive, false, "Numbers locked · connect to open them"},
		{with(func(s *offline.Status) { s.Trouble = "offline.trouble.full" }), client.LinkLive, false, "Numbers can’t be kept here"},
		{offline.Status{}, client.LinkLive, false, ""},
	} {
		got, _ := pillSign(x.s, x.link, x.ended)
		if got.Text != x.want {
			t.Errorf("%+v, %q: says %q, want %q", x.s, x.link, got.Text, x.want)
		}
		if (x.s.Pending > 0 || !x.s.Online) && strings.Contains(got.Text, "all saved") {
			t.Errorf("%+v is said to be saved", x.s)
		}
	}
}

// N13: edits are told in words; the pieces of one action are one.
func TestActionsOf_the_log(t *testing.T) {
	set := &number.Fields{CallPurpose: ref("political")}
	log := []replica.Entry{
		{Mutation: replica.Mutation{Uid: "a", Op: replica.Set, Rows: []replica.Edit{{ID: ruleNumber, Was: &number.Fields{CallPurpose: ref("survey")}, Set: set}}}, Outcome: &replica.Outcome{St: replica.Applied}},
		{Mutation: replica.Mutation{Uid: "b", Op: replica.Set, Group: "g", Rows: make([]replica.Edit, 500), Set: set}, Outcome: &replica.Outcome{St: replica.Applied, Applied: 500}},
		{Mutation: replica.Mutation{Uid: "c", Op: replica.Set, Group: "g", Rows: make([]replica.Edit, 3), Set: set}, Outcome: &replica.Outcome{St: replica.Merged, Applied: 1, Faults: []replica.Fault{{ID: "x"}, {ID: "y"}}}},
		{Mutation: replica.Mutation{Uid: "d", Op: replica.Remove, Rows: []replica.Edit{{ID: ruleOther, Was: &number.Fields{E164: "+33184882011"}}}}},
		{Mutation: replica.Mutation{Uid: "e", Op: replica.Create, Rows: []replica.Edit{{ID: ruleOther, Set: &number.Fields{E164: "+33184882012", CallPurpose: ref("survey"), DisplayName: ref("")}}}}},
	}
	waiting, done := actionsOf(log, 1)
	if len(done) != 2 || len(waiting) != 2 {
		t.Fatalf("%d wait, %d are done", len(waiting), len(done))
	}
	w := ruleWords(ruleScene([]replica.View{ruleView(ruleNumber, "+33184882010", nil)}))
	for i, want := range []struct {
		a     syncAction
		title string
		state syncState
	}{{done[0], "Changed +33 1 84 88 20 10", stateSaved}, {done[1], "Changed 503 numbers", statePart}, {waiting[0], "Removed +33 1 84 88 20 11", stateSending}, {waiting[1], "Added +33 1 84 88 20 12", stateHere}} {
		if got := w.title(&want.a); got != want.title || want.a.state != want.state {
			t.Errorf("%d is %q %s, want %q %s", i, got, want.a.state, want.title, want.state)
		}
	}
	if got := w.changes(&done[0]); len(got) != 1 || got[0] != (syncChange{"Call purpose", "Survey", "Political"}) {
		t.Errorf("changed %+v", got)
	}
	if got := w.changes(&waiting[1]); len(got) != 1 || got[0].Was != "" || got[0].Now != "Survey" {
		t.Errorf("added with %+v", got)
	}
	if got := done[1].result(); got != "501 of 503 applied, 2 need attention" {
		t.Errorf("of the large one: %q", got)
	}
	lists := []typedOut{{kind: api.JobDelete, texts: []string{"01 84 88 20 99"}}}
	if got := w.unsentTable(log, lists); strings.Count(got, "\r\n") != 4 || !strings.Contains(got, "Remove 01 84 88 20 99") || !strings.Contains(got, "Removed +33 1 84 88 20 11") || !strings.Contains(got, "Survey") {
		t.Errorf("the file is %q", got)
	}
}
