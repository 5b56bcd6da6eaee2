package text_test

import (
	"testing"

	"countersign/shared/text"
)

func TestPlainAndLine(t *testing.T) {
	for in, want := range map[string][2]string{
		"Cancel\u202e the line":   {"Cancel the line", "Cancel the line"},
		"one\r\n\ttwo\x00\x1b[2J": {"one\n\ttwo[2J", "one two[2J"},
		" à  Nantes\u00a0 ":       {" à  Nantes\u00a0 ", "à Nantes"},
	} {
		if got := [2]string{text.Plain(in), text.Line(in)}; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
