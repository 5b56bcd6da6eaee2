package number

import (
	"unicode"
	"unicode/utf8"
)

// CheckName judges what a person types as the name of a number, a unit or a program: up to most code points of UTF-8 on
// one line, of which each can be seen or shapes its neighbours. What turns the direction of text, has no width or is a
// line break under another name is refused, because two names could look alike, or one like several. An empty name is
// in order; one of blanks alone is not. The reason is InvalidName, or "".
func CheckName(s string, most int) Reason {
	if s == "" {
		return ""
	}
	count, seen := 0, false
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return InvalidName
			}
		}
		if r < 0x7f && r > ' ' {
			seen = true
		} else if r != ' ' {
			if unseen(r) {
				return InvalidName
			}
			seen = seen || r != brailleBlank && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
		}
		count++
	}
	if count > most || !seen {
		return InvalidName
	}
	return ""
}

const (
	joiner, nonJoiner = '\u200d', '\u200c' // within emoji and the words of several scripts
	brailleBlank      = '\u2800'
)

// unseen reports whether a character has no place in a name of one line.
func unseen(r rune) bool {
	if r == joiner || r == nonJoiner || unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// checkDisplayName judges the name of a number, and tells what is not in order.
func checkDisplayName(s string) (r Reason, what string) {
	if r := CheckName(s, MaxDisplayName); r != "" {
		return r, "display_name"
	}
	return "", ""
}
