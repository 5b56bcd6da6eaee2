package offline

import (
	"time"

	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// listing keeps the list of all numbers as the engine shows them. It is filled in portions, and once more whenever all may
// have changed, while the old one stays usable.
type listing struct {
	list   *dashboard.List // nil: nobody asked for it
	region string
	after  id.Number // filled up to here
	fill   int       // counts fillings: an older one stops
	filled bool      // at least once
}

// begin makes the list.
func (l *listing) begin(h *host) {
	if l.list != nil || h.closed {
		return
	}
	l.list = dashboard.New(l.region)
	if h.engine.Status().Loaded {
		l.refill(h)
	}
}

// follow puts rows that are shown otherwise.
func (l *listing) follow(h *host, c *replica.Changed) {
	if l.list == nil {
		return
	}
	if c.All {
		l.refill(h)
		return
	}
	for _, k := range c.IDs {
		if v, ok := h.engine.Row(k); ok {
			l.list.Put(v)
		} else {
			l.list.Drop(k)
		}
	}
}

// refill puts all rows anew, a portion at a time.
func (l *listing) refill(h *host) {
	l.list.SetNames(h.engine.Units(), h.engine.Programs(), h.engine.Purposes())
	l.list.Refill()
	l.after = ""
	l.fill++
	fill, life := l.fill, h.life
	h.ground.Soon(func() { h.within(life, func() { l.walk(h, fill) }) })
}

const viewsAtOnce = 128

func (l *listing) walk(h *host, fill int) {
	if l.fill != fill {
		return
	}
	life, began, n, more := h.life, time.Now(), 0, false
	h.engine.EachAfter(l.after, func(v replica.View) bool {
		l.list.Put(v)
		l.after = v.ID
		n++
		more = n%viewsAtOnce == 0 && time.Since(began) >= portion
		return !more
	})
	if more {
		h.ground.Soon(func() { h.within(life, func() { l.walk(h, fill) }) })
		return
	}
	l.list.Sweep()
	l.filled = true
	h.news.All, h.news.Status = true, true
}

// empty forgets all rows.
func (l *listing) empty() {
	l.fill++
	if l.list != nil {
		l.list.Reset(0)
	}
}
