package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"mime/quotedprintable"
	"strings"
)

// headers are written as they are added, folded at blanks. Values have gone through their gates.
type headers struct{ bytes.Buffer }

// lineLength is where lines are folded when they can be. A line has at most 998 octets, and no word in a header is
// nearly that long.
const lineLength = 76

func (h *headers) add(name, value string) {
	h.WriteString(name + ":")
	column := len(name) + 1
	for word := range strings.SplitSeq(value, " ") {
		if column += 1 + len(word); column > lineLength {
			h.WriteString("\r\n")
			column = 1 + len(word)
		}
		h.WriteString(" " + word)
	}
	h.WriteString("\r\n")
}

// line is add for one long word that some programs only find behind its name.
func (h *headers) line(name, value string) { h.WriteString(name + ": " + value + "\r\n") }

// with gives the headers with the letter's body: its text in two forms to choose from, and its files beside them.
func (h *headers) with(l Letter) []byte {
	// A boundary made of the content can't be in the content, and is the same at each attempt.
	mark := boundary(l)
	if len(l.Files) == 0 {
		h.forms(l, "part-"+mark)
		return h.Bytes()
	}
	outer := "files-" + mark
	h.WriteString("Content-Type: multipart/mixed;\r\n boundary=" + outer + "\r\n\r\n--" + outer + "\r\n")
	h.forms(l, "part-"+mark)
	for _, f := range l.Files {
		h.WriteString("\r\n--" + outer + "\r\nContent-Transfer-Encoding: base64\r\nContent-Type: " + f.mediaType() +
			"\r\nContent-Disposition: " + disposition(fileName(f.Name)) + "\r\n\r\n")
		h.base64(f.Data)
	}
	h.WriteString("\r\n--" + outer + "--\r\n")
	return h.Bytes()
}

func (h *headers) forms(l Letter, mark string) {
	h.WriteString("Content-Type: multipart/alternative;\r\n boundary=" + mark + "\r\n")
	for _, form := range [][2]string{{"text/plain", l.Text}, {"text/html", l.HTML}} {
		h.WriteString("\r\n--" + mark + "\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: " + form[0] + "; charset=UTF-8\r\n\r\n")
		w := quotedprintable.NewWriter(h)
		w.Write([]byte(form[1])) // to memory: can't fail
		w.Close()
	}
	h.WriteString("\r\n--" + mark + "--\r\n")
}

func (h *headers) base64(data []byte) {
	const perLine = lineLength / 4 * 3
	line := make([]byte, lineLength)
	h.Grow(len(data)/perLine*(lineLength+2) + lineLength + 2)
	for len(data) > 0 {
		n := min(perLine, len(data))
		base64.StdEncoding.Encode(line, data[:n])
		h.Write(line[:base64.StdEncoding.EncodedLen(n)])
		h.WriteString("\r\n")
		data = data[n:]
	}
}

func boundary(l Letter) string {
	sum := sha256.New()
	parts := [][]byte{[]byte(l.ID), []byte(l.Text), []byte(l.HTML)}
	for _, f := range l.Files {
		parts = append(parts, []byte(f.Name), f.Data)
	}
	for _, p := range parts {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		sum.Write(p)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
