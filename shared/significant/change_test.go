package significant

import (
	"strings"
	"testing"
	"time"

	"countersign/shared/errs"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func asked(t interface{ Fatal(...any) }) *Change {
	c, err := New(Change{ID: "c", Staff: "tom", StaffLogin: "tom-login", StaffName: "Tom", Caller: "jonas", Verification: "v", Kind: Cancellation,
		Subject: "  Cancel   web-01 ", Note: "moves away"}, start)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var marie = Decider{Contact: "marie", Login: "marie-login", Name: "Marie", MayApprove: true}

// C12: what the agent writes is bounded and named when it is wrong.
func TestNew_names_the_wrong_field(t *testing.T) {
	for field, c := range map[string]Change{
		"kind":    {Kind: "port_out", Subject: "x"},
		"subject": {Kind: Significant, Subject: " \n "},
		"note":    {Kind: Significant, Subject: "x", Note: strings.Repeat("é", MaxNote+1)},
	} {
		_, err := New(c, start)
		e, ok := err.(*errs.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if c := asked(t); c.Subject != "Cancel web-01" || c.State != Pending || !c.LapsesAt.Equal(start.Add(LapsesAfter)) {
		t.Errorf("asked for as %+v", c)
	}
}

// C12, TH15: only somebody of the organization with the right decides, never who asked, staff, or a support session,
// and only about what they saw.
func TestDecide_refuses_the_wrong_decider(t *testing.T) {
	for name, by := range map[string]Decider{
		"without the right":        {Login: "x"},
		"inside a support session": {Login: "x", MayApprove: true, InSupport: true},
		"also staff":               {Login: "x", MayApprove: true, IsStaff: true},
		"the agent's own login":    {Login: "tom-login", MayApprove: true},
	} {
		c := asked(t)
		if err := c.Approve(by, c.Fingerprint(), start); !errs.Is(err, errs.Forbidden) || c.State != Pending {
			t.Errorf("%s: %v, state %s", name, err, c.State)
		}
	}
	c := asked(t)
	other := *c
	other.Subject = "Cancel everything"
	if err := c.Approve(marie, other.Fingerprint(), start); !errs.Is(err, errs.Conflict) || c.State != Pending {
		t.Errorf("approved something that was not shown: %v", err)
	}
}

// C12: whatever happens in whatever order, there is one final state, a decision after the end is a conflict that names
// it, and nothing is decided after it lapsed.
func TestChange_ends_once(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := asked(t), start
		var final State
		for range 12 {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hours")) * time.Hour)
			var err error
			before, over := c.State, !now.Before(c.LapsesAt)
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				err = c.Approve(marie, c.Fingerprint(), now)
			case 1:
				err = c.Reject(marie, c.Fingerprint(), "no", now)
			case 2:
				err = c.Withdraw("tom", false, now)
			case 3:
				c.Tick(now)
			}
			if final != "" && c.State != final {
				t.Fatalf("%s became %s", final, c.State)
			}
			if before == Pending && over && c.State != Pending && c.State != Lapsed {
				t.Fatalf("%s after it had lapsed", c.State)
			}
			if err != nil {
				if e := err.(*errs.Error); e.Code != errs.Conflict || e.State == string(Pending) {
					t.Fatalf("refused as %v", err)
				}
			}
			if c.State != Pending {
				final = c.State
			}
		}
	})
}

func TestWithdraw_is_for_who_asked_and_leads(t *testing.T) {
	if err := asked(t).Withdraw("ana", false, start); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a colleague withdrew it: %v", err)
	}
	if err := asked(t).Withdraw("ana", true, start); err != nil {
		t.Errorf("a lead could not: %v", err)
	}
}

// C12: what a contact asked for in the portal is taken back by that contact alone, and by no agent; what a caller asked for is
// not taken back, and nothing is after it was decided.
func TestTakeBack_is_for_who_asked_in_the_portal(t *testing.T) {
	c := asked(t)
	if err := c.TakeBack("jonas", start); !errs.Is(err, errs.Forbidden) {
		t.Errorf("what a caller asked for: %v", err)
	}
	c.Verification, c.Staff, c.StaffLogin = "", "", ""
	if err := c.Withdraw("tom", true, start); !errs.Is(err, errs.Forbidden) {
		t.Errorf("by a lead: %v", err)
	}
	if err := c.TakeBack("marie", start); !errs.Is(err, errs.Forbidden) || c.State != Pending {
		t.Errorf("by somebody else: %v, %s", err, c.State)
	}
	if err := c.TakeBack("jonas", start); err != nil || c.State != Withdrawn {
		t.Errorf("by who asked: %v, %s", err, c.State)
	}
	if err := c.TakeBack("jonas", start); !errs.Is(err, errs.Conflict) {
		t.Errorf("twice: %v", err)
	}
}

// C12: what is decided about reads as it was written: nothing in it hides or turns the rest around.
func TestNew_leaves_no_invisible_text(t *testing.T) {
	c, err := New(Change{Kind: Cancellation, Subject: "Keep\u202e lla lecnaC\u2069\x00 ", Note: "a\x1b[2K\nb\u200f"}, start)
	if err != nil || c.Subject != "Keep lla lecnaC" || c.Note != "a[2K\nb" {
		t.Errorf("%+q, %v", c, err)
	}
	if _, err := New(Change{Kind: Cancellation, Subject: "\u202e\x00"}, start); !errs.Is(err, errs.Invalid) {
		t.Errorf("a subject of nothing: %v", err)
	}
	if err := c.Reject(marie, c.Fingerprint(), "no\u202e", start); err != nil || c.Reason != "no" {
		t.Errorf("reason %q, %v", c.Reason, err)
	}
}
