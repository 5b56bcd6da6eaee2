package dashboard

import "math/bits"

// set is a set of positions, 64 in a word.
type set []uint64

func words(n int) int { return (n + 63) / 64 }

func (b set) has(pos int32) bool {
	w := int(pos >> 6)
	return w < len(b) && b[w]>>(pos&63)&1 != 0
}

// with adds a position, behind the end too.
func (b set) with(pos int32) set {
	for int(pos>>6) >= len(b) {
		b = append(b, 0)
	}
	b[pos>>6] |= 1 << (pos & 63)
	return b
}

func (b set) without(pos int32) {
	if w := int(pos >> 6); w < len(b) {
		b[w] &^= 1 << (pos & 63)
	}
}

func (b set) clone() set { return append(make(set, 0, len(b)), b...) }

func (b set) count() (n int) {
	for _, w := range b {
		n += ones(w)
	}
	return n
}

// countBoth is how many positions are in both.
func (b set) countBoth(o set) (n int) {
	for i := range min(len(b), len(o)) {
		n += ones(b[i] & o[i])
	}
	return n
}

func ones(w uint64) int { return bits.OnesCount64(w) }
