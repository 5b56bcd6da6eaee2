package mailin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/backend/mailin"
)

// letter writes a message from Marie with more header lines and a body.
func letter(header, body string) []byte {
	return wire([]byte("From: Marie Dubois <marie@acme.example>\nTo: support@portal.example.com\nSubject: Calls fail\n" +
		"Date: Mon, 9 Mar 2026 15:10:14 +0100\nMessage-ID: <1@acme.example>\n" + header + "\n" + body))
}

func parse(t testing.TB, raw []byte) *mailin.Message {
	t.Helper()
	m, err := mailin.Parse(raw, "marie@acme.example", noon)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// refused demands a permanent no with a code and a sentence.
func refused(t testing.TB, err error, code int) *mailin.Refusal {
	t.Helper()
	r, ok := errors.AsType[*mailin.Refusal](err)
	if !ok || r.Code != code || r.Enhanced[0] != 5 || len(r.Text) < 20 || !strings.HasSuffix(r.Text, ".") {
		t.Fatalf("got %v, want a refusal with %d and a sentence", err, code)
	}
	return r
}

// mixed is a multipart body of parts, each with its header.
func mixed(parts ...string) (header, body string) {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "--cut\n%s\n", p)
	}
	return "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n", b.String() + "--cut--\n"
}

func multipart(parts ...string) []byte { return letter(mixed(parts...)) }
