package simulate

import (
	"slices"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/shared/id"
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
	upTo := l.safe
	if w.chance(0.5) {
		upTo = min(upTo, w.between(0, l.seq))
	}
	w.server.must(w.server.db.Update(o.id, func(tx *memory.Tx) error {
		if upTo > l.min {
			w.count.prunes++
			w.note("organization %d forgets what was before %d", o.n, upTo)
			if err := tx.Prune(upTo); err != nil {
				return err
			}
		}
		var old []*inventory.Device
		for d := range tx.Devices() {
			old = append(old, d)
		}
		slices.SortFunc(old, func(a, b *inventory.Device) int { return compare(string(a.Client), string(b.Client)) })
		for _, d := range old {
			end := min(d.FirstMid, d.AckMid)
			for _, r := range tx.Ledger(d.Client) {
				if r.Outcome.Mid < end && (r.At.After(w.time().Add(-90*24*time.Hour)) || w.truth.waits(l, r.Outcome.Uid)) {
					end = r.Outcome.Mid
				}
			}
			if err := tx.PruneReceipts(d.Client, end); err != nil {
				return err
			}
			if left := tx.Ledger(d.Client); len(left) > 0 {
				w.truth.forget(l, d.Client, left[0].Outcome.Mid)
			}
		}
		return nil
	}))
	l.min = max(l.min, upTo)
	w.truth.follow(o, nil)
}

// forget follows the server in forgetting a device's receipts below a mid. An image of the device that is older than they
// are offers its edits anew; then they are new to everybody.
func (t *truth) forget(l *line, c id.Device, below replica.Mid) {
	k := l.devices[c]
	if k == nil || below <= k.first {
		return
	}
	k.first = below
	for len(k.given) > 0 && k.given[0].outcome.Mid < below {
		v := k.given[0]
		k.given = k.given[1:]
		if t.first(l, v) {
			t.w.count.forgotten++
			t.old[v.outcome.Uid] = true
			delete(l.receipts, v.outcome.Uid)
		}
	}
}

// waits tells whether the outcome is in an attention item that is open.
func (t *truth) waits(l *line, u replica.Uid) bool {
	v := l.receipts[u]
	return v != nil && v.faulty() && !l.resolved[u]
}
