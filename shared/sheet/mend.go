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

// Mend reads a cell as a phone number. It undoes what spreadsheets do to numbers as long as no digit was lost, and
// refuses with spreadsheet_damage when some were.
//
// A spreadsheet takes "+44 7700 900123" and "0612345678" for quantities and drops the plus or the zero. So when the cell
// is no number of the region as it stands, the zero is put back; when that is none either, the plus. The national
// reading goes first, because files are mostly of the organization's own region: what can be read both ways is never
// taken for a foreign number.
func Mend(text, region string, parse Parse) (number.E164, number.Reason, Repair) {
	s := trim(text)
	s, unwrapped := unwrap(s)
	repair := NoRepair
	if unwrapped {
		repair = Unwrapped
	}
	if s == "" {
		return "", number.NotANumber, NoRepair
	}
	if lost(s) {
		return "", number.SpreadsheetDamage, NoRepair
	}
	if out, damage := scientific(s); damage {
		if out == "" {
			return "", number.SpreadsheetDamage, NoRepair
		}
		s, repair = out, WrittenOut
	} else if whole, ok := decimal(s); ok {
		s, repair = whole, DecimalsGone
	}

	e, reason := parse(s, region)
	if reason == "" {
		return e, "", repair
	}
	if s[0] < '1' || s[0] > '9' {
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

// lost reports whether the cell holds what a spreadsheet shows in place of a value: ####, #NAME?, #VALEUR!, or the
// negative result that it worked out of "+33-184882010".
func lost(s string) bool {
	if s[0] == '#' {
		return strings.Trim(s, "#") == "" && len(s) > 1 || strings.ContainsAny(s[len(s)-1:], "!?") || strings.EqualFold(s, "#N/A")
	}
	return len(s) > 6 && s[0] == '-' && s[1] >= '1' && s[1] <= '9' && digits(s[1:])
}

// scientific recognises 4.47E+11 and its like. When the digits are all there it gives them written out, otherwise "".
func scientific(s string) (out string, is bool) {
	e := max(strings.IndexByte(s, 'E'), strings.IndexByte(s, 'e'))
	if e < 1 || e+1 == len(s) {
		return "", false
	}
	mantissa, exponent := strings.TrimPrefix(s[:e], "+"), strings.TrimPrefix(s[e+1:], "+")
	if mantissa == "" || !digits(mantissa[:1]) || mantissa[0] == '0' || !digits(exponent) || len(exponent) > 2 {
		return "", false
	}
	fraction := ""
	if len(mantissa) > 1 {
		if mantissa[1] != '.' && mantissa[1] != ',' {
			return "", false
		}
		if fraction = mantissa[2:]; fraction != "" && !digits(fraction) {
			return "", false
		}
	}
	n := 0
	for _, d := range exponent {
		n = 10*n + int(d-'0')
	}
	// With 15 digits a spreadsheet's own precision ends: what stands behind is zeros of its making.
	if n < 5 || n > 14 || len(fraction) != n {
		return "", true
	}
	return mantissa[:1] + fraction, true
}

// decimal recognises 447700900123.0 and 447700900123,00 and gives the whole number.
func decimal(s string) (string, bool) {
	i := max(strings.IndexByte(s, '.'), strings.IndexByte(s, ','))
	if i < 7 || i+1 == len(s) || len(s)-i > 4 || strings.Trim(s[i+1:], "0") != "" {
		return "", false
	}
	whole := strings.TrimPrefix(s[:i], "+")
	if whole[0] == '0' || !digits(whole) {
		return "", false
	}
	return s[:i], true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
