package simulate

import (
	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// truth is what really happened, as the judges saw it: the histories of the server with those that were lost, and what
// people meant. It is written from the rules and shares no code with what it judges.
type truth struct {
	w      *world
	now    map[*org]*line
	states map[place]uint64 // sum of the contents after each change of each history that ever was
	links  map[link][8]byte
	ends   map[place]link
	uids   map[replica.Uid]*intent
	order  []*intent
	given  map[replica.Uid][]replica.Outcome // every outcome that was ever given, in whatever history
	when   map[replica.Uid][]int64           // and at what time
	old    map[replica.Uid]bool              // whose receipt was forgotten after a long time
	names  map[replica.Epoch]bool            // given to any history
	safe   map[replica.Uid]bool              // whose receipt is in a backup that the server said it has
}

// place is a state: where a cursor stands.
type place struct {
	org   int
	seq   int64
	chain [8]byte
}

// intent is what a person wanted on a device, once.
type intent struct {
	m      replica.Mutation
	edit   *replica.NewEdit
	undo   *replica.NewUndo
	d      *device
	seen   map[id.Number]*number.Number // what base had in the rows of a removal
	knew   map[id.Number]int64          // up to which of their changes it had ever been, in the history of the removal
	saved  bool                         // it was said to be safe on the device
	excuse string                       // why it may be lost: "" when it may not
}

func newTruth(w *world) *truth {
	return &truth{w: w, now: map[*org]*line{}, states: map[place]uint64{}, links: map[link][8]byte{}, ends: map[place]link{},
		uids: map[replica.Uid]*intent{}, given: map[replica.Uid][]replica.Outcome{}, when: map[replica.Uid][]int64{}, safe: map[replica.Uid]bool{}, names: map[replica.Epoch]bool{}, old: map[replica.Uid]bool{}}
}

func (t *truth) open(o *org) {
	t.now[o] = &line{org: o, held: map[number.E164]id.Number{}, dead: map[id.Number]tomb{}, last: map[id.Number]touch{},
		receipts: map[replica.Uid]*verdict{}, devices: map[id.Device]*known{}, resolved: map[replica.Uid]bool{}}
}

// begun is the state before the first change: what of the installation every organization has.
func (t *truth) begun(o *org, s inventory.Store) {
	l := t.now[o]
	h, err := s.Head()
	if err != nil {
		fail("store", "%v", err)
	}
	l.epoch, l.start, l.chain = h.Epoch, h.Chain, h.Chain
	l.names = map[replica.Epoch]bool{h.Epoch: true}
	purposes, err := s.Purposes()
	if err != nil {
		fail("store", "%v", err)
	}
	for i := range purposes {
		l.live.put(replica.Change{Kind: replica.KindPurpose, ID: purposes[i].Key, Purpose: &purposes[i]})
	}
	t.states[place{o.n, 0, l.chain}] = l.live.sum
}

// fresh reads what was added to the history since the judges last looked, and checks the head: I7 and the digest.
func (t *truth) fresh(o *org, s inventory.Store) []*inventory.Past {
	l := t.now[o]
	h, err := s.Head()
	if err != nil {
		fail("store", "%v", err)
	}
	if h.Epoch != l.epoch {
		fail("I15", "the epoch changed by itself")
	}
	if h.Seq < l.seq {
		fail("I7", "the head went from %d to %d", l.seq, h.Seq)
	}
	var out []*inventory.Past
	for seq := l.seq + 1; seq <= h.Seq; seq++ {
		p, err := s.Change(seq)
		if err != nil || p == nil {
			fail("I7", "the head is %d but change %d is not there (%v)", h.Seq, seq, err)
		}
		out = append(out, p)
	}
	if p, _ := s.Change(h.Seq + 1); p != nil {
		fail("I7", "change %d is beyond the head", h.Seq+1)
	}
	return out
}

// settled checks after all of a transaction's changes that head and history end alike, and the digest.
func (t *truth) settled(o *org, s inventory.Store) {
	l := t.now[o]
	h, err := s.Head()
	if err != nil {
		fail("store", "%v", err)
	}
	if h.Chain != l.chain || h.Seq != l.seq {
		fail("I7", "the head is not the last change: %d, %d", h.Seq, l.seq)
	}
	l.safe = h.DurableSeq
	if d := l.live.digest(); d.Rows != h.Rows || d.Sum != replica.SumText(h.Sum) {
		fail("digest", "the head says %d rows %s, there are %d %s", h.Rows, replica.SumText(h.Sum), d.Rows, d.Sum)
	}
}

// follow takes in a transaction that changed rows by given intents; none when it was only bookkeeping. Of the
// intents of a bulk action only one row each is expected.
func (t *truth) follow(o *org, by map[replica.Uid]bool) {
	t.look(o, func(s inventory.Store) {
		for _, p := range t.fresh(o, s) {
			if !by[p.Uid] {
				fail("history", "change %d by %q, which nobody made", p.Seq, p.Uid)
			}
			t.apply(t.now[o], p)
		}
		t.settled(o, s)
	})
}

// undone checks that a transaction that was ended by an error left no trace: no change, no receipt, no lmid.
func (t *truth) undone(o *org, in *replica.Push) {
	t.look(o, func(s inventory.Store) {
		if len(t.fresh(o, s)) > 0 {
			fail("atomic", "a transaction that failed left changes")
		}
		t.settled(o, s)
		if in == nil {
			return
		}
		l := t.now[o]
		lmid := replica.Mid(0)
		if k := l.devices[in.Client]; k != nil {
			lmid = k.lmid
		}
		if d, _ := s.Device(in.Client); d != nil && d.Lmid != lmid {
			fail("atomic", "a push that failed moved lmid from %d to %d", lmid, d.Lmid)
		}
		for _, m := range in.Mutations {
			if r, _ := s.ReceiptOf(m.Uid); r != nil && l.receipts[m.Uid] == nil {
				fail("atomic", "a push that failed left the receipt of %s", m.Uid)
			}
		}
	})
}

// rotated takes in a new epoch. I15: by detection only one for each history that was replaced.
func (t *truth) rotated(o *org, detected bool) {
	t.rotate(o, detected)
	t.look(o, func(s inventory.Store) {
		if len(t.fresh(o, s)) > 0 {
			fail("history", "a new epoch came with changes")
		}
	})
}

func (t *truth) rotate(o *org, detected bool) {
	l := t.now[o]
	t.look(o, func(s inventory.Store) {
		h, err := s.Head()
		if err != nil {
			fail("store", "%v", err)
		}
		if h.Epoch != l.epoch {
			if detected && !l.replaced && !t.w.skewed { // with clocks that differ it may take two
				fail("I15", "a new epoch although no history was replaced")
			}
			t.w.count.epochs++
			l.epoch, l.replaced = h.Epoch, false
			if t.names[h.Epoch] {
				fail("I15", "the epoch %s was that of another history", h.Epoch)
			}
			l.names[h.Epoch], t.names[h.Epoch] = true, true
		}
	})
}

func (t *truth) look(o *org, at func(inventory.Store)) {
	t.w.server.peek(o, at)
}
