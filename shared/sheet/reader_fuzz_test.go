package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Rows are never more than lines, are in their order, and never blank; the same in any pieces.
func checkReader(t *testing.T, file []byte, size int) {
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) || bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")) {
		return
	}
	usual, rows := readAll(t, Detect, file)
	lines := 1 + bytes.Count(file, []byte("\n")) + bytes.Count(file, []byte("\r"))
	if len(rows) > lines {
		t.Fatalf("%d rows of %d lines", len(rows), lines)
	}
	line := 0
	for _, r := range rows {
		if r.Line <= line || r.Line > lines || len(r.Fields) == 0 || r.blank() && r.Reason == "" {
			t.Fatalf("row %v behind line %d", r, line)
		}
		line = r.Line
	}
	for _, c := range []struct {
		d Delimiter
		z sizes
	}{{Detect, usual.sizes}, {usual.Delimiter(), tiny}} {
		if c.z == tiny && len(file) > 4<<10 {
			continue // each byte tries the row anew
		}
		_, again := inPieces(t, c.d, c.z, slices.Collect(slices.Chunk(file, max(1, size)))...)
		if diff := cmp.Diff(short(again), short(rows)); diff != "" {
			t.Fatalf("%q in pieces of %d, cut by %+v: %s", file, size, c.z, diff)
		}
	}
}

// N10: any bytes at all.
func TestReaderTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(
			rapid.StringOf(rapid.SampledFrom([]rune("\"\"\"\r\n,;\t|'=+x1é😀"))),
			rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{"+33184882010", "\"", "\"\"", ",", ";", "\n", "\r\n", "Acme", "''"})), func(s []string) string { return strings.Join(s, "") }),
		).Draw(rt, "text")
		checkReader(t, []byte(text), rapid.IntRange(1, 9).Draw(rt, "size"))
	})
}

func FuzzReader(f *testing.F) {
	for _, s := range hostile {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, file []byte, size int) { checkReader(t, file, size) })
}

func FuzzDecode(f *testing.F) {
	for _, s := range hostile {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, file []byte, size int) {
		var one, many decoder
		want, err := one.append(nil, file, true)
		if err != nil {
			return
		}
		var got []byte
		for p := range slices.Chunk(file, max(1, size)) {
			if got, err = many.append(got, p, false); err != nil {
				t.Fatal(err)
			}
			if len(many.held) > 3 {
				t.Fatalf("holds %d bytes", len(many.held))
			}
		}
		if got, err = many.append(got, nil, true); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) || len(want) > 3*len(file)+3 || !bytes.Equal(bytes.ToValidUTF8(want, nil), want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
