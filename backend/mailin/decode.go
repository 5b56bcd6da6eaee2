package mailin

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// decodeTransfer undoes a transfer encoding (RFC 2045), as far as it goes: what doesn't belong is skipped, as mail programs
// do. It gives at most limit bytes; over tells that there were more.
func decodeTransfer(body []byte, encoding string, limit int) (data []byte, over bool) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return decodeBase64(body, limit)
	case "quoted-printable":
		return decodeQuotedPrintable(body, limit)
	}
	if len(body) > limit {
		return body[:limit], true
	}
	return body, false
}

// base64Value is 0xff for what isn't in the alphabet.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	return t
}()

// decodeBase64 takes pieces one after the other, each padded or not.
func decodeBase64(body []byte, limit int) (data []byte, over bool) {
	data = make([]byte, 0, min(len(body)/4*3+3, limit+3))
	var bits uint32
	have := 0
	for _, c := range body {
		v := base64Value[c]
		switch {
		case v != 0xff:
			bits, have = bits<<6|uint32(v), have+1
			if have == 4 {
				data = append(data, byte(bits>>16), byte(bits>>8), byte(bits))
				bits, have = 0, 0
			}
		case c == '=':
			data = append(data, tail(bits, have)...)
			bits, have = 0, 0
		}
		if len(data) > limit {
			return data[:limit], true
		}
	}
	data = append(data, tail(bits, have)...)
	if len(data) > limit {
		return data[:limit], true
	}
	return data, false
}

// tail is what the last one to three characters of base64 carry.
func tail(bits uint32, have int) []byte {
	switch have {
	case 2:
		return []byte{byte(bits >> 4)}
	case 3:
		return []byte{byte(bits >> 10), byte(bits >> 2)}
	}
	return nil
}

// decodeQuotedPrintable keeps an equals sign that begins nothing.
func decodeQuotedPrintable(body []byte, limit int) (data []byte, over bool) {
	data = make([]byte, 0, min(len(body), limit+1))
	for len(body) > 0 {
		line, rest, more := bytes.Cut(body, []byte("\n"))
		body = rest
		end := "\n"
		if bytes.HasSuffix(line, []byte("\r")) {
			end = "\r\n"
		}
		line = bytes.TrimRight(line, " \t\r") // what stands at the end was added on the way
		line, soft := bytes.CutSuffix(line, []byte("="))
		for i := 0; i < len(line) && len(data) <= limit; i++ {
			c := line[i]
			if c == '=' && i+2 < len(line) {
				if high, low := hexDigit(line[i+1]), hexDigit(line[i+2]); high < 16 && low < 16 {
					c = high<<4 | low
					i += 2
				}
			}
			data = append(data, c)
		}
		if more && !soft {
			data = append(data, end...)
		}
		if len(data) > limit {
			return data[:limit], true
		}
	}
	return data, false
}

func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}

// decodeText gives text in whatever charset as UTF-8. It never refuses: what no charset explains becomes a replacement
// character, because a text with holes says more than none.
func decodeText(b []byte, label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	switch label {
	case "iso-8859-1", "iso8859-1", "latin1", "l1", "windows-1252", "cp1252":
		return windows1252(b) // what is called Latin 1 in mails has the curly quotes of Windows
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "binary", "8bit", "7bit":
		return guessText(b)
	}
	r, err := charset.Reader(label, bytes.NewReader(b))
	if err != nil {
		return guessText(b)
	}
	// No charset makes more than four bytes of one.
	decoded, err := io.ReadAll(io.LimitReader(r, int64(4*len(b)+4)))
	if err != nil || string(decoded) == "\ufffd" && len(b) > 1 {
		return guessText(b) // the second is how the library refuses charsets that are unsafe on the web
	}
	return strings.ToValidUTF8(string(decoded), "\ufffd")
}

// guessText reads UTF-8, and Windows' Latin where nothing in the text is UTF-8.
func guessText(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return string(b)
	}
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if n > 1 && r != utf8.RuneError {
			return strings.ToValidUTF8(string(b), "\ufffd")
		}
		rest = rest[n:]
	}
	return windows1252(b)
}

func windows1252(b []byte) string {
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(s)
}
