package spoken

import (
	"bytes"
	"math"
	"testing"

	"countersign/shared/i18n"
)

// No word of a list sounds like another or is within two letters of one, so that what is heard names one word (C10).
func TestWordsAreDistinct(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		list := listOf(l)
		keys := map[string]string{}
		var before []string
		for _, w := range list.words {
			p := plain(w)
			if len(p) < 4 || len(p) > 8 || !letters(p) {
				t.Errorf("%s: %q is no word of 4 to 8 letters", l, w)
			}
			k := list.key(p)
			if other, ok := keys[k]; ok || k == "" {
				t.Errorf("%s: %q sounds like %q", l, w, other)
			}
			keys[k] = w
			for _, other := range before {
				if d := len(p) - len(other); d < 3 && d > -3 && distance(p, other) < 3 {
					t.Errorf("%s: %q is written almost like %q", l, w, other)
				}
			}
			before = append(before, p)
			if tongueOf(l).vocabulary(p) {
				t.Errorf("%s: %q means something else beside a code", l, w)
			}
			if embarrassing[p] {
				t.Errorf("%s: %q", l, w)
			}
		}
	}
}

// A phrase is worth 29 bits or more, a standing code 36: with three tries, and with twenty misses at four readings each,
// a guesser is right less often than once in ten million.
func TestListsAreLarge(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		phrase, standing := Bits(l, Phrase), Bits(l, Standing)
		t.Logf("%s: %d words, %.2f bits each; phrase %.1f bits, standing code %.1f", l, len(listOf(l).words),
			math.Log2(float64(len(listOf(l).words))), phrase, standing)
		if chance := 3 * maxReadings / math.Pow(2, phrase); chance > 1e-7 {
			t.Errorf("%s: a phrase falls with probability %g", l, chance)
		}
		if chance := 20 * maxReadings / math.Pow(2, standing); chance > 1e-7 {
			t.Errorf("%s: a standing code falls with probability %g", l, chance)
		}
	}
}

// What would favor the small numbers is thrown away: the last few of all values of four bytes.
func TestBelowFavorsNone(t *testing.T) {
	t.Parallel()
	if got := below(10, bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfa, 0, 0, 0, 27})); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
	if got := below(10, bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xf9})); got != 0xfffffff9%10 {
		t.Errorf("got %d", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"lamp", "lamp", 0}, {"lamp", "lump", 1}, {"lamp", "clamp", 1}, {"river", "rider", 1}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"copper", "pepper", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// Homophones and everyday misspellings have one key; words that a listener tells apart have two.
func TestSounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key         func(string) string
		same, apart [][2]string
	}{
		{englishKey,
			[][2]string{{"right", "write"}, {"night", "knight"}, {"phone", "fone"}, {"copper", "coper"}, {"river", "rivver"}, {"lamp", "lammp"},
				{"center", "senter"}, {"cheese", "cheeze"}, {"station", "stashun"}, {"bridge", "brige"}, {"queen", "kween"}, {"climb", "clime"},
				{"scissors", "sizors"}, {"quick", "kwik"}, {"rhythm", "rithm"}, {"gnome", "nome"}, {"catch", "cach"}, {"box", "bocks"}, {"Café", "cafe"}},
			[][2]string{{"copper", "cotton"}, {"lamp", "land"}, {"river", "rocket"}, {"ship", "chief"}, {"apple", "maple"}, {"mirror", "minor"}}},
		{frenchKey,
			[][2]string{{"mère", "maire"}, {"saut", "seau"}, {"saut", "sot"}, {"cent", "sang"}, {"temps", "tant"}, {"phare", "fard"}, {"chanter", "chantez"},
				{"chanter", "chanté"}, {"rivière", "riviere"}, {"balai", "ballet"}, {"cuisine", "cuizine"}, {"guitare", "guittarre"}, {"pain", "pin"},
				{"fontaine", "fontène"}, {"bateau", "bato"}, {"haricot", "arico"}, {"façade", "facade"}, {"girafe", "jirafe"}, {"symbole", "simbol"}, {"nuage", "nuaje"}},
			[][2]string{{"vin", "vent"}, {"bonbon", "bambin"}, {"citron", "cristal"}, {"lampe", "lapin"}, {"montagne", "montage"}, {"roue", "rue"}, {"une", "un"}}},
	} {
		for _, p := range c.same {
			if a, b := c.key(p[0]), c.key(p[1]); a != b && c.key(p[0]) != "" {
				t.Errorf("%q is %q, %q is %q, want the same", p[0], a, p[1], b)
			}
		}
		for _, p := range c.apart {
			if a, b := c.key(p[0]), c.key(p[1]); a == b {
				t.Errorf("%q and %q are both %q", p[0], p[1], a)
			}
		}
	}
}
