package number

import (
	"strings"
	"unicode"

	"countersign/shared/latin"
)

// SearchKey is a name as it is searched and sorted: lower case, Latin letters without marks (package latin tells which),
// single blanks.
func SearchKey(name string) string {
	if name == "" {
		return ""
	}
	var b strings.Builder
	for _, r := range name {
		r = unicode.ToLower(r)
		switch plain := latin.Plain(r); {
		case plain != "":
			b.WriteString(plain)
		case r < 0x300 || r > 0x36f: // marks that stand alone fall away
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TypedDigits are the digits of a part of a number as somebody types or pastes it to find it, read as Parse reads a whole
// one, and whether the text says that the number begins with them ("+33 1", "0033 1"). Fewer than three, or anything but
// what numbers are written with, give "".
func TypedDigits(text string) (digits string, begins bool) {
	var buf [maxTyped]byte
	t, reason := read(buf[:0], strings.ReplaceAll(text, "(0)", ""))
	if reason != "" {
		return "", false
	}
	digits, begins = string(t.digits), t.plus
	if !begins {
		if digits, begins = strings.CutPrefix(digits, "00"); !begins { // what is dialed before a national number is not part of it
			digits = strings.TrimLeft(digits, "0")
		}
	}
	const fewest = 3
	if len(digits) < fewest {
		return "", false
	}
	return digits, begins
}
