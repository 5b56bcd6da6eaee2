package sheet

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"countersign/shared/number"
)

// N10: nothing that is fed makes the reader hold more than a bounded part of it, and a row over the limit is told
// without harm to those around it.
func TestReaderHoldsLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, unit string
		first      string // beginning of the first row that is told
		next       string // the row behind
	}{
		{"one_line", "x", "1:xxx", "2:a|b"},
		{"one_line_of_quotes", "\"", "", ""},
		{"open_quote_and_no_other", "é", "1:éé", "2:a|b"},
		{"fields_without_end", ",x", "1:,x,x", "2:a|b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []Row
			r := NewReader(Comma, func(row Row) error { rows = append(rows, row); return nil })
			most := 0
			unit := []byte(strings.Repeat(c.unit, 1000))
			for range 2 << 20 / len(unit) {
				if _, err := r.Write(unit); err != nil {
					t.Fatal(err)
				}
				most = max(most, cap(r.buf)+cap(r.cutter.text)+8*cap(r.cutter.ends)+cap(r.decoder.held))
			}
			if _, err := r.Write([]byte("\r\na,b\r\n")); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if most > 768<<10 {
				t.Errorf("held %d bytes", most)
			}
			if c.first == "" {
				return
			}
			got := short(rows)
			if len(got) != 2 || !strings.HasPrefix(got[0], c.first) || !strings.HasSuffix(got[0], " limit_exceeded") || got[1] != c.next {
				t.Errorf("got %.300q", got)
			}
			if len(rows[0].Fields[0]) > shown {
				t.Errorf("kept %d bytes of the row", len(rows[0].Fields[0]))
			}
		})
	}
}

// The limit of a row is exact, with and without quotes, and does not depend on what follows.
func TestRowLimitIsExact(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "\n", "\r\n", "\na", "\r\na,b\n"} {
		for over := range 2 {
			for _, text := range []string{strings.Repeat("x", MaxRow+over), "\"" + strings.Repeat("x", MaxRow+over-2) + "\""} {
				for _, size := range []int{1000, MaxRow, 2 * MaxRow} {
					var rows []Row
					r := NewReader(Comma, func(row Row) error { rows = append(rows, row); return nil })
					for p := range slices.Chunk([]byte(text+end), size) {
						if _, err := r.Write(p); err != nil {
							t.Fatal(err)
						}
					}
					if err := r.Close(); err != nil {
						t.Fatal(err)
					}
					if (rows[0].Reason == number.LimitExceeded) != (over == 1) {
						t.Errorf("%d bytes, %q behind, pieces of %d: reason %q", len(text), end, size, rows[0].Reason)
					}
					if strings.Contains(end, "a") && (len(rows) != 2 || rows[1].Line != 2 || rows[1].Fields[0] != "a") {
						t.Errorf("%d bytes, %q behind, pieces of %d: then %v", len(text), end, size, rows[1:])
					}
				}
			}
		}
	}
}

// An error of the receiver ends the reading, and comes back each time.
func TestReceiverEndsTheReading(t *testing.T) {
	t.Parallel()
	stop, calls := errors.New("stop"), 0
	r := NewReader(Comma, func(Row) error { calls++; return stop })
	_, err := io.Copy(r, strings.NewReader(strings.Repeat("a,b\n", 10000)))
	if !errors.Is(err, stop) || !errors.Is(r.Close(), stop) || calls != 1 {
		t.Errorf("got %v, then %v, after %d rows", err, r.Close(), calls)
	}
}
