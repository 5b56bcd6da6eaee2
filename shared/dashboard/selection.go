package dashboard

import (
	"countersign/shared/id"
	"countersign/shared/replica"
)

// Selection is the rows that a person picked. It holds through other searches and while rows come and change. Rows that
// go leave it, and are not in it when they come back; after Reset it is empty.
type Selection struct {
	l      *List
	resets int
	rows   set
	anchor id.Number // where a range begins: the row that was picked or left out last
	before set       // rows, without the range from the anchor
}

// Select is an empty selection.
func (l *List) Select() *Selection { return &Selection{l: l, resets: l.resets} }

func (s *Selection) fresh() {
	if s.resets != s.l.resets {
		*s = *s.l.Select()
	}
}

// Toggle picks a row or leaves it out, and ranges begin at it.
func (s *Selection) Toggle(k id.Number) {
	s.fresh()
	pos, is := s.l.at[k]
	if !is {
		return
	}
	if s.rows.has(pos) {
		s.rows.without(pos)
	} else {
		s.rows = s.rows.with(pos)
	}
	s.anchor, s.before = k, s.rows.clone()
}

// Range picks what stands from the row that was toggled last to the i-th row of what is found, in place of the range that
// was picked from there before. Where no such row is found, it is the i-th row alone.
func (s *Selection) Range(f *Found, i int) {
	s.fresh()
	if i < 0 || i >= f.Len() {
		return
	}
	from := f.Index(s.anchor)
	if from < 0 {
		s.anchor, s.before, from = f.ID(i), s.rows.clone(), i
	}
	s.rows = s.before.clone()
	for j := min(from, i); j <= max(from, i); j++ {
		s.pick(f.pos(j))
	}
}

func (s *Selection) pick(pos int32) {
	if s.l.live.has(pos) {
		s.rows = s.rows.with(pos)
	}
}

// All picks all that is found, beside what is picked already.
func (s *Selection) All(f *Found) {
	s.fresh()
	if f.Len() == 0 {
		return
	}
	rows := make(set, max(len(s.rows), len(f.has)))
	copy(rows, s.rows)
	for i, w := range f.has {
		rows[i] |= w
	}
	s.rows, s.anchor, s.before = rows, "", nil
}

// None leaves all rows out.
func (s *Selection) None() { *s = *s.l.Select() }

// Has reports whether a row is picked.
func (s *Selection) Has(k id.Number) bool {
	pos, is := s.l.at[k]
	return is && s.resets == s.l.resets && s.rows.has(pos)
}

// Len is how many rows are picked.
func (s *Selection) Len() int {
	if s.resets != s.l.resets {
		return 0
	}
	return s.rows.countBoth(s.l.live)
}

// Within is how many of what is found are picked.
func (s *Selection) Within(f *Found) (n int) {
	if s.resets != s.l.resets || f.Len() == 0 {
		return 0
	}
	for i := range min(len(s.rows), len(f.has), len(s.l.live)) {
		n += ones(s.rows[i] & f.has[i] & s.l.live[i])
	}
	return n
}

// Each gives the rows that are picked, as they are now, until yield says false.
func (s *Selection) Each(yield func(replica.View) bool) {
	if s.resets != s.l.resets {
		return
	}
	for pos := range int32(len(s.rows) * 64) {
		if s.rows.has(pos) && s.l.live.has(pos) && !yield(s.l.view(pos)) {
			return
		}
	}
}
