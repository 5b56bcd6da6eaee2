package pages

import (
	"strconv"
	"strings"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/i18n"
)

// The files that the browser writes by itself are small and simple. Each cell stands in quotes, and what a spreadsheet would
// run or write anew gets an apostrophe in front, as the server does it; the import takes it off again.

// csvComma is what the spreadsheets of the person's language expect between cells.
func csvComma() string {
	if ui.Locale() == i18n.FR {
		return ";"
	}
	return ","
}

// csvRow writes a row.
func csvRow(b *strings.Builder, cells ...string) {
	for i, c := range cells {
		if i > 0 {
			b.WriteString(csvComma())
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(safeCell(c), `"`, `""`))
		b.WriteByte('"')
	}
	b.WriteString("\r\n")
}

// safeCell is a cell of one line that no spreadsheet takes for a formula or for a quantity, whatever it takes for the end of
// a cell.
func safeCell(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, cell)
	const separators = ",;|"
	if first, rest := strings.IndexAny(cell, separators), cell; first >= 0 {
		for part := range strings.FieldsFuncSeq(rest[first:], func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if formula(part) {
				cell = strings.Map(func(r rune) rune {
					if strings.ContainsRune(separators, r) {
						return ' '
					}
					return r
				}, cell)
				break
			}
		}
	}
	if formula(cell) || onlyDigits(cell) && (cell[0] == '0' || len(cell) > 11) {
		return "'" + cell
	}
	return cell
}

// formula reports whether a spreadsheet may run what begins like this.
func formula(s string) bool {
	s = strings.TrimLeft(s, " '\"\u00a0\u200b\u200e\u200f\u202f\ufeff")
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "−"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}

// rejectedCSV are rejected rows in the form that the server gives those of a file: line, reason, explanation, number.
func rejectedCSV(rows []api.RejectedRow, unsaved []string) string {
	var b strings.Builder
	b.WriteString("\ufeff")
	csvRow(&b, ui.T("number.column.line"), ui.T("number.column.reason"), ui.T("number.column.sentence"), ui.T("number.column.number"))
	for i := range rows {
		r := &rows[i]
		why := ""
		if r.Reason != "" {
			why = reasonText(r.Reason)
		}
		csvRow(&b, strconv.Itoa(r.Line), string(r.Reason), why, r.Text)
	}
	for _, text := range unsaved {
		csvRow(&b, "", "", "", text)
	}
	return b.String()
}

// templateCSV is an empty file with the columns that the import knows.
func templateCSV(kind api.JobKind) string {
	var b strings.Builder
	b.WriteString("\ufeff")
	names := []string{ui.T("number.column.number")}
	if kind == api.JobAdd {
		for _, c := range []string{"call_purpose", "business_unit", "program", "display_name"} {
			names = append(names, ui.T("number.column."+c))
		}
	}
	csvRow(&b, names...)
	return b.String()
}
