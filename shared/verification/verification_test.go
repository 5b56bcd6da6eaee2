package verification

import (
	"testing"
	"time"
)

// C10, C12, S06: what a caller may ask for follows from the outcome and their authority, and never reaches T3.
func TestPermits(t *testing.T) {
	for _, c := range []struct {
		outcome   Outcome
		authority bool
		want      Tier
	}{
		{Open, true, Information}, {NoMatch, true, Information}, {Locked, true, Information}, {NoCode, true, Information},
		{Match, false, Information}, {Match, true, Significant},
	} {
		if got := Permits(c.outcome, c.authority); got != c.want || got >= Never {
			t.Errorf("%q with authority %v permits %d, want %d", c.outcome, c.authority, got, c.want)
		}
	}
}

// C10: a match is a receipt for fifteen minutes, and not a moment after the call was closed or denied.
func TestReceipt_ends(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	v := Verification{StartedAt: now, ExpiresAt: now.Add(Life)}
	if v.Receipt(now) || !v.Running(now) {
		t.Error("a call without a match is no receipt, and runs")
	}
	v.MatchNow(OwnCode, now)
	if !v.Receipt(now.Add(ReceiptLife-time.Millisecond)) || v.Receipt(now.Add(ReceiptLife)) {
		t.Error("the receipt does not end after its life")
	}
	for name, end := range map[string]func(*Verification){
		"closed": func(v *Verification) { v.ClosedAt = now },
		"denied": func(v *Verification) { v.DeniedAt = now },
	} {
		x := v
		end(&x)
		if x.Receipt(now) || x.Running(now) {
			t.Errorf("%s: still counts", name)
		}
	}
}
