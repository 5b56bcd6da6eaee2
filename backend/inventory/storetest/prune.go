package storetest

import (
	"fmt"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// backedUp tells the history how far it is in a backup.
func (w *world) backedUp(seq int64) {
	w.Helper()
	w.update(func(s inventory.Store) error {
		h, err := s.Head()
		must(w, err)
		next := *h
		next.DurableSeq = seq
		return s.SetHead(&next)
	})
}

// prune forgets changes, of which there have to be as many as want. Those that were made together can be read until all of
// them are forgotten, and no longer, even if they were just read.
func (w *world) prune(before time.Time, limit, want int) {
	w.Helper()
	w.update(func(s inventory.Store) error {
		_, err := s.Change(1)
		must(w, err)
		n, err := inventory.PruneHistory(s, before, limit)
		if n != want {
			w.Errorf("%d changes were forgotten, want %d", n, want)
		}
		must(w, err)
		h, err := s.Head()
		must(w, err)
		p, err := s.Change(1)
		if p != nil && h.MinSeq > 6 {
			w.Errorf("the history begins at %d, and change 1 is still read", h.MinSeq)
		}
		return err
	})
}

// historyPruned forgets a history of which some changes were made together, in steps that end anywhere.
func historyPruned(w *world) {
	at := func(seq int64) (c string) {
		w.view(func(s inventory.Store) error {
			h, err := s.Head()
			must(w, err)
			p, err := s.Change(seq)
			if err == nil && p == nil {
				w.Fatalf("change %d is not there", seq)
			}
			c = w.core.Cursor(w.org, &inventory.Head{Epoch: h.Epoch, Seq: seq, Chain: p.Chain})
			return err
		})
		return c
	}
	batch := func(from int) {
		var list []number.Number
		for i := range 6 {
			list = append(list, number.Number{E164: number.E164(fmt.Sprintf("+3621%02d", from+i)), CallPurpose: "st_support"})
		}
		w.update(func(s inventory.Store) error {
			_, err := w.core.Add(s, w.me, list, func(int) replica.Uid { return w.uid() })
			return err
		})
	}
	batch(0)
	w.in.Advance(time.Hour)
	batch(6)
	cursors := map[int64]string{}
	for seq := int64(1); seq <= 12; seq++ {
		cursors[seq] = at(seq)
	}
	before := w.present()
	w.in.Advance(time.Hour)

	w.prune(start.Add(3*time.Hour), 100, 0) // nothing is in a backup
	w.backedUp(11)
	w.prune(start, 100, 0) // nothing is older
	for _, c := range []struct {
		before      time.Time
		limit, want int
		floor       int64
	}{
		{start.Add(time.Hour), 2, 2, 2},
		{start.Add(time.Hour), 2, 2, 4},
		{start.Add(time.Hour), 100, 2, 6}, // what was made an hour later is not older
		{start.Add(3 * time.Hour), 1, 1, 7},
		{start.Add(3 * time.Hour), 100, 4, 11}, // and the last one is in no backup
		{start.Add(3 * time.Hour), 100, 0, 11},
	} {
		w.prune(c.before, c.limit, c.want)
		if h := w.head(); h.MinSeq != c.floor || h.Seq != 12 {
			w.Errorf("the history begins at %d, want %d", h.MinSeq, c.floor)
		}
		for seq := int64(1); seq <= 12; seq++ {
			ans := w.pull(w.me, replica.Pull{Cursor: cursors[seq]})
			if seq < c.floor && ans.Reset != replica.ResetPruned || seq >= c.floor && (ans.Reset != "" || len(ans.Changes) != int(12-seq)) {
				w.Errorf("with %d forgotten, from %d on: %q, %d changes", c.floor, seq, ans.Reset, len(ans.Changes))
			}
		}
	}
	if diff := cmp.Diff(before, w.present()); diff != "" {
		w.Errorf("numbers went with the history:\n%s", diff)
	}
}

// receiptsPruned forgets what a device has long confirmed, and what nobody waits for (I18).
func receiptsPruned(w *world) {
	n := w.add(w.me, "+36300", "st_support", "Desk", number.Place{})
	c, other := w.client(), w.client()
	ms := append(w.renames(n, "Desk", "A", "B", "C"), w.mutation(replica.Set, n, name("Desk"), name("Never"))) // 4 waits for me
	ms = append(ms, w.renames(n, "C", "D", "E", "F")...)
	all := w.push(w.me, c, 0, ms...).Outcomes
	w.push(w.dana, other, 0, w.renames(n, "F", "G", "H")...)
	w.in.Advance(time.Hour)
	w.push(w.me, c, 7, w.renames(n, "H", "I", "J")...)

	online := w.mutation(replica.Set, n, name("J"), name("K"))
	w.edit(w.me, online)
	seen := func(first, ack replica.Mid) {
		w.update(func(s inventory.Store) error {
			return w.core.Seen(s, w.me, &replica.Pull{Client: c, Schema: replica.Schema, FirstMid: first, AckMid: ack})
		})
	}
	prune := func(before time.Time, limit, want int) {
		w.Helper()
		w.update(func(s inventory.Store) error {
			n, err := inventory.PruneReceipts(s, before, limit)
			if n != want {
				w.Errorf("%d receipts were forgotten, want %d", n, want)
			}
			return err
		})
	}
	kept := func(want ...replica.Mid) {
		w.Helper()
		w.view(func(s inventory.Store) error {
			list, err := s.Receipts(c, 0, 1<<40)
			var got []replica.Mid
			for i := range list {
				got = append(got, list[i].Outcome.Mid)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				w.Errorf("the receipts that are left:\n%s", diff)
			}
			return err
		})
	}
	old, all9 := start.Add(time.Hour), start.Add(2*time.Hour)

	prune(all9, 100, 1) // the addition of the number, online
	kept(1, 2, 3, 4, 5, 6, 7, 8, 9)
	seen(9, 1) // it holds none of them, but says that it has the outcome of the first alone
	prune(all9, 100, 0)
	seen(3, 9) // it has all of them, and holds the third
	prune(all9, 100, 1)
	kept(2, 3, 4, 5, 6, 7, 8, 9)

	seen(10, 9)
	prune(old, 1, 1)
	kept(3, 4, 5, 6, 7, 8, 9)
	prune(old, 2, 2)
	kept(4, 6, 7, 8, 9)
	prune(old, 100, 2)
	kept(4, 8, 9) // 4 waits, 8 is younger
	prune(all9, 100, 1)
	kept(4, 9) // sums go on from 9
	w.view(func(s inventory.Store) error {
		for i, m := range ms {
			r, err := s.ReceiptOf(m.Uid)
			if err != nil || (r != nil) != (i == 3) {
				w.Errorf("the receipt of mutation %d: %+v, %v", i+1, r, err)
			}
		}
		return nil
	})
	next := w.push(w.me, c, 9, w.renames(n, "K", "L")...).Outcomes
	for ack, sum := range map[replica.Mid]uint64{9: 0, 10: replica.ReceiptHash(&next[0])} {
		in := replica.Pull{Client: c, FirstMid: 10, AckMid: ack, Cursor: w.core.Cursor(w.org, ptr(w.head())), ReceiptSum: replica.SumText(sum)}
		if ans := w.pull(w.me, in); ans.Verify {
			w.Errorf("the sum up to %d: %+v", ack, ans)
		}
	}

	// An image of the device brings again what waits: it is the same intent, and no second item.
	clone := w.client()
	if again := w.push(w.me, clone, 0, ms[3]).Outcomes[0]; again.Attention != all[3].Attention || again.Seq != all[3].Seq {
		w.Errorf("what waits, again: %+v", again)
	}
	w.update(func(s inventory.Store) error {
		_, err := w.core.Resolve(s, w.me, all[3].Attention, "discard")
		return err
	})
	prune(all9, 100, 1)
	kept(9, 10)
}
