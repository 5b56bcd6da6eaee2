package spoken

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NFKC is the server's normalizer for the rules of codes.
func NFKC(s string) string { return norm.NFKC.String(s) }

// plain is a text in lower case without accents.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae").Replace(s)))
}
