package mailin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of HTML that is made plain.
const (
	maxElements = 200      // open at the same time; deeper ones have no effect of their own
	maxLine     = 64 << 10 // bytes of a line
	maxLink     = 1000     // bytes of a link that is shown
	maxIndent   = 8        // lists in lists
)

// htmlReader writes HTML as lines. It goes through the tokens once and keeps the open elements itself: a tree, built by
// the rules of browsers, can be a thousand times as large as what it was made of.
type htmlReader struct {
	page  *page
	open  []element
	state state // of the innermost open element

	text   strings.Builder // of the line being written
	prefix string          // of the next line that has text: a list's mark
	space  bool            // white space stands before what comes next
	gap    bool            // an empty line does
	tight  bool            // the paragraph has no space below
	role   role            // of the line being written
}

// state is what elements inherit.
type state struct {
	depth  int  // quotations
	hidden bool // not shown, or not text
	pre    bool
	role   role
	lists  int
}

// element is one that is open.
type element struct {
	name  atom.Atom
	outer state
	list  *list
	link  *link
}

type list struct{ next int } // 0 for a list without numbers

type link struct {
	url  string
	text strings.Builder
}

// readHTML writes a document onto a page.
func readHTML(doc string, p *page) {
	z := html.NewTokenizer(strings.NewReader(doc))
	r := &htmlReader{page: p}
	for !p.full {
		switch z.Next() {
		case html.ErrorToken:
			r.closeTo(0)
			r.flush()
			return
		case html.TextToken:
			r.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		}
	}
}

func (r *htmlReader) start(t html.Token) {
	name := t.DataAtom
	switch name {
	case 0, atom.Html, atom.Tbody, atom.Thead, atom.Tfoot, atom.Col, atom.Colgroup, atom.Meta, atom.Link, atom.Base, atom.Wbr:
		return
	case atom.Body:
		r.leaveHead()
		return
	case atom.Br:
		r.newLine()
		return
	case atom.Img:
		r.image(t)
		return
	case atom.Hr:
		r.flush()
		if attr(t, "id") == "zwchr" || attr(t, "data-marker") == "__DIVIDER__" {
			r.mark(history)
		}
		r.write("---")
		r.flush()
		return
	case atom.Li:
		r.item()
		return
	case atom.Td, atom.Th:
		if r.text.Len() > 0 {
			r.raw("\t")
		}
		r.space = false
		return
	case atom.A:
		r.end(atom.A)
	case atom.P:
		if n := len(r.open); n > 0 && r.open[n-1].name == atom.P {
			r.closeTo(n - 1)
		}
		r.tight = isTight(t)
	}
	if isBlock(name) {
		r.leaveHead()
	}
	e := element{name: name, outer: r.state}
	s := r.state
	s.enter(t, &e)
	if isBlock(name) || s.depth != r.state.depth || s.role != r.state.role {
		r.flush()
	}
	r.gap = r.gap || hasMargin(t) && r.state.lists == 0
	hides := s.hidden && !r.state.hidden
	if isVoid(name) || name == atom.P && s == r.state || len(r.open) >= maxElements && !hides {
		return
	}
	r.state = s
	r.open = append(r.open, e)
}

// leaveHead closes the head, which is often left open, at what can't be in it.
func (r *htmlReader) leaveHead() {
	for i, e := range r.open {
		if e.name == atom.Head {
			r.closeTo(i)
			return
		}
	}
}

// enter changes the state by what an element says of itself.
func (s *state) enter(t html.Token, e *element) {
	switch t.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Object,
		atom.Iframe, atom.Noframes, atom.Noembed, atom.Canvas, atom.Audio, atom.Video, atom.Select, atom.Map:
		s.hidden = true
	case atom.Pre, atom.Textarea, atom.Xmp, atom.Plaintext, atom.Listing:
		s.pre = true
	case atom.Ul:
		s.lists, e.list = min(s.lists+1, maxIndent), &list{}
	case atom.Ol:
		first, err := strconv.Atoi(attr(t, "start"))
		if err != nil || first < 1 || first > 1_000_000 {
			first = 1
		}
		s.lists, e.list = min(s.lists+1, maxIndent), &list{next: first}
	case atom.A:
		e.link = &link{url: attr(t, "href")}
	}
	m := markupOf(t)
	s.hidden = s.hidden || m.hidden
	if m.quote {
		s.depth++
	}
	if m.role != plain && s.role != history {
		s.role = m.role
	}
}

func (r *htmlReader) end(name atom.Atom) {
	switch name {
	case atom.P:
		r.flush()
		r.gap = r.gap || !r.tight && r.state.lists == 0
	case atom.Br:
		r.newLine() // browsers take </br> for <br>
		return
	case atom.Tr, atom.Li, atom.Body, atom.Html:
		r.flush()
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].name == name {
			r.closeTo(i)
			return
		}
		if !isBlock(name) && isBlock(r.open[i].name) {
			return // </b> doesn't end a quotation that began after <b>
		}
	}
}

// closeTo closes elements until n are open.
func (r *htmlReader) closeTo(n int) {
	for len(r.open) > n {
		e := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		if isBlock(e.name) || e.outer.depth != r.state.depth || e.outer.role != r.state.role {
			r.flush()
		}
		switch e.name {
		case atom.Blockquote, atom.Ul, atom.Ol, atom.Pre, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			r.gap = r.gap || e.outer.lists == 0
		}
		if e.link != nil {
			r.target(e.link)
		}
		r.state = e.outer
	}
}

// target writes where a link leads, unless its text says so.
func (r *htmlReader) target(l *link) {
	text, url := strings.TrimSpace(l.text.String()), cleanURL(l.url)
	if text == "" || url == "" || bareURL(text) == bareURL(url) {
		return
	}
	r.write(" (" + url + ")")
}

// cleanURL is a link that is worth showing, or nothing.
func cleanURL(s string) string {
	s = strings.TrimSpace(s)
	lower := strings.ToLower(s[:min(len(s), 8)])
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "mailto:") &&
		!strings.HasPrefix(lower, "tel:") || len(s) > maxLink || !utf8.ValidString(s) ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return ""
	}
	return s
}

func bareURL(s string) string {
	s = strings.ToLower(s)
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		s = strings.TrimPrefix(s, scheme)
	}
	return strings.TrimSuffix(s, "/")
}

// image writes what stands for a picture: programs put emoji into mails as pictures.
func (r *htmlReader) image(t html.Token) {
	alt := strings.TrimSpace(attr(t, "alt"))
	switch {
	case alt == "":
	case strings.ContainsFunc(alt, unicode.IsLetter):
		r.write("[" + clip(alt, maxPerson) + "]")
	default:
		r.write(clip(alt, maxPerson))
	}
}

// item begins one of a list.
func (r *htmlReader) item() {
	r.flush()
	for i := len(r.open) - 1; i >= 0; i-- {
		l := r.open[i].list
		if l == nil {
			continue
		}
		r.prefix = strings.Repeat("  ", max(0, r.state.lists-1))
		if l.next == 0 {
			r.prefix += "- "
			return
		}
		r.prefix += strconv.Itoa(l.next) + ". "
		l.next++
		return
	}
	r.prefix = "- "
}

// write takes text as browsers show it: white space is one space.
func (r *htmlReader) write(s string) {
	if r.state.hidden {
		return
	}
	s = unifyBreaks(s)
	if r.state.pre {
		for i, l := range strings.Split(s, "\n") {
			if i > 0 {
				r.newLine()
			}
			r.raw(l)
		}
		return
	}
	for len(s) > 0 {
		n := strings.IndexAny(s, " \t\n\f")
		if n == 0 {
			r.space = true
			s = s[1:]
			continue
		}
		if n < 0 {
			n = len(s)
		}
		if r.space && r.text.Len() > 0 {
			r.raw(" ")
		}
		r.space = false
		r.raw(s[:n])
		s = s[n:]
	}
}

// raw takes text as it is.
func (r *htmlReader) raw(s string) {
	if s == "" || r.state.hidden {
		return
	}
	if r.text.Len() == 0 {
		r.text.WriteString(r.prefix)
		r.prefix = ""
		r.role = r.state.role
	}
	r.text.WriteString(s)
	for i := len(r.open) - 1; i >= 0; i-- {
		if l := r.open[i].link; l != nil {
			if l.text.Len() < maxLink {
				l.text.WriteString(s)
			}
			break
		}
	}
	if r.text.Len() > maxLine {
		r.flush()
	}
}

// flush ends the line being written, if there is one.
func (r *htmlReader) flush() {
	if r.text.Len() > 0 {
		r.newLine()
	}
	r.space = false
}

// newLine ends the line being written, which may be empty.
func (r *htmlReader) newLine() {
	r.space = false
	if r.state.hidden {
		return
	}
	text := strings.ReplaceAll(r.text.String(), "\u00a0", " ")
	blank := strings.TrimSpace(text) == ""
	if n := len(r.page.lines); r.gap && !blank && n > 0 && !r.page.lines[n-1].blank() {
		r.page.add(line{depth: min(r.state.depth, r.page.lines[n-1].depth)})
	}
	r.gap = r.gap && blank
	r.page.add(line{depth: r.state.depth, text: text, role: r.role})
	r.text.Reset()
	r.role = r.state.role
}

// mark writes an empty line with a role.
func (r *htmlReader) mark(role role) {
	r.page.add(line{depth: r.state.depth, role: role})
}
