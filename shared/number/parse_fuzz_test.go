package number_test

import (
	"testing"

	"countersign/shared/number"
)

// Whatever is typed, what Parse takes is valid and stays the same however it is written again (N10, N11).
func FuzzParse(f *testing.F) {
	for _, text := range []string{"+33184882010", "01 84 88 20 10", "0033(0)184882010", "+390669821234", "0 11 15-2345-6789", "4.47E+11", "447700900123.0",
		"tel:+1-212-555-0123", "１２３４５６７", "+80012345678", "0180020123456", "+3758108501037", "########", "\u202a+33 1\u202c", "\xff0"} {
		for _, region := range []string{"", "FR", "US", "AR", "BR", "GG", "BY"} {
			f.Add(text, region)
		}
	}
	f.Fuzz(func(t *testing.T, text, region string) {
		e, reason := number.Parse(text, region)
		if (e == "") != (reason != "") {
			t.Fatalf("Parse(%q, %q) = %q, %q", text, region, e, reason)
		}
		if check := number.Check(number.E164(text)); check == "" && e != number.E164(text) {
			t.Errorf("%q is a number and Parse makes %q of it", text, e)
		}
		if e == "" {
			return
		}
		if check := number.Check(e); check != "" {
			t.Errorf("Parse(%q, %q) = %q, which is %s", text, region, e, check)
		}
		if got := number.FromUint64(e.Uint64()); got != e {
			t.Errorf("%q packed is %q", e, got)
		}
		home := e.Region()
		if home == "" {
			t.Errorf("%q is of no region", e)
		}
		for _, again := range []struct{ text, region string }{{string(e), region}, {string(e), ""}, {e.International(), region}, {e.International(), "US"}} {
			if got, reason := number.Parse(again.text, again.region); got != e || reason != "" {
				t.Errorf("Parse(%q, %q) = %q, %q, want %q", again.text, again.region, got, reason, e)
			}
		}
	})
}
