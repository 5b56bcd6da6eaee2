package pages

import (
	"bytes"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/replica"
	"countersign/shared/sheet"
)

// syncTable writes a file for spreadsheets.
func syncTable(head []string, rows [][]string) string {
	d := sheet.Delimiter("")
	if ui.Locale() == "fr" {
		d = sheet.Semicolon // what spreadsheets in French read
	}
	var file bytes.Buffer
	w := sheet.NewWriter(&file, d)
	for _, row := range append([][]string{head}, rows...) {
		_ = w.Write(row...) // memory takes everything
	}
	_ = w.Flush()
	return file.String()
}

// export hands what needs attention to the person as a file.
func (p *SyncChanges) export(cases []*syncCase) {
	client.Save(ui.T("sync.file_attention"), "text/csv;charset=utf-8", p.words.attentionTable(cases, p.scene()))
	ui.ShowToast(ui.Toast{Text: ui.T("numbers.exported", "file", ui.T("sync.file_attention"))})
}

// attentionTable has a line for each field of each case.
func (w *syncWords) attentionTable(cases []*syncCase, s syncScene) string {
	var rows [][]string
	for _, c := range cases {
		title, why, when := w.caseTitle(c), w.why(c, s), stamp(c.at)
		fields := w.fieldsOf(c, s)
		if len(fields) == 0 {
			fields = []caseField{{}}
		}
		for _, f := range fields {
			rows = append(rows, []string{title, f.label, f.was, f.now, f.by, f.mine, when, why})
		}
	}
	return syncTable([]string{ui.T("sync.col_edit"), ui.T("sync.col_field"), ui.T("sync.was"), ui.T("sync.now"), ui.T("sync.col_by"), ui.T("sync.mine"), ui.T("sync.col_when"), ui.T("number.column.sentence")}, rows)
}

// unsentTable has a line for each field of each number whose edit was not sent, and for each number of a typed list.
func (w *syncWords) unsentTable(log []replica.Entry, lists []typedOut) string {
	var rows [][]string
	for i := range log {
		en := &log[i]
		if en.Outcome != nil {
			continue
		}
		for r := range en.Rows {
			edit, set := &en.Rows[r], en.SetOf(r)
			did, when := ui.T("sync.did_one."+opWord(en.Op), "number", w.number(en, r)), stamp(en.At)
			if en.Op == replica.Remove || en.Op == replica.Restore || set.Empty() {
				rows = append(rows, []string{did, "", "", "", when})
				continue
			}
			for _, f := range speaks(set) {
				if en.Op == replica.Create && (f == fieldNumber || unset(set, f)) {
					continue
				}
				was := ""
				if en.Op == replica.Set {
					was = w.value(edit.Was, f)
				}
				rows = append(rows, []string{did, f.label(), was, w.value(set, f), when})
			}
		}
	}
	for _, list := range lists {
		wanted := "sync.wanted.add"
		if list.kind == api.JobDelete {
			wanted = "sync.wanted.remove"
		}
		for _, text := range list.texts {
			rows = append(rows, []string{ui.T(wanted, "number", text), "", "", "", ""})
		}
	}
	return syncTable([]string{ui.T("sync.col_edit"), ui.T("sync.col_field"), ui.T("sync.was"), ui.T("sync.mine"), ui.T("sync.col_when")}, rows)
}

// stamp is a moment as a spreadsheet sorts it.
func stamp(ms int64) string {
	if ms == 0 {
		return ""
	}
	return client.Local(time.UnixMilli(ms)).Format("2006-01-02 15:04")
}
