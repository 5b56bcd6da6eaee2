package offline

import (
	"context"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// host drives an engine: what happens goes in one after the other, what is to be done is done. It knows nothing of pages
// and sessions.
type host struct {
	name   string // of the database
	ground *Ground
	ask    func(context.Context, *replica.Request) *replica.Answer
	told   func(Change) // what is to be shown otherwise; comes later, and never two at a time
	list   listing

	mu      sync.Mutex
	engine  *replica.Engine
	life    int // counts engines: what was asked for one is not told to the next
	store   Store
	tabs    *tabs
	timers  map[string]*timer
	queue   []replica.Event
	outbox  []func() // to be called once nothing is locked
	doing   []*doing
	lost    map[replica.Uid]bool // of doing, what the leading tab saves again
	patient time.Time            // until when that is waited for
	client  id.Device            // of the store
	tx      int64                // newest transaction of the store that the engine was told of
	moved   time.Time            // when the server was last asked something, or answered

	news    Change
	last    replica.Status
	lastOwn ownStatus
	email   string    // of the person
	outNote string    // where a sign-out of the person is noted
	out     string    // what was noted there at the start
	synced  time.Time // when a newer state was taken, by this device's clock
	trouble string
	cleared bool
	failing int  // failures of this code
	down    bool // until the next engine, after one failed
	wiping  bool // by a transaction of this tab
	emptied bool // the copy was wiped
	closed  bool // nothing is done any more

	lockStop func()
	lockFor  time.Time // h.synced that it is set for
	quit     context.CancelFunc
	asking   context.Context
}

// doing is an edit on its way into the store.
type doing struct {
	edit  *replica.NewEdit
	undo  *replica.NewUndo
	done  func(replica.Uid, string) // nil: it was saved before the storage was cleared
	given bool                      // to the present engine
	tries int                       // how often an engine was given it
}

func (d *doing) uid() replica.Uid {
	if d.edit != nil {
		return d.edit.Uid
	}
	return d.undo.Uid
}

// give has the engine take the edit in.
func (h *host) give(d *doing) {
	d.given = true
	d.tries++
	h.queue = append(h.queue, replica.Event{Edit: d.edit, Undo: d.undo})
}

// giveAll gives the engine what it was not given yet, once the store is read. After the storage was cleared the tab that
// leads saves again what waited there; the others wait for it, so that all is there once and in its order.
func (h *host) giveAll() {
	if h.down || !h.engine.Status().Loaded {
		return
	}
	if len(h.lost) > 0 && !h.tabs.leads {
		for _, en := range h.engine.Log() {
			delete(h.lost, en.Uid)
		}
		if len(h.lost) > 0 && time.Now().Before(h.patient) {
			return
		}
	}
	h.lost = nil
	for _, d := range h.doing {
		if !d.given {
			h.give(d)
		}
	}
}

// start reads the store and joins the other tabs.
func (h *host) start() {
	h.timers = map[string]*timer{}
	h.asking, h.quit = context.WithCancel(context.Background())
	h.out = h.ground.Note(h.outNote)
	h.do(func() {
		h.store = h.ground.Store(h.name)
		h.tabs = newTabs(h)
		h.revive()
		h.tabs.start()
	})
}

// revive begins with an engine that knows nothing.
func (h *host) revive() {
	h.life++
	for _, t := range h.timers {
		t.stop()
	}
	clear(h.timers)
	h.queue, h.down = nil, false
	h.engine = replica.New(replica.Options{NewID: func() id.Device { return id.Device(newUUID(h.ground)) }, Rand: rand.Uint64})
	lead := h.tabs.leads
	h.queue = append(h.queue, replica.Event{Lead: &lead})
}

// do calls f alone, has the engine take in what it queued, and tells what came of it. It is how everything from outside
// comes in: calls of pages, the store, the network, timers, other tabs.
func (h *host) do(f func()) {
	h.mu.Lock()
	if !h.closed {
		f()
	}
	h.drain()
	h.weigh()
	first := len(h.outbox) > 0
	h.mu.Unlock()
	if first {
		h.tell()
	}
}

// doLater is do for calls of pages: what comes of it is told once they have returned.
func (h *host) doLater(f func()) {
	h.mu.Lock()
	if !h.closed {
		f()
	}
	h.drain()
	h.weigh()
	later := len(h.outbox) > 0
	h.mu.Unlock()
	if later {
		h.ground.Soon(h.tell)
	}
}

// tell calls out, with nothing locked.
func (h *host) tell() {
	for {
		h.mu.Lock()
		if len(h.outbox) == 0 {
			h.mu.Unlock()
			return
		}
		f := h.outbox[0]
		h.outbox = h.outbox[1:]
		h.mu.Unlock()
		safely(f)
	}
}

func safely(f func()) {
	defer ui.Recover()
	f()
}

// drain gives the engine all that is queued.
func (h *host) drain() {
	for len(h.queue) > 0 && !h.closed && !h.down {
		ev := h.queue[0]
		h.queue = h.queue[1:]
		h.step(&ev)
	}
}

func (h *host) step(ev *replica.Event) {
	life := h.life
	defer func() {
		if cause := recover(); cause != nil {
			h.broke(cause)
		}
	}()
	effects := h.engine.Step(*ev)
	for i := range effects {
		if h.closed || h.life != life {
			return
		}
		h.perform(&effects[i])
	}
	if ev.Loaded != nil {
		h.loaded(ev.Loaded)
	}
}

func (h *host) perform(ef *replica.Effect) {
	switch {
	case ef.Load:
		h.load()
	case ef.Store != nil:
		h.commit(ef.Store)
	case ef.Request != nil:
		h.request(ef.Request)
	case ef.Timer != nil:
		h.wait(ef.Timer)
	case ef.View != nil:
		h.news.add(ef.View)
		h.list.follow(h, ef.View)
	case ef.Saved != nil:
		h.saved(ef.Saved)
	case ef.Wiped:
		h.wiped()
	}
}

// within calls f alone, unless the engine that it is for is no more.
func (h *host) within(life int, f func()) {
	h.do(func() {
		if h.life == life {
			f()
		}
	})
}

type timer struct{ stop func() }

func (h *host) wait(t *replica.Timer) {
	if old := h.timers[t.Name]; old != nil {
		old.stop()
	}
	life, name, set := h.life, t.Name, &timer{}
	set.stop = h.ground.After(time.Duration(t.After)*time.Millisecond, func() {
		h.within(life, func() {
			if h.timers[name] == set { // else it was set anew
				delete(h.timers, name)
				h.queue = append(h.queue, replica.Event{Timer: name})
			}
		})
	})
	h.timers[name] = set
}

// request asks the server, beside all else.
func (h *host) request(r *replica.Request) {
	life, ctx := h.life, h.asking
	h.moved = time.Now()
	go func() {
		a := &replica.Answer{ID: r.ID, Failed: true}
		safely(func() { a = h.ask(ctx, r) })
		h.within(life, func() {
			h.moved = time.Now()
			h.queue = append(h.queue, replica.Event{Answer: a})
		})
	}()
}

// begin has the engine take an edit in.
func (h *host) begin(d *doing) {
	taken := false
	h.doLater(func() {
		taken = true
		if h.locked() {
			h.finish(d, WhyLocked)
			return
		}
		h.doing = append(h.doing, d)
		if !h.down && h.lost == nil {
			h.give(d)
		}
	})
	if taken {
		return
	}
	h.mu.Lock()
	why := replica.WhyNotReady
	if h.emptied {
		why = replica.WhyWiped
	}
	h.finish(d, why)
	h.mu.Unlock()
	h.ground.Soon(h.tell)
}

const againAfter = 5 * time.Second

// saved passes on what became of an edit.
func (h *host) saved(s *replica.Saved) {
	for i, d := range h.doing {
		if d.uid() != s.Uid {
			continue
		}
		if d.done == nil && s.Why != "" && !h.engine.Status().Wiped { // the person was told long ago that it is saved
			d.given = false
			life := h.life
			h.ground.After(againAfter, func() { h.within(life, h.giveAll) })
			return
		}
		h.doing = append(h.doing[:i:i], h.doing[i+1:]...)
		h.finish(d, s.Why)
		return
	}
}

func (h *host) finish(d *doing, why string) {
	if d.done != nil {
		u := d.uid()
		h.outbox = append(h.outbox, func() { d.done(u, why) })
	}
}

// broke ends an engine that failed, and begins another one on what is stored.
func (h *host) broke(cause any) {
	h.failing++
	h.trouble = troubleBroken
	app.Logf("the copy of the numbers failed: %v\n%s", cause, debug.Stack())
	h.life++
	h.queue, h.down = nil, true
	life := h.life
	h.ground.After(time.Second<<min(h.failing-1, 6), func() { h.within(life, h.revive) })
	var again []*doing
	for _, d := range h.doing {
		if d.given && d.tries > 1 { // maybe the reason
			h.finish(d, replica.FailedIO)
			continue
		}
		d.given = false
		again = append(again, d)
	}
	h.doing = again
}

// end stops everything. Edits on their way are told as not saved for the reason.
func (h *host) end(why string) {
	if h.closed {
		return
	}
	h.closed = true
	h.quit()
	for _, t := range h.timers {
		t.stop()
	}
	for _, d := range h.doing {
		h.finish(d, why)
	}
	if h.lockStop != nil {
		h.lockStop()
	}
	h.doing, h.queue = nil, nil
	h.tabs.stop()
}

// close lets go of the copy, as when the tab is closed.
func (h *host) close() {
	h.do(func() {
		h.end(replica.FailedIO)
		h.store.Close()
	})
}

// gone ends the copy because another tab, in which the person signs out, deletes it.
func (h *host) gone() {
	h.engine = replica.New(replica.Options{})
	h.wiped()
}
