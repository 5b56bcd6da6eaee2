package replica

import (
	"slices"
	"strings"

	"countersign/shared/id"
	"countersign/shared/number"
)

// table holds the numbers of a base, 100,000 in a browser whose only thread walks through all pointers when it collects
// garbage: so there are none. The texts of rows that came together lie in one string, of which those that are asked for
// are parts.
type table struct {
	rows   []row
	slots  []int32 // hash table: one more than the place of a row, 0 for none; at most half of them are taken
	lives  int
	blocks []string
	text   []byte // of the block that is filled: number len(blocks)
	words  []string
	places map[string]uint32 // of words

	order  []int32 // rows by id
	added  []int32 // those that are not in order yet
	listed int     // rows that are in either
}

// row is a number, or, when it does not live, an id that had one or has an edit. It stays in its place.
type row struct {
	ver            int64
	hash           uint32
	block, start   uint32    // of its texts, which follow each other
	id, e164, name uint32    // their lengths
	words          [4]uint32 // call purpose, unit, program, status
	live           bool
}

func newTable(rows int) table {
	rows = max(rows, 0)
	t := table{rows: make([]row, 0, rows), order: make([]int32, 0, rows), places: map[string]uint32{}}
	t.room(rows)
	return t
}

// room makes the hash table large enough.
func (t *table) room(rows int) {
	size := max(len(t.slots), 64)
	for size < 2*rows {
		size *= 2
	}
	if size == len(t.slots) {
		return
	}
	t.slots = make([]int32, size)
	for i := range t.rows {
		t.slot(t.rows[i].hash, int32(i))
	}
}

func (t *table) slot(hash uint32, i int32) {
	at := hash & uint32(len(t.slots)-1)
	for t.slots[at] != 0 {
		at = (at + 1) & uint32(len(t.slots)-1)
	}
	t.slots[at] = i + 1
}

// find gives the place of the row with an id and its hash, -1 when there is none.
func find[T string | []byte](t *table, h fnv, k T) int32 {
	hash := h.short()
	for at := hash & uint32(len(t.slots)-1); t.slots[at] != 0; at = (at + 1) & uint32(len(t.slots)-1) {
		i := t.slots[at] - 1
		r := &t.rows[i]
		if r.hash != hash {
			continue
		}
		if int(r.block) == len(t.blocks) {
			if string(t.text[r.start:][:r.id]) == string(k) {
				return i
			}
		} else if t.blocks[r.block][r.start:][:r.id] == string(k) {
			return i
		}
	}
	return -1
}

// insert adds a row with another id than all that are there.
func (t *table) insert(h fnv, v row) int32 {
	i := int32(len(t.rows))
	v.hash, v.block = h.short(), uint32(len(t.blocks))
	t.rows = append(t.rows, v)
	t.slot(v.hash, i)
	t.room(len(t.rows) + 1)
	return i
}

// set replaces a row by one with its id.
func (t *table) set(i int32, v row) {
	v.hash, v.block = t.rows[i].hash, uint32(len(t.blocks))
	t.rows[i] = v
}

// list makes a number one of ids, whether it lives or not.
func (t *table) list(k id.Number) {
	h := fnv(fnvStart).text(string(k))
	if find(t, h, string(k)) < 0 {
		start := len(t.text)
		t.text = append(t.text, k...)
		t.insert(h, row{start: uint32(start), id: uint32(len(k))})
		t.settle()
	}
}

// settle ends the block of what was added, and lists it. Rows of chunks come in order.
func (t *table) settle() {
	if len(t.text) > 0 {
		t.blocks = append(t.blocks, string(t.text))
		t.text = t.text[:0]
	}
	for ; t.listed < len(t.rows); t.listed++ {
		i := int32(t.listed)
		if len(t.order) == 0 || t.id(i) > t.id(t.order[len(t.order)-1]) {
			t.order = append(t.order, i)
		} else {
			t.added = append(t.added, i)
		}
	}
}

// word gives the place of a text that repeats.
func (t *table) word(w string) uint32 {
	place, is := t.places[w]
	if !is {
		place = uint32(len(t.words))
		w = strings.Clone(w) // of a frame, which would stay
		t.words = append(t.words, w)
		t.places[w] = place
	}
	return place
}

func (t *table) id(i int32) id.Number {
	r := &t.rows[i]
	return id.Number(t.blocks[r.block][r.start:][:r.id])
}

// number gives the number in a place; false when none lives there.
func (t *table) number(i int32) (n number.Number, live bool) {
	r := &t.rows[i]
	if !r.live {
		return n, false
	}
	text := t.blocks[r.block][r.start:][:r.id+r.e164+r.name]
	return number.Number{ID: id.Number(text[:r.id]), E164: number.E164(text[r.id:][:r.e164]), DisplayName: text[r.id+r.e164:],
		CallPurpose: t.words[r.words[0]], Place: number.Place{BusinessUnit: id.BusinessUnit(t.words[r.words[1]]), Program: id.Program(t.words[r.words[2]])},
		Status: number.Status(t.words[r.words[3]]), Ver: r.ver}, true
}

// get gives a number by its id.
func (t *table) get(k id.Number) (n number.Number, live bool) {
	if i := find(t, fnv(fnvStart).text(string(k)), string(k)); i >= 0 {
		return t.number(i)
	}
	return n, false
}

// sorted are all rows that may have a view, by id.
func (t *table) sorted() []int32 {
	if len(t.added) == 0 {
		return t.order
	}
	slices.SortFunc(t.added, func(a, b int32) int { return strings.Compare(string(t.id(a)), string(t.id(b))) })
	all := make([]int32, 0, len(t.order)+len(t.added))
	a, b := t.order, t.added
	for len(a) > 0 && len(b) > 0 {
		if t.id(a[0]) < t.id(b[0]) {
			all = append(all, a[0])
			a = a[1:]
		} else {
			all = append(all, b[0])
			b = b[1:]
		}
	}
	t.order, t.added = append(append(all, a...), b...), nil
	return t.order
}
