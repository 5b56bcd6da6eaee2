package simulate

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"countersign/shared/id"
	"countersign/shared/perm"
)

// world is one installation with all its devices, from one seed.
type world struct {
	seed   uint64
	rng    *rand.Rand
	agenda agenda
	now    int64 // Unix ms by the server
	skew   int64 // of the server that acts, ms
	skewed bool  // the clocks of the servers differ
	made   uint32

	f       faults
	healing bool
	compact int  // rows on top of the chunks of a device before it writes them into new ones
	calmAt  bool // clocks of devices are right, whatever was drawn
	deep    bool // keeps a trace
	lines   []string
	ended   hash // of all outcomes, in order

	server  *server
	orgs    []*org
	logins  []*login
	devices []*device
	truth   *truth
	count   counts
}

type org struct {
	n  int
	id id.Organization
}

// login is a person in one organization.
type login struct {
	n      int
	org    *org
	id     id.Login
	name   string
	rights perm.Set
	lost   bool // access ended
}

// violation is what a judge throws: an invariant does not hold.
type violation struct{ rule, text string }

func (v violation) Error() string { return v.rule + ": " + v.text }

func fail(rule, format string, args ...any) { panic(violation{rule, fmt.Sprintf(format, args...)}) }

const (
	begin    = 1_800_000_000_000 // when worlds begin, Unix ms
	second   = 1000
	minute   = 60 * second
	day      = 24 * 60 * minute
	restMost = 20 * minute // in which everything must have come to rest once nothing goes wrong any more
)

// prepare makes an empty world.
func (w *world) prepare(seed uint64) {
	w.seed, w.rng, w.now, w.ended = seed, rand.New(rand.NewPCG(seed, 0x5eed)), begin, offset
	w.truth = newTruth(w)
	w.server = newServer(w)
}

// live is all of one world, from its making to its rest.
func (w *world) live() {
	w.settle()
	w.f = w.drawFaults()
	pause := w.between(1, 12) * second
	for range w.between(10, 50) * *long {
		w.run(w.now + w.rng.Int64N(pause))
		w.act()
	}
	w.heal()
	w.run(w.now + 150*second) // what was under way arrives or times out, and whoever waits for it pulls again
	for end := w.now + restMost; ; {
		w.run(w.now + 10*second)
		why := w.atRest()
		if why == "" {
			break
		}
		if w.now > end {
			fail("I16", "no rest after %d minutes without faults: %s", restMost/minute, why)
		}
	}
	w.judgeRest()
	if w.seed%10 == 0 {
		w.stayAtRest()
	}
}

// stayAtRest looks on for some time: nothing happens but a pull a minute by each tab that does the network, and now and
// then a look at the attention items.
func (w *world) stayAtRest() {
	w.run(w.now + 3*minute) // what is still under way from before arrives
	before := w.count.requests
	w.run(w.now + 5*minute)
	leading := 0
	for _, d := range w.devices {
		for _, t := range d.alive() {
			if t.leads {
				leading++
			}
		}
	}
	if n := w.count.requests - before; n > leading*8 {
		fail("I16", "%d requests of %d tabs in five minutes at rest", n, leading)
	}
	for tries := 0; w.atRest() != ""; tries++ { // one may just be pulling
		if tries == 5 {
			fail("I16", "no rest any more: %s", w.atRest())
		}
		w.run(w.now + 3*second)
	}
}

// settle makes the organizations with their first rows, the people and their devices.
func (w *world) settle() {
	if w.chance(0.3) {
		w.compact = int(w.between(2, 6))
	}
	for n := range w.between(1, 2) {
		o := &org{n: int(n), id: id.Organization(w.name('0'))}
		w.orgs = append(w.orgs, o)
		w.truth.open(o)
	}
	w.server.open()
	for n := range w.between(1, 4) {
		o := pick(w, w.orgs)
		w.logins = append(w.logins, &login{n: int(n), org: o, id: id.Login(w.name('1')),
			name: fmt.Sprint("person ", n), rights: allRights})
	}
	for range w.between(2, 4) {
		d := w.addDevice(pick(w, w.logins), newDatabase())
		for range w.rng.IntN(3) {
			d.open()
		}
	}
}

// note writes a line of the trace.
func (w *world) note(format string, args ...any) {
	if w.deep {
		w.lines = append(w.lines, fmt.Sprintf("%9.3f ", float64(w.now-begin)/1000)+fmt.Sprintf(format, args...))
	}
}

// heal ends all faults: the network works, who may sign in does, what is too old is renewed, nobody does anything.
func (w *world) heal() {
	w.note("everything heals")
	w.healing, w.f = true, calm()
	w.server.heal()
	for _, d := range w.devices {
		d.heal()
	}
}

// trace is the last lines of what happened.
func (w *world) trace(last int) string {
	return strings.Join(w.lines[max(0, len(w.lines)-last):], "\n")
}

var allRights = perm.Of(perm.NumbersView, perm.NumbersCreate, perm.NumbersUpdate, perm.NumbersDelete, perm.NumbersImport)
