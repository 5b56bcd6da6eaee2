package replica_test

import (
	"strings"
	"testing"

	"countersign/shared/number"
	. "countersign/shared/replica"
)

// TestQuota: N13. A full disk is tried once more; then the person is told, nothing of the edit is shown, and what was
// pulled and not stored is pulled again.
func TestQuota(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	d.refuse = []string{FailedQuota}
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.wantSaved(uid(1), "")

	d.refuse = []string{FailedQuota, FailedIO}
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	tb.wantSaved(uid(2), FailedIO)
	tb.wantName(2, "n2", NoBadge)

	d.refuse = []string{FailedQuota, FailedQuota}
	tb.step(Event{Nudge: true})
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11, Changes: []Change{put(3, "x", 11)}})
	tb.wantName(3, "n3", NoBadge)
	if tb.asks("pull") || tb.timers["retry_pull"] == 0 {
		t.Error("a pull goes again without waiting")
	}
	tb.fires(TimerGap)
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
		s.Log = append(s.Log, Entry{Mutation: Mutation{Mid: n + 1, Uid: uid(int(n)), Op: Set, Rows: []Edit{{ID: key(1)}}}})
	}
	e := New(Options{})
	e.Step(Event{Loaded: &s})
	if st := e.Status(); !st.LogNearlyFull || st.LogFull {
		t.Errorf("status %+v, want a warning", st)
	}
	if out := e.Step(rename(uid(MaxLog), 1, "a", "b")); len(out) != 1 || out[0].Store == nil {
		t.Errorf("the last edit gave %+v", out)
	}
	if out := e.Step(rename(uid(MaxLog+1), 1, "a", "b")); len(out) != 1 || out[0].Saved == nil || out[0].Saved.Why != WhyLogFull {
		t.Errorf("one edit too many gave %+v", out)
	}

	long := strings.Repeat("x", MaxPushBytes)
	rows := []Edit{{ID: key(1)}, {ID: key(2), Set: &number.Fields{DisplayName: &long}}}
	e = New(Options{})
	e.Step(Event{Loaded: &Stored{Meta: Meta{Client: "c"}}})
	out := e.Step(Event{Edit: &NewEdit{Uid: uid(1), Op: Set, Rows: rows}})
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
		tb.step(rename(uid(n), 1, "a", "b"))
	}
	tb.lead(true)
	if m := tb.request("push").Push.Mutations; len(m) != MaxPush || m[0].Uid != uid(0) {
		t.Errorf("%d mutations from %s on were pushed", len(m), m[0].Uid)
	}

	_, tb = synced(t)
	tb.lead(false)
	for n := range 10 {
		tb.step(rename(uid(int(n)), 1, "a", strings.Repeat("x", 100_000)))
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
		tb.fires(TimerGap)
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

	tb.fires(TimerGap)
	fail(Answer{Failed: true})
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 99}})
	tb.fires(TimerGap)
	fail(Answer{Refused: RefusedSlow, RetryAfter: 90_000})
	if tb.timers["retry_pull"] < 90_000 {
		t.Error("the server asked for a longer time")
	}
	tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 100}})
	tb.fires(TimerGap)
	if tb.asks("pull") {
		t.Error("a poke ends a wait that the server asked for")
	}
	tb.step(Event{Nudge: true})
	tb.request("pull")
}

// TestChunksThatFailTogether: N13. The chunks that were on their way when the network went are one failure: waits double,
// however many they are, and the wait that the server asks for in one of them counts.
func TestChunksThatFailTogether(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(Event{Nudge: true})
	var rows []Change
	for n := range 20 {
		rows = append(rows, put(n, "n", int64(n+1)))
	}
	m, _ := snapshot("s1", cursor("e2", 30), rows)
	tb.pulls(PullAnswer{Epoch: "e2", Head: 30, Reset: ResetReplaced, Snapshot: m})
	for most := int64(1000); most <= 60_000; most *= 2 {
		failed := 0
		for ; tb.asks("chunk"); failed++ {
			tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Failed: true}})
			if after := tb.timers["retry_pull"]; after > most {
				t.Fatalf("waits %d ms, want up to %d", after, most)
			}
		}
		if failed != 4 {
			t.Fatalf("%d chunks were asked for at a time", failed)
		}
		tb.fires("retry_pull")
	}
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Failed: true}})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Refused: RefusedSlow, RetryAfter: 90_000}})
	tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Failed: true}})
	if after := tb.timers["retry_pull"]; after < 90_000 {
		t.Errorf("waits %d ms, the server asked for more", after)
	}
}

// TestPokesAreCoalesced: a thousand pokes are one pull per 200 ms.
func TestPokesAreCoalesced(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	for n := range int64(1000) {
		tb.step(Event{Poke: &Poke{Epoch: "e1", Head: 11 + n}})
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", 11), Head: 11})
	if tb.asks("pull") || tb.timers[TimerGap] != PullGap {
		t.Error("the second pull does not wait")
	}
	tb.fires(TimerGap)
	tb.request("pull")
	if tb.asks("pull") {
		t.Error("more than one pull is on its way")
	}
}

// TestSignInExpired: N13. Editing goes on, nothing is sent, and signing in sends it.
func TestSignInExpired(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Refused: RefusedReauth}})
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	tb.step(Event{Nudge: true})
	tb.wantSaved(uid(2), "")
	if s := tb.e.Status(); !s.ReauthNeeded || s.Pending != 2 || len(tb.requests) > 0 {
		t.Errorf("status %+v, requests %d", s, len(tb.requests))
	}
	tb.step(Event{SignedIn: true})
	if m := tb.request("push").Push.Mutations; len(m) != 2 {
		t.Errorf("pushed %d edits, want 2", len(m))
	}
}

// TestLateRefusalAfterSigningIn: N13. What was asked before the sign-in and is refused after it asks for no other one.
func TestLateRefusalAfterSigningIn(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.step(Event{Nudge: true})
	push, pull := tb.request("push"), tb.request("pull")
	tb.step(Event{Answer: &Answer{ID: pull.ID, Refused: RefusedReauth}})
	tb.step(Event{SignedIn: true})
	tb.step(Event{Answer: &Answer{ID: push.ID, Refused: RefusedReauth}})
	if tb.e.Status().ReauthNeeded {
		t.Error("the person is asked to sign in again")
	}
	tb.fires("retry_push")
	tb.request("push")
}

// TestUpgradeRequired: the log is kept, and nothing is sent by code that the server does not take.
func TestUpgradeRequired(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
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
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	r := tb.request("push")
	tb.step(Event{Answer: &Answer{ID: r.ID, Failed: true}})
	tb.step(Event{Nudge: true})
	tb.step(Event{Answer: &Answer{ID: tb.request("pull").ID, Refused: RefusedWipe}})
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Failed: true}})
	if !tb.wiped || !other.wiped || !tb.e.Status().Wiped {
		t.Fatal("the copy is still there")
	}
	if d.Meta() != (Meta{Generation: 1, Tx: d.Meta().Tx}) || !d.Empty() {
		t.Errorf("left: %+v", d.Stored())
	}
	for _, x := range []*tab{tb, other} {
		x.wantName(2, "-", NoBadge)
		x.requests = nil
		x.step(Event{Nudge: true})
		x.step(rename(uid(99), 2, "n2", "Desk"))
		x.wantSaved(uid(99), WhyWiped)
		if len(x.requests) > 0 || len(d.Log()) > 0 || d.Meta().Client != "" {
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
	late.step(rename(uid(1), 1, "n1", "Reception"))
	late.wantSaved(uid(1), WhyWiped)
	if !late.wiped || len(d.Log()) > 0 {
		t.Error("a late writer brought something back")
	}
}

// TestWipedWhileItWasRead: I20. A tab that is to wipe a store, and reads that another one did so meanwhile, is done: the
// store may be deleted by now and can't be written any more.
func TestWipedWhileItWasRead(t *testing.T) {
	t.Parallel()
	e := New(Options{})
	if out := e.Step(Event{Lead: new(true)}); len(out) != 1 || !out[0].Load {
		t.Fatalf("it begins with %+v", out)
	}
	e.Step(Event{Wipe: true})
	e.Step(Event{Committed: &Committed{No: 1, Tx: Tx{Wipe: true}}})
	told := false
	for _, ef := range e.Step(Event{Loaded: &Stored{Meta: Meta{Generation: 1, Tx: 1}, NextMid: 1}}) {
		told = told || ef.Wiped
		if ef.Store != nil || ef.Request != nil {
			t.Errorf("it writes or asks %+v", ef)
		}
	}
	if !told || !e.Status().Wiped {
		t.Error("it goes on")
	}
}

// TestSignOutOffline: I20. What the person gave up goes at once, though the network is away; a store that fails is tried
// until it is empty.
func TestSignOutOffline(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.step(Event{Nudge: true})
	tb.step(Event{Answer: &Answer{ID: tb.request("pull").ID, Failed: true}})
	d.refuse = []string{FailedIO, FailedIO}
	tb.step(Event{Wipe: true})
	if tb.wiped || tb.timers["retry_wipe"] == 0 {
		t.Fatal("it is told as wiped although the store failed")
	}
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.wantSaved(uid(1), WhyWiped)
	tb.fires("retry_wipe")
	if !tb.wiped || d.Meta().Client != "" || tb.asks("push") {
		t.Error("the copy is still there")
	}
}

// TestWrongBaseIsReplaced: I10. The digest differs: base comes anew, the edits stay.
func TestWrongBaseIsReplaced(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	for range DigestEvery {
		tb.step(Event{Nudge: true})
		r := tb.requests[0]
		if !r.Pull.WantDigest {
			tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10})
			tb.fires(TimerGap)
			continue
		}
		tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10, Digest: &Digest{Rows: 3, Sum: SumText(1)}})
		tb.fires(TimerGap)
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
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	r := tb.request("push")
	tb.lead(false)
	tb.wantName(1, "Reception", SavedHere)
	next := d.open(t)
	tb.step(Event{Answer: &Answer{ID: r.ID, Push: &PushAnswer{Kind: KindOK, Epoch: "e1", Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11}}}}})
	tb.wantLog("1 u1 queued")
	if m := next.request("push").Push.Mutations; m[0].Uid != uid(1) {
		t.Error("the next tab does not push it")
	}
}
