package sheet

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"countersign/shared/number"
)

// Row is one row of a file.
type Row struct {
	Line   int           `json:"line"` // in the file, from 1: where the row begins
	Fields []string      `json:"fields"`
	Reason number.Reason `json:"reason,omitempty"` // limit_exceeded: Fields holds only its beginning; unclosed_quote
}

// blank rows hold nothing but spaces and delimiters. They are skipped: spreadsheets leave them below a table.
func (r *Row) blank() bool {
	return !slices.ContainsFunc(r.Fields, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// Reader turns the bytes of a CSV file, written to it in pieces of any size, into rows. It holds less than half a MiB,
// whatever it is fed, and gives the same rows however the file is cut.
//
// What Writer did to a cell so that no spreadsheet takes it for a formula is undone.
type Reader struct {
	row     func(Row) error
	delim   Delimiter
	decoder decoder
	cutter  cutter
	buf     []byte // decoded and not yet cut
	tried   int    // the length of buf for which the cutter wanted more
	line    int    // where buf begins
	skip    bool   // the rest of the line belongs to a row that was too long
	settled bool   // the delimiter is known to the cutter
	closed  bool
	spare   []string // for the fields of the next rows
	sizes   sizes
	err     error
}

// sizes say when a reader does what: a file gives the same rows with any, but for the delimiter that is found in a smaller
// sample.
type sizes struct {
	sample int // how much of a file is looked at before its delimiter is settled
	piece  int // how much is decoded at a time
	again  int // how much has to come before a row that was not complete is tried again
}

// NewReader gives a reader that calls row with each row in turn. With Detect it looks for the delimiter first, so the
// first row may be given no sooner than at Close. An error of row ends the reading and comes back from Write and Close.
func NewReader(d Delimiter, row func(Row) error) *Reader {
	return &Reader{row: row, delim: d, line: 1, sizes: sizes{sample: sampleSize, piece: 32 << 10, again: 4 << 10}}
}

// Encoding is what the bytes were read as so far, "" before the first. It may turn from UTF8 to Windows1252 late.
func (r *Reader) Encoding() Encoding { return r.decoder.encoding }

// Delimiter is what was asked for or found, Detect while neither.
func (r *Reader) Delimiter() Delimiter { return r.delim }

// Write reads the next piece of the file. It keeps nothing of p.
func (r *Reader) Write(p []byte) (int, error) {
	if r.closed {
		return 0, io.ErrClosedPipe
	}
	for n := 0; n < len(p) && r.err == nil; {
		part := p[n:min(n+r.sizes.piece, len(p))]
		n += len(part)
		r.buf, r.err = r.decoder.append(r.buf, part, false)
		if r.err == nil && len(r.buf) >= r.tried+r.sizes.again {
			r.cut(false)
		}
	}
	if r.err != nil {
		return 0, r.err
	}
	return len(p), nil
}

// Close reads what is left. Closing twice does nothing more.
func (r *Reader) Close() error {
	if r.closed || r.err != nil {
		return r.err
	}
	r.closed = true
	if r.buf, r.err = r.decoder.append(r.buf, nil, true); r.err == nil {
		r.cut(true)
	}
	return r.err
}

func (r *Reader) cut(last bool) {
	if !r.settled {
		need := r.sizes.sample
		if r.delim != Detect {
			need = len("sep=;\r\n")
		}
		if len(r.buf) < need && !last {
			return
		}
		r.settle(last && len(r.buf) <= r.sizes.sample)
	}
	b := r.buf
	for len(b) > 0 && r.err == nil {
		if r.skip {
			n := r.skipLine(b, last)
			b = b[n:]
			if r.skip && !last {
				break
			}
			continue
		}
		n, state := r.cutter.next(b, last)
		if state == more {
			break
		}
		r.give(state)
		b = b[n:]
	}
	r.buf = r.buf[:copy(r.buf, b)]
	r.tried = len(r.buf)
}

// settle finds the delimiter. A first line "sep=;", which spreadsheets read as the delimiter's name, is one.
func (r *Reader) settle(all bool) {
	r.settled = true
	sample := r.buf[:min(len(r.buf), r.sizes.sample)]
	if rest, ok := bytes.CutPrefix(sample, []byte("sep=")); ok && len(rest) > 0 {
		named := Delimiter(rest[:1])
		if n := lineBreak(rest[1:]); named.Known() && (n > 0 || all && len(rest) == 1) {
			if r.delim == Detect {
				r.delim = named
			}
			r.buf = r.buf[:copy(r.buf, r.buf[len("sep=")+1+n:])]
			r.line += min(n, 1)
		}
	}
	if r.delim == Detect {
		r.delim = detect(sample, all)
	}
	r.cutter.delim = r.delim.byte()
}

// skipLine takes off the rest of a row that was too long.
func (r *Reader) skipLine(b []byte, last bool) int {
	n := bytes.IndexAny(b, "\r\n")
	if n < 0 {
		return len(b)
	}
	if b[n] == '\r' && n == len(b)-1 && !last {
		return n
	}
	r.skip = false
	r.line++
	n += lineBreak(b[n:])
	return n
}

// shown is how much of a row that is too long is kept, so that it can be found.
const shown = 80

func (r *Reader) give(state cut) {
	c := &r.cutter
	row := Row{Line: r.line}
	r.line += c.lines
	if state == long {
		r.skip = true
		row.Fields, row.Reason = []string{strings.ToValidUTF8(string(c.text[:shown]), "")}, number.LimitExceeded
		r.err = r.row(row)
		return
	}
	if c.doubtful {
		row.Reason = number.UnclosedQuote
	}
	text := string(c.text)
	row.Fields = r.strings(len(c.ends))
	from, guarded := 0, strings.Contains(text, "'")
	for i, to := range c.ends {
		row.Fields[i] = text[from:to]
		if guarded {
			row.Fields[i] = unguard(text[from:to])
		}
		from = to
	}
	if !row.blank() {
		r.err = r.row(row)
	}
}

// strings gives n strings of their own to a row.
func (r *Reader) strings(n int) []string {
	const many = 256
	if n > many/8 {
		return make([]string, n)
	}
	if n > len(r.spare) {
		r.spare = make([]string, many)
	}
	row := r.spare[:n:n]
	r.spare = r.spare[n:]
	return row
}
