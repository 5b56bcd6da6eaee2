package sheet

import (
	"maps"

	"countersign/shared/number"
)

// Entry is one number of a list, read and judged as far as the list alone allows.
type Entry struct {
	Line         int           `json:"line"`
	Text         string        `json:"text"` // as in the file
	E164         number.E164   `json:"e164,omitempty"`
	Reason       number.Reason `json:"reason,omitempty"` // "" when the number is valid and the first of its kind here
	Repaired     Repair        `json:"repaired,omitempty"`
	First        int           `json:"first,omitempty"` // duplicate_in_list: the line that has the number first
	CallPurpose  string        `json:"call_purpose,omitempty"`
	BusinessUnit string        `json:"business_unit,omitempty"`
	Program      string        `json:"program,omitempty"`
	DisplayName  string        `json:"display_name,omitempty"`

	Fields []string `json:"-"` // the whole row, for Rejected
}

// Counts tell how far a list was read and what was found.
type Counts struct {
	Rows     int                   `json:"rows"` // valid and rejected
	Valid    int                   `json:"valid"`
	Repaired int                   `json:"repaired,omitempty"` // of the valid ones
	Rejected int                   `json:"rejected,omitempty"`
	Reasons  map[number.Reason]int `json:"reasons,omitempty"`
	Over     int                   `json:"over,omitempty"` // behind the limit: counted, and otherwise not read
}

// previewRows is how many rows a preview shows.
const previewRows = 10

// Preview shows how a list was understood, so that a person can correct it.
type Preview struct {
	Encoding  Encoding  `json:"encoding"`
	Delimiter Delimiter `json:"delimiter"`
	Mapping   Mapping   `json:"mapping"`
	Columns   int       `json:"columns"`          // the widest of Header and Rows
	Header    []string  `json:"header,omitempty"` // the names, when there are any
	Rows      []Row     `json:"rows"`             // the first ones
	Entries   []Entry   `json:"entries"`          // what became of these
	Counts    Counts    `json:"counts"`
}

// Options say how a list is read. Parse is needed; with nothing else, all is found out.
type Options struct {
	Parse     Parse
	Region    string    // for numbers without a country, "" when there is none
	Delimiter Delimiter // Detect, or what the person chose
	Mapping   *Mapping  // nil, or what the person chose

	maxRows int // MaxRows when 0; tests have fewer
}

// List reads numbers out of a file that is written to it in pieces.
//
// Behind MaxRows numbers, the next one is an entry with the reason limit_exceeded; the others are counted only.
type List struct {
	o       Options
	entry   func(Entry) error
	reader  *Reader
	held    []Row // the first rows, until the columns are mapped
	heldFor int   // their bytes
	mapped  bool
	begun   bool                // the first row was seen
	seen    map[number.E164]int // line by number
	preview Preview
}

// NewList gives a list that calls entry with each number in the order of the file. An error of entry ends the reading
// and comes back from Write and Close. ErrWorkbook says that it is no CSV file.
func NewList(o Options, entry func(Entry) error) *List {
	if o.maxRows == 0 {
		o.maxRows = MaxRows
	}
	l := &List{o: o, entry: entry, seen: map[number.E164]int{}}
	l.preview.Counts.Reasons = map[number.Reason]int{}
	if o.Mapping != nil {
		l.reader = NewReader(o.Delimiter, l.row)
		l.mapped, l.preview.Mapping = true, *o.Mapping
	} else {
		l.reader = NewReader(o.Delimiter, l.hold)
	}
	l.preview.Mapping.Number = max(l.preview.Mapping.Number, 1)
	return l
}

// Write reads the next piece.
func (l *List) Write(p []byte) (int, error) { return l.reader.Write(p) }

// Close reads what is left; only then were all entries given.
func (l *List) Close() error {
	if err := l.reader.Close(); err != nil || l.mapped {
		return err
	}
	return l.release()
}

// Preview is how the list was understood so far. Columns and rows are there once some 64 KiB were read, or all.
func (l *List) Preview() Preview {
	p := l.preview
	p.Encoding, p.Delimiter = l.reader.Encoding(), l.reader.Delimiter()
	p.Rows, p.Entries = p.Rows[:len(p.Rows):len(p.Rows)], p.Entries[:len(p.Entries):len(p.Entries)]
	p.Counts.Reasons = maps.Clone(p.Counts.Reasons)
	return p
}

// hold keeps the first rows until there are enough of them to map the columns.
func (l *List) hold(r Row) error {
	if l.mapped {
		return l.row(r)
	}
	l.held = append(l.held, r)
	for _, s := range r.Fields {
		l.heldFor += len(s)
	}
	if len(l.held) < guessRows && l.heldFor < sampleSize {
		return nil
	}
	return l.release()
}

func (l *List) release() error {
	l.mapped, l.preview.Mapping = true, guess(l.held, func(text string) bool {
		_, reason, _ := mend(text, l.o.Region, l.o.Parse)
		return reason == ""
	})
	for _, r := range l.held {
		if err := l.row(r); err != nil {
			return err
		}
	}
	l.held = nil
	return nil
}

// row reads the number of a row of a file.
func (l *List) row(r Row) error {
	m := &l.preview.Mapping
	first := !l.begun
	l.begun = true
	if first && m.Header && r.Reason == "" {
		l.preview.Header, l.preview.Columns = r.Fields, len(r.Fields)
		return nil
	}
	field := func(column int) string {
		if column < 1 || column > len(r.Fields) {
			return ""
		}
		return r.Fields[column-1]
	}
	return l.add(r, Entry{
		Line: r.Line, Text: field(m.Number), Fields: r.Fields, Reason: r.Reason,
		CallPurpose: trim(field(m.CallPurpose)), BusinessUnit: trim(field(m.BusinessUnit)),
		Program: trim(field(m.Program)), DisplayName: trim(field(m.DisplayName)),
	})
}

// add judges an entry, counts it and passes it on.
func (l *List) add(r Row, e Entry) error {
	c := &l.preview.Counts
	if c.Rows >= l.o.maxRows {
		c.Over++
		if c.Over > 1 {
			return nil
		}
		e.Reason = number.LimitExceeded
		return l.entry(e)
	}
	if e.Reason == "" {
		e.E164, e.Reason, e.Repaired = mend(e.Text, l.o.Region, l.o.Parse)
	}
	if e.Reason == "" {
		if first, ok := l.seen[e.E164]; ok {
			e.Reason, e.First = number.DuplicateInList, first
		} else {
			l.seen[e.E164] = e.Line
		}
	}
	c.Rows++
	switch {
	case e.Reason != "":
		c.Rejected++
		c.Reasons[e.Reason]++
	case e.Repaired != NoRepair:
		c.Repaired++
		fallthrough
	default:
		c.Valid++
	}
	if p := &l.preview; len(p.Rows) < previewRows {
		p.Rows, p.Entries = append(p.Rows, r), append(p.Entries, e)
		p.Columns = max(p.Columns, len(r.Fields))
	}
	return l.entry(e)
}
