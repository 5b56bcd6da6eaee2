package number_test

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"countersign/shared/number"
)

// differences are all that Parse means to read otherwise than the library, each with its reason.
var differences = []struct {
	why   string
	meant func(c spelled, got number.E164, reason number.Reason, want number.E164) bool
}{
	{"an amount as spreadsheets write it is no number, though its fraction could be a digit of one",
		func(c spelled, _ number.E164, reason number.Reason, _ number.E164) bool {
			return reason == number.SpreadsheetDamage && amount.MatchString(strings.TrimSpace(c.text))
		}},
	{"letters, extensions and signs of the keypad are refused, as is text around a number; the library reads over them",
		func(c spelled, got number.E164, reason number.Reason, want number.E164) bool {
			return got == "" && want != "" && (reason == number.NotANumber || reason == number.SpreadsheetDamage) && foreign.MatchString(c.text)
		}},
	{"marks of direction, unusual blanks and signs, and blanks after the number are read over; the library refuses them",
		func(c spelled, got number.E164, _ number.Reason, want number.E164) bool {
			text := plus.ReplaceAllString(unusual.ReplaceAllString(strings.TrimSpace(c.text), ""), "+")
			plain, _, _ := readByLibrary(strings.TrimSpace(text), c.region)
			return got != "" && want == "" && plain == got
		}},
	{"a valid number with its calling code is taken as it stands; the library first takes away what could be a trunk prefix",
		func(c spelled, got number.E164, _ number.Reason, _ number.E164) bool {
			return got != "" && strings.Contains(c.text, "+") && got.Digits() == phonenumbers.NormalizeDigitsOnly(c.text) && validAsItStands(got)
		}},
	{"a text of more than 250 bytes is too long for the library, whatever is in it",
		func(c spelled, got number.E164, _ number.Reason, _ number.E164) bool {
			return got != "" && len(c.text) > phonenumbers.MAX_INPUT_STRING_LENGTH
		}},
}

var (
	amount  = regexp.MustCompile(`^'?[1-9]\d{6,}\.00?$`)
	foreign = regexp.MustCompile(`[^0-9+ ./()\[\]\-\x{0660}-\x{0669}\x{06F0}-\x{06F9}\x{FF0B}\x{FF10}-\x{FF19}\x{A0}\x{AD}\x{2010}-\x{2015}\x{200B}\x{2060}\x{2212}\x{30FC}\x{3000}\x{FF08}\x{FF09}\x{FF0D}-\x{FF0F}\x{FF3B}\x{FF3D}]`)
	plus    = regexp.MustCompile(`[\x{207A}\x{FE62}]`)
	unusual = regexp.MustCompile(`[\x{061C}\x{2000}-\x{200F}\x{2028}-\x{202F}\x{2043}\x{205F}-\x{2069}\x{FE58}\x{FE63}\x{FEFF}\x{0085}]|^'|^[Tt][Ee][Ll]:`)
)

// known names the reason of a difference that is meant.
func known(c spelled, got number.E164, reason number.Reason, want number.E164) string {
	for _, d := range differences {
		if d.meant(c, got, reason, want) {
			return d.why
		}
	}
	return ""
}

// validAsItStands asks the library about a number without having it parsed.
func validAsItStands(e number.E164) bool {
	code, err := strconv.Atoi(number.CallingCode(e.Region()))
	if e.Region() == number.Nowhere {
		code, err = strconv.Atoi(e.Digits()[:3])
	}
	if err != nil {
		return false
	}
	n := assembled(code, e.Digits()[len(strconv.Itoa(code)):])
	return phonenumbers.IsValidNumber(n) && phonenumbers.GetRegionCodeForNumber(n) == e.Region()
}
