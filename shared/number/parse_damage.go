package number

import "strings"

// Damage is what a spreadsheet made of a number that it took for an amount.
type Damage uint8

const (
	Undamaged Damage = iota
	Decimals         // 447700900123.0: zeros behind a point or comma
	Exponent         // 4.47700900123E+11, in which no digit is missing
	Lost             // 4.47E+11, ####, #NAME?, -184881977 made of "+33-184882010": the number can't be told any more
)

// Repair recognizes damage and gives the digits behind it, "" when they are lost or nothing is damaged. A spreadsheet
// drops the plus of what it takes for an amount, so +447700900123.0 is not damaged.
func Repair(text string) (digits string, d Damage) {
	if text == "" {
		return "", Undamaged
	}
	switch text[0] {
	case '#':
		if isCellError(text) {
			return "", Lost
		}
		return "", Undamaged
	case '-':
		if len(text) > 6 && text[1] != '0' && isDigits(text[1:]) {
			return "", Lost
		}
		return "", Undamaged
	}
	if whole, ok := cutDecimals(text); ok {
		return whole, Decimals
	}
	mantissa, fraction, exponent, ok := cutScientific(text)
	switch {
	case !ok:
		return "", Undamaged
	// With 15 digits a spreadsheet's own precision ends: what stands behind is zeros of its making.
	case exponent < 5 || exponent > 14 || len(fraction) != exponent:
		return "", Lost
	}
	return mantissa + fraction, Exponent
}

// cutScientific reads 4.47E+11 or 4,47E+11.
func cutScientific(text string) (whole, fraction string, exponent int, ok bool) {
	at := strings.IndexAny(text, "Ee")
	if at < 1 {
		return "", "", 0, false
	}
	whole, fraction = cutFraction(strings.TrimPrefix(text[:at], "+"))
	power := strings.TrimPrefix(text[at+1:], "+")
	if len(whole) != 1 || !isDigits(whole) || whole == "0" || fraction != "" && !isDigits(fraction) || !isDigits(power) || len(power) > 2 {
		return "", "", 0, false
	}
	for _, d := range power {
		exponent = 10*exponent + int(d-'0')
	}
	return whole, fraction, exponent, true
}

// isCellError recognizes what a cell shows instead of a value: "########" where it is too narrow, "#NAME?" where "+33 1…"
// was taken for a formula, in the spreadsheet's own language.
func isCellError(text string) bool {
	return len(text) > 1 && (strings.Trim(text, "#") == "" || strings.ContainsAny(text[len(text)-1:], "!?") || strings.EqualFold(text, "#N/A"))
}

// cutDecimals takes the zeros off 447700900123.0 and 447700900123,00.
func cutDecimals(text string) (whole string, ok bool) {
	const few = 7 // fewer digits may be written in two parts
	whole, fraction := cutFraction(text)
	return whole, len(whole) >= few && whole[0] != '0' && (fraction == "0" || fraction == "00") && isDigits(whole)
}

func cutFraction(text string) (whole, fraction string) {
	if at := strings.LastIndexAny(text, ".,"); at >= 0 {
		return text[:at], text[at+1:]
	}
	return text, ""
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
