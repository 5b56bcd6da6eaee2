package portal

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"strconv"
	"sync"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

// ExportNumbers writes the numbers that match as CSV. The export is recorded, with how many left. It is written while the
// writer serves others, of one state; it is bounded, so that no more than a file's worth of memory is held.
func (s *Service) ExportNumbers(ctx context.Context, cred Credential, in *api.ExportNumbersIn) (api.Blob, error) {
	var file bytes.Buffer
	var rows int
	b := &in.Body
	if !b.Delimiter.Known() {
		return api.Blob{}, errs.BadField("delimiter", "error.invalid")
	}
	if !s.exports.begin(in.Org.Org) {
		return api.Blob{}, &errs.Error{Code: errs.TooMany, Key: "number.error.exporting", RetryAfter: 5}
	}
	defer s.exports.end(in.Org.Org)
	read := func(ctx context.Context, fn func(*store.Tx) error) error {
		return s.DB.ViewWithin(ctx, exportLimit, fn)
	}
	err := s.viewBy(ctx, read, api.ExportNumbers.Spec, cred, in.Org.Org, func(tx *Tx) error {
		q, err := tx.numberQuery(in.Org.Org, api.NumberFilter{Query: b.Query, CallPurpose: b.CallPurpose, Unit: b.Unit, Program: b.Program, Status: b.Status}, b.Sort)
		if err != nil {
			return err
		}
		// What is too much is refused before it is written.
		if n, err := tx.CountNumbers(tx, in.Org.Org, q); err != nil || n > api.MaxExport {
			return cmp.Or(err, error(errs.InState("too_many", "number.error.export", "max", api.MaxExport)))
		}
		rows, err = tx.writeNumbers(&file, in.Org.Org, q, b.Delimiter)
		return err
	})
	if err != nil {
		return api.Blob{}, err
	}
	err = s.update(ctx, api.ExportNumbers.Spec, cred, in.Org.Org, func(tx *Tx) error {
		return tx.record(change{stream: live.Of(in.Org.Org), kind: audit.NumbersExported, detail: map[string]string{"rows": strconv.Itoa(rows)}})
	})
	if err != nil { // nothing leaves unrecorded
		return api.Blob{}, err
	}
	return api.Blob{Data: file.Bytes(), Zipped: func() []byte { return zipped(file.Bytes()) }}, nil
}

// writeNumbers writes the numbers that match with a heading, in the language that the caller reads now, and counts them.
func (tx *Tx) writeNumbers(file *bytes.Buffer, oid id.Organization, q store.NumberQuery, d sheet.Delimiter) (rows int, err error) {
	lang := locale(tx.Caller.Locale)
	purposes, err := tx.Purposes(tx)
	if err != nil {
		return 0, err
	}
	label := map[string]string{}
	for i := range purposes {
		label[purposes[i].Key] = purposeLabel(&purposes[i], lang)
	}
	units, err := tx.BusinessUnits(tx, oid)
	if err != nil {
		return 0, err
	}
	names := placeNames{map[id.BusinessUnit]string{}, map[id.Program]number.Program{}}
	for _, u := range units {
		names.units[u.ID] = u.Name
	}
	programs, err := tx.Programs(tx, oid)
	if err != nil {
		return 0, err
	}
	for _, p := range programs {
		names.programs[p.ID] = p
	}

	w := sheet.NewWriter(file, d)
	heading := make([]string, len(exportColumns))
	for i, key := range exportColumns {
		heading[i] = lang.T(key)
	}
	if err := w.Write(heading...); err != nil {
		return 0, err
	}
	err = tx.EachNumber(tx, oid, q, func(r *store.NumberRow) error {
		rows++
		return w.Write(string(r.E164), label[r.CallPurpose], r.DisplayName, names.units[r.BusinessUnit], names.programs[r.Program].DisplayName,
			lang.T("number.status."+string(r.Status)))
	})
	if err != nil {
		return 0, err
	}
	return rows, w.Flush()
}

// exports are the organizations that one is being written for: a file is held in memory, so each has one at a time.
type exports struct {
	mu   sync.Mutex
	open map[id.Organization]bool
}

func (e *exports) begin(oid id.Organization) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open[oid] {
		return false
	}
	if e.open == nil {
		e.open = map[id.Organization]bool{}
	}
	e.open[oid] = true
	return true
}

func (e *exports) end(oid id.Organization) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.open, oid)
}

// exportLimit is how long the reading for a file may take: the largest needs a second or two of a machine that has time.
const exportLimit = 30 * time.Second

var exportColumns = []string{"number.column.number", "number.column.call_purpose", "number.column.display_name", "number.column.business_unit",
	"number.column.program", "number.column.status"}

// purposeLabel is what a call purpose is called in a language, English where it has no word of it.
func purposeLabel(p *number.Purpose, lang i18n.Locale) string {
	if l := p.Labels[string(lang)]; l != "" {
		return l
	}
	return p.Labels["en"]
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b) // into memory: nothing fails
	w.Close()
	return out.Bytes()
}
