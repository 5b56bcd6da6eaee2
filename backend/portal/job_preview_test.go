package portal_test

import (
	"fmt"
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"
)

func preview(a *Actor, kind api.JobKind, data string, change ...func(*api.FilePreviewIn)) (api.FilePreview, error) {
	in := api.FilePreviewIn{Org: api.Org{Org: a.Org}}
	in.Body.Kind, in.Body.Data = kind, []byte(data)
	for _, f := range change {
		f(&in)
	}
	return Call(a, api.PreviewNumberFile, in)
}

func previewed(p api.FilePreview) (out []string) {
	for _, r := range p.Rows {
		out = append(out, strings.TrimRight(fmt.Sprintf("%d %s %s%s %s", r.Line, r.E164, r.Reason, r.What, r.Repaired), " "))
	}
	return out
}

// N10: a French file with damage is understood before anything is sent: delimiter, columns, what was mended and what is lost,
// and which words the organization has not.
func TestNumberFilePreview(t *testing.T) {
	w := New(t)
	places(w)
	marie := w.As(w.Marie)
	file := "\ufeffNuméro de téléphone;Motif d’appel;Programme\r\n01 84 88 20 10;Sondage;Winter 2026\r\n447911123456;Sondage;\r\n" +
		"3,31849E+10;Sondage;\r\n01 84 88 20 12;Loterie;\r\n01 84 88 20 13;Sondage;Summer\r\n01 84 88 20 10;Sondage;\r\n"
	p := Must(preview(marie, api.JobAdd, file))
	if p.Delimiter != sheet.Semicolon || p.Mapping != (sheet.Mapping{Header: true, Number: 1, CallPurpose: 2, Program: 3}) || p.Columns != 3 || p.Header[0] != "Numéro de téléphone" {
		t.Errorf("read as %+v", p)
	}
	want := []string{"2 +33184882010", "3 +447911123456  plus_added", "4  spreadsheet_damage", "5 +33184882012 unknown_call_purpose", "6 +33184882013 not_foundprogram",
		"7 +33184882010 duplicate_in_list"}
	if got := strings.Join(previewed(p), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("rows:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	p = Must(preview(marie, api.JobDelete, file))
	if got := previewed(p); got[3] != "5 +33184882012" {
		t.Errorf("to delete, a purpose does not matter: %s", got[3])
	}

	// What the person says goes before what was found out, and is what comes back.
	p = Must(preview(marie, api.JobAdd, "a,01 84 88 20 10\n", func(in *api.FilePreviewIn) {
		in.Body.Delimiter, in.Body.Mapping = sheet.Comma, &sheet.Mapping{Number: 2}
	}))
	if p.Header != nil || p.Mapping.Number != 2 || previewed(p)[0] != "1 +33184882010" {
		t.Errorf("read as %+v", p)
	}
}

// N10: the beginning of a long file is told from its whole: the row that it was cut in is not judged.
func TestNumberFilePreviewOfABeginning(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	more := func(in *api.FilePreviewIn) { in.Body.More = true }
	if p := Must(preview(marie, api.JobDelete, "+33184882010\n+3318", more)); len(p.Rows) != 1 || p.Rows[0].Reason != "" {
		t.Errorf("rows %v", previewed(p))
	}
	long := strings.Repeat("x", 200) + ",+33184882010"
	p := Must(preview(marie, api.JobDelete, long, more))
	if len(p.Rows) != 1 || len([]rune(p.Rows[0].Cells[0])) != 61 || p.Rows[0].E164 != "+33184882010" {
		t.Errorf("%+v", p)
	}
	for _, nothing := range []string{"\ufeff", "\n \n"} {
		if p := Must(preview(marie, api.JobDelete, nothing)); len(p.Rows) != 0 || !p.Delimiter.Known() {
			t.Errorf("%q: %+v", nothing, p)
		}
	}
	_, err := preview(marie, api.JobDelete, strings.Repeat("0", api.PreviewBytes+1))
	Refused(t, err, errs.Invalid)
	_, err = preview(marie, api.JobDelete, "PK\x03\x04")
	Refused(t, err, errs.Invalid)
}

// N09, K13: only who may do the work sees how the server reads; nothing is kept of the file.
func TestNumberFilePreviewRights(t *testing.T) {
	w := New(t)
	_, err := preview(w.As(w.Paul), api.JobAdd, french(1))
	Refused(t, err, errs.Forbidden)
	creator := w.As(w.AddContact(w.Acme, "Clara Creator", perm.ReadOnly))
	w.Exec(`UPDATE contact SET overrides = '{"numbers.create":"allow"}' WHERE id = ?`, creator.Contact)
	_, err = preview(creator, api.JobAdd, french(1))
	Refused(t, err, errs.Forbidden) // may not import
	_, err = preview(creator, api.JobDelete, french(1))
	Refused(t, err, errs.Forbidden)
	marie := w.As(w.Marie)
	if p := Must(preview(marie, api.JobAdd, french(1))); p.Rows[0].E164 != number.E164(french(1)) {
		t.Errorf("%+v", p)
	}
	if region := Must(Call(marie, api.GetMe, api.None{})).Organizations[0].Region; region != "FR" {
		t.Errorf("the browser reads numbers as in %q", region)
	}
	if list := Must(Call(marie, api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}})).Jobs; len(list) != 0 {
		t.Errorf("%d jobs were made", len(list))
	}
}
