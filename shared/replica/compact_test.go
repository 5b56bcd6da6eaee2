package replica_test

import (
	"fmt"
	"testing"

	"countersign/shared/number"
	. "countersign/shared/replica"
)

// worn is a synced device on whose chunks more rows lie than it wants.
func worn(t *testing.T) (*disk, *tab) {
	t.Helper()
	d, tb := synced(t)
	tb.e.CompactAbove(10)
	tb.step(Event{Nudge: true})
	changes := []Change{
		{Seq: 11, Kind: KindUnit, ID: "u", Unit: &number.Unit{ID: "u", Name: "Sales", Ver: 11}},
		{Seq: 12, Kind: KindProgram, ID: "p", Program: &number.Program{ID: "p", BusinessUnit: "u", DisplayName: "Spring", Ver: 12}},
		{Seq: 13, Kind: KindPurpose, ID: "sales", Purpose: &number.Purpose{Key: "sales", Labels: map[string]string{"en": "Sales"}}},
	}
	for n := range 10 {
		changes = append(changes, put(10+n, fmt.Sprint("n", 10+n), int64(14+n)))
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 23), Head: 23, Changes: changes})
	return d, tb
}

// TestCompact: I8. Rows that lie on top go into chunks when there is nothing else to do; base is the same before, after
// and after a restart.
func TestCompact(t *testing.T) {
	t.Parallel()
	d, tb := worn(t)
	if len(d.Stored().Chunks) != 1 || len(d.Stored().Rows) != 0 || d.Meta().Stage != nil || d.Meta().Cursor != cursor("e1", 23) {
		t.Fatalf("%d chunks, %d rows, %+v", len(d.Stored().Chunks), len(d.Stored().Rows), d.Meta())
	}
	seen := tb.picture()
	d.crash()
	again := d.openOffline(t)
	if got := again.picture(); got != seen {
		t.Errorf("after a restart it shows\n%s\nbefore\n%s", got, seen)
	}
	if u := again.e.Units(); len(u) != 1 || len(again.e.Programs()) != 1 || len(again.e.Purposes()) != 1 {
		t.Errorf("units %+v, programs, purposes", u)
	}
	if again.e.Status().Rebuilt != 0 || tb.e.Status().Rebuilt != 0 {
		t.Error("the new base is another one")
	}
}

// TestCompactWithoutRoom: N13. Where the disk is too full for it, syncing goes on without.
func TestCompactWithoutRoom(t *testing.T) {
	t.Parallel()
	for fails := range 3 {
		d, tb := synced(t)
		tb.e.CompactAbove(3)
		tb.step(Event{Nudge: true})
		// The page is stored; then the given number of compaction's transactions; then there is no room.
		d.refuse = make([]string, 1+fails, 10)
		d.refuse = append(d.refuse, FailedQuota, FailedQuota)
		tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Changes: []Change{put(5, "n5", 11)}})
		d.refuse = nil
		tb.fires(TimerGap)
		if tb.asks("pull") {
			tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Changes: []Change{put(6, "n6", 12)}})
		}
		tb.step(rename(uid(1), 6, "n6", "Desk"))
		tb.wantName(6, "Desk", Sending)
		if d.Meta().Stage != nil || len(d.Stored().Chunks) > 0 || d.Meta().Cursor != cursor("e1", 12) {
			t.Errorf("after %d steps: %+v", fails, d.Meta())
		}
	}
}

// TestCompactIsNotSeen: N13. New chunks of the same rows are no reason to draw a screen anew, in the tab that writes them
// or in another one, and nobody reads them before the next start.
func TestCompactIsNotSeen(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	other := d.openOffline(t)
	tb.e.CompactAbove(3)
	tb.step(Event{Nudge: true})
	tb.changed, other.changed = nil, nil
	var changes []Change
	for n := range 5 {
		changes = append(changes, put(10+n, fmt.Sprint("n", 10+n), int64(11+n)))
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 15), Head: 15, Changes: changes})
	if len(d.Stored().Rows) != 0 || d.Meta().Stage != nil {
		t.Fatalf("%d rows are left on top of the chunks", len(d.Stored().Rows))
	}
	for name, x := range map[string]*tab{"the tab": tb, "the other one": other} {
		if len(x.changed) != 1 || x.changed[0].All || len(x.changed[0].IDs) != 5 {
			t.Errorf("%s is told %+v, want the five numbers", name, x.changed)
		}
		if s := x.e.Status(); s.Rebuilt != 0 || !s.Ready {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if a, b := tb.picture(), other.picture(); a != b {
		t.Errorf("the tab shows\n%s\nthe other one\n%s", a, b)
	}
}
