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

// TypedDigits are the digits of a part of a number as somebody types it to find it, and whether the text says that the
// number begins with them ("+33 1", "0033 1"). Fewer than MinSearchDigits, or anything but what numbers are written with,
// give "".
func TypedDigits(text string) (digits string, begins bool) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "(0)", ""))
	rest, plus := strings.CutPrefix(text, "+")
	var b strings.Builder
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune(" ()-./\u00a0\u202f", r):
			return "", false
		}
	}
	digits = b.String()
	if !plus {
		digits, plus = strings.CutPrefix(digits, "00")
		if !plus { // what is dialed before a national number is not part of it
			digits = strings.TrimLeft(digits, "0")
		}
	}
	if len(digits) < MinSearchDigits {
		return "", false
	}
	return digits, plus
}

// MinSearchDigits is how many digits of a number are looked for at least.
const MinSearchDigits = 3
