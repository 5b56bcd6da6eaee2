package replica_test

import (
	"slices"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	. "countersign/shared/replica"
)

// TestOfflineEditSurvivesReload: I1, N13. An edit that was told as saved is there after the tab died, is shown before
// anything came from the network, and is pushed when it does.
func TestOfflineEditSurvivesReload(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.lead(false)
	strict := d.strict
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.wantSaved(uid(1), "")
	tb.wantName(1, "Reception", SavedHere)
	if d.strict != strict+1 {
		t.Error("the edit would not have survived a power loss")
	}

	d.crash()
	tb = d.openOffline(t)
	tb.wantName(1, "Reception", SavedHere)
	if s := tb.e.Status(); s.Pending != 1 || !s.Ready {
		t.Errorf("status %+v, want one pending edit and a complete base", s)
	}
	tb.lead(true)
	tb.wantName(1, "Reception", Sending)
	r := tb.request("push")
	if m := r.Push.Mutations; len(m) != 1 || m[0].Uid != uid(1) || r.Push.PrevMid != 0 || *m[0].Rows[0].Was.DisplayName != "n1" {
		t.Errorf("pushed %+v", r.Push)
	}
}

// TestEditBeforeTheStoreIsRead: I1. Nothing is claimed as saved before there is a place to save it in.
func TestEditBeforeTheStoreIsRead(t *testing.T) {
	t.Parallel()
	e := New(Options{})
	out := e.Step(rename(uid(1), 1, "n1", "Reception"))
	if len(out) != 2 || out[0].Saved == nil || out[0].Saved.Why != WhyNotReady || !out[1].Load {
		t.Errorf("an edit of an engine that knows nothing gave %+v", out)
	}
}

// TestLostAnswerIsAskedAgain: I3, I9, I17. The push came through and its answer did not: the same mutation goes again,
// and its effect stays in the view until base includes it, and no longer.
func TestLostAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	r := tb.request("push")
	tb.step(Event{Answer: &Answer{ID: r.ID, Failed: true}})
	tb.wantName(1, "Reception", SavedHere)
	if tb.asks("push") || tb.e.Status().Online {
		t.Error("a failed push goes again without waiting, or counts as online")
	}
	tb.fires("retry_push")
	tb.pushes(PushAnswer{Lmid: 1, Head: 12, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}})
	tb.wantName(1, "Reception", SavedThere)
	if s := tb.e.Status(); s.Pending != 0 || !s.Online {
		t.Errorf("status %+v, want nothing pending", s)
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Lmid: 1, Changes: []Change{put(1, "Reception", 11), put(1, "Front", 12)}})
	tb.wantName(1, "Front", NoBadge)
}

// TestPullTellsTheOutcome: I8, I9. The answer of the push is lost for ever; the outcome comes with the rows.
func TestPullTellsTheOutcome(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.request("push")
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 12}})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Lmid: 1, Changes: []Change{put(1, "Reception", 11), put(1, "Front", 12)},
		Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}})
	tb.wantName(1, "Front", NoBadge)
	if n := tb.e.Status().Pending; n != 0 {
		t.Errorf("%d edits pending", n)
	}
}

// TestConflictNeedsAttention: I2, I9, N13. What was refused leaves the view at once, and the person finds it in the list.
func TestConflictNeedsAttention(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Front office"))
	mine, now := "Front office", "Reception"
	fault := Fault{ID: key(1), Reason: number.Conflict, Mine: &number.Fields{DisplayName: &mine}, Now: &number.Fields{DisplayName: &now}, By: "Dana"}
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Rejected, Seq: 11, Rejected: 1, Faults: []Fault{fault}, Attention: "a1"}}})
	tb.wantName(1, "n1", NoBadge)
	r := tb.request("attention")
	item := Attention{ID: "a1", At: 5, Faults: []Fault{fault}}
	tb.step(Event{Answer: &Answer{ID: r.ID, Attention: &AttentionAnswer{Ver: 1, Items: []Attention{item}}}})
	tb.wantName(1, "n1", NeedsAttention)
	if got := tb.e.Attention(); len(got) != 1 || got[0].ID != "a1" || tb.e.Status().Attention != 1 {
		t.Errorf("attention %+v", got)
	}

	// Resolved on another device: the pull says that the list is another one.
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, AttentionVer: 2, Changes: []Change{put(1, "Reception", 11)}})
	r = tb.request("attention")
	tb.step(Event{Answer: &Answer{ID: r.ID, Attention: &AttentionAnswer{Ver: 2}}})
	tb.wantName(1, "Reception", NoBadge)
	if tb.asks("attention") {
		t.Error("the list is asked for although it is known")
	}
}

// TestMergedShowsWhatWasApplied: N13, I9. Of one save the call purpose was taken and the name was not.
func TestMergedShowsWhatWasApplied(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	name, purpose, wasName, wasPurpose := "Mine", "support", "n1", "sales"
	tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Set, Rows: []Edit{{ID: key(1), Was: &number.Fields{DisplayName: &wasName, CallPurpose: &wasPurpose}}},
		Set: &number.Fields{DisplayName: &name, CallPurpose: &purpose}}})
	tb.pushes(PushAnswer{Lmid: 1, Head: 12, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Merged, Seq: 12, Applied: 1,
		Faults: []Fault{{ID: key(1), Reason: number.Conflict, Mine: &number.Fields{DisplayName: &name}}}}}})
	v, _ := tb.e.Row(key(1))
	if v.DisplayName != "n1" || v.CallPurpose != "support" {
		t.Errorf("shown: %+v", v)
	}
	// Undo takes back what was applied and nothing else (I22).
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	m := tb.request("push").Push.Mutations[0]
	if f := m.SetOf(0); f.DisplayName != nil || *f.CallPurpose != "sales" || *m.Rows[0].Was.CallPurpose != "support" || m.Rows[0].Was.DisplayName != nil {
		t.Errorf("the undo %+v is %+v of %+v", m, *f.CallPurpose, *m.Rows[0].Was.CallPurpose)
	}
}

// TestCreateIsADraft: a number made on the device is shown as a draft until the server's row is there; of a bulk, those
// that were refused are not shown.
func TestCreateIsADraft(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	purpose := "sales"
	create := func(n int) Edit {
		return Edit{ID: key(n), Set: &number.Fields{E164: row(n, "", 0).E164, CallPurpose: &purpose}}
	}
	tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Create, Rows: []Edit{create(8), create(9)}}})
	if v, ok := tb.e.Row(key(8)); !ok || v.Status != number.Draft || v.E164 != "+49300000008" {
		t.Errorf("shown: %+v", v)
	}
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Merged, Seq: 11, Applied: 1, Rejected: 1,
		Faults: []Fault{{ID: key(9), Reason: number.Allocated, Mine: create(9).Set}}}}})
	var got []id.Number
	tb.e.Each(func(v View) bool { got = append(got, v.ID); return true })
	if want := []id.Number{key(1), key(2), key(3), key(4), key(8)}; !slices.Equal(got, want) {
		t.Errorf("shown are %v, want %v", got, want)
	}
}

// TestUndo: I22. The inverse of each operation names what the undone edit left, so that a later edit is not clobbered.
func TestUndo(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.lead(false)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	tb.wantName(1, "n1", SavedHere)

	tb.step(Event{Edit: &NewEdit{Uid: uid(3), Op: Remove, Rows: []Edit{{ID: key(2), WasVer: 8}}, WasEpoch: "e1"}})
	tb.wantName(2, "-", "")
	tb.step(Event{Undo: &NewUndo{Of: uid(3), Uid: uid(4)}})
	tb.wantName(2, "n2", SavedHere)
	tb.step(Event{Undo: &NewUndo{Of: uid(4), Uid: uid(5)}})
	tb.wantName(2, "-", "")

	purpose := "sales"
	tb.step(Event{Edit: &NewEdit{Uid: uid(6), Op: Create, Rows: []Edit{{ID: key(9), Set: &number.Fields{E164: "+4930999", CallPurpose: &purpose}}}}})
	tb.step(Event{Undo: &NewUndo{Of: uid(6), Uid: uid(7)}})
	tb.wantName(9, "-", "")

	log := tb.e.Log()
	if m := log[1]; m.Op != Set || *m.Rows[0].Was.DisplayName != "Reception" || *m.SetOf(0).DisplayName != "n1" {
		t.Errorf("the undo of a rename is %+v", m.Rows[0])
	}
	if m := log[3]; m.Op != Restore || log[4].Op != Remove || log[4].WasEpoch != "e1" || log[4].Rows[0].WasVer != 8 {
		t.Errorf("the undo of a removal is %+v, and of that %+v", log[3], log[4])
	}
	if m := log[6]; m.Op != Remove || m.Rows[0].WasVer != 0 {
		t.Errorf("the undo of a new number is %+v", m)
	}
	tb.step(Event{Undo: &NewUndo{Of: uid(99), Uid: uid(8)}})
	tb.wantSaved(uid(8), WhyGone)
}

// TestUndoOfARemovalShowsTheNumber: base has it no more, but the device remembers what it removed.
func TestUndoOfARemovalShowsTheNumber(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Remove, Rows: []Edit{{ID: key(2), WasVer: 8}}, WasEpoch: "e1"}})
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, Changes: []Change{{Seq: 11, Kind: KindNumber, ID: string(key(2)), Del: true}}})
	tb.wantName(2, "-", "")
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	tb.wantName(2, "n2", Sending)
	if v, _ := tb.e.Row(key(2)); v.E164 != row(2, "", 0).E164 || v.Status != number.Draft {
		t.Errorf("shown: %+v", v)
	}
}

// TestPageAfterPage: I6, I8. Rows, cursor and outcomes of a page are one transaction; the next page is asked for at once.
func TestPageAfterPage(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 14}})
	n := len(d.txs)
	tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 14, More: true, Changes: []Change{put(1, "x", 11), put(2, "y", 12)}})
	if got := d.txs[n:]; len(got) != 1 || len(got[0].Rows) != 2 || got[0].Meta.Cursor != cursor("e1", 12) {
		t.Fatalf("a page was stored as %+v", got)
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 14), Head: 14, Changes: []Change{put(3, "z", 13), {Seq: 14, Kind: KindNumber, ID: string(key(4)), Del: true}}})
	tb.wantName(3, "z", NoBadge)
	tb.wantName(4, "-", NoBadge)
	if tb.asks("pull") {
		t.Error("more is asked for than there is")
	}
}

// TestStalePullIsNotApplied: I6. An answer that starts elsewhere than where the store stands is left out.
func TestStalePullIsNotApplied(t *testing.T) {
	t.Parallel()
	d, first := synced(t)
	second := d.open(t)
	first.step(Event{Nudge: true})
	second.pulls(PullAnswer{Cursor: cursor("e1", 20), Head: 20, Changes: []Change{put(1, "new", 20)}})
	first.wantName(1, "new", NoBadge) // told by the other tab
	first.pulls(PullAnswer{Cursor: cursor("e1", 15), Head: 15, Changes: []Change{put(1, "old", 15)}})
	first.wantName(1, "new", NoBadge)
	if d.Meta().Cursor != cursor("e1", 20) {
		t.Error("the cursor went back")
	}
}

// TestLateTabIsRefused: I6, N13. A tab that has not heard yet what another one did is stopped by the guard, and loads.
func TestLateTabIsRefused(t *testing.T) {
	t.Parallel()
	d, first := synced(t)
	second := d.open(t)
	first.step(Event{Nudge: true})
	first.deaf = true
	second.pulls(PullAnswer{Cursor: cursor("e1", 20), Head: 20, Changes: []Change{put(1, "new", 20)}})
	first.pulls(PullAnswer{Cursor: cursor("e1", 15), Head: 15, Changes: []Change{put(1, "old", 15)}})
	if d.Meta().Cursor != cursor("e1", 20) {
		t.Error("the cursor went back")
	}
	first.wantName(1, "new", NoBadge)
}

// TestTabsShareTheLog: two tabs see each other's edits, and a tab that missed one loads everything.
func TestTabsShareTheLog(t *testing.T) {
	t.Parallel()
	d, first := synced(t)
	second := d.openOffline(t)
	second.step(rename(uid(1), 1, "n1", "Reception"))
	first.wantName(1, "Reception", Sending)

	second.deaf = true
	first.step(rename(uid(2), 2, "n2", "Desk"))
	second.wantName(2, "n2", NoBadge)
	second.deaf = false
	first.step(rename(uid(3), 3, "n3", "Hall"))
	second.wantName(2, "Desk", SavedHere)
	second.wantName(3, "Hall", SavedHere)
}

// TestTwoTabsOnAFreshStore: one of them makes the client id, the other takes it over.
func TestTwoTabsOnAFreshStore(t *testing.T) {
	t.Parallel()
	d := newDisk()
	d.busy = true // both load before either commits
	first, second := d.open(t), d.open(t)
	d.busy = false
	first.step(Event{Nudge: true})
	if first.e.Client() == "" || first.e.Client() != second.e.Client() || d.Meta().Rev != 1 {
		t.Errorf("the tabs are %q and %q; %d revisions", first.e.Client(), second.e.Client(), d.Meta().Rev)
	}
}
