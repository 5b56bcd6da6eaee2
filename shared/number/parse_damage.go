package number

import "strings"

// notANumber tells apart what a spreadsheet has left of a number from what never was one.
func notANumber(text string) Reason {
	if isScientific(text) || isCellError(text) || isDecimal(text) {
		return SpreadsheetDamage
	}
	return NotANumber
}

// isScientific recognizes an amount in scientific notation, "4.47E+11" or "4,47E+11", whose digits are lost.
func isScientific(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E")
	if !ok {
		return false
	}
	exponent = strings.TrimPrefix(exponent, "+")
	whole, fraction := cutDecimal(strings.TrimPrefix(mantissa, "+"))
	return isDigits(whole) && len(whole) == 1 && (fraction == "" || isDigits(fraction)) && isDigits(exponent) && len(exponent) <= 2
}

// isCellError recognizes what a cell shows instead of a number: "########" where it is too narrow, "#NAME?" where "+33 1…"
// was taken for a formula.
func isCellError(text string) bool {
	if len(text) < 3 || text[0] != '#' {
		return false
	}
	switch text {
	case "#NAME?", "#VALUE!", "#REF!", "#NUM!", "#N/A", "#NULL!", "#DIV/0!", "#ERROR!", "#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!":
		return true
	}
	return strings.Trim(text, "#") == ""
}

// isDecimal recognizes an amount with a fraction of zeros: "447700900123.0", "447700900123,00".
func isDecimal(text string) bool {
	const few = 7 // fewer digits may be written in two parts
	whole, fraction := cutDecimal(text)
	return len(whole) >= few && whole[0] != '0' && isDigits(whole) && (fraction == "0" || fraction == "00")
}

func cutDecimal(text string) (whole, fraction string) {
	if at := strings.LastIndexAny(text, ".,"); at >= 0 {
		return text[:at], text[at+1:]
	}
	return text, ""
}

func isDigits(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
