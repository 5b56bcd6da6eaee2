package device

import (
	"maps"
	"slices"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// disk is a device's store in memory: it commits a transaction whole or refuses it.
type disk struct {
	meta      replica.Meta
	next      replica.Mid
	log       []replica.Entry
	attention []replica.Attention
	chunks    [][]byte
	rows      map[rowKey]replica.Change
	staged    map[int][]byte
}

type rowKey struct{ kind, id string }

func newDisk() *disk {
	return &disk{next: 1, rows: map[rowKey]replica.Change{}, staged: map[int][]byte{}}
}

func (s *disk) clone() *disk {
	c := *s
	c.log, c.attention, c.chunks = slices.Clone(s.log), slices.Clone(s.attention), slices.Clone(s.chunks)
	c.rows, c.staged = maps.Clone(s.rows), maps.Clone(s.staged)
	return &c
}

func (s *disk) stored() *replica.Stored {
	out := &replica.Stored{Meta: s.meta, NextMid: s.next, Log: slices.Clone(s.log), Attention: slices.Clone(s.attention), Chunks: slices.Clone(s.chunks)}
	for _, c := range s.rows {
		out.Rows = append(out.Rows, c)
	}
	return out
}

// commit gives the mids of new and renumbered entries, or why nothing was done.
func (s *disk) commit(tx *replica.Tx) (mids []replica.Mid, why string) {
	if !tx.If.Holds(&s.meta) {
		return nil, replica.FailedStale
	}
	no, stage := s.meta.Tx+1, s.meta.Stage
	if tx.Wipe {
		*s = *newDisk()
		s.meta.Generation, s.meta.Tx = tx.If.Generation+1, no
		return nil, ""
	}
	if tx.Meta != nil {
		s.meta = *tx.Meta
	}
	s.meta.Tx = no
	if is := s.meta.Stage; !tx.Swap && stage != nil && (is == nil || is.ID != stage.ID) {
		clear(s.staged) // another snapshot
	}

	give := func() replica.Mid {
		s.next++
		mids = append(mids, s.next-1)
		return s.next - 1
	}
	for _, e := range tx.PutLog {
		if i, found := slices.BinarySearchFunc(s.log, e.Mid, byMid); found {
			s.log[i] = e
		}
	}
	for _, m := range tx.DelLog {
		if i, found := slices.BinarySearchFunc(s.log, m, byMid); found {
			s.log = slices.Delete(s.log, i, i+1)
		}
	}
	if tx.Renumber {
		for i := range s.log {
			s.log[i].Mid, s.log[i].Outcome, s.log[i].Epoch, s.log[i].Settled = give(), nil, "", 0
		}
	}
	for _, e := range tx.Append {
		e.Mid = give()
		s.log = append(s.log, e)
	}
	for _, a := range tx.PutAttention {
		s.forget(a.ID)
		s.attention = append(s.attention, a)
	}
	for _, a := range tx.DelAttention {
		s.forget(a)
	}
	s.base(tx, stage)
	return mids, ""
}

// base is a transaction's part about the copy.
func (s *disk) base(tx *replica.Tx, stage *replica.Manifest) {
	if tx.Stage != nil {
		s.staged[tx.Stage.N] = tx.Stage.Data
	}
	if tx.Swap {
		s.chunks = nil
		for n := range stage.Chunks {
			s.chunks = append(s.chunks, s.staged[n])
		}
		clear(s.staged)
		clear(s.rows)
	}
	for _, c := range tx.Rows {
		s.rows[rowKey{c.Kind, c.ID}] = c
	}
}

func (s *disk) forget(a id.Attention) {
	s.attention = slices.DeleteFunc(s.attention, func(x replica.Attention) bool { return x.ID == a })
}

func byMid(e replica.Entry, m replica.Mid) int { return int(e.Mid - m) }
