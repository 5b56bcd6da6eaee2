package spoken

import (
	"slices"
	"strings"
	"unicode"

	"countersign/shared/code"
	"countersign/shared/i18n"
)

// maxReadings bounds what one guess may try: four are worth two bits.
const maxReadings = 4

// figureOf reads the letters that are taken for digits when a code is copied by hand.
var figureOf = strings.NewReplacer("o", "0", "i", "1", "l", "1")

// Readings are the canonical forms that what an agent heard can stand for, at most four, which count together as one
// guess: as typed; spelled, when every word of it is a letter, digit or sign in a spelling alphabet; and for generated
// codes the words of the lists that sound like it, with digits said as words, and O and I read as 0 and 1. Languages are
// tried in the order given, all when none is. Text that no code can be has none. The same text always has the same.
func Readings(heard string, generated bool, locales ...i18n.Locale) []string {
	literal, err := code.Canonical(heard, NFKC)
	if err != nil || literal == "" {
		return nil
	}
	if len(locales) == 0 {
		locales = i18n.Locales()
	}
	tokens := tokenize(heard)
	all := []string{literal}
	add := func(reading string, ok bool) {
		if !ok || len(all) == maxReadings {
			return
		}
		if c, err := code.Canonical(reading, NFKC); err == nil && c != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if generated {
		for _, l := range locales {
			add(words(tokens, l))
		}
	}
	for _, l := range locales {
		spelled, ok := tongueOf(l).spelled(tokens)
		if ok && generated {
			// Letter by letter nobody says the accents, nor where a word ends.
			if w, ok := words(tokenize(spelled), l); ok {
				spelled = w
			}
		}
		add(spelled, ok)
	}
	if generated {
		add(figureOf.Replace(literal), true)
	}
	return all
}

// tokenize cuts a text into words, numbers and single signs, in lower case without accents. Spaces, hyphens and
// apostrophes only part them.
func tokenize(s string) []string {
	var tokens []string
	kind := ' '
	for _, r := range plain(s) {
		k := ' '
		switch {
		case unicode.IsLetter(r):
			k = 'a'
		case unicode.IsDigit(r):
			k = '0'
		case unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || strings.ContainsRune("'’‘´`,;", r):
		default:
			k = '!'
		}
		switch {
		case k == ' ':
		case k == kind && k != '!':
			tokens[len(tokens)-1] += string(r)
		default:
			tokens = append(tokens, string(r))
		}
		kind = k
	}
	return tokens
}

// spelled reads tokens each of which is a letter, a digit or a sign, or says how often the next one comes.
func (t *tongue) spelled(tokens []string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(tokens); {
		if n, ok := t.repeats[tokens[i]]; ok {
			sign, taken := t.sign(tokens[i+1:])
			if taken == 0 || len(sign) > 1 && n > 1 {
				return "", false
			}
			if n == 2 && tokens[i+1] == t.doubled {
				b.WriteString("w")
			} else {
				b.WriteString(strings.Repeat(sign, n))
			}
			i += 1 + taken
			continue
		}
		sign, taken := t.sign(tokens[i:])
		switch {
		case taken > 0:
			b.WriteString(sign)
			i += taken
		case t.joints[tokens[i]]:
			i++
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// sign reads the letter, number or sign with which the tokens begin; taken is 0 when there is none.
func (t *tongue) sign(tokens []string) (sign string, taken int) {
	if len(tokens) == 0 {
		return "", 0
	}
	first := tokens[0]
	if digits, n := t.number(t, tokens); n > 0 {
		return digits, n
	}
	if len(first) == 1 && len(tokens) > 1 {
		// b as in bravo; b comme Berthe
		next := 1
		for next < len(tokens) && next < 3 && t.examples[tokens[next]] {
			next++
		}
		if next > 1 && next < len(tokens) && strings.HasPrefix(tokens[next], first) && len(tokens[next]) > 1 {
			return first, next + 1
		}
		switch pair := first + " " + tokens[1]; pair {
		case "x ray", "x rays":
			return "x", 2
		case "i grec", "y grec":
			return "y", 2
		}
	}
	if first == "fox" && len(tokens) > 1 && tokens[1] == "trot" {
		return "f", 2
	}
	if s, ok := t.letters[first]; ok {
		return s, 1
	}
	if r := []rune(first); len(r) == 1 && !unicode.IsLetter(r[0]) {
		return first, 1
	}
	return "", 0
}

// words reads three words of a list and, for a standing code, its digits.
func words(tokens []string, locale i18n.Locale) (string, bool) {
	t, l := tongueOf(locale), listOf(locale)
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(w string) bool {
		return t.joints[w] && w != "et" || len(w) == 1 && !unicode.IsLetter(rune(w[0])) && !unicode.IsDigit(rune(w[0]))
	})
	for tail := min(len(tokens)-1, 5); tail >= 0; tail-- {
		digits, ok := t.figures(tokens[len(tokens)-tail:])
		if !ok || len(digits) != 0 && len(digits) != digitsOf(Standing) {
			continue
		}
		if w, ok := l.three(without(tokens[:len(tokens)-tail], "et")); ok {
			return w + " " + digits, true
		}
	}
	return "", false
}

// figures reads tokens that are all numbers, or letters that are taken for digits.
func (t *tongue) figures(tokens []string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(tokens); {
		digits, taken := t.number(t, tokens[i:])
		n := t.repeats[tokens[i]]
		if taken == 0 && n > 0 {
			if digits, taken = t.number(t, tokens[i+1:]); len(digits) != 1 {
				return "", false
			}
			digits, taken = strings.Repeat(digits, n), taken+1
		}
		switch {
		case taken > 0:
		case strings.Trim(tokens[i], "oil") == "":
			digits, taken = figureOf.Replace(tokens[i]), 1
		case tokens[i] == "et":
			taken = 1
		default:
			return "", false
		}
		b.WriteString(digits)
		i += taken
	}
	return b.String(), true
}

func without(tokens []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(tokens), func(w string) bool { return w == word })
}

// three finds the three words that the tokens are, each by its letters or else by its sound; run together or apart in
// the wrong places, by their letters alone.
func (l *list) three(tokens []string) (string, bool) {
	if len(tokens) == wordsOfCode {
		found := make([]string, 0, wordsOfCode)
		for _, w := range tokens {
			if i, ok := l.word(w); ok {
				found = append(found, l.words[i])
			}
		}
		if len(found) == wordsOfCode {
			return strings.Join(found, " "), true
		}
	}
	return l.cut(strings.Join(tokens, ""), wordsOfCode)
}

func (l *list) word(heard string) (int, bool) {
	if i, ok := l.byPlain[heard]; ok {
		return i, true
	}
	if !letters(heard) {
		return 0, false
	}
	i, ok := l.byKey[l.key(heard)]
	return i, ok
}

// cut parts s into n words of the list; of several ways the one with the shortest first words.
func (l *list) cut(s string, n int) (string, bool) {
	if n == 0 {
		return "", s == ""
	}
	if len(s) < n*shortest || len(s) > n*longest || !letters(s) {
		return "", false
	}
	for end := shortest; end <= min(longest, len(s)); end++ {
		i, ok := l.byPlain[s[:end]]
		if !ok {
			continue
		}
		if rest, ok := l.cut(s[end:], n-1); ok {
			return strings.TrimSpace(l.words[i] + " " + rest), true
		}
	}
	return "", false
}
