package sheet

import "bytes"

// cutter takes one row after another off decoded text. It keeps no text between calls but the row before, by which it
// judges quotes: when a row is not whole yet, it is asked again with more behind it, and comes to the same end however the
// text arrived.
type cutter struct {
	delim    byte
	text     []byte // the fields of the row, one behind the other
	ends     []int  // where each ends in text
	lines    int    // line breaks taken off, that at the end of the row included
	doubtful bool   // where the row ends can't be told, for a quote before it has no counterpart

	kept   bool // the row in text is one that others can be measured by
	before struct {
		text   []byte
		ends   []int
		looked bool
		phones uint64 // once looked for: the columns that hold phone numbers
	}
	eol   string // what ended the row before, "" when there was none
	doubt int    // lines ahead that are doubtful
}

type cut uint8

const (
	more cut = iota // the row is not complete yet
	row             // text and ends hold the row
	long            // the row is over MaxRow or maxFields: its beginning was taken off, and text holds that
)

// next takes the first row off b and gives its length with the line break. With last, nothing comes behind b.
func (c *cutter) next(b []byte, last bool) (int, cut) {
	if c.kept {
		c.text, c.before.text = c.before.text, c.text
		c.ends, c.before.ends = c.before.ends, c.ends
		c.kept, c.before.looked = false, false
	}
	c.text, c.ends, c.lines = c.text[:0], c.ends[:0], 0
	limit, i, eol, doubt := min(len(b), MaxRow), 0, -1, c.doubt
	for {
		if i < limit && b[i] == '"' {
			n, state := c.quoted(b, i, last)
			switch state {
			case unknown:
				return 0, more
			case closed:
				i = n
			case torn:
				doubt = max(doubt, n)
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
		if len(c.ends) == maxFields {
			c.text = append(c.text[:0], b[:i]...)
			c.doubt = max(0, doubt-c.lines-1)
			return i, long
		}
	}

	switch {
	case i == len(b) && !last:
		return 0, more
	case i < len(b) && b[i] != '\n' && b[i] != '\r':
		c.text = append(c.text[:0], b[:i]...)
		c.doubt = max(0, doubt-c.lines-1)
		return i, long
	case i == len(b)-1 && b[i] == '\r' && !last:
		return 0, more // it may be half of a line break
	}
	c.ends = append(c.ends, len(c.text))
	if i < len(b) {
		n := lineBreak(b[i:])
		c.eol = kindOfBreak(b[i:])
		i += n
		c.lines++
	}
	c.doubtful = doubt > 0
	c.kept = len(c.text) > 0 && !c.doubtful
	c.doubt = max(0, doubt-max(c.lines, 1))
	return i, row
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
func lineBreak[T string | []byte](b T) int {
	switch {
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	case len(b) > 0 && (b[0] == '\r' || b[0] == '\n'):
		return 1
	}
	return 0
}

// kindOfBreak is the line break that b begins with.
func kindOfBreak(b []byte) string {
	switch {
	case lineBreak(b) == 2:
		return "\r\n"
	case b[0] == '\r':
		return "\r"
	}
	return "\n"
}

func lineBreaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if bytes.IndexByte(b, '\r') >= 0 {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return n
}
