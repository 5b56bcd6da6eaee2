// Package clock tells the time that decisions about access rest on: it never runs backwards, whatever happens to the
// machine's clock, and it says when that clock cannot be believed. It is the only place that asks the machine.
package clock

import (
	"sync/atomic"
	"time"
)

const (
	slack    = time.Second     // how far below the stored mark the clock may start: the mark was rounded and the machine may jitter
	distrust = 5 * time.Minute // a machine clock this far behind the mark was set back
)

// Clock is a guarded clock, safe for concurrent use. Its time is the machine's, but never before the stored mark
// (less a second) and never the same twice. When the machine's clock is set back, time stands still until it has
// caught up, so nothing that ended revives and no window is counted anew.
type Clock struct {
	wall func() time.Time
	mark atomic.Int64 // highest of the stored mark and the times given out, unix ns
	last atomic.Int64 // no time at or below this is given out again, unix ns
}

// New returns the machine's clock, guarded by the mark that an earlier run stored; the zero time when there is none.
func New(mark time.Time) *Clock { return On(time.Now, mark) }

// On is New upon another wall clock: the door for tests that set the clock of the machine.
func On(wall func() time.Time, mark time.Time) *Clock {
	c := &Clock{wall: wall}
	c.Raise(mark)
	return c
}

// Raise takes in a stored mark; a lower one than known changes nothing.
func (c *Clock) Raise(mark time.Time) {
	if mark.IsZero() {
		return
	}
	raise(&c.mark, mark.UnixNano())
	raise(&c.last, mark.Add(-slack).UnixNano()-1)
}

// Now is the guarded time in UTC: max(wall, mark − 1 s, last + 1 ns).
func (c *Clock) Now() time.Time {
	wall := c.wall().UnixNano()
	for {
		last := c.last.Load()
		now := max(wall, last+1)
		if c.last.CompareAndSwap(last, now) {
			raise(&c.mark, now)
			return time.Unix(0, now).UTC()
		}
	}
}

// Mark is the value to store: no time above it was given out. The zero time when nothing is known yet.
func (c *Clock) Mark() time.Time {
	ns := c.mark.Load()
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// Behind reports that the machine's clock was set back by more than five minutes: the server is not ready then, and
// grants fail closed, because how much of their time has passed cannot be known.
func (c *Clock) Behind() bool {
	return c.wall().UnixNano() < c.mark.Load()-int64(distrust)
}

func raise(v *atomic.Int64, to int64) {
	for {
		old := v.Load()
		if to <= old || v.CompareAndSwap(old, to) {
			return
		}
	}
}
