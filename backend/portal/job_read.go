package portal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unsafe"

	"countersign/backend/store"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

// jobRow is one row of a job, read and judged as far as the list alone allows.
type jobRow struct {
	line, first                  int
	e164                         number.E164
	reason                       number.Reason
	purpose, unit, program, name string
	fields                       string // packed: the whole row, to be given back when it is rejected
}

// jobLayout is how a file was understood.
type jobLayout struct {
	Mapping sheet.Mapping `json:"mapping"`
	Columns int           `json:"columns"`
	Header  []string      `json:"header,omitempty"`
}

// jobList are all rows of a job in the order of work: those that reading rejected as they stand in the file, then the
// others by number, so that neighbours in the index are written together. It depends on nothing but the file, the
// organization's region and how the person said it was to be read: whoever reads it again gets the same.
type jobList struct {
	rows   []jobRow
	layout string // JSON of jobLayout
	sum    string
}

// Refusals of a whole file.
var (
	errNoRows      = errs.New(errs.Invalid, "job.problem.empty")
	errTooManyRows = errs.New(errs.TooLarge, "job.problem.rows")
)

// readJob reads the rows of a job from the pieces of its file. It refuses (errNoRows, errTooManyRows, sheet.ErrWorkbook)
// what is no list as a whole.
func readJob(j *store.Job, pieces func(yield func([]byte, error) bool)) (*jobList, error) {
	var how jobReading
	if err := json.Unmarshal([]byte(j.Reading), &how); err != nil {
		return nil, err
	}
	l := &jobList{}
	same := map[string]string{} // purposes, units and programs repeat
	intern := func(s string) string {
		t, ok := same[s]
		if !ok {
			t = strings.Clone(s)
			same[t] = t
		}
		return t
	}
	var bad, good []jobRow
	list := sheet.NewList(sheet.Options{Parse: number.Parse, Region: j.Region, Delimiter: how.Delimiter, Mapping: how.Mapping},
		func(e sheet.Entry) error {
			if e.Reason == number.LimitExceeded && e.E164 == "" && len(bad)+len(good) >= sheet.MaxRows {
				return errTooManyRows
			}
			row := jobRow{line: e.Line, first: e.First, e164: e.E164, reason: e.Reason, fields: pack(e.Fields)}
			if e.Reason != "" {
				bad = append(bad, row)
				return nil
			}
			row.purpose, row.unit, row.program = intern(e.CallPurpose), intern(e.BusinessUnit), intern(e.Program)
			row.name = strings.Clone(e.DisplayName)
			good = append(good, row)
			return nil
		})
	for p, err := range pieces {
		if err != nil {
			return nil, err
		}
		if _, err := list.Write(p); err != nil {
			return nil, err
		}
	}
	if err := list.Close(); err != nil {
		return nil, err
	}
	slices.SortFunc(good, func(a, b jobRow) int { return strings.Compare(string(a.e164), string(b.e164)) })
	l.rows = append(bad, good...)
	if len(l.rows) == 0 {
		return nil, errNoRows
	}
	p := list.Preview()
	layout, err := json.Marshal(jobLayout{Mapping: p.Mapping, Columns: p.Columns, Header: p.Header})
	if err != nil {
		return nil, err
	}
	l.layout, l.sum = string(layout), sumOf(l.rows)
	return l, nil
}

// sumOf tells two lists of rows apart.
func sumOf(rows []jobRow) string {
	h := sha256.New()
	var b []byte
	for i := range rows {
		b = binary.AppendUvarint(b[:0], uint64(rows[i].line))
		b = append(b, rows[i].reason...)
		b = append(b, rows[i].e164...)
		h.Write(append(b, 0))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// pack writes the fields of a row one behind the other, each with its length in front: a list of strings for each of a
// hundred thousand rows would be far more than the file.
func pack(fields []string) string {
	n := 0
	for _, f := range fields {
		n += len(f) + 1 + len(f)>>7
	}
	b := make([]byte, 0, n+2)
	for _, f := range fields {
		b = append(binary.AppendUvarint(b, uint64(len(f))), f...)
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func unpack(s string) []string {
	var out []string
	for len(s) > 0 {
		n, w := binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
		out = append(out, s[w:w+int(n)])
		s = s[w+int(n):]
	}
	return out
}

// maxText is how much of a row's number is shown, in code points.
const maxText = 120

// textOf is the number of a row as it was written.
func textOf(m *sheet.Mapping, fields []string) string {
	at := max(m.Number, 1)
	if at > len(fields) {
		return ""
	}
	text := strings.TrimSpace(fields[at-1])
	for i := range text {
		if utf := text[:i]; i > maxText && len([]rune(utf)) >= maxText {
			return utf + "…"
		}
	}
	return text
}
