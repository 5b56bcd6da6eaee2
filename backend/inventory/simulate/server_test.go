package simulate

import (
	"slices"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// server is one or two processes over one database, which has backups and is not always treated well.
type server struct {
	w       *world
	db      *memory.Installation
	core    *inventory.Core
	edges   []*edge
	backups []*copied
	mayKill bool
}

// copied is a backup and what the judges know of that moment.
type copied struct {
	db    *memory.Installation
	lines map[*org]*line
	heads map[*org]int64
	at    int64
}

func newServer(w *world) *server {
	s := &server{w: w}
	epoch := func() replica.Epoch { return replica.Epoch(w.name('e')) }
	s.db = memory.New(w.time, epoch)
	s.core = &inventory.Core{Key: []byte("a key of sixteen"), NewEpoch: epoch, NewID: func() string { return w.name('a') },
		Check: func(e number.E164) number.Reason {
			if w.f.bug && e == buggy {
				panic(buggy)
			}
			return number.Check(e)
		},
		Bug: func(_ replica.Uid, what any, at []byte) {
			if what != any(buggy) {
				fail("panic", "in the core: %v\n%s", what, at)
			}
			w.count.bugs++
		}}
	s.db.Hook = func(string) error {
		if s.mayKill && w.chance(w.f.kill) {
			w.count.kills++
			return errKilled
		}
		return nil
	}
	for n := range w.between(1, 2) {
		e := &edge{w: w, n: int(n), cache: map[*org][]*inventory.Snapshot{}}
		if w.chance(0.3) {
			e.skew, w.skewed = w.between(-3*second, 3*second), true
		}
		s.edges = append(s.edges, e)
	}
	return s
}

// purposes are the provider's at the beginning.
var purposes = []number.Purpose{
	{Key: "customer_service", Labels: map[string]string{"en": "Customer service", "fr": "Service client"}},
	{Key: "survey", Labels: map[string]string{"en": "Survey", "fr": "Enquête"}, Position: 1},
	{Key: "do_not_originate", Labels: map[string]string{"en": "Do Not Originate", "fr": "Sans appel"}, NeverPlaces: true, Position: 2},
	{Key: "political", Labels: map[string]string{"en": "Political", "fr": "Politique"}, Retired: true, Position: 3},
}

// open begins the organizations: purposes, some units and programs, and a few numbers.
func (s *server) open() {
	w := s.w
	for n, o := range w.orgs {
		s.must(s.db.Update(o.id, func(tx *memory.Tx) error {
			for i := range purposes {
				if n > 0 {
					break
				}
				p := purposes[i]
				if err := tx.PutPurpose(&p); err != nil {
					return err
				}
			}
			_, err := tx.Head()
			return err
		}))
	}
	for _, o := range w.orgs {
		s.peek(o, func(st inventory.Store) { w.truth.begun(o, st) })
		if w.chance(0.2) {
			continue // a history that begins under the eyes of devices
		}
		for range w.between(1, 4) {
			s.newPlace(o)
		}
		s.add(o, int(w.between(0, 6)))
	}
}

func (s *server) must(err error) {
	if err != nil {
		fail("store", "%v", err)
	}
}

// write runs a transaction that may be killed in the middle.
func (s *server) write(o *org, fn func(inventory.Store) error) error {
	s.mayKill = true
	defer func() { s.mayKill = false }()
	return s.db.Update(o.id, func(tx *memory.Tx) error { return fn(tx) })
}

func (s *server) read(o *org, fn func(inventory.Store) error) error {
	return s.db.View(o.id, func(tx *memory.Tx) error { return fn(tx) })
}

// peek is how judges look.
func (s *server) peek(o *org, at func(inventory.Store)) {
	s.must(s.db.View(o.id, func(tx *memory.Tx) error {
		at(tx)
		return nil
	}))
}

// edge is the process that a device's request reaches: mostly the same one.
func (s *server) edge(d *device) *edge {
	if s.w.chance(0.1) {
		return pick(s.w, s.edges)
	}
	return s.edges[d.n%len(s.edges)]
}

// moved pokes when the organization's history moved.
func (s *server) moved(o *org) {
	l := s.w.truth.now[o]
	s.w.poke(o, l.epoch, l.seq)
}

func (w *world) serverRestarts() {
	w.note("the servers restart")
	for _, e := range w.server.edges {
		e.restart()
	}
}

func (s *server) heal() { s.mayKill = false }

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
