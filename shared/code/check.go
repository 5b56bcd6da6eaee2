package code

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Options are what a check needs besides the text and the file.
type Options struct {
	NFKC   Normalizer
	Today  time.Time         // the last day that counts as a date
	You    string            // ID of the contact who sets the code
	Holder string            // ID of the contact whose code it is, "" for the organization's
	Common func(string) bool // more values that others would try first, asked in lower case; nil for the built-in ones alone
}

// Check tells every reason why a text may not be a code, in a stable order, each once; none means that it may. A nil
// file is an empty one. A text that has no canonical form has that one fault.
func Check(typed string, file *File, o Options) []Fault {
	canonical, err := Canonical(typed, o.NFKC)
	switch err {
	case nil:
	case ErrTooLong:
		return []Fault{{Code: TooLong, Args: []any{"most", MaxLength}}}
	default:
		return []Fault{{Code: Character}}
	}

	var faults []Fault
	refuse := func(code string, args ...any) { faults = append(faults, Fault{Code: code, Args: args}) }
	switch n := utf8.RuneCountInString(canonical); {
	case n < MinLength:
		refuse(TooShort)
	case n > MaxLength:
		refuse(TooLong, "most", MaxLength)
	}
	if canonical == "" {
		return faults
	}

	typed = o.NFKC(typed)
	forms := texts(typed)
	// Whoever has typed three letters has not repeated anything yet.
	enough := len(faults) == 0 || faults[0].Code != TooShort
	if enough && distinct(canonical) < 5 {
		refuse(FewDistinct)
	}
	// Digits at the end are no letters in disguise: "…tre 24" is not "treza".
	core := texts(strings.Trim(canonical, "0123456789"))
	if run(canonical) || slices.ContainsFunc(append(core, forms[0]), func(t *text) bool { return run(t.s) }) {
		refuse(Run)
	}
	if enough && repeated(canonical) {
		refuse(Repeated)
	}
	if common(canonical, forms, o.Common) {
		refuse(Common)
	}
	if file != nil && slices.ContainsFunc(forms, func(t *text) bool { return mostly(t, file.brands) }) {
		refuse(Brand)
	}

	for _, s := range shapes(typed, forms[0], o.Today) {
		refuse(s)
	}
	if file != nil {
		faults = append(faults, file.find(typed, forms, o)...)
	}
	return faults
}

// find tells what of the file is in the code, each thing once for each whose, and other contacts' data once in all.
func (f *File) find(typed string, forms []*text, o Options) []Fault {
	var found [things][other + 1]bool
	for _, t := range append(alike(forms), figures(typed, forms[0])...) {
		for i := 0; i+minToken <= t.len(); i++ {
			lengths := f.lengths[t.part(i, i+minToken)]
			for n := minToken; lengths>>n != 0; n++ {
				if lengths>>n&1 == 0 || i+n > t.len() || !t.plausible(i, i+n) {
					continue
				}
				for _, e := range f.tokens[t.part(i, i+n)] {
					w := o.whose(e.subject)
					found[e.thing][w] = found[e.thing][w] || e.counts(t, w, i, i+n)
				}
			}
		}
	}

	var faults []Fault
	someoneElse := false
	for t := range things {
		for w := range other {
			// Most addresses are made of the name; one reason for one word is enough.
			if t == email && len(faults) > 0 {
				break
			}
			if found[t][w] {
				faults = append(faults, onFile(t, w))
				break
			}
		}
		someoneElse = someoneElse || found[t][other]
	}
	// What is the setter's own is often somebody else's, too: the same family, the same house.
	if someoneElse && len(faults) == 0 {
		faults = append(faults, onFile(name, other))
	}
	return faults
}

func (o Options) whose(subject string) whose {
	switch subject {
	case "":
		return organization
	case o.You:
		return yours
	case o.Holder:
		return theirs
	}
	return other
}

// counts reports whether a token found from i to j in t is a fault.
func (e entry) counts(t *text, w whose, i, j int) bool {
	near := w == yours || w == theirs
	switch e.rule {
	case short:
		return t.bounded(i, j) || near && !t.leet && !t.reversed
	case word:
		// Ten thousand people's names are in half of all sentences when words are not looked at.
		return w != other || t.around(i, j) <= 2 || 2*(j-i) >= t.len()
	case own:
		return w != other
	case ownWhole:
		return w != other && t.bounded(i, j)
	case half:
		return 2*(j-i) > t.len()
	}
	return true
}

// mostly reports whether one of the words makes up more than half of the text.
func mostly(t *text, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return runes(w) >= minToken && 2*runes(w) > t.len() && strings.Contains(t.s, w)
	})
}
