package mail

import (
	"mime"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File goes along with a letter.
type File struct {
	Name string
	Type string // media type; those that a mail program may not show by itself are sent as bytes
	Data []byte
}

// MostFiles is how many bytes of files go along with a letter. Mail servers refuse letters much larger than that, so
// with more the letter says that they are in the portal.
const MostFiles = 5 << 20

// shown are the types that are told as they are. All others, scripts and HTML among them, are told as plain bytes, so
// that no mail program takes them for something to open by itself.
var shown = []string{"image/png", "image/jpeg", "image/gif", "application/pdf", "text/plain"}

const bytesType = "application/octet-stream"

func (f File) mediaType() string {
	t, _, err := mime.ParseMediaType(f.Type)
	if err != nil || !slices.Contains(shown, t) {
		return bytesType
	}
	return t
}

const longestFileName = 120 // code points

// fileName makes a name harmless wherever it is saved: no path, no control characters, none that turn the direction
// around so that "gpj.exe" reads "exe.jpg", no dot in front.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(clean(strings.ToValidUTF8(s, "_"), false), `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
	s = strings.TrimLeft(strings.TrimSpace(s), ".")
	if n := utf8.RuneCountInString(s); n > longestFileName {
		// What it is, is at its end.
		ext := path.Ext(s)
		if utf8.RuneCountInString(ext) > 20 {
			ext = ""
		}
		runes := []rune(strings.TrimSuffix(s, ext))
		s = string(runes[:longestFileName-utf8.RuneCountInString(ext)]) + ext
	}
	if s == "" {
		return "file"
	}
	return s
}

// disposition is the header by which a file is saved under its name and not shown in the letter. A name that is not plain
// is written as RFC 2231 says, in pieces that fit on lines.
func disposition(name string) string {
	const head = "attachment;\r\n filename"
	if len(name) <= 60 && only(name, func(c byte) bool { return c >= ' ' && c <= '~' && c != '"' && c != '\\' }) && !strings.Contains(name, "=?") {
		return head + `="` + name + `"`
	}
	var pieces []string
	piece := "utf-8''"
	for i := range len(name) {
		c := name[i]
		enc := string(c)
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_') {
			enc = "%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:])
		}
		if len(piece)+len(enc) > 60 {
			pieces, piece = append(pieces, piece), ""
		}
		piece += enc
	}
	if pieces = append(pieces, piece); len(pieces) == 1 {
		return head + "*=" + piece
	}
	var b strings.Builder
	b.WriteString("attachment")
	for i, p := range pieces {
		b.WriteString(";\r\n filename*" + strconv.Itoa(i) + "*=" + p)
	}
	return b.String()
}

// small reports whether files may go along with a letter.
func small(files []File) bool {
	n := 0
	for _, f := range files {
		n += len(f.Data)
	}
	return n <= MostFiles
}
