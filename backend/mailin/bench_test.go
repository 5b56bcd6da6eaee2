package mailin_test

import (
	"os"
	"strings"
	"testing"

	"countersign/backend/mailin"
)

// BenchmarkParse reads a usual answer, with its HTML beside it.
func BenchmarkParse(b *testing.B) {
	raw, err := os.ReadFile("testdata/replies/outlook-desktop-en.eml")
	if err != nil {
		b.Fatal(err)
	}
	raw = wire(raw)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if m, err := mailin.Parse(raw, "marie@acme.example", noon); err != nil || !m.Trimmed {
			b.Fatal(m, err)
		}
	}
}

// BenchmarkTrim cuts a history of some hundred lines off an answer.
func BenchmarkTrim(b *testing.B) {
	text := "Port 2, since this morning.\n\nMarie\n-- \nMarie Dubois\nAcme Telecom\n\n" + wrote +
		strings.Repeat("> On 8 Mar 2026, at 10:00, Marie <marie@acme.example> wrote:\n>> The ports fail, both of them, since yesterday at noon.\n>\n", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, kept := mailin.Trim(text, false); kept != "Port 2, since this morning.\n\nMarie" {
			b.Fatal(kept)
		}
	}
}
