package replica_test

import (
	"testing"

	. "countersign/shared/replica"
)

// overfull is a device that holds five settled edits more than are kept, settled at 1000, 1001 and so on and in no backup.
func overfull(t *testing.T) (*disk, *tab) {
	t.Helper()
	d := newDisk()
	tx := Tx{Meta: &Meta{Client: "c", Cursor: cursor("e1", 30_000), Rev: 1}}
	for n := range RetainMost + 5 {
		st := Applied
		if n == 1 {
			st = Rejected
		}
		tx.Append = append(tx.Append, Entry{Epoch: "e1", Settled: int64(1000 + n), Outcome: &Outcome{Mid: Mid(n + 1), Uid: uid(n), St: st, Seq: int64(n + 11)},
			Mutation: Mutation{Uid: uid(n), Op: Set, Rows: []Edit{{ID: key(1)}}}})
	}
	if _, why := d.Commit(&tx); why != "" {
		t.Fatal(why)
	}
	return d, d.open(t)
}

// TestLossBeyondRetention: I21. What had to be dropped before a backup had it can't be offered again to a server that was
// restored: how many edits and of when is told, until the person saw it, also after a restart.
func TestLossBeyondRetention(t *testing.T) {
	t.Parallel()
	d, tb := overfull(t)
	tb.pulls(PullAnswer{Cursor: cursor("e1", 30_000), Head: 30_000, DurableSeq: 5, Now: 2000})
	if n := len(d.Log()); n != RetainMost {
		t.Fatalf("%d entries are kept", n)
	}
	if l := tb.e.Status().Lost; l != (Loss{}) {
		t.Errorf("nothing went, and told is %+v", l)
	}
	tb.fires(TimerGap)
	tb.step(Event{Nudge: true})
	m, _ := snapshot("s1", cursor("e2", 6), []Change{put(1, "n1", 6)})
	tb.pulls(PullAnswer{Epoch: "e2", Head: 6, Reset: ResetReplaced, Snapshot: m})
	want := Loss{Edits: 4, From: 1000, To: 1004, Seq: 15} // the second one was rejected: nothing of it can be lost
	if l := tb.e.Status().Lost; l != want {
		t.Errorf("told is %+v, want %+v", l, want)
	}

	d.crash()
	tb = d.open(t)
	if l := tb.e.Status().Lost; l != want {
		t.Errorf("told after a restart is %+v, want %+v", l, want)
	}
	tb.step(Event{LossSeen: true})
	if l := tb.e.Status().Lost; l != (Loss{}) || d.Meta().Lost != l {
		t.Errorf("told again is %+v", l)
	}
}

// TestDroppedAndInABackupLater: I21. What a backup has by the time that the server is restored is not told as lost, and
// neither is anything where base is replaced for another reason.
func TestDroppedAndInABackupLater(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		durable int64
		why     string
		lost    int
	}{{14, ResetReplaced, 4}, {15, ResetReplaced, 0}, {14, ResetPruned, 0}, {14, ResetUnknown, 0}} {
		_, tb := overfull(t)
		tb.pulls(PullAnswer{Cursor: cursor("e1", 30_000), Head: 30_000, DurableSeq: 5, Now: 2000})
		tb.fires(TimerGap)
		tb.step(Event{Nudge: true})
		tb.pulls(PullAnswer{Cursor: cursor("e1", 30_001), Head: 30_001, DurableSeq: c.durable, Now: 2000})
		tb.fires(TimerGap)
		tb.step(Event{Nudge: true})
		m, _ := snapshot("s1", cursor("e2", 20), []Change{put(1, "n1", 6)})
		tb.pulls(PullAnswer{Epoch: "e2", Head: 20, Reset: c.why, Snapshot: m})
		if n := tb.e.Status().Lost.Edits; n != c.lost {
			t.Errorf("durable to %d, %s: %d edits are told as lost, want %d", c.durable, c.why, n, c.lost)
		}
	}
}
