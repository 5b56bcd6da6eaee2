package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func written(t testing.TB, d Delimiter, rows ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, d)
	for _, r := range rows {
		if err := w.Write(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// N10: what a spreadsheet would run or change is text in the file, and everything else is as it was.
func TestWriterMakesCellsSafe(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"":                     "",
		"Acme":                 "Acme",
		"a, b":                 `"a, b"`,
		`5" pipe`:              `"5"" pipe"`,
		"O'Hara":               "O'Hara",
		"'quoted'":             "'quoted'",
		"a=b":                  "a=b",
		"+33184882010":         "'+33184882010",
		"=1+2":                 "'=1+2",
		"-5":                   "'-5",
		"@SUM(A1)":             "'@SUM(A1)",
		" =1":                  "' =1",
		"\u00a0\u200b=1":       "'\u00a0\u200b=1",
		"＝1":                   "'＝1",
		"＋33":                  "'＋33",
		"－1":                   "'－1",
		"＠x":                   "'＠x",
		"\tx":                  "\"'\tx\"",
		"\r=1":                 "\"'\r'''=1\"",
		"\x00=1":               "'\x00=1",
		`"=1`:                  `"'""=1"`,
		"'=1":                  "''=1",
		"'":                    "'",
		"0184882010":           "'0184882010",
		"442079460123":         "'442079460123",
		"12":                   "12",
		"1/2":                  "1/2", // what a spreadsheet may write in its own way, but neither runs nor takes for a number that calls
		"2026-03-01":           "2026-03-01",
		"12.50":                "12.50",
		"TRUE":                 "TRUE",
		"0":                    "0",
		"Acme;=1":              `"Acme;'=1"`,
		"x\n=1":                "\"x\n'''=1\"",
		"x\r\ny":               "\"x\r\n''y\"",
		"a|b\t@c":              "\"a|b\t'@c\"",
		"10, -20":              `"10,' -20"`,
		`=cmd|'/c calc'!A0`:    `"'=cmd|'/c calc'!A0"`,
		`x";=HYPERLINK("evil)`: `"x"";'=HYPERLINK(""evil)"`,
	} {
		got := string(written(t, Comma, []string{"x", cell}))
		if want := "\ufeffx," + want + "\r\n"; got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
		if back := unguard(guard(cell)); back != cell {
			t.Errorf("%q comes back as %q", cell, back)
		}
	}
}

// cells are texts as they would hurt.
func cells() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOf(rapid.SampledFrom([]rune("'''\"=+-@＝＋\t\r\n,;| \u00a0\u200b\x0000019aé😀"))),
		rapid.StringMatching(`'{0,2}[+0]?[0-9]{0,14}`),
		rapid.String(),
	)
}

// N10: import(export(x)) = x, for any cells and delimiter, and no cell is a formula to any reader.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cells(), 1, 5), 0, 6).Draw(rt, "rows")
		d := rapid.SampledFrom([]Delimiter{Comma, Semicolon, Tab, Bar}).Draw(rt, "delimiter")
		file := written(t, d, rows...)
		var want [][]string
		for _, r := range rows {
			if row := (Row{Fields: r}); !row.blank() {
				want = append(want, r)
			}
		}
		_, got := readAll(t, d, file)
		var back [][]string
		for _, r := range got {
			back = append(back, r.Fields)
		}
		if diff := cmp.Diff(back, want); diff != "" {
			rt.Fatal(diff)
		}
		noFormula(rt, d, file)
	})
}

// noFormula reads the file as spreadsheets of any setting do, with none of our code: no cell begins like a formula.
func noFormula(t interface{ Fatalf(string, ...any) }, d Delimiter, file []byte) {
	text := strings.TrimPrefix(string(file), "\ufeff")
	check := func(how string, mayTab bool, cell string) {
		s := strings.TrimLeft(cell, " \"\u00a0\u200b")
		if s != "" && strings.ContainsRune("=+-@＝＋－＠\x00", []rune(s)[0]) || !mayTab && strings.HasPrefix(cell, "\t") {
			t.Fatalf("%s: %q in %q", how, cell, text)
		}
	}
	for _, comma := range ",;\t|" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("encoding/csv with %q: %v", comma, err)
		}
		for _, record := range records {
			for _, cell := range record {
				check("with "+string(comma), string(comma) != string(d), cell)
			}
		}
	}
	// The crudest of all: every separator ends a cell, and quotes mean nothing.
	crude := strings.NewReplacer("\"", "")
	for _, cell := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\r\n\t", r) }) {
		check("crude", true, crude.Replace(cell))
	}
}

// N10: a million-fold hostile text in the cells.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "a;=1", "\t", "'\t", "''\r\n+", "0123", "'0123", "\"=", " \u200b@", "'\x00", "x,'-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		cell = strings.ToValidUTF8(cell, "\ufffd")
		if back := unguard(guard(cell)); back != cell {
			t.Fatalf("%q becomes %q and comes back as %q", cell, guard(cell), back)
		}
		noFormula(t, Comma, written(t, Comma, []string{"x", cell}))
		noFormula(t, Semicolon, written(t, Semicolon, []string{cell, "x"}))
	})
}

// The delimiter of our own files is found again, also among cells that hold the others.
func TestOwnFilesAreRecognized(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.SampledFrom([]Delimiter{Comma, Semicolon, Tab, Bar}).Draw(rt, "delimiter")
		name := rapid.StringMatching(`[a-z]{1,4}[,;|\t" ][a-z]{0,4}[,;|" ]?[a-z]{1,3}`)
		rows := [][]string{{"Phone number", "Display name"}}
		for range rapid.IntRange(1, 5).Draw(rt, "rows") {
			rows = append(rows, []string{"+33184882010", name.Draw(rt, "name")})
		}
		r, got := readAll(t, Detect, written(t, d, rows...))
		if r.Delimiter() != d || len(got) != len(rows) || !slices.Equal(got[1].Fields, rows[1]) {
			rt.Fatalf("%q: found %q", d, r.Delimiter())
		}
	})
}

// english and french name columns as the product does.
var english = RejectedLabels{Labels{"Phone number", "Call purpose", "Business unit", "Program", "Display name"}, "Line", "Reason", "Explanation", "Column", ours}
var french = RejectedLabels{Labels{"Numéro de téléphone", "Motif d’appel", "Unité", "Programme", "Nom affiché"}, "Ligne", "Motif", "Explication", "Colonne", ours}

var ours = [][3]string{{"Line", "Reason", "Explanation"}, {"Ligne", "Motif", "Explication"}}

// N10: columns that bear the product's own labels are read as what they say.
func TestLabelsAreKnown(t *testing.T) {
	t.Parallel()
	for _, l := range []Labels{english.Labels, french.Labels} {
		file := written(t, Semicolon, []string{l.Number, l.CallPurpose, l.BusinessUnit, l.Program, l.DisplayName}, []string{"01 84 88 20 10", "Survey", "U", "P", "D"})
		p, entries := list(t, Options{Region: "FR"}, string(file))
		if diff := cmp.Diff(p.Mapping, Mapping{true, 1, 2, 3, 4, 5}); diff != "" || len(entries) != 1 || entries[0].E164 != "+33184882010" {
			t.Errorf("%s %v", diff, told(entries))
		}
	}
}

// N08: rejected rows can be downloaded, mended and sent again: they mean what they meant, also when the file had no
// header or the person had mapped its columns by hand.
func TestRejectedRowsAreSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		mapping    *Mapping
		header     string // of the rejected rows, in English
	}{
		{"header", "tel;objet;note\n+331;Survey;\"a;b\"\n4,47E+11;Enquête;=1+2\n0184882010;x;y\n0184;Survey;short\n", nil,
			"Line,Reason,Explanation,Phone number,Call purpose,note"},
		{"no_header", "Acme;+33184882010\nRoth;+331848820\n;447\nx;4,47E+11;more;than;the others\n", nil,
			"Line,Reason,Explanation,Column 1,Phone number,Column 3,Column 4,Column 5"},
		{"mapped_by_hand", "phone;mobile;name\n+33184882010;012;A\n+33184882011;+331234;B\n", &Mapping{Header: true, Number: 2},
			"Line,Reason,Explanation,[phone],Phone number,[name]"},
		{"number_alone", "number\nabc\n\n'\n\"x\n", nil, "Line,Reason,Explanation,Phone number"},
	} {
		for _, labels := range []RejectedLabels{english, french} {
			locale := map[string]i18n.Locale{"Line": i18n.EN, "Ligne": i18n.FR}[labels.Line]
			t.Run(c.name+"_"+string(locale), func(t *testing.T) {
				p, entries := list(t, Options{Region: "FR", Mapping: c.mapping}, c.file)
				var b bytes.Buffer
				w, err := NewRejected(&b, Comma, labels, &p)
				if err != nil {
					t.Fatal(err)
				}
				var want []Entry
				for _, e := range entries {
					if e.Reason == "" {
						continue
					}
					if err := w.Write(e.Line, e.Reason, locale.T("number.reason."+string(e.Reason)), e.Fields); err != nil {
						t.Fatal(err)
					}
					want = append(want, e)
				}
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
				header, _, _ := strings.Cut(strings.TrimPrefix(b.String(), "\ufeff"), "\r\n")
				if locale == i18n.EN && header != c.header {
					t.Errorf("header: got %s, want %s", header, c.header)
				}

				_, again := list(t, Options{Region: "FR"}, b.String())
				if len(want) == 0 || len(again) != len(want) {
					t.Fatalf("%d rejected rows, read again %d: %s", len(want), len(again), b.String())
				}
				for i, e := range again {
					if got := e.Fields[3:]; !slices.Equal(got, want[i].Fields) || e.Fields[1] != string(want[i].Reason) {
						t.Errorf("row: got %q, want %q", e.Fields, want[i].Fields)
					}
					if e.Text != want[i].Text || e.Reason != want[i].Reason || e.CallPurpose != want[i].CallPurpose || e.DisplayName != want[i].DisplayName {
						t.Errorf("got %+v, want %+v", e, want[i])
					}
				}
			})
		}
	}
}

// N08: rows that are rejected again, and again in another language, bear the line, reason and sentence of the last time
// alone: the file does not grow with every round.
func TestRejectedRowsAreRejectedAgain(t *testing.T) {
	t.Parallel()
	file, want := "tel;name;note\nx;A;1\ny;B;2\n", [][]string{{"x", "A", "1"}, {"y", "B", "2"}}
	for round, labels := range []RejectedLabels{english, english, french, english} {
		p, entries := list(t, Options{}, file)
		var b bytes.Buffer
		w, err := NewRejected(&b, Comma, labels, &p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := w.Write(e.Line, e.Reason, "Mend it.", e.Fields); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		_, rows := readAll(t, Detect, b.Bytes())
		if header := []string{labels.Line, unknownName(labels.Reason), labels.Sentence, labels.Number, labels.DisplayName, "note"}; !slices.Equal(rows[0].Fields, header) {
			t.Fatalf("round %d: header %q, want %q", round, rows[0].Fields, header)
		}
		for i, fields := range want {
			if got := rows[i+1].Fields; !slices.Equal(got[3:], fields) || got[0] != strconv.Itoa(i+2) {
				t.Errorf("round %d: row %q, want %q", round, got, fields)
			}
		}
		file = b.String()
	}
	// A column that the person says is something stays, whatever it is called.
	p, entries := list(t, Options{Mapping: &Mapping{Header: true, Number: 1}}, "Line,Reason,Explanation\n12,a,b\n")
	var b bytes.Buffer
	w, err := NewRejected(&b, Comma, english, &p)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(2, entries[0].Reason, "Mend it.", entries[0].Fields), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if _, rows := readAll(t, Detect, b.Bytes()); len(rows) != 2 || !slices.Equal(rows[1].Fields[3:], []string{"12", "a", "b"}) {
		t.Errorf("%s", b.String())
	}
}

// N08: a rejected row that was mended is taken.
func TestMendedRowIsTaken(t *testing.T) {
	t.Parallel()
	p, entries := list(t, Options{}, "number,name\n4.47E+11,A\n")
	var b bytes.Buffer
	w, err := NewRejected(&b, Detect, english, &p)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(2, number.SpreadsheetDamage, "Enter it again.", entries[0].Fields); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	_, again := list(t, Options{}, strings.Replace(b.String(), "4.47E+11", "+44 20 7946 0123", 1))
	if diff := cmp.Diff(told(again), []string{"2:+442079460123"}); diff != "" || again[0].DisplayName != "A" {
		t.Errorf("%s %+v", diff, again)
	}
}
