package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// historyHolds does random things to an organization and holds its history to what it stands for.
func historyHolds(w *world) {
	for seed := range uint64(12) {
		r := random(seed)
		w.org = w.in.Organization()
		for i := range w.unit {
			w.unit[i] = id.BusinessUnit(w.uuid())
			w.in.PutUnit(w.org, &number.Unit{ID: w.unit[i], Name: fmt.Sprint("Unit ", i)})
		}
		for i := range w.program {
			w.program[i] = id.Program(w.uuid())
			w.in.PutProgram(w.org, &number.Program{ID: w.program[i], BusinessUnit: w.unit[i/2], DisplayName: fmt.Sprint("Program ", i), CallPurpose: "st_support"})
		}
		done := map[replica.Uid]replica.Outcome{}
		var ids []id.Number
		for range 3 {
			ids = append(ids, w.numberID())
		}
		for step := range 25 {
			var ms []*replica.Mutation
			for range 1 + r.IntN(4) {
				ms = append(ms, w.anything(r, int(seed), &ids))
			}
			a := []inventory.Actor{w.me, w.dana}[r.IntN(2)]
			if step%3 == 0 {
				o := w.edit(a, ms[0])
				done[o.Uid] = o
				continue
			}
			for _, o := range w.push(a, w.client(), 0, ms...).Outcomes {
				done[o.Uid] = o
			}
		}
		w.checkHistory(done)
		if w.Failed() {
			w.Fatalf("seed %d", seed)
		}
	}
}

// anything is some mutation of one of ids or of a new number.
func (w *world) anything(r *rand.Rand, seed int, ids *[]id.Number) *replica.Mutation {
	n := (*ids)[r.IntN(len(*ids))]
	names := []string{"", "Desk", "Lobby"}
	purposes := []string{"st_support", "st_sales", "st_silent", "st_old", ""}
	places := []number.Place{{}, w.at(0, -1), w.at(0, 0), w.at(1, 2), w.at(1, 0)}
	fields := func() *number.Fields {
		f := &number.Fields{}
		if r.IntN(2) == 0 {
			f.DisplayName = &names[r.IntN(len(names))]
		}
		if r.IntN(2) == 0 {
			f.CallPurpose = &purposes[r.IntN(len(purposes))]
		}
		if r.IntN(2) == 0 {
			f.Place = &places[r.IntN(len(places))]
		}
		return f
	}
	switch r.IntN(6) {
	case 0, 1:
		if r.IntN(3) > 0 {
			n = w.numberID()
			*ids = append(*ids, n)
		}
		f := fields()
		f.E164 = number.E164(fmt.Sprintf("+39%02d%02d", seed, r.IntN(12)))
		return w.mutation(replica.Create, n, nil, f)
	case 2:
		return w.removal(n, int64(r.IntN(40)))
	case 3:
		return w.mutation(replica.Restore, n, nil, nil)
	}
	m := w.mutation(replica.Set, n, fields(), fields())
	if row := w.record(n); row != nil && r.IntN(3) > 0 {
		m.Rows[0].Was = m.Set.Of(&row.Number)
	}
	if r.IntN(3) == 0 {
		other := (*ids)[r.IntN(len(*ids))]
		if other != n {
			m.Rows = append(m.Rows, replica.Edit{ID: other, Was: fields(), Set: fields()})
		}
	}
	return m
}

// checkHistory holds the organization's history to its invariants: gapless, chained, and adding up to the tables, their
// digest and the outcomes that were told.
func (w *world) checkHistory(done map[replica.Uid]replica.Outcome) {
	w.Helper()
	head := w.head()
	var chain [8]byte
	b := base{}
	type touch struct {
		uid replica.Uid
		row string
	}
	touched := map[touch]bool{}
	per := map[replica.Uid]int{}
	w.view(func(s inventory.Store) error {
		list, err := s.Changes(0, 1<<20)
		must(w, err)
		if int64(len(list)) != head.Seq {
			w.Errorf("%d changes, the head is %d", len(list), head.Seq)
		}
		for i := range list {
			seq := int64(i + 1)
			p, err := s.Change(seq)
			must(w, err)
			if p == nil || p.Seq != seq || list[i].Seq != seq {
				w.Errorf("change %d is %+v", seq, p)
				return nil
			}
			if diff := cmp.Diff(list[i], p.Change); diff != "" {
				w.Errorf("change %d is told in two ways:\n%s", seq, diff)
			}
			chain = inventory.Link(chain, p)
			if chain != p.Chain {
				w.Errorf("the chain at %d is %x, want %x", seq, p.Chain, chain)
			}
			if p.Kind != replica.KindNumber {
				continue
			}
			k := touch{p.Uid, p.ID}
			if touched[k] {
				w.Errorf("%s changed %s twice", p.Uid, p.ID)
			}
			touched[k] = true
			per[p.Uid]++
		}
		for _, ch := range list {
			if ch.Kind == replica.KindNumber {
				b.apply([]replica.Change{ch})
			}
		}
		return nil
	})
	if chain != head.Chain {
		w.Errorf("the head's chain is %x, want %x", head.Chain, chain)
	}
	if diff := cmp.Diff(w.present(), b); diff != "" {
		w.Errorf("the history adds up to something else than the tables:\n%s", diff)
	}
	if *head.Digest() != b.digest() {
		w.Errorf("the digest is %+v, of the rows %+v", *head.Digest(), b.digest())
	}
	for uid, o := range done {
		if per[uid] != o.Applied {
			w.Errorf("%s: told %d rows applied, the history has %d (%s)", uid, o.Applied, per[uid], o.St)
		}
	}
}

// otherRows puts the rows that are not numbers into the history, and looks what devices get of them.
func otherRows(w *world) {
	before := w.head()
	unit := &number.Unit{ID: id.BusinessUnit(w.uuid()), Name: "West"}
	program := &number.Program{ID: id.Program(w.uuid()), BusinessUnit: unit.ID, DisplayName: "Fair", CallPurpose: "st_support", Starts: start}
	list := []replica.Change{
		{Kind: replica.KindUnit, ID: string(unit.ID), Unit: unit},
		{Kind: replica.KindProgram, ID: string(program.ID), Program: program},
		{Kind: replica.KindPurpose, ID: "st_sales", Purpose: &number.Purpose{Key: "st_sales", Labels: map[string]string{"en": "Sales", "fr": "Ventes"}, Ver: 99}},
		{Kind: replica.KindProgram, ID: string(program.ID), Del: true},
	}
	for i, ch := range list {
		w.update(func(s inventory.Store) error {
			seq, err := w.core.Put(s, w.me, ch)
			if err == nil && seq != before.Seq+int64(i)+1 {
				w.Errorf("%s is change %d", ch.Kind, seq)
			}
			return err
		})
	}
	if unit.Ver != 0 || program.Ver != 0 {
		w.Error("the caller's rows were changed")
	}
	ans := w.pull(w.me, replica.Pull{Cursor: w.core.Cursor(w.org, &before)})
	for i := range list {
		list[i].Seq = before.Seq + int64(i) + 1
	}
	list[0].Unit = &number.Unit{ID: unit.ID, Name: "West", Ver: list[0].Seq}
	made := *program
	made.Ver = list[1].Seq
	list[1].Program = &made
	list[2].Purpose = &number.Purpose{Key: "st_sales", Labels: map[string]string{"en": "Sales", "fr": "Ventes"}}
	if diff := cmp.Diff(list, ans.Changes); diff != "" {
		w.Errorf("what devices are told:\n%s", diff)
	}
	w.checkHistory(nil)
}

// batchEqualsEdits does the same to two organizations, in a batch and one by one.
func batchEqualsEdits(w *world) {
	for seed := range uint64(6) {
		var heads [2]inventory.Head
		var rows [2]base
		var faults [2][]string
		for way := range 2 {
			r := random(seed)
			w.made = 1 << 20 * int(seed+1) // the same ids and uids both times
			w.org = w.in.Organization()
			prefix := fmt.Sprintf("+4%d%d", way, seed)
			// Units and programs have ids of their own in an installation: the batch uses none of them.
			var list []number.Number
			var e164s []number.E164
			for i := range 30 {
				e := number.E164(fmt.Sprintf("%s%03d", prefix, r.IntN(25)))
				list = append(list, number.Number{E164: e, CallPurpose: []string{"st_support", "st_sales", "", "st_old"}[r.IntN(4)], DisplayName: fmt.Sprint(i)})
				e164s = append(e164s, number.E164(fmt.Sprintf("%s%03d", prefix, r.IntN(30))))
			}
			slices.SortStableFunc(list, func(a, b number.Number) int { return compare(a.E164, b.E164) })
			slices.Sort(e164s)
			for i := range list {
				list[i].ID = w.numberID()
			}
			uids := make([]replica.Uid, len(list)+len(e164s))
			for i := range uids {
				uids[i] = w.uid()
			}

			if way == 0 {
				w.update(func(s inventory.Store) error {
					added, err := w.core.Add(s, w.me, list, func(i int) replica.Uid { return uids[i] })
					must(w, err)
					gone, err := w.core.Delete(s, w.me, inventory.FromBusiness, e164s, func(i int) replica.Uid { return uids[len(list)+i] })
					for _, res := range append(added, gone...) {
						faults[0] = append(faults[0], why(res.Fault))
					}
					return err
				})
			} else {
				for i, n := range list {
					m := w.mutation(replica.Create, n.ID, nil, &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName})
					m.Uid = uids[i]
					faults[1] = append(faults[1], why(first(w.edit(w.me, m).Faults)))
				}
				for i, e := range e164s {
					var row *inventory.Record
					w.view(func(s inventory.Store) (err error) {
						row, err = s.Live(e)
						return err
					})
					if row == nil {
						faults[1] = append(faults[1], "not_found")
						continue
					}
					m := w.removal(row.ID, 1<<40)
					m.Uid = uids[len(list)+i]
					faults[1] = append(faults[1], why(first(w.edit(w.me, m).Faults)))
				}
			}
			heads[way], rows[way] = w.head(), w.present()
			w.checkHistory(nil)
		}
		for k, ch := range rows[1] { // the two ways had to use numbers of their own
			n := *ch.Number
			n.E164 = "+40" + n.E164[3:]
			ch.Number = &n
			rows[1][k] = ch
		}
		if diff := cmp.Diff(rows[1], rows[0]); diff != "" {
			w.Errorf("seed %d: one by one there stands something else:\n%s", seed, diff)
		}
		if diff := cmp.Diff(faults[1], faults[0]); diff != "" {
			w.Errorf("seed %d: one by one other rows are refused:\n%s", seed, diff)
		}
		if a, b := heads[0], heads[1]; a.Seq != b.Seq || a.Rows != b.Rows || a.Sum != b.Sum {
			w.Errorf("seed %d: the head is %+v, one by one %+v", seed, a, b)
		}
	}
}

func compare(a, b number.E164) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func first(list []replica.Fault) *replica.Fault {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

func why(f *replica.Fault) string {
	if f == nil {
		return ""
	}
	return string(f.Reason)
}

func batchTells(w *world) {
	away := w.in.Organization()
	uid := func(int) replica.Uid { return w.uid() }
	must(w, w.in.Update(away, func(s inventory.Store) error {
		_, err := w.core.Add(s, w.dana, []number.Number{{E164: "+45000", CallPurpose: "st_support"}}, uid)
		return err
	}))
	here := w.add(w.me, "+45001", "st_support", "", w.at(0, 0))
	held := w.add(w.me, "+45002", "st_support", "", w.at(0, 0))
	bare := w.add(w.me, "+45003", "st_support", "", number.Place{})
	w.hold(held, number.Suspended)

	var added []inventory.Result
	w.update(func(s inventory.Store) (err error) {
		added, err = w.core.Add(s, w.me, []number.Number{
			{E164: "+45000", CallPurpose: "st_support"},
			{E164: "+45001", CallPurpose: "st_support", Place: w.at(0, 0)},
			{E164: "+45001", CallPurpose: "st_support", Place: w.at(1, -1)},
			{E164: "+45010", CallPurpose: "st_support", Place: w.at(1, 2)},
			{E164: "+45010", CallPurpose: "st_support", Place: w.at(1, 2)},
			{E164: "x", CallPurpose: "st_support"},
		}, uid)
		return err
	})
	var got []string
	for _, res := range added {
		got = append(got, why(res.Fault))
	}
	if diff := cmp.Diff([]string{"allocated", "already_here", "exists_elsewhere", "", "already_here", "not_a_number"}, got); diff != "" {
		w.Errorf("added:\n%s", diff)
	}
	if f := added[0].Fault; f.Other != "" || f.Place != nil || added[1].Fault.Other != here || added[3].Seq != w.head().Seq {
		w.Errorf("the results are %+v", added)
	}

	take := func(a inventory.Actor, level inventory.Level, list ...number.E164) (out []string) {
		w.update(func(s inventory.Store) error {
			res, err := w.core.Delete(s, a, level, list, uid)
			for _, r := range res {
				st := why(r.Fault)
				if r.Seq > 0 {
					st = "done"
				}
				out = append(out, st)
			}
			return err
		})
		return out
	}
	all := []number.E164{"+45000", "+45001", "+45002", "+45003"}
	for _, c := range []struct {
		level inventory.Level
		want  []string
		place number.Place // of here
	}{
		{inventory.FromProgram, []string{"not_found", "done", "conflict", ""}, w.at(0, -1)},
		{inventory.FromUnit, []string{"not_found", "done", "conflict", ""}, number.Place{}},
		{inventory.FromBusiness, []string{"not_found", "done", "conflict", "done"}, number.Place{}},
	} {
		if diff := cmp.Diff(c.want, take(w.me, c.level, all...)); diff != "" {
			w.Errorf("taken from the %s:\n%s", c.level, diff)
		}
		if got := w.record(here).Place; got != c.place {
			w.Errorf("after taking it from the %s it stands at %+v", c.level, got)
		}
	}
	if w.record(here).Status != number.Removed || w.record(bare).Status != number.Removed || w.record(held).Status != number.Suspended {
		w.Error("not exactly the numbers that could be were removed")
	}
	nobody := w.me
	nobody.Rights = 0
	if diff := cmp.Diff([]string{"forbidden"}, take(nobody, inventory.FromBusiness, "+45002")); diff != "" {
		w.Errorf("without the right:\n%s", diff)
	}
	w.hold(held, number.Active) // as the history knows it
	w.checkHistory(nil)
}
