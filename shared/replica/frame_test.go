package replica

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/shared/id"
	"countersign/shared/number"
)

// drawChange is any step of a history, in the short form of a frame or not.
func drawChange(t *rapid.T) Change {
	text := rapid.StringOf(rapid.RuneFrom([]rune("aZ09é漢😀\x00\" +-")))
	uuid := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	ver := rapid.Int64Range(0, 1<<40).Draw(t, "ver")
	c := Change{Seq: ver, Kind: rapid.SampledFrom([]string{KindNumber, KindNumber, KindNumber, KindUnit, KindProgram, KindPurpose}).Draw(t, "kind")}
	c.ID = uuid.Draw(t, "id")
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		c.ID = text.Draw(t, "id")
		c.Seq = rapid.Int64().Draw(t, "seq")
	}
	if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
		c.Del = true
		return c
	}
	switch c.Kind {
	case KindNumber:
		e164 := rapid.OneOf(rapid.StringMatching(`\+[1-9][0-9]{1,14}`), text).Draw(t, "e164")
		c.Number = &number.Number{ID: id.Number(c.ID), E164: number.E164(e164), CallPurpose: text.Draw(t, "purpose"), DisplayName: text.Draw(t, "name"),
			Place:  number.Place{BusinessUnit: id.BusinessUnit(text.Draw(t, "unit")), Program: id.Program(text.Draw(t, "program"))},
			Status: rapid.SampledFrom([]number.Status{number.Active, number.Suspended}).Draw(t, "status"), Ver: ver}
	case KindUnit:
		c.Unit = &number.Unit{ID: id.BusinessUnit(c.ID), Name: text.Draw(t, "name"), Ver: ver}
	case KindProgram:
		c.Program = &number.Program{ID: id.Program(c.ID), DisplayName: text.Draw(t, "name"), Ends: time.UnixMilli(ver).UTC(), Ver: ver}
	case KindPurpose:
		c.Purpose = &number.Purpose{Key: c.ID, Labels: map[string]string{"en": text.Draw(t, "label")}, Ver: ver}
	}
	return c
}

// TestFrameGivesBackWhatWasPutIn: I8. Whatever the rows, none changes on its way through a frame.
func TestFrameGivesBackWhatWasPutIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawChange), 0, 20).Draw(t, "rows")
		b := AppendFrame([]byte("before"), rows)
		got, err := ReadFrame(b[len("before"):])
		if err != nil {
			t.Fatalf("%v of %+v", err, rows)
		}
		if len(got) != len(rows) {
			t.Fatalf("%d rows, want %d", len(got), len(rows))
		}
		for i := range rows {
			if !reflect.DeepEqual(got[i], rows[i]) {
				a, _ := json.Marshal(got[i])
				b, _ := json.Marshal(rows[i])
				t.Fatalf("row %d is %s, want %s", i, a, b)
			}
		}
	})
}

// TestTornFrame: I8. A frame that ends early, or goes on, is none.
func TestTornFrame(t *testing.T) {
	t.Parallel()
	rows := Fleet(3)
	rows = append(rows, Change{Seq: 4, Kind: KindUnit, ID: "u", Unit: &number.Unit{ID: "u", Name: "Sales", Ver: 4}})
	b := AppendFrame(nil, rows)
	for n := range len(b) {
		if _, err := ReadFrame(b[:n]); !errors.Is(err, ErrFrame) {
			t.Errorf("the first %d bytes of %d are read: %v", n, len(b), err)
		}
	}
	if _, err := ReadFrame(append(b, 0)); !errors.Is(err, ErrFrame) {
		t.Errorf("a frame that goes on is read: %v", err)
	}
}

// FuzzReadFrame: no bytes make it panic or take memory out of proportion, and what is read is written the same way.
func FuzzReadFrame(f *testing.F) {
	f.Add(AppendFrame(nil, Fleet(3)))
	f.Add(AppendFrame(nil, []Change{{Kind: KindPurpose, ID: "p", Del: true}}))
	f.Add([]byte{frameVersion, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadFrame(b)
		if err != nil {
			return
		}
		if len(rows) > len(b)/leastRow {
			t.Fatalf("%d rows of %d bytes", len(rows), len(b))
		}
		again, err := ReadFrame(AppendFrame(nil, rows))
		if err != nil || len(again) != len(rows) {
			t.Fatalf("read once and written, it is no frame: %v", err)
		}
		for i := range rows {
			if !reflect.DeepEqual(again[i], rows[i]) {
				a, _ := json.Marshal(again[i])
				b, _ := json.Marshal(rows[i])
				t.Fatalf("row %d was %s, and read once more it is %s", i, b, a)
			}
		}
	})
}

// TestFrameTakesMemoryInProportion: bytes that say they hold a great many things are believed only as far as there is room
// for them. Sequential: what else runs would be counted.
func TestFrameTakesMemoryInProportion(t *testing.T) {
	const n = 1 << 20
	tiny := Change{Seq: 1, Kind: KindNumber, ID: "00000000-0000-0000-0000-000000000000", Number: &number.Number{ID: "00000000-0000-0000-0000-000000000000", E164: "+1", Ver: 1}}
	for what, b := range map[string][]byte{
		"empty words":      append([]byte{frameVersion, 0x80, 0x80, 0x40}, make([]byte, n)...),
		"many rows":        append([]byte{frameVersion, 0, 0x80, 0x80, 0x20}, make([]byte, n)...),
		"smallest numbers": AppendFrame(nil, slices.Repeat([]Change{tiny}, n/leastNumber)),
		"smallest JSON":    AppendFrame(nil, slices.Repeat([]Change{{Kind: KindUnit, Del: true}}, n/40)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, err := ReadFrame(b)
		runtime.ReadMemStats(&after)
		if times := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(b)); times > 16 {
			t.Errorf("%s: %d bytes, %d rows (%v), cost %.1f times as many", what, len(b), len(rows), err, times)
		}
	}
}

// Fleet are numbers as an organization has them.
func Fleet(n int) []Change {
	names := []string{"", "Reception", "Front desk", "Support line", "Sales Berlin", "Hotline 24/7"}
	purposes := []string{"sales", "support", "do_not_originate", "survey", "reminder"}
	out := make([]Change, n)
	for i := range out {
		k := id.Number(fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", 0x01900000+i/4096, i%0x10000, mix(uint64(i))&0xfff, i%0xfff, mix(uint64(i))>>16))
		out[i] = Change{Seq: int64(i + 1), Kind: KindNumber, ID: string(k), Number: &number.Number{ID: k, E164: number.E164(fmt.Sprintf("+4930%08d", i*7)),
			CallPurpose: purposes[i%len(purposes)], DisplayName: names[i%len(names)], Status: number.Active, Ver: int64(i + 1),
			Place: number.Place{BusinessUnit: id.BusinessUnit(fmt.Sprintf("01900000-0000-7000-8000-%012d", i%20)), Program: id.Program(fmt.Sprintf("01900000-0000-7000-9000-%012d", i%200))}}}
	}
	return out
}

// BenchmarkSnapshot writes and reads 100,000 numbers in chunks, as frames and as JSON in the same run. Reported besides
// the times: bytes, and how many times longer or larger JSON is.
func BenchmarkSnapshot(b *testing.B) {
	rows := Fleet(100_000)
	type codec struct {
		write func([]Change) []byte
		read  func([]byte) ([]Change, error)
	}
	frame := codec{func(c []Change) []byte { return AppendFrame(nil, c) }, ReadFrame}
	text := codec{
		func(c []Change) []byte { t, _ := json.Marshal(c); return t },
		func(t []byte) (c []Change, err error) { return c, json.Unmarshal(t, &c) },
	}
	type figure struct {
		write, read time.Duration
		bytes       int
	}
	measure := func(c codec) (f figure) {
		var chunks [][]byte
		began := time.Now()
		for i := 0; i < len(rows); i += ChunkRows {
			chunks = append(chunks, c.write(rows[i:i+ChunkRows]))
			f.bytes += len(chunks[len(chunks)-1])
		}
		f.write = time.Since(began)
		began = time.Now()
		for _, t := range chunks {
			if got, err := c.read(t); err != nil || len(got) != ChunkRows {
				b.Fatal(len(got), err)
			}
		}
		f.read = time.Since(began)
		return f
	}
	var fr, js figure
	for range b.N {
		x := measure(frame)
		fr.write, fr.read, fr.bytes = fr.write+x.write, fr.read+x.read, x.bytes
		x = measure(text)
		js.write, js.read, js.bytes = js.write+x.write, js.read+x.read, x.bytes
	}
	n := float64(b.N)
	b.ReportMetric(float64(fr.write.Milliseconds())/n, "ms/encode")
	b.ReportMetric(float64(fr.read.Milliseconds())/n, "ms/decode")
	b.ReportMetric(float64(fr.bytes), "bytes")
	b.ReportMetric(float64(js.write)/float64(fr.write), "x-json-encode")
	b.ReportMetric(float64(js.read)/float64(fr.read), "x-json-decode")
	b.ReportMetric(float64(js.bytes)/float64(fr.bytes), "x-json-bytes")
}
