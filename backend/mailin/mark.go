package mailin

import (
	"strings"
	"unicode"

	"countersign/shared/i18n"
)

// Mark is the line that mails which can be answered carry above their text. Answers quote it, and what stands below it in
// them was there before. It is known by its ends, in whatever language, so that its sentence can change.
func Mark(l i18n.Locale) string { return markBegin + " " + l.T("mail.reply_above") + " " + markEnd }

const (
	markBegin = "##-"
	markEnd   = "-##"

	maxMarkLines = 4   // over which programs wrap it
	maxMarkBytes = 400 // of all of them
)

// markAt gives how many lines from i on are the mark, 0 when it isn't there. Programs quote it, wrap it, change its spaces
// and put a link or a space beside it.
func markAt(lines []line, i int) int {
	if !strings.HasPrefix(lines[i].norm, markBegin) {
		return 0
	}
	joined := ""
	for n := 0; n < maxMarkLines && i+n < len(lines); n++ {
		joined += " " + lines[i+n].norm
		if len(joined) > maxMarkBytes {
			return 0
		}
		if strings.Contains(joined[1+len(markBegin):], markEnd) {
			return n + 1
		}
	}
	return 0
}

// normal is a line as it is compared: spaces of all kinds are one, dashes and apostrophes are plain, and what can't be seen
// is left out, with marks of quotations and of bold text at its ends.
func normal(s string) string {
	if len(s) > 4*maxMarkBytes {
		s = strings.ToValidUTF8(s[:4*maxMarkBytes], "")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u00a0', r == '\u202f':
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		case r == '’' || r == '‘' || r == '´' || r == '`':
			return '\''
		case unicode.Is(unicode.Pd, r) || r == '−':
			return '-'
		}
		return r
	}, s)
	return strings.Trim(strings.Join(strings.Fields(s), " "), "*> ")
}

// withoutMark takes the mark out of lines.
func withoutMark(lines []line) []line {
	var kept []line
	for i := 0; i < len(lines); {
		n := markAt(lines, i)
		if n == 0 {
			kept = append(kept, lines[i])
			n = 1
		}
		i += n
	}
	return kept
}

// prepared gives lines with what they are compared by. A mark in the middle of a line begins one: some programs put what
// they quote on one line with what introduces it.
func prepared(lines []line) []line {
	all := make([]line, 0, len(lines)+1)
	for _, l := range lines {
		l.norm = normal(l.text)
		at := strings.Index(l.text, markBegin)
		if at <= 0 || strings.HasPrefix(l.norm, markBegin) {
			all = append(all, l)
			continue
		}
		before, after := l, l
		before.text, after.text = strings.TrimRight(l.text[:at], " \t"), l.text[at:]
		before.norm, after.norm = normal(before.text), normal(after.text)
		if markAt([]line{after}, 0) == 0 {
			all = append(all, l)
			continue
		}
		all = append(all, before, after)
	}
	return all
}
