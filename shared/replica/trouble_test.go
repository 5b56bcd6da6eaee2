package replica_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	. "countersign/shared/replica"
)

// settled is a synced device whose edit of number 1 was applied at seq 11 and is in base.
func settled(t *testing.T) (*disk, *tab) {
	t.Helper()
	d, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}, Now: 1000})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, Changes: []Change{put(1, "Reception", 11)}, Now: 1000})
	tb.fires(TimerGap)
	return d, tb
}

func (tb *tab) wantLog(want ...string) {
	tb.t.Helper()
	got := []string{}
	for _, en := range tb.d.Log() {
		st := "queued"
		if en.Outcome != nil {
			st = fmt.Sprintf("%s at %d of %s", en.Outcome.St, en.Outcome.Seq, en.Epoch)
		}
		got = append(got, fmt.Sprintf("%d u%s %s", en.Mid, strings.TrimLeft(string(en.Uid), "0"), st))
	}
	if !slices.Equal(got, want) {
		tb.t.Errorf("the log is %q, want %q", got, want)
	}
}

// TestRetention: I21. What is settled stays until base includes it and a backup does too, or seven days passed by the
// server's time; and the oldest entry's predecessor is still named in a push.
func TestRetention(t *testing.T) {
	t.Parallel()
	rejected := Outcome{Mid: 1, Uid: uid(1), St: Rejected, Seq: 11, Rejected: 1}
	applied := Outcome{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}
	for _, c := range []struct {
		name    string
		outcome Outcome
		at      int64 // base
		durable int64
		now     int64
		kept    bool
	}{
		{"in no backup", applied, 11, 10, 2000, true},
		{"in a backup", applied, 11, 11, 2000, false},
		{"in a backup but not in base", applied, 10, 11, 2000, true},
		{"seven days old", applied, 11, 0, 1000 + RetainTime, false},
		{"not quite seven days old", applied, 11, 0, 999 + RetainTime, true},
		{"changed nothing, and the backup may be from before", rejected, 11, 11, 2000, true},
		{"changed nothing, and the backup is from after", rejected, 11, 12, 2000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, tb := synced(t)
			tb.step(rename(uid(1), 1, "n1", "Reception"))
			tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{c.outcome}, Now: 1000})
			tb.pulls(PullAnswer{Cursor: cursor("e1", c.at), Head: 12, Lmid: 1, DurableSeq: c.durable, Now: c.now})
			if kept := len(d.Log()) == 1; kept != c.kept {
				t.Errorf("kept: %v", kept)
			}
			tb.step(rename(uid(2), 2, "n2", "Desk"))
			if p := tb.request("push").Push; p.PrevMid != 1 || p.Mutations[0].Mid != 2 {
				t.Errorf("pushed %d after %d, want 2 after 1", p.Mutations[0].Mid, p.PrevMid)
			}
		})
	}
}

// TestResetOffersWhatWasForgotten: I15, I21. The server was restored: base is replaced by a snapshot, the edit that the
// new history has not is queued again with the same uid, and the view shows it all the time.
func TestResetOffersWhatWasForgotten(t *testing.T) {
	t.Parallel()
	d, tb := settled(t)
	m, frames := snapshot("s1", cursor("e2", 9), []Change{put(1, "n1", 7), put(2, "n2", 8), put(3, "n3", 9)})
	tb.step(Event{Poke: &Poke{Epoch: "e2", Head: 9}})
	tb.pulls(PullAnswer{Epoch: "e2", Head: 9, Reset: ResetReplaced, Snapshot: m})
	tb.wantLog("1 u1 queued")
	tb.wantName(4, "n4", NoBadge) // the old base until the new one is complete
	if tb.asks("push") {
		t.Error("something is pushed while base is replaced")
	}
	if got := tb.e.Status(); got.Preparing != 1 || !got.Ready {
		t.Errorf("status %+v", got)
	}
	for n := range frames {
		r := tb.request("chunk")
		if r.Chunk.N != n || r.Chunk.Snapshot != "s1" {
			t.Fatalf("asked for chunk %+v, want %d", r.Chunk, n)
		}
		tb.step(Event{Answer: &Answer{ID: r.ID, Chunk: frames[n]}})
	}
	tb.wantName(4, "-", NoBadge)
	if d.Meta().Cursor != cursor("e2", 9) || d.Meta().Stage != nil || len(d.Stored().Chunks) != 2 {
		t.Errorf("stored: %+v", d.Meta())
	}
	tb.wantName(1, "Reception", Sending)
	if p := tb.request("push").Push; p.Mutations[0].Uid != uid(1) || p.Epoch != "e2" {
		t.Errorf("pushed %+v", p)
	}
}

// TestResetKeepsWhatIsConfirmed: I9. An edit that the new history has too is not shown again over what came after it,
// neither on the old base nor on the new one.
func TestResetKeepsWhatIsConfirmed(t *testing.T) {
	t.Parallel()
	_, tb := settled(t)
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 12}})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Lmid: 1, Changes: []Change{put(1, "Front", 12)}, Now: 1000})
	tb.fires(TimerGap)
	m, frames := snapshot("s1", cursor("e2", 12), []Change{put(1, "Front", 12)})
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Epoch: "e2", Head: 12, Lmid: 1, Reset: ResetPruned, Snapshot: m, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}})
	tb.wantName(1, "Front", NoBadge)
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[0]}})
	tb.wantName(1, "Front", NoBadge)
	tb.wantLog("1 u1 applied at 11 of e2")
}

// TestSnapshotResumes: a download goes on after a restart where it stopped, a chunk that is not what the manifest says is
// not taken, and a snapshot that is no more is replaced by another.
func TestSnapshotResumes(t *testing.T) {
	t.Parallel()
	d := newDisk()
	tb := d.open(t)
	m, frames := snapshot("s1", cursor("e1", 4), []Change{put(1, "n1", 1), put(2, "n2", 2), put(3, "n3", 3), put(4, "n4", 4)})
	tb.pulls(PullAnswer{Head: 4, Reset: ResetUnknown, Snapshot: m})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[0]}})
	if s := tb.e.Status(); s.Preparing != 50 || s.Ready {
		t.Errorf("status %+v, want half of it", s)
	}

	d.crash()
	tb = d.open(t)
	r := tb.request("chunk")
	if r.Chunk.N != 1 {
		t.Fatalf("asked for chunk %d, want 1", r.Chunk.N)
	}
	torn := slices.Clone(frames[1])
	torn[len(torn)-1] ^= 1
	tb.step(Event{Answer: &Answer{ID: r.ID, Chunk: torn}})
	if d.Meta().Staged != 1 || d.Meta().Cursor != "" {
		t.Error("a torn chunk was stored")
	}
	tb.fires("retry_pull")
	r = tb.request("chunk")
	tb.step(Event{Answer: &Answer{ID: r.ID, Refused: RefusedGone}})
	m2, frames2 := snapshot("s2", cursor("e1", 5), []Change{put(1, "n1", 1), put(2, "n2", 5)})
	tb.pulls(PullAnswer{Head: 5, Reset: ResetUnknown, Snapshot: m2})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames2[0]}})
	tb.wantName(1, "n1", NoBadge)
	tb.wantName(3, "-", NoBadge)
	if tb.e.Status().Rebuilt != 0 {
		t.Error("the new base is not what its manifest says")
	}
	d.crash()
	d.openOffline(t).wantName(2, "n2", NoBadge)
}

// TestVerifyQueuesWhatIsMissing: I21. The receipts differ: what has none goes to the server again.
func TestVerifyQueuesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, tb := settled(t)
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Verify: true})
	tb.wantLog("1 u1 queued")
	tb.request("push")
}

// TestAnotherEpochOnly: a delta of a new epoch confirms by the sum of receipts what it does not list.
func TestAnotherEpochOnly(t *testing.T) {
	t.Parallel()
	_, tb := settled(t)
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e2", 11), Epoch: "e2", Head: 11, Lmid: 1})
	tb.wantLog("1 u1 applied at 11 of e2")
	tb.wantName(1, "Reception", NoBadge)
}

// TestPushAnswerOfAnotherEpoch: it is left out, and a pull decides before anything is pushed again.
func TestPushAnswerOfAnotherEpoch(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.pushes(PushAnswer{Epoch: "e2", Lmid: 1, Head: 5, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 5, Applied: 1}}})
	tb.wantLog("1 u1 queued")
	if tb.asks("push") || !tb.asks("pull") {
		t.Error("a push goes before the pull")
	}
}

// TestForked: I3, I16. The server knows another log under the client: a new client, the same uids, all queued again.
func TestForked(t *testing.T) {
	t.Parallel()
	d, tb := settled(t)
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	was := d.Meta().Client
	tb.pushes(PushAnswer{Kind: KindForked})
	if d.Meta().Client == was {
		t.Error("the client is the same")
	}
	tb.wantLog("3 u1 queued", "4 u2 queued")
	if p := tb.request("push").Push; p.Client != d.Meta().Client || p.PrevMid != 0 || len(p.Mutations) != 2 {
		t.Errorf("pushed %+v", p)
	}
}

// TestGap: what the server lost is sent again when the device holds it; else it starts anew as another client.
func TestGap(t *testing.T) {
	t.Parallel()
	d, tb := settled(t)
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	was := d.Meta().Client
	tb.pushes(PushAnswer{Kind: KindGap, ExpectMid: 1})
	tb.wantLog("1 u1 queued", "2 u2 queued")
	if p := tb.request("push").Push; p.PrevMid != 0 || len(p.Mutations) != 2 || d.Meta().Client != was {
		t.Errorf("pushed %+v", p)
	}

	d, tb = settled(t)
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, DurableSeq: 11})
	tb.wantLog()
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	was = d.Meta().Client
	tb.pushes(PushAnswer{Kind: KindGap, ExpectMid: 1})
	tb.wantLog("3 u2 queued")
	if d.Meta().Client == was {
		t.Error("the client is the same although what the server lost is not on the device")
	}
}
