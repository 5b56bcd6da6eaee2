package simulate

import (
	"countersign/shared/id"
	"countersign/shared/replica"
)

// tab is one open window of the app: an engine, and the adapter that does what it wants.
type tab struct {
	d  *device
	st *database // that it has open, maybe dropped meanwhile
	n  int
	e  *replica.Engine

	dead, frozen, leads bool
	late                []replica.Event // while frozen
	lastJob, lastNotice int64           // transactions and notices keep their order
	jobs                int             // in the store, not answered
	timers              []timer
	asked               []int // requests without an answer
	steps               int
	seen                int64 // Meta.Tx that the engine was told of
	loads               int   // whose answers the engine was not told
	unread              bool  // the last one failed, and another one is to come
	reauth, upgrade     bool  // what it was told, until it is helped
}

type timer struct {
	name string
	set  int // how often
}

func (d *device) open() *tab {
	w := d.w
	t := &tab{d: d, st: d.st, n: len(d.tabs)}
	t.e = replica.New(replica.Options{
		NewID: func() id.Device { return id.Device(w.name('2')) },
		Rand:  w.rng.Uint64,

		CompactRows: w.compact,
	})
	d.tabs = append(d.tabs, t)
	w.note("%s opens", t)
	t.perform(t.e.Step(replica.Event{Timer: "start"}), false)
	d.elect()
	return t
}

// tell gives the engine an event, when the tab runs again if it is frozen.
func (t *tab) tell(ev replica.Event) {
	switch {
	case t.dead:
	case t.frozen:
		t.late = append(t.late, ev)
	default:
		t.step(ev)
	}
}

func (t *tab) step(ev replica.Event) {
	w := t.d.w
	switch {
	case ev.Loaded != nil:
		t.seen, t.loads, t.unread = ev.Loaded.Meta.Tx, t.loads-1, false
	case ev.Failed != nil && ev.Failed.ID == 0:
		t.loads, t.unread = t.loads-1, true
	case ev.Committed != nil:
		t.seen = max(t.seen, ev.Committed.No)
	}
	if w.deep {
		w.note("%s < %s", t, text(ev))
	}
	t.perform(t.e.Step(ev), true)
	if !t.dead {
		t.judgeView()
	}
}

// perform does effects in order. The tab may crash after any of them.
func (t *tab) perform(effects []replica.Effect, mayCrash bool) {
	w := t.d.w
	for i := range effects {
		ef := &effects[i]
		if w.deep && ef.View == nil {
			w.note("%s > %s", t, text(ef))
		}
		switch {
		case ef.Load:
			t.load()
		case ef.Store != nil:
			t.store(*ef.Store)
		case ef.Request != nil:
			t.ask(*ef.Request)
		case ef.Timer != nil:
			t.wait(*ef.Timer)
		case ef.Saved != nil:
			w.truth.told(t, *ef.Saved)
		case ef.Wiped:
			t.wiped()
		}
		if mayCrash && w.chance(w.f.crash) {
			t.crash()
		}
		if t.dead {
			return
		}
	}
}

func (t *tab) wait(tm replica.Timer) {
	i := 0
	for ; i < len(t.timers) && t.timers[i].name != tm.Name; i++ {
	}
	if i == len(t.timers) {
		t.timers = append(t.timers, timer{name: tm.Name})
	}
	t.timers[i].set++
	set := t.timers[i].set
	t.d.w.after(max(tm.After, 1), func() {
		if t.timers[i].set == set {
			t.tell(replica.Event{Timer: tm.Name})
		}
	})
}

// crash ends the tab at once. A transaction that it had begun may still be committed.
func (t *tab) crash() {
	w := t.d.w
	if t.dead {
		return
	}
	w.note("%s is gone", t)
	w.count.tabCrashes++
	t.dead = true
	t.d.elect()
}

func (t *tab) freeze() {
	t.frozen = true
	t.d.w.count.freezes++
	t.d.w.note("%s freezes", t)
}

func (t *tab) thaw() {
	if t.dead || !t.frozen {
		return
	}
	t.d.w.note("%s thaws", t)
	t.frozen = false
	late := t.late
	t.late = nil
	for _, ev := range late {
		t.tell(ev)
	}
}

// lead tells the engine whether its tab does the network.
func (t *tab) lead(yes bool) {
	t.leads = yes
	t.tell(replica.Event{Lead: &yes})
}
