package dashboard

import (
	"bytes"
	"strings"

	"countersign/shared/number"
)

// wanted is what a text means: a row that has one of these. A whole number, in whatever format, that is there is meant
// alone; else the digits are looked for in numbers, from their beginning where the text names a country. What is no part
// of a number, and what could be one within a name, is looked for in the names of numbers, programs and business units.
type wanted struct {
	exact  uint64
	begins string // digits
	digits string
	name   string // as number.SearchKey has it
}

func (l *List) wanted(text string) (w wanted) {
	name := number.SearchKey(text)
	if name == "" {
		return w
	}
	if e, reason := number.Parse(text, l.region); reason == "" {
		if key := keyOf(e); key != 0 && l.has(key) {
			return wanted{exact: key}
		}
	}
	digits, begins := number.TypedDigits(text)
	if begins {
		return wanted{begins: digits}
	}
	return wanted{digits: digits, name: name}
}

func (l *List) has(key uint64) bool {
	for pos, k := range l.nums {
		if k == key && l.live.has(int32(pos)) {
			return true
		}
	}
	return false
}

// within reports whether all that is found by w is found by o as well.
func (w *wanted) within(o *wanted) bool {
	if w.exact != 0 || o.exact != 0 || o.begins != "" || w.begins != "" {
		return o.exact == 0 && o.begins != "" && strings.HasPrefix(w.begins, o.begins)
	}
	return strings.Contains(w.name, o.name) && (w.digits == "" || o.digits != "" && strings.Contains(w.digits, o.digits))
}

// textPass is which rows a text finds. Its rows are never changed.
type textPass struct {
	made bool
	of   wanted
	rows set
	seen int // how many of moved are in it
}

// matching gives the rows that a text finds, of all that live.
func (l *List) matching(text string) set {
	w := l.wanted(text)
	if w == (wanted{}) {
		return l.live.clone()
	}
	t, m := &l.text, l.matcher(w)
	if t.made && t.of == w {
		if t.seen < len(l.moved) {
			rows := t.rows.clone()
			for _, pos := range l.moved[t.seen:] {
				if rows.without(pos); l.live.has(pos) && m.has(pos) {
					rows = rows.with(pos)
				}
			}
			t.rows, t.seen = rows, len(l.moved)
		}
		return t.rows
	}
	from := l.live
	if t.made && t.seen == len(l.moved) && w.within(&t.of) {
		from = t.rows
	}
	rows := make(set, len(from))
	for i, word := range from {
		for pos := int32(i * 64); word != 0; pos, word = pos+1, word>>1 {
			if word&1 != 0 && m.has(pos) {
				rows[i] |= 1 << (pos & 63)
			}
		}
	}
	*t = textPass{true, w, rows, len(l.moved)}
	return rows
}

// matcher tells whether rows have what is wanted.
type matcher struct {
	l              *List
	exact          uint64
	begins, digits part
	name           []byte
	mask           uint64
	units          []bool // whose name has it
	programs       []bool
	names          []int8 // -1: has it not, 1: has it, 0: not known yet
}

func (l *List) matcher(w wanted) *matcher {
	m := &matcher{l: l, exact: w.exact, begins: partOf(w.begins), digits: partOf(w.digits), name: []byte(w.name), mask: mask([]byte(w.name))}
	if w.name != "" {
		m.units, m.programs = l.dicts[colUnit].having(w.name), l.dicts[colProgram].having(w.name)
		m.names = make([]int8, len(l.names.values))
	}
	return m
}

// having tells of which values the name has a text in it.
func (d *dict) having(text string) []bool {
	has := make([]bool, len(d.values))
	for i := range has {
		has[i] = strings.Contains(d.key(uint32(i)), text)
	}
	return has
}

func (m *matcher) has(pos int32) bool {
	key := m.l.nums[pos]
	if m.names == nil {
		return m.exact != 0 && key == m.exact || m.begins.begins(key)
	}
	if m.units[m.l.cols[colUnit][pos]] || m.programs[m.l.cols[colProgram][pos]] || m.digits.in(key) {
		return true
	}
	name := m.l.cols[colName][pos]
	if m.names[name] == 0 {
		m.names[name] = -1
		if m.l.names.masks[name]&m.mask == m.mask && bytes.Contains(m.l.names.key(name), m.name) {
			m.names[name] = 1
		}
	}
	return m.names[name] > 0
}
