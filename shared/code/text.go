package code

import (
	"slices"
	"strings"
	"unicode"

	"countersign/shared/latin"
)

// text is a code as the rules look at it: letters without accents and digits, nothing else, and where words begin.
// Signs between words are gone but leave a boundary, as does a change between letters and digits or to upper case.
type text struct {
	s        string
	at       []int  // where the i-th code point begins in s, and len(s)
	boundary []bool // whether a word begins at, or ends before, the i-th code point
	leet     bool   // signs and digits were read as letters
	reversed bool
	guessed  []bool // letters that were read as digits; nil in the forms where none were
}

func (t *text) len() int { return len(t.at) - 1 }

// part is the text from the i-th to before the j-th code point.
func (t *text) part(i, j int) string { return t.s[t.at[i]:t.at[j]] }

// bounded reports whether the part from i to j is made of whole words.
func (t *text) bounded(i, j int) bool { return t.boundary[i] && t.boundary[j] }

// around counts the letters by which the part from i to j falls short of whole words.
func (t *text) around(i, j int) int {
	n := 0
	for ; !t.boundary[i]; i-- {
		n++
	}
	for ; !t.boundary[j]; j++ {
		n++
	}
	return n
}

// read makes the text of what was typed, after NFKC. signs gives what stands for a letter in disguise, 0 when r is what
// it looks like.
func read(typed string, signs func(r rune) rune) *text {
	var b strings.Builder
	t := &text{boundary: []bool{}}
	gap, before := true, rune(0)
	for _, r := range typed {
		r = quote(r)
		letters := string(r)
		if plain := latin.Plain(r); plain != "" {
			letters = plain // upper case stays upper case, so that it can begin a word
		}
		sign := rune(0)
		if signs != nil {
			sign = signs(r)
		}
		switch {
		case sign != 0:
			letters = string(sign)
			t.leet = true
		case r == '\'' || unicode.Is(unicode.Mn, r):
			continue // O'Brien is one word, and an accent that stands alone is none
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = true
			continue
		}
		if before != 0 && (unicode.IsDigit(r) != unicode.IsDigit(before) || unicode.IsUpper(r) && unicode.IsLower(before)) {
			gap = true
		}
		for _, l := range letters {
			t.at = append(t.at, b.Len())
			t.boundary = append(t.boundary, gap)
			b.WriteRune(unicode.ToLower(unicode.ToUpper(l)))
			gap = false
		}
		before = r
	}
	t.s = b.String()
	t.at = append(t.at, len(t.s))
	t.boundary = append(t.boundary, true)
	return t
}

func (t *text) reverse() *text {
	r := &text{leet: t.leet, reversed: true, at: []int{}, boundary: []bool{}}
	var b strings.Builder
	for i := t.len(); i > 0; i-- {
		r.at = append(r.at, b.Len())
		r.boundary = append(r.boundary, t.boundary[i])
		b.WriteString(t.part(i-1, i))
	}
	r.s = b.String()
	r.at = append(r.at, len(r.s))
	r.boundary = append(r.boundary, t.boundary[0])
	if t.guessed != nil {
		r.guessed = slices.Clone(t.guessed)
		slices.Reverse(r.guessed)
	}
	return r
}

// texts are all forms of what was typed: as it is, with signs read as letters (1 is i or l), and each backwards.
func texts(typed string) []*text {
	forms := []*text{read(typed, nil)}
	for _, one := range []rune{'i', 'l'} {
		t := read(typed, func(r rune) rune { return leet(r, one) })
		if !t.leet {
			break
		}
		forms = append(forms, t)
	}
	for _, t := range forms[:len(forms):len(forms)] {
		forms = append(forms, t.reverse())
	}
	return forms
}

// alike are the forms in which things on file are looked for: as texts gives them, but with one form for both meanings
// of 1, in which l is written i. The file knows each of its words that way, too.
func alike(forms []*text) []*text {
	var a []*text
	last := ""
	for _, t := range forms {
		if t.leet {
			c := *t
			if c.s = iForL.Replace(t.s); c.s == last {
				continue
			}
			t, last = &c, c.s
		}
		a = append(a, t)
	}
	return a
}

var iForL = strings.NewReplacer("l", "i")

func leet(r, one rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!', '|':
		return one
	case '2':
		return 'z'
	case '3', '€':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$', '§':
		return 's'
	case '6', '9':
		return 'g'
	case '7', '+':
		return 't'
	case '8':
		return 'b'
	}
	return 0
}
