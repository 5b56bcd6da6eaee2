package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func readAll(t testing.TB, d Delimiter, file []byte) (*Reader, []Row) {
	t.Helper()
	var rows []Row
	r := NewReader(d, func(row Row) error { rows = append(rows, row); return nil })
	if _, err := r.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r, rows
}

// short writes rows as "line:field|field".
func short(rows []Row) []string {
	var out []string
	for _, r := range rows {
		s := fmt.Sprintf("%d:%s", r.Line, strings.Join(r.Fields, "|"))
		if r.Reason != "" {
			s += " " + string(r.Reason)
		}
		out = append(out, s)
	}
	return out
}

// N10: CSV as people have it.
func TestReaderTakesFilesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		delim      Delimiter
		want       []string
	}{
		{"empty", "", None, nil},
		{"only_line_breaks", "\n\r\n\r", None, nil},
		{"one_column", "number\n+33184882010\n+33184882011", None, []string{"1:number", "2:+33184882010", "3:+33184882011"}},
		{"comma", "number,purpose\n+33184882010,Survey\n", Comma, []string{"1:number|purpose", "2:+33184882010|Survey"}},
		{"semicolon_crlf", "Numéro;Motif\r\n01 84 88 20 10;Enquête, suivi\r\n", Semicolon, []string{"1:Numéro|Motif", "2:01 84 88 20 10|Enquête, suivi"}},
		{"tab_cr", "tn\tname\r+15552010\tA,1\r", Tab, []string{"1:tn|name", "2:+15552010|A,1"}},
		{"bar", "a|+33184882010|\nb|+33184882011|x", Bar, []string{"1:a|+33184882010|", "2:b|+33184882011|x"}},
		{"sep_line", "sep=;\r\na;b\r\n", Semicolon, []string{"2:a|b"}},
		{"sep_alone", "sep=;", Semicolon, nil},
		{"not_a_sep_line", "sep=ab\n", None, []string{"1:sep=ab"}},
		{"blank_rows", "a,b\n\n , \n\t\n;\n\"\",\n,,\nc,d\n", Comma, []string{"1:a|b", "5:;", "8:c|d"}},
		{"quotes", "\"a\",\"b \"\"c\"\"\",\"d,e\"\n", Comma, []string{"1:a|b \"c\"|d,e"}},
		{"line_breaks_in_quotes", "a,\"b\r\nc\nd\re\",f\r\ng,h,i", Comma, []string{"1:a|b\r\nc\nd\re|f", "5:g|h|i"}},
		{"quote_inside", "a,5\" pipe,\"b\" c\n", Comma, []string{"1:a|5\" pipe|b c"}},
		{"excel_text_formula", "=\"+33184882010\",x\n\"=\"\"+33184882011\"\"\",y\n", Comma, []string{"1:=\"+33184882010\"|x", "2:=\"+33184882011\"|y"}},
		{"forgotten_closing_quote", "a,b\n\"c,d\ne,f\n", Comma, []string{"1:a|b", "2:\"c|d", "3:e|f"}},
		{"forgotten_quote_far_above_another", "a,\"b\nc,d\ne,\"f, g\"\nh,i\n", Comma, []string{"1:a|\"b", "2:c|d", "3:e|f, g", "4:h|i"}},
		{"empty_cells_below_a_forgotten_quote", "\"a,b\n\"\",c\n", Comma, []string{"1:\"a|b", "2:|c"}},
		{"other_delimiter_in_quoted_lines", "x,\"a;b\n;c\"\n", Comma, []string{"1:x|a;b\n;c"}},
		{"quote_at_the_end", "a,\"", Comma, []string{"1:a|\""}},
		{"guarded_cells", "'+33184882010,'=x,'hello,''-\n", Comma, []string{"1:+33184882010|=x|'hello|'-"}},
		{"damaged_numbers_are_one_column", "4,47E+11\n4,48E+11\n", None, []string{"1:4,47E+11", "2:4,48E+11"}},
		{"name_with_comma_between_semicolons", "+33184882010;Keller, Sofia\n+33184882011;Roth, Anna\n", Semicolon,
			[]string{"1:+33184882010|Keller, Sofia", "2:+33184882011|Roth, Anna"}},
		{"bom", "\xef\xbb\xbfnumber,x\n1,2\n", Comma, []string{"1:number|x", "2:1|2"}},
		{"windows_1252", "Num\xe9ro;Objet\n+33184882010;\x80 \x96 D\xe9tail\n", Semicolon, []string{"1:Numéro|Objet", "2:+33184882010|€ – Détail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rows := readAll(t, Detect, []byte(c.file))
			if diff := cmp.Diff(short(rows), c.want); diff != "" {
				t.Error(diff)
			}
			if r.Delimiter() != c.delim {
				t.Errorf("delimiter: got %q, want %q", r.Delimiter(), c.delim)
			}
		})
	}
}

func wide(s string, order binary.ByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], u)
	}
	return b
}

// N10: what spreadsheets save as "Unicode text" and in the encoding of old is read, too.
func TestReaderDecodes(t *testing.T) {
	t.Parallel()
	const text = "numéro\tnom\r\n+33184882010\tŒuvre 😀\r\n"
	want := []string{"1:numéro|nom", "2:+33184882010|Œuvre 😀"}
	for _, c := range []struct {
		name     string
		file     []byte
		encoding Encoding
		want     []string
	}{
		{"utf_8", []byte(text), UTF8, want},
		{"utf_8_mark", []byte("\ufeff" + text), UTF8, want},
		{"utf_16_le", wide(text, binary.LittleEndian, true), UTF16LE, want},
		{"utf_16_be", wide(text, binary.BigEndian, true), UTF16BE, want},
		{"utf_16_le_without_mark", wide(text, binary.LittleEndian, false), UTF16LE, want},
		{"utf_16_be_without_mark", wide(text, binary.BigEndian, false), UTF16BE, want},
		{"windows_1252", []byte("num\xe9ro\tnom\r\n+33184882010\t\x8cuvre\r\n"), Windows1252, []string{"1:numéro|nom", "2:+33184882010|Œuvre"}},
		{"two_glued_together", []byte("numéro\tnom\r\n+33184882010\tcaf\xe9\n"), Windows1252, []string{"1:numéro|nom", "2:+33184882010|café"}},
		{"half_a_character", []byte("a\tb\n+33184882010\t\xe2\x82"), Windows1252, []string{"1:a|b", "2:+33184882010|â‚"}},
		{"half_a_pair", append(wide("a\tb", binary.LittleEndian, true), 0x3d, 0xd8), UTF16LE, []string{"1:a|b\ufffd"}},
		{"two_bytes", []byte("a,"), UTF8, []string{"1:a|"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rows := readAll(t, Detect, c.file)
			if diff := cmp.Diff(short(rows), c.want); diff != "" {
				t.Error(diff)
			}
			if r.Encoding() != c.encoding {
				t.Errorf("got %s, want %s", r.Encoding(), c.encoding)
			}
		})
	}
}

// N10: a workbook is told from a CSV file, however small the pieces are in which it comes.
func TestWorkbookIsRefused(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"PK\x03\x04 and more", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"} {
		for size := 1; size < 8; size++ {
			r := NewReader(Detect, func(Row) error { t.Error("gave a row"); return nil })
			var err error
			for part := range slices.Chunk([]byte(file), size) {
				if _, err = r.Write(part); err != nil {
					break
				}
			}
			if !errors.Is(err, ErrWorkbook) || !errors.Is(r.Close(), ErrWorkbook) {
				t.Errorf("got %v, then %v", err, r.Close())
			}
		}
	}
}

var hostile = []string{
	"number;name\r\n+33184882010;\"a\r\nb\"\r\n\"stray;x\r\ny;\"z, \"\"q\"\"\"\r\r\n\"\";\r\n'=é;😀\r",
	"\ufeff\"a\"\"\"\"\",\"\"\"b\"\r\"c\n\n\"d\",\"\",\"e\"f\"\n",
	"sep=|\r\nx|\"y|\n\"z\"|\"\r\n\"\r\n|\"",
	"Num\xe9ro,\x80\xe2\x82\xac\xe2\x82,\xf0\x9f\x98\x80\xf0\n\xff,\"\xfe\r\n",
	"+33184882010,\"A\n+33184882011,B\n+33184882012,17\"\nx,y\n\"Z,+331\n+33184882013,\"\"\n1\",2\n\",\n\"\"\n",
	"+33184882009,a,b,c\n+33184882010,\"A,b,c\n+33184882011,B,b,c\n+33184882012,17\",b,c\nx\n",
	"+33184882010;a;\"A\r\n+33184882011;B\r\n+33184882012;c;17\"\r\n1;2;3\r\n",
	string(wide("a;\"é\r\n😀\";b\r\n\r\n\"c", binary.LittleEndian, true)) + "\x3d",
	string(wide("a;\"é\r\n😀\";b\r\n\r\n\"c", binary.BigEndian, false)),
}

// N10: a file gives the same rows wherever it is cut.
func TestPiecesGiveTheSameRows(t *testing.T) {
	t.Parallel()
	for i, file := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			for _, tail := range []string{"", strings.Repeat("x;y,z\r\n", 12000)} {
				samePieces(t, []byte(file+tail), len(file))
			}
		})
	}
}

// tiny makes a reader cut rows at every few bytes, as it does in files that are thousands of times as long.
var tiny = sizes{sample: 9, piece: 3, again: 1}

// inPieces reads a file with a delimiter that is known or, of what tiny sees of it, found out.
func inPieces(t testing.TB, d Delimiter, z sizes, parts ...[]byte) (*Reader, []Row) {
	t.Helper()
	var rows []Row
	r := NewReader(d, func(row Row) error { rows = append(rows, row); return nil })
	r.sizes = z
	for _, p := range parts {
		if _, err := r.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r, rows
}

// samePieces cuts the file in two at each of its first borders, and into equal pieces, and lets rows be cut wherever
// pieces end.
func samePieces(t testing.TB, file []byte, borders int) {
	t.Helper()
	usual := NewReader(Detect, nil).sizes
	whole, want := inPieces(t, Detect, usual, file)
	late := tiny
	late.piece, late.again = len(file)+1, len(file)+1
	small, found := inPieces(t, Detect, late, file)
	check := func(how string, parts ...[]byte) {
		for _, c := range []struct {
			how   string
			d     Delimiter
			z     sizes
			whole *Reader
			want  []Row
		}{
			{"", Detect, usual, whole, want},
			{", rows cut between them", whole.Delimiter(), tiny, whole, want},
			{", a small sample", Detect, tiny, small, found},
		} {
			r, got := inPieces(t, c.d, c.z, parts...)
			if diff := cmp.Diff(short(got), short(c.want)); diff != "" {
				t.Fatalf("%q %s%s: %s", file, how, c.how, diff)
			}
			if r.Delimiter() != c.whole.Delimiter() || r.Encoding() != c.whole.Encoding() {
				t.Fatalf("%q %s%s: %s %s, in one piece %s %s", file, how, c.how, r.Delimiter(), r.Encoding(), c.whole.Delimiter(), c.whole.Encoding())
			}
		}
	}
	if len(file) < 4<<10 {
		for i := range borders + 1 {
			check(fmt.Sprintf("cut at %d", i), file[:i], file[i:])
		}
		for _, size := range []int{1, 2, 3, 5, 7} {
			check(fmt.Sprintf("in pieces of %d", size), slices.Collect(slices.Chunk(file, size))...)
		}
		return
	}
	for _, size := range []int{usual.again - 1, usual.again, usual.again + 1, usual.piece + 1, usual.sample - 1, usual.sample + 1} {
		_, got := inPieces(t, Detect, usual, slices.Collect(slices.Chunk(file, size))...)
		if diff := cmp.Diff(short(got), short(want)); diff != "" {
			t.Fatalf("in pieces of %d: %s", size, diff)
		}
	}
}

// The cutter comes to the same end when it is tried at every length.
func TestCutterAsksForMoreOrIsSure(t *testing.T) {
	t.Parallel()
	for _, file := range hostile {
		text, err := (&decoder{}).append(nil, []byte(file), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, delim := range []byte(",;\n") {
			sure := cutter{delim: delim}
			for b := text; len(b) > 0; {
				before := copyOf(&sure)
				n, state := sure.next(b, true)
				for i := range len(b) {
					early := copyOf(&before)
					m, s := early.next(b[:i], false)
					if s == more {
						continue
					}
					if m != n || s != state || !bytes.Equal(early.text, sure.text) || !slices.Equal(early.ends, sure.ends) || early.lines != sure.lines ||
						early.doubtful != sure.doubtful || early.doubt != sure.doubt || early.eol != sure.eol {
						t.Fatalf("%q: %d bytes give %d %q, all give %d %q", b, i, m, early.text, n, sure.text)
					}
				}
				b = b[n:]
			}
		}
	}
}

func copyOf(c *cutter) cutter {
	out := *c
	out.text, out.ends = slices.Clone(c.text), slices.Clone(c.ends)
	out.before.text, out.before.ends = slices.Clone(c.before.text), slices.Clone(c.before.ends)
	return out
}
