package replica

import (
	"cmp"
	"slices"

	"countersign/shared/id"
)

// mirror is what the device's store holds, as far as it was told: it changes by what was loaded or committed and by
// nothing else, so it is never ahead of the store.
type mirror struct {
	meta      Meta
	base      CursorParts // of meta.Cursor
	next      Mid         // above every mid that was told
	log       []*entry    // by mid
	byUid     map[Uid]*entry
	touch     map[id.Number][]part // the log's parts for each number, oldest first
	queued    int
	bytes     int
	attention map[id.Attention]Attention
	needy     map[id.Number]int // how many attention items are about each number

	*Base
	staging *Base // of the snapshot that is downloaded, as far as it was told: base once it is swapped
	stored  int   // its chunks that staging has; those of an earlier run of the program are missing
}

type entry struct {
	Entry
	size int // bytes in a push
}

type part struct {
	en *entry
	i  int // of en.Rows
}

func newMirror(s *Stored) *mirror {
	m := &mirror{meta: s.Meta, next: max(s.NextMid, 1), byUid: map[Uid]*entry{}, touch: map[id.Number][]part{}, attention: map[id.Attention]Attention{}}
	m.base, _, _ = ReadCursor(s.Meta.Cursor)
	m.Base = s.Base
	if m.Base == nil {
		m.Base = NewBase(ChunkRows * len(s.Chunks))
		for _, frame := range s.Chunks {
			m.AddFrame(frame)
		}
		m.AddRows(s.Rows)
	}
	for _, en := range slices.SortedFunc(slices.Values(s.Log), func(a, b Entry) int { return cmp.Compare(a.Mid, b.Mid) }) {
		m.put(en)
	}
	for i := range s.Attention {
		m.attention[s.Attention[i].ID] = s.Attention[i]
	}
	m.countNeedy()
	return m
}

// wiped reports whether the store was wiped and nothing has come since.
func (m *mirror) wiped() bool {
	return m.meta.Generation > 0 && m.meta.Client == "" && m.meta.Cursor == "" && m.meta.Stage == nil && len(m.log) == 0
}

func (m *mirror) find(mid Mid) (int, bool) {
	return slices.BinarySearchFunc(m.log, mid, func(en *entry, mid Mid) int { return int(en.Mid - mid) })
}

// put adds an entry to the log or replaces it.
func (m *mirror) put(x Entry) {
	i, ok := m.find(x.Mid)
	if ok {
		en := m.log[i]
		if en.Outcome == nil {
			m.queued--
		}
		if x.Outcome == nil {
			m.queued++
		}
		en.Outcome, en.Epoch, en.Settled = x.Outcome, x.Epoch, x.Settled
		return
	}
	en := &entry{Entry: x, size: sizeOf(&x.Mutation)}
	m.log = slices.Insert(m.log, i, en)
	m.byUid[en.Uid] = en
	m.bytes += en.size
	m.next = max(m.next, en.Mid+1)
	if en.Outcome == nil {
		m.queued++
	}
	for i := range en.Rows {
		k := en.Rows[i].ID
		m.list(k)
		m.touch[k] = append(m.touch[k], part{en, i})
	}
}

// drop takes entries out of the log.
func (m *mirror) drop(mids []Mid) {
	gone := make(map[*entry]bool, len(mids))
	for _, mid := range mids {
		i, ok := m.find(mid)
		if !ok {
			continue
		}
		en := m.log[i]
		gone[en] = true
		m.bytes -= en.size
		if en.Outcome == nil {
			m.queued--
		}
		if m.byUid[en.Uid] == en {
			delete(m.byUid, en.Uid)
		}
	}
	if len(gone) == 0 {
		return
	}
	m.log = slices.DeleteFunc(m.log, func(en *entry) bool {
		if !gone[en] {
			return false
		}
		for i := range en.Rows {
			k := en.Rows[i].ID
			left := slices.DeleteFunc(m.touch[k], func(p part) bool { return gone[p.en] })
			if len(left) == 0 {
				delete(m.touch, k)
			} else {
				m.touch[k] = left
			}
		}
		return true
	})
}

// renumber gives the log's entries new mids and queues them all.
func (m *mirror) renumber(mids []Mid) {
	for i, en := range m.log {
		en.Mid, en.Outcome, en.Epoch, en.Settled = mids[i], nil, "", 0
		m.next = max(m.next, en.Mid+1)
	}
	m.queued = len(m.log)
}

// stage reads a downloaded chunk of the snapshot. Of one that this device made, base has all.
func (m *mirror) stage(st *Manifest, c *Staged) {
	if st == nil || st.local() || c.N != m.stored {
		return
	}
	if m.staging == nil {
		m.staging = NewBase(min(st.Rows, ChunkRows*len(st.Chunks)))
	}
	m.staging.AddFrame(c.Data)
	m.stored++
}

func (m *mirror) unstage() { m.staging, m.stored = nil, 0 }

// canSwap reports whether what a swap makes base is known here.
func (m *mirror) canSwap(st *Manifest) bool {
	switch {
	case st == nil:
		return false
	case st.local():
		return !m.broken && m.meta.Cursor == st.Cursor && m.digest() == st.Digest
	}
	return m.staging != nil && m.stored >= len(st.Chunks)
}

// swap makes the staged snapshot base.
func (m *mirror) swap(st *Manifest) {
	if st.local() {
		m.over = 0
		return
	}
	m.Base = m.staging
	m.unstage()
	for k := range m.touch {
		m.list(k)
	}
}

func (m *mirror) countNeedy() {
	m.needy = map[id.Number]int{}
	for _, a := range m.attention {
		for k := range concerns(&a) {
			m.needy[k]++
		}
	}
}

// concerns are the numbers that an item is about.
func concerns(a *Attention) map[id.Number]bool {
	set := map[id.Number]bool{}
	for i := range a.Faults {
		set[a.Faults[i].ID] = true
	}
	if len(set) == 0 {
		for i := range a.Mutations {
			for _, row := range a.Mutations[i].Rows {
				set[row.ID] = true
			}
		}
	}
	return set
}
