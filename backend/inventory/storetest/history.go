package storetest

import (
	"fmt"
	"math/rand/v2"

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
		w.newPlaces()
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
