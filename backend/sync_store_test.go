package main_test

import (
	"slices"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// deviceStore is what a device has on its disk: what replica.Tx promises, in memory, and it outlives the app.
type deviceStore struct {
	meta      replica.Meta
	next      replica.Mid
	log       []replica.Entry // by mid
	attention map[id.Attention]replica.Attention
	chunks    [][]byte
	rows      map[rowKey]replica.Change
	staged    map[int][]byte
}

type rowKey struct{ kind, id string }

func newDeviceStore() *deviceStore {
	return &deviceStore{next: 1, attention: map[id.Attention]replica.Attention{}, rows: map[rowKey]replica.Change{}, staged: map[int][]byte{}}
}

// image is a copy, as of a whole disk.
func (s *deviceStore) image() *deviceStore {
	o := newDeviceStore()
	o.meta, o.next = s.meta, s.next
	o.log, o.chunks = slices.Clone(s.log), slices.Clone(s.chunks)
	for k, v := range s.attention {
		o.attention[k] = v
	}
	for k, v := range s.rows {
		o.rows[k] = v
	}
	for k, v := range s.staged {
		o.staged[k] = v
	}
	return o
}

// commit does all of tx or, with a reason, nothing.
func (s *deviceStore) commit(tx *replica.Tx) (mids []replica.Mid, why string) {
	if !tx.If.Holds(&s.meta) {
		return nil, replica.FailedStale
	}
	no := s.meta.Tx + 1
	if tx.Wipe {
		generation := s.meta.Generation + 1
		*s = *newDeviceStore()
		s.meta.Generation, s.meta.Tx = generation, no
		return nil, ""
	}
	before := s.meta
	if tx.Meta != nil {
		s.meta = *tx.Meta
	}
	s.meta.Tx = no

	take := func() replica.Mid {
		s.next++
		mids = append(mids, s.next-1)
		return s.next - 1
	}
	if tx.Renumber {
		for i := range s.log {
			e := &s.log[i]
			e.Mid, e.Outcome, e.Epoch, e.Settled = take(), nil, "", 0
		}
	}
	for _, e := range tx.Append {
		e.Mid = take()
		s.log = append(s.log, e)
	}
	for _, e := range tx.PutLog {
		if i, there := slices.BinarySearchFunc(s.log, e.Mid, byMid); there {
			s.log[i] = e
		} else {
			s.log = slices.Insert(s.log, i, e)
		}
	}
	s.log = slices.DeleteFunc(s.log, func(e replica.Entry) bool { return slices.Contains(tx.DelLog, e.Mid) })
	for _, a := range tx.PutAttention {
		s.attention[a.ID] = a
	}
	for _, a := range tx.DelAttention {
		delete(s.attention, a)
	}

	if tx.Stage != nil {
		s.staged[tx.Stage.N] = tx.Stage.Data
	}
	if tx.Swap {
		s.chunks = nil
		for n := range before.Stage.Chunks {
			s.chunks = append(s.chunks, s.staged[n])
		}
		clear(s.staged)
		clear(s.rows)
	}
	for _, c := range tx.Rows {
		s.rows[rowKey{c.Kind, c.ID}] = c
	}
	return mids, ""
}

func byMid(e replica.Entry, m replica.Mid) int { return int(e.Mid - m) }

// stored is everything, as an engine loads it.
func (s *deviceStore) stored() *replica.Stored {
	o := &replica.Stored{Meta: s.meta, NextMid: s.next, Log: slices.Clone(s.log), Chunks: slices.Clone(s.chunks)}
	for _, a := range s.attention {
		o.Attention = append(o.Attention, a)
	}
	for _, c := range s.rows {
		o.Rows = append(o.Rows, c)
	}
	return o
}

// base is the copy of the server's rows: chunks and what came after them.
func (s *deviceStore) base() (map[rowKey]replica.Change, error) {
	all := map[rowKey]replica.Change{}
	put := func(c replica.Change) {
		if c.Del {
			delete(all, rowKey{c.Kind, c.ID})
		} else {
			all[rowKey{c.Kind, c.ID}] = c
		}
	}
	for _, frame := range s.chunks {
		list, err := replica.ReadFrame(frame)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			put(c)
		}
	}
	for _, c := range s.rows {
		put(c)
	}
	return all, nil
}
