package mail

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countersign/shared/i18n"
	"countersign/shared/invoice"
)

// Args are a template's arguments by name, as they are stored: names as they are, moments by At, durations by For,
// "link" the path of the page in the portal ("/o/…/remote-support").
type Args = map[string]string

// At writes a moment as an argument.
func At(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Amount writes an amount of money, in the smallest unit of its currency, as an argument.
func Amount(amount int64, currency string) string {
	return strconv.FormatInt(amount, 10) + " " + currency
}

// For writes a duration as an argument.
func For(d time.Duration) string { return d.String() }

const (
	longestText = 200 // code points of a name in a sentence
	longestNote = 500
	longestBody = 20_000
	longestLink = 1000
)

// Check reports whether a template exists and has exactly the arguments that it needs, each well written: what
// passes here can be rendered later. The error wraps ErrUnsendable.
func Check(t Template, a Args) error {
	s, ok := specs[t]
	if !ok {
		return unsendable("there is no template %q", t)
	}
	for name := range a {
		if _, ok := s.args[name]; !ok && name != "link" {
			return unsendable("%s has no argument %q", t, name)
		}
	}
	for name, k := range s.args {
		value, given := a[name]
		switch {
		case !given && !k.optional():
			return unsendable("%s lacks the argument %q", t, name)
		case !utf8.ValidString(value):
			return unsendable("the argument %q of %s is not valid text", name, t)
		case k == variant && !slices.Contains(s.variants, value):
			return unsendable("%s has no %s %q", t, name, value)
		case k == moment:
			if _, err := time.Parse(time.RFC3339, value); err != nil {
				return unsendable("the argument %q of %s: %w", name, t, err)
			}
		case k == day:
			if _, err := time.Parse(time.DateOnly, value); err != nil {
				return unsendable("the argument %q of %s: %w", name, t, err)
			}
		case k == money:
			amount, currency, _ := strings.Cut(value, " ")
			if _, err := strconv.ParseInt(amount, 10, 64); err != nil {
				return unsendable("the argument %q of %s: %w", name, t, err)
			}
			if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				return unsendable("the argument %q of %s has no currency", name, t)
			}
		case k == span:
			if _, err := time.ParseDuration(value); err != nil {
				return unsendable("the argument %q of %s: %w", name, t, err)
			}
		}
	}
	if !isPath(a["link"]) {
		return unsendable("the link of %s is not a path of the portal", t)
	}
	return nil
}

// isPath reports whether s stays on the portal's own host, however a mail program or browser reads it.
func isPath(s string) bool {
	if len(s) > longestLink || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") ||
		strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '"' || r == '<' || r == '>' }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "" && u.Host == "" && u.User == nil
}

// show gives an argument as people read it.
func show(l i18n.Locale, zone *time.Location, k kind, value string) string {
	switch k {
	case moment:
		t, _ := time.Parse(time.RFC3339, value)
		return showMoment(l, t.In(zone))
	case day:
		t, _ := time.Parse(time.DateOnly, value)
		return showDay(l, t)
	case money:
		amount, currency, _ := strings.Cut(value, " ")
		n, _ := strconv.ParseInt(amount, 10, 64)
		return invoice.Money(l, n, currency)
	case span:
		d, _ := time.ParseDuration(value)
		return showSpan(l, d)
	case note:
		return clip(clean(value, true), longestNote)
	case body, names:
		return clip(trimLines(clean(value, true)), longestBody)
	}
	return clip(clean(value, false), longestText)
}

// showMoment is "9 March 2026, 14:02 (UTC+1)". The offset is told, because nobody knows where a mail is read.
func showMoment(l i18n.Locale, t time.Time) string {
	return l.T("mail.moment", "date", showDay(l, t), "time", t.Format("15:04"), "zone", showOffset(t))
}

func showDay(l i18n.Locale, t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = l.T("mail.first_day")
	}
	return l.T("mail.day", "day", day, "month", l.T("mail.month."+strconv.Itoa(int(t.Month()))), "year", strconv.Itoa(t.Year()))
}

func showOffset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	s := "UTC" + sign + strconv.Itoa(seconds/3600)
	if minutes := seconds % 3600 / 60; minutes != 0 {
		s += ":" + strconv.Itoa(minutes/10) + strconv.Itoa(minutes%10)
	}
	return s
}

// showSpan is "1 hour", "24 hours", "3 days", "1 hour 30 minutes".
func showSpan(l i18n.Locale, d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case minutes == 0 && hours > 24 && hours%24 == 0:
		return l.T("mail.days", "n", hours/24)
	case minutes == 0:
		return l.T("mail.hours", "n", hours)
	case hours == 0:
		return l.T("mail.minutes", "n", minutes)
	}
	return l.T("mail.hours", "n", hours) + " " + l.T("mail.minutes", "n", minutes)
}

// clean makes what somebody typed harmless in a line of text: no control characters, and none that turn the
// direction of the text around, with which a name could rewrite the sentence it stands in.
func clean(s string, keepLines bool) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && keepLines:
			return r
		case r == '\r' && keepLines:
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// trimLines takes the blanks off the ends of lines: of "-- " alone on a line mail programs hide all that follows.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRightFunc(l, unicode.IsSpace)
	}
	return strings.Join(lines, "\n")
}

// clip cuts to n code points.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
