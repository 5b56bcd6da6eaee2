package mailin

import (
	"strings"
	"unicode"

	"countersign/shared/text"
)

// line of a text, however it was marked up.
type line struct {
	depth int // how often it is quoted
	text  string
	role  role
	norm  string // as it is compared, by normal; made where it is needed
}

// role is what a mail program's markup says that a line is.
type role uint8

const (
	plain       role = iota
	attribution      // "On Monday … wrote:"
	history          // here begins what was there before, to the end
	signature
)

func (l line) blank() bool { return strings.TrimSpace(l.text) == "" }

// maxQuotes bounds how deep a quotation is shown.
const maxQuotes = 12

// maxLines bounds the lines of a text: empty ones cost more than their bytes.
const maxLines = 20_000

// page is lines up to a number of bytes; what is more is left out.
type page struct {
	lines []line
	room  int // bytes that fit
	full  bool
}

// add takes a line, without what can't be seen.
func (p *page) add(l line) {
	l.text = strings.TrimRightFunc(text.Plain(strings.ReplaceAll(l.text, "\ufeff", "")), unicode.IsSpace)
	l.depth = min(l.depth, maxQuotes)
	if p.room -= len(l.text) + 2*l.depth + 1; p.room < 0 || len(p.lines) >= maxLines {
		p.full = true
	}
	if !p.full {
		p.lines = append(p.lines, l)
	}
}

// render writes lines as text: quoted ones begin with "> ", no more than two empty ones follow each other.
func render(lines []line) string {
	var b strings.Builder
	empty := 0
	for _, l := range lines {
		if l.blank() {
			empty++
		} else {
			empty = 0
		}
		if empty > 2 {
			continue
		}
		if b.Len() > 0 || l.blank() && l.depth == 0 {
			b.WriteByte('\n')
		}
		text := strings.Repeat("> ", l.depth) + l.text
		b.WriteString(strings.TrimRight(text, " "))
	}
	return strings.TrimSpace(b.String())
}

// trimBlank takes the empty lines off both ends.
func trimBlank(lines []line) []line {
	for len(lines) > 0 && lines[0].blank() {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1].blank() {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// lines writes a source as plain lines onto a page, and gives them.
func (s source) lines(p *page) []line {
	from := len(p.lines)
	if s.html {
		readHTML(s.text, p)
		return p.lines[min(from, len(p.lines)):]
	}
	text := unifyBreaks(s.text)
	text = unarmor(text)
	if s.flowed {
		readFlowed(text, s.delSp, p)
	} else {
		readPlain(text, p)
	}
	return p.lines[from:]
}

var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

func unifyBreaks(s string) string { return breaks.Replace(s) }

// readPlain takes text as it is.
func readPlain(text string, p *page) {
	for l := range strings.SplitSeq(text, "\n") {
		if p.full {
			return
		}
		depth, rest := cutQuotes(l)
		p.add(line{depth: depth, text: rest})
	}
}

// cutQuotes counts the quotation marks that a line begins with, each with or without a space.
func cutQuotes(l string) (depth int, rest string) {
	if strings.HasPrefix(l, ">From ") {
		return 0, l[1:] // mail folders put the mark there
	}
	rest = strings.TrimPrefix(l, " ")
	if !strings.HasPrefix(rest, ">") {
		return 0, l
	}
	for strings.HasPrefix(rest, ">") {
		depth++
		rest = rest[1:]
		if strings.HasPrefix(rest, " >") {
			rest = rest[1:]
		}
	}
	return depth, strings.TrimPrefix(rest, " ")
}

// readFlowed joins the lines that a program broke by itself (RFC 3676).
func readFlowed(text string, delSp bool, p *page) {
	var paragraph strings.Builder
	depth, open := 0, false
	end := func() {
		if open {
			p.add(line{depth: depth, text: paragraph.String()})
			paragraph.Reset()
			open = false
		}
	}
	for l := range strings.SplitSeq(text, "\n") {
		if p.full {
			return
		}
		d := 0
		for d < len(l) && l[d] == '>' {
			d++
		}
		l = strings.TrimPrefix(l[d:], " ") // one space protects what follows
		if open && d != depth || l == "-- " || l == "" {
			end()
		}
		depth, open = d, true
		flows := strings.HasSuffix(l, " ") && l != "-- "
		if flows && delSp {
			l = l[:len(l)-1]
		}
		paragraph.WriteString(l)
		if !flows || paragraph.Len() > maxText {
			end()
		}
	}
	end()
}

// unarmor takes the frame off a text that is signed in the old way of PGP (RFC 9580 section 7).
func unarmor(text string) string {
	trimmed := strings.TrimLeft(text, " \t\n")
	rest, ok := strings.CutPrefix(trimmed, "-----BEGIN PGP SIGNED MESSAGE-----\n")
	if !ok {
		return text
	}
	head, rest, ok := strings.Cut("\n"+rest, "\n\n") // names of hashes
	rest, after, signed := strings.Cut("\n"+rest, "\n-----BEGIN PGP SIGNATURE-----\n")
	if !ok || !signed || strings.Count(head, "\n") > 3 {
		return text
	}
	_, after, _ = strings.Cut(after, "\n-----END PGP SIGNATURE-----")
	return strings.TrimPrefix(strings.ReplaceAll(rest, "\n- ", "\n"), "\n") + after
}

// isArmored reports whether a text is encrypted in the old way of PGP.
func isArmored(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "-----BEGIN PGP MESSAGE-----")
}
