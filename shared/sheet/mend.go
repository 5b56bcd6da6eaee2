package sheet

import (
	"strings"
	"unicode"

	"countersign/shared/number"
)

// Parse reads a phone number of a region: shared/number's, which is not bound here so that this package costs nothing
// where only files are written. The reason is "" when the number is valid.
type Parse func(text, region string) (number.E164, number.Reason)

// Repair names what was mended about a number before it could be read.
type Repair string

const (
	NoRepair     Repair = ""
	Unwrapped    Repair = "unwrapped"     // ="+44 …", '+44 …: what keeps a spreadsheet from changing it
	DecimalsGone Repair = "decimals_gone" // 447700900123.0
	WrittenOut   Repair = "written_out"   // 4.47700900123E+11, in which no digit is missing
	PlusAdded    Repair = "plus_added"
	ZeroAdded    Repair = "zero_added"
)

// Key is the catalogue's entry that tells what was mended.
func (r Repair) Key() string { return "number.repair." + string(r) }

// mend reads a cell as a phone number. It undoes what spreadsheets do to numbers as long as no digit was lost, and
// refuses with spreadsheet_damage when some were.
//
// A spreadsheet takes "+447700900123" and "0612345678" for amounts and drops the plus or the zero. So when a cell of
// digits alone is no number of the region as it stands, the zero is put back; when that is none either, the plus. The
// national reading goes first, because files are mostly of the organization's own region: what can be read both ways is
// never taken for a foreign number. A number that somebody wrote with blanks or dashes was no amount to the spreadsheet:
// nothing is missing in front of it, and a slip in it must not turn it into a number of another country.
func mend(text, region string, parse Parse) (number.E164, number.Reason, Repair) {
	s, unwrapped := unwrap(trim(text))
	if s == "" {
		return "", number.NotANumber, NoRepair
	}
	repair := NoRepair
	if unwrapped {
		repair = Unwrapped
	}
	switch whole, damage := number.Repair(s); damage {
	case number.Lost:
		return "", number.SpreadsheetDamage, NoRepair
	case number.Exponent:
		s, repair = whole, WrittenOut
	case number.Decimals:
		s, repair = whole, DecimalsGone
	}

	e, reason := parse(s, region)
	if reason == "" {
		return e, "", repair
	}
	if s[0] == '0' || !digits(s) {
		return "", reason, NoRepair
	}
	if e, r := parse("0"+s, region); r == "" {
		return e, "", ZeroAdded
	}
	if e, r := parse("+"+s, region); r == "" {
		return e, "", PlusAdded
	}
	return "", reason, NoRepair
}

// trim takes off spaces and the marks that don't show which phones and web pages copy along with a number.
func trim(s string) string {
	if s == "" || plainEnds(s) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
}

// plainEnds reports whether s begins and ends with characters of ASCII that nothing has to be taken off before or behind.
func plainEnds(s string) bool {
	first, last := s[0], s[len(s)-1]
	return first > '\'' && first < 0x7f && first != '`' && first != '=' && last > '\'' && last < 0x7f && last != '`'
}

// unwrap takes off what people and programs put around a number so that spreadsheets leave it alone: ="…", quotes,
// apostrophes, and a formula's sign by itself.
func unwrap(s string) (string, bool) {
	const quotes = "'\"’‘“”«»`´"
	if s == "" || plainEnds(s) {
		return s, false
	}
	in := strings.Trim(strings.TrimPrefix(s, "="), quotes+" \u00a0\u202f")
	return in, in != s
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
