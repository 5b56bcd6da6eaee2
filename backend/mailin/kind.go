package mailin

import (
	"bytes"
	"net/http"
	"strings"
)

// kindOf is the media type that data begins like. What a mail says of its parts is not asked: it is often wrong, and
// sometimes meant to be.
func kindOf(data []byte) string {
	for _, k := range []struct{ offset, magic, kind string }{
		{"", "{\\rtf", "application/rtf"},
		{"", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, // the old formats of Office
		{"", "\x78\x9f\x3e\x22", "application/ms-tnef"},
		{"", "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
		{"", "\x7fELF", "application/x-executable"},
		{"", "BEGIN:VCALENDAR", "text/calendar"},
		{"", "BEGIN:VCARD", "text/vcard"},
		{"????", "ftypheic", "image/heic"},
		{"????", "ftypheix", "image/heic"},
		{"????", "ftypmif1", "image/heif"},
		{"????", "ftypavif", "image/avif"},
	} {
		if len(data) >= len(k.offset) && bytes.HasPrefix(data[len(k.offset):], []byte(k.magic)) {
			return k.kind
		}
	}
	if bytes.HasPrefix(data, []byte("MZ")) && bytes.IndexByte(data[:min(len(data), 64)], 0) > 0 {
		return "application/x-msdownload" // a program; a text may well begin with these letters
	}
	if looksLikeMail(data) {
		return "message/rfc822"
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return kind
}

// looksLikeMail reports whether data begins with a header that only mails have.
func looksLikeMail(data []byte) bool {
	data = data[:min(len(data), 64<<10)]
	fields, known := 0, 0
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		if !isField(line) {
			return false
		}
		fields++
		name, _, _ := bytes.Cut(line, []byte(":"))
		switch strings.ToLower(string(name)) {
		case "from", "received", "message-id", "return-path", "mime-version", "date", "to", "subject":
			known++
		}
	}
	return known >= 3 && fields >= known
}

// endings are those of the types that parts without a name often have.
var endings = map[string]string{
	"application/pdf": ".pdf", "application/rtf": ".rtf", "application/zip": ".zip", "image/avif": ".avif", "image/bmp": ".bmp",
	"image/gif": ".gif", "image/heic": ".heic", "image/heif": ".heif", "image/jpeg": ".jpg", "image/png": ".png",
	"image/webp": ".webp", "message/rfc822": ".eml", "text/calendar": ".ics", "text/html": ".html", "text/plain": ".txt",
	"text/vcard": ".vcf", "audio/mpeg": ".mp3", "video/mp4": ".mp4", "audio/wave": ".wav",
}

// defaultName is for a part without a usable name: "image.png", "attachment.bin".
func defaultName(kind string) string {
	ending, ok := endings[kind]
	if !ok {
		return "attachment.bin"
	}
	family, _, _ := strings.Cut(kind, "/")
	switch family {
	case "image", "audio", "video", "message":
		return family + ending
	}
	return "attachment" + ending
}
