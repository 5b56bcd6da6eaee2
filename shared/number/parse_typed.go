package number

import (
	"strings"
	"unicode/utf8"
)

// typed is what a text says that is written as a number.
type typed struct {
	digits  []byte // ASCII
	plus    bool
	bare    bool // nothing but digits was written
	decimal bool // a spreadsheet wrote it as an amount: "447700900123.0"
}

// mark is what a character means in a number.
type mark uint8

const (
	foreign mark = iota
	digit
	plus
	punctuation // between digits
	space       // between digits and around the number; so are marks of the direction of writing
	separator   // around the number only: a tab or a line break between digits parts two numbers
)

// read takes the digits out of a text. They are appended to buf.
func read(buf []byte, text string) (typed, Reason) {
	text = trim(text)
	t, before := typed{digits: buf, bare: true}, foreign
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		kind, value := classify(r)
		switch {
		case kind == digit && len(t.digits) == cap(buf):
			return t, tooLongOr(text[i:])
		case kind == digit:
			t.digits = append(t.digits, value)
		case kind == plus && len(t.digits) == 0 && (!t.plus || before == plus):
			t.plus, t.bare = true, false
		case kind == punctuation, kind == space:
			t.bare = false
		default:
			if _, d := Repair(text); d != Undamaged {
				return t, SpreadsheetDamage
			}
			return t, NotANumber
		}
		before = kind
	}
	if len(t.digits) == 0 {
		return t, NotANumber
	}
	if !t.bare && !t.plus {
		_, t.decimal = cutDecimals(text)
	}
	return t, ""
}

// tooLongOr tells what is wrong with a text that has more digits than any number, and ends so.
func tooLongOr(rest string) Reason {
	for _, r := range rest {
		if kind, _ := classify(r); kind != digit && kind != punctuation && kind != space {
			return NotANumber
		}
	}
	return TooLong
}

// trim takes away what is no part of the number: spaces and breaks around it, the "'" by which spreadsheets mark a text,
// and the scheme of RFC 3966.
func trim(text string) string {
	around := func(r rune) bool {
		kind, _ := classify(r)
		return kind == space || kind == separator
	}
	text = strings.TrimFunc(text, around)
	text = strings.TrimPrefix(text, "'")
	if len(text) > 4 && strings.EqualFold(text[:4], "tel:") {
		text = text[4:]
	}
	return strings.TrimFunc(text, around)
}

// classify returns a digit's ASCII form too.
func classify(r rune) (mark, byte) {
	if r < utf8.RuneSelf {
		switch r {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return digit, byte(r)
		case '+':
			return plus, 0
		case ' ':
			return space, 0
		case '-', '.', '/', '(', ')', '[', ']':
			return punctuation, 0
		case '\t', '\n', '\r', '\v', '\f':
			return separator, 0
		}
		return foreign, 0
	}
	switch {
	case '０' <= r && r <= '９':
		return digit, byte(r-'０') + '0'
	case '\u0660' <= r && r <= '\u0669', '\u06F0' <= r && r <= '\u06F9': // Arabic-Indic
		return digit, byte(r&15) + '0'
	case r == '＋', r == '\u207A', r == '\uFE62':
		return plus, 0
	case '\u2000' <= r && r <= '\u200F', '\u202A' <= r && r <= '\u202F', '\u205F' <= r && r <= '\u2069':
		return space, 0
	case '\u2010' <= r && r <= '\u2015':
		return punctuation, 0
	}
	switch r {
	case '\u00A0', '\u061C', '\u3000', '\uFEFF':
		return space, 0
	case '\u00AD', '\u2043', '\u2212', '\u30FC', '\uFE58', '\uFE63', '（', '）', '－', '．', '／', '［', '］':
		return punctuation, 0
	case '\u0085', '\u2028', '\u2029':
		return separator, 0
	}
	return foreign, 0
}
