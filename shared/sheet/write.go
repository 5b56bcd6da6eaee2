package sheet

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"

	"countersign/shared/number"
)

// Writer writes rows for spreadsheets: RFC 4180 with CRLF, UTF-8 with a byte order mark. No cell is a formula to them, and
// phone numbers and whatever else is digits alone keep their plus, their zeros and all their digits (see guard). Other
// texts that a spreadsheet takes for dates, amounts or truth values (1/2, 2026-03-01, 12.50, 12E4, TRUE) it may still
// write in its own way when the file is opened and saved there. Reader reads back exactly what was written, save that
// bytes that are no UTF-8 become U+FFFD, and rows without anything in them are skipped.
type Writer struct {
	w     *bufio.Writer
	delim byte
	begun bool
}

// NewWriter writes to w with the delimiter; Detect and None write commas. Spreadsheets set to French expect Semicolon.
func NewWriter(w io.Writer, d Delimiter) *Writer {
	if len(d) != 1 {
		d = Comma
	}
	return &Writer{w: bufio.NewWriter(w), delim: d.byte()}
}

// Write adds a row. Errors of the writer below may show only at Flush.
func (w *Writer) Write(fields ...string) error {
	w.begin()
	for i, f := range fields {
		if i > 0 {
			w.w.WriteByte(w.delim)
		}
		w.field(guard(strings.ToValidUTF8(f, "\ufffd")))
	}
	_, err := w.w.WriteString("\r\n")
	return err
}

// Flush writes out what is buffered. Without any row the file is the byte order mark alone.
func (w *Writer) Flush() error {
	w.begin()
	return w.w.Flush()
}

func (w *Writer) begin() {
	if !w.begun {
		w.begun = true
		w.w.WriteString("\ufeff")
	}
}

// field quotes whatever a reader with another delimiter in mind could split.
func (w *Writer) field(s string) {
	if !strings.ContainsAny(s, separators+`"`) {
		w.w.WriteString(s)
		return
	}
	w.w.WriteByte('"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		w.w.WriteString(s[:i])
		w.w.WriteString(`""`)
		s = s[i+1:]
	}
	w.w.WriteString(s)
	w.w.WriteByte('"')
}

// Labels are the names of the columns in the person's language. They have to be among the names that are known.
type Labels struct {
	Number, CallPurpose, BusinessUnit, Program, DisplayName string
}

// Rejected writes the rows that were not taken, to be mended and sent again: line, reason and sentence, then the row as
// it was. Read again, the first three are left out and the others mean what they meant, also when the person had mapped
// them by hand: a column that has a meaning bears its label, and a name that would give another column one stands in
// brackets. Rows of such a file that were rejected again lose the first three of the time before.
type Rejected struct {
	w    *Writer
	drop int // how many fields of a row stand there since they were rejected before
}

// RejectedLabels are the names of the columns in the person's language.
type RejectedLabels struct {
	Labels
	Line, Reason, Sentence string
	Column                 string // "Column": followed by its number where a file had no names

	Ours [][3]string // Line, Reason and Sentence in every language: such columns of the list are a former answer's
}

// former is how many columns at the beginning of a list were added when its rows were rejected before. Those that the
// person took for something are not.
func (l *RejectedLabels) former(p *Preview) (n int) {
	m := p.Mapping
	for {
		if len(p.Header) < n+3 {
			return n
		}
		for _, at := range []int{max(m.Number, 1), m.CallPurpose, m.BusinessUnit, m.Program, m.DisplayName} {
			if n < at && at <= n+3 {
				return n
			}
		}
		ours := func(names [3]string) bool {
			for i, name := range names {
				if fold(name) != fold(p.Header[n+i]) {
					return false
				}
			}
			return true
		}
		if !slices.ContainsFunc(l.Ours, ours) {
			return n
		}
		n += 3
	}
}

// NewRejected begins the file, after the preview of the list that the rows come from.
func NewRejected(w io.Writer, d Delimiter, l RejectedLabels, p *Preview) (*Rejected, error) {
	r := &Rejected{w: NewWriter(w, d), drop: l.former(p)}
	m := p.Mapping
	columns := max(p.Columns, m.Number, m.CallPurpose, m.BusinessUnit, m.Program, m.DisplayName, 1)
	names := []string{unknownName(l.Line), unknownName(l.Reason), unknownName(l.Sentence)}
	for i := r.drop; i < columns; i++ {
		name := l.Column + " " + strconv.Itoa(i+1)
		if i < len(p.Header) {
			name = p.Header[i]
		}
		switch i + 1 {
		case max(m.Number, 1):
			name = l.Number
		case m.CallPurpose:
			name = l.CallPurpose
		case m.BusinessUnit:
			name = l.BusinessUnit
		case m.Program:
			name = l.Program
		case m.DisplayName:
			name = l.DisplayName
		default:
			name = unknownName(name)
		}
		names = append(names, name)
	}
	return r, r.w.Write(names...)
}

func unknownName(s string) string {
	if known(s) != isUnknown {
		return "[" + s + "]"
	}
	return s
}

// Write adds a rejected row with its line in the list, the reason's code and its sentence in the person's language.
func (r *Rejected) Write(line int, reason number.Reason, sentence string, fields []string) error {
	return r.w.Write(append([]string{strconv.Itoa(line), string(reason), sentence}, fields[min(r.drop, len(fields)):]...)...)
}

// Flush writes out what is buffered.
func (r *Rejected) Flush() error { return r.w.Flush() }
