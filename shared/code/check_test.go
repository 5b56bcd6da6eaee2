package code_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/shared/code"
	"countersign/shared/i18n"
)

var today = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)

// Marie owns Acme Telecom; Jonas and Li are contacts; the firm Nord Câble is one, too.
func acme() code.About {
	return code.About{
		Subjects: []code.Subject{
			{ID: "", Companies: []string{"Acme Telecom"}, Emails: []string{"info@acme.example"}, Phones: []string{"+41 44 668 18 00"},
				Postcode: "8001", Street: "Bahnhofstrasse 12", References: []string{"K-20418"}},
			{ID: "marie", Names: []string{"Marie-Claire O’Brien"}, Emails: []string{"mcobrien@acme-telecom.example"}, Phones: []string{"+41 79 555 42 67"},
				Postcode: "SW1A 2AA", Street: "7 Rue des Lilas"},
			{ID: "jonas", Names: []string{"Jonas Müller"}, Emails: []string{"jonas.mueller@gmail.com"}, Phones: []string{"+33 6 12 34 98 76"},
				Postcode: "75008", Street: "45bis avenue Foch"},
			{ID: "li", Names: []string{"Lee Van der Berg"}, Emails: []string{"info@li.example"}},
			{ID: "nord", Companies: []string{"Nord Câble SA"}},
		},
		Numbers: []string{"+41446681234", "+33145678903"},
		Brands:  []string{"Countersign", "Voice Cloud"},
	}
}

func marie() code.Options {
	return code.Options{NFKC: nfkc, Today: today, You: "marie", Holder: "jonas"}
}

func codes(faults []code.Fault) []string {
	var s []string
	for _, f := range faults {
		s = append(s, f.Code)
	}
	return s
}

// C04: each rule on what is typed, whatever disguise it wears.
func TestFaults(t *testing.T) {
	t.Parallel()
	file := code.NewFile(acme(), nfkc)
	for _, c := range []struct {
		typed string
		want  []string
	}{
		{"copper lamp river 42", nil},
		{"a whole sentence is a fine code, too", nil},
		{"Zq7!vx0p", nil},
		{"copper", []string{"too_short"}},
		{"co pp er l", []string{"too_short"}},
		{strings.Repeat("copper lamp ", 7)[:80] + "42", []string{"too_long"}},
		{strings.Repeat("copper lamp ", 20), []string{"too_long"}},
		{"copper\tlamp", []string{"character"}},
		{"", []string{"too_short"}},
		{"  ", []string{"too_short"}},
		{"abab cdcd", []string{"few_distinct"}},
		{"lamp77777copper", []string{"run"}},
		{"lamp45678copper", []string{"run"}},
		{"lamp fedcb copper", []string{"run"}},
		{"xx-Qwert-copper", []string{"run"}},
		{"copper poiuz lamp", []string{"run"}},
		{"copper lkjhg lamp", []string{"run"}},
		{"copper azert lamp", []string{"run"}},
		{"qw3rty copper", []string{"run"}},
		{"chapitre sceptre 24", nil},
		{"lampe lampe", []string{"repeated"}},
		{"P@ssw0rd", []string{"common"}},
		{"password99", []string{"common"}},
		{"drowssap!", []string{"common"}},
		{"Mot de passe 1", []string{"common"}},
		{"19283746", []string{"common"}},
		{"COUNTERSIGN x7", []string{"brand"}},
		{"voice cloud 42", []string{"brand"}},
		{"my voice is a cloud over zürich", nil},

		{"219-77-8461", []string{"ssn"}},
		{"my number is 219 77 8461 ok", []string{"ssn"}},
		{"x219778461y!", []string{"ssn"}},
		{"21977846I", []string{"ssn"}},
		{"copper lamp 219778461 river", nil},
		{"219-00-8469 fox", nil},
		{"12.03.1985", []string{"date"}},
		{"19850312ab", []string{"date"}},
		{"03/12/1985!", []string{"date"}},
		{"ab120385", []string{"date"}},
		{"58913021", []string{"date"}},
		{"12 March 1985", []string{"date"}},
		{"March 12th, 1985", []string{"date"}},
		{"1er août 1999", []string{"date"}},
		{"7 févr. 85 zz", []string{"date"}},
		{"20260531abc", []string{"date"}},
		{"20261231abc", nil},
		{"march forth with 1985 zebras", nil},
		{"4539 1488 0343 6467", []string{"card"}},
		{"my card 4539148803436467", []string{"card"}},
		{"4539 1488 0343 6468 x", nil},
		{"CH93 0076 2011 6238 5295 7", []string{"iban"}},
		{"GB82WEST12345698765432", []string{"run", "iban"}},
		{"FR14 2004 1010 0505 0001 3M02 606", []string{"iban"}},

		{"claire lamp river", []string{"name_yours"}},
		{"xxobrienxx", []string{"name_yours"}},
		{"n3irb0 lamp", []string{"name_yours"}},
		{"C1A1RE river", []string{"name_yours"}},
		{"jonas river", []string{"name_theirs"}},
		{"copper MULLER lamp", []string{"name_theirs"}},
		{"copper rellum lamp", []string{"name_theirs"}},
		{"acme rocks", []string{"email_organization"}},
		{"acme telecom rocks the whole house", []string{"name_organization"}},
		{"telecom 42", []string{"name_organization"}},
		{"the lee side", []string{"someone_else"}},
		{"Lee1990copper", []string{"someone_else"}},
		{"copper sleet river", nil},
		{"under vander copper", nil},
		{"nord cable river", []string{"someone_else"}},
		{"mcobrien lamp", []string{"name_yours"}},
		{"mcobr1en lamp", []string{"name_yours"}},
		{"jonasmueller", []string{"name_theirs"}},
		{"gmail copper lamp", nil},
		{"info copper lamp", nil},
		{"079 555 42 67", []string{"ssn", "phone_yours"}},
		{"copper 554267", []string{"phone_yours"}},
		{"copper 55 42 67", []string{"phone_yours"}},
		{"copper 762455", []string{"phone_yours"}},
		{"copper S54Z67", []string{"phone_yours"}},
		{"x 349876 lamp", []string{"phone_theirs"}},
		{"x 349 876 lamp", []string{"phone_theirs"}},
		{"lamp 668-1800", []string{"phone_organization"}},
		{"lamp 044 668 12 34", []string{"number_organization"}},
		{"lamp 6681234", []string{"number_organization"}},
		{"lamp 66812 zebra", nil},
		{"sw1a 2aa lamp", []string{"postcode_yours"}},
		{"paris 75008", []string{"postcode_theirs"}},
		{"lamp 8001 zürich", []string{"postcode_organization"}},
		{"lamp 98001 zürich", nil},
		{"lamp 800112 zürich", []string{"postcode_organization"}},
		{"k20418 lamp", []string{"reference_organization"}},
		{"lamp 2-0-4-1-8", []string{"reference_organization"}},
		{"Claire 75008", []string{"name_yours", "postcode_theirs"}},
	} {
		if got := codes(code.Check(c.typed, file, marie())); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.typed, got, c.want)
		}
	}
}

// C04: the same data is named from the point of view of who types, and another contact's data is not told apart.
func TestWhoseDataItIs(t *testing.T) {
	t.Parallel()
	file := code.NewFile(acme(), nfkc)
	for _, c := range []struct{ you, holder, want string }{
		{"jonas", "jonas", "postcode_yours"},
		{"jonas", "", "postcode_yours"},
		{"marie", "jonas", "postcode_theirs"},
		{"", "jonas", "postcode_theirs"},
	} {
		got := codes(code.Check("paris 75008", file, code.Options{NFKC: nfkc, Today: today, You: c.you, Holder: c.holder}))
		if !slices.Equal(got, []string{c.want}) {
			t.Errorf("set by %q for %q: got %q, want %q", c.you, c.holder, got, c.want)
		}
	}
	for _, typed := range []string{"abcjonas lamp river", "copper abcjonas river", "copper 75008 river"} {
		if got := code.Check(typed, file, code.Options{NFKC: nfkc, Today: today, You: "marie", Holder: "marie"}); len(got) > 0 {
			t.Errorf("%q: got %q for what another contact's name is only a part of", typed, codes(got))
		}
	}
	for _, typed := range []string{"jonas lamp", "copper xjonasx river", "ilovejonas", "lamp 349876", "7500845bis lamp", "jonasmueller"} {
		got := codes(code.Check(typed, file, code.Options{NFKC: nfkc, Today: today, You: "marie", Holder: "marie"}))
		if !slices.Equal(got, []string{"someone_else"}) {
			t.Errorf("%q: got %q", typed, got)
		}
	}
}

// C04: every reason has a sentence in both languages, and none of them quotes what is on file.
func TestReasonsAreInTheCatalogue(t *testing.T) {
	t.Parallel()
	all := []string{code.TooShort, code.TooLong, code.Character, code.FewDistinct, code.Run, code.Repeated, code.Common, code.Brand,
		code.SSN, code.Date, code.Card, code.IBAN, code.SomeoneElse, code.Password, code.Reused, "number_organization"}
	for _, thing := range []string{"name", "email", "phone", "postcode", "reference"} {
		for _, whose := range []string{"yours", "theirs", "organization"} {
			all = append(all, thing+"_"+whose)
		}
	}
	for _, l := range i18n.Locales() {
		for _, c := range all {
			f := code.Fault{Code: c, Args: []any{"most", code.MaxLength}}
			if got := l.T(f.Key(), f.Args...); got == f.Key() || got == "" || strings.Contains(got, "{") {
				t.Errorf("%s %s: got %q", l, c, got)
			}
		}
	}
	if got := i18n.EN.T(code.Fault{Code: "postcode_yours"}.Key()); got != "Contains your postcode." {
		t.Error(got)
	}
}

// The checklist's lines: a short code without personal data crosses out the length only.
func TestGroups(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]code.Group{"lamp": code.Length, "claire lamp": code.Personal, "12.03.1985": code.Personal, "lampe lampe": code.Guessable} {
		for _, f := range code.Check(typed, code.NewFile(acme(), nfkc), marie()) {
			if f.Group() != want {
				t.Errorf("%q: %s is in group %d, want %d", typed, f.Code, f.Group(), want)
			}
		}
	}
}

// The server's big list is asked for the code and for what it is without a few digits around it.
func TestMoreCommonValues(t *testing.T) {
	t.Parallel()
	o := marie()
	o.Common = func(s string) bool { return s == "correcthorse" }
	for typed, want := range map[string]bool{"Correct Horse": true, "c0rrect h0rse": true, "correct horse 99": true, "99esroh tcerroc": true,
		"correct horse battery": false, "correct horse 97531": false} {
		if got := slices.Contains(codes(code.Check(typed, nil, o)), code.Common); got != want {
			t.Errorf("%q: got %v, want %v", typed, got, want)
		}
	}
}

// many is how often the large tests try: all of it on request, a part of it in every run.
func many(part, all int) int {
	if os.Getenv("COUNTERSIGN_ALL") != "" {
		return all
	}
	return part
}

// crowd is an organization of n contacts with names, addresses and numbers drawn from r.
func crowd(n int, r *rand.Rand) code.About {
	var a code.About
	a.Subjects = append(a.Subjects, code.Subject{Companies: []string{"Helvetia Freight"}, Postcode: "8001", Street: "Seeweg 5", References: []string{"20418"}})
	for i := range n {
		first, last := surname(r), surname(r)
		a.Subjects = append(a.Subjects, code.Subject{
			ID: fmt.Sprint("c", i), Names: []string{first + " " + last}, Emails: []string{first + "." + last + "@" + surname(r) + ".example"},
			Phones: []string{fmt.Sprintf("+4179%07d", r.IntN(1e7))}, Postcode: fmt.Sprintf("%05d", 10000+r.IntN(90000)), Street: fmt.Sprintf("%s %d", surname(r), 1+r.IntN(200)),
		})
		a.Numbers = append(a.Numbers, fmt.Sprintf("+4144%07d", r.IntN(1e7)))
	}
	return a
}

func surname(r *rand.Rand) string {
	parts := []string{"ba", "ko", "mi", "ler", "sch", "ten", "vo", "ra", "lin", "dek", "hu", "gar", "por", "wes", "nia", "tov", "quil", "zan", "é", "ü"}
	s := ""
	for range 2 + r.IntN(3) {
		s += parts[r.IntN(len(parts))]
	}
	return s
}

// C04: whatever is on file is refused in any dress: 1,000,000 codes of one's own, the organization's and others' data.
func TestCodesOfPersonalDataAreRefused(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	about := crowd(500, r)
	file := code.NewFile(about, nfkc)
	for range many(100_000, 1_000_000) {
		s := about.Subjects[r.IntN(len(about.Subjects))]
		o := code.Options{NFKC: nfkc, Today: today, You: s.ID, Holder: s.ID}
		if r.IntN(3) == 0 {
			o.You, o.Holder = "nobody", ""
		}
		typed := disguise(personal(about, s, r), r)
		if got := code.Check(typed, file, o); len(got) == 0 {
			t.Fatalf("%q was not refused", typed)
		}
	}
}

// personal is a piece of data that is on file, or a number that stands for a person.
func personal(a code.About, s code.Subject, r *rand.Rand) string {
	digits := func(n string, least int) string {
		d := strings.TrimLeft(n, "+")
		return d[len(d)-least-r.IntN(len(d)-least):]
	}
	for {
		switch r.IntN(9) {
		case 0:
			if len(s.Names) > 0 {
				return s.Names[0]
			}
		case 1:
			if len(s.Names) > 0 {
				if first, last, _ := strings.Cut(s.Names[0], " "); len([]rune(last)) >= 5 {
					return last
				} else if len([]rune(first)) >= 5 {
					return first
				}
			}
		case 2:
			if len(s.Emails) > 0 {
				local, _, _ := strings.Cut(s.Emails[0], "@")
				return local
			}
		case 3:
			if len(s.Phones) > 0 {
				return digits(s.Phones[0], 6)
			}
		case 4:
			return digits(a.Numbers[r.IntN(len(a.Numbers))], 7)
		case 5:
			if street := strings.Fields(s.Street); len(s.Postcode) == 5 {
				return s.Postcode + " " + street[1]
			}
		case 6:
			return a.Subjects[0].References[0]
		case 7:
			return fmt.Sprintf("%03d-%02d-%04d", 1+r.IntN(600), 1+r.IntN(99), 1+r.IntN(9999))
		case 8:
			d := today.AddDate(0, 0, -r.IntN(40000))
			return d.Format([]string{"20060102", "02.01.2006", "01/02/2006", "060102", "02-01-06", "2 January 2006", "Jan 2 2006"}[r.IntN(7)])
		}
	}
}

// disguise puts on what people think hides a word.
func disguise(s string, r *rand.Rand) string {
	if r.IntN(4) == 0 && !strings.ContainsFunc(s, func(c rune) bool { return c >= '0' && c <= '9' }) {
		s = strings.NewReplacer("a", "4", "e", "3", "i", "1", "o", "0", "s", "$").Replace(s)
	}
	if r.IntN(5) == 0 {
		c := []rune(s)
		slices.Reverse(c)
		s = string(c)
	}
	switch r.IntN(4) {
	case 0:
		s = strings.ToUpper(s)
	case 1:
		s = strings.Join(strings.Split(s, ""), []string{"-", " ", "_"}[r.IntN(3)])
	}
	return []string{"", "", "x ", "?", "z"}[r.IntN(5)] + s + []string{"", "", " x", "!", "!!?"}[r.IntN(5)]
}

// Random passphrases, words or characters, are hardly ever refused (C04).
func TestRandomPassphrasesAreAllowed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	file := code.NewFile(crowd(500, r), nfkc)
	const signs = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!?+"
	n, refused := many(20_000, 100_000), 0
	for range n {
		var b strings.Builder
		for range 10 + r.IntN(8) {
			b.WriteByte(signs[r.IntN(len(signs))])
		}
		if len(code.Check(b.String(), file, code.Options{NFKC: nfkc, Today: today, You: "c1", Holder: "c1"})) > 0 {
			refused++
		}
	}
	if refused*100 >= n {
		t.Errorf("%d of %d were refused, want less than 1 %%", refused, n)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"copper lamp river 42", "P@ssw0rd", "219-09-9999", "12 März 1985", "CH93 0076 2011 6238 5295 7", "ⅷ½ǅ", "MÜLLER\u0308", "٤٢", "31 dec 99"} {
		f.Add(s)
	}
	file := code.NewFile(acme(), nfkc)
	f.Fuzz(func(t *testing.T, typed string) {
		first := codes(code.Check(typed, file, marie()))
		if again := codes(code.Check(typed, file, marie())); !slices.Equal(first, again) {
			t.Errorf("%q: got %q, then %q", typed, first, again)
		}
		seen := slices.Clone(first)
		slices.Sort(seen)
		if len(slices.Compact(seen)) != len(first) {
			t.Errorf("%q: a fault is told twice: %q", typed, first)
		}
		// The canonical form is what is stored: what is refused for what it is made of must be refused as it is kept.
		canonical, err := code.Canonical(typed, nfkc)
		if err == nil && len(first) == 0 && (canonical == "" || len([]rune(canonical)) < code.MinLength) {
			t.Errorf("%q is allowed, but its canonical form is %q", typed, canonical)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	for b.Loop() {
		if _, err := code.Canonical("Copper – Lamp River 42", nfkc); err != nil {
			b.Fatal(err)
		}
	}
}

// A check does not get slower with what is on file.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		file := code.NewFile(crowd(n, rand.New(rand.NewPCG(5, 6))), nfkc)
		for name, typed := range map[string]string{"generated": "copper lamp river 42", "longest": strings.Repeat("4lamp1 ", 10)[:64]} {
			b.Run(fmt.Sprintf("%s/%d_contacts", name, n), func(b *testing.B) {
				o := code.Options{NFKC: nfkc, Today: today, You: "c1", Holder: "c1"}
				var slow []time.Duration
				for b.Loop() {
					start := time.Now()
					code.Check(typed, file, o)
					slow = append(slow, time.Since(start))
				}
				slices.Sort(slow)
				b.ReportMetric(float64(slow[len(slow)*99/100])/1e6, "p99-ms")
			})
		}
	}
}

func BenchmarkNewFile(b *testing.B) {
	about := crowd(10_000, rand.New(rand.NewPCG(5, 6)))
	for b.Loop() {
		code.NewFile(about, nfkc)
	}
}
