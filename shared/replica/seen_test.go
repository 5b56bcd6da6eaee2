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

// TestUndoOfRestoreKnowsNoMoreThanWasShown: I11, I22. That a restore of several numbers was applied does not tell that each
// of them was: somebody else may have brought one back before and changed it. Taking the restore back removes none of what
// the person was not shown.
func TestUndoOfRestoreKnowsNoMoreThanWasShown(t *testing.T) {
	t.Parallel()
	for name, pulled := range map[string]bool{"before what others did is here": false, "once it is here": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, tb := synced(t)
			tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Remove, Rows: []Edit{{ID: key(2)}, {ID: key(3)}}}})
			tb.pushes(PushAnswer{Lmid: 1, Head: 12, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 12, Applied: 2}}})
			tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Lmid: 1, Changes: []Change{
				{Seq: 11, Kind: KindNumber, ID: string(key(2)), Del: true}, {Seq: 12, Kind: KindNumber, ID: string(key(3)), Del: true}}})
			tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
			// Somebody else restored the second number by 13 and renamed it by 14.
			tb.pushes(PushAnswer{Lmid: 2, Head: 15, Outcomes: []Outcome{{Mid: 2, Uid: uid(2), St: Applied, Seq: 15, Applied: 1}}})
			want := [2]int64{8, 9}
			if v, _ := tb.e.Row(key(3)); v.DisplayName != "n3" || v.Ver != 9 || v.Epoch != "e1" {
				t.Errorf("shown is %+v", v)
			}
			if pulled {
				tb.fires(TimerGap)
				tb.pulls(PullAnswer{Cursor: cursor("e1", 16), Head: 16, Lmid: 2, Changes: []Change{put(3, "theirs", 14), put(2, "later", 16)}})
				want = [2]int64{15, 14} // the first one was changed after the edit
			}
			tb.step(Event{Undo: &NewUndo{Of: uid(2), Uid: uid(3)}})
			log := tb.e.Log()
			en := log[len(log)-1]
			if got := [2]int64{en.Rows[0].WasVer, en.Rows[1].WasVer}; en.Op != Remove || en.WasEpoch != "e1" || got != want {
				t.Errorf("it is taken back by %+v, want the versions %v", en.Mutation, want)
			}
		})
	}
}
