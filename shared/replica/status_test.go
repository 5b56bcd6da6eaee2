package replica_test

import (
	"strings"
	"testing"

	. "countersign/shared/replica"
)

// TestStatusOfATabThatFollows: N13. What the network does is known where it is done; the other tabs say what they were
// told of it, and a tab that leads no more knows nothing by itself.
func TestStatusOfATabThatFollows(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	f := d.openOffline(t)
	tell := func() {
		s := tb.e.Status()
		f.step(Event{Leader: &s})
	}
	f.step(rename(uid(1), 1, "n1", "Reception"))
	tell()
	if s := f.e.Status(); !s.Online || s.Sending != 1 || s.Pending != 1 {
		t.Errorf("while the edit is sent a following tab says %+v", s)
	}
	tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Refused: RefusedReauth}})
	tell()
	if s := f.e.Status(); !s.ReauthNeeded || s.Sending != 0 {
		t.Errorf("when the sign-in expired a following tab says %+v", s)
	}

	tb.lead(false)
	f.lead(true)
	if s := tb.e.Status(); s.Online {
		t.Error("a tab that does not do the network any more says it is online")
	}
	if s := f.e.Status(); s.Online || s.ReauthNeeded {
		t.Errorf("a tab that has just begun to do the network says %+v", s)
	}
	f.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10})
	tell()
	if s := f.e.Status(); !s.Online {
		t.Error("what another tab tells goes over what this one knows")
	}
}

// TestPreparingFromTheFirstChunkOn: N13. A copy that is downloaded is told as such while its first chunk is on its way.
func TestPreparingFromTheFirstChunkOn(t *testing.T) {
	t.Parallel()
	tb := newDisk().open(t)
	if s := tb.e.Status(); s.Preparing != 0 {
		t.Errorf("before anything is downloaded: %+v", s)
	}
	m, frames := snapshot("s1", cursor("e1", 4), []Change{put(1, "n1", 1), put(2, "n2", 2), put(3, "n3", 3), put(4, "n4", 4)})
	tb.pulls(PullAnswer{Head: 4, Reset: ResetUnknown, Snapshot: m})
	for n, want := range []int{1, 50} {
		if s := tb.e.Status(); s.Preparing != want || s.Ready {
			t.Errorf("with %d chunks of two: %+v, want %d percent", n, s, want)
		}
		tb.step(Event{Answer: &Answer{ID: tb.request("chunk").ID, Chunk: frames[n]}})
	}
	if s := tb.e.Status(); s.Preparing != 0 || !s.Ready {
		t.Errorf("with all of it: %+v", s)
	}
}

// TestLogFullIsWhenEditsAreRefused: N13. The status says full if and only if the next edit is refused for it.
func TestLogFullIsWhenEditsAreRefused(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.lead(false)
	large := strings.Repeat("x", 230_000)
	for n := range MaxLogBytes / len(large) * 2 {
		full := tb.e.Status().LogFull
		tb.step(rename(uid(n), 1, "a", large))
		if why := tb.saved[uid(n)]; full != (why == WhyLogFull) {
			t.Fatalf("full: %v, and edit %d is told %q", full, n, why)
		}
		if full {
			if p := tb.e.Status().Pending; p != n {
				t.Errorf("%d edits are kept of %d", p, n)
			}
			return
		}
	}
	t.Error("the log is never full")
}
