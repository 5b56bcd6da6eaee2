package storetest

import (
	"strings"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// removal removes a number that the person saw in a version of the present history.
func (w *world) removal(n id.Number, saw int64) *replica.Mutation {
	m := w.mutation(replica.Remove, n, nil, nil)
	m.WasEpoch, m.Rows[0].WasVer = w.head().Epoch, saw
	return m
}

func name(s string) *number.Fields         { return &number.Fields{DisplayName: &s} }
func purpose(s string) *number.Fields      { return &number.Fields{CallPurpose: &s} }
func placed(p number.Place) *number.Fields { return &number.Fields{Place: &p} }
func reasons(o replica.Outcome) (out []string) {
	for _, f := range o.Faults {
		out = append(out, strings.TrimSpace(string(f.Reason)+" "+f.What))
	}
	return out
}

// section10 goes through the table of conflicts of the design, row by row. Each starts with a number "Desk" for support in
// unit 0, which Dana may have changed before my edit arrives.
func section10(w *world) {
	now := start.UnixMilli()
	for i, c := range []struct {
		name    string
		dana    func(n id.Number)                     // meanwhile
		mine    func(n id.Number) []*replica.Mutation // what I made when the number was new
		st      replica.State                         // of the last
		reasons []string
		want    number.Number // name, purpose, place after it
	}{
		{"different fields both apply",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, purpose("st_support"), purpose("st_sales"))}
			},
			replica.Applied, nil, number.Number{DisplayName: "Lobby", CallPurpose: "st_sales", Place: w.at(0, -1)}},
		{"different fields that break a row rule together: the purpose came first",
			func(n id.Number) {
				w.edit(w.dana, w.mutation(replica.Set, n, purpose("st_support"), purpose("st_silent")))
			},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(0, 0)))}
			},
			replica.Rejected, []string{"do_not_originate_in_program"}, number.Number{DisplayName: "Desk", CallPurpose: "st_silent", Place: w.at(0, -1)}},
		{"different fields that break a row rule together: the program came first",
			func(n id.Number) { w.edit(w.dana, w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(0, 0)))) },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, purpose("st_support"), purpose("st_silent"))}
			},
			replica.Rejected, []string{"do_not_originate_in_program"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, 0)}},
		{"same field, same value",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, name("Desk"), name("Lobby"))}
			},
			replica.Noop, nil, number.Number{DisplayName: "Lobby", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"removed twice",
			func(n id.Number) { w.edit(w.dana, w.removal(n, 1<<40)) },
			func(n id.Number) []*replica.Mutation { return []*replica.Mutation{w.removal(n, 1)} },
			replica.Noop, nil, number.Number{Status: number.Removed}},
		{"same field, changed since",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, name("Desk"), name("Office"))}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Lobby", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a field whose value was not seen",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, nil, name("Office"))}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"the place is one field",
			func(n id.Number) { w.edit(w.dana, w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(1, 2)))) },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(0, 0)))}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(1, 2)}},
		{"suspended meanwhile",
			func(n id.Number) { w.hold(n, number.Suspended) },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, purpose("st_support"), purpose("st_sales"))}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1), Status: number.Suspended}},
		{"a suspended number keeps its place in the inventory",
			func(n id.Number) { w.hold(n, number.Suspended) },
			func(n id.Number) []*replica.Mutation { return []*replica.Mutation{w.removal(n, 1<<40)} },
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1), Status: number.Suspended}},
		{"the number itself is fixed",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, nil, &number.Fields{E164: "+3399"})}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"removed after somebody else changed it",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation { return []*replica.Mutation{w.removal(n, w.record(n).Ver-1)} },
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Lobby", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"removed after my own change",
			func(n id.Number) { w.rename(w.me, n, "Lobby") },
			func(n id.Number) []*replica.Mutation { return []*replica.Mutation{w.removal(n, w.record(n).Ver-1)} },
			replica.Applied, nil, number.Number{Status: number.Removed}},
		{"my own change does not hide somebody else's",
			func(n id.Number) { w.rename(w.dana, n, "Lobby"); w.rename(w.me, n, "Hall"); w.rename(w.me, n, "Yard") },
			func(n id.Number) []*replica.Mutation { return []*replica.Mutation{w.removal(n, w.record(n).Ver-3)} },
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Yard", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a version of another history counts as changed",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				m := w.removal(n, 1<<40)
				m.WasEpoch = "another"
				return []*replica.Mutation{m}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"an edit of a removed number",
			func(n id.Number) { w.edit(w.dana, w.removal(n, 1<<40)) },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, name("Desk"), name("Office"))}
			},
			replica.Rejected, []string{"not_found number"}, number.Number{Status: number.Removed}},
		{"one save, of which a part conflicts",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n,
					&number.Fields{DisplayName: text("Desk"), CallPurpose: text("st_support")},
					&number.Fields{DisplayName: text("Office"), CallPurpose: text("st_sales")})}
			},
			replica.Merged, []string{"conflict"}, number.Number{DisplayName: "Lobby", CallPurpose: "st_sales", Place: w.at(0, -1)}},
		{"several edits of a field, of which the first conflicts",
			func(n id.Number) { w.rename(w.dana, n, "Lobby") },
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{
					w.mutation(replica.Set, n, name("Desk"), name("One")),
					w.mutation(replica.Set, n, name("One"), name("Two")),
				}
			},
			replica.Rejected, []string{"conflict"}, number.Number{DisplayName: "Lobby", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a unit that is gone",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(number.Place{BusinessUnit: "gone"}))}
			},
			replica.Rejected, []string{"not_found business_unit"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a program of another unit",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(0, 2)))}
			},
			replica.Rejected, []string{"not_found program"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a program that is over",
			func(n id.Number) {
				w.in.PutProgram(w.org, &number.Program{ID: w.program[1], BusinessUnit: w.unit[0], DisplayName: "Program 1", CallPurpose: "st_support", Ends: start.Add(-time.Hour)})
			},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, placed(w.at(0, -1)), placed(w.at(0, 1)))}
			},
			replica.Rejected, []string{"program_ended"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
		{"a name that is too long",
			func(n id.Number) {},
			func(n id.Number) []*replica.Mutation {
				return []*replica.Mutation{w.mutation(replica.Set, n, name("Desk"), name(strings.Repeat("é", number.MaxDisplayName+1)))}
			},
			replica.Rejected, []string{"invalid_name display_name"}, number.Number{DisplayName: "Desk", CallPurpose: "st_support", Place: w.at(0, -1)}},
	} {
		e := number.E164("+33100" + string(rune('0'+i/10)) + string(rune('0'+i%10)))
		n := w.add(w.me, e, "st_support", "Desk", w.at(0, -1))
		c.dana(n)
		muts := c.mine(n)
		ans := w.push(w.me, w.client(), 0, muts...)
		last := ans.Outcomes[len(ans.Outcomes)-1]
		if diff := cmp.Diff(c.reasons, reasons(last)); last.St != c.st || diff != "" {
			w.Errorf("%s: %s, want %s; reasons:\n%s", c.name, last.St, c.st, diff)
		}
		got := w.record(n)
		if c.want.Status == "" {
			c.want.Status = number.Active
		}
		same := got.DisplayName == c.want.DisplayName && got.CallPurpose == c.want.CallPurpose && got.Place == c.want.Place
		if got.Status != c.want.Status || !same && got.Status != number.Removed {
			w.Errorf("%s: the row is %+v, want %+v", c.name, got.Number, c.want)
		}
		for _, f := range last.Faults {
			if f.E164 != e && c.name != "the number itself is fixed" || f.Reason == number.Conflict && f.By != "" && f.At < now {
				w.Errorf("%s: the fault is %+v", c.name, f)
			}
		}
	}
}

// hold gives a number a status that only the provider gives.
func (w *world) hold(n id.Number, st number.Status) {
	r := *w.record(n)
	r.Status = st
	w.update(func(s inventory.Store) error { return s.PutNumber(&r) })
}

func newNumbers(w *world) {
	free := w.add(w.me, "+33200", "st_support", "Desk", w.at(0, 0))
	away := w.in.Organization()
	must(w, w.in.Update(away, func(s inventory.Store) error {
		_, err := w.core.Add(s, w.dana, []number.Number{{E164: "+33201", CallPurpose: "st_support"}}, func(int) replica.Uid { return w.uid() })
		return err
	}))
	full := func(e number.E164, p, name string, at number.Place) *number.Fields {
		return &number.Fields{E164: e, CallPurpose: &p, DisplayName: &name, Place: &at}
	}
	for _, c := range []struct {
		name string
		id   id.Number
		set  *number.Fields
		want []string
	}{
		{"no digits", "", full("nonsense", "st_support", "", number.Place{}), []string{"not_a_number"}},
		{"nothing at all", "", nil, []string{"not_a_number"}},
		{"here, no place wanted", "", full("+33200", "st_support", "", number.Place{}), []string{"already_here"}},
		{"here, the same place", "", full("+33200", "st_support", "", w.at(0, 0)), []string{"already_here"}},
		{"here, in another place", "", full("+33200", "st_support", "", w.at(1, -1)), []string{"exists_elsewhere"}},
		{"another organization's", "", full("+33201", "st_support", "", number.Place{}), []string{"allocated"}},
		{"no purpose", "", full("+33202", "", "", number.Place{}), []string{"call_purpose_required"}},
		{"no such purpose", "", full("+33202", "none", "", number.Place{}), []string{"unknown_call_purpose"}},
		{"a retired purpose", "", full("+33202", "st_old", "", number.Place{}), []string{"unknown_call_purpose"}},
		{"never places calls, in a program", "", full("+33202", "st_silent", "", w.at(0, 0)), []string{"do_not_originate_in_program"}},
		{"never places calls, in a unit", "", full("+33203", "st_silent", "", w.at(0, -1)), nil},
		{"a line break in the name", "", full("+33202", "st_support", "a\nb", number.Place{}), []string{"invalid_name display_name"}},
		{"an id that exists", free, full("+33204", "st_support", "", number.Place{}), []string{"conflict"}},
		{"a program without its unit", "", full("+33202", "st_support", "", w.at(-1, 0)), []string{"not_found program"}},
	} {
		if c.id == "" {
			c.id = w.numberID()
		}
		o := w.edit(w.me, w.mutation(replica.Create, c.id, nil, c.set))
		if diff := cmp.Diff(c.want, reasons(o)); diff != "" {
			w.Errorf("%s:\n%s", c.name, diff)
		}
		for _, f := range o.Faults {
			known := f.Reason == number.AlreadyHere || f.Reason == number.ExistsElsewhere
			if known != (f.Other == free && f.Place != nil && *f.Place == w.at(0, 0)) && f.Reason != number.Conflict {
				w.Errorf("%s: the fault tells %+v", c.name, f)
			}
		}
	}
	if r := w.record(free); r.E164 != "+33200" || r.Status != number.Active {
		w.Errorf("the number that was here is %+v", r)
	}
}

func rightsAtApply(w *world) {
	n := w.add(w.me, "+33300", "st_support", "Desk", number.Place{})
	head := w.head()
	a := w.me
	a.Rights = perm.Of(perm.NumbersView, perm.NumbersUpdate)
	ans := w.push(a, w.client(), 0,
		w.mutation(replica.Create, w.numberID(), nil, &number.Fields{E164: "+33301", CallPurpose: text("st_support")}),
		w.removal(n, 1<<40),
		w.mutation(replica.Restore, n, nil, nil),
		w.mutation(replica.Set, n, name("Desk"), name("Office")))
	for i, o := range ans.Outcomes[:3] {
		if o.St != replica.Rejected || len(o.Faults) != 1 || o.Faults[0].Reason != number.Forbidden || o.Attention == "" {
			w.Errorf("mutation %d without the right: %+v", i, o)
		}
	}
	if ans.Outcomes[3].St != replica.Applied || ans.Lmid != 4 || w.head().Seq != head.Seq+1 {
		w.Errorf("the edit with the right: %+v", ans.Outcomes[3])
	}
}

func endedAccess(w *world) {
	n := w.add(w.me, "+33300", "st_support", "Desk", number.Place{})
	before := w.head()
	a := w.me
	a.Lost = true
	c := w.client()
	edits := []*replica.Mutation{w.mutation(replica.Set, n, name("Desk"), name("One")), w.mutation(replica.Set, n, name("One"), name("Two"))}
	ans, acts, err := w.tryPush(a, c, 0, edits...)
	must(w, err)
	if len(ans.Outcomes) != 2 || ans.Outcomes[1].St != replica.Rejected || reasons(ans.Outcomes[1])[0] != "forbidden" {
		w.Errorf("edits of somebody whose access ended: %+v", ans.Outcomes)
	}
	want := []inventory.Act{{Kind: audit.NumbersRefused, Object: string(a.Login), Detail: map[string]string{"name": "Me", "edits": "2"}}}
	if diff := cmp.Diff(want, acts); diff != "" {
		w.Errorf("the record tells:\n%s", diff)
	}
	if w.head() != before {
		w.Error("a number changed")
	}
	if _, acts, err = w.tryPush(a, c, 0, edits...); err != nil || len(acts) != 0 {
		w.Errorf("again: %v, %v", acts, err)
	}
}

func restorePlace(w *world) {
	a := w.add(w.me, "+33400", "st_support", "A", w.at(0, 0))
	b := w.add(w.me, "+33401", "st_support", "B", w.at(1, 2))
	x := w.add(w.me, "+33402", "st_support", "X", w.at(1, 2))
	for _, n := range []id.Number{a, b, x} {
		if o := w.edit(w.me, w.removal(n, 1<<40)); o.St != replica.Applied {
			w.Fatalf("removing: %+v", o)
		}
	}
	w.in.DropProgram(w.org, w.program[0])
	w.in.DropProgram(w.org, w.program[2])
	w.in.DropUnit(w.org, w.unit[1])
	again := w.add(w.dana, "+33402", "st_support", "Y", number.Place{})

	if o := w.edit(w.me, w.mutation(replica.Restore, a, nil, nil)); o.St != replica.Applied || w.record(a).Place != w.at(0, -1) {
		w.Errorf("without its program: %+v, %+v", o, w.record(a))
	}
	if o := w.edit(w.me, w.mutation(replica.Restore, a, nil, nil)); o.St != replica.Noop {
		w.Errorf("restored twice: %+v", o)
	}
	if o := w.edit(w.me, w.mutation(replica.Restore, b, nil, nil)); o.St != replica.Applied || w.record(b).Place != (number.Place{}) || w.record(b).Status != number.Active {
		w.Errorf("without its unit: %+v, %+v", o, w.record(b))
	}
	if o := w.edit(w.me, w.mutation(replica.Restore, x, nil, nil)); o.St != replica.Rejected || o.Faults[0].Reason != number.AlreadyHere || o.Faults[0].Other != again {
		w.Errorf("made anew meanwhile: %+v", o)
	}
	if r := w.record(b); !r.RemovedAt.IsZero() {
		w.Errorf("it lives and is removed: %+v", r)
	}

	w.edit(w.me, w.removal(b, 1<<40))
	w.in.Advance(number.RestorableDays*24*time.Hour - time.Minute)
	w.edit(w.me, w.removal(a, 1<<40))
	w.in.Advance(time.Minute)
	if o := w.edit(w.me, w.mutation(replica.Restore, b, nil, nil)); o.St != replica.Rejected || reasons(o)[0] != "not_found number" {
		w.Errorf("after 30 days: %+v", o)
	}
	if o := w.edit(w.me, w.mutation(replica.Restore, a, nil, nil)); o.St != replica.Applied {
		w.Errorf("within 30 days: %+v", o)
	}
}

func conflictsTellWho(w *world) {
	n := w.add(w.me, "+33500", "st_support", "Desk", w.at(0, -1))
	w.in.Advance(time.Hour)
	w.rename(w.dana, n, "Lobby")
	var at time.Time
	w.view(func(s inventory.Store) error { at = s.Now(); return nil })
	w.in.Advance(time.Hour)
	w.edit(w.me, w.mutation(replica.Set, n, purpose("st_support"), purpose("st_sales")))

	o := w.push(w.me, w.client(), 0, w.mutation(replica.Set, n, name("Desk"), name("Office"))).Outcomes[0]
	want := []replica.Fault{{ID: n, E164: "+33500", Reason: number.Conflict, Mine: name("Office"), Now: name("Lobby"), By: "Dana", At: at.UnixMilli()}}
	if diff := cmp.Diff(want, o.Faults); diff != "" {
		w.Errorf("the fault:\n%s", diff)
	}
}

// clocksDecideNothing pushes the same edits with device times far apart, to two organizations alike.
func clocksDecideNothing(w *world) {
	var states [2][]replica.State
	n := w.numberID()
	for i, offset := range []time.Duration{-10 * 365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		w.org = w.in.Organization()
		e := number.E164("+3360" + string(rune('0'+i)))
		ms := []*replica.Mutation{
			w.mutation(replica.Create, n, nil, &number.Fields{E164: e, CallPurpose: text("st_support"), DisplayName: text("Desk")}),
			w.mutation(replica.Set, n, name("Desk"), name("One")),
			w.mutation(replica.Set, n, name("Desk"), name("Two")),
			w.removal(n, 1),
			w.mutation(replica.Restore, n, nil, nil),
		}
		for k := range ms {
			ms[k].At = start.Add(offset - time.Duration(k)*time.Hour).UnixMilli()
		}
		for _, o := range w.push(w.me, w.client(), 0, ms...).Outcomes {
			states[i] = append(states[i], o.St)
		}
	}
	if diff := cmp.Diff(states[0], states[1]); diff != "" {
		w.Errorf("a clock decided:\n%s", diff)
	}
	if want := []replica.State{"applied", "applied", "rejected", "applied", "applied"}; !cmp.Equal(want, states[0]) {
		w.Errorf("outcomes %v, want %v", states[0], want)
	}
}
