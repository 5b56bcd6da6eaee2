package offline

import (
	"encoding/json"
	"time"

	"countersign/shared/replica"
)

// Of all tabs that have a database open the one with the lock does the network. A tab that the person sees asks it every
// aliveEvery whether it is there, and takes the lock away when it heard nothing for deadAfter: browsers freeze tabs that
// nobody sees. One that nobody sees gives it up to one that somebody does, unless it waits for an answer; even then when none
// came for deadAfter. One that the browser says it will freeze gives it up before.
const (
	aliveEvery = 4 * time.Second
	deadAfter  = 10 * time.Second
)

// Messages between tabs: one of these bytes, then what it is about.
const (
	msgCommitted = 't' // a transaction
	msgAsk       = '?' // from a tab that somebody sees: is the leader there? Its name
	msgStatus    = 's' // of the leader
	msgTake      = 'y' // to the tab of that name: take the lock, nobody sees the leader
	msgTry       = 'n' // to the leader: the person wants it now
	msgPoke      = 'p' // to the leader: what a live stream told
	msgSignedIn  = 'i' // the person signed in again
	msgCleared   = 'c' // the browser cleared the storage
	msgGone      = 'g' // the person signs out: the database is being deleted
)

// tabs is this tab's part in what the tabs of a browser do together.
type tabs struct {
	h     *host
	line  Line
	name  string // of this tab
	leads bool
	still bool // the browser stops this tab, or did
	holds int  // requests for the lock: what is said of an older one counts no more

	heard time.Time // when the leader was heard of, or this tab became one that somebody sees
	watch func()    // stops the wait for the next look
	looks int
	stops []func()
}

func newTabs(h *host) *tabs { return &tabs{h: h, name: newUUID(h.ground)} }

// start joins the line. The host is locked.
func (t *tabs) start() {
	g, life := t.h.ground, t
	t.line = g.Line(t.h.name, func(m []byte) {
		t.h.do(func() {
			if life == t.h.tabs {
				t.take(m)
			}
		})
	})
	t.hold(false)
	t.stops = append(t.stops,
		g.OnVisible(func() { t.h.do(t.seen) }),
		g.OnFreeze(func(frozen bool) { t.h.do(func() { t.freeze(frozen) }) }),
	)
	t.seen()
}

func (t *tabs) stop() {
	t.holds++
	t.rest()
	for _, stop := range t.stops {
		stop()
	}
	t.line.Close()
}

func (t *tabs) rest() {
	t.looks++
	if t.watch != nil {
		t.watch()
		t.watch = nil
	}
}

// hold asks for the lock. Without locks every tab leads: two that push do no harm.
func (t *tabs) hold(steal bool) {
	t.holds++
	n := t.holds
	still := func(f func()) func() {
		return func() {
			t.h.do(func() {
				if t.holds == n {
					f()
				}
			})
		}
	}
	if !t.line.Hold(steal, still(func() { t.lead(true) }), still(t.lost)) {
		t.lead(true)
	}
}

func (t *tabs) lead(yes bool) {
	t.leads = yes
	t.h.queue = append(t.h.queue, replica.Event{Lead: &yes})
	if yes {
		t.rest()
		t.h.giveAll()
	}
}

// lost is that another tab took the lock.
func (t *tabs) lost() {
	t.lead(false)
	t.hold(false)
	t.seen()
}

// freeze lets go of everything that other tabs would wait for while this one is stopped, and takes part again when it goes
// on. What was on its way is done by whoever leads then; the server knows what it has judged already.
func (t *tabs) freeze(frozen bool) {
	if t.still == frozen {
		return
	}
	t.still = frozen
	if !frozen {
		t.hold(false)
		t.seen()
		return
	}
	t.holds++
	t.rest()
	if t.leads {
		t.lead(false)
	}
	t.line.LetGo()
	t.h.outbox = append(t.h.outbox, t.h.store.Rest) // after what the engine makes of it
}

// seen begins, or ends, to watch the leader.
func (t *tabs) seen() {
	t.rest()
	if t.leads || t.still || !t.h.ground.Visible() {
		return
	}
	t.heard = time.Now()
	t.look()
}

func (t *tabs) look() {
	if t.leads {
		return
	}
	if time.Since(t.heard) >= deadAfter {
		t.heard = time.Now()
		t.hold(true)
	}
	t.send(msgAsk, []byte(t.name))
	t.looks++
	n := t.looks
	t.watch = t.h.ground.After(aliveEvery, func() {
		t.h.do(func() {
			if t.looks == n {
				t.look()
			}
		})
	})
}

func (t *tabs) send(kind byte, about []byte) {
	t.line.Send(append([]byte{kind}, about...))
}

// take does what another tab's message asks for.
func (t *tabs) take(m []byte) {
	if len(m) == 0 {
		return
	}
	h, about := t.h, m[1:]
	switch m[0] {
	case msgCommitted:
		if c, err := readCommitted(about); err == nil {
			h.heardCommit(c)
		}
	case msgAsk:
		switch {
		case !t.leads:
		case !h.ground.Visible() && h.idle():
			t.send(msgTake, about)
		default:
			t.status(h.last)
		}
	case msgStatus:
		var s replica.Status
		if !t.leads && json.Unmarshal(about, &s) == nil {
			t.heard = time.Now()
			h.queue = append(h.queue, replica.Event{Leader: &s})
		}
	case msgTake:
		if t.heard = time.Now(); !t.leads && !t.still && string(about) == t.name && h.ground.Visible() {
			t.hold(true)
		}
	case msgTry:
		if t.leads {
			h.queue = append(h.queue, replica.Event{Nudge: true})
		}
	case msgPoke:
		if t.leads {
			p := readPoke(string(about))
			h.queue = append(h.queue, replica.Event{Poke: &p})
		}
	case msgSignedIn:
		h.queue = append(h.queue, replica.Event{SignedIn: true})
	case msgCleared:
		h.inspect(func() {})
	case msgGone:
		h.gone()
	}
}

// status tells the others how the leader is.
func (t *tabs) status(s replica.Status) {
	if raw, err := json.Marshal(s); err == nil && t.leads {
		t.send(msgStatus, raw)
	}
}

func (t *tabs) committed(c *replica.Committed) {
	if raw, err := writeCommitted(c); err == nil {
		t.send(msgCommitted, raw)
	}
}

func (t *tabs) cleared() { t.send(msgCleared, nil) }

// forward passes on to the leader what this tab heard.
func (t *tabs) forward(kind byte, about string) {
	if !t.leads {
		t.send(kind, []byte(about))
	}
}
