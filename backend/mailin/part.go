package mailin

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
	"unicode"
)

// part is one node of a message's tree.
type part struct {
	header header
	body   []byte
	kind   string // media type, in lower case
	params map[string]string
	attach bool   // it wants to be an attachment
	name   string // as the mail gives it
}

func newPart(h header, body []byte, kind string) part {
	p := part{header: h, body: body, kind: kind}
	if v := h.Get("Content-Type"); v != "" {
		if k, params := parseParams(v); strings.Contains(k, "/") {
			p.kind, p.params = k, params
		}
	}
	disposition, params := parseParams(h.Get("Content-Disposition"))
	p.attach = disposition == "attachment"
	p.name = params["filename"]
	if p.name == "" {
		p.name = p.params["name"]
	}
	return p
}

// source is a text that a person may have written.
type source struct {
	text          string // in UTF-8
	html          bool
	flowed, delSp bool // RFC 3676
	raw           []byte
	cut           bool // text is only the beginning of raw
}

func (s source) blank() bool {
	if s.html {
		return len(s.lines(&page{room: 4 << 10})) == 0
	}
	return strings.TrimFunc(s.text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }) == ""
}

// walker collects what a message is made of.
type walker struct {
	m         *Message
	parts     int
	decoded   int // bytes of all parts
	read      int // bytes of all texts
	encrypted bool
}

// walk gives the texts of a part and of those inside of it; attachments go to the message.
func (w *walker) walk(p part, depth int) []source {
	if family, sub, _ := strings.Cut(p.kind, "/"); family == "multipart" {
		return w.multipart(p, sub, depth)
	}
	switch p.kind {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature":
		return nil // nobody here can check them
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		w.encrypted = true
	case "text/plain", "text/html":
		if !p.attach && p.name == "" {
			return w.text(p)
		}
	}
	w.attach(p)
	return nil
}

func (w *walker) multipart(p part, sub string, depth int) []source {
	if depth >= maxDepth {
		w.drop(fileName(p.name, fmt.Sprintf("part %d", w.parts)))
		return nil
	}
	w.encrypted = w.encrypted || sub == "encrypted"
	boundary := p.params["boundary"]
	if boundary == "" {
		boundary = guessBoundary(p.body)
	}
	kind := "text/plain"
	if sub == "digest" {
		kind = "message/rfc822"
	}
	var all [][]source
	seen, hasText := 0, false
	for raw := range split(p.body, boundary) {
		seen++
		if w.parts++; w.parts > maxParts {
			if w.parts == maxParts+1 {
				w.drop(fmt.Sprintf("part %d and what follows", w.parts))
			}
			break
		}
		h, body, ok := readHeader(raw, maxPartHeader, maxFields)
		if !ok {
			w.drop(fmt.Sprintf("part %d", w.parts))
			continue
		}
		texts := w.child(newPart(h, body, kind), sub, hasText, depth)
		hasText = hasText || len(texts) > 0
		all = append(all, texts)
	}
	if seen == 0 {
		// Without any boundary the whole is one text.
		return w.text(part{header: header{}, body: p.body, kind: "text/plain"})
	}
	if sub == "alternative" {
		return choose(all)
	}
	var texts []source
	for _, t := range all {
		texts = append(texts, t...)
	}
	return texts
}

// child walks one part of a multipart; what it is good for depends on its place, and on whether there is a text already.
func (w *walker) child(p part, sub string, hasText bool, depth int) []source {
	family, kind, _ := strings.Cut(p.kind, "/")
	switch {
	case sub == "encrypted" && family != "multipart", sub == "related" && hasText && family == "text":
		w.attach(p)
		return nil
	case sub == "alternative" && family == "text" && !p.attach && p.name == "" && kind != "plain" && kind != "html" && kind != "calendar":
		return nil // the same once more, in a form for few programs
	}
	return w.walk(p, depth+1)
}

// choose takes of several forms of one text the plain one, where it says anything.
func choose(forms [][]source) []source {
	var best []source
	for _, f := range forms {
		if len(f) == 0 {
			continue
		}
		blank, html := true, false
		for _, s := range f {
			blank, html = blank && s.blank(), html || s.html
		}
		switch {
		case blank:
			continue
		case !html:
			return f
		case best == nil:
			best = f
		}
	}
	return best
}

// text decodes a part that is read.
func (w *walker) text(p part) []source {
	data, over := decodeTransfer(p.body, p.header.Get("Content-Transfer-Encoding"), maxDecoded-w.decoded)
	w.decoded += len(data)
	s := source{raw: data, html: p.kind == "text/html", cut: over}
	if room := maxSource - w.read; len(data) > room {
		data, s.cut = data[:room], true
	}
	w.read += len(data)
	s.text = decodeText(data, p.params["charset"])
	s.flowed = strings.EqualFold(p.params["format"], "flowed")
	s.delSp = s.flowed && strings.EqualFold(p.params["delsp"], "yes")
	return []source{s}
}

// attach decodes a part that is kept as it is.
func (w *walker) attach(p part) {
	data, over := decodeTransfer(p.body, p.header.Get("Content-Transfer-Encoding"), min(maxPart, maxDecoded-w.decoded))
	kind := kindOf(data)
	name := p.name
	if kind == "message/rfc822" && name == "" {
		inner, _, _ := readHeader(data, maxHeader, maxFields)
		if subject := oneLine(decodeWords(inner.Get("Subject")), maxName); subject != "" {
			name = strings.NewReplacer("/", "_", `\`, "_").Replace(subject) + ".eml"
		}
	}
	name = fileName(decodeWords(name), defaultName(kind))
	if over {
		w.drop(name)
		return
	}
	w.decoded += len(data)
	w.m.Attachments = append(w.m.Attachments, Attachment{Name: name, Type: kind, Data: data})
}

func (w *walker) drop(name string) {
	if len(w.m.Dropped) < maxDropped {
		w.m.Dropped = append(w.m.Dropped, name)
	}
}

// split gives the parts between the lines of a boundary (RFC 2046 section 5.1.1). The last may lack its end.
func split(body []byte, boundary string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if boundary == "" {
			return
		}
		delimiter := []byte("--" + boundary)
		start := -1
		for pos := 0; pos < len(body); {
			i := bytes.Index(body[pos:], delimiter)
			if i < 0 {
				break
			}
			at := pos + i
			line, _, _ := bytes.Cut(body[at+len(delimiter):], []byte("\n"))
			pos = at + len(delimiter)
			rest := bytes.TrimRight(line, " \t\r")
			final := string(rest) == "--"
			if at > 0 && body[at-1] != '\n' || len(rest) > 0 && !final {
				continue
			}
			if start >= 0 && !yield(trimBreak(body[start:max(start, at)])) || final {
				return
			}
			pos = min(pos+len(line)+1, len(body))
			start = pos
		}
		if start >= 0 {
			yield(body[start:])
		}
	}
}

// trimBreak takes off the line break that belongs to the boundary after it.
func trimBreak(b []byte) []byte {
	b, _ = bytes.CutSuffix(b, []byte("\n"))
	b, _ = bytes.CutSuffix(b, []byte("\r"))
	return b
}

// guessBoundary takes the first line that looks like a boundary, for a header that lost its own.
func guessBoundary(body []byte) string {
	for line := range bytes.Lines(body[:min(len(body), 4<<10)]) {
		line = bytes.TrimRight(line, " \t\r\n")
		if b, ok := bytes.CutPrefix(line, []byte("--")); ok && len(b) >= 8 && len(b) <= 70 && bytes.IndexByte(b, ' ') < 0 {
			return string(b)
		}
	}
	return ""
}
