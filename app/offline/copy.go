package offline

import (
	"time"

	"countersign/app/client"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Copy is the copy of one organization's numbers that this browser keeps for one login, with what the person edited.
type Copy struct {
	h       *host
	session *client.Session
	org     id.Organization
	login   id.Login
	rights  int // of the session when it was opened
	stops   []func()

	observers []*observer
	kept      Protection
	others    []Others
	asked     bool // for protection
}

type observer struct{ changed func(Change) }

func newCopy(g *Ground, s *client.Session, login id.Login, email string, org id.Organization, region string) *Copy {
	c := &Copy{session: s, org: org, login: login}
	c.h = &host{name: nameOf(login, org), ground: g, ask: asker(s, org), email: email, outNote: outNote(login)}
	c.h.list.region = region
	c.h.told = c.tell
	return c
}

func (c *Copy) start() {
	c.h.start()
	c.stops = []func(){
		c.session.Observe(c.follow),
		c.session.Hear(c.hear),
		c.h.ground.OnNetwork(c.Try),
		c.h.ground.OnReturn(c.Try),
	}
	c.h.ground.Protected(c.promised)
}

// Close lets go of the copy, which stays in the browser.
func (c *Copy) Close() {
	forgetCopy(c)
	c.stop()
	c.h.close()
}

func (c *Copy) stop() {
	for _, stop := range c.stops {
		stop()
	}
	c.stops = nil
}

// hear passes on what the live stream tells.
func (c *Copy) hear(events []live.Event) {
	pokes := pokes(c.org, events)
	if len(pokes) == 0 {
		return
	}
	c.h.do(func() {
		if c.h.tabs.leads {
			c.h.queue = append(c.h.queue, pokes...)
			return
		}
		for _, p := range pokes {
			c.h.tabs.forward(msgPoke, writePoke(p.Poke))
		}
	})
}

// follow does what a change of the session calls for.
func (c *Copy) follow() {
	me := c.session.Me()
	_, fresh := c.session.Fresh()
	switch {
	case me != nil && me.Login != c.login:
		c.Close() // another person: the page is about to be loaded again
	case me != nil && fresh && c.session.Ended() == "":
		c.h.do(func() {
			if c.h.engine.Status().ReauthNeeded {
				c.h.queue = append(c.h.queue, replica.Event{SignedIn: true})
				c.h.tabs.send(msgSignedIn, nil)
			}
		})
		tend(c.h.ground, c.session)
	}
}

// Observe calls changed, from any goroutine, when something is to be shown otherwise, until stop is called.
func (c *Copy) Observe(changed func(Change)) (stop func()) {
	o := &observer{changed}
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	c.observers = append(c.observers, o)
	return func() {
		c.h.mu.Lock()
		defer c.h.mu.Unlock()
		var left []*observer
		for _, x := range c.observers {
			if x != o {
				left = append(left, x)
			}
		}
		c.observers = left
	}
}

func (c *Copy) tell(change Change) {
	c.h.mu.Lock()
	list := c.observers
	c.h.mu.Unlock()
	for _, o := range list {
		safely(func() { o.changed(change) })
	}
}

// Status is how the copy is.
func (c *Copy) Status() Status {
	h := c.h
	h.mu.Lock()
	defer h.mu.Unlock()
	s := Status{Status: h.last, Trouble: h.trouble, Locked: h.locked(), Listed: h.list.filled, Cleared: h.cleared, Kept: c.kept, Others: c.others}
	return s
}

// look calls f when the copy may be shown.
func (c *Copy) look(f func(*replica.Engine)) {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	if !c.h.locked() && !c.h.emptied {
		f(c.h.engine)
	}
}

// Row is a number as the person sees it; false when there is none.
func (c *Copy) Row(k id.Number) (v replica.View, ok bool) {
	c.look(func(e *replica.Engine) { v, ok = e.Row(k) })
	return v, ok
}

// Units are all business units by name.
func (c *Copy) Units() (list []number.Unit) {
	c.look(func(e *replica.Engine) { list = e.Units() })
	return list
}

// Programs are all programs by name.
func (c *Copy) Programs() (list []number.Program) {
	c.look(func(e *replica.Engine) { list = e.Programs() })
	return list
}

// Purposes are all call purposes in the provider's order.
func (c *Copy) Purposes() (list []number.Purpose) {
	c.look(func(e *replica.Engine) { list = e.Purposes() })
	return list
}

// Attention is what waits for the person, newest first.
func (c *Copy) Attention() (list []replica.Attention) {
	c.look(func(e *replica.Engine) { list = e.Attention() })
	return list
}

// Log are the edits that the device holds, oldest first.
func (c *Copy) Log() (list []replica.Entry) {
	c.look(func(e *replica.Engine) { list = e.Log() })
	return list
}

// Outcome is what became of an edit; nil while it waits, or when the device has forgotten it.
func (c *Copy) Outcome(u replica.Uid) *replica.Outcome {
	list := c.Log()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Uid == u {
			return list[i].Outcome
		}
	}
	return nil
}

// List are all numbers, to be searched and sorted. It is filled in portions after the first call; Status.Listed tells when
// it is complete, and from then on it follows the copy. It is nil while nothing may be shown.
func (c *Copy) List() (list *dashboard.List) {
	c.h.doLater(func() { c.h.list.begin(c.h) })
	c.look(func(*replica.Engine) { list = c.h.list.list })
	return list
}

// Edit takes an edit in, and tells done what became of it: why is "" once it is safe on this device, else nothing of it was
// kept, for one of the reasons that replica.Saved has, or WhyLocked. Uid and At are filled in where they are not given.
func (c *Copy) Edit(e replica.NewEdit, done func(u replica.Uid, why string)) replica.Uid {
	if e.Uid == "" {
		e.Uid = newUid(c.h.ground)
	}
	if e.At == 0 {
		e.At = time.Now().UnixMilli()
	}
	c.protect()
	c.begin(&doing{edit: &e, done: done})
	return e.Uid
}

// Undo takes an edit back, by an edit that can't clobber a later one. It gives the identity of that one.
func (c *Copy) Undo(of replica.Uid, done func(u replica.Uid, why string)) replica.Uid {
	u := &replica.NewUndo{Of: of, Uid: newUid(c.h.ground), At: time.Now().UnixMilli()}
	c.begin(&doing{undo: u, done: done})
	return u.Uid
}

func (c *Copy) begin(d *doing) {
	if d.done == nil {
		d.done = func(replica.Uid, string) {}
	}
	c.h.begin(d)
}

// Try ends every waiting: the network or the person is back.
func (c *Copy) Try() {
	c.h.doLater(func() {
		c.h.queue = append(c.h.queue, replica.Event{Nudge: true})
		c.h.tabs.forward(msgTry, "")
	})
}

// Resolved says that an attention item was closed: the rest is asked for anew.
func (c *Copy) Resolved() { c.Try() }

// LossSeen says that the person was told of Status.Lost and of Status.Cleared.
func (c *Copy) LossSeen() {
	c.h.doLater(func() {
		c.h.cleared = false
		c.h.queue = append(c.h.queue, replica.Event{LossSeen: true})
	})
}

// protect asks the browser to keep the storage, with the first edit that is made without a network: browsers may ask the
// person, and then it is plain what for.
func (c *Copy) protect() {
	c.h.mu.Lock()
	ask := !c.asked && c.kept != Protected && !c.h.last.Online
	c.asked = c.asked || ask
	c.h.mu.Unlock()
	if ask {
		c.h.ground.Protect(c.promised)
	}
}

func (c *Copy) promised(stays bool) {
	c.h.do(func() {
		c.kept = MayBeCleared
		if stays {
			c.kept = Protected
		}
		c.h.news.Status = true
	})
}
