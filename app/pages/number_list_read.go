package pages

import (
	"strings"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/number"
)

// listEntry is a number of a list that a person types, and what it is read as.
type listEntry struct {
	text   string // as it was typed
	e164   number.E164
	reason number.Reason // why it would be rejected, as far as the list tells; "" when it would not
	first  int           // duplicate_in_list: the line that has the number first, from 1
}

// readTyped reads a number as the server reads lists: what a spreadsheet took away is put back as long as no digit is
// lost, first the 0 of the region and then the "+".
func readTyped(text, region string) (number.E164, number.Reason) {
	s := strings.Trim(strings.TrimPrefix(strings.TrimSpace(text), "="), "'\"’‘“”«»`´ \u00a0\u202f")
	switch digits, damage := number.Repair(s); damage {
	case number.Lost:
		return "", number.SpreadsheetDamage
	case number.Exponent, number.Decimals:
		s = digits
	}
	e, reason := number.Parse(s, region)
	if reason == "" || s == "" || s[0] == '0' || !onlyDigits(s) {
		return e, reason
	}
	for _, lost := range []string{"0", "+"} {
		if mended, r := number.Parse(lost+s, region); r == "" {
			return mended, ""
		}
	}
	return "", reason
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// cutNumbers are the numbers of a text that was typed or pasted: one a line, or with commas, semicolons or tabs between
// them. Two that have only a blank between them part before the "+" of the second.
func cutNumbers(text string) (out []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\r\n\t,;|\u0085\u2028\u2029", r) }) {
		for {
			at := strings.Index(part, " +")
			if at < 0 || !strings.ContainsAny(part[:at], "0123456789") {
				break
			}
			out = appendText(out, part[:at])
			part = part[at+1:]
		}
		out = appendText(out, part)
	}
	return out
}

// maxTypedText is how much is kept of what stands in the place of a number, in bytes.
const maxTypedText = 120

func appendText(list []string, text string) []string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "")
	if len(text) > maxTypedText {
		text = strings.ToValidUTF8(text[:maxTypedText], "") + "…"
	}
	if text == "" {
		return list
	}
	return append(list, text)
}

// typedList are the numbers of a list in the order in which they came.
type typedList []listEntry

// add puts texts at the end as far as there is room, and gives those that there was no room for.
func (l *typedList) add(texts []string, region string) (left []string) {
	room := max(0, api.JobListRows-len(*l))
	if len(texts) > room {
		texts, left = texts[:room], texts[room:]
	}
	for _, text := range texts {
		e := listEntry{text: text}
		e.e164, e.reason = readTyped(text, region)
		*l = append(*l, e)
	}
	l.judge()
	return left
}

// judge says which numbers came before, after something was put in or taken out.
func (l typedList) judge() {
	seen := make(map[number.E164]int, len(l))
	for i := range l {
		e := &l[i]
		if e.e164 == "" {
			continue
		}
		e.first, e.reason = seen[e.e164], ""
		if e.first > 0 {
			e.reason = number.DuplicateInList
			continue
		}
		seen[e.e164] = i + 1
	}
}

// line is where a number stands in the list, from 1; 0 when it does not.
func (l typedList) line(e number.E164) int {
	for i := range l {
		if l[i].e164 == e {
			return i + 1
		}
	}
	return 0
}

// valid are how many entries would be sent.
func (l typedList) valid() (n int) {
	for i := range l {
		if l[i].reason == "" {
			n++
		}
	}
	return n
}

func (l typedList) texts() []string {
	out := make([]string, len(l))
	for i := range l {
		out[i] = l[i].text
	}
	return out
}

// shortReason says in a few words why a number was or would be rejected.
func shortReason(r number.Reason, first int) string {
	if r == number.DuplicateInList && first > 0 {
		return ui.T("numlist.twice", "line", first)
	}
	if r == "" {
		return ui.T("numlist.technical_short")
	}
	return ui.T("numlist.short." + string(r))
}
