package sheet

import "bytes"

// cutter takes one row after another off decoded text. It keeps no text between calls: when a row is not whole yet, it
// is asked again with more behind it, and comes to the same end however the text arrived.
//
// Quotes are read as RFC 4180 has them, and otherwise as kindly as can be: one inside a field is an ordinary character,
// text behind a closing quote belongs to the field. A quote that opens a field but has no counterpart, or only one that
// is somebody else's (far below, and not at the end of a field), is an ordinary character, too; so a forgotten quote
// costs its own row at most, and never swallows those below.
type cutter struct {
	delim byte
	text  []byte // the fields of the row, one behind the other
	ends  []int  // where each ends in text
	lines int    // line breaks taken off, that at the end of the row included
}

type cut uint8

const (
	more cut = iota // the row is not complete yet
	row             // text and ends hold the row
	long            // the row is over MaxRow: its first MaxRow bytes were taken off, and text holds them
)

// next takes the first row off b and gives its length with the line break. With last, nothing comes behind b.
func (c *cutter) next(b []byte, last bool) (int, cut) {
	c.text, c.ends, c.lines = c.text[:0], c.ends[:0], 0
	limit, i, eol := min(len(b), MaxRow), 0, -1
	for {
		if i < limit && b[i] == '"' {
			n, state := c.quoted(b, i, last)
			switch state {
			case unknown:
				return 0, more
			case closed:
				i = n
			}
		}
		from := i
		if eol < i {
			eol = lineEnd(b[:limit], i)
		}
		n := bytes.IndexByte(b[i:eol], c.delim)
		if n < 0 {
			i = eol
			c.text = append(c.text, b[from:i]...)
			break
		}
		i += n
		c.text = append(c.text, b[from:i]...)
		c.ends = append(c.ends, len(c.text))
		i++
	}

	switch {
	case i == len(b) && !last:
		return 0, more
	case i < len(b) && b[i] != '\n' && b[i] != '\r':
		c.text = append(c.text[:0], b[:i]...)
		return i, long
	case i == len(b)-1 && b[i] == '\r' && !last:
		return 0, more // it may be half of a line break
	}
	c.ends = append(c.ends, len(c.text))
	if i < len(b) {
		i += lineBreak(b[i:])
		c.lines++
	}
	return i, row
}

type quote uint8

const (
	unknown quote = iota // what is behind it has not come yet
	closed               // its field is in text
	stray                // it is an ordinary character
)

// quoted reads the field that opens with the quote at b[q] and gives the offset behind the closing one.
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
		c.lines += lines
		return end + 1, closed
	}
}

// lineEnd is the offset of the first line break from i on, the length of b when there is none. It looks ahead in growing
// steps, because a file may have only one of the two characters.
func lineEnd(b []byte, i int) int {
	for step := 256; i < len(b); step *= 2 {
		part := b[i:min(i+step, len(b))]
		if n := bytes.IndexByte(part, '\n'); n >= 0 {
			part = part[:n]
		}
		if n := bytes.IndexByte(part, '\r'); n >= 0 {
			return i + n
		}
		if i += len(part); i < len(b) && b[i] == '\n' {
			return i
		}
	}
	return len(b)
}

// lineBreak is the length of the line break that b begins with.
func lineBreak(b []byte) int {
	switch {
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	case len(b) > 0 && (b[0] == '\r' || b[0] == '\n'):
		return 1
	}
	return 0
}

func lineBreaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if bytes.IndexByte(b, '\r') >= 0 {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return n
}
