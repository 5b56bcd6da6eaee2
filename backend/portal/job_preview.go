package portal

import (
	"bytes"
	"unicode/utf8"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

const (
	previewText    = 60 // code points of a cell that are shown
	previewColumns = 40
)

// PreviewNumberFile tells how a file is read whose beginning is given.
func (s *Service) PreviewNumberFile(tx *Tx, in *api.FilePreviewIn) (api.FilePreview, error) {
	b := &in.Body
	out := api.FilePreview{Rows: []api.PreviewRow{}}
	o, err := tx.Organization(tx, tx.Org)
	if err != nil {
		return out, err
	}
	j := &store.Job{Org: tx.Org, Region: o.Region}
	j.Kind, j.File, j.BusinessUnit = b.Kind, "preview", b.BusinessUnit
	switch {
	case !tx.mayWork(j):
		return out, forbidden()
	case len(b.Data) > api.PreviewBytes:
		return out, errs.BadField("data", "job.error.preview", "kib", api.PreviewBytes>>10)
	case !b.Delimiter.Known():
		return out, errs.BadField("delimiter", "error.invalid")
	}
	data := b.Data
	if b.More {
		data = wholeLines(data)
	}
	var entries []sheet.Entry
	list := sheet.NewList(sheet.Options{Parse: number.Parse, Region: o.Region, Delimiter: b.Delimiter, Mapping: b.Mapping},
		func(e sheet.Entry) error {
			entries = append(entries, e)
			return nil
		})
	if _, err := list.Write(data); err != nil {
		return out, err
	}
	if err := list.Close(); err != nil {
		return out, err
	}
	p := list.Preview()
	out.Encoding, out.Delimiter, out.Mapping, out.Columns, out.Header = p.Encoding, p.Delimiter, p.Mapping, p.Columns, cells(p.Header)
	if out.Delimiter == sheet.Detect { // there is nothing in the file
		out.Delimiter = sheet.None
	}
	for _, e := range entries[:min(len(entries), len(p.Rows))] {
		out.Rows = append(out.Rows, api.PreviewRow{Line: e.Line, Cells: cells(e.Fields), E164: e.E164, Reason: e.Reason, First: e.First, Repaired: e.Repaired})
	}
	if j.Kind == api.JobAdd {
		return out, tx.judgeWords(j, entries, out.Rows)
	}
	return out, nil
}

// wholeLines is data without its last line when there is another one: the rest of it is not there. A half of a
// two-byte line break goes with it.
func wholeLines(data []byte) []byte {
	at := bytes.LastIndexAny(data, "\r\n")
	if at <= 0 {
		return data
	}
	return data[:at]
}

// cells are what is shown of a row.
func cells(fields []string) []string {
	out := make([]string, 0, min(len(fields), previewColumns))
	for _, f := range fields[:cap(out)] {
		if utf8.RuneCountInString(f) > previewText {
			f = string([]rune(f)[:previewText]) + "…"
		}
		out = append(out, f)
	}
	return out
}

// judgeWords rejects rows whose purpose, unit or program does not exist.
func (tx *Tx) judgeWords(j *store.Job, entries []sheet.Entry, shown []api.PreviewRow) error {
	rows, at := make([]jobRow, len(shown)), make([]int, len(shown))
	for i := range shown {
		e := &entries[i]
		rows[i], at[i] = jobRow{purpose: e.CallPurpose, unit: e.BusinessUnit, program: e.Program}, i
	}
	words, err := tx.jobWords(j, rows, at)
	if err != nil {
		return err
	}
	for i := range shown {
		if shown[i].Reason != "" {
			continue
		}
		if f := words.put(&number.Number{}, &rows[i]); f != nil {
			shown[i].Reason, shown[i].What = f.Reason, f.What
		}
	}
	return nil
}
