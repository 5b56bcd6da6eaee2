package pages

import (
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Times as people read them, in their own time zone and language, seen from the server's present.

// clock is "14:05".
func clock(t time.Time) string {
	t = client.Local(t)
	return two(t.Hour()) + ":" + two(t.Minute())
}

// moment is "14:05" of today, "Yesterday, 14:05", "12 Nov, 14:05", "12 Nov 2025, 14:05".
func moment(t time.Time) string {
	switch daysFrom(t) {
	case 0:
		return clock(t)
	case -1:
		return ui.T("shell.when.yesterday", "time", clock(t))
	case 1:
		return ui.T("shell.when.tomorrow", "time", clock(t))
	}
	return ui.T("shell.when.day", "day", date(t), "time", clock(t))
}

// momentInText is moment inside a sentence: "at 14:05", "tomorrow at 14:05", "on 12 Nov at 14:05".
func momentInText(t time.Time) string {
	switch daysFrom(t) {
	case 0:
		return ui.T("shell.when.at", "time", clock(t))
	case -1:
		return ui.T("shell.when.at_yesterday", "time", clock(t))
	case 1:
		return ui.T("shell.when.at_tomorrow", "time", clock(t))
	}
	return ui.T("shell.when.at_day", "day", date(t), "time", clock(t))
}

// date is "12 Nov" of this year, else "12 Nov 2025".
func date(t time.Time) string { return calendarDate(client.Local(t)) }

// dayText is a day that was typed, "2026-11-22", as date writes it; what is no day stays as it is.
func dayText(value string) string {
	t, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return value
	}
	return calendarDate(t)
}

func calendarDate(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = ui.T("shell.when.first")
	}
	text := day + "\u00a0" + ui.T("shell.when.month."+strconv.Itoa(int(t.Month())))
	if t.Year() != client.Local(ui.ServerNow()).Year() {
		text += " " + strconv.Itoa(t.Year())
	}
	return text
}

// daysFrom is how many calendar days t lies from today.
func daysFrom(t time.Time) int {
	noon := func(t time.Time) time.Time {
		t = client.Local(t)
		return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	}
	return int(noon(t).Sub(noon(ui.ServerNow())) / (24 * time.Hour))
}

// span is "1 hour", "24 hours", "3 days", "1 hour 30 minutes".
func span(d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case minutes == 0 && hours > 24 && hours%24 == 0:
		return ui.T("shell.days", "n", hours/24)
	case minutes == 0 && hours > 0:
		return ui.T("shell.hours", "n", hours)
	case hours == 0:
		return ui.T("shell.minutes", "n", minutes)
	}
	return ui.T("shell.hours", "n", hours) + " " + ui.T("shell.minutes", "n", minutes)
}

// dayName is "Today", "Yesterday", "19 Nov".
func dayName(t time.Time) string {
	switch daysFrom(t) {
	case 0:
		return ui.T("shell.when.today")
	case -1:
		return ui.T("shell.when.yesterday_day")
	}
	return date(t)
}

func sameDay(a, b time.Time) bool { return daysFrom(a) == daysFrom(b) }

// timeTag is a moment with its exact time for machines.
func timeTag(t time.Time) app.UI {
	return app.Time().DateTime(t.UTC().Format(time.RFC3339)).Text(moment(t))
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// until is a moment as an end: "until 14:05", "until tomorrow at 14:05", "until 12 Nov at 14:05".
func until(t time.Time) string {
	switch daysFrom(t) {
	case 0:
		return ui.T("remote.until.today", "time", clock(t))
	case 1:
		return ui.T("remote.until.tomorrow", "time", clock(t))
	}
	return ui.T("remote.until.day", "day", date(t), "time", clock(t))
}
