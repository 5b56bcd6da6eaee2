package spoken

import "strings"

// englishKey is what is left of an English word on a poor line: its consonants, with those merged that a telephone does
// not carry apart (b and p, d and t, f and v, g and k, s and z), and whether it begins with a vowel. Two words with one
// key are one word to the listener. The rules are those of everyday spelling, after the idea of Lawrence Philips's
// Metaphone (Computer Language, December 1990) and its successor's merged consonants.
func englishKey(word string) string {
	w := plain(word)
	for _, silent := range [...]string{"kn", "gn", "pn", "ps", "pt", "wr"} {
		if strings.HasPrefix(w, silent) {
			w = w[1:]
			break
		}
	}
	k := key{}
	for i := 0; i < len(w); {
		if i > 0 && w[i] == w[i-1] && w[i] != 'c' {
			i++
			continue
		}
		rest := w[i:]
		taken := 1
		switch c := w[i]; c {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if i == 0 {
				k.add('A')
			}
		case 'b':
			if rest != "b" || !strings.HasSuffix(w[:i], "m") {
				k.add('P')
			}
		case 'c':
			taken = k.c(rest, i)
		case 'd':
			if begins(rest, "dge", "dgi", "dgy") {
				k.add('J')
				taken = 2
			} else {
				k.add('T')
			}
		case 'f', 'v':
			k.add('F')
		case 'g':
			taken = k.g(rest, i)
		case 'h':
			if vowelAt(w, i+1) && (i == 0 || vowelAt(w, i-1)) {
				k.add('H')
			}
		case 'j':
			k.add('J')
		case 'k', 'q':
			k.add('K')
		case 'l', 'm', 'n', 'r':
			k.add(c - 'a' + 'A')
		case 'p':
			if begins(rest, "ph") {
				k.add('F')
				taken = 2
			} else {
				k.add('P')
			}
		case 's':
			taken = k.s(rest)
		case 't':
			switch {
			case begins(rest, "tio", "tia", "tch"):
				k.add('X')
				taken = 2
			case begins(rest, "th"):
				k.add('0')
				taken = 2
			default:
				k.add('T')
			}
		case 'w':
			if i == 0 {
				k.add('W')
			}
		case 'x':
			if i > 0 {
				k.add('K')
			}
			k.add('S')
		case 'z':
			k.add('S')
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			k.add(c)
		}
		i += taken
	}
	return string(k)
}

// key is a sound key in the making: a sound that comes twice in a row is heard once.
type key []byte

func (k *key) add(sound byte) {
	if n := len(*k); n == 0 || (*k)[n-1] != sound {
		*k = append(*k, sound)
	}
}

func (k *key) c(rest string, at int) int {
	switch {
	case begins(rest, "cia", "cio"):
		k.add('X')
		return 2
	case begins(rest, "chr", "chl", "chn") || at == 0 && begins(rest, "chao", "char", "chem", "chor"):
		k.add('K')
		return 2
	case begins(rest, "ch"):
		k.add('X')
		return 2
	case begins(rest, "cce", "cci"):
		k.add('K')
		k.add('S')
		return 2
	case begins(rest, "ce", "ci", "cy"):
		k.add('S')
	default:
		k.add('K')
	}
	return 1
}

func (k *key) g(rest string, at int) int {
	switch {
	case begins(rest, "gh"):
		if at == 0 {
			k.add('K')
		}
		return 2
	case rest == "gn":
		return 1
	case begins(rest, "gg"):
		k.add('K')
		return 2
	case begins(rest, "ge", "gi", "gy"):
		k.add('J')
	default:
		k.add('K')
	}
	return 1
}

func (k *key) s(rest string) int {
	switch {
	case begins(rest, "sch"):
		k.add('S')
		k.add('K')
		return 3
	case begins(rest, "sh"):
		k.add('X')
		return 2
	case begins(rest, "ssio", "ssia") || rest == "ssure":
		k.add('X')
		return 3
	case begins(rest, "sio", "sia") || rest == "sure":
		k.add('X')
		return 2
	case begins(rest, "sce", "sci", "scy"):
		k.add('S')
		return 2
	}
	k.add('S')
	return 1
}

func begins(s string, with ...string) bool {
	for _, w := range with {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

func vowelAt(w string, i int) bool {
	return i >= 0 && i < len(w) && strings.IndexByte("aeiouy", w[i]) >= 0
}
