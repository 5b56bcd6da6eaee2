package simulate

import (
	"math"
	"slices"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/shared/replica"
)

// backup copies the database; it may be told of as a backup later.
func (w *world) backup() {
	s := w.server
	c := &copied{db: s.db.Copy(), lines: map[*org]*line{}, heads: map[*org]int64{}, at: w.now}
	for _, o := range w.orgs {
		c.lines[o] = w.truth.now[o].clone()
		c.heads[o] = w.truth.now[o].seq
	}
	s.backups = append(s.backups, c)
	if len(s.backups) > 3 {
		s.backups = slices.Delete(s.backups, 0, 1)
	}
	w.count.backups++
	w.note("backup")
	if w.chance(0.3) {
		return
	}
	w.after(w.between(0, minute), func() {
		if slices.Contains(s.backups, c) {
			w.declare(c)
		}
	})
}

// declare says to every organization how much of it is in a backup.
func (w *world) declare(c *copied) {
	w.note("the backup is safe")
	for _, o := range w.orgs {
		for u := range c.lines[o].receipts {
			w.truth.safe[u] = true
		}
		w.server.must(w.server.db.Update(o.id, func(tx *memory.Tx) error {
			h, err := tx.Head()
			if err != nil {
				return err
			}
			next := *h
			next.DurableSeq = max(h.DurableSeq, c.heads[o])
			return tx.SetHead(&next)
		}))
		w.truth.follow(o, nil)
	}
}

// restore puts an older copy back: everything after it never happened.
func (w *world) restore(c *copied) {
	s := w.server
	s.db.Restore(c.db)
	s.db.Hook = c.db.Hook
	for _, e := range s.edges {
		if w.chance(0.5) { // as with a failover to a copy that lagged, nobody has to restart
			e.restart()
		}
	}
	for i, b := range s.backups {
		if b == c {
			s.backups = s.backups[:i+1] // the others are of a history that never happened
		}
	}
	for _, o := range w.orgs {
		was := w.truth.now[o]
		is := c.lines[o].clone()
		is.replaced = is.replaced || was.replaced || was.seq != is.seq || was.chain != is.chain
		if was.epoch != is.epoch {
			is.replaced = true
		}
		w.truth.now[o] = is
	}
	w.note("restored what was at %.3f", float64(c.at-begin)/1000)
}

func (w *world) restoreUnannounced() {
	if len(w.server.backups) == 0 {
		return
	}
	w.count.restores++
	w.restore(pick(w, w.server.backups))
}

func (w *world) restoreAnnounced() {
	if len(w.server.backups) == 0 {
		return
	}
	w.count.announced++
	w.restore(pick(w, w.server.backups))
	for _, o := range w.orgs {
		w.server.must(w.server.db.Update(o.id, func(tx *memory.Tx) error {
			_, err := w.server.core.Rotate(tx, "")
			return err
		}))
		w.truth.rotated(o, false)
	}
}

// prune forgets old history and old receipts: what is in a backup, and of receipts what the device has confirmed long ago
// and nobody waits for (I18).
func (w *world) prune() {
	o := pick(w, w.orgs)
	l := w.truth.now[o]
	limit, keep := 1<<20, 90*24*time.Hour
	if w.chance(0.5) {
		limit = int(w.between(1, l.seq+1))
	}
	if w.chance(0.3) {
		keep = time.Minute
	}
	w.server.must(w.server.db.Update(o.id, func(tx *memory.Tx) error {
		n, err := inventory.PruneHistory(tx, w.time(), limit)
		if err != nil {
			return err
		}
		if n > 0 {
			w.count.prunes++
		}
		h, err := tx.Head()
		if err != nil {
			return err
		}
		if h.MinSeq != l.min+int64(n) || n > 0 && h.MinSeq > l.safe {
			fail("prune", "%d changes from %d on were forgotten, the history begins at %d; up to %d it is in a backup", n, l.min, h.MinSeq, l.safe)
		}
		l.min = h.MinSeq
		w.note("organization %d forgets what was before %d", o.n, l.min)

		devices, err := tx.Devices()
		if err != nil {
			return err
		}
		devices = append(devices, inventory.Device{Client: inventory.Online, FirstMid: math.MaxInt64, AckMid: math.MaxInt64})
		before := make([][]*inventory.Receipt, len(devices))
		for i := range devices {
			before[i] = tx.Ledger(devices[i].Client)
		}
		old := w.time().Add(-keep)
		if _, err := inventory.PruneReceipts(tx, old, limit); err != nil {
			return err
		}
		for i := range devices {
			w.truth.forget(l, &devices[i], before[i], tx.Ledger(devices[i].Client), old)
		}
		return nil
	}))
	w.truth.follow(o, nil)
}

// forget follows the server in forgetting receipts of a device: was is what it had, is what it has. An image of the device
// that is older than they are offers its edits anew; then they are new to everybody.
func (t *truth) forget(l *line, d *inventory.Device, was, is []*inventory.Receipt, old time.Time) {
	k := l.devices[d.Client]
	for _, r := range was {
		if len(is) > 0 && is[0] == r {
			is = is[1:]
			continue
		}
		oc := &r.Outcome
		if oc.Mid >= d.FirstMid || oc.Mid > d.AckMid || !r.At.Before(old) || t.waits(l, oc.Uid) {
			fail("I18", "the receipt of %d %s is forgotten, which %s (%d, %d) or its person may need", oc.Mid, oc.Uid, d.Client, d.FirstMid, d.AckMid)
		}
		if v := l.receipts[oc.Uid]; v != nil && v.client == d.Client && v.outcome.Mid == oc.Mid {
			t.w.count.forgotten++
			t.old[oc.Uid] = true
			delete(l.receipts, oc.Uid)
		}
		if k != nil {
			k.first = oc.Mid + 2 // sums go on from the one behind it, which stays
			k.given = slices.DeleteFunc(slices.Clone(k.given), func(v *verdict) bool { return v.outcome.Mid == oc.Mid })
		}
	}
}

// waits tells whether the outcome is in an attention item that is open.
func (t *truth) waits(l *line, u replica.Uid) bool {
	v := l.receipts[u]
	return v != nil && v.client != inventory.Online && v.faulty() && !l.resolved[u]
}
