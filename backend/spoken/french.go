package spoken

import "strings"

// frenchKey is how a French word sounds, so that spellings of one sound (eau, au, o; c, qu, k; er, é) and endings that
// are written but not spoken make no difference. The order of the rules, endings, then groups of letters, then single
// ones, is after the idea of Frédéric Brouard's Phonex (1999); nasal vowels keep their own sounds, o and eu, too, and
// the pairs that a telephone does not carry apart (b and p, d and t, f and v, g and k, s and z) are merged.
func frenchKey(word string) string {
	w := frenchEnding(plain(word))
	k := key{}
	for i := 0; i < len(w); {
		if i > 0 && w[i] == w[i-1] && strings.IndexByte("aeiouy", w[i]) < 0 && w[i] != 'c' && w[i] != 'l' {
			i++
			continue
		}
		if n := k.frenchVowel(w, i); n > 0 {
			i += n
			continue
		}
		i += k.frenchConsonant(w, i)
	}
	return string(k)
}

// frenchEnding drops what is written at the end of a word and not spoken, as long as a syllable remains. A "!" stays
// where a vowel was dropped, because the consonant before it is spoken. Endings in -er, -ez and -é count as silent: they
// are one to the ear, and without its accent the last can't be told from a silent e.
func frenchEnding(w string) string {
	for _, e := range [...]string{"er", "ez", "ed", "ees", "ee"} {
		if cut, ok := strings.CutSuffix(w, e); ok && len(cut) >= 3 {
			return soft(cut) + "!"
		}
	}
	if cut, ok := strings.CutSuffix(w, "et"); ok && len(cut) >= 3 {
		return cut + "ai"
	}
	if cut, ok := strings.CutSuffix(w, "ng"); ok {
		return cut + "n"
	}
	for {
		n := len(w)
		if n < 3 || strings.IndexByte("etdsxzp", w[n-1]) < 0 || w[n-1] == 'p' && w[n-2] != 'u' && w[n-2] != 'm' {
			return w
		}
		if w[n-1] == 'e' {
			return soft(w[:n-1]) + "!"
		}
		w = w[:n-1]
	}
}

// soft spells the sound that a last g or c has before an e that is dropped.
func soft(w string) string {
	if cut, ok := strings.CutSuffix(w, "g"); ok {
		return cut + "j"
	}
	if cut, ok := strings.CutSuffix(w, "c"); ok {
		return cut + "s"
	}
	return w
}

// The groups of letters that make one vowel, the longer of two that begin alike first. A nasal one counts only when no
// vowel and no second n or m follows.
var frenchVowels = []struct {
	letters string
	sound   string
	nasal   bool
}{
	{"eaux", "O", false}, {"eau", "O", false}, {"oeu", "2", false}, {"oei", "2", false}, {"ouill", "UJ", false}, {"euill", "2J", false},
	{"eill", "EJ", false}, {"aill", "AJ", false}, {"ill", "IJ", false}, {"oin", "WI", true}, {"ouin", "WI", true}, {"ien", "J5", true},
	{"ain", "5", true}, {"ein", "5", true}, {"aim", "5", true}, {"oy", "WAJ", false}, {"ay", "EJ", false}, {"oi", "WA", false},
	{"ou", "U", false}, {"au", "O", false}, {"ai", "E", false}, {"ei", "E", false}, {"eu", "2", false},
	{"an", "4", true}, {"am", "4", true}, {"en", "4", true}, {"em", "4", true}, {"in", "5", true}, {"im", "5", true}, {"yn", "5", true},
	{"ym", "5", true}, {"un", "5", true}, {"um", "5", true}, {"on", "6", true}, {"om", "6", true},
	{"a", "A", false}, {"e", "E", false}, {"i", "I", false}, {"y", "I", false}, {"o", "O", false}, {"u", "Y", false},
}

// frenchVowel adds the vowel that begins at i and returns how many letters it took, 0 when there is none.
func (k *key) frenchVowel(w string, i int) int {
	for _, v := range frenchVowels {
		if !strings.HasPrefix(w[i:], v.letters) {
			continue
		}
		end := i + len(v.letters)
		if v.nasal && end < len(w) && strings.IndexByte("aeiouyhnm!", w[end]) >= 0 {
			continue
		}
		for _, s := range []byte(v.sound) {
			k.add(s)
		}
		return len(v.letters)
	}
	return 0
}

// frenchConsonant adds the consonant that begins at i and returns how many letters it took.
func (k *key) frenchConsonant(w string, i int) int {
	rest := w[i:]
	switch {
	case begins(rest, "ch", "sh"):
		if begins(rest, "chr", "chl") {
			k.add('K')
		} else {
			k.add('X')
		}
		return 2
	case begins(rest, "sch"):
		k.add('X')
		return 3
	case begins(rest, "ph"):
		k.add('F')
		return 2
	case begins(rest, "gn"):
		k.add('N')
		k.add('J')
		return 2
	case begins(rest, "qu"):
		k.add('K')
		return 2
	case begins(rest, "gue", "gui", "guy"):
		k.add('K')
		return 2
	case begins(rest, "gea", "geo"):
		k.add('G')
		return 2
	case begins(rest, "ge", "gi", "gy"):
		k.add('G')
		return 1
	case begins(rest, "cce", "cci"):
		k.add('K')
		k.add('S')
		return 2
	case begins(rest, "sce", "sci", "scy"):
		k.add('S')
		return 2
	case begins(rest, "ce", "ci", "cy"):
		k.add('S')
		return 1
	case begins(rest, "tion") && i > 0 && w[i-1] != 's':
		k.add('S')
		return 1
	}
	switch c := w[i]; c {
	case 'b', 'p':
		k.add('P')
	case 'd', 't':
		k.add('T')
	case 'f', 'v', 'w':
		k.add('F')
	case 'c', 'k', 'q', 'g':
		k.add('K')
	case 's', 'z':
		k.add('S')
	case 'j':
		k.add('G')
	case 'x':
		k.add('K')
		k.add('S')
	case 'l', 'm', 'n', 'r':
		k.add(c - 'a' + 'A')
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		k.add(c)
	}
	return 1
}
