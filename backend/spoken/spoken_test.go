package spoken_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/backend/spoken"
	"countersign/shared/code"
	"countersign/shared/i18n"

	"github.com/trustelem/zxcvbn/frequency"
)

// many is how often the large tests try: all of it on request, a part of it in every run.
func many(part, all int) int {
	if os.Getenv("COUNTERSIGN_ALL") != "" {
		return all
	}
	return part
}

func source(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func draw(t testing.TB, l i18n.Locale, k spoken.Kind, r *rand.ChaCha8) string {
	t.Helper()
	c, err := spoken.Draw(l, k, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A standing code is three different words and two digits, a phrase three different words.
func TestDrawShape(t *testing.T) {
	t.Parallel()
	r := source(1)
	for _, l := range i18n.Locales() {
		for range 1000 {
			w := strings.Fields(draw(t, l, spoken.Standing, r))
			if len(w) != 4 || len(w[3]) != 2 || strings.Trim(w[3], "0123456789") != "" || w[0] == w[1] || w[1] == w[2] || w[0] == w[2] {
				t.Fatalf("%s: drew %q", l, w)
			}
			if w := strings.Fields(draw(t, l, spoken.Phrase, r)); len(w) != 3 {
				t.Fatalf("%s: drew the phrase %q", l, w)
			}
		}
	}
}

// Every word and every digit is as likely as any other: chi-square over a million draws a language, at six deviations.
func TestDrawIsUniform(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		r := source(2)
		const n = 1_000_000
		var counts [3]map[string]int
		for i := range counts {
			counts[i] = map[string]int{}
		}
		digits := map[string]int{}
		for range n {
			w := strings.Fields(draw(t, l, spoken.Standing, r))
			for i := range counts {
				counts[i][w[i]]++
			}
			digits[w[3]]++
		}
		for i, c := range append(counts[:], digits) {
			mean := float64(n) / float64(len(c))
			chi := 0.0
			for _, seen := range c {
				chi += (float64(seen) - mean) * (float64(seen) - mean) / mean
			}
			if free := float64(len(c) - 1); math.Abs(chi-free) > 6*math.Sqrt(2*free) {
				t.Errorf("%s, place %d: chi-square %.0f with %.0f degrees of freedom", l, i, chi, free)
			}
		}
		if len(digits) != 100 {
			t.Errorf("%s: %d pairs of digits were drawn, want 100", l, len(digits))
		}
	}
}

func TestDrawAnew(t *testing.T) {
	t.Parallel()
	first := draw(t, i18n.EN, spoken.Standing, source(3))
	got, err := spoken.Draw(i18n.EN, spoken.Standing, source(3), func(c string) bool { return c == first })
	if err != nil || got == first {
		t.Errorf("drew %q %v although it was refused", got, err)
	}
	if _, err := spoken.Draw(i18n.FR, spoken.Phrase, source(3), func(string) bool { return true }); !errors.Is(err, spoken.ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a failing source gave a code")
		}
	}()
	spoken.Draw(i18n.EN, spoken.Phrase, bytes.NewReader(nil), nil)
}

// C04: what we generate, our own rules allow: first draws are hardly ever refused, even where ten thousand people with
// everyday names are on file, and what Draw hands out never is.
func TestGeneratedCodesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contacts int
		most     float64 // share of first draws that may be refused
	}{{0, 0}, {5, 0.005}, {10_000, 0.25}} {
		file := code.NewFile(organization(c.contacts), spoken.NFKC)
		o := code.Options{NFKC: spoken.NFKC, Common: spoken.Common, Today: time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC), You: "c0", Holder: "c0"}
		refused, asked := 0, 0
		refuse := func(s string) bool {
			asked++
			bad := len(code.Check(s, file, o)) > 0
			if bad {
				refused++
			}
			return bad
		}
		n := many(4_000, 500_000)
		for _, l := range i18n.Locales() {
			r := source(4)
			for range n {
				if _, err := spoken.Draw(l, spoken.Standing, r, refuse); err != nil {
					t.Fatal(err)
				}
			}
		}
		share := float64(refused) / float64(asked)
		t.Logf("%d contacts: %.4f %% of draws refused", c.contacts, 100*share)
		if share > c.most {
			t.Errorf("%d contacts: %.4f of all draws were refused, want at most %.4f", c.contacts, share, c.most)
		}
	}
}

// C04: the server knows more common values than the browser, and people's sentences are none of them.
func TestCommon(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"Scooby Doo": true, "scoobydoo 12": true, "oodybo0cs": true, "my dog is scooby doo": false} {
		got := false
		for _, f := range code.Check(typed, nil, code.Options{NFKC: spoken.NFKC, Common: spoken.Common}) {
			got = got || f.Code == code.Common
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", typed, got, want)
		}
	}
}

// organization has contacts with the most frequent first names and surnames.
func organization(contacts int) code.About {
	first, last := frequency.FrequencyLists["female_names"], frequency.FrequencyLists["surnames"]
	r := rand.New(rand.NewPCG(7, 8))
	a := code.About{
		Subjects: []code.Subject{{Companies: []string{"Acme Telecom"}, Postcode: "8001", Street: "Seeweg 5", References: []string{"20418"}}},
		Brands:   []string{"Countersign"},
	}
	for i := range contacts {
		f, s := first[r.IntN(len(first))], last[r.IntN(len(last))]
		a.Subjects = append(a.Subjects, code.Subject{ID: fmt.Sprint("c", i), Names: []string{f + " " + s}, Emails: []string{f + "." + s + "@acme.example"},
			Phones: []string{fmt.Sprintf("+4179%07d", r.IntN(1e7))}, Postcode: fmt.Sprint(10000 + r.IntN(90000)), Street: fmt.Sprint("Main Street ", r.IntN(200))})
	}
	return a
}

func BenchmarkDraw(b *testing.B) {
	for _, l := range i18n.Locales() {
		b.Run(string(l), func(b *testing.B) {
			r := source(5)
			for b.Loop() {
				draw(b, l, spoken.Standing, r)
			}
		})
	}
}
