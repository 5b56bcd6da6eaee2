package dashboard

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"countersign/shared/number"
)

// dict numbers the values of a column in the order in which they came.
type dict struct {
	values []string
	places map[string]uint32
	last   uint32   // that was asked for
	keys   []string // of the names of the values, as they are searched and sorted; fewer than values, or "": without a name
	order  []string // of values that have one
}

func (d *dict) add(v string) uint32 {
	if len(d.values) > 0 && d.values[d.last] == v {
		return d.last
	}
	n, is := d.places[v]
	if !is {
		if d.places == nil {
			d.places = map[string]uint32{}
		}
		n = uint32(len(d.values))
		v = strings.Clone(v) // else the memory of all that came with it stays
		d.values = append(d.values, v)
		d.places[v] = n
	}
	d.last = n
	return n
}

func (d *dict) name(v, name string) {
	n := int(d.add(v))
	for n >= len(d.keys) {
		d.keys = append(d.keys, "")
	}
	d.keys[n] = number.SearchKey(name)
}

func (d *dict) key(n uint32) string {
	if int(n) < len(d.keys) {
		return d.keys[n]
	}
	return ""
}

// compare compares two values by their names. Those without one come last.
func (d *dict) compare(a, b uint32) int {
	x, y := d.key(a), d.key(b)
	if x == "" || y == "" {
		return min(len(y), 1) - min(len(x), 1)
	}
	return strings.Compare(x, y)
}

// names numbers display names. Their keys, as number.SearchKey makes them, lie in one piece of memory.
type names struct {
	dict
	text  []byte
	ends  []uint32
	masks []uint64 // what is in each key: see mask
}

func (n *names) reset() {
	*n = names{}
	n.add("")
}

func (n *names) add(name string) uint32 {
	place := n.dict.add(name)
	if int(place) == len(n.ends) {
		start := len(n.text)
		n.text = appendKey(n.text, name)
		n.ends, n.masks = append(n.ends, uint32(len(n.text))), append(n.masks, mask(n.text[start:]))
	}
	return place
}

func (n *names) key(place uint32) []byte {
	start := uint32(0)
	if place > 0 {
		start = n.ends[place-1]
	}
	return n.text[start:n.ends[place]]
}

// compare has the empty name last.
func (n *names) compare(a, b uint32) int {
	x, y := n.key(a), n.key(b)
	if len(x) == 0 || len(y) == 0 {
		return min(len(y), 1) - min(len(x), 1)
	}
	return bytes.Compare(x, y)
}

// appendKey appends number.SearchKey of a name.
func appendKey(dst []byte, name string) []byte {
	start, blank := len(dst), true
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= utf8.RuneSelf:
			return append(dst[:start], number.SearchKey(name)...)
		case c == ' ' || c >= '\t' && c <= '\r':
			blank = true
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		if blank && len(dst) > start {
			dst = append(dst, ' ')
		}
		dst, blank = append(dst, c), false
	}
	return dst
}

// mask tells roughly what is in a text: 32 bits for its bytes, and 32 for its pairs of bytes. A text that is part of
// another has no bit that the other has not.
func mask(text []byte) (m uint64) {
	before := byte(0)
	for _, c := range text {
		m |= 1 << (c & 31)
		if before != 0 {
			m |= 1 << (32 + (before*7+c)&31)
		}
		before = c
	}
	return m
}
