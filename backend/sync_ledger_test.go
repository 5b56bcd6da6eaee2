package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// ledger is what people were told: which edits are safe, and what became of them. It is what the portal is held to.
type ledger struct {
	mu       sync.Mutex
	safe     map[replica.Uid]string // to the device where it was saved
	outcomes map[replica.Uid]replica.Outcome
	online   map[replica.Uid]bool   // those of edits that were made without a device
	life     int                    // of the portal's data: a restore begins another
	epochs   map[replica.Epoch]bool // that devices were told in this life
	began    replica.Epoch          // in which this life began and devices may meet it; "" when they never may
	all      int                    // outcomes told in all lives
	lies     []string
	refusals map[string]int
}

func newLedger() *ledger {
	return &ledger{safe: map[replica.Uid]string{}, outcomes: map[replica.Uid]replica.Outcome{}, online: map[replica.Uid]bool{}, epochs: map[replica.Epoch]bool{}, refusals: map[string]int{}}
}

func (l *ledger) saved(where string, s *replica.Saved) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Why == "" {
		l.safe[s.Uid] = where
	}
}

// age tells one life of the portal's data from the next. It is asked for before a call.
func (l *ledger) age() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.life
}

// restored begins another life, of data up to a place in the history, in whose epoch devices may meet it: what was told in
// the one before may be forgotten by the portal, but not by devices. It gives how many edits that were applied beyond the
// place are from devices, so that they have to bring them again.
func (l *ledger) restored(seq int64, began replica.Epoch) (lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for uid, o := range l.outcomes {
		if _, safe := l.safe[uid]; safe && o.Applied > 0 && o.Seq > seq {
			lost++
		}
	}
	l.life++
	l.outcomes = map[replica.Uid]replica.Outcome{}
	l.epochs, l.began = map[replica.Epoch]bool{}, began
	return lost
}

// told notes outcomes. One that is not what was told before is a lie.
func (l *ledger) told(age int, list []replica.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age != l.life {
		return
	}
	for _, o := range list {
		old, known := l.outcomes[o.Uid]
		switch {
		case !known:
			l.outcomes[o.Uid] = o
			l.all++
		case !sameOutcome(&old, &o):
			l.lies = append(l.lies, fmt.Sprintf("%s was told as %s of %d and as %s of %d", o.Uid, old.St, old.Seq, o.St, o.Seq))
		}
	}
}

// toldOnline notes outcomes of edits that were made without a device.
func (l *ledger) toldOnline(age int, list []replica.Outcome) {
	l.told(age, list)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range list {
		l.online[list[i].Uid] = true
	}
}

// onlineUid is the name under which the portal has a person's edit that was made online: with it the same uid from somebody
// else is another edit.
func onlineUid(by id.Login, u replica.Uid) replica.Uid {
	sum := sha256.Sum256([]byte("online " + string(by) + " " + string(u)))
	return replica.Uid(hex.EncodeToString(sum[:16]))
}

// sameOutcome compares all that never changes; the mid does, by a new client id.
func sameOutcome(a, b *replica.Outcome) bool {
	x, y := *a, *b
	x.Mid, y.Mid = 0, 0
	return text(x) == text(y)
}

// saw notes in which epoch the portal answered a device.
func (l *ledger) saw(age int, e replica.Epoch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age == l.life && e != "" {
		l.epochs[e] = true
	}
}

func (l *ledger) refused(code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusals[code]++
}

// count is how many outcomes were told.
func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}

// stock are the numbers that people were shown, which those without a device edit, so that they meet.
type stock struct {
	mu       sync.Mutex
	ids      []id.Number
	units    []id.BusinessUnit
	programs map[id.Program]id.BusinessUnit
}

func (s *stock) add(n id.Number) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.ids, n) {
		s.ids = append(s.ids, n)
	}
}

// drop forgets a number that is not there, at least now.
func (s *stock) drop(n id.Number) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = slices.DeleteFunc(s.ids, func(k id.Number) bool { return k == n })
}

func (s *stock) pick(n int) id.Number {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ids) == 0 {
		return ""
	}
	return s.ids[n%len(s.ids)]
}
