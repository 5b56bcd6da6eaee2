package number_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/shared/number"
)

// Numbers are read as people write them (N07, N10).
func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, region string
		want         number.E164
	}{
		{"+33184882010", "", "+33184882010"},
		{"+33 1 84 88 20 10", "FR", "+33184882010"},
		{"0033 1 84 88 20 10", "FR", "+33184882010"},
		{"+33 (0)1 84 88 20 10", "US", "+33184882010"},
		{"(+33) 1.84.88.20.10", "", "+33184882010"},
		{"01 84 88 20 10", "FR", "+33184882010"},
		{"01-84-88-20-10", "FR", "+33184882010"},
		{"01/84/88/20/10", "FR", "+33184882010"},
		{"[01] 84‑88–20—10", "FR", "+33184882010"},
		{"01\u00a084\u202f88\u200920\u00a010", "FR", "+33184882010"},
		{"０１８４８８２０１０", "FR", "+33184882010"},
		{"＋３３　１８４８８２０１０", "", "+33184882010"},
		{"\u202a+33 1 84 88 20 10\u202c", "", "+33184882010"},
		{"\ufeff01 84 88 20 10\r\n", "FR", "+33184882010"},
		{"'+33184882010", "", "+33184882010"},
		{"tel:+33-1-84-88-20-10", "", "+33184882010"},
		{"TEL: 0184882010", "FR", "+33184882010"},
		{"33184882010", "FR", "+33184882010"},
		{"184882010", "FR", "+33184882010"},
		{"٠١٨٤٨٨٢٠١٠", "FR", "+33184882010"},
		{"020 7946 0958", "GB", "+442079460958"},
		{"011 44 20 7946 0958", "US", "+442079460958"},
		{"(212) 555-0123", "US", "+12125550123"},
		{"1 212 555 0123", "CA", "+12125550123"},
		{"06 6982 12345", "IT", "+3906698212345"}, // a zero that belongs to the number
		{"+39 06 6982 12345", "", "+3906698212345"},
		{"8 (495) 123-45-67", "RU", "+74951234567"},
		{"06 30 123 4567", "HU", "+36301234567"},
		{"+800 1234 5678", "", "+80012345678"},
		{"++33 1 84 88 20 10", "", "+33184882010"},
		{"+0033 1 84 88 20 10", "FR", "+33184882010"},
	} {
		if got, reason := number.Parse(c.text, c.region); got != c.want || reason != "" {
			t.Errorf("Parse(%q, %q) = %q, %q, want %q", c.text, c.region, got, reason, c.want)
		}
	}
}

// What is no number says why (N10, N11).
func TestParseReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, region string
		want         number.Reason
	}{
		{"", "FR", number.NotANumber},
		{"   ", "FR", number.NotANumber},
		{"+", "FR", number.NotANumber},
		{"call us", "FR", number.NotANumber},
		{"0800 FLOWERS", "FR", number.NotANumber},
		{"01 84 88 20 10 ext. 5", "FR", number.NotANumber},
		{"01 84 88 20 10 #5", "FR", number.NotANumber},
		{"01 84 88 20 10;5", "FR", number.NotANumber},
		{"*31#0184882010", "FR", number.NotANumber},
		{"0184882010\n0184882011", "FR", number.NotANumber},
		{"33+184882010", "FR", number.NotANumber},
		{"+ +33 1 84 88 20 10", "FR", number.NotANumber},
		{"=1+1", "FR", number.NotANumber},
		{"\xff\xfe", "FR", number.NotANumber},
		{strings.Repeat("1", 40) + "x", "FR", number.NotANumber},
		{strings.Repeat("1", 41) + "x", "FR", number.NotANumber},

		{"1", "FR", number.TooShort},
		{"01 84 88", "FR", number.TooShort},
		{"+33 1 84", "", number.TooShort},
		{"+3", "", number.TooShort},
		{"00", "FR", number.TooShort},
		{"555-0123", "US", number.TooShort}, // dialed within a place

		{"01 84 88 20 10 99 9", "FR", number.TooLong},
		{"+33 1 84 88 20 10 12 34", "", number.TooLong},
		{strings.Repeat("1 ", 60), "FR", number.TooLong},

		{"01 84 88 20 10", "", number.InvalidCountry},
		{"01 84 88 20 10", "ZZ", number.InvalidCountry},
		{"01 84 88 20 10", "001", number.InvalidCountry},
		{"+999 1234567", "FR", number.InvalidCountry},
		{"+0 84 88 20 10", "", number.InvalidCountry},

		{"00 00 00 00 00", "FR", number.NotPossible},
		{"+1 123 456 7890", "", number.NotPossible},
		{"+44 1111 111111", "", number.NotPossible},

		{"4.47E+11", "GB", number.SpreadsheetDamage},
		{"4,47E+11", "GB", number.SpreadsheetDamage},
		{"3.3184E+10", "FR", number.SpreadsheetDamage},
		{"3.3184882010E10", "FR", number.SpreadsheetDamage},
		{"4E+11", "GB", number.SpreadsheetDamage},
		{" 4.47e+11 ", "GB", number.SpreadsheetDamage},
		{"447700900123.0", "GB", number.SpreadsheetDamage},
		{"447700900123.00", "GB", number.SpreadsheetDamage},
		{"447700900123,0", "GB", number.SpreadsheetDamage},
		{"########", "FR", number.SpreadsheetDamage},
		{"#NAME?", "FR", number.SpreadsheetDamage},
		{"447911123456", "FR", number.SpreadsheetDamage}, // lost "+"
		{"447911123456", "", number.SpreadsheetDamage},
		{"669821234", "IT", number.SpreadsheetDamage}, // lost 0
	} {
		if got, reason := number.Parse(c.text, c.region); got != "" || reason != c.want {
			t.Errorf("Parse(%q, %q) = %q, %q, want %q", c.text, c.region, got, reason, c.want)
		}
	}
}

// Only the canonical form is a number that is stored (N11).
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e    number.E164
		want number.Reason
	}{
		{"+33184882010", ""},
		{"+390669821234", ""},
		{"+80012345678", ""},
		{"", number.NotANumber},
		{"+", number.NotANumber},
		{"33184882010", number.NotANumber},
		{"+33 184882010", number.NotANumber},
		{"+033184882010", number.NotANumber},
		{"++33184882010", number.NotANumber},
		{"+3318488201٠", number.NotANumber},
		{"+3", number.TooShort},
		{"+331", number.TooShort},
		{"+3318488201012", number.TooLong},
		{number.E164("+33" + strings.Repeat("1", 60)), number.TooLong},
		{"+9991234567", number.InvalidCountry},
		{"+33084882010", number.NotPossible},
	} {
		if got := number.Check(c.e); got != c.want {
			t.Errorf("Check(%q) = %q, want %q", c.e, got, c.want)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e                               number.E164
		international, national, region string
		packed                          uint64
	}{
		{"+33184882010", "+33 1 84 88 20 10", "01 84 88 20 10", "FR", 33184882010},
		{"+12125550123", "+1 212-555-0123", "(212) 555-0123", "US", 12125550123},
		{"+442079460958", "+44 20 7946 0958", "020 7946 0958", "GB", 442079460958},
		{"+390612345678", "+39 06 1234 5678", "06 1234 5678", "IT", 390612345678},
		{"+390669821234", "+39 06 6982 1234", "06 6982 1234", "VA", 390669821234},
		{"+5491123456789", "+54 9 11 2345-6789", "011 15-2345-6789", "AR", 5491123456789},
		{"+80012345678", "+800 1234 5678", "1234 5678", number.Nowhere, 80012345678},
		{"+33084882010", "+33084882010", "+33084882010", "", 33084882010}, // not valid
		{"", "", "", "", 0},
		{"12", "12", "12", "", 0},
	} {
		if got := c.e.International(); got != c.international {
			t.Errorf("International of %q is %q, want %q", c.e, got, c.international)
		}
		if got := c.e.National(); got != c.national {
			t.Errorf("National of %q is %q, want %q", c.e, got, c.national)
		}
		if got := c.e.Region(); got != c.region {
			t.Errorf("Region of %q is %q, want %q", c.e, got, c.region)
		}
		if got := c.e.Uint64(); got != c.packed {
			t.Errorf("Uint64 of %q is %d, want %d", c.e, got, c.packed)
		}
		if c.packed == 0 {
			continue
		}
		if got := number.FromUint64(c.packed); got != c.e {
			t.Errorf("FromUint64(%d) = %q, want %q", c.packed, got, c.e)
		}
		if got := "+" + c.e.Digits(); got != string(c.e) {
			t.Errorf("Digits of %q are %q", c.e, got)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	all := number.Regions()
	if !slices.IsSorted(all) || len(all) < 240 {
		t.Errorf("%d regions: %v", len(all), all)
	}
	for _, region := range all {
		if number.CallingCode(region) == "" {
			t.Errorf("%s has no calling code", region)
		}
	}
	for region, want := range map[string]string{"FR": "33", "US": "1", "KZ": "7", "VA": "39", "": "", "fr": "", "ZZ": "", number.Nowhere: ""} {
		if got := number.CallingCode(region); got != want {
			t.Errorf("CallingCode(%q) = %q, want %q", region, got, want)
		}
	}
}
