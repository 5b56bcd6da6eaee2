package sheet

import "bytes"

// Quotes are read as RFC 4180 has them, and otherwise as kindly as can be: one inside a field is an ordinary character,
// text behind a closing quote belongs to the field. A quote that opens a field is an ordinary character, too, when it has
// no counterpart within the limit of a row, or one below that does not end a field.
//
// One below that does end a field may still be somebody else's: the quote of 17" behind three rows of which the first
// lacks its closing quote. So what is quoted over several lines is looked at line by line (border). Lines that are rows
// like those before are rows; where some are and others aren't, all of them are given as rows whose border can't be told,
// and nobody's number vanishes in a field of another row. What is left is a field over several lines whose lines neither
// hold a number where the rows do nor have their fields: that is taken as it stands.
type quote uint8

const (
	unknown quote = iota // what is behind it has not come yet
	closed               // its field is in text
	stray                // it is an ordinary character
	torn                 // the same, but that is not certain
)

// quoted reads the field that opens with the quote at b[q] and gives the offset behind the closing one; when torn, the
// lines that may be part of it.
//
// What was passed over before a quote turned out to be stray is read a second time, but not a third: it has quotes in
// pairs only, and a field that opens with a pair closes with one.
func (c *cutter) quoted(b []byte, q int, last bool) (int, quote) {
	limit, start, lines := min(len(b), MaxRow), len(c.text), 0
	for i := q + 1; ; {
		n := -1
		if i < limit {
			n = bytes.IndexByte(b[i:limit], '"')
		}
		if n < 0 {
			if last || len(b) >= MaxRow {
				c.text = c.text[:start]
				return 0, stray
			}
			return 0, unknown
		}
		end := i + n
		c.text = append(c.text, b[i:end]...)
		lines += lineBreaks(b[i:end])
		switch {
		case end+1 == len(b) && !last:
			return 0, unknown
		case end+1 == len(b), b[end+1] == c.delim, b[end+1] == '\n', b[end+1] == '\r':
		case b[end+1] == '"':
			c.text = append(c.text, '"')
			i = end + 2
			continue
		case lines > 0:
			c.text = c.text[:start]
			return 0, stray
		}
		if lines > 0 {
			eol := end + 1
			if eol < limit {
				eol = lineEnd(b[:limit], eol)
			}
			if eol == len(b) && !last && len(b) < MaxRow {
				return 0, unknown
			}
			if state := c.border(b[q+1:eol], end-q-1); state != closed {
				c.text = c.text[:start]
				return lines + 1, state
			}
		}
		c.lines += lines
		return end + 1, closed
	}
}

// border judges a field of several lines: b is what stands behind its opening quote to the end of the line in which it
// closes, at b[end].
func (c *cutter) border(b []byte, end int) quote {
	n := lineEnd(b, 0)
	opens := len(c.ends) + bytes.Count(b[:n], []byte{c.delim}) + 1 // fields of its first line if the quotes are no pair
	closes, sure := c.fieldsBehind(b[end+1:])                      // and of the row if they are
	closes += len(c.ends)
	width, phones := max(opens, closes), uint64(0)
	if len(c.before.ends) > 0 {
		width, phones = len(c.before.ends), c.phonesBefore()
	}

	alike, held, ended := true, false, c.eol == ""
	for n < end {
		ended = ended || kindOfBreak(b[n:]) == c.eol
		n += lineBreak(b[n:])
		b, end = b[n:], end-n
		n = lineEnd(b, 0)
		line := b[:n]
		if bytes.HasPrefix(line, []byte(lineMark)) {
			alike = false // Writer's: a line within a cell
			continue
		}
		fields := bytes.Count(line, []byte{c.delim}) + 1
		alike = alike && fields == width
		held = held || (fields == width || fields > 1) && c.holdsPhone(line, phones)
	}
	// Prose has commas, so they tell less than other delimiters.
	rows := held || alike && (width >= 5 || width >= 2 && c.delim != ',')
	switch {
	case !rows || !ended: // spreadsheets end lines within a cell otherwise than rows
		return closed
	case alike && opens >= width:
		return stray
	case opens < width && (closes == width || !sure):
		return closed // a row that lacks a quote still has all its delimiters
	}
	return torn
}

// fieldsBehind counts the fields of the row from one that closes right before b on, to the end of the line. It isn't
// sure when another one opens that the line doesn't end.
func (c *cutter) fieldsBehind(b []byte) (n int, sure bool) {
	n, sure = 1, true
	for _, ch := range b {
		switch {
		case ch == '"':
			sure = !sure
		case ch == c.delim && sure:
			n++
		}
	}
	return n, sure
}

// phonesBefore is a bit for each column in which the row before has a phone number.
func (c *cutter) phonesBefore() uint64 {
	w := &c.before
	if w.looked {
		return w.phones
	}
	w.looked, w.phones = true, 0
	from := 0
	for i, to := range w.ends[:min(len(w.ends), 64)] {
		if phoneCell(w.text[from:to]) > 1 {
			w.phones |= 1 << i
		}
		from = to
	}
	return w.phones
}

// holdsPhone reports whether what looks like a phone number stands in one of the columns of a line, or anywhere when
// there are none.
func (c *cutter) holdsPhone(line []byte, columns uint64) bool {
	for i := 0; i < 64; i++ {
		cell, rest, more := bytes.Cut(line, []byte{c.delim})
		switch like := phoneCell(cell); {
		case columns == 0 && like > 1, columns>>i&1 == 1 && like > 0:
			return true
		case !more:
			return false
		}
		line = rest
	}
	return false
}

// phoneCell is the likeness of a cell that is short enough for a phone number.
func phoneCell(cell []byte) int {
	if len(cell) > 64 {
		return 0
	}
	return likeness(unguard(string(cell)))
}
