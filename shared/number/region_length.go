package number

import "math/bits"

// A length of a national number, judged by its region's rules.
type length uint8

const (
	possible length = iota
	localOnly
	between // shorter and longer ones exist
	tooShort
	tooLong
)

func (r *regionRules) length(n int) length {
	switch {
	case n < 32 && r.local>>n&1 == 1:
		return localOnly
	case n < bits.TrailingZeros32(r.lengths):
		return tooShort
	case n >= bits.Len32(r.lengths):
		return tooLong
	case r.lengths>>n&1 == 0:
		return between
	}
	return possible
}

// fault tells why a number whose national part has n digits is not valid.
func (r *regionRules) fault(n int) Reason {
	switch r.length(n) {
	case tooShort, localOnly, between:
		return TooShort
	case tooLong:
		return TooLong
	}
	return NotPossible
}
