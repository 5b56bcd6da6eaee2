package sheet

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"countersign/shared/number"

	"github.com/google/go-cmp/cmp"
)

func list(t testing.TB, o Options, file string) (Preview, []Entry) {
	t.Helper()
	o.Parse = number.Parse
	var entries []Entry
	l := NewList(o, func(e Entry) error { entries = append(entries, e); return nil })
	if _, err := l.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Preview(), entries
}

// told writes entries as "line:number reason repair first".
func told(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		s := fmt.Sprintf("%d:%s %s %s", e.Line, e.E164, e.Reason, e.Repaired)
		if e.First > 0 {
			s += fmt.Sprintf(" of %d", e.First)
		}
		out = append(out, strings.Join(strings.Fields(s), " "))
	}
	return out
}

// N10: what spreadsheets do to numbers is undone where no digit is missing, refused where some are, and never guessed.
func TestMend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, region string
		want         number.E164
		reason       number.Reason
		repair       Repair
	}{
		{"+33 1 84 88 20 10", "", "+33184882010", "", NoRepair},
		{"01.84.88.20.10", "FR", "+33184882010", "", NoRepair},
		{"\u202a+33\u00a01\u00a084\u00a088\u00a020\u00a010\u202c ", "", "+33184882010", "", NoRepair},
		{"=\"+442079460123\"", "FR", "+442079460123", "", Unwrapped},
		{"=+442079460123", "FR", "+442079460123", "", Unwrapped},
		{"'+442079460123", "FR", "+442079460123", "", Unwrapped},
		{"\"0184882010", "FR", "+33184882010", "", Unwrapped},
		{"442079460123.0", "FR", "+442079460123", "", PlusAdded},
		{"+442079460123.00", "FR", "", number.TooLong, NoRepair},
		{"+3318488201.0", "FR", "+33184882010", "", NoRepair},
		{"184882010,00", "FR", "+33184882010", "", DecimalsGone},
		{"442079460123", "FR", "+442079460123", "", PlusAdded},
		{"442079460123", "", "+442079460123", "", PlusAdded},
		{"442079460123", "US", "+442079460123", "", PlusAdded},
		{"44 2079 460123", "US", "", number.TooLong, NoRepair},
		{"331-555-01234", "US", "", number.TooLong, NoRepair},
		{"(331) 555-01234", "US", "", number.TooLong, NoRepair},
		{"2 36 61 83 00", "IT", "", number.NotPossible, NoRepair},
		{"442079460123", "GB", "+442079460123", "", NoRepair},
		{"612345678", "FR", "+33612345678", "", NoRepair},
		{"236618300", "IT", "+390236618300", "", ZeroAdded},
		{"4.42079460123E+11", "GB", "+442079460123", "", WrittenOut},
		{"4,42079460123e11", "GB", "+442079460123", "", WrittenOut},
		{"4.47E+11", "GB", "", number.SpreadsheetDamage, NoRepair},
		{"4,47E+11", "", "", number.SpreadsheetDamage, NoRepair},
		{"4.42079E+11", "GB", "", number.SpreadsheetDamage, NoRepair},
		{"4.420794601235E+11", "GB", "", number.SpreadsheetDamage, NoRepair},
		{"3.31848820101234567E+17", "", "", number.SpreadsheetDamage, NoRepair},
		{"#NAME?", "FR", "", number.SpreadsheetDamage, NoRepair},
		{"#VALEUR!", "FR", "", number.SpreadsheetDamage, NoRepair},
		{"########", "FR", "", number.SpreadsheetDamage, NoRepair},
		{"-184881977", "FR", "", number.SpreadsheetDamage, NoRepair},
		{"", "FR", "", number.NotANumber, NoRepair},
		{" \u200b ", "FR", "", number.NotANumber, NoRepair},
		{"''", "FR", "", number.NotANumber, NoRepair},
		{"Acme", "FR", "", number.NotANumber, NoRepair},
		{"#", "FR", "", number.NotANumber, NoRepair},
		{"E+11", "FR", "", number.NotANumber, NoRepair},
		{"12", "FR", "", number.TooShort, NoRepair},
		{"+999123456", "FR", "", number.InvalidCountry, NoRepair},
	} {
		e, reason, repair := mend(c.text, c.region, number.Parse)
		if e != c.want || reason != c.reason || repair != c.repair {
			t.Errorf("%q in %q: got %q %q %q, want %q %q %q", c.text, c.region, e, reason, repair, c.want, c.reason, c.repair)
		}
	}
}

// N10: what can be read as a national number is never taken for a foreign one, with or without a zero put back.
func TestMendPrefersTheNationalReading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		valid  []string
		want   number.E164
		repair Repair
	}{
		{[]string{"39612345", "039612345", "+39612345"}, "39612345", NoRepair},
		{[]string{"039612345", "+39612345"}, "039612345", ZeroAdded},
		{[]string{"+39612345"}, "+39612345", PlusAdded},
	} {
		parse := func(text, _ string) (number.E164, number.Reason) {
			if slices.Contains(c.valid, text) {
				return number.E164(text), ""
			}
			return "", number.NotPossible
		}
		if e, reason, repair := mend("39612345", "XX", parse); e != c.want || reason != "" || repair != c.repair {
			t.Errorf("%v: got %q %q %q", c.valid, e, reason, repair)
		}
	}
}

// N10: columns are found by their names in both languages, or by what is in them.
func TestGuess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		want       Mapping
	}{
		{"english", "Phone Number,Call Purpose,Business Unit,Program,Display Name\n+33184882010,Survey,U,P,D", Mapping{true, 1, 2, 3, 4, 5}},
		{"french", "Nom affiché;Programme;Unité;Motif d’appel;N° de téléphone\nD;P;U;Enquête;+33184882010", Mapping{true, 5, 4, 3, 2, 1}},
		{"capitals_without_accents", "NUMERO DE TELEPHONE;OBJET DE L'APPEL\n+33184882010;x", Mapping{Header: true, Number: 1, CallPurpose: 2}},
		{"decomposed_accents", "Nume\u0301ro;Unite\u0301\n+33184882010;x", Mapping{Header: true, Number: 1, BusinessUnit: 2}},
		{"jargon", "id,caller_id,E.164\n1,Acme,+33184882010", Mapping{Header: true, Number: 3}},
		{"msisdn", "msisdn\n33184882010", Mapping{Header: true, Number: 1}},
		{"plural_and_digit", "Names,Phone numbers:,Phone 2\nA,+33184882010,+33184882011", Mapping{Header: true, Number: 2, DisplayName: 1}},
		{"only_a_header", "téléphone;objet", Mapping{Header: true, Number: 1, CallPurpose: 2}},
		{"unknown_names", "Ref;Contact line\nA-1;01 84 88 20 10\nA-2;01 84 88 20 11", Mapping{Header: true, Number: 2}},
		{"number_without_a_known_name", "Name;Hotline\nAcme;01 84 88 20 10", Mapping{Header: true, Number: 2, DisplayName: 1}},
		{"no_header", "Acme,75009,+33184882010,2026-03-01\nAcme,75010,+33184882011,2026-03-02", Mapping{Number: 3}},
		{"no_header_one_column", "0184882010\n0184882011", Mapping{Number: 1}},
		{"no_header_first_of_two", "1,0184882010,0612345678\n2,0184882011,0612345679", Mapping{Number: 2}},
		{"damaged", "x;4,47E+11\ny;4,48E+11", Mapping{Number: 2}},
		{"words_only", "abc\ndef\n", Mapping{Number: 1}},
		{"empty", "", Mapping{Number: 1}},
		{"brackets_are_never_known", "[phone],Mobile number\n+33184882011,+33612345678", Mapping{Header: true, Number: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := list(t, Options{Region: "FR"}, c.file)
			if diff := cmp.Diff(p.Mapping, c.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const file = "\ufeffNuméro;Motif d’appel;Unité;Programme;Nom affiché;Note\r\n" +
	"01 84 88 20 10; Enquête ;Acme France;Hiver 2026;\"Acme; Paris\";x\r\n" +
	"\r\n" +
	"+33 1 84 88 20 11;Enquête\r\n" +
	"4,47E+11;Enquête\r\n" +
	"33184882010;Enquête\r\n" +
	"442079460123;;;;;y\r\n" +
	"Acme;Enquête\r\n"

// N10: a file with all that happens in one, and the preview by which a person sees how it was understood.
func TestListReadsAFile(t *testing.T) {
	t.Parallel()
	p, entries := list(t, Options{Region: "FR"}, file)
	want := []string{
		"2:+33184882010", "4:+33184882011", "5: spreadsheet_damage", "6:+33184882010 duplicate_in_list of 2", "7:+442079460123 plus_added", "8: not_a_number",
	}
	if diff := cmp.Diff(told(entries), want); diff != "" {
		t.Error(diff)
	}
	first := Entry{Line: 2, Text: "01 84 88 20 10", E164: "+33184882010", CallPurpose: "Enquête", BusinessUnit: "Acme France",
		Program: "Hiver 2026", DisplayName: "Acme; Paris", Fields: []string{"01 84 88 20 10", " Enquête ", "Acme France", "Hiver 2026", "Acme; Paris", "x"}}
	if diff := cmp.Diff(entries[0], first); diff != "" {
		t.Error(diff)
	}
	shows := Preview{
		Encoding: UTF8, Delimiter: Semicolon, Mapping: Mapping{true, 1, 2, 3, 4, 5}, Columns: 6,
		Header:  []string{"Numéro", "Motif d’appel", "Unité", "Programme", "Nom affiché", "Note"},
		Entries: entries,
		Counts: Counts{Rows: 6, Valid: 3, Repaired: 1, Rejected: 3, Reasons: map[number.Reason]int{
			number.SpreadsheetDamage: 1, number.DuplicateInList: 1, number.NotANumber: 1}},
	}
	for _, e := range entries {
		shows.Rows = append(shows.Rows, Row{Line: e.Line, Fields: e.Fields})
	}
	if diff := cmp.Diff(p, shows); diff != "" {
		t.Error(diff)
	}
}

// N10: the person corrects what was recognized: the same file with another mapping and delimiter.
func TestMappingIsAnInput(t *testing.T) {
	t.Parallel()
	m := &Mapping{Number: 2, DisplayName: 1}
	p, entries := list(t, Options{Region: "FR", Delimiter: Bar, Mapping: m}, "phone|x\nA|0184882010\n")
	if diff := cmp.Diff(told(entries), []string{"1: not_a_number", "2:+33184882010"}); diff != "" || entries[1].DisplayName != "A" || p.Header != nil {
		t.Errorf("%s %+v", diff, p)
	}
	m.Header = true
	p, entries = list(t, Options{Region: "FR", Delimiter: Bar, Mapping: m}, "phone|x\nA|0184882010\n")
	if len(entries) != 1 || !slices.Equal(p.Header, []string{"phone", "x"}) {
		t.Errorf("with a header: %v %v", told(entries), p.Header)
	}
}

// N10: 100,000 rows and no more; the first over the limit is told, the others counted.
func TestRowsOverTheLimit(t *testing.T) {
	t.Parallel()
	_, entries := list(t, Options{maxRows: 2}, "number\n+33184882010\n\n+33184882011\n+33184882012\n+33184882013\n")
	if diff := cmp.Diff(told(entries), []string{"2:+33184882010", "4:+33184882011", "5: limit_exceeded"}); diff != "" {
		t.Error(diff)
	}
	p, entries := list(t, Options{}, strings.Repeat("1\n", MaxRows+7))
	if len(p.Rows) != previewRows || len(p.Entries) != previewRows {
		t.Errorf("the preview has %d rows and %d entries", len(p.Rows), len(p.Entries))
	}
	if p.Counts.Over != 7 || p.Counts.Rows != MaxRows || len(entries) != MaxRows+1 || entries[MaxRows].Reason != number.LimitExceeded {
		t.Errorf("got %+v and %d entries", p.Counts, len(entries))
	}
}

// N10: entries and preview are the same wherever the file is cut.
func TestListInPieces(t *testing.T) {
	t.Parallel()
	o := Options{Region: "FR", Delimiter: Semicolon, Parse: number.Parse}
	wantPreview, want := list(t, o, file)
	for i := range len(file) {
		var got []Entry
		l := NewList(o, func(e Entry) error { got = append(got, e); return nil })
		l.reader.sizes = tiny
		for _, p := range []string{file[:i], file[i:]} {
			if _, err := l.Write([]byte(p)); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want) + cmp.Diff(l.Preview(), wantPreview); diff != "" {
			t.Fatalf("cut at %d: %s", i, diff)
		}
	}
}

// N10: a row that is too long costs its own place only.
func TestLongRowInAList(t *testing.T) {
	t.Parallel()
	p, entries := list(t, Options{}, "number,name\n+33184882010,"+strings.Repeat("x", MaxRow)+"\n+33184882011,A\n")
	if diff := cmp.Diff(told(entries), []string{"2: limit_exceeded", "3:+33184882011"}); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(entries[0].Text, "+33184882010,x") || p.Counts.Rejected != 1 {
		t.Errorf("text %q, counts %+v", entries[0].Text, p.Counts)
	}
	for _, m := range []*Mapping{nil, {Header: true, Number: 1}} {
		_, entries = list(t, Options{Delimiter: Comma, Mapping: m}, strings.Repeat("x", MaxRow+1)+"\n+33184882010,A\n+33184882011,B\n")
		if diff := cmp.Diff(told(entries), []string{"1: limit_exceeded", "2:+33184882010", "3:+33184882011"}); diff != "" {
			t.Errorf("in place of a header: %s", diff)
		}
	}
}

// N10: a file of 25 MiB is read without being held.
func TestListHoldsNoFile(t *testing.T) {
	line := []byte("+33184882010;Survey;Acme France;Winter 2026;" + strings.Repeat("Acme ", 40) + "\n")
	l := NewList(Options{Parse: number.Parse}, func(Entry) error { return nil })
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	block := bytes.Repeat(line, 100)
	for range 25 << 20 / len(block) {
		if _, err := l.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 2<<20 {
		t.Errorf("holds %d bytes", held)
	}
	if n := l.Preview().Counts; n.Rows < 90_000 || n.Valid != 1 {
		t.Errorf("counts %+v", n)
	}
}
