package code_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/shared/code"

	"golang.org/x/text/unicode/norm"
)

func nfkc(s string) string { return norm.NFKC.String(s) }

// C10: case, spaces, hyphens, typographic signs and full-width forms don't matter.
func TestCanonicalForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, want string }{
		{"Copper Lamp River 42", "copperlampriver42"},
		{"copper-lamp-river-42", "copperlampriver42"},
		{"copper – lamp — river‑42", "copperlampriver42"},
		{"copper\u00a0lamp\u202friver\u200b42\ufeff", "copperlampriver42"},
		{"cop\u00adper lamp\u2212river\u20104 2", "copperlampriver42"},
		{"ＣＯＰＰＥＲ　ｌａｍｐ　４２", "copperlamp42"},
		{"Straße ΣΊΣΥΦΟΣ", "strasseσίσυφοσ"},
		{"ﬁrst ſecond", "firstsecond"},
		{"l’été «chaud»", "l'été\"chaud\""},
		{"l´été", "l'été"},
		{"e\u0301te\u0301", "été"},
		{"- \u200b -", ""},
		{"", ""},
	} {
		got, err := code.Canonical(c.typed, nfkc)
		if err != nil || got != c.want {
			t.Errorf("%q: got %q %v, want %q", c.typed, got, err, c.want)
		}
	}
}

// Hostile text is refused before anything costly is done with it.
func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, typed string
		want        error
	}{
		{"more_than_128_code_points", strings.Repeat("é", 129), code.ErrTooLong},
		{"a_megabyte", strings.Repeat("x", 1<<20), code.ErrTooLong},
		{"what_grows_beyond_the_limit", strings.Repeat("\ufdfa", 20), code.ErrTooLong},
		{"controls", "copper\x00lamp", code.ErrCharacter},
		{"line_breaks", "copper\nlamp", code.ErrCharacter},
		{"broken_encoding", "copper\xff lamp", code.ErrCharacter},
		{"private_use", "copper\ue000", code.ErrCharacter},
		{"unassigned", "copper\U000e0fff\U0003ffff", code.ErrCharacter},
	} {
		if got, err := code.Canonical(c.typed, nfkc); !errors.Is(err, c.want) || got != "" {
			t.Errorf("%s: got %q %v, want %v", c.name, got, err, c.want)
		}
	}
	if _, err := code.Canonical(strings.Repeat("é", 128), nfkc); err != nil {
		t.Errorf("128 code points: %v", err)
	}
}

// Every single character has one canonical form, and it is that form's own.
func TestCanonicalOfEveryCharacterIsStable(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		canonicalTwice(t, "a"+string(r)+"b")
	}
}

// canonicalTwice checks that the canonical form of a canonical form is itself.
func canonicalTwice(t *testing.T, typed string) {
	t.Helper()
	once, err := code.Canonical(typed, nfkc)
	if err != nil {
		if once != "" {
			t.Errorf("%q: got %q with %v", typed, once, err)
		}
		return
	}
	if twice, err := code.Canonical(once, nfkc); err != nil || twice != once {
		t.Errorf("%q: got %q, then %q %v", typed, once, twice, err)
	}
	if n := utf8.RuneCountInString(once); n > code.MaxTyped {
		t.Errorf("%q has a canonical form of %d", typed, n)
	}
	if strings.ContainsFunc(once, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '-' }) {
		t.Errorf("%q: controls, spaces or hyphens in %q", typed, once)
	}
	if upper, err := code.Canonical(strings.ToUpper(typed), nfkc); isASCII(typed) && (err != nil || upper != once) {
		t.Errorf("%q: got %q in upper case, %q as typed", typed, upper, once)
	}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"Copper Lamp River 42", "l’été", "ß\u0345ΐ", "\u1e9e\u034f\u0301", "ẛ\u0323", "\u0f71\u0f72\u200d\u0f74", "a\u0300\u034f\u0327", "İi̇", "\uac00\u11a8"} {
		f.Add(s)
	}
	f.Fuzz(canonicalTwice)
}
