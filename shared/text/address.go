package text

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Piece is a part of a text.
type Piece struct {
	Text    string
	Address bool // an address of the web that can be followed as it stands
}

// Pieces cuts a text into addresses and what is between them; together they are the text. An address begins with http:// or
// https:// where no word goes on, and ends before a blank, a quotation mark, an angle bracket, and before punctuation that
// belongs to the sentence, as in GitHub Flavored Markdown, 6.9 "Autolinks (extension)". Beyond that, it names a host in ASCII and
// no user: in what is followed with a click, the host must be what it looks like.
func Pieces(s string) (list []Piece) {
	from := 0 // of what is not in the list
	for at := 0; ; {
		colon := strings.Index(s[at:], "://")
		if colon < 0 {
			break
		}
		colon += at
		start := scheme(s[at:colon]) + at
		end := start + extent(s[start:])
		if at = max(end, colon+3); start == colon || inWord(s[:start]) || !followable(s[start:end]) {
			continue
		}
		if from < start {
			list = append(list, Piece{Text: s[from:start]})
		}
		list = append(list, Piece{s[start:end], true})
		from = end
	}
	if from < len(s) {
		list = append(list, Piece{Text: s[from:]})
	}
	return list
}

// scheme is where http or https begins at the end of a text, its end when it does not.
func scheme(s string) int {
	for _, name := range []string{"https", "http"} {
		if at := len(s) - len(name); at >= 0 && strings.EqualFold(s[at:], name) {
			return at
		}
	}
	return len(s)
}

// inWord reports whether a text ends within a word.
func inWord(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return last == '_' || unicode.IsLetter(last) || unicode.IsDigit(last)
}

// extent is the length of the address that a text begins with.
func extent(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`\\“”„«»‹›", r)
	})
	if n < 0 {
		n = len(s)
	}
	// More closing than opening ones: the last of them belong to the sentence.
	round := strings.Count(s[:n], ")") - strings.Count(s[:n], "(")
	square := strings.Count(s[:n], "]") - strings.Count(s[:n], "[")
	for ; n > 0; n-- {
		switch last := s[n-1]; {
		case strings.IndexByte("?!.,:;*_~'", last) >= 0:
		case last == ')' && round > 0:
			round--
		case last == ']' && square > 0:
			square--
		default:
			return n
		}
	}
	return n
}

func followable(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.User == nil && strings.Trim(u.Hostname(), ".") != "" && !strings.ContainsFunc(u.Host, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-.:[]", r)
	})
}
