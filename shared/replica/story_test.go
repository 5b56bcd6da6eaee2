package replica

import (
	"testing"
)

// TestOfflineEditSurvivesReload: I1, N13. An edit that was told as saved is there after the tab died, is shown before
// anything came from the network, and is pushed when it does.
func TestOfflineEditSurvivesReload(t *testing.T) {
	t.Parallel()
	d, tb := synced(t)
	tb.lead(false)
	strict := d.strict
	tb.step(rename("u1", 1, "n1", "Reception"))
	tb.wantSaved("u1", "")
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
	if m := r.Push.Mutations; len(m) != 1 || m[0].Uid != "u1" || r.Push.PrevMid != 0 || *m[0].Rows[0].Was.DisplayName != "n1" {
		t.Errorf("pushed %+v", r.Push)
	}
}

// TestLostAnswerIsAskedAgain: I3, I17. The push came through and its answer did not: the same mutation goes again, and
// its outcome leaves the effect in the view until base includes it (I9).
func TestLostAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename("u1", 1, "n1", "Reception"))
	r := tb.request("push")
	tb.step(Event{Answer: &Answer{ID: r.ID, Failed: true}})
	if tb.asks("push") || tb.e.Status().Online {
		t.Error("a failed push goes again without waiting, or counts as online")
	}
	tb.fires("retry_push")
	tb.pushes(PushAnswer{Lmid: 1, Head: 12, Outcomes: []Outcome{{Mid: 1, Uid: "u1", St: Applied, Seq: 11, Applied: 1}}})
	tb.wantName(1, "Reception", SavedThere)
	if s := tb.e.Status(); s.Pending != 0 || !s.Online {
		t.Errorf("status %+v, want nothing pending", s)
	}

	tb.pulls(PullAnswer{Cursor: cursor("e1", 12), Head: 12, Lmid: 1, Changes: []Change{put(1, "Reception", 11), put(1, "Front", 12)}})
	tb.wantName(1, "Front", NoBadge)
}
