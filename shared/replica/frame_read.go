package replica

import (
	"encoding/json"
	"strconv"

	"countersign/shared/id"
	"countersign/shared/number"
)

// ReadFrame gives the rows of a frame. It takes any bytes: those of no frame give ErrFrame, and never cost more memory
// than some fifteen times their length.
func ReadFrame(b []byte) ([]Change, error) {
	r := reader{text: string(b)}
	if r.byte() != frameVersion {
		return nil, ErrFrame
	}
	words := r.words()
	count := r.count(leastRow)
	u := unpack(min(count, 1+r.left()/leastNumber))
	for range count {
		switch r.byte() {
		case rowNumber:
			u.number(&r, words)
		case rowJSON:
			u.json(&r)
		default:
			r.bad = true
		}
		if r.bad {
			return nil, ErrFrame
		}
	}
	if r.bad || r.left() > 0 {
		return nil, ErrFrame
	}
	u.identify()
	return u.rows, nil
}

// unpacked are the rows of a frame that were read. Numbers are one piece of memory, which is never grown because rows
// point into it; so are their ids and digits, which become one string in the end.
type unpacked struct {
	rows    []Change
	numbers []number.Number
	texts   []byte
	lengths []uint8 // of the digits
}

func unpack(most int) *unpacked {
	return &unpacked{make([]Change, 0, most), make([]number.Number, 0, most), make([]byte, 0, (36+16)*most), make([]uint8, 0, most)}
}

// number adds a row in the short form.
func (u *unpacked) number(r *reader, words []string) {
	s := r.number(len(words))
	if r.bad || len(u.numbers) == cap(u.numbers) {
		r.bad = true
		return
	}
	u.texts = appendID(u.texts, s.id)
	start := len(u.texts)
	u.texts = appendDigits(u.texts, s.digits)
	u.lengths = append(u.lengths, uint8(len(u.texts)-start))
	u.numbers = append(u.numbers, number.Number{Ver: s.ver, DisplayName: s.name, CallPurpose: words[s.words[0]],
		Place: number.Place{BusinessUnit: id.BusinessUnit(words[s.words[1]]), Program: id.Program(words[s.words[2]])}, Status: number.Status(words[s.words[3]])})
	u.rows = append(u.rows, Change{Seq: s.ver, Kind: KindNumber, Number: &u.numbers[len(u.numbers)-1]})
}

// json adds a row in the long form.
func (u *unpacked) json(r *reader) { u.rows = append(u.rows, r.json()) }

// identify gives the rows in the short form their ids and digits.
func (u *unpacked) identify() {
	all, next := string(u.texts), 0
	for i := range u.rows {
		c := &u.rows[i]
		if next == len(u.numbers) || c.Number != &u.numbers[next] {
			continue
		}
		end := idLength + int(u.lengths[next])
		c.ID, c.Number.ID, c.Number.E164 = all[:idLength], id.Number(all[:idLength]), number.E164(all[idLength:end])
		all = all[end:]
		next++
	}
}

// sound reports whether a change is what its kind says.
func (c *Change) sound() bool {
	set := 0
	for _, has := range []bool{c.Number != nil, c.Unit != nil, c.Program != nil, c.Purpose != nil} {
		if has {
			set++
		}
	}
	if c.Del {
		return set == 0 && (c.Kind == KindNumber || c.Kind == KindUnit || c.Kind == KindProgram || c.Kind == KindPurpose)
	}
	if set != 1 {
		return false
	}
	switch c.Kind {
	case KindNumber:
		return c.Number != nil && string(c.Number.ID) == c.ID
	case KindUnit:
		return c.Unit != nil && string(c.Unit.ID) == c.ID
	case KindProgram:
		return c.Program != nil && string(c.Program.ID) == c.ID
	case KindPurpose:
		return c.Purpose != nil && c.Purpose.Key == c.ID
	}
	return false
}

const (
	noID     = "00000000-0000-0000-0000-000000000000"
	idLength = len(noID)
)

// appendID appends an id of 16 bytes as it is written.
func appendID(dst []byte, b string) []byte {
	start := len(dst)
	dst = append(dst, noID...)
	at := dst[start:]
	for i := range len(b) {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			at = at[1:]
		}
		at[0], at[1] = lowerHex[b[i]>>4], lowerHex[b[i]&15]
		at = at[2:]
	}
	return dst
}

func appendDigits(dst []byte, digits uint64) []byte {
	return strconv.AppendUint(append(dst, '+'), digits, 10)
}

// reader takes a frame apart. After the first thing that is missing it gives nothing but zeros, and bad is set. Strings
// share the frame's memory.
type reader struct {
	text string
	at   int
	bad  bool
}

func (r *reader) left() int { return len(r.text) - r.at }

func (r *reader) byte() byte {
	if r.bad || r.at == len(r.text) {
		r.bad = true
		return 0xff
	}
	r.at++
	return r.text[r.at-1]
}

func (r *reader) take(n int) string {
	if r.bad || n > r.left() {
		r.bad = true
		return ""
	}
	s := r.text[r.at : r.at+n]
	r.at += n
	return s
}

func (r *reader) uvarint() uint64 {
	if !r.bad && r.at < len(r.text) && r.text[r.at] < 0x80 { // most are that short
		r.at++
		return uint64(r.text[r.at-1])
	}
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		c := r.byte()
		if r.bad {
			return 0
		}
		if shift == 63 && c > 1 {
			break
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	r.bad = true
	return 0
}

// words reads the dictionary: four places in it has a number, so there are not more words than that.
func (r *reader) words() []string {
	n := r.count(1)
	if n > 4*(r.left()/leastNumber) {
		r.bad = true
		return nil
	}
	words := make([]string, n)
	for i := range words {
		words[i] = r.str()
	}
	return words
}

// short is a row in the short form, in which no row has other digits than those that are written so.
type short struct {
	id     string // 16 bytes
	digits uint64
	ver    int64
	name   string
	words  [4]uint32 // places in the dictionary: call purpose, unit, program, status
}

func (r *reader) number(words int) (s short) {
	s.id, s.digits = r.take(16), r.uvarint()
	s.ver, s.name = int64(r.uvarint()), r.str()
	for i := range s.words {
		w := r.uvarint()
		if w >= uint64(words) {
			r.bad = true
			return s
		}
		s.words[i] = uint32(w)
	}
	r.bad = r.bad || s.ver < 0 || s.digits == 0 || s.digits > mostDigits
	return s
}

// json reads a row in the long form.
func (r *reader) json() (c Change) {
	if json.Unmarshal([]byte(r.str()), &c) != nil || !c.sound() {
		r.bad = true
	}
	return c
}

func (r *reader) str() string { return r.take(r.count(1)) }

// count reads how many things of at least that many bytes follow; more than there is room for is bad.
func (r *reader) count(least int) int {
	n := r.uvarint()
	if n > uint64(r.left()/least) {
		r.bad = true
		return 0
	}
	return int(n)
}
