package pages

import (
	"time"

	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// What is told of a program's time. People name its last day; the program is over when that day is.

// lastDay is a moment on the last day of what ends at t.
func lastDay(t time.Time) time.Time { return t.Add(-time.Millisecond) }

// programBegun and the program's own Ended tell the three states.
func programBegun(starts, now time.Time) bool { return !starts.After(now) }

// programState is the state in words beside its icon.
func programState(p *api.Program) app.UI {
	now := ui.ServerNow()
	switch {
	case p.Ended(now):
		return ui.TagIcon(ui.Neutral, ui.IconCircleMinus, ui.T("place.ended"))
	case !programBegun(p.Starts, now):
		return ui.TagIcon(ui.Info, ui.IconClock, ui.T("place.not_begun"))
	}
	return ui.Tag(ui.OK, ui.T("place.running"))
}

// programRuns reports whether a program has begun and is not over.
func programRuns(p *api.Program) bool {
	now := ui.ServerNow()
	return !p.Ended(now) && programBegun(p.Starts, now)
}

// duration tells from when to when a program lasts: "1 Nov 2026 – 31 Jan 2027".
func duration(starts, ends time.Time) string {
	switch {
	case starts.IsZero() && ends.IsZero():
		return ui.T("place.no_end")
	case ends.IsZero():
		return ui.T("place.from_on", "day", date(starts))
	case starts.IsZero():
		return ui.T("place.to", "day", date(lastDay(ends)))
	}
	return ui.T("place.from_to", "from", date(starts), "to", date(lastDay(ends)))
}
