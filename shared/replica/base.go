package replica

import (
	"countersign/shared/id"
	"countersign/shared/number"
)

// Base is the server's state at one cursor, as a device holds it in memory. A browser that must not stand still reads it
// in portions, frame by frame, and gives it to an engine as Stored.Base: that Step then only takes in the edits. From
// then on it is the engine's; nobody else touches it again.
type Base struct {
	table
	units    map[id.BusinessUnit]number.Unit
	programs map[id.Program]number.Program
	purposes map[string]number.Purpose
	sum      uint64 // of the numbers, as in Digest
	over     int    // rows that came on top of the chunks
	broken   bool   // a chunk could not be read
}

// NewBase is a base without rows, with room for about that many.
func NewBase(rows int) *Base {
	return &Base{table: newTable(max(rows, 0)), units: map[id.BusinessUnit]number.Unit{}, programs: map[id.Program]number.Program{}, purposes: map[string]number.Purpose{}}
}

// AddFrame adds the rows of a chunk, in the order of the chunks. With one that is no frame the base is not whole, and the
// engine will replace it.
func (b *Base) AddFrame(frame []byte) {
	r := reader{text: string(frame)}
	if r.byte() != frameVersion {
		b.broken = true
		return
	}
	words := r.words()
	places := make([]uint32, len(words))
	for i, w := range words {
		places[i] = b.word(w)
	}
	for count := r.count(leastRow); count > 0 && !r.bad; count-- {
		switch r.byte() {
		case rowNumber:
			b.addShort(&r, places)
		case rowJSON:
			if c := r.json(); !r.bad {
				b.change(&c)
			}
		default:
			r.bad = true
		}
	}
	b.broken = b.broken || r.bad || r.left() > 0
	b.settle()
}

// addShort adds a row in the short form.
func (b *Base) addShort(r *reader, places []uint32) {
	s := r.number(len(places))
	if r.bad {
		return
	}
	start := len(b.text)
	b.text = appendDigits(appendID(b.text, s.id), s.digits)
	v := row{ver: s.ver, start: uint32(start), id: uint32(idLength), e164: uint32(len(b.text) - start - idLength), name: uint32(len(s.name)), live: true}
	b.text = append(b.text, s.name...)
	for i, w := range s.words {
		v.words[i] = places[w]
	}
	b.add(v)
}

// AddRows adds what lies on top of the chunks, after all of them and in the order in which it came.
func (b *Base) AddRows(rows []Change) {
	b.over += len(rows)
	for i := range rows {
		b.change(&rows[i])
	}
	b.settle()
}

// change puts one step of the server's history into base. It is to be settled.
func (b *Base) change(c *Change) {
	switch {
	case c.Kind == KindNumber && !c.Del && c.Number != nil:
		n := c.Number
		v := row{ver: n.Ver, start: uint32(len(b.text)), id: uint32(len(c.ID)), e164: uint32(len(n.E164)), name: uint32(len(n.DisplayName)), live: true,
			words: [4]uint32{b.word(n.CallPurpose), b.word(string(n.BusinessUnit)), b.word(string(n.Program)), b.word(string(n.Status))}}
		b.text = append(append(append(b.text, c.ID...), n.E164...), n.DisplayName...)
		b.add(v)
	case c.Kind == KindNumber:
		h := fnv(fnvStart).text(c.ID)
		if i := find(&b.table, h, c.ID); i >= 0 && b.rows[i].live {
			b.rows[i].live = false
			b.lives--
			b.sum -= h.row(b.rows[i].ver)
		}
	case c.Kind == KindUnit && c.Unit != nil:
		b.units[c.Unit.ID] = *c.Unit
	case c.Kind == KindUnit:
		delete(b.units, id.BusinessUnit(c.ID))
	case c.Kind == KindProgram && c.Program != nil:
		b.programs[c.Program.ID] = *c.Program
	case c.Kind == KindProgram:
		delete(b.programs, id.Program(c.ID))
	case c.Kind == KindPurpose && c.Purpose != nil:
		b.purposes[c.Purpose.Key] = *c.Purpose
	case c.Kind == KindPurpose:
		delete(b.purposes, c.ID)
	}
}

// add puts a row whose texts are the last ones.
func (b *Base) add(v row) {
	k := b.text[v.start:][:v.id]
	h := fnv(fnvStart)
	for _, c := range k {
		h = (h ^ fnv(c)) * fnvPrime
	}
	if i := find(&b.table, h, k); i >= 0 {
		if old := &b.rows[i]; old.live {
			b.lives--
			b.sum -= h.row(old.ver)
		}
		b.set(i, v)
	} else {
		b.insert(h, v)
	}
	b.lives++
	b.sum += h.row(v.ver)
}

func (b *Base) digest() Digest { return Digest{Rows: b.lives, Sum: SumText(b.sum)} }

func (b *Base) count() int { return len(b.purposes) + len(b.units) + len(b.programs) + b.lives }
