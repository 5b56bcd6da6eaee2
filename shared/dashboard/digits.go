package dashboard

import "countersign/shared/number"

// A number's key has each of its digits in four set, the first digit in the highest, as one more than the digit; what
// is left is zero. Keys compare as the numbers do as texts, which is the server's order, and digits are found in them by
// shifting. What has no digits, or more than 16, is no number: its key is 0.

const mostDigits = 16

func keyOf(e number.E164) uint64 {
	if len(e) < 2 || len(e) > 1+mostDigits || e[0] != '+' {
		return 0
	}
	return keyOfDigits(string(e[1:]))
}

func keyOfDigits(digits string) (key uint64) {
	shift := 64
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 || shift == 0 {
			return 0
		}
		shift -= 4
		key |= uint64(d+1) << shift
	}
	return key
}

// textOf is the number of a key, "" of 0.
func textOf(key uint64) number.E164 {
	if key == 0 {
		return ""
	}
	var buf [1 + mostDigits]byte
	b := append(buf[:0], '+')
	for ; key != 0; key <<= 4 {
		b = append(b, '0'-1+byte(key>>60))
	}
	return number.E164(b)
}

// part are digits that somebody looks for in keys.
type part struct {
	key  uint64
	drop int // bits behind the digits
	any  bool
}

func partOf(digits string) part {
	if len(digits) == 0 || len(digits) > mostDigits {
		return part{}
	}
	drop := 64 - 4*len(digits)
	return part{keyOfDigits(digits) >> drop, drop, true}
}

// begins reports whether the number begins with the digits.
func (p part) begins(key uint64) bool { return p.any && key>>p.drop == p.key }

// in reports whether the digits are somewhere in the number.
func (p part) in(key uint64) bool {
	if !p.any {
		return false
	}
	for ; key != 0; key <<= 4 {
		if key>>p.drop == p.key {
			return true
		}
	}
	return false
}
