package number_test

import (
	"testing"

	"countersign/shared/number"
)

// N10: what a spreadsheet made of a number is told from what somebody wrote, by one rule for what is typed and what
// stands in files, and digits that are still there are given back.
func TestRepair(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, digits string
		damage       number.Damage
	}{
		{"447700900123.0", "447700900123", number.Decimals},
		{"447700900123.00", "447700900123", number.Decimals},
		{"184882010,00", "184882010", number.Decimals},
		{"4.47700900123E+11", "447700900123", number.Exponent},
		{"4,47700900123e11", "447700900123", number.Exponent},
		{"4.47E+11", "", number.Lost},
		{"4E+11", "", number.Lost},
		{"3.31848820101234567E+17", "", number.Lost},
		{"########", "", number.Lost},
		{"#NAME?", "", number.Lost},
		{"#WERT!", "", number.Lost},
		{"#n/a", "", number.Lost},
		{"-184881977", "", number.Lost},
		{"", "", number.Undamaged},
		{"#", "", number.Undamaged},
		{"#5", "", number.Undamaged},
		{"+3318488201.0", "", number.Undamaged},
		{"447700900123.000", "", number.Undamaged},
		{"447700900123.5", "", number.Undamaged},
		{"0184882010.0", "", number.Undamaged},
		{"123456.0", "", number.Undamaged},
		{"-01234567", "", number.Undamaged},
		{"-12345", "", number.Undamaged},
		{"E+11", "", number.Undamaged},
		{"0.5E+10", "", number.Undamaged},
		{"4.47E-05", "", number.Undamaged},
		{"4.47E+100", "", number.Undamaged},
		{"18E4", "", number.Undamaged},
		{"447700900123", "", number.Undamaged},
	} {
		digits, damage := number.Repair(c.text)
		if digits != c.digits || damage != c.damage {
			t.Errorf("%q: got %q %d, want %q %d", c.text, digits, damage, c.digits, c.damage)
		}
		// A dash in front is read over, as the library does, where the rest is a number.
		if _, reason := number.Parse(c.text, "ZZ"); damage != number.Undamaged && c.text[0] != '-' && reason != number.SpreadsheetDamage {
			t.Errorf("%q: Parse says %q", c.text, reason)
		}
	}
}
