package simulate

import (
	"countersign/shared/perm"
	"countersign/shared/replica"
)

func (w *world) networkGoes() {
	d := pick(w, w.devices)
	d.online = false
	w.count.offline++
	w.note("%s is without a network", d)
}

func (w *world) networkComes() {
	d := pick(w, w.devices)
	if d.online {
		return
	}
	d.online = true
	w.note("%s has a network again", d)
	for _, t := range d.alive() {
		if w.chance(0.7) {
			t.tell(replica.Event{Nudge: true})
		}
	}
}

func (w *world) tabOpens() {
	d := pick(w, w.devices)
	if len(d.alive()) < 3 && !d.login.lost {
		d.open()
	}
}

func (w *world) tabCrashes() {
	if t := w.somewhere(); t != nil {
		d := t.d
		t.crash()
		if w.chance(0.8) && len(d.alive()) == 0 {
			w.after(w.between(0, minute), func() {
				if len(d.alive()) == 0 && !d.login.lost {
					d.open()
				}
			})
		}
	}
}

func (w *world) tabFreezes() {
	if t := w.somewhere(); t != nil {
		t.freeze()
		w.after(w.between(second, 3*minute), t.thaw)
		if t.leads { // a visible tab misses it after ten seconds
			w.after(w.between(10*second, 20*second), func() {
				if t.frozen && t.leads && !t.dead {
					t.d.steal()
				}
			})
		}
	}
}

// lockStolen gives the lock to another tab. The one that had it learns it late and goes on until then.
func (w *world) lockStolen() {
	d := pick(w, w.devices)
	if len(d.alive()) == 1 && !d.login.lost {
		d.open()
	}
	d.steal()
}

func (d *device) steal() {
	w, tabs := d.w, d.alive()
	if len(tabs) < 2 || d.noLocks {
		return
	}
	next := pick(w, tabs)
	if next.leads || next.frozen || next.st != d.st {
		return
	}
	w.count.thefts++
	w.note("%s steals the lock", next)
	for _, t := range tabs {
		if t.leads {
			t.leads = false
			w.after(w.between(0, 30*second), func() { t.tell(replica.Event{Lead: &t.leads}) })
		}
	}
	next.lead(true)
}

// powerLoss takes what was not written through: a prefix of the transactions is left that has all strict ones.
func (w *world) powerLoss() {
	d := pick(w, w.devices)
	for _, t := range d.tabs {
		t.crash()
	}
	n := int(w.between(int64(d.st.strict), int64(len(d.st.past))))
	w.count.powerLosses++
	w.note("%s loses power, and %d of %d transactions", d, len(d.st.past)-n, len(d.st.past))
	before := d.st
	d.st = before.replayed(n)
	before.dropped = true
	w.truth.survived(d, before, d.st)
	d.renew(d.st)
}

func (w *world) browserDeletes() {
	d := pick(w, w.devices)
	w.count.evictions++
	w.note("the browser deletes the store of %s", d)
	w.truth.erased(d.st, nil, "deleted by the browser")
	d.st.dropped = true
	d.renew(newDatabase())
}

// oldImage puts the device back to how it was some time ago.
func (w *world) oldImage() {
	d := pick(w, w.devices)
	n := w.rng.IntN(len(d.st.past) + 1)
	w.count.images++
	w.note("%s is put back to how it was after %d of %d transactions", d, n, len(d.st.past))
	before := d.st
	st := before.replayed(n)
	st.strict = n
	before.dropped = true
	w.truth.erased(before, st, "an older image of the device came back")
	w.truth.revived(st)
	d.renew(st)
}

// profileCloned makes another device of a copy of a store.
func (w *world) profileCloned() {
	if len(w.devices) >= 6 {
		return
	}
	of := pick(w, w.devices)
	if of.login.lost {
		return
	}
	w.count.clones++
	st := of.st.replayed(len(of.st.past))
	st.strict = len(st.past)
	d := w.addDevice(of.login, st)
	w.note("%s is a clone of %s", d, of)
}

// rightsChange takes a right from somebody, or gives all back.
func (w *world) rightsChange() {
	l := pick(w, w.logins)
	w.count.rightsChanged++
	l.rights = allRights
	if w.chance(0.6) {
		l.rights = perm.Of(perm.NumbersView)
		for _, r := range []perm.Right{perm.NumbersCreate, perm.NumbersUpdate, perm.NumbersDelete} {
			if w.chance(0.5) {
				l.rights |= perm.Of(r)
			}
		}
	}
	w.note("%s may now do %b", l.name, l.rights)
}

// accessChanges ends somebody's access to the organization, or gives it back.
func (w *world) accessChanges() {
	l := pick(w, w.logins)
	l.lost = !l.lost
	w.note("access of %s ended: %v", l.name, l.lost)
	if l.lost {
		w.count.accessEnded++
		for _, d := range w.devices {
			if d.login != l || !w.chance(0.5) { // the socket says so too
				continue
			}
			d.wipeTold = true
			for _, t := range d.alive() {
				t.tell(replica.Event{Wipe: true})
			}
		}
		return
	}
	for _, d := range w.devices {
		if d.login == l && len(d.alive()) == 0 {
			d.open()
		}
	}
}

// signOut is a person signing out who gives up what was not sent.
func (w *world) signOut() {
	t := w.somewhere()
	if t == nil {
		return
	}
	w.count.signOuts++
	w.note("%s: the person signs out", t)
	t.d.wipeTold = true
	t.tell(replica.Event{Wipe: true})
}

func (w *world) signInExpires() {
	d := pick(w, w.devices)
	d.signedIn = false
	w.count.signInsExpired++
	w.note("%s has to sign in again", d)
}

// appTooOld is a server that does not take the device's app any more, until it is loaded anew.
func (w *world) appTooOld() {
	d := pick(w, w.devices)
	d.old = true
	w.note("the app of %s is too old", d)
	w.count.upgrades++
}

// holiday is a long time in which all devices are off.
func (w *world) holiday() {
	w.count.holidays++
	for _, d := range w.devices {
		for _, t := range d.tabs {
			t.crash()
		}
		d.tabs = nil
	}
	w.now += pick(w, []int64{1, 3, 8, 20, 45, 100}) * day
	w.note("a holiday")
	for _, d := range w.devices {
		if !d.login.lost {
			d.open()
		}
	}
}
