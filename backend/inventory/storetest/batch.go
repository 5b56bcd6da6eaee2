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

// batchEqualsEdits does the same to two organizations, in batches and one by one: numbers are added where not all can be,
// then many that all can be, and some are taken out of programs, units and the business.
func batchEqualsEdits(w *world) {
	places := 1 << 28 // ids of units and programs, which are each organization's own
	for seed := range uint64(6) {
		var heads [2]inventory.Head
		var rows [2]base
		var faults [2][]string
		for way := range 2 {
			w.org = w.in.Organization()
			w.made = places
			w.newPlaces()
			places = w.made
			r := random(seed)
			b := batches{world: w, alone: way == 1, made: 1 << 20 * int(seed+1)}
			prefix := fmt.Sprintf("+4%d%d", way, seed)
			b.add(b.some(r, prefix, 30))
			b.add(b.good(r, prefix, 130))
			for _, level := range []inventory.Level{inventory.FromProgram, inventory.FromUnit, inventory.FromBusiness, inventory.FromUnit} {
				var list []number.E164
				for range 40 {
					list = append(list, number.E164(fmt.Sprintf("%s%03d", prefix, r.IntN(80))))
				}
				slices.Sort(list)
				b.take(level, list)
			}
			heads[way], rows[way], faults[way] = w.head(), b.plain(), b.faults
			w.checkHistory(nil)
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
		for _, why := range []string{"", "not_found", "already_here", "exists_elsewhere", "call_purpose_required", "unknown_call_purpose", "do_not_originate_in_program"} {
			if !slices.Contains(faults[0], why) {
				w.Errorf("seed %d: nothing was refused as %q", seed, why)
			}
		}
	}
}

// batches does things to many numbers, together or each alone, and notes why what was refused.
type batches struct {
	*world
	alone  bool
	made   int // ids and uids go on from here with each batch, so that both ways have the same
	faults []string
}

func (b *batches) next() {
	b.made += 1 << 12
	b.world.made = b.made
}

// some are numbers of which some can't be added.
func (b *batches) some(r *rand.Rand, prefix string, n int) (list []number.Number) {
	at := []number.Place{{}, b.at(0, -1), b.at(0, 0), b.at(1, 2), b.at(1, 0)}
	for i := range n {
		list = append(list, number.Number{E164: number.E164(fmt.Sprintf("%s%03d", prefix, r.IntN(n*2/3))), DisplayName: fmt.Sprint(i),
			CallPurpose: []string{"st_support", "st_support", "st_sales", "st_silent", "", "st_old"}[r.IntN(6)], Place: at[r.IntN(len(at))]})
	}
	list = append(list, // and one of each kind
		number.Number{E164: number.E164(prefix + "040"), CallPurpose: "st_support"},
		number.Number{E164: number.E164(prefix + "040"), CallPurpose: "st_support"},
		number.Number{E164: number.E164(prefix + "040"), CallPurpose: "st_support", Place: b.at(0, 1)},
		number.Number{E164: number.E164(prefix + "041")}, number.Number{E164: number.E164(prefix + "041"), CallPurpose: "st_old"},
		number.Number{E164: number.E164(prefix + "041"), CallPurpose: "st_silent", Place: b.at(0, 1)})
	slices.SortStableFunc(list, func(a, b number.Number) int { return compare(a.E164, b.E164) })
	return list
}

// good are numbers that can all be added.
func (b *batches) good(r *rand.Rand, prefix string, n int) (list []number.Number) {
	at := []number.Place{{}, b.at(0, -1), b.at(0, 0), b.at(0, 1), b.at(1, 2)}
	for i := range n {
		list = append(list, number.Number{E164: number.E164(fmt.Sprintf("%s%03d", prefix, 50+i)), CallPurpose: "st_sales", Place: at[r.IntN(len(at))]})
	}
	return list
}

func (b *batches) add(list []number.Number) {
	b.next()
	uids := make([]replica.Uid, len(list))
	for i := range list {
		list[i].ID, uids[i] = b.numberID(), b.uid()
	}
	if !b.alone {
		b.update(func(s inventory.Store) error {
			res, err := b.core.Add(s, b.me, list, func(i int) replica.Uid { return uids[i] })
			b.note(res)
			return err
		})
		return
	}
	for i := range list {
		n := &list[i]
		m := b.mutation(replica.Create, n.ID, nil, &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place})
		m.Uid = uids[i]
		b.faults = append(b.faults, why(first(b.edit(b.me, m).Faults)))
	}
}

func (b *batches) note(res []inventory.Result) {
	for i := range res {
		b.faults = append(b.faults, why(res[i].Fault))
	}
}

func (b *batches) take(level inventory.Level, list []number.E164) {
	b.next()
	uids := make([]replica.Uid, len(list))
	for i := range list {
		uids[i] = b.uid()
	}
	if !b.alone {
		b.update(func(s inventory.Store) error {
			res, err := b.core.Delete(s, b.me, level, list, func(i int) replica.Uid { return uids[i] })
			b.note(res)
			return err
		})
		return
	}
	for i, e := range list {
		var row *inventory.Record
		b.view(func(s inventory.Store) (err error) {
			row, err = s.Live(e)
			return err
		})
		if row == nil {
			b.faults = append(b.faults, string(number.NotFound))
			continue
		}
		var m *replica.Mutation
		switch level {
		case inventory.FromBusiness:
			m = b.removal(row.ID, 1<<40)
		case inventory.FromUnit:
			m = b.mutation(replica.Set, row.ID, placed(row.Place), placed(number.Place{}))
		default:
			m = b.mutation(replica.Set, row.ID, placed(row.Place), placed(number.Place{BusinessUnit: row.BusinessUnit}))
		}
		m.Uid = uids[i]
		b.faults = append(b.faults, why(first(b.edit(b.me, m).Faults)))
	}
}

// plain are the numbers that there are, with what is the organization's own left out.
func (b *batches) plain() base {
	rows := b.present()
	for k, ch := range rows {
		n := *ch.Number
		n.E164 = "+40" + n.E164[3:]
		if i := slices.Index(b.unit[:], n.BusinessUnit); i >= 0 {
			n.BusinessUnit = id.BusinessUnit(fmt.Sprint("unit ", i))
		}
		if i := slices.Index(b.program[:], n.Program); i >= 0 {
			n.Program = id.Program(fmt.Sprint("program ", i))
		}
		ch.Number = &n
		rows[k] = ch
	}
	return rows
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
