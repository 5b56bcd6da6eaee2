package replica

import (
	"cmp"
	"slices"
	"strings"

	"countersign/shared/id"
	"countersign/shared/number"
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

	numbers  map[id.Number]*number.Number
	units    map[id.BusinessUnit]number.Unit
	programs map[id.Program]number.Program
	purposes map[string]number.Purpose
	sum      uint64         // of the numbers, as in Digest
	staging  map[int][]byte // staged chunks that were told; those of an earlier run of the program are missing
	over     int            // rows that came on top of the chunks
	broken   bool           // a chunk of base could not be read

	order []id.Number // sorted: all that have a row or a part, and some that had
	added []id.Number // not in order yet
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
	m.over = len(s.Rows)
	m.clearBase()
	for _, frame := range s.Chunks {
		m.addFrame(frame)
	}
	for i := range s.Rows {
		m.change(&s.Rows[i])
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

func (m *mirror) clearBase() {
	m.numbers, m.units, m.programs, m.purposes = map[id.Number]*number.Number{}, map[id.BusinessUnit]number.Unit{}, map[id.Program]number.Program{}, map[string]number.Purpose{}
	m.sum, m.broken, m.order, m.added = 0, false, nil, nil
	for k := range m.touch {
		m.added = append(m.added, k) // sorted before it is used
	}
}

func (m *mirror) addFrame(frame []byte) {
	rows, err := ReadFrame(frame)
	if err != nil {
		m.broken = true
		return
	}
	for i := range rows {
		m.change(&rows[i])
	}
}

// change puts one step of the server's history into base.
func (m *mirror) change(c *Change) {
	switch {
	case c.Kind == KindNumber:
		k := id.Number(c.ID)
		if old := m.numbers[k]; old != nil {
			m.sum -= RowHash(k, old.Ver)
			delete(m.numbers, k)
		} else if !c.Del {
			m.added = append(m.added, k)
		}
		if !c.Del && c.Number != nil {
			m.numbers[k] = c.Number
			m.sum += RowHash(k, c.Number.Ver)
		}
	case c.Kind == KindUnit && c.Unit != nil:
		m.units[c.Unit.ID] = *c.Unit
	case c.Kind == KindUnit:
		delete(m.units, id.BusinessUnit(c.ID))
	case c.Kind == KindProgram && c.Program != nil:
		m.programs[c.Program.ID] = *c.Program
	case c.Kind == KindProgram:
		delete(m.programs, id.Program(c.ID))
	case c.Kind == KindPurpose && c.Purpose != nil:
		m.purposes[c.Purpose.Key] = *c.Purpose
	case c.Kind == KindPurpose:
		delete(m.purposes, c.ID)
	}
}

func (m *mirror) digest() Digest { return Digest{Rows: len(m.numbers), Sum: SumText(m.sum)} }

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
		if len(m.touch[k]) == 0 && m.numbers[k] == nil {
			m.added = append(m.added, k)
		}
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

// allStaged reports whether all chunks of a snapshot are known here: not those of before this program began.
func (m *mirror) allStaged(st *Manifest) bool { return st != nil && len(m.staging) >= len(st.Chunks) }

// swap makes the staged chunks base.
func (m *mirror) swap(st *Manifest) {
	m.clearBase()
	for n := range st.Chunks {
		m.addFrame(m.staging[n])
	}
	m.staging, m.over = nil, 0
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

// ids are all numbers that may have a view, sorted.
func (m *mirror) ids() []id.Number {
	if len(m.added) > 0 {
		slices.SortFunc(m.added, func(a, b id.Number) int { return strings.Compare(string(a), string(b)) })
		m.order = mergeSorted(m.order, m.added)
		m.added = nil
	}
	return m.order
}

// mergeSorted merges two sorted lists and leaves doubles out.
func mergeSorted(a, b []id.Number) []id.Number {
	out := make([]id.Number, 0, len(a)+len(b))
	add := func(k id.Number) {
		if len(out) == 0 || out[len(out)-1] != k {
			out = append(out, k)
		}
	}
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			add(a[0])
			a = a[1:]
		} else {
			add(b[0])
			b = b[1:]
		}
	}
	for _, k := range a {
		add(k)
	}
	for _, k := range b {
		add(k)
	}
	return out
}
