package replica_test

import (
	"testing"

	"countersign/shared/number"
	. "countersign/shared/replica"
)

// TestRemovalOfBeforeHistoryWasReplaced: I11. A version counts in the history that the person saw it in, however late the
// removal is asked for, or what undoes it: in another one it would speak for changes that they never saw.
func TestRemovalOfBeforeHistoryWasReplaced(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	v, _ := tb.e.Row(key(4)) // a form is open
	if v.Epoch != "e1" || v.Ver != 10 {
		t.Fatalf("shown is %+v", v)
	}
	tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Remove, Rows: []Edit{{ID: key(2)}}}})
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	m, frames := snapshot("s2", cursor("e2", 9), []Change{put(2, "x2", 6), put(4, "x4", 9)})
	tb.step(Event{Poke: &Poke{Epoch: "e2", Head: 9}})
	tb.pulls(PullAnswer{Epoch: "e2", Head: 9, Reset: ResetReplaced, Snapshot: m})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[0]}})
	if now, _ := tb.e.Row(key(4)); now.Epoch != "e2" || now.Ver != 9 || now.DisplayName != "x4" {
		t.Fatalf("shown is %+v", now)
	}
	tb.step(Event{Undo: &NewUndo{Of: uid(2), Uid: uid(3)}})
	tb.step(Event{Edit: &NewEdit{Uid: uid(4), Op: Remove, Rows: []Edit{{ID: v.ID, Was: &number.Fields{DisplayName: &v.DisplayName}, WasVer: v.Ver}}, WasEpoch: v.Epoch}})
	tb.step(Event{Edit: &NewEdit{Uid: uid(5), Op: Remove, Rows: []Edit{{ID: key(2)}}}}) // not shown any more
	log := tb.e.Log()
	if len(log) != 5 {
		t.Fatalf("the log is %+v", log)
	}
	for i, want := range []struct {
		op    Op
		ver   int64
		epoch Epoch
	}{{Remove, 8, "e1"}, {Restore, 8, "e1"}, {Remove, 8, "e1"}, {Remove, 10, "e1"}, {Remove, 0, "e2"}} {
		if got := log[i]; got.Op != want.op || got.Rows[0].WasVer != want.ver || got.WasEpoch != want.epoch {
			t.Errorf("%d is stored as %+v, want %+v", i, got.Mutation, want)
		}
	}
}
