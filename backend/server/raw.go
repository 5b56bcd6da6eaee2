package server

import (
	"mime"
	"net/http"
	"strings"

	"countersign/shared/api"

	"github.com/danielgtaylor/huma/v2"
)

// rawAnswer is an answer of bytes in the form that huma writes.
type rawAnswer struct {
	Type     string `header:"Content-Type"`
	Encoding string `header:"Content-Encoding"`
	Vary     string `header:"Vary"`
	Save     string `header:"Content-Disposition"`
	Policy   string `header:"Content-Security-Policy"`
	Body     []byte
}

const octets = "application/octet-stream"

// raw gives the bytes compressed to who takes them so.
func raw(c *call, b api.Blob) *rawAnswer {
	a := &rawAnswer{Type: octets, Body: b.Data}
	if b.Name != "" {
		a.Save, a.Policy = mime.FormatMediaType("attachment", map[string]string{"filename": b.Name}), "sandbox; default-src 'none'"
	}
	if b.Zipped == nil {
		return a
	}
	a.Vary = "Accept-Encoding"
	if takesGzip(c.r.Header) {
		a.Encoding, a.Body = "gzip", b.Zipped()
	}
	return a
}

// takesGzip reports whether a caller names gzip and does not refuse it by a weight of 0.
func takesGzip(h http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(h["Accept-Encoding"], ","), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
			return !ok || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

// rawResponse documents an answer of bytes.
func rawResponse() *huma.Response {
	return &huma.Response{Description: http.StatusText(http.StatusOK),
		Content: map[string]*huma.MediaType{octets: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
}
