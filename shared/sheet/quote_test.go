package sheet

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// N08, N10: a forgotten quote never makes the numbers below it vanish in a field, although another quote further down
// could close it; and fields that have lines of their own stay whole.
func TestForgottenQuoteSwallowsNoRows(t *testing.T) {
	t.Parallel()
	const first = "+33184882009,X\n"
	for _, c := range []struct {
		name, file string
		delim      Delimiter
		want       []string
	}{
		{"rows_up_to_inches", first + "+33184882010,\"Acme\n+33184882011,Roth\n+33184882012,17\"\n+33184882013,Z\n", Comma,
			[]string{"1:+33184882009|X", "2:+33184882010|\"Acme", "3:+33184882011|Roth", "4:+33184882012|17\"", "5:+33184882013|Z"}},
		{"from_the_first_row", "+33184882010,\"Acme\n+33184882011,Roth\n+33184882012,17\"\n", Comma,
			[]string{"1:+33184882010|\"Acme", "2:+33184882011|Roth", "3:+33184882012|17\""}},
		{"below_a_header", "number,name\n+33184882010,\"Acme\n+33184882011,Roth\n+33184882012,17\"\n", Comma,
			[]string{"1:number|name", "2:+33184882010|\"Acme", "3:+33184882011|Roth", "4:+33184882012|17\""}},
		{"in_the_first_field", "name,number\n\"Acme,+33184882010\nscreen 5\",+33184882011\nRoth,+33184882012\n", Comma,
			[]string{"1:name|number", "2:\"Acme|+33184882010", "3:screen 5\"|+33184882011", "4:Roth|+33184882012"}},
		{"one_column", "number\n\"+33184882010\n+33184882011\n+33184882012\"\n", None,
			[]string{"1:number", "2:\"+33184882010", "3:+33184882011", "4:+33184882012\""}},
		{"rows_of_words", "Nom;Service;Poste\nA;B;\"10\nC;D;11\nE;F;17\"\n", Semicolon,
			[]string{"1:Nom|Service|Poste", "2:A|B|\"10", "3:C|D|11", "4:E|F|17\""}},
		{"with_other_fields_torn", first + "+33184882010,\"Acme, Inc\n+33184882011,Roth, Ltd\n+33184882012,17\"\n+33184882013,Z\n", Comma,
			[]string{"1:+33184882009|X", "2:+33184882010|\"Acme| Inc unclosed_quote", "3:+33184882011|Roth| Ltd unclosed_quote",
				"4:+33184882012|17\" unclosed_quote", "5:+33184882013|Z"}},
		{"among_rows_of_unequal_length", "+33184882009,X,Y\n+33184882010,\"Acme\n+33184882011,Roth\n+33184882012,17\"\n+33184882013,Z\n", Comma,
			[]string{"1:+33184882009|X|Y", "2:+33184882010|\"Acme unclosed_quote", "3:+33184882011|Roth unclosed_quote",
				"4:+33184882012|17\" unclosed_quote", "5:+33184882013|Z"}},

		{"address", first + "+33184882010,\"Acme\n12 Main St\nNew York, NY 10001\"\n+33184882011,B\n", Comma,
			[]string{"1:+33184882009|X", "2:+33184882010|Acme\n12 Main St\nNew York, NY 10001", "5:+33184882011|B"}},
		{"address_in_three_fields", "+33184882009,X,Y\n+33184882010,X,\"Roth\n12 Main St, Suite 5, Springfield\"\n", Comma,
			[]string{"1:+33184882009|X|Y", "2:+33184882010|X|Roth\n12 Main St, Suite 5, Springfield"}},
		{"address_before_the_number", "\"Acme\nParis\",+33184882010\n\"Roth\nLyon\",+33184882011\n", Comma,
			[]string{"1:Acme\nParis|+33184882010", "3:Roth\nLyon|+33184882011"}},
		{"address_with_a_number", first + "+33184882010,\"Acme\nTel. 01 84 88 20 11\n+33184882012\"\n", Comma,
			[]string{"1:+33184882009|X", "2:+33184882010|Acme\nTel. 01 84 88 20 11\n+33184882012"}},
		{"contacts_before_the_number", "X,+33184882009\n\"Contacts\nRoth,+33184882011\nKay,+33184882012\",+33184882010\n", Comma,
			[]string{"1:X|+33184882009", "2:Contacts\nRoth,+33184882011\nKay,+33184882012|+33184882010"}},
		{"lines_of_a_spreadsheet", "+33184882009,X\r\n+33184882010,\"Contacts\n+33184882011,Roth\n+33184882012,Kay\"\r\n+33184882013,Z\r\n", Comma,
			[]string{"1:+33184882009|X", "2:+33184882010|Contacts\n+33184882011,Roth\n+33184882012,Kay", "5:+33184882013|Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rows := readAll(t, Detect, []byte(c.file))
			if diff := cmp.Diff(short(rows), c.want); diff != "" {
				t.Error(diff)
			}
			if r.Delimiter() != c.delim {
				t.Errorf("delimiter: got %q, want %q", r.Delimiter(), c.delim)
			}
			samePieces(t, []byte(c.file), len(c.file))
		})
	}
}

// N08: rows whose border can't be told are rejected one by one, sent again as they stand, and then read as the person saw
// them.
func TestTornRowsAreRejectedAndSentAgain(t *testing.T) {
	t.Parallel()
	p, entries := list(t, Options{}, "number,name\n+33184882009,X\n+33184882010,\"Acme, Inc\n+33184882011,Roth, Ltd\n+33184882012,17\"\n+33184882013,Z\n")
	want := []string{"2:+33184882009", "3: unclosed_quote", "4: unclosed_quote", "5: unclosed_quote", "6:+33184882013"}
	if diff := cmp.Diff(told(entries), want); diff != "" {
		t.Fatal(diff)
	}
	var b strings.Builder
	w, err := NewRejected(&b, Comma, english, &p)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries[1:4] {
		if err := w.Write(e.Line, e.Reason, "", e.Fields); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	_, again := list(t, Options{}, b.String())
	if diff := cmp.Diff(told(again), []string{"2:+33184882010", "3:+33184882011", "4:+33184882012"}); diff != "" || again[0].DisplayName != "\"Acme" {
		t.Errorf("%s %+v", diff, again)
	}
}
