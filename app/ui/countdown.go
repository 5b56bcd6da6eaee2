package ui

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var serverOffset atomic.Int64

// SetServerTime tells what the server's clock shows now. The client calls it with each answer, so that time left is
// the server's, whatever the clock of this computer says.
func SetServerTime(now time.Time) { serverOffset.Store(int64(now.Sub(time.Now().Round(0)))) }

// ServerNow is the server's time.
func ServerNow() time.Time { return time.Now().Round(0).Add(time.Duration(serverOffset.Load())) }

// Countdown shows the time left until a moment of the server and ticks by itself, without rendering the page. It
// speaks at 10, 5 and 1 minutes and calls OnEnd once at the end.
type Countdown struct {
	app.Compo

	Until  time.Time
	Label  string // "Ends in {left}"; the time alone when empty
	Silent bool   // for all but one countdown to the same moment
	OnEnd  func(ctx app.Context)

	timer *time.Timer
	last  time.Duration
	ended bool
}

// OnMount starts ticking.
func (c *Countdown) OnMount(ctx app.Context) { c.tick(ctx) }

// OnUpdate follows a changed end.
func (c *Countdown) OnUpdate(ctx app.Context) {
	if app.IsServer {
		return
	}
	ctx.Defer(func(ctx app.Context) { c.tick(ctx) })
}

// OnDismount stops ticking.
func (c *Countdown) OnDismount() {
	if c.timer != nil {
		c.timer.Stop()
	}
}

func (c *Countdown) tick(ctx app.Context) {
	defer Recover()
	if c.timer != nil {
		c.timer.Stop()
	}
	if !c.Mounted() {
		return
	}
	left := max(0, c.Until.Sub(ServerNow()))
	c.JSValue().Set("textContent", c.text(left))
	if minutes := passed(c.last, left); minutes > 0 && !c.Silent {
		Announce(T("ui.minutes_left", "n", minutes))
	}
	c.last = left
	if left > 0 {
		c.ended = false
		// A moment after the full second, so that no second is shown twice.
		c.timer = time.AfterFunc(left%time.Second+20*time.Millisecond, func() { c.tick(ctx) })
		return
	}
	if !c.ended && c.OnEnd != nil {
		c.ended = true
		ctx.Dispatch(func(ctx app.Context) {
			defer Recover()
			c.OnEnd(ctx)
		})
	}
}

// Render implements app.Composer. In the browser the text is written by tick alone: one owner a node.
func (c *Countdown) Render() app.UI {
	span := app.Span().Class("countdown").Role("timer")
	if app.IsServer {
		span.Text(c.text(max(0, c.Until.Sub(ServerNow()))))
	}
	return span
}

func (c *Countdown) text(left time.Duration) string {
	t := FormatLeft(Locale(), left)
	if c.Label == "" {
		return t
	}
	return strings.Replace(c.Label, "{left}", t, 1)
}

// passed is the mark, in minutes, that lies between two times left, or 0.
func passed(before, now time.Duration) int {
	for _, m := range []int{1, 5, 10} {
		mark := time.Duration(m) * time.Minute
		if before > mark && now <= mark && now > 0 {
			return m
		}
	}
	return 0
}

// FormatLeft writes time left: "42:10" below an hour, "3 h 12 min" below a day, else "2 d 3 h". A begun second counts,
// so that 0:00 is the end.
func FormatLeft(l i18n.Locale, left time.Duration) string {
	seconds := int((left + time.Second - 1) / time.Second)
	switch {
	case seconds < 3600:
		return strconv.Itoa(seconds/60) + ":" + two(seconds%60)
	case seconds < 24*3600:
		return l.T("ui.left_hours", "hours", strconv.Itoa(seconds/3600), "minutes", two(seconds/60%60))
	}
	return l.T("ui.left_days", "days", strconv.Itoa(seconds/86400), "hours", strconv.Itoa(seconds/3600%24))
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
