package code

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// shapes are the faults of what looks like a number that stands for a person: SSN, date, card, IBAN.
func shapes(typed string, t *text, today time.Time) []string {
	forms := append([]*text{t, t.reverse()}, figures(typed, t)...)
	has := func(f func(*text) bool) bool { return slices.ContainsFunc(forms, f) }
	var faults []string
	if writtenSSN(typed) || has(ssn) {
		faults = append(faults, SSN)
	}
	if has(func(t *text) bool { return date(t, today) || writtenDate(t, today) }) {
		faults = append(faults, Date)
	}
	if has(card) {
		faults = append(faults, Card)
	}
	if has(iban) {
		faults = append(faults, IBAN)
	}
	return faults
}

// figures is what was typed with the letters that pass for digits read as digits, and that backwards; nothing when
// there are none.
func figures(typed string, t *text) []*text {
	if digits(t.s) == "" {
		return nil
	}
	f := read(typed, func(r rune) rune {
		switch r {
		case 'o', 'O':
			return '0'
		case 'i', 'I', 'l', 'L':
			return '1'
		case 'z', 'Z':
			return '2'
		case 's', 'S':
			return '5'
		case 'b', 'B':
			return '8'
		}
		return 0
	})
	if !f.leet || f.len() != t.len() {
		return nil
	}
	f.guessed = make([]bool, f.len())
	for i := range f.guessed {
		f.guessed[i] = f.part(i, i+1) != t.part(i, i+1)
	}
	return []*text{f, f.reverse()}
}

// fewLetters among digits still pass for digits. Ordinary words would be full of numbers without that limit.
const fewLetters = 2

// plausible reports whether a part is what was typed, or a number with few letters among its digits.
func (t *text) plausible(i, j int) bool {
	if t.guessed == nil {
		return true
	}
	letters := 0
	for _, g := range t.guessed[i:j] {
		if g {
			letters++
		}
	}
	return letters <= fewLetters && isNumber(t.part(i, j))
}

// isNumber reports whether s is nothing but ASCII digits.
func isNumber(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// windows calls f with every n digits in a row until it returns true.
func (t *text) windows(n int, f func(d string) bool) bool {
	for i := 0; i+n <= t.len(); i++ {
		if d := t.part(i, i+n); isNumber(d) && t.plausible(i, i+n) && f(d) {
			return true
		}
	}
	return false
}

// ssn reports a United States social security number with no more than three other characters, wherever they stand
// when all digits are digits.
func ssn(t *text) bool {
	if t.len() > 9+3 {
		return false
	}
	if t.guessed != nil {
		return t.windows(9, issued)
	}
	d := digits(t.s)
	for i := 0; i+9 <= len(d); i++ {
		if issued(d[i : i+9]) {
			return true
		}
	}
	return false
}

// issued reports nine digits that can be a social security number.
func issued(d string) bool {
	return d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

// writtenSSN reports 3, 2 and 4 digits with something between them, wherever they stand.
func writtenSSN(typed string) bool {
	groups := strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsDigit(r) })
	for i := 0; i+3 <= len(groups); i++ {
		a, b, c := groups[i], groups[i+1], groups[i+2]
		if len(a) != 3 || len(b) != 2 || len(c) != 4 || !issued(a+b+c) {
			continue
		}
		for _, between := range []string{"-", " ", ".", "/", "\u2011", "\u2010", "\u2013"} {
			if strings.Contains(typed, a+between+b+between+c) {
				return true
			}
		}
	}
	return false
}

const aroundDate = 4

// date reports a day from 1900 to today in 6 or 8 digits with no more than four other characters.
func date(t *text, today time.Time) bool {
	if t.len() > 8+aroundDate {
		return false
	}
	if t.windows(8, func(d string) bool {
		return day(d[:4], d[4:6], d[6:], today) || day(d[4:], d[2:4], d[:2], today) || day(d[4:], d[:2], d[2:4], today)
	}) {
		return true
	}
	return t.len() <= 6+aroundDate && t.windows(6, func(d string) bool {
		return day(d[:2], d[2:4], d[4:], today) || day(d[4:], d[2:4], d[:2], today) || day(d[4:], d[:2], d[2:4], today)
	})
}

// day reports a day from 1900 to today; a year of two digits is of either century.
func day(year, month, d string, today time.Time) bool {
	y, m, dd := value(year), value(month), value(d)
	if len(year) == 2 {
		return exists(1900+y, m, dd, today) || exists(2000+y, m, dd, today)
	}
	return exists(y, m, dd, today)
}

func exists(y, m, d int, today time.Time) bool {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return y >= 1900 && t.Month() == time.Month(m) && t.Day() == d && t.Year() == y && !t.After(today)
}

// value is the value of a few ASCII digits.
func value(d string) int {
	n := 0
	for _, c := range []byte(d) {
		n = 10*n + int(c-'0')
	}
	return n
}

// English and French names of the months and their short forms, without accents, the longer of two that begin alike
// first.
var months = []struct {
	name  string
	month string
}{
	{"january", "01"}, {"janvier", "01"}, {"janv", "01"}, {"jan", "01"},
	{"february", "02"}, {"fevrier", "02"}, {"feb", "02"}, {"fevr", "02"}, {"fev", "02"},
	{"march", "03"}, {"mars", "03"}, {"mar", "03"}, {"april", "04"}, {"avril", "04"}, {"avr", "04"}, {"apr", "04"},
	{"may", "05"}, {"mai", "05"}, {"june", "06"}, {"juin", "06"}, {"jun", "06"}, {"july", "07"}, {"juillet", "07"}, {"juil", "07"}, {"jul", "07"},
	{"august", "08"}, {"aout", "08"}, {"aug", "08"}, {"september", "09"}, {"septembre", "09"}, {"sept", "09"}, {"sep", "09"},
	{"october", "10"}, {"octobre", "10"}, {"oct", "10"}, {"november", "11"}, {"novembre", "11"}, {"nov", "11"},
	{"december", "12"}, {"decembre", "12"}, {"dec", "12"},
}

// writtenDate reports day, month's name and year, or month's name, day and year, with no more than four other
// characters.
func writtenDate(t *text, today time.Time) bool {
	if t.len() != len(t.s) || t.guessed != nil {
		return false
	}
	for _, m := range months {
		for at := 0; ; at++ {
			next := strings.Index(t.s[at:], m.name)
			if next < 0 {
				break
			}
			at += next
			before, after := trailing(t.s[:at]), leading(t.s[at+len(m.name):])
			rest := len(t.s) - len(m.name)
			if before != "" && dayBefore(before, after, m.month, rest, today) || dayAfter(t.s[at+len(m.name):], m.month, rest, today) {
				return true
			}
		}
	}
	return false
}

// dayBefore is "12 March 1985": the day is at the end of before, the year at the beginning of after.
func dayBefore(before, after, month string, rest int, today time.Time) bool {
	for _, dl := range []int{1, 2} {
		for _, yl := range []int{2, 4} {
			if dl <= len(before) && yl <= len(after) && rest-dl-yl <= aroundDate &&
				day(after[:yl], month, before[len(before)-dl:], today) {
				return true
			}
		}
	}
	return false
}

// dayAfter is "March 12th, 1985".
func dayAfter(after, month string, rest int, today time.Time) bool {
	for _, dl := range []int{1, 2} {
		if len(leading(after)) < dl {
			continue
		}
		tail, ordinal := after[dl:], 0
		for _, o := range []string{"st", "nd", "rd", "th", "er"} {
			if strings.HasPrefix(tail, o) {
				tail, ordinal = tail[len(o):], len(o)
			}
		}
		for _, yl := range []int{2, 4} {
			if y := leading(tail); len(y) >= yl && rest-dl-ordinal-yl <= aroundDate && day(y[:yl], month, after[:dl], today) {
				return true
			}
		}
	}
	return false
}

// leading and trailing are the digits with which s begins and ends.
func leading(s string) string  { return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))] }
func trailing(s string) string { return s[len(strings.TrimRight(s, "0123456789")):] }

// card reports the number of a payment card, of the length that its issuer uses and with the right check digit.
func card(t *text) bool {
	for _, n := range []int{13, 14, 15, 16, 19} {
		if t.windows(n, func(d string) bool { return issuer(d) && luhn(d) }) {
			return true
		}
	}
	return false
}

func issuer(d string) bool {
	two, four := value(d[:2]), value(d[:4])
	switch len(d) {
	case 13:
		return d[0] == '4'
	case 14:
		return two == 30 || two == 36 || two == 38 || two == 39
	case 15:
		return two == 34 || two == 37
	case 16:
		return d[0] == '4' || two >= 51 && two <= 55 || four >= 2221 && four <= 2720 || two == 35 || two == 60 || two == 62 || two == 64 || two == 65
	}
	return d[0] == '4' || two == 62
}

func luhn(d string) bool {
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// Lengths of IBANs by country.
const ibans = "AD24AT20BE16BG22CH21CY28CZ24DE22DK18EE20ES24FI18FR27GB22GI23GR27HR21HU28IE22IS26IT27LI21LT20LU20LV21MC27MT31NL18NO15PL28PT25RO24RS22SE24SI19SK24SM27TR26UA29"

// iban reports an international bank account number with the right check digits.
func iban(t *text) bool {
	for i := 0; i+15 <= t.len() && t.len() == len(t.s) && t.guessed == nil; i++ {
		at := strings.Index(ibans, strings.ToUpper(t.s[i:i+2]))
		if at < 0 || at%4 != 0 {
			continue
		}
		if n := value(ibans[at+2 : at+4]); i+n <= len(t.s) && leading(t.s[i+2:i+4]) == t.s[i+2:i+4] && mod97(t.s[i+4:i+n]+t.s[i:i+4]) == 1 {
			return true
		}
	}
	return false
}

// mod97 is the remainder by 97 of digits and letters, a letter being a number of two digits; -1 for anything else.
func mod97(s string) int {
	n := 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			n = (10*n + int(c-'0')) % 97
		case c >= 'a' && c <= 'z':
			n = (100*n + int(c-'a') + 10) % 97
		default:
			return -1
		}
	}
	return n
}
