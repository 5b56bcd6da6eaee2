package sheet

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Rows are never more than lines, are in their order, and never blank; the same in any pieces.
func checkReader(t *testing.T, file []byte, size int) {
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) || bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")) {
		return
	}
	_, rows := readAll(t, Detect, file)
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
	var again []Row
	r := NewReader(Detect, func(row Row) error { again = append(again, row); return nil })
	for p := range slices.Chunk(file, max(1, size)) {
		if _, err := r.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(short(again), short(rows)); diff != "" {
		t.Fatal(diff)
	}
}

// N10: any bytes at all.
func TestReaderTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("\"\"\"\r\n,;\t|'=+x1é😀"))).Draw(rt, "text")
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
