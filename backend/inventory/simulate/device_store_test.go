package simulate

import (
	"slices"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// database is a device's store, what replica.Tx promises and no more. It is the fold of its transactions, all of which it
// remembers: that is how a power loss, an old image and a clone are made.
type database struct {
	meta      replica.Meta
	next      replica.Mid
	log       []replica.Entry // by mid
	attention []replica.Attention
	chunks    [][]byte
	rows      map[rowKey]replica.Change
	staged    map[int][]byte

	past    []replica.Tx
	strict  int // past[:strict] survives a power loss
	dropped bool

	base  contents            // of chunks and rows, kept along for the judges
	knows map[id.Number]int64 // the newest change of each number that base ever had, in the history called epoch
	epoch replica.Epoch
}

type rowKey struct{ kind, id string }

func newDatabase() *database {
	return &database{next: 1, rows: map[rowKey]replica.Change{}, staged: map[int][]byte{}}
}

// replayed is a store that has gone through the first n transactions.
func (s *database) replayed(n int) *database {
	o := newDatabase()
	for _, tx := range s.past[:n] {
		if _, why := o.commit(tx); why != "" {
			panic("a replayed transaction was refused: " + why)
		}
	}
	o.strict = min(s.strict, n)
	return o
}

// commit does all of tx or, with a reason, nothing.
func (s *database) commit(tx replica.Tx) (mids []replica.Mid, why string) {
	if s.dropped {
		return nil, replica.FailedIO
	}
	if !tx.If.Holds(&s.meta) {
		return nil, replica.FailedStale
	}
	s.past = append(s.past, tx)
	if tx.Strict {
		s.strict = len(s.past)
	}

	no := s.meta.Tx + 1
	if tx.Wipe {
		s.wipe(tx)
		s.meta.Tx = no
		return nil, ""
	}
	stage := s.meta.Stage
	if tx.Meta != nil {
		s.meta = *tx.Meta
	}
	s.meta.Tx = no
	if is := s.meta.Stage; !tx.Swap && stage != nil && (is == nil || is.ID != stage.ID) {
		clear(s.staged)
	}

	if tx.Renumber {
		for i := range s.log {
			e := s.log[i]
			e.Mid, e.Outcome, e.Epoch, e.Settled = s.next, nil, "", 0
			s.log[i] = e
			mids = append(mids, s.next)
			s.next++
		}
	}
	for _, e := range tx.Append {
		e.Mid = s.next
		s.log = append(s.log, e)
		mids = append(mids, s.next)
		s.next++
	}
	for _, e := range tx.PutLog {
		i, found := slices.BinarySearchFunc(s.log, e.Mid, byMid)
		if found {
			s.log[i] = e
		} else {
			s.log = slices.Insert(s.log, i, e)
			s.next = max(s.next, e.Mid+1)
		}
	}
	for _, m := range tx.DelLog {
		if i, found := slices.BinarySearchFunc(s.log, m, byMid); found {
			s.log = slices.Delete(s.log, i, i+1)
		}
	}

	for _, a := range tx.PutAttention {
		s.forget(a.ID)
		s.attention = append(s.attention, a)
	}
	for _, a := range tx.DelAttention {
		s.forget(a)
	}
	s.put(tx, stage)
	return mids, ""
}

// learn keeps along up to which change of each number base has ever been, for the judges. That holds on in another history
// that goes on from base, and ends with base.
func (s *database) learn(tx replica.Tx) {
	at, _, ok := replica.ReadCursor(s.meta.Cursor)
	if !ok {
		return // nothing was taken from a server yet
	}
	rows := tx.Rows
	if tx.Swap {
		rows = append(s.base.of(replica.KindNumber), rows...)
	}
	if s.knows == nil || tx.Swap && at.Epoch != s.epoch {
		s.knows = map[id.Number]int64{}
	}
	s.epoch = at.Epoch
	for _, c := range rows {
		k, seq := id.Number(c.ID), c.Seq
		if c.Number != nil {
			seq = max(seq, c.Number.Ver)
		}
		s.knows[k] = max(s.knows[k], seq)
	}
}

// put is the part of a transaction about base.
func (s *database) put(tx replica.Tx, stage *replica.Manifest) {
	if tx.Stage != nil {
		s.staged[tx.Stage.N] = tx.Stage.Data
	}
	if tx.Swap {
		if stage == nil {
			fail("I8", "nothing is staged that could become base")
		}
		s.chunks = nil
		for n := range stage.Chunks {
			if s.staged[n] == nil {
				fail("I8", "chunk %d of %d becomes base, but is not stored", n, len(stage.Chunks))
			}
			s.chunks = append(s.chunks, s.staged[n])
		}
		clear(s.staged)
		clear(s.rows)
		s.base = readChunks(s.chunks)
	}
	for _, c := range tx.Rows {
		s.rows[rowKey{c.Kind, c.ID}] = c
		s.base.put(c)
	}
	s.learn(tx)
}

func (s *database) forget(a id.Attention) {
	s.attention = slices.DeleteFunc(s.attention, func(x replica.Attention) bool { return x.ID == a })
}

func (s *database) wipe(tx replica.Tx) {
	g := s.meta.Generation + 1
	if tx.Meta != nil {
		g = max(g, tx.Meta.Generation)
	}
	s.meta = replica.Meta{Generation: g}
	s.log, s.attention, s.chunks = nil, nil, nil
	clear(s.rows)
	clear(s.staged)
	s.base = contents{}
	s.knows = nil
}

// blank tells whether there is nothing in the store.
func (s *database) blank() bool {
	return len(s.base.rows) == 0 && len(s.chunks) == 0 && len(s.rows) == 0 && len(s.log) == 0 && len(s.attention) == 0 &&
		len(s.staged) == 0 && s.meta.Cursor == "" && s.meta.Client == ""
}

func byMid(e replica.Entry, m replica.Mid) int { return int(e.Mid - m) }

// stored is everything in the store, as an engine loads it.
func (s *database) stored() *replica.Stored {
	o := &replica.Stored{Meta: s.meta, NextMid: s.next, Log: slices.Clone(s.log), Attention: slices.Clone(s.attention),
		Chunks: slices.Clone(s.chunks)}
	for _, c := range s.rows {
		o.Rows = append(o.Rows, c)
	}
	slices.SortFunc(o.Rows, func(a, b replica.Change) int {
		if a.Kind != b.Kind {
			return compare(a.Kind, b.Kind)
		}
		return compare(a.ID, b.ID)
	})
	return o
}

// holds tells whether the log has the intent.
func (s *database) holds(u replica.Uid) bool {
	return slices.ContainsFunc(s.log, func(e replica.Entry) bool { return e.Uid == u })
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
