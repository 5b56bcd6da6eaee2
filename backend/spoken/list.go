package spoken

import (
	"slices"
	"strings"
	"sync"

	"countersign/shared/i18n"

	"github.com/sethvargo/go-diceware/diceware"
	"github.com/tyler-smith/go-bip39/wordlists"
	"golang.org/x/text/unicode/norm"
)

// list is the words of one language, none of which can be taken for another: not by its sound, not by two mistyped
// letters.
type list struct {
	words   []string
	byPlain map[string]int
	byKey   map[string]int
	key     func(string) string
}

const (
	shortest = 4
	longest  = 8
	apart    = 3 // letters to change, add or leave out before one word is another
)

var lists = map[i18n.Locale]func() *list{
	i18n.EN: sync.OnceValue(func() *list { return newList(english(), englishKey, tongueOf(i18n.EN)) }),
	i18n.FR: sync.OnceValue(func() *list { return newList(french(), frenchKey, tongueOf(i18n.FR)) }),
}

// listOf is the list of a language, the English one for a language without its own.
func listOf(l i18n.Locale) *list {
	if f, ok := lists[l]; ok {
		return f()
	}
	return lists[i18n.EN]()
}

// english is the Electronic Frontier Foundation's long list: 7,776 words chosen to be well known and decent.
func english() []string {
	large := diceware.WordListEffLarge()
	words := make([]string, 0, 7776)
	for roll := 11111; roll <= 66666; roll++ {
		if w := large.WordAt(roll); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// french is BIP 39's list: 2,048 words without plurals and conjugated forms, chosen to be told apart.
func french() []string {
	words := make([]string, 0, len(wordlists.French))
	for _, w := range wordlists.French {
		words = append(words, norm.NFC.String(w))
	}
	return words
}

// newList keeps of the words, in their order, those that fit a code and can't be taken for one kept before, nor for a
// number or another word that is said around a code.
func newList(words []string, key func(string) string, t *tongue) *list {
	l := &list{byPlain: map[string]int{}, byKey: map[string]int{}, key: key}
	near := map[string][]string{}
	taken := map[string]bool{}
	for w := range t.numbers {
		taken[key(w)] = true
	}
	for _, w := range words {
		p := plain(w)
		k := key(p)
		_, heard := l.byKey[k]
		if len(p) < shortest || len(p) > longest || !letters(p) || heard || taken[k] || t.vocabulary(p) || embarrassing[p] {
			continue
		}
		// Before a word with u these are five neighbors on the keyboard, which no code may have.
		if strings.HasSuffix(p, "erty") {
			continue
		}
		left := shortened(p)
		if slices.ContainsFunc(left, func(s string) bool {
			return slices.ContainsFunc(near[s], func(other string) bool { return distance(p, other) < apart })
		}) {
			continue
		}
		for _, s := range left {
			near[s] = append(near[s], p)
		}
		l.byPlain[p] = len(l.words)
		l.byKey[k] = len(l.words)
		l.words = append(l.words, w)
	}
	return l
}

func letters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// shortened are a word and what it can become when one or two letters are left out: words less than three edits apart
// have one of these in common.
func shortened(w string) []string {
	all := []string{w}
	for i := range w {
		one := w[:i] + w[i+1:]
		all = append(all, one)
		for j := i; j < len(one); j++ {
			all = append(all, one[:j]+one[j+1:])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// distance is how many letters must be changed, added or left out to make b of a [Levenshtein].
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
