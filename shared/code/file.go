package code

import (
	"slices"
	"strings"
	"unicode"
)

// Subject is a contact, or the organization itself (ID ""), as far as codes may not hold it. What is unknown is empty.
type Subject struct {
	ID         string
	Names      []string // of persons: every word of three letters or more counts
	Companies  []string // of firms, the organization among them: whole, or a word that makes up more than half of a code
	Emails     []string
	Phones     []string
	Postcode   string
	Street     string // with the house number, which counts beside the postcode
	References []string
}

// About is what a code may not hold. The organization is a subject without ID.
type About struct {
	Subjects []Subject
	Numbers  []string // the organization's inventory, as far as NumberEnds makes it matter
	Brands   []string // the provider and its products
}

// File is About made ready for looking up: asking it costs the length of a code, however much is on file. It is not
// changed after it was made, so that any number of goroutines may use it.
type File struct {
	tokens  map[string][]entry
	lengths map[string]uint64 // by the first three letters of a token: bit n for tokens of n letters
	brands  []string
}

type entry struct {
	subject string
	thing   thing
	rule    rule
}

// rule says where a token may not stand.
type rule uint8

const (
	anywhere rule = iota
	short         // anywhere when it is the setter's or the holder's, else only as a whole word
	word          // anywhere, but for other contacts' only as about a word or half of the code
	own           // as anywhere, but for other contacts' it does not count
	ownWhole      // as a whole word, but for other contacts' it does not count
	half          // as more than half of the code
)

const (
	minToken  = 3
	maxToken  = 63 // as many as a mask of lengths has bits
	longToken = 5  // shorter ones are in too many ordinary words
)

// NewFile makes the file of what may not be in a code.
func NewFile(about About, nfkc Normalizer) *File {
	f := &File{tokens: map[string][]entry{}, lengths: map[string]uint64{}}
	for _, s := range about.Subjects {
		f.addNames(s, nfkc)
		for _, e := range s.Emails {
			f.addEmail(s.ID, nfkc(e))
		}
		for _, p := range s.Phones {
			f.addPhone(s.ID, p)
		}
		f.addAddress(s, nfkc)
		for _, r := range s.References {
			w := words(nfkc(r))
			f.addLong(strings.Join(w, ""), 4, entry{s.ID, reference, anywhere})
			f.addLong(digits(r), longToken, entry{s.ID, reference, anywhere})
		}
	}
	for _, n := range about.Numbers {
		if d := digits(n); len(d) >= numberEnd {
			f.add(d[len(d)-numberEnd:], entry{"", number, anywhere})
		}
	}
	for _, b := range about.Brands {
		w := words(nfkc(b))
		f.brands = append(f.brands, append(w, strings.Join(w, ""))...)
	}
	return f
}

func (f *File) addNames(s Subject, nfkc Normalizer) {
	for _, n := range s.Names {
		w := words(nfkc(n))
		f.addWord(strings.Join(w, ""), entry{s.ID, name, word})
		for _, part := range w {
			if !particle(part) {
				f.addWord(part, entry{s.ID, name, word})
			}
		}
	}
	for _, n := range s.Companies {
		w := words(nfkc(n))
		for len(w) > 1 && legalForm(w[len(w)-1]) {
			w = w[:len(w)-1]
		}
		f.addWord(strings.Join(w, ""), entry{s.ID, name, word})
		for _, part := range w {
			f.add(part, entry{s.ID, name, half})
		}
	}
}

func (f *File) addEmail(subject, address string) {
	local, domain, _ := strings.Cut(address, "@")
	w := words(local)
	if len(w) > 0 && !roleAddress(w[0]) {
		f.addWord(strings.Join(w, ""), entry{subject, email, word})
		for _, part := range w {
			if runes(part) > minToken {
				f.addWord(part, entry{subject, email, word})
			}
		}
	}
	labels := strings.Split(domain, ".")
	for _, l := range labels[:len(labels)-1] {
		if l = strings.Join(words(l), ""); !publicLabel(l) {
			f.addWord(l, entry{subject, email, word})
		}
	}
}

func (f *File) addPhone(subject, phoneNumber string) {
	d := digits(phoneNumber)
	if len(d) < 6 {
		return
	}
	f.add(d[len(d)-6:], entry{subject, phone, anywhere})
}

func (f *File) addAddress(s Subject, nfkc Normalizer) {
	code := strings.Join(words(nfkc(s.Postcode)), "")
	if len(code) < minToken {
		return
	}
	// Four digits stand in many codes by chance; alone they are no more than a year.
	r := own
	if len(code) < longToken {
		r = ownWhole
	}
	f.add(code, entry{s.ID, postcode, r})
	for _, w := range words(nfkc(s.Street)) {
		if w[0] >= '0' && w[0] <= '9' {
			f.addLong(code+w, longToken, entry{s.ID, postcode, anywhere})
			f.addLong(w+code, longToken, entry{s.ID, postcode, anywhere})
		}
	}
}

// addWord adds a word of three letters or more, the short ones under their own rule.
func (f *File) addWord(w string, e entry) {
	n := runes(w)
	e.rule = word
	if n < longToken {
		e.rule = short
	}
	if n >= minToken {
		f.add(w, e)
	}
}

func (f *File) addLong(w string, least int, e entry) {
	if runes(w) >= least {
		f.add(w, e)
	}
}

func (f *File) add(token string, e entry) {
	n := runes(token)
	if n < minToken || n > maxToken {
		return
	}
	for _, form := range []string{token, iForL.Replace(token)} {
		if !slices.Contains(f.tokens[form], e) {
			f.tokens[form] = append(f.tokens[form], e)
			f.lengths[prefix(form)] |= 1 << n
		}
	}
}

// prefix is the first three letters of a token.
func prefix(token string) string {
	n := 0
	for i := range token {
		if n == minToken {
			return token[:i]
		}
		n++
	}
	return token
}

func runes(s string) int { return len([]rune(s)) }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// words are the words of a text on file, in the letters of the rules: cut at everything but letters, digits and
// apostrophes, and not where letters meet digits.
func words(s string) []string {
	var w []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Nd, unicode.Mn) && quote(r) != '\''
	}) {
		if isWord(part) {
			w = append(w, strings.ToLower(part))
		} else if t := read(part, nil); t.len() > 0 {
			w = append(w, t.s)
		}
	}
	return w
}

// isWord reports whether a word has nothing but what needs no reading: most do.
func isWord(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// particle is a word of many names that names nobody.
func particle(w string) bool {
	switch w {
	case "van", "von", "der", "den", "des", "del", "dos", "das", "les", "the", "and", "und", "ten", "ter", "bin", "ibn", "mrs", "mme", "mlle", "herr", "frau":
		return true
	}
	return false
}

// legalForm is a word that firms put behind their names.
func legalForm(w string) bool {
	switch w {
	case "sa", "sarl", "sas", "ag", "gmbh", "kg", "ltd", "limited", "llc", "inc", "corp", "co", "plc", "bv", "nv", "spa", "srl", "ab", "oy":
		return true
	}
	return false
}

// roleAddress is the local part of an address that names a desk.
func roleAddress(w string) bool {
	switch w {
	case "info", "contact", "admin", "office", "support", "sales", "hello", "mail", "billing", "accounts", "accounting", "noc", "helpdesk",
		"service", "postmaster", "webmaster", "facturation", "compta", "comptabilite", "bureau", "direction", "accueil":
		return true
	}
	return false
}

// publicLabel is a label of many addresses' domains that tells nothing of the person.
func publicLabel(l string) bool {
	switch l {
	case "com", "org", "net", "gov", "edu", "www", "mail", "email", "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail",
		"icloud", "aol", "gmx", "web", "proton", "protonmail", "orange", "wanadoo", "free", "sfr", "laposte", "bluewin", "sunrise", "example":
		return true
	}
	return false
}
