package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

var errOnPurpose = errors.New("on purpose")

// live is a stored number.
func (w *world) live(e number.E164, ver int64) *inventory.Record {
	return &inventory.Record{Number: number.Number{ID: w.numberID(), E164: e, CallPurpose: "st_support", Status: number.Active, Ver: ver}, By: w.me.Login}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func partIsUndoneAlone(w *world) {
	a, b := w.live("+331", 1), w.live("+332", 2)
	w.update(func(s inventory.Store) error {
		_, err := s.AddNumber(a)
		must(w, err)
		err = s.Part(func() error {
			_, err := s.AddNumber(b)
			must(w, err, s.RaiseAttention(w.me.Login), s.PutDevice(&inventory.Device{Client: "x", Login: w.me.Login}))
			must(w, s.Part(func() error { return s.RaiseAttention(w.dana.Login) }))
			return errOnPurpose
		})
		if !errors.Is(err, errOnPurpose) {
			w.Errorf("a part gave %v", err)
		}
		return nil
	})
	if w.record(a.ID) == nil || w.record(b.ID) != nil {
		w.Error("not exactly what the part did was undone")
	}
	w.view(func(s inventory.Store) error {
		d, err := s.Device("x")
		must(w, err)
		mine, err := s.AttentionVer(w.me.Login)
		must(w, err)
		hers, err := s.AttentionVer(w.dana.Login)
		must(w, err)
		if d != nil || mine != 0 || hers != 0 {
			w.Errorf("left of the undone part: %+v, %d, %d", d, mine, hers)
		}
		return nil
	})
}

func errorLeavesNoTrace(w *world) {
	before := w.head()
	r := w.live("+331", 1)
	err := w.in.Update(w.org, func(s inventory.Store) error {
		_, err := s.AddNumber(r)
		must(w, err)
		h := before
		h.Seq = 7
		must(w, s.SetHead(&h))
		return errOnPurpose
	})
	if !errors.Is(err, errOnPurpose) {
		w.Errorf("the transaction gave %v", err)
	}
	if w.record(r.ID) != nil || w.head() != before {
		w.Error("an error left a trace")
	}
}

func numbersClash(w *world) {
	other := w.in.Organization()
	mine := w.live("+331", 1)
	clash := func(org id.Organization, r *inventory.Record) (clash bool) {
		must(w, w.in.Update(org, func(s inventory.Store) (err error) {
			clash, err = s.AddNumber(r)
			return err
		}))
		return clash
	}
	if clash(w.org, mine) {
		w.Fatal("a free number clashes")
	}
	sameID := w.live("+332", 2)
	sameID.ID = mine.ID
	if !clash(w.org, sameID) || !clash(w.org, w.live("+331", 2)) || !clash(other, w.live("+331", 1)) {
		w.Error("an id or number was taken twice")
	}
	if got := w.record(mine.ID); got == nil || got.E164 != "+331" {
		w.Errorf("a clash changed the row: %+v", got)
	}
	must(w, w.in.View(other, func(s inventory.Store) error {
		org, n, err := s.Holder("+331")
		must(w, err)
		if org != w.org || n != mine.ID {
			w.Errorf("the holder is %s of %s", n, org)
		}
		if r, err := s.Live("+331"); r != nil || err != nil {
			w.Errorf("another organization's number is shown: %+v, %v", r, err)
		}
		return nil
	}))
	w.view(func(s inventory.Store) error {
		r, err := s.Live("+331")
		if err != nil || r == nil || r.ID != mine.ID {
			w.Errorf("the organization's own number: %+v, %v", r, err)
		}
		return nil
	})

	gone := *mine
	gone.Status, gone.RemovedAt = number.Removed, start
	w.update(func(s inventory.Store) error { return s.PutNumber(&gone) })
	if got := w.record(mine.ID); got == nil || got.Status != number.Removed || !got.RemovedAt.Equal(start) {
		w.Errorf("the tombstone is %+v", got)
	}
	if clash(other, w.live("+331", 1)) {
		w.Error("a removed number is still held")
	}
}

// organizationsApart looks from one organization at what another one has, by its identifiers.
func organizationsApart(w *world) {
	n := w.add(w.me, "+331", "st_support", "Desk", w.at(0, 0))
	c := w.client()
	edit := w.mutation(replica.Set, n, nil, &number.Fields{DisplayName: text("x")})
	o := w.push(w.me, c, 0, edit).Outcomes[0]
	if o.Attention == "" {
		w.Fatalf("nothing to look for: %+v", o)
	}
	look := func(s inventory.Store) (seen [12]bool) {
		row, err := s.Number(n)
		live, err1 := s.Live("+331")
		list, err2 := s.Numbers("", 10)
		unit, err3 := s.Unit(w.unit[0])
		units, err4 := s.Units()
		program, err5 := s.Program(w.program[0])
		programs, err6 := s.Programs()
		past, err7 := s.Change(1)
		changes, err8 := s.Changes(0, 10)
		device, err9 := s.Device(c)
		primary, err10 := s.ReceiptOf(edit.Uid)
		all, err11 := s.Devices()
		must(w, err, err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11)
		return [12]bool{row != nil, live != nil, len(list) > 0, unit != nil, len(units) > 0, program != nil, len(programs) > 0,
			past != nil, len(changes) > 0, device != nil, len(all) > 0, primary != nil}
	}
	rest := func(s inventory.Store) (seen [6]bool) {
		receipts, err := s.Receipts(c, 1, 1)
		sum, err1 := s.SumBelow(c, 10)
		item, err2 := s.Attention(o.Attention)
		items, err3 := s.Attentions(w.me.Login)
		on, err4 := s.AttentionOn(w.me.Login, n)
		ver, err5 := s.AttentionVer(w.me.Login)
		must(w, err, err1, err2, err3, err4, err5)
		return [6]bool{len(receipts) > 0, sum != 0, item != nil, len(items) > 0, on != nil, ver != 0}
	}
	for _, org := range []id.Organization{w.org, w.in.Organization()} {
		mine := org == w.org
		must(w, w.in.View(org, func(s inventory.Store) error {
			for i, seen := range look(s) {
				if seen != mine {
					w.Errorf("its own organization: %v, row %d is seen: %v", mine, i, seen)
				}
			}
			for i, seen := range rest(s) {
				if seen != mine {
					w.Errorf("its own organization: %v, bookkeeping %d is seen: %v", mine, i, seen)
				}
			}
			return nil
		}))
	}
	// Identifiers made on devices may be the same in two organizations.
	w.org = w.in.Organization()
	if again := w.push(w.me, c, 0, edit).Outcomes[0]; again.St != replica.Rejected || reasons(again)[0] != "not_found number" {
		w.Errorf("the same push to another organization: %+v", again)
	}
}

func receiptsSumUp(w *world) {
	c, other := w.client(), w.client()
	first := &inventory.Receipt{Client: c, Primary: true, Sum: 1 << 63, At: start, Outcome: replica.Outcome{
		Mid: 2, Uid: w.uid(), St: replica.Rejected, Seq: 4, Rejected: 1, Attention: "a",
		Faults: []replica.Fault{{ID: "n", Reason: number.Conflict, Mine: &number.Fields{DisplayName: text("x")}, By: "Dana", At: 5}},
	}}
	second := &inventory.Receipt{Client: c, Primary: true, Sum: 9, At: start, Outcome: replica.Outcome{Mid: 5, Uid: w.uid(), St: replica.Applied, Seq: 5, Applied: 1}}
	copied := &inventory.Receipt{Client: other, Sum: 3, At: start, Outcome: second.Outcome}
	w.update(func(s inventory.Store) error {
		must(w, s.AddReceipt(first), s.AddReceipt(second), s.AddReceipt(copied))
		return nil
	})
	w.view(func(s inventory.Store) error {
		for mid, want := range map[replica.Mid]uint64{1: 0, 2: 0, 3: 1 << 63, 5: 1 << 63, 6: 9, 99: 9} {
			if got, err := s.SumBelow(c, mid); got != want || err != nil {
				w.Errorf("sum below %d: %d, want %d (%v)", mid, got, want, err)
			}
		}
		list, err := s.Receipts(c, 2, 2)
		must(w, err)
		if diff := cmp.Diff([]inventory.Receipt{*first}, list); diff != "" {
			w.Errorf("the receipt came back otherwise:\n%s", diff)
		}
		if r, err := s.ReceiptOf(second.Outcome.Uid); err != nil || r == nil || r.Client != c {
			w.Errorf("the primary receipt: %+v, %v", r, err)
		}
		for _, span := range []struct{ from, to, n replica.Mid }{{1, 9, 2}, {2, 2, 1}, {3, 4, 0}, {3, 5, 1}, {6, 2, 0}} {
			list, err := s.Receipts(c, span.from, span.to)
			if err != nil || len(list) != int(span.n) {
				w.Errorf("receipts %d..%d: %d, want %d (%v)", span.from, span.to, len(list), span.n, err)
			}
		}
		return nil
	})
}

func listsAreInOrder(w *world) {
	var want []id.Number
	for _, e := range []number.E164{"+339", "+331", "+335", "+332", "+334"} {
		want = append(want, w.add(w.me, e, "st_support", "", number.Place{}))
	}
	gone := want[2]
	w.edit(w.me, w.removal(gone, 99))
	want = slices.Delete(want, 2, 3)
	slices.Sort(want)

	w.view(func(s inventory.Store) error {
		var got []id.Number
		for after := id.Number(""); ; {
			list, err := s.Numbers(after, 2)
			must(w, err)
			for _, n := range list {
				got = append(got, n.ID)
				after = n.ID
			}
			if len(list) < 2 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Errorf("live numbers in pages of two:\n%s", diff)
		}
		list, err := s.Changes(1, 3)
		must(w, err)
		if len(list) != 3 || list[0].Seq != 2 || list[2].Seq != 4 {
			w.Errorf("three changes after the first: %+v", list)
		}
		if list, err := s.Changes(6, 3); len(list) != 0 || err != nil {
			w.Errorf("changes after the last: %+v, %v", list, err)
		}
		past, err := s.Change(6)
		must(w, err)
		if past == nil || !past.Del || past.ID != string(gone) || past.Name != "Me" || past.By != w.me.Login {
			w.Errorf("the last change: %+v", past)
		}
		if past, err := s.Change(7); past != nil || err != nil {
			w.Errorf("a change that is none: %+v, %v", past, err)
		}
		units, err := s.Units()
		must(w, err)
		programs, err := s.Programs()
		must(w, err)
		if len(units) != 2 || len(programs) != 3 || programs[2].BusinessUnit != w.unit[1] {
			w.Errorf("units %+v, programs %+v", units, programs)
		}
		if u, err := s.Unit("none"); u != nil || err != nil {
			w.Errorf("a unit that is none: %+v, %v", u, err)
		}
		if p, err := s.Purpose("st_silent"); err != nil || p == nil || !p.NeverPlaces || p.Labels["en"] != "Silent" {
			w.Errorf("a call purpose: %+v, %v", p, err)
		}
		return nil
	})
}

func attentionIsKept(w *world) {
	n := w.numberID()
	item := func(rows ...id.Number) *replica.Attention {
		m := *w.mutation(replica.Set, "", nil, &number.Fields{DisplayName: text("x")})
		m.Rows = nil
		for _, r := range rows {
			m.Rows = append(m.Rows, replica.Edit{ID: r})
		}
		return &replica.Attention{ID: id.Attention(w.uuid()), Login: w.me.Login, By: "Me", At: 5, Mutations: []replica.Mutation{m},
			Faults: []replica.Fault{{ID: rows[0], Reason: number.NotFound}}}
	}
	first, many, second := item(n), item(n, w.numberID()), item(n)
	w.update(func(s inventory.Store) error {
		must(w, s.PutAttention(first), s.PutAttention(many), s.RaiseAttention(w.me.Login))
		once, err := s.AttentionVer(w.me.Login)
		must(w, err, s.RaiseAttention(w.me.Login))
		if twice, err := s.AttentionVer(w.me.Login); twice <= once || once < s.Now().UnixMilli() || err != nil {
			w.Errorf("raised from %d to %d (%v); an older store may have had it", once, twice, err)
		}
		return nil
	})
	w.in.Advance(time.Second)
	w.update(func(s inventory.Store) error { return s.PutAttention(second) })
	more := *first
	more.Mutations = append(slices.Clone(first.Mutations), second.Mutations[0])
	w.update(func(s inventory.Store) error { return s.PutAttention(&more) })

	w.view(func(s inventory.Store) error {
		got, err := s.AttentionOn(w.me.Login, n)
		if err != nil || got == nil || got.ID != second.ID {
			w.Errorf("the newest item on the number alone: %+v, %v", got, err)
		}
		if got, err := s.AttentionOn(w.dana.Login, n); got != nil || err != nil {
			w.Errorf("another login's item: %+v, %v", got, err)
		}
		got, err = s.Attention(first.ID)
		must(w, err)
		if diff := cmp.Diff(&more, got); diff != "" {
			w.Errorf("the item came back otherwise:\n%s", diff)
		}
		list, err := s.Attentions(w.me.Login)
		if err != nil || len(list) != 3 {
			w.Errorf("%d items wait, want 3 (%v)", len(list), err)
		}
		// It goes by time, so that after a restore no version comes back that stood for other items.
		if v, err := s.AttentionVer(w.me.Login); v < s.Now().Add(-time.Hour).UnixMilli() || err != nil {
			w.Errorf("version %d is not of %v (%v)", v, s.Now(), err)
		}
		return nil
	})

	w.update(func(s inventory.Store) error { return s.EndAttention(second.ID, "discard", w.me.Login) })
	w.view(func(s inventory.Store) error {
		if got, err := s.Attention(second.ID); got != nil || err != nil {
			w.Errorf("a resolved item: %+v, %v", got, err)
		}
		if got, err := s.AttentionOn(w.me.Login, n); err != nil || got == nil || got.ID != first.ID {
			w.Errorf("the item on the number: %+v, %v", got, err)
		}
		return nil
	})
}
