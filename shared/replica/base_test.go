package replica_test

import (
	"slices"
	"testing"

	"countersign/shared/id"
	. "countersign/shared/replica"
)

// portions gives a store's base as a browser reads it.
func portions(s *Stored) *Stored {
	b := NewBase(10)
	for _, frame := range s.Chunks {
		b.AddFrame(frame)
	}
	for i := range s.Rows {
		b.AddRows(s.Rows[i : i+1])
	}
	out := *s
	out.Chunks, out.Rows, out.Base = nil, nil, b
	return &out
}

// TestBaseInPortions: N13. A base that was read frame by frame is the one that the engine reads itself: what is shown, and
// what becomes of it, is the same.
func TestBaseInPortions(t *testing.T) {
	t.Parallel()
	d, tb := worn(t)
	tb.lead(false)
	tb.step(rename(uid(1), 12, "n12", "Reception"))
	tb.step(Event{Edit: &NewEdit{Uid: uid(2), Op: Remove, Rows: []Edit{{ID: key(13)}}}})
	seen := tb.picture()

	e := New(Options{NewID: func() id.Device { return "c9" }, Rand: func() uint64 { return 1 }})
	e.Step(Event{Loaded: portions(d.Stored())})
	again := &tab{t: t, d: d, e: e}
	if got := again.picture(); got != seen {
		t.Errorf("from a base in portions it shows\n%s\nwant\n%s", got, seen)
	}
	if a, b := e.Status(), tb.e.Status(); !a.Ready || a.Pending != b.Pending || a.Rebuilt != 0 {
		t.Errorf("status %+v, want that of %+v", a, b)
	}
	if !slices.Equal(e.Programs(), tb.e.Programs()) || len(e.Units()) != 1 || len(e.Purposes()) != 1 {
		t.Error("the units, programs or purposes are others")
	}
}

// TestBrokenFrameInPortions: I8. A chunk that rotted on the disk has the base replaced, however it is read.
func TestBrokenFrameInPortions(t *testing.T) {
	t.Parallel()
	d, _ := worn(t)
	s := d.Stored()
	s.Chunks = [][]byte{s.Chunks[0][:len(s.Chunks[0])/2]}
	e := New(Options{NewID: func() id.Device { return "c9" }, Rand: func() uint64 { return 1 }})
	e.Step(Event{Loaded: portions(s)})
	if st := e.Status(); st.Ready || st.Rebuilt != 1 {
		t.Errorf("status %+v, want a base that is not ready", st)
	}
}

// TestEachAfter: N13. All numbers come in portions of any size, although the last one of a portion went meanwhile and
// others came.
func TestEachAfter(t *testing.T) {
	t.Parallel()
	_, tb := worn(t)
	var all []id.Number
	tb.e.Each(func(v View) bool { all = append(all, v.ID); return true })
	for size := range 5 {
		var got []id.Number
		last := id.Number("")
		for {
			n := 0
			tb.e.EachAfter(last, func(v View) bool {
				got, last = append(got, v.ID), v.ID
				n++
				return n <= size
			})
			if n <= size {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("in portions of %d: %v, want %v", size+1, got, all)
		}
	}
	gone := all[3]
	tb.lead(false)
	tb.step(Event{Edit: &NewEdit{Uid: uid(3), Op: Remove, Rows: []Edit{{ID: gone}}}})
	var rest []id.Number
	tb.e.EachAfter(gone, func(v View) bool { rest = append(rest, v.ID); return true })
	if !slices.Equal(rest, all[4:]) {
		t.Errorf("behind a number that went come %v, want %v", rest, all[4:])
	}
}
