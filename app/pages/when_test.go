//go:build !js

package pages

import (
	"testing"
	"time"

	"countersign/app/ui"
	"countersign/shared/i18n"
)

// inLanguage speaks a language for the time of a test.
func inLanguage(t *testing.T, l i18n.Locale) {
	t.Helper()
	before := ui.Locale()
	ui.SetLocale(l)
	t.Cleanup(func() { ui.SetLocale(before) })
}

// X02: times are written as people say them, in both languages, as seen from the server's present.
func TestTimes_are_written_for_people(t *testing.T) {
	zone := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = zone; ui.SetServerTime(time.Now()) })
	ui.SetServerTime(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 5, 0, 0, time.UTC)
	}

	for _, c := range []struct{ got, en, fr string }{
		{"moment today", "14:05", "14:05"},
		{"moment yesterday", "Yesterday, 23:05", "Hier, 23:05"},
		{"moment tomorrow", "Tomorrow, 00:05", "Demain, 00:05"},
		{"moment earlier", "1\u00a0Jan, 09:05", "1er\u00a0janv., 09:05"},
		{"moment last year", "31\u00a0Dec 2025, 09:05", "31\u00a0déc. 2025, 09:05"},
		{"in text today", "at 14:05", "à 14:05"},
		{"in text tomorrow", "tomorrow at 00:05", "demain à 00:05"},
		{"in text later", "on 9\u00a0Mar at 14:05", "le 9\u00a0mars à 14:05"},
		{"day yesterday", "Yesterday", "Hier"},
		{"span hour", "1 hour", "1 heure"},
		{"span day", "24 hours", "24 heures"},
		{"span days", "3 days", "3 jours"},
		{"span mixed", "1 hour 30 minutes", "1 heure 30 minutes"},
	} {
		write := map[string]func() string{
			"moment today":     func() string { return moment(at(3, 2, 14)) },
			"moment yesterday": func() string { return moment(at(3, 1, 23)) },
			"moment tomorrow":  func() string { return moment(at(3, 3, 0)) },
			"moment earlier":   func() string { return moment(at(1, 1, 9)) },
			"moment last year": func() string { return moment(at(1, 0, 9)) },
			"in text today":    func() string { return momentInText(at(3, 2, 14)) },
			"in text tomorrow": func() string { return momentInText(at(3, 3, 0)) },
			"in text later":    func() string { return momentInText(at(3, 9, 14)) },
			"day yesterday":    func() string { return dayName(at(3, 1, 1)) },
			"span hour":        func() string { return span(time.Hour) },
			"span day":         func() string { return span(24 * time.Hour) },
			"span days":        func() string { return span(72 * time.Hour) },
			"span mixed":       func() string { return span(90 * time.Minute) },
		}[c.got]
		inLanguage(t, i18n.EN)
		if got := write(); got != c.en {
			t.Errorf("%s in English: %q, want %q", c.got, got, c.en)
		}
		inLanguage(t, i18n.FR)
		if got := write(); got != c.fr {
			t.Errorf("%s in French: %q, want %q", c.got, got, c.fr)
		}
	}
}
