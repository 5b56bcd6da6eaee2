package simulate

import (
	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
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
