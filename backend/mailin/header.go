package mailin

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/shared/text"

	"github.com/emersion/go-message/textproto"
)

// header is that of a message or a part. Its values are as they stand on the wire, unfolded.
type header = textproto.Header

// readHeader parts raw into its header and what follows. A line that can't be a header's ends it, as if the empty line
// before it was lost; ok is false where the header is over its limits.
func readHeader(raw []byte, size, fields int) (h header, body []byte, ok bool) {
	var head bytes.Buffer
	rest := raw
	for first := true; len(rest) > 0; first = false {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			rest = after
			break
		}
		if len(raw)-len(after) > size {
			return h, nil, false
		}
		switch {
		case first && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))):
			// mail folders and pipes put this line before a message
		case line[0] == ' ' || line[0] == '\t':
			if head.Len() > 0 {
				head.Write(line)
				head.WriteByte('\n')
			}
		case isField(line):
			if fields--; fields < 0 {
				return h, nil, false
			}
			head.Write(line)
			head.WriteByte('\n')
		default:
			return parseHeader(&head), rest, true
		}
		rest = after
	}
	return parseHeader(&head), rest, true
}

func parseHeader(head io.Reader) header {
	h, err := textproto.ReadHeader(bufio.NewReader(head))
	if err != nil {
		return header{} // only well-formed lines came here
	}
	return h
}

// isField reports whether a line begins with a field's name and a colon (RFC 5322 section 2.2).
func isField(line []byte) bool {
	name, _, ok := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	return ok && len(name) > 0 && len(name) <= 200 && bytes.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// words decodes the encoded words of headers (RFC 2047) in whatever charset, without ever failing on one.
var words = mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.NewReader(decodeText(b, charset)), nil
}}

// decodeWords gives a header's value as people read it.
func decodeWords(s string) string {
	s = decodeText([]byte(s), "")
	if decoded, err := words.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// oneLine makes a text harmless in a line: no control characters, nothing that turns the direction of writing, no more
// than n code points.
func oneLine(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return clip(text.Line(s), n)
}

// clip cuts to n code points.
func clip(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n]))
}

// sender is the one person in the header From. Several, or none, are refused: nobody could say who is answered.
func sender(h header) (mail.Address, error) {
	values := h.Values("From")
	if len(values) != 1 {
		return mail.Address{}, malformed("The message has no sender, or several: send it again with exactly one address in From.")
	}
	from := decodeText([]byte(values[0]), "")
	if len(from) > 2000 || hasGroup(from) {
		return mail.Address{}, malformed("The message's sender is not one address: send it again with exactly one address in From.")
	}
	list, err := (&mail.AddressParser{WordDecoder: &words}).ParseList(from)
	if err != nil {
		list = looseAddress(from)
	}
	if len(list) != 1 || !isAddress(list[0].Address) {
		return mail.Address{}, malformed("The message's sender is not one address: send it again with exactly one address in From.")
	}
	return mail.Address{Name: oneLine(list[0].Name, maxPerson), Address: list[0].Address}, nil
}

// hasGroup reports whether an address list has a group ("Team: a@example.com;"), whose colon stands outside of quotes,
// comments and angle brackets.
func hasGroup(s string) bool {
	quoted, angle, comment := false, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && comment == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			comment++
		case c == ')' && comment > 0:
			comment--
		case comment > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ':' && !angle:
			return true
		}
	}
	return false
}

// looseAddress reads what real programs write although it is not allowed, like a name with a comma and no quotes: the one
// address in angle brackets at the end.
func looseAddress(s string) []*mail.Address {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "<")
	address, after, closed := strings.Cut(rest, ">")
	if !ok || !closed || after != "" || strings.Contains(address, "<") {
		return nil
	}
	return []*mail.Address{{Name: strings.Trim(decodeWords(name), " \t\"'"), Address: strings.TrimSpace(address)}}
}

// isAddress reports whether s has the shape of a bare mail address.
func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && len(s) <= maxAddress && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>,;\"", r)
		}) && !strings.Contains(domain, "@")
}

// ids are the message ids of a header's value, the last ones when there are too many: those are the nearest.
func ids(value string) []string {
	var found []string
	for len(found) < 10*maxIDs {
		_, rest, ok := strings.Cut(value, "<")
		if !ok {
			break
		}
		id, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		if id = strings.Join(strings.Fields(id), ""); isID(id) {
			found = append(found, id)
		}
		value = after
	}
	if bare := strings.TrimSpace(value); len(found) == 0 && isID(bare) {
		found = append(found, bare)
	}
	return found[max(0, len(found)-maxIDs):]
}

func isID(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
}

// messageID is the message's own id. Without one it is made of what doesn't change when the message is sent on again, so
// that the same message is known the second time.
func messageID(h header, body []byte) string {
	if found := ids(h.Get("Message-Id")); len(found) > 0 {
		return found[0]
	}
	sum := sha256.New()
	for _, key := range []string{"From", "To", "Cc", "Date", "Subject", "In-Reply-To"} {
		for _, v := range h.Values(key) {
			io.WriteString(sum, key+":"+v+"\n")
		}
	}
	sum.Write([]byte("\n"))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil)) + "@content.invalid"
}

// date is when the message says it was written; zero for what can't be.
func date(h header, now time.Time) time.Time {
	value := h.Get("Date")
	if len(value) > 200 {
		return time.Time{}
	}
	t, err := mail.ParseDate(value)
	if err != nil || t.Year() < 1990 || t.After(now.Add(24*time.Hour)) {
		return time.Time{}
	}
	return t.UTC()
}

func malformed(text string) error {
	return &Refusal{Code: 554, Enhanced: [3]int{5, 6, 0}, Text: text}
}

func tooLarge(text string) error {
	return &Refusal{Code: 552, Enhanced: [3]int{5, 3, 4}, Text: text}
}
