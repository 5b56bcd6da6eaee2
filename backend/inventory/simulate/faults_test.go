package simulate

// faults are how often what goes wrong in a world, as probabilities; 0 where the world is calm in that.
type faults struct {
	// of each message
	lostRequest, lostAnswer, doubled, doubledAnswer, late, truncated, refused, portal, wire float64
	lostPoke, strangePoke, doubledPoke                                                      float64
	// of each step of a tab, and of each transaction of its store
	crash, crashInside, quota, io, doubledNotice float64
	// of each transaction of the server
	kill, killAnswer float64
	// the core has a bug: it panics on one of the numbers
	bug bool

	// of each action that happens in the world
	actions []weighted
	total   int
}

type weighted struct {
	weight int
	do     func(*world)
}

// calm is a world in which all goes well.
func calm() faults { return faults{} }

func (w *world) drawFaults() faults {
	var f faults
	rate := func(p *float64, share, most float64) {
		if r := w.rng.Float64(); w.chance(share) {
			*p = r * r * most
		}
	}
	rate(&f.lostRequest, 0.4, 0.4)
	rate(&f.lostAnswer, 0.4, 0.4)
	rate(&f.doubled, 0.4, 0.4)
	rate(&f.doubledAnswer, 0.3, 0.3)
	rate(&f.late, 0.4, 0.3)
	rate(&f.truncated, 0.3, 0.3)
	rate(&f.refused, 0.3, 0.3)
	rate(&f.portal, 0.2, 0.3)
	f.wire = 0.01
	rate(&f.lostPoke, 0.5, 1)
	rate(&f.strangePoke, 0.3, 0.3)
	rate(&f.doubledPoke, 0.3, 0.5)
	rate(&f.crash, 0.3, 0.03)
	rate(&f.crashInside, 0.3, 0.05)
	rate(&f.quota, 0.2, 0.2)
	rate(&f.io, 0.2, 0.2)
	rate(&f.doubledNotice, 0.3, 0.3)
	rate(&f.kill, 0.3, 0.2)
	rate(&f.killAnswer, 0.3, 0.2)

	f.bug = w.chance(0.05)

	act := func(share float64, weight int, do func(*world)) {
		if w.chance(share) {
			f.actions = append(f.actions, weighted{weight, do})
			f.total += weight
		}
	}
	act(1, 40, (*world).somebodyEdits)
	act(0.6, 8, (*world).somebodyUndoes)
	act(0.5, 6, (*world).somebodyResolves)
	act(0.6, 8, (*world).onlineEdit)
	act(0.005, 2, (*world).burst)
	act(0.3, 3, (*world).bulkAdd)
	act(0.3, 2, (*world).bulkDelete)
	act(0.4, 4, (*world).placesChange)
	act(0.4, 6, (*world).networkGoes)
	act(0.6, 8, (*world).networkComes)
	act(0.4, 4, (*world).tabOpens)
	act(0.3, 4, (*world).tabCrashes)
	act(0.3, 4, (*world).tabFreezes)
	act(0.3, 5, (*world).lockStolen)
	act(0.3, 4, (*world).powerLoss)
	act(0.12, 2, (*world).browserDeletes)
	act(0.25, 4, (*world).oldImage)
	act(0.25, 3, (*world).profileCloned)
	act(0.6, 6, (*world).backup)
	act(0.4, 5, (*world).restoreUnannounced)
	act(0.15, 2, (*world).restoreAnnounced)
	act(0.3, 5, (*world).prune)
	act(0.3, 4, (*world).rightsChange)
	act(0.15, 3, (*world).accessChanges)
	act(0.3, 4, (*world).signInExpires)
	act(0.1, 1, (*world).signOut)
	act(0.15, 2, (*world).appTooOld)
	act(0.3, 3, (*world).serverRestarts)
	act(0.2, 2, (*world).holiday)
	return f
}

// act lets one action happen.
func (w *world) act() {
	n := w.rng.IntN(w.f.total)
	for _, a := range w.f.actions {
		if n -= a.weight; n < 0 {
			a.do(w)
			return
		}
	}
}
