package spoken_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/backend/spoken"
	"countersign/shared/code"
	"countersign/shared/i18n"
)

func canonical(t testing.TB, s string) string {
	t.Helper()
	c, err := code.Canonical(s, spoken.NFKC)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return c
}

// How digits are said, written down here apart from the product's own tables.
var (
	enUnits = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	enTens  = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
	frUnits = strings.Fields("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
	frTens  = strings.Fields("- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")
	swiss   = strings.Fields("- - vingt trente quarante cinquante soixante septante huitante nonante")
	nato    = strings.Fields("alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu")
	french  = strings.Fields("Anatole Berthe Célestin Désiré Eugène François Gaston Henri Irma Joseph Kléber Louis Marcel Nicolas Oscar Pierre Quintal Raoul Suzanne Thérèse Ursule Victor William Xavier Yvonne Zoé")
)

func english100(n int) string {
	switch {
	case n < 20:
		return enUnits[n]
	case n%10 == 0:
		return enTens[n/10]
	}
	return enTens[n/10] + "-" + enUnits[n%10]
}

func french100(n int, tens []string) string {
	t, u := n/10, n%10
	if t >= 2 && t < len(tens) && (tens[t] == tens[t-1]) {
		u += 10 // soixante-dix, quatre-vingt-dix
	}
	switch {
	case n < 20:
		return frUnits[n]
	case n == 80 && tens[t] == "quatre-vingt":
		return "quatre-vingts"
	case u == 0:
		return tens[t]
	case (u == 1 || u == 11) && tens[t] != "quatre-vingt":
		return tens[t] + " et " + frUnits[u]
	}
	return tens[t] + "-" + frUnits[u]
}

// spell says letter by letter, doubled letters as such now and then, digits one by one.
func spell(s string, letters, units []string, r *rand.Rand) string {
	var said []string
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		word := ""
		switch {
		case c >= 'a' && c <= 'z':
			word = letters[c-'a']
		case c >= '0' && c <= '9':
			word = units[c-'0']
		}
		if i+1 < len(runes) && runes[i+1] == c && (i+2 == len(runes) || runes[i+2] != c) && r.IntN(2) == 0 {
			word = "double " + word
			i++
		}
		said = append(said, word)
	}
	return strings.Join(said, " ")
}

func unaccented(s string) string {
	return strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "î", "i", "ï", "i", "ô", "o", "û", "u", "ù", "u", "ç", "c", "œ", "oe").Replace(s)
}

// ways are twelve ways in which a generated code is said and typed.
func ways(c string, l i18n.Locale, r *rand.Rand) []string {
	w := strings.Fields(c)
	n := int(w[3][0]-'0')*10 + int(w[3][1]-'0')
	units, letters, and, dash, space, capital := enUnits, nato, "and", "dash", "space", "capital "
	number := english100(n)
	other := number
	if l == i18n.FR {
		units, letters, and, dash, space, capital = frUnits, french, "puis", "tiret", "espace", "majuscule "
		number, other = french100(n, frTens), french100(n, swiss)
	}
	if n < 10 {
		number, other = units[0]+" "+units[n], units[0]+" "+units[n]
	}
	plain := unaccented(strings.Join(w[:3], " "))
	words := strings.Join(w[:3], " ")
	spelled := spell(strings.ReplaceAll(plain, " ", ""), letters, units, r) + " " + number
	if utf8.RuneCountInString(spelled) > code.MaxTyped {
		spelled = strings.Join(strings.Split(strings.ReplaceAll(plain, " ", ""), ""), " ") + " " + number
	}
	return []string{
		c,
		strings.ToUpper(c),
		strings.Join(w, "-"),
		strings.Join(w[:3], " – ") + "\u00a0" + w[3],
		unaccented(strings.Join(w, "")),
		words + " " + number,
		plain + " " + strings.ReplaceAll(other, "-", " "),
		words + " " + units[n/10] + " " + units[n%10],
		strings.Join(w[:3], ", "+and+" ") + ", " + w[3][:1] + " " + w[3][1:] + ".",
		capital + w[0] + " " + dash + " " + w[1] + " " + space + " " + w[2] + " " + dash + " " + strings.NewReplacer("0", "O", "1", "l").Replace(w[3]),
		spelled,
		misspell(w[0], l) + " " + misspell(w[1], l) + " " + misspell(w[2], l) + " " + w[3],
	}
}

// misspell writes a word as somebody does who heard it but never saw it.
func misspell(w string, l i18n.Locale) string {
	w = unaccented(w)
	swap := [][2]string{{"ph", "f"}, {"ck", "k"}, {"ll", "l"}, {"ss", "s"}, {"mm", "m"}, {"nn", "n"}, {"tt", "t"}, {"pp", "p"}, {"ff", "f"}, {"rr", "r"}}
	if l == i18n.FR {
		swap = [][2]string{{"ph", "f"}, {"eau", "o"}, {"qu", "k"}, {"mm", "m"}, {"nn", "n"}, {"tt", "t"}, {"pp", "p"}, {"ff", "f"}, {"rr", "r"}, {"th", "t"}, {"y", "i"}}
	}
	for _, s := range swap {
		// At the beginning, and where the letters around make another sound of it, a change would be another word.
		i := strings.Index(w, s[0])
		if i <= 0 || i+len(s[0]) == len(w) {
			continue
		}
		before, after := w[i-1], w[i+len(s[0])]
		if after != 'h' && (s[0] != "ph" || before != 'u') && (s[0] != "y" || !strings.ContainsRune("aeiou", rune(before)) && !strings.ContainsRune("aeioul", rune(after))) {
			return w[:i] + s[1] + w[i+len(s[0]):]
		}
	}
	return w
}

// C10: 100,000 generated codes said in twelve ways, in both languages, all match.
func TestGeneratedCodesAreHeard(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			src := source(11)
			r := rand.New(src)
			for range many(4_000, 100_000) {
				c := draw(t, l, spoken.Standing, src)
				want := canonical(t, c)
				for i, said := range ways(c, l, r) {
					got := spoken.Readings(said, true, l)
					if !slices.Contains(got, want) {
						t.Fatalf("%q said as %q (%d): got %q", c, said, i+1, got)
					}
					if len(got) > 4 {
						t.Fatalf("%q has %d readings", said, len(got))
					}
				}
			}
		})
	}
}

// A phrase is heard like a code without digits, and in the other language first, too.
func TestPhrasesAreHeard(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		src := source(12)
		for range 2000 {
			c := draw(t, l, spoken.Phrase, src)
			for _, said := range []string{c, strings.ToUpper(unaccented(c)), strings.ReplaceAll(unaccented(c), " ", ""), strings.ReplaceAll(c, " ", "-")} {
				if got := spoken.Readings(said, true); !slices.Contains(got, canonical(t, c)) {
					t.Fatalf("%q said as %q: got %q", c, said, got)
				}
			}
		}
	}
}

// C10: 1,000,000 wrong inputs match nothing: other codes, shuffled words, one wrong word, wrong or missing digits.
func TestWrongCodesAreNotHeard(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			src := source(13)
			r := rand.New(src)
			for range many(25_000, 500_000) {
				c := draw(t, l, spoken.Standing, src)
				w, o := strings.Fields(c), strings.Fields(draw(t, l, spoken.Standing, src))
				wrong := ""
				switch r.IntN(6) {
				case 0:
					wrong = strings.Join(o, " ")
				case 1:
					wrong = strings.Join([]string{w[1], w[0], w[2], w[3]}, " ")
				case 2:
					i := r.IntN(3)
					if slices.Contains(w, o[0]) {
						continue
					}
					x := slices.Clone(w)
					x[i] = o[0]
					wrong = strings.Join(x, " ")
				case 3:
					wrong = fmt.Sprintf("%s %02d", strings.Join(w[:3], " "), (int(w[3][0]-'0')*10+int(w[3][1]-'0')+1+r.IntN(99))%100)
				case 4:
					wrong = strings.Join(w[:3], " ") + " " + w[3][:1]
				case 5:
					wrong = strings.Join(w[:2], " ") + " " + w[3]
				}
				said := wrong
				if f := strings.Fields(wrong); len(f) == 4 && len(f[3]) == 2 {
					said = ways(wrong, l, r)[r.IntN(12)]
				}
				if got := spoken.Readings(said, true, l, i18n.EN, i18n.FR); slices.Contains(got, canonical(t, c)) {
					t.Fatalf("%q is heard in %q", c, said)
				}
			}
		})
	}
}

// C10: chosen codes are heard as typed or spelled, and by nothing else.
func TestReadings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		heard     string
		generated bool
		want      []string
	}{
		{"Blue-Sky 2024!", false, []string{"bluesky2024!"}},
		{"romeo juliet four two", false, []string{"romeojulietfourtwo", "rj42"}},
		{"capital A, double x, triple seven, dash Zulu at dot", false, []string{"capitala,doublex,tripleseven,dashzuluatdot", "axx777z@."}},
		{"b as in bravo o for oscar 7", false, []string{"basinbravooforoscar7", "bo7"}},
		{"double u, ninety nine, x-ray", false, []string{"doubleu,ninetynine,xray", "w99x"}},
		{"Anatole comme Berthe", false, []string{"anatolecommeberthe"}},
		{"A comme Anatole, double v, quatre-vingt-dix-sept, i grec majuscule, espace, tiret, Zoé", false,
			[]string{"acommeanatole,doublev,quatrevingtdixsept,igrecmajuscule,espace,tiret,zoé", "aw97yz"}},
		{"soixante et onze septante et un vingt et un dix-huit deux", false, []string{"soixanteetonzeseptanteetunvingtetundixhuitdeux", "717121182"}},
		{"quatre-vingts quatre-vingt-onze nonante-neuf zéro", false, []string{"quatrevingtsquatrevingtonzenonanteneufzéro", "8091990"}},
		{"delta force 77", false, []string{"deltaforce77"}},
		{"double", false, []string{"double"}},
		{"triple double", false, []string{"tripledouble"}},
		{"oil 10", true, []string{"oil10", "01110"}},
		{"", true, nil},
		{" - ", true, nil},
		{"a\x00b", true, nil},
		{strings.Repeat("a", 129), true, nil},
	} {
		if got := spoken.Readings(c.heard, c.generated); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.heard, got, c.want)
		}
	}
}

// Every number to 99 is heard in each language's ways.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for n := range 100 {
		for said, l := range map[string]i18n.Locale{english100(n): i18n.EN, french100(n, frTens): i18n.FR, french100(n, swiss): i18n.FR} {
			if got := spoken.Readings(said, false, l); len(got) != 2 || got[1] != fmt.Sprint(n) {
				t.Errorf("%s %q: got %q, want %d", l, said, got, n)
			}
		}
	}
}

func FuzzReadings(f *testing.F) {
	for _, s := range []string{"copper lamp river 42", "double double x", "quatre vingt et un", "x ray fox trot i grec", "b as in", "triple", "O'Brien – 4O", "ﬃ²", "soixante et", "\u0345a\u0301"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, heard string, generated bool) {
		got := spoken.Readings(heard, generated)
		if again := spoken.Readings(heard, generated); !slices.Equal(got, again) {
			t.Errorf("%q: got %q, then %q", heard, got, again)
		}
		if len(got) > 4 {
			t.Errorf("%q: %d readings", heard, len(got))
		}
		for i, r := range got {
			c, err := code.Canonical(r, spoken.NFKC)
			if err != nil || c != r || r == "" || !utf8.ValidString(r) || slices.Contains(got[:i], r) {
				t.Errorf("%q: %q of %q is no canonical reading of its own: %v", heard, r, got, err)
			}
		}
		if c, err := code.Canonical(heard, spoken.NFKC); err == nil && c != "" && (len(got) == 0 || got[0] != c) {
			t.Errorf("%q: got %q, want %q first", heard, got, c)
		}
	})
}

func BenchmarkReadings(b *testing.B) {
	for name, heard := range map[string]string{"generated": "copper lamp river forty two", "spelled": "charlie oscar papa papa echo romeo four two", "hostile": strings.Repeat("double a ", 14)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				spoken.Readings(heard, true)
			}
		})
	}
}
