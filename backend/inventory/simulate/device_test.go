package simulate

import (
	"fmt"

	"countersign/backend/inventory"
	"countersign/shared/replica"
)

// device is a browser profile of a person: a store, and tabs on it, one of which does the network.
type device struct {
	w        *world
	n        int
	login    *login
	st       *database
	tabs     []*tab
	online   bool
	signedIn bool
	old      bool  // the app is older than the server takes
	wipeTold bool  // the server said that access ended
	noLocks  bool  // the browser has none: every tab does the network
	clock    int64 // how wrong it is, ms
}

func (d *device) String() string { return fmt.Sprintf("device %d", d.n) }
func (t *tab) String() string    { return fmt.Sprintf("tab %d.%d", t.d.n, t.n) }

func (w *world) addDevice(l *login, st *database) *device {
	d := &device{w: w, n: len(w.devices), login: l, st: st, online: true, signedIn: true}
	if w.chance(0.5) {
		d.clock = w.between(-10*365*day, 10*365*day)
	}
	if d.noLocks = w.chance(0.1); d.noLocks {
		w.count.lockless++
	}
	if w.calmAt {
		d.clock = 0
	}
	w.devices = append(w.devices, d)
	d.open()
	return d
}

func (d *device) actor() inventory.Actor {
	l := d.login
	return inventory.Actor{Login: l.id, Name: l.name, Rights: l.rights, Lost: l.lost, Browser: "a browser"}
}

// alive are the tabs that were not closed.
func (d *device) alive() []*tab {
	var out []*tab
	for _, t := range d.tabs {
		if !t.dead {
			out = append(out, t)
		}
	}
	return out
}

// elect gives the lock to a tab when none holds it.
func (d *device) elect() {
	var first *tab
	for _, t := range d.tabs {
		switch {
		case t.dead:
		case d.noLocks && !t.leads && t.st == d.st:
			t.leads = true
			d.w.after(d.w.between(0, 50), func() { t.tell(replica.Event{Lead: new(true)}) })
		case d.noLocks:
		case t.leads:
			return
		case first == nil && t.st == d.st:
			first = t
		}
	}
	if first == nil {
		return
	}
	first.leads = true // nobody else gets it
	d.w.after(d.w.between(0, 50), func() { first.tell(replica.Event{Lead: new(true)}) })
}

// wiped is the end of the store, and of the tab: the app starts anew at the sign-in page. Other tabs still have to learn
// of it. I20: nothing of the copy is shown any more.
func (t *tab) wiped() {
	d := t.d
	t.e.Each(func(v replica.View) bool { fail("I20", "%s shows %s after it was wiped", t, v.ID); return false })
	if n := len(t.e.Log()) + len(t.e.Attention()) + len(t.e.Units()) + len(t.e.Programs()); n > 0 {
		fail("I20", "%s still knows of something after it was wiped", t)
	}
	if !t.st.dropped {
		t.st.dropped = true
		d.st, d.wipeTold = newDatabase(), false
		d.later()
	}
	t.crash()
}

// later opens a tab again some time later, if the person may.
func (d *device) later() {
	d.w.after(d.w.between(0, 10*second), func() {
		for _, t := range d.alive() {
			if t.st == d.st {
				return
			}
		}
		if !d.login.lost {
			d.open()
		}
	})
}

// renew closes all tabs, which begin again on another store some time later.
func (d *device) renew(st *database) {
	for _, t := range d.tabs {
		t.crash()
	}
	d.st, d.tabs = st, nil
	d.wipeTold = false
	d.later()
}

// heal ends what is wrong with the device.
func (d *device) heal() {
	d.online, d.old = true, false
	d.signIn()
	for _, t := range d.alive() {
		t.thaw()
	}
	if len(d.alive()) == 0 && !(d.login.lost && d.st.blank()) {
		d.open()
	}
	d.elect()
	for _, t := range d.alive() {
		t.tell(replica.Event{Nudge: true})
	}
}

// signIn is the person signing in again, who then sees it in every tab.
func (d *device) signIn() {
	d.signedIn = true
	for _, t := range d.alive() {
		if t.reauth {
			t.reauth = false
			t.tell(replica.Event{SignedIn: true})
		}
	}
}

// reload is the person loading the new app.
func (t *tab) reload() {
	if t.dead {
		return
	}
	t.d.old = false
	t.crash()
	if t.st == t.d.st {
		t.d.open()
	}
}

// somewhere picks a tab that runs, nil when there is none.
func (w *world) somewhere() *tab {
	var all []*tab
	for _, d := range w.devices {
		for _, t := range d.tabs {
			if !t.dead && !t.frozen {
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(w, all)
}
