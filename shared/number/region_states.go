package number

import "sync"

// state of the automaton that the metadata's expressions became: where each digit leads, 0 for nowhere, and what a text
// that ends here is.
type state struct {
	next  [10]uint16
	label uint16
}

// outcome is what a valid number is: a place in regionTable, from 1, and two in layouts.
type outcome struct {
	region         uint8
	intl, national uint16
}

// states are unpacked when the first number is read. Not a sync.OnceValue: a variable that a call initializes is linked,
// with all that it names, into programs that read no number.
func states() []state {
	unpacking.Do(func() { unpacked = unpack() })
	return unpacked
}

var (
	unpacking sync.Once
	unpacked  []state
)

// unpack reads packedStates. Each state is a set of the digits that lead elsewhere than the digit before them, with a bit
// for a label after those of the ten digits; how far back each of these digits leads, 0 for nowhere; and the label.
func unpack() []state {
	all, at := make([]state, stateCount), 0
	number := func() uint16 {
		var n uint16
		for shift := 0; ; shift += 7 {
			b := packedStates[at]
			at++
			n |= uint16(b&0x7f) << shift
			if b < 0x80 {
				return n
			}
		}
	}
	for i := range all {
		s, set, to := &all[i], number(), uint16(0)
		for d := range s.next {
			if set>>d&1 == 1 {
				if to = number(); to != 0 {
					to = uint16(i) - to
				}
			}
			s.next[d] = to
		}
		if set>>len(s.next) == 1 {
			s.label = number()
		}
	}
	return all
}

// label reads ASCII digits from a state on and returns the label of the last.
func label[T string | []byte](from uint16, digits T) uint16 {
	all, at := states(), from
	for i := 0; i < len(digits) && at != 0; i++ {
		d := digits[i] - '0'
		if d > 9 {
			return 0
		}
		at = all[at].next[d]
	}
	return all[at].label
}

// outcome returns nil for what is no valid number in canonical form.
func (e E164) outcome() *outcome {
	if len(e) == 0 || e[0] != '+' {
		return nil
	}
	if l := label(rootState, string(e[1:])); l != 0 {
		return &outcomes[l-1]
	}
	return nil
}

// prefix reads digits from a state on as far as it can and returns the label of the longest beginning that has one; the
// label's upper half counts where the text ends, its lower half elsewhere.
func prefix(from uint16, digits []byte) (label uint8, end int) {
	all, at := states(), from
	for i := 0; ; i++ {
		if l := uint8(all[at].label); l != 0 {
			label, end = l, i
		}
		if i == len(digits) {
			if l := uint8(all[at].label >> 8); l != 0 {
				label, end = l, i
			}
			return label, end
		}
		if at = all[at].next[digits[i]-'0']; at == 0 {
			return label, end
		}
	}
}

// abroad takes away what is dialed to call abroad. A calling code doesn't begin with 0.
func (r *regionRules) abroad(digits []byte) ([]byte, bool) {
	l, end := prefix(r.out, digits)
	if l == 0 || end < len(digits) && digits[end] == '0' {
		return digits, false
	}
	return digits[end:], true
}

// What the states of trunk say; build/numbers writes them.
const (
	stripped  = 1    // the match is taken away
	rewritten = 0x80 // the match becomes the rewrite and its group, which begins at bits 2 to 6 and ends bits 0 and 1 before it
)

// withoutTrunk takes away what is dialed before a national number, unless it is the number's own. It may write the result
// to buf.
func (r *regionRules) withoutTrunk(buf, digits []byte) []byte {
	if r.trunk == 0 || len(digits) == 0 {
		return digits
	}
	l, end := prefix(r.trunk, digits)
	without := digits
	switch {
	case l == stripped:
		without = digits[end:]
	case l&rewritten != 0:
		without = append(append(buf, r.rewrite...), digits[l>>2&31:end-int(l&3)]...)
		without = append(without, digits[end:]...)
	default:
		return digits
	}
	if label(r.general, digits) != 0 && label(r.general, without) == 0 {
		return digits
	}
	return without
}
