package sheet

import (
	"strings"

	"countersign/shared/number"
)

// detectRows is how many rows of the sample each delimiter is tried on.
const detectRows = 100

// detect finds the delimiter of a file by its beginning: the one with which most rows hold a phone number of its own
// field, then the one that gives most rows the same number of fields, then the one that gives them the most. One column
// comes first, so that a delimiter has to show that it is one: "4,47E+11" alone is a damaged number and not two fields.
func detect(sample []byte, all bool) Delimiter {
	best, found := score{rows: 1}, None
	for _, d := range []Delimiter{None, Comma, Semicolon, Tab, Bar} {
		if s := try(sample, all, d); d == None || s.better(best) {
			best, found = s, d
		}
	}
	return found
}

// score tells how a delimiter fits.
type score struct {
	rows   int
	phones int // rows with a field that looks like a phone number
	alike  int // rows with as many fields as most have, more than one
	fields int // that number
}

func try(sample []byte, all bool, d Delimiter) score {
	c := cutter{delim: d.byte()}
	var s score
	widths := map[int]int{}
	for s.rows < detectRows {
		n, state := c.next(sample, all)
		if state != row {
			break
		}
		sample = sample[n:]
		from, phone, blank := 0, false, true
		for _, to := range c.ends {
			field := unguard(string(c.text[from:to]))
			phone = phone || likeness(field) > 0
			blank = blank && strings.TrimSpace(field) == ""
			from = to
		}
		if len(sample) == 0 && n == 0 {
			break
		}
		if blank {
			continue
		}
		s.rows++
		if phone {
			s.phones++
		}
		if len(c.ends) > 1 {
			widths[len(c.ends)]++
		}
	}
	for width, n := range widths {
		if n > s.alike || n == s.alike && width > s.fields {
			s.alike, s.fields = n, width
		}
	}
	s.rows = max(s.rows, 1)
	return s
}

// better compares shares, because a delimiter that tears quoted fields apart sees more rows.
func (s score) better(t score) bool {
	switch {
	case s.alike == 0:
		return false
	case s.phones*t.rows != t.phones*s.rows:
		return s.phones*t.rows > t.phones*s.rows
	case s.alike*t.rows != t.alike*s.rows:
		return s.alike*t.rows > t.alike*s.rows
	}
	return s.fields > t.fields
}

// likeness tells how much a field looks like a phone number: 0 not, 1 perhaps, 2 surely. Numbers that a spreadsheet
// damaged look like one, dates and amounts don't.
func likeness(field string) int {
	s, _ := unwrap(trim(field))
	if len(s) > 4 && strings.EqualFold(s[:4], "tel:") {
		s = s[4:]
	}
	switch whole, damage := number.Repair(s); damage {
	case number.Exponent, number.Lost:
		return 2
	case number.Decimals:
		s = whole
	}
	digits, dashes, dots, plus := 0, 0, 0, false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= '０' && r <= '９':
			digits++
		case (r == '+' || r == '＋') && i == 0:
			plus = true
		case r == '-' || r == '/':
			dashes++
		case r == '.':
			dots++
		case strings.ContainsRune("+() \u00a0\u202f\u2009·‐‑–−", r):
		default:
			return 0
		}
	}
	switch {
	case digits < 5 || digits > 17:
		return 0
	case plus && digits >= 7:
		return 2
	case digits == 8 && dashes+dots == 2 && len(s) == 10, digits <= 8 && dots == 1:
		return 0 // 2026-03-01, 01/03/2026, 12500.50
	case digits >= 9:
		return 2
	}
	return 1
}
