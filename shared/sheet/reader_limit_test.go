package sheet

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"countersign/shared/number"
)

// N10: nothing that is fed makes the reader hold more than half a MiB of it, and a row over the limit is told
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
		{"empty_fields_without_end", ",", "1:,,,", "2:a|b"},
		{"most_fields", strings.Repeat(",x", maxFields-1) + "\n", "", ""},
		{"longest_rows", strings.Repeat("x", MaxRow) + "\n", "", ""},
		{"bytes_of_old", "\xe9", "1:éé", "2:a|b"},
		{"bytes_of_old_that_grow_most", "\x80", "1:€€", "2:a|b"},
		{"quoted_lines", "\"\n\",", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []Row
			r := NewReader(Comma, func(row Row) error { rows = append(rows, row); return nil })
			most := 0
			for i := range 40 { // pieces of both sizes, since each makes room of its own
				unit := []byte(strings.Repeat(c.unit, max(1, []int{1000, 100_000}[i%2]/len(c.unit))))
				if _, err := r.Write(unit); err != nil {
					t.Fatal(err)
				}
				cut := &r.cutter
				most = max(most, cap(r.buf)+cap(cut.text)+cap(cut.before.text)+8*(cap(cut.ends)+cap(cut.before.ends))+16*cap(r.spare)+cap(r.decoder.held))
			}
			if _, err := r.Write([]byte("\r\na,b\r\n")); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if most > 512<<10 {
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

// N10: the limit of fields is exact, and what lies behind it on the line is not read as a row.
func TestFieldLimitIsExact(t *testing.T) {
	t.Parallel()
	for over := range 2 {
		_, rows := readAll(t, Comma, []byte("a,b\n"+strings.Repeat("x,", maxFields-1+over)+"y\nc,d\n"))
		if len(rows) != 3 || rows[2].Line != 3 || rows[2].Fields[0] != "c" {
			t.Fatalf("%d over: %d rows", over, len(rows))
		}
		if got := rows[1].Reason == number.LimitExceeded; got != (over == 1) || over == 0 && len(rows[1].Fields) != maxFields {
			t.Errorf("%d over: %q and %d fields", over, rows[1].Reason, len(rows[1].Fields))
		}
	}
}
