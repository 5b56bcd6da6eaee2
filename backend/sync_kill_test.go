package main_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/shared/replica"
)

// failpoints are the moments at which the portal dies in the test, each at several of its hits.
var failpoints = []string{
	"sync.push",          // a push has come
	"number.change",      // a step of the history is written, its receipt not
	"number.receipt",     // a mutation is judged, others of the push are not
	"sync.push.done",     // the whole push is, its transaction not
	"store.commit",       // everything is written but the commit
	"store.committed",    // the commit is safe, nobody was told
	"sync.push.answered", // the transaction is over, the answer not sent
	"sync.pull",          // a pull is answered, the answer not sent
	"sync.seen",          // what a pull told of its device is being noted
	"sync.snapshot",      // a snapshot is made, nobody has it
	"sync.chunk",         // a chunk is on its way
	"number.edit",        // an online edit is judged
}

// N13, I1-I3, I7, I8, I10, I12, I15, I17: the portal is killed where it hurts and at random, on a network that cuts, swallows
// and delays, while people edit on devices and online. What they were told stays true: nothing that was acknowledged is
// lost, nothing happens twice, and at rest every device has exactly what the portal has. COUNTERSIGN_SYNC_KILLS is how
// often it is killed.
func TestSyncSurvivesKills(t *testing.T) {
	kills := 64
	if s := os.Getenv("COUNTERSIGN_SYNC_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	x := newExam(t)
	x.gone()
	died := map[string]int{}
	x.net.rough.Store(true)
	x.resume()
	for n := range kills {
		at, hit := "", 0
		if n%2 == 0 || n < 2*len(failpoints) {
			k := n
			if n >= 2*len(failpoints) {
				k = n / 2 // every other time, each in its turn
			}
			at, hit = failpoints[k%len(failpoints)], 1+n/len(failpoints)%4*3
			switch {
			case strings.HasPrefix(at, "store."):
				hit *= 5 // the start commits, too
			case at == "sync.snapshot" || at == "sync.chunk":
				hit = 1 // only who is new asks for it
			}
		}
		if n == kills/3 {
			x.clone(0, "marie 3")
		}
		died[x.life(n, at, hit)]++
		if n%100 == 99 { // a long test would rather know early
			x.rested()
			x.resume()
			x.net.rough.Store(true)
		}
	}
	x.rested()
	if kills >= 2*len(failpoints) && (x.net.cuts.Load() == 0 || x.net.swallowed.Load() == 0 || x.net.delayed.Load() == 0) {
		t.Error("the network was good")
	}
	for _, name := range failpoints {
		if died[name] == 0 && kills >= 2*len(failpoints) {
			t.Errorf("the portal never died at %s", name)
		}
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(died)) {
		list = append(list, fmt.Sprintf("%s %d", name, died[name]))
	}
	t.Logf("%d kills: %s; connections: %d cut, %d swallowed, %d late", kills, strings.Join(list, ", "), x.net.cuts.Load(), x.net.swallowed.Load(),
		x.net.delayed.Load())
}

// life is one run of the portal from its start to its death, which is at a failpoint, or after some answers. It gives
// where that was.
func (x *exam) life(n int, at string, hit int) string {
	before := x.book.count()
	point := ""
	if at != "" {
		point = at + ":" + strconv.Itoa(hit)
	}
	if !x.serve(point) {
		return at
	}
	// An app is ended, too, and begins again on what it has stored. Somebody new comes with an empty device.
	d := x.devices[n%len(x.devices)]
	d.crash()
	d.start()
	fresh := newApp(x.t, "visitor", x.net.carries(x.paul), x.org, x.net, x.book, x.stock, uint64(n))
	fresh.start()
	defer fresh.crash()

	enough := 1 + x.rng.IntN(120)
	if at != "" {
		enough = 400 // it should have been hit long before
	}
	every := time.NewTicker(2 * time.Millisecond)
	defer every.Stop()
	end := time.After(patience)
	for beat := 1; ; beat++ {
		if beat%100 == 0 {
			x.nudge() // people are impatient, and waiting is not what is tested
			fresh.tell(replica.Event{Nudge: true})
		}
		select {
		case <-x.p.rest:
			x.gone()
			if at == "" {
				x.t.Fatalf("somebody else killed the portal\n%s", x.p.log)
			}
			return at
		case <-end:
			x.t.Fatalf("%d answers in the whole time", x.book.count()-before)
		case <-every.C:
			if x.book.count()-before >= enough {
				x.gone()
				return "random"
			}
		}
	}
}

// rested lets everybody come to rest, and judges.
func (x *exam) rested() *truth {
	x.t.Helper()
	x.pause()
	x.serve("")
	x.settle()
	return x.judge()
}

// clone copies a device's disk to another device, which is used from now on, too.
func (x *exam) clone(n int, name string) {
	d := x.devices[n]
	d.crash()
	disk := d.store.Clone()
	d.start()
	other := x.add(name)
	other.crash()
	other.store = disk
	other.start()
	x.work.Go(func() { other.edits(x.ctx, examEvery) })
}
