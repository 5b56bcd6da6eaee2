package replica_test

import (
	"testing"

	. "countersign/shared/replica"
)

// hand is an engine on a disk that is stepped by hand, so that what is between two Steps can be seen.
type hand struct {
	t *testing.T
	d *disk
	e *Engine
}

// opens gives an engine that has loaded what is on the disk.
func (d *disk) opens(t *testing.T) *hand {
	t.Helper()
	h := &hand{t, d, New(Options{Rand: func() uint64 { return 1 }})}
	if out := h.e.Step(Event{Timer: "start"}); len(out) != 1 || !out[0].Load {
		t.Fatalf("a new engine asks for %+v", out)
	}
	h.e.Step(Event{Loaded: d.Stored()})
	return h
}

// stores gives the transaction that an engine asked for, nil when there is none.
func stores(out []Effect) *Store {
	for _, ef := range out {
		if ef.Store != nil {
			return ef.Store
		}
	}
	return nil
}

func requests(out []Effect) (list []*Request) {
	for _, ef := range out {
		if ef.Request != nil {
			list = append(list, ef.Request)
		}
	}
	return list
}

// commit does a transaction and tells the engine.
func (h *hand) commit(s *Store) []Effect {
	h.t.Helper()
	mids, why := h.d.Commit(&s.Tx)
	if why != "" {
		h.t.Fatalf("refused: %s", why)
	}
	return h.e.Step(Event{Committed: &Committed{ID: s.ID, No: h.d.Meta().Tx, Tx: s.Tx, Mids: mids}})
}

func (h *hand) wantName(n int, want, when string) {
	h.t.Helper()
	if v, _ := h.e.Row(key(n)); v.DisplayName != want {
		h.t.Errorf("%s number %d is shown as %q, want %q", when, n, v.DisplayName, want)
	}
}

// half is a device whose edit was applied, and on which the first half of a snapshot is staged that has it.
func half(t *testing.T) (d *disk, tb *tab, frames [][]byte) {
	t.Helper()
	d, tb = synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	o := Outcome{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{o}, Now: 1000})
	m, frames := snapshot("s1", cursor("e1", 12), []Change{put(1, "Reception", 11), put(2, "n2", 8), put(3, "n3", 9), put(4, "x4", 12)})
	tb.pulls(PullAnswer{Epoch: "e1", Head: 12, Lmid: 1, Reset: ResetPruned, Snapshot: m, Outcomes: []Outcome{o}})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[0]}})
	return d, tb, frames
}

// TestSwapOfAResumedDownload: I8, I9. The chunks of before a restart are not in memory when all of them become base: until
// they are read again the engine shows what it showed, rows and cursor of one state.
func TestSwapOfAResumedDownload(t *testing.T) {
	t.Parallel()
	d, _, frames := half(t)
	d.crash()
	h := d.opens(t)
	lead := true
	asked := requests(h.e.Step(Event{Lead: &lead}))
	if len(asked) != 1 || asked[0].Chunk == nil || asked[0].Chunk.N != 1 {
		t.Fatalf("asked for %+v, want the second chunk", asked)
	}

	out, loads := h.e.Step(Event{Answer: &Answer{ID: asked[0].ID, Chunk: frames[1]}}), 0
	for st := stores(out); st != nil; st = stores(out) {
		out = h.commit(st)
		for _, ef := range out {
			if ef.View != nil {
				t.Errorf("told %+v as changed, before it is read", ef.View)
			}
			if ef.Load {
				loads++
			}
		}
		h.wantName(1, "Reception", "until the store is read")
		h.wantName(4, "n4", "until the store is read")
	}
	if loads != 1 || d.Meta().Cursor != cursor("e1", 12) {
		t.Fatalf("%d loads, the store is at %q", loads, d.Meta().Cursor)
	}
	h.e.Step(Event{Loaded: d.Stored()})
	h.wantName(1, "Reception", "after it")
	h.wantName(4, "x4", "after it")
}

// TestSwapInATabOpenedMeanwhile: I8, I9. The same in a tab that was opened during the download and hears of its end.
func TestSwapInATabOpenedMeanwhile(t *testing.T) {
	t.Parallel()
	d, tb, frames := half(t)
	h := d.opens(t)
	n, no := len(d.txs), d.Meta().Tx
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[1]}})
	load := false
	for i, tx := range d.txs[n:] {
		for _, ef := range h.e.Step(Event{Committed: &Committed{No: no + int64(i) + 1, Tx: tx}}) {
			load = load || ef.Load
			if ef.View != nil {
				t.Errorf("told %+v as changed, before it is read", ef.View)
			}
		}
		h.wantName(1, "Reception", "until the store is read")
		h.wantName(4, "n4", "until the store is read")
	}
	if !load {
		t.Fatal("the store is not read again")
	}
	h.e.Step(Event{Loaded: d.Stored()})
	h.wantName(1, "Reception", "after it")
	h.wantName(4, "x4", "after it")
}

// TestGapInAnotherTab: I21. What one tab queues again is not dropped by what another one thought out before: both
// transactions are on their way at once, and the drop is refused.
func TestGapInAnotherTab(t *testing.T) {
	t.Parallel()
	d, a := settled(t)
	b := d.open(t)
	a.step(Event{Nudge: true})
	pull := a.request("pull")
	b.step(rename(uid(2), 2, "n2", "Desk"))
	push := b.request("push")

	d.busy = true
	b.step(Event{Answer: &Answer{ID: push.ID, Push: &PushAnswer{Kind: KindGap, Epoch: "e1", ExpectMid: 1}}})
	a.step(Event{Answer: &Answer{ID: pull.ID, Pull: &PullAnswer{Client: pull.Pull.Client, From: pull.Pull.Cursor, Epoch: "e1",
		Cursor: cursor("e1", 11), Head: 11, Lmid: 1, DurableSeq: 11, Now: 1000}}})
	d.busy = false
	a.step(Event{Timer: "go"})
	a.wantLog("1 u1 queued", "2 u2 queued")
}

// TestStoreThatCannotBeRead: I1, N13. What is edited while the store has to be read again, and can't be, is told as not
// saved, so that the text stays in the form; reading is tried again, and then all goes on.
func TestStoreThatCannotBeRead(t *testing.T) {
	t.Parallel()
	d, _ := synced(t)
	h := d.opens(t)
	told := func(out []Effect) (s []Saved) {
		for _, ef := range out {
			if ef.Saved != nil {
				s = append(s, *ef.Saved)
			}
		}
		return s
	}
	if out := h.e.Step(Event{Committed: &Committed{No: d.Meta().Tx + 2}}); len(out) != 1 || !out[0].Load {
		t.Fatalf("after a hole it does %+v", out)
	}
	h.e.Step(rename(uid(1), 1, "n1", "Reception"))
	h.e.Step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	out := h.e.Step(Event{Failed: &StoreFailed{Why: FailedIO}})
	if s := told(out); len(s) != 2 || s[0] != (Saved{uid(1), FailedIO}) || s[1] != (Saved{uid(2), FailedIO}) {
		t.Errorf("when it can't be read the edits are told %+v", s)
	}
	var timer *Timer
	for _, ef := range out {
		if ef.Load {
			t.Error("it is read again at once")
		}
		if ef.Timer != nil {
			timer = ef.Timer
		}
	}
	if timer == nil {
		t.Fatal("it is not tried again")
	}
	if s := told(h.e.Step(rename(uid(3), 1, "n1", "Desk"))); len(s) != 1 || s[0] != (Saved{uid(3), FailedIO}) {
		t.Errorf("an edit meanwhile is told %+v", s)
	}

	if out := h.e.Step(Event{Timer: timer.Name}); len(out) != 1 || !out[0].Load {
		t.Fatalf("when the time has come it does %+v", out)
	}
	h.e.Step(Event{Loaded: d.Stored()})
	st := stores(h.e.Step(rename(uid(4), 1, "n1", "Hall")))
	if st == nil || len(st.Tx.Append) != 1 || st.Tx.Append[0].Uid != uid(4) {
		t.Fatalf("an edit after it was read is stored as %+v", st)
	}
	h.commit(st)
	h.wantName(1, "Hall", "after it was read")
}

// TestUndoWhileTheStoreIsRead: I22. An edit that was stored meanwhile is in memory only once the store was read: its undo
// waits for that.
func TestUndoWhileTheStoreIsRead(t *testing.T) {
	t.Parallel()
	d, _ := synced(t)
	h := d.opens(t)
	st := stores(h.e.Step(rename(uid(1), 1, "n1", "Reception")))
	for range 2 {
		if _, why := d.Commit(&Tx{}); why != "" {
			t.Fatal(why)
		}
	}
	h.e.Step(Event{Committed: &Committed{No: d.Meta().Tx}}) // and nothing of the first one
	h.commit(st)
	if out := h.e.Step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}}); len(out) > 0 {
		t.Fatalf("while the store is read the undo does %+v", out)
	}
	st = stores(h.e.Step(Event{Loaded: d.Stored()}))
	if st == nil || len(st.Tx.Append) != 1 || st.Tx.Append[0].Uid != uid(2) {
		t.Fatalf("after it was read the undo is stored as %+v", st)
	}
	h.commit(st)
	h.wantName(1, "n1", "after the undo")
}

// TestAccessEndedWhileAnEditIsStored: N13, I2. An edit whose way into the store began before the server said that access
// ended is told as saved, so it is offered to the server like the others before everything goes.
func TestAccessEndedWhileAnEditIsStored(t *testing.T) {
	t.Parallel()
	d, _ := synced(t)
	d.crash()
	h := d.opens(t)
	lead := true
	pull := requests(h.e.Step(Event{Lead: &lead}))[0]
	st := stores(h.e.Step(rename(uid(1), 1, "n1", "Reception")))
	if out := h.e.Step(Event{Answer: &Answer{ID: pull.ID, Refused: RefusedWipe}}); len(out) > 0 {
		t.Fatalf("with an edit under way it does %+v", out)
	}

	out := h.commit(st)
	asked := requests(out)
	if len(asked) != 1 || asked[0].Push == nil || asked[0].Push.Mutations[0].Uid != uid(1) || stores(out) != nil {
		t.Fatalf("after the edit was stored it does %+v", out)
	}
	st = stores(h.e.Step(Event{Answer: &Answer{ID: asked[0].ID, Refused: RefusedWipe}}))
	if st == nil || !st.Tx.Wipe {
		t.Error("the copy stays")
	}
}
