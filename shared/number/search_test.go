package number

import (
	"strings"
	"testing"
)

func TestSearchKey(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "  Support  Line ": "support line", "Économie ÉTÉ": "economie ete", "Straße": "strasse", "Œuvre": "oeuvre",
		"e\u0301te\u0301": "ete", "Nguyễn": "nguyen", "Nguye\u0302\u0303n": "nguyen", "ẞ": "ss", "Ơ": "o", "İzmir": "izmir", "Łódź": "lodz", "日本 Line": "日本 line", "\u0300": "",
	} {
		if got := SearchKey(in); got != want {
			t.Errorf("SearchKey(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever a name is, its key is a key.
func FuzzSearchKey(f *testing.F) {
	f.Add("Économie")
	f.Fuzz(func(t *testing.T, s string) {
		if k := SearchKey(s); SearchKey(k) != k {
			t.Errorf("the key of %q, %q, has another key: %q", s, k, SearchKey(k))
		}
	})
}

// N01, R02: a part of a number is found however it was pasted: what Parse reads over, the search reads over.
func TestTypedDigits(t *testing.T) {
	for _, c := range []struct {
		in, digits string
		begins     bool
	}{
		{"+33 1", "331", true}, {"0033 1", "331", true}, {"01 84", "184", false}, {"184", "184", false}, {"+33 (0)1 84", "33184", true},
		{"01", "", false}, {"+3", "", false}, {"", "", false}, {"line 331", "", false}, {"00", "", false}, {"88.20-10", "882010", false},
		{"\u202a+33 1\u202c", "331", true}, {"01\u201184\u00a088", "18488", false}, {"０１８４", "184", false}, {"＋３３ １", "331", true}, {"tel:+331848", "331848", true},
		{"'0184", "184", false}, {"[01] 84", "184", false}, {"٠١٨٤", "184", false}, {"+33 (0) 184", "33184", true}, {"33+1", "", false}, {"331 ext 4", "", false},
		{strings.Repeat("1", 41), "", false},
	} {
		if d, b := TypedDigits(c.in); d != c.digits || b != c.begins {
			t.Errorf("TypedDigits(%q) = %q, %v; want %q, %v", c.in, d, b, c.digits, c.begins)
		}
	}
}
