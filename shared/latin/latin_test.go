package latin_test

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/shared/latin"
)

// N01: every letter of the two blocks of Latin letters is what Unicode's decomposition leaves of it; those with a stroke,
// which Unicode has as letters of their own, are listed here.
func TestPlainAgreesWithUnicode(t *testing.T) {
	t.Parallel()
	own := map[string]string{"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŀ": "l", "ł": "l", "ŉ": "n", "ø": "o", "ŧ": "t", "ſ": "s",
		"ß": "ss", "æ": "ae", "ǣ": "ae", "ǽ": "ae", "œ": "oe", "þ": "th", "ǿ": "o"}
	found := map[string]bool{}
	for r := rune(0); r <= 0x2000; r++ {
		want := ""
		if base := []rune(norm.NFD.String(string(r))); base[0] < 0x80 && len(base) > 1 && unicode.IsLetter(base[0]) {
			want = string(base[0])
		}
		if low := string(unicode.ToLower(r)); own[low] != "" && (want == "" || low == "ǿ") && r != 'I' {
			found[low] = true
			want = own[low]
			if unicode.IsUpper(r) {
				want = strings.ToUpper(want)
			}
		}
		if got := latin.Plain(r); got != want {
			t.Errorf("%+q %c: %q, want %q", r, r, got, want)
		}
	}
	if len(found) != len(own) {
		t.Errorf("only %v were found", found)
	}
}
