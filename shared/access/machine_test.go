package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/shared/id"
)

// Whatever people and the clock do, in any order (R07, R11): no path leads out of a final state; no session outlives
// its grant; a grant never exceeds its organization's maximum; what is refused changes nothing; requested and granted
// durations and all requesters' decisions stay.
func TestMachineProperties(t *testing.T) {
	agents := []Agent{sofia, tom, anna}
	approvers := []Approver{
		marie,
		{Contact: "paul", Login: "l-paul", Name: "Paul Noir"}, // without the right
		{Contact: "zoe", Login: sofia.Login, Name: "Zoé", MayApprove: true},
		{Contact: "ann", Login: "l-ann", Name: "Ann", MayApprove: true, IsStaff: true},
		{Contact: "ida", Login: "l-ida", Name: "Ida", MayApprove: true, InSupport: true},
	}
	durations := []time.Duration{0, time.Minute, 15 * time.Minute, time.Hour, 8 * time.Hour, 24 * time.Hour, 25 * time.Hour, 200 * time.Hour, -time.Hour}

	rapid.Check(t, func(t *rapid.T) {
		o := acme()
		now := start
		r, err := New("r", o, agents[0], rapid.SampledFrom(durations[2:6]).Draw(t, "asked"), "note", "amber river", now)
		if err != nil {
			t.Fatal(err)
		}
		requested := r.Requested
		var sessions []*Session

		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, time.Hour, 9 * time.Hour, 80 * time.Hour}).Draw(t, "wait"))
			a := rapid.SampledFrom(agents).Draw(t, "agent")
			by := rapid.SampledFrom(approvers).Draw(t, "approver")
			d := rapid.SampledFrom(durations).Draw(t, "duration")
			before, snapshot := r.State, dump(r)

			act := rapid.SampledFrom([]string{"tick", "join", "approve", "reject", "withdraw", "change_end", "ask_more", "approve_more",
				"reject_more", "revoke", "lead_revoke", "finish", "stop", "drop", "enter"}).Draw(t, "act")
			var err error
			moved := true // whether the act says that it changed something
			switch act {
			case "tick":
				moved = r.Tick(now)
			case "join":
				err = r.Join(a, now)
			case "approve":
				err = r.Approve(by, d, o.MaximumGrant, rapid.Bool().Draw(t, "named"), now)
			case "reject":
				err = r.Reject(by, "no", now)
			case "withdraw":
				err = r.Withdraw(a, now)
			case "change_end":
				err = r.ChangeEnd(by, now.Add(d), o.MaximumGrant, now)
			case "ask_more":
				err = r.AskMore(id.Extension(fmt.Sprint("x", i)), a, d, o.MaximumGrant, now)
			case "approve_more":
				_, err = r.ApproveMore(by, d, o.MaximumGrant, now)
			case "reject_more":
				_, err = r.RejectMore(by, now)
			case "revoke":
				err = r.Revoke(by, now)
			case "lead_revoke":
				err = r.RevokeByLead(a, now)
			case "finish":
				err = r.Finish(a, rapid.Bool().Draw(t, "only"), now)
			case "stop":
				moved = r.Stop("managed_by_changed", now)
			case "drop":
				moved = r.DropAgent(a.Staff, "deactivated", now)
			case "enter":
				var s *Session
				s, err = r.Enter(id.SupportSession(fmt.Sprint("s", i)), a, "ss", now.Add(12*time.Hour), now)
				if err == nil {
					sessions = append(sessions, s)
				}
			}

			if (err != nil || !moved) && dump(r) != snapshot {
				t.Fatalf("%s was refused (%v) and changed\n%s\nto\n%s", act, err, snapshot, dump(r))
			}
			if before.Final() && dump(r) != snapshot {
				t.Fatalf("%s led out of the final state %s to %s", act, before, r.State)
			}
			if err == nil && slices.Contains([]string{"approve", "reject", "change_end", "approve_more", "reject_more"}, act) &&
				(!by.MayApprove || by.IsStaff || by.InSupport || slices.ContainsFunc(r.Requesters, func(q Requester) bool { return q.Login == by.Login })) {
				t.Fatalf("%s by %+v", act, by)
			}
			if err == nil && act == "revoke" && (!by.MayApprove || by.InSupport) {
				t.Fatalf("revoked by %+v", by)
			}
			if r.State == Active && (r.EndsAt.Sub(r.StartsAt) > o.MaximumGrant || r.StartsAt.IsZero()) {
				t.Fatalf("a grant of %v over the maximum of %v", r.EndsAt.Sub(r.StartsAt), o.MaximumGrant)
			}
			if r.State == Pending && now.After(r.LapsesAt) && r.Approve(marie, time.Hour, o.MaximumGrant, false, now) == nil {
				t.Fatal("a lapsed request was approved")
			}
			if r.Requested != requested {
				t.Fatal("the requested duration was lost")
			}
			for _, s := range sessions {
				s.Follow(r, now.Add(12*time.Hour))
				if s.Open(r, now) && !r.Runs(now) {
					t.Fatalf("session %s is open at %v under a grant that is %s until %v", s.ID, now, r.State, r.EndsAt)
				}
				if s.EndsAt.After(r.EndsAt) || s.EndsAt.Sub(s.StartedAt) > SessionAtMost {
					t.Fatalf("session %s ends at %v, its grant at %v", s.ID, s.EndsAt, r.EndsAt)
				}
			}
			if r.State.Final() {
				if r.EndedAt.IsZero() || r.Extension != nil {
					t.Fatalf("a final state without an end: %s", dump(r))
				}
				for _, at := range []time.Time{now, now.Add(-100 * time.Hour), now.Add(100 * time.Hour)} {
					if _, err := r.Enter("late", sofia, "ss", at.Add(time.Hour), at); err == nil {
						t.Fatalf("entered a grant that is %s", r.State)
					}
				}
			}
		}
	})
}

func dump(r *Request) string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(b)
}
