package text_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"countersign/shared/text"
)

func TestPieces(t *testing.T) {
	for in, want := range map[string][]string{
		"":                                   nil,
		"nothing here":                       nil,
		"https://a.example":                  {"https://a.example"},
		"see https://a.example/b?c=d&e#f ok": {"https://a.example/b?c=d&e#f"},
		"HTTP://A.example/x":                 {"HTTP://A.example/x"},
		"one http://a.example\ntwo https://b.example:8443/": {"http://a.example", "https://b.example:8443/"},
		"It is at https://a.example/page.":                  {"https://a.example/page"},
		"Is it https://a.example/?!":                        {"https://a.example/"},
		"(https://a.example/b)":                             {"https://a.example/b"},
		"https://a.example/b_(c)":                           {"https://a.example/b_(c)"},
		"(https://a.example/b_(c)).":                        {"https://a.example/b_(c)"},
		"[https://a.example/b]":                             {"https://a.example/b"},
		"https://[::1]:8080/x":                              {"https://[::1]:8080/x"},
		"<https://a.example/b>":                             {"https://a.example/b"},
		"“https://a.example/b”":                             {"https://a.example/b"},
		"« https://a.example/é »":                           {"https://a.example/é"},
		"https://a.example,https://b.example":               nil, // a host has no comma: neither is meant for sure
		"https://a.example/,https://b.example/":             {"https://a.example/,https://b.example/"},

		"a://b https://c.example ://":         {"https://c.example"},
		"https://a.example/(b).)]":            {"https://a.example/(b)"},
		"xhttps://a.example":                  nil,
		"éhttps://a.example":                  nil,
		"https://":                            nil,
		"https:///path":                       nil,
		"https://.":                           nil,
		"javascript:alert(1)":                 nil,
		"data:text/html,https":                nil,
		"ftp://a.example":                     nil,
		"https://bank.example@evil.example/":  nil,
		"https://u:p@a.example/":              nil,
		"https://аррle.example/":              nil, // Cyrillic
		"https://a.example\\@evil.example/":   {"https://a.example"},
		"https://%61.example\x00/":            nil,
		"then https://x@y and https://z.test": {"https://z.test"},
	} {
		var got []string
		for _, p := range text.Pieces(in) {
			if p.Address {
				got = append(got, p.Text)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever the text: the pieces are it, and what can be followed leads where a browser is told that it leads.
func FuzzPieces(f *testing.F) {
	for _, s := range []string{"https://a.example/b. And http://c.example", "https://x@y", "https://[::1]", "é https://é", "https://a\\b", "http://\u202e", "https://https://https://"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var all strings.Builder
		words := false
		for _, p := range text.Pieces(s) {
			all.WriteString(p.Text)
			if p.Text == "" || words && !p.Address {
				t.Errorf("%q: a piece is empty or goes on as the one before: %q", s, p.Text)
			}
			if words = !p.Address; words {
				continue
			}
			u, err := url.Parse(p.Text)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Host == "" {
				t.Errorf("%q: %q can be followed (%v)", s, p.Text, err)
			}
			if strings.ContainsAny(p.Text, "\\ \n<>\"") {
				t.Errorf("%q: %q is no address", s, p.Text)
			}
		}
		if all.String() != s {
			t.Errorf("%q: the pieces are %q", s, all.String())
		}
	})
}
