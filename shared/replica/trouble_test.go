package replica

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/shared/number"
)

// settled is a synced device whose edit of number 1 was applied at seq 11 and is in base.
func settled(t *testing.T) (*disk, *tab) {
	t.Helper()
	d, tb := synced(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: "u1", St: Applied, Seq: 11, Applied: 1}}, Now: 1000})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, Changes: []Change{put(1, "Reception", 11)}, Now: 1000})
	tb.fires(timerGap)
	return d, tb
}

func (tb *tab) wantLog(want ...string) {
	tb.t.Helper()
	got := []string{}
	for _, en := range tb.d.log {
		st := "queued"
		if en.Outcome != nil {
			st = fmt.Sprintf("%s at %d of %s", en.Outcome.St, en.Outcome.Seq, en.Epoch)
		}
		got = append(got, fmt.Sprintf("%d %s %s", en.Mid, en.Uid, st))
	}
	if !slices.Equal(got, want) {
		tb.t.Errorf("the log is %q, want %q", got, want)
	}
}

// TestRetention: I21. What is settled stays until base includes it and a backup does too, or seven days passed by the
// server's time; and the oldest entry's predecessor is still named in a push.
func TestRetention(t *testing.T) {
	t.Parallel()
	rejected := Outcome{Mid: 1, Uid: "u1", St: Rejected, Seq: 11, Rejected: 1}
	applied := Outcome{Mid: 1, Uid: "u1", St: Applied, Seq: 11, Applied: 1}
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
			tb.step(rename("u1", 1, "n1", "Reception"))
			tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{c.outcome}, Now: 1000})
			tb.pulls(PullAnswer{Cursor: cursor("e1", c.at), Head: 12, Lmid: 1, DurableSeq: c.durable, Now: c.now})
			if kept := len(d.log) == 1; kept != c.kept {
				t.Errorf("kept: %v", kept)
			}
			tb.step(rename("u2", 2, "n2", "Desk"))
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
	if got := tb.e.Status(); got.Preparing != 0 || !got.Ready {
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
	if d.meta.Cursor != cursor("e2", 9) || d.meta.Stage != nil || len(d.chunks) != 2 {
		t.Errorf("stored: %+v", d.meta)
	}
	tb.wantName(1, "Reception", Sending)
	if p := tb.request("push").Push; p.Mutations[0].Uid != "u1" || p.Epoch != "e2" {
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
	tb.fires(timerGap)
	m, frames := snapshot("s1", cursor("e2", 12), []Change{put(1, "Front", 12)})
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Epoch: "e2", Head: 12, Lmid: 1, Reset: ResetPruned, Snapshot: m, Outcomes: []Outcome{{Mid: 1, Uid: "u1", St: Applied, Seq: 11, Applied: 1}}})
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
	if d.meta.Staged != 1 || d.meta.Cursor != "" {
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
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.pushes(PushAnswer{Epoch: "e2", Lmid: 1, Head: 5, Outcomes: []Outcome{{Mid: 1, Uid: "u1", St: Applied, Seq: 5, Applied: 1}}})
	tb.wantLog("1 u1 queued")
	if tb.asks("push") || !tb.asks("pull") {
		t.Error("a push goes before the pull")
	}
}

// TestForked: I3, I16. The server knows another log under the client: a new client, the same uids, all queued again.
func TestForked(t *testing.T) {
	t.Parallel()
	d, tb := settled(t)
	tb.step(rename("u2", 2, "n2", "Desk"))
	was := d.meta.Client
	tb.pushes(PushAnswer{Kind: KindForked})
	if d.meta.Client == was {
		t.Error("the client is the same")
	}
	tb.wantLog("3 u1 queued", "4 u2 queued")
	if p := tb.request("push").Push; p.Client != d.meta.Client || p.PrevMid != 0 || len(p.Mutations) != 2 {
		t.Errorf("pushed %+v", p)
	}
}

// TestGap: what the server lost is sent again when the device holds it; else it starts anew as another client.
func TestGap(t *testing.T) {
	t.Parallel()
	d, tb := settled(t)
	tb.step(rename("u2", 2, "n2", "Desk"))
	was := d.meta.Client
	tb.pushes(PushAnswer{Kind: KindGap, ExpectMid: 1})
	tb.wantLog("1 u1 queued", "2 u2 queued")
	if p := tb.request("push").Push; p.PrevMid != 0 || len(p.Mutations) != 2 || d.meta.Client != was {
		t.Errorf("pushed %+v", p)
	}

	d, tb = settled(t)
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Lmid: 1, DurableSeq: 11})
	tb.wantLog()
	tb.step(rename("u2", 2, "n2", "Desk"))
	was = d.meta.Client
	tb.pushes(PushAnswer{Kind: KindGap, ExpectMid: 1})
	tb.wantLog("3 u2 queued")
	if d.meta.Client == was {
		t.Error("the client is the same although what the server lost is not on the device")
	}
}

// TestQuota: N13. A full disk is tried once more; then the person is told, nothing of the edit is shown, and what was
// pulled and not stored is pulled again.
func TestQuota(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	d.refuse = []string{FailedQuota}
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.wantSaved("u1", "")

	d.refuse = []string{FailedQuota, FailedIO}
	tb.step(rename("u2", 2, "n2", "Desk"))
	tb.wantSaved("u2", FailedIO)
	tb.wantName(2, "n2", NoBadge)

	d.refuse = []string{FailedQuota, FailedQuota}
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Changes: []Change{put(3, "x", 11)}})
	tb.wantName(3, "n3", NoBadge)
	if tb.asks("pull") || tb.timers["retry_pull"] == 0 {
		t.Error("a pull goes again without waiting")
	}
	tb.fires(timerGap)
	tb.fires("retry_pull")
	if c := tb.request("pull").Pull.Cursor; c != cursor("e1", 10) {
		t.Error("the next pull starts where the store is not")
	}
}

// TestLogLimits: edits are refused at the limit, told before it, and nothing is dropped.
func TestLogLimits(t *testing.T) {
	t.Parallel()
	s := Stored{Meta: Meta{Client: "c"}, NextMid: MaxLog}
	for n := range Mid(MaxLog - 1) {
		s.Log = append(s.Log, Entry{Mutation: Mutation{Mid: n + 1, Uid: Uid(fmt.Sprint("u", n)), Op: Set, Rows: []Edit{{ID: key(1)}}}})
	}
	e := New(Options{})
	e.Step(Event{Loaded: &s})
	if st := e.Status(); !st.LogNearlyFull || st.LogFull {
		t.Errorf("status %+v, want a warning", st)
	}
	if out := e.Step(rename("last", 1, "a", "b")); len(out) != 1 || out[0].Store == nil {
		t.Errorf("the last edit gave %+v", out)
	}
	if out := e.Step(rename("over", 1, "a", "b")); len(out) != 1 || out[0].Saved == nil || out[0].Saved.Why != WhyLogFull {
		t.Errorf("one edit too many gave %+v", out)
	}

	long := strings.Repeat("x", 10_000)
	rows := make([]Edit, 30)
	for i := range rows {
		rows[i] = Edit{ID: key(i), Set: &number.Fields{DisplayName: &long}}
	}
	e = New(Options{})
	e.Step(Event{Loaded: &Stored{Meta: Meta{Client: "c"}}})
	out := e.Step(Event{Edit: &NewEdit{Uid: "big", Op: Set, Rows: rows}})
	if len(out) != 1 || out[0].Saved == nil || out[0].Saved.Why != WhyTooLarge {
		t.Errorf("an edit that no push holds gave %+v", out)
	}
}

// TestPushLimits: a push holds at most 200 mutations and 256 KiB, oldest first.
func TestPushLimits(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.lead(false)
	for n := range 250 {
		tb.step(rename(Uid(fmt.Sprintf("u%03d", n)), 1, "a", "b"))
	}
	tb.lead(true)
	if m := tb.request("push").Push.Mutations; len(m) != MaxPush || m[0].Uid != "u000" {
		t.Errorf("%d mutations from %s on were pushed", len(m), m[0].Uid)
	}

	_, tb = synced(t)
	tb.lead(false)
	for n := range 10 {
		tb.step(rename(Uid(fmt.Sprint("u", n)), 1, "a", strings.Repeat("x", 100_000)))
	}
	tb.lead(true)
	if m := tb.request("push").Push.Mutations; len(m) != 2 {
		t.Errorf("%d mutations of 100 KB were pushed, want 2", len(m))
	}
}

// TestBackoff: waits double up to a minute, spread over all of it; whoever is there, or a poke, ends them, but not one
// that the server asked for.
func TestBackoff(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	fail := func(a Answer) {
		a.ID = tb.request("pull").ID
		tb.step(Event{Answer: &a})
	}
	tb.step(Event{Nudge: true})
	most, over := int64(0), int64(1000)
	for range 12 {
		tb.fires(timerGap)
		fail(Answer{Failed: true})
		after := tb.timers["retry_pull"]
		if after < 1 || after > over {
			t.Errorf("waits %d ms, want up to %d", after, over)
		}
		most, over = max(most, after), min(2*over, 60_000)
		if tb.asks("pull") {
			t.Fatal("asked again without waiting")
		}
		tb.fires("retry_pull")
	}
	if most < 10_000 {
		t.Errorf("never waited longer than %d ms", most)
	}

	tb.fires(timerGap)
	fail(Answer{Failed: true})
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 99}})
	tb.fires(timerGap)
	fail(Answer{Refused: RefusedSlow, RetryAfter: 90_000})
	if tb.timers["retry_pull"] < 90_000 {
		t.Error("the server asked for a longer time")
	}
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 100}})
	tb.fires(timerGap)
	if tb.asks("pull") {
		t.Error("a poke ends a wait that the server asked for")
	}
	tb.step(Event{Nudge: true})
	tb.request("pull")
}

// TestPokesAreCoalesced: a thousand pokes are one pull per 200 ms.
func TestPokesAreCoalesced(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	for n := range int64(1000) {
		tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 11 + n}})
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11})
	if tb.asks("pull") || tb.timers[timerGap] != PullGap {
		t.Error("the second pull does not wait")
	}
	tb.fires(timerGap)
	tb.request("pull")
	if tb.asks("pull") {
		t.Error("more than one pull is on its way")
	}
}

// TestSignInExpired: N13. Editing goes on, nothing is sent, and signing in sends it.
func TestSignInExpired(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Refused: RefusedReauth}})
	tb.step(rename("u2", 2, "n2", "Desk"))
	tb.step(Event{Nudge: true})
	tb.wantSaved("u2", "")
	if s := tb.e.Status(); !s.ReauthNeeded || s.Pending != 2 || len(tb.requests) > 0 {
		t.Errorf("status %+v, requests %d", s, len(tb.requests))
	}
	tb.step(Event{SignedIn: true})
	if m := tb.request("push").Push.Mutations; len(m) != 2 {
		t.Errorf("pushed %d edits, want 2", len(m))
	}
}

// TestUpgradeRequired: the log is kept, and nothing is sent by code that the server does not take.
func TestUpgradeRequired(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Refused: RefusedUpgrade}})
	tb.step(Event{Nudge: true})
	if !tb.e.Status().UpgradeNeeded || len(tb.requests) > 0 {
		t.Error("something is sent")
	}
	d.crash()
	if m := d.open(t).request("push").Push.Mutations; len(m) != 1 {
		t.Error("the new code does not send what the old one kept")
	}
}

// TestAccessEnded: I14, I20. What is queued is offered once more, then everything goes from the device, in every tab,
// even when the last push failed; nothing is written afterwards.
func TestAccessEnded(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	other := d.openOffline(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	r := tb.request("push")
	tb.step(Event{Answer: &Answer{ID: r.ID, Failed: true}})
	tb.step(Event{Nudge: true})
	tb.step(Event{Answer: &Answer{ID: tb.request("pull").ID, Refused: RefusedWipe}})
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Failed: true}})
	if !tb.wiped || !other.wiped || !tb.e.Status().Wiped {
		t.Fatal("the copy is still there")
	}
	if d.meta != (Meta{Generation: 1, Tx: d.meta.Tx}) || d.log != nil || d.rows != nil || d.chunks != nil {
		t.Errorf("left: %+v", d.stored())
	}
	for _, x := range []*tab{tb, other} {
		x.wantName(2, "-", NoBadge)
		x.requests = nil
		x.step(Event{Nudge: true})
		x.step(rename("late", 2, "n2", "Desk"))
		x.wantSaved("late", WhyWiped)
		if len(x.requests) > 0 || len(d.log) > 0 || d.meta.Client != "" {
			t.Error("a wiped tab brings something back")
		}
	}
}

// TestLateWriterAfterWipe: I20. A tab that has not heard of the wipe is stopped by the generation, says that its edit was
// not saved, and is empty then.
func TestLateWriterAfterWipe(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	late := d.openOffline(t)
	late.deaf = true
	tb.step(Event{Wipe: true})
	if !tb.wiped || tb.asks("push") {
		t.Fatal("not wiped at once")
	}
	late.step(rename("u1", 1, "n1", "Reception"))
	late.wantSaved("u1", WhyWiped)
	if !late.wiped || len(d.log) > 0 {
		t.Error("a late writer brought something back")
	}
}

// TestWrongBaseIsReplaced: I10. The digest differs: base comes anew, the edits stay.
func TestWrongBaseIsReplaced(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	for range digestEvery {
		tb.step(Event{Nudge: true})
		r := tb.requests[0]
		if !r.Pull.WantDigest {
			tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10})
			tb.fires(timerGap)
			continue
		}
		tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10, Digest: &Digest{Rows: 3, Sum: SumText(1)}})
		tb.fires(timerGap)
		m, frames := snapshot("s1", cursor("e1", 10), []Change{put(1, "n1", 7)})
		if c := tb.requests[len(tb.requests)-1].Pull; c == nil || c.Cursor != "" {
			t.Fatal("no snapshot is asked for")
		}
		tb.pulls(PullAnswer{Head: 10, Reset: ResetUnknown, Snapshot: m})
		tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[0]}})
		tb.wantName(1, "n1", NoBadge)
		tb.wantName(2, "-", NoBadge)
		if tb.e.Status().Rebuilt != 1 {
			t.Error("nobody hears that base was wrong")
		}
		return
	}
	t.Error("no digest was asked for")
}

// TestLeadLost: a tab that does not do the network any more takes no answer in, and the next one asks again.
func TestLeadLost(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	r := tb.request("push")
	tb.lead(false)
	tb.wantName(1, "Reception", SavedHere)
	next := d.open(t)
	tb.step(Event{Answer: &Answer{ID: r.ID, Push: &PushAnswer{Kind: KindOK, Epoch: "e1", Outcomes: []Outcome{{Mid: 1, Uid: "u1", St: Applied, Seq: 11}}}}})
	tb.wantLog("1 u1 queued")
	if m := next.request("push").Push.Mutations; m[0].Uid != "u1" {
		t.Error("the next tab does not push it")
	}
}
