package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A cell that a spreadsheet would run as a formula, or that is digits alone and would lose some, gets an apostrophe in
// front: spreadsheets have it mean "text", and it survives when they save the file. A reader with another delimiter in
// mind (a French spreadsheet expects ";") would begin cells in the middle of ours, so every place in a cell where one
// could begin is treated alike.
//
// A line within a cell gets two more, so that Reader never takes it for a row of the file (see cutter.border).
//
// unguard takes off exactly what guard put there, also when the cell had apostrophes of its own: whether a place needs
// the apostrophe does not change by there being one more.

// guard makes a cell safe.
func guard(cell string) string {
	if !strings.ContainsAny(cell, separators) {
		if risky(cell) || quantity(cell) {
			return "'" + cell
		}
		return cell
	}
	var b strings.Builder
	line := false
	for part, sep := range parts(cell) {
		if line {
			b.WriteString(lineMark)
		}
		if risky(part) || b.Len() == 0 && blanked(part, sep) {
			b.WriteByte('\'')
		}
		b.WriteString(part)
		b.WriteString(sep)
		line = lineBreak(sep) > 0
	}
	return b.String()
}

// unguard undoes guard.
func unguard(cell string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	if !strings.ContainsAny(cell, separators) {
		if cell[0] == '\'' && (risky(cell) || quantity(cell)) {
			return cell[1:]
		}
		return cell
	}
	var b strings.Builder
	line := false
	for part, sep := range parts(cell) {
		if line {
			part = strings.TrimPrefix(part, lineMark)
		}
		if part != "" && part[0] == '\'' && (risky(part) || b.Len() == 0 && blanked(part, sep)) {
			part = part[1:]
		}
		b.WriteString(part)
		b.WriteString(sep)
		line = lineBreak(sep) > 0
	}
	return b.String()
}

// lineMark is what each line of a cell but its first begins with.
const lineMark = "''"

// separators are where some reader could begin a cell.
const separators = ",;\t|\r\n"

// parts are the pieces of a cell between separators, each with the separator behind it.
func parts(cell string) func(yield func(part, sep string) bool) {
	return func(yield func(part, sep string) bool) {
		for {
			i := strings.IndexAny(cell, separators)
			if i < 0 {
				yield(cell, "")
				return
			}
			n := max(1, lineBreak(cell[i:]))
			if !yield(cell[:i], cell[i:i+n]) {
				return
			}
			cell = cell[i+n:]
		}
	}
}

// risky reports whether a spreadsheet may take the part for a formula: what comes first behind spaces, quotes and
// characters that don't show is one of = + - @, full-width forms included, or a control character.
func risky(part string) bool {
	for _, r := range part {
		switch r {
		case '=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹢', '﹣', '﹦', '﹫':
			return true
		case '\'', '"':
			continue
		}
		if unicode.IsControl(r) {
			return true
		}
		if r != utf8.RuneError && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	return false
}

// blanked reports whether a cell with this part at its beginning begins with a tab or a line break.
func blanked(part, sep string) bool {
	return (sep == "\t" || lineBreak(sep) > 0) && strings.Trim(part, "'") == ""
}

// quantity reports whether a spreadsheet would take the cell for a quantity and write it anew: digits with a leading
// zero, which it drops, or so many that it would write them as 4.47E+11.
func quantity(cell string) bool {
	digits := strings.TrimLeft(cell, "'")
	if len(digits) < 2 || digits[0] != '0' && len(digits) < 12 {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}
