// Package code holds the rules of Phone/Chat Codes: the form in which two codes are compared, and what a code may not
// be made of. Browser and server run the same rules. It stores nothing, draws nothing and knows no listener's tricks.
package code

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	MinLength = 8   // code points of the canonical form
	MaxLength = 64  // code points of the canonical form
	MaxTyped  = 128 // code points of anything that is looked at at all
)

// Normalizer gives the NFKC form of a text: golang.org/x/text/unicode/norm on the server, String.prototype.normalize in
// the browser.
type Normalizer func(string) string

var (
	// ErrTooLong says that a text is longer than any code may be typed.
	ErrTooLong = errors.New("longer than a code can be")
	// ErrCharacter says that a text holds something that is no printable character.
	ErrCharacter = errors.New("holds a character that cannot be printed")
)

// Canonical is the form in which codes are compared: NFKC, case-folded, with plain quotes, without spaces, hyphens and
// what has no width. Canonical of a canonical form is that form. The error is ErrTooLong or ErrCharacter. Whether the
// result is long enough for a code is asked by Check, since what is heard may be short.
func Canonical(s string, nfkc Normalizer) (string, error) {
	if len(s) > MaxTyped*utf8.UTFMax || utf8.RuneCountInString(s) > MaxTyped {
		return "", ErrTooLong
	}
	// One round is enough for all text that people type; the others settle marks that move together when what stood
	// between them is dropped.
	for range 4 {
		folded, err := fold(s)
		if err != nil {
			return "", err
		}
		if folded, err = fold(nfkc(folded)); err != nil {
			return "", err
		}
		if folded = nfkc(folded); folded == s {
			return s, nil
		}
		// One code point can become eighteen.
		if s = folded; utf8.RuneCountInString(s) > MaxTyped {
			return "", ErrTooLong
		}
	}
	return "", ErrCharacter
}

func fold(s string) (string, error) {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return "", ErrCharacter
		case unicode.IsControl(r):
			return "", ErrCharacter
		case silent(r):
		case r == 'ß' || r == 'ẞ':
			b.WriteString("ss")
		case unicode.IsGraphic(r):
			// Upper first, so that final sigma, long s and their like meet their ordinary letter.
			b.WriteRune(unicode.ToLower(unicode.ToUpper(quote(r))))
		default:
			return "", ErrCharacter
		}
	}
	return b.String(), nil
}

// silent are spaces, hyphens and dashes of every kind, and what leaves no mark on paper.
func silent(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r == '-'
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == '\u2212' || r == '\u2010' || r == '\u2011' || r == '\u02D7' || r == '\u2043'
}

// quote gives a typographic quote its plain form, before NFKC can take some of them apart.
func quote(r rune) rune {
	switch r {
	case '‘', '’', '‚', '‛', '′', '‵', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ˈ', '´', '`', '‹', '›', '＇':
		return '\''
	case '“', '”', '„', '‟', '″', '‶', 'ʺ', '˝', '«', '»', '＂':
		return '"'
	}
	return r
}
