package number

import "strconv"

// The rules are those of ITU-T E.164 as countries fill them in; the metadata of Google's libphonenumber tells how, and
// build/numbers makes the table of it. What Parse takes, libphonenumber takes and reads as the same number, but for what
// its tests list.

// maxTyped is more digits than a number can have with all that is dialed before it.
const maxTyped = 40

// shortest is the number of digits below which nothing is a calling code and a number, or a national number.
const shortest = 2

// Parse reads a number as people write it, in international form or as it is written or dialed within region (ISO 3166-1,
// such as "FR"; "" where the text must name its country). The reason is "" when the number is valid: of a range that its
// country gives out, not necessarily in use. Valid numbers have up to 19 digits, more than the 15 of E.164, where a
// country gives out such.
//
// Stricter than libphonenumber, it takes no letters, extensions, "*" and "#": they are NotANumber. SpreadsheetDamage is
// what a spreadsheet makes of a number: 4.47E+11, 33184882010.0, and digits alone that are one only with the "+" or the 0
// that they have lost. The other reasons are InvalidCountry, TooShort, TooLong and NotPossible.
func Parse(text, region string) (E164, Reason) {
	if E164(text).outcome() != nil {
		return E164(text), ""
	}
	var buf [maxTyped]byte
	t, reason := read(buf[:0], text)
	if reason != "" {
		return "", reason
	}
	if t.decimal {
		return "", SpreadsheetDamage
	}
	home := rulesOf(region)
	e, reason := t.number(home)
	if reason != "" && t.bare && t.restorable(home) {
		return "", SpreadsheetDamage
	}
	return e, reason
}

// Check tells why e, which must be in canonical form, is no valid number; the reason is "" when it is one. A number with
// spaces or without "+" is NotANumber.
func Check(e E164) Reason {
	if e.outcome() != nil {
		return ""
	}
	if len(e) < 2 || e[0] != '+' || e[1] == '0' {
		return NotANumber
	}
	for i := 1; i < len(e); i++ {
		if e[i] < '0' || e[i] > '9' {
			return NotANumber
		}
	}
	digits := string(e[1:])
	r := mainRules(digits)
	if r == nil {
		if len(digits) < 3 {
			return TooShort
		}
		return InvalidCountry
	}
	return r.fault(len(digits) - len(r.code))
}

// Digits returns the number without "+".
func (e E164) Digits() string {
	if e == "" {
		return ""
	}
	return string(e[1:])
}

// Uint64 returns the digits as one number, which keeps them all: no calling code begins with 0, and every valid number
// fits an int64 too. It is 0 for what has no canonical form.
func (e E164) Uint64() uint64 {
	if len(e) < 2 || e[0] != '+' || e[1] == '0' {
		return 0
	}
	n, err := strconv.ParseUint(string(e[1:]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// FromUint64 is the inverse of E164.Uint64. It does not check that the number is valid.
func FromUint64(n uint64) E164 {
	if n == 0 {
		return ""
	}
	var buf [21]byte
	return E164(strconv.AppendUint(append(buf[:0], '+'), n, 10))
}

// number reads what was typed as a number of the world, or of home where that is known.
func (t typed) number(home *regionRules) (E164, Reason) {
	var out [1 + 3 + maxTyped + 8]byte
	if t.plus && label(rootState, t.digits) != 0 {
		return E164(append(append(out[:0], '+'), t.digits...)), "" // a closer look could only find a prefix in it that is none
	}
	var trunk, again [maxTyped + 8]byte
	rules, national, reason := t.split(trunk[:0], home)
	if reason != "" {
		return "", reason
	}
	if rules == nil {
		if rules = home; home == nil {
			return "", InvalidCountry
		}
	}
	if len(national) < shortest {
		return "", TooShort
	}
	// What remains without a trunk prefix must still be a whole number: else the prefix is part of a short one.
	without := rules.withoutTrunk(again[:0], national)
	if l := rules.length(len(without)); l == possible || l == tooLong {
		national = without
	}
	if len(national) < shortest {
		return "", TooShort
	}
	full := append(append(append(out[:0], '+'), rules.code...), national...)
	if label(rootState, full[1:]) == 0 {
		return "", mainRules(full[1:]).fault(len(national))
	}
	return E164(full), ""
}

// split finds the calling code and returns the rules that its numbers follow and the rest. The rules are nil where the
// number is written without a calling code. It may write the rest to buf.
func (t typed) split(buf []byte, home *regionRules) (*regionRules, []byte, Reason) {
	rest, international := t.digits, t.plus
	if !international && home != nil {
		rest, international = home.abroad(t.digits)
	}
	if international {
		if len(rest) <= shortest {
			return nil, nil, TooShort
		}
		if main := mainRules(rest); main != nil {
			return main, rest[len(main.code):], ""
		}
		if !t.plus || home == nil {
			return nil, nil, InvalidCountry
		}
		// "+" and then what is dialed to call abroad: "+0033…"
		main, rest, reason := typed{digits: t.digits}.split(buf, home)
		if main == nil && reason == "" {
			reason = InvalidCountry
		}
		return main, rest, reason
	}

	// The calling code without anything before it: it is one if the number makes more sense so.
	if home != nil && len(t.digits) > len(home.code) && string(t.digits[:len(home.code)]) == home.code {
		rest := home.withoutTrunk(buf, t.digits[len(home.code):])
		if label(home.general, t.digits) == 0 && label(home.general, rest) != 0 || home.length(len(t.digits)) == tooLong {
			return mainRules(home.code), rest, ""
		}
	}
	return nil, t.digits, ""
}

// restorable reports whether the digits, which a spreadsheet may have made of a number by taking it for an amount, are
// a valid number with the "+" or the 0 that it took away.
func (t typed) restorable(home *regionRules) bool {
	const surely = 9 // so many digits are no number that somebody is still typing
	if len(t.digits) < surely || t.digits[0] == '0' || len(t.digits) >= maxTyped {
		return false
	}
	if label(rootState, t.digits) != 0 {
		return true
	}
	if home == nil {
		return false
	}
	var buf [maxTyped]byte
	_, reason := typed{digits: append(append(buf[:0], '0'), t.digits...)}.number(home)
	return reason == ""
}
