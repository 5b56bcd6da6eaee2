package replica_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"countersign/shared/id"
	. "countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// disk is a device's store with the tabs that work on it: what one of them asks for is committed or refused as a real store
// would, and the others hear of it.
type disk struct {
	*replicatest.Disk

	tabs   []*tab
	queue  []func()
	busy   bool
	refuse []string // why the next transactions are not committed; "" commits
	strict int      // transactions that survive a power loss
	txs    []Tx     // committed ones
}

// tab is an engine on a disk, with what it asked for and was not given yet.
type tab struct {
	t        *testing.T
	d        *disk
	e        *Engine
	requests []*Request
	saved    map[Uid]string
	timers   map[string]int64
	changed  []Changed
	wiped    bool
	deaf     bool // other tabs' transactions don't reach it
}

func newDisk() *disk { return &disk{Disk: replicatest.NewDisk()} }

// open starts a tab that does the network.
func (d *disk) open(t *testing.T) *tab {
	t.Helper()
	tb := d.openOffline(t)
	tb.lead(true)
	return tb
}

func (d *disk) openOffline(t *testing.T) *tab {
	t.Helper()
	n := len(d.tabs)
	made := 0
	tb := &tab{t: t, d: d, saved: map[Uid]string{}, timers: map[string]int64{}}
	tb.e = New(Options{
		NewID: func() id.Device { made++; return id.Device(fmt.Sprintf("client-%d-%d", n, made)) },
		Rand:  rand.New(rand.NewPCG(uint64(n), 0x5eed)).Uint64,
	})
	d.tabs = append(d.tabs, tb)
	tb.step(Event{Timer: "start"})
	return tb
}

// crash ends all tabs; what was on its way to them is lost.
func (d *disk) crash() { d.tabs, d.queue = nil, nil }

func (tb *tab) lead(on bool) { tb.step(Event{Lead: &on}) }

func (tb *tab) step(ev Event) {
	tb.d.queue = append(tb.d.queue, func() {
		for _, ef := range tb.e.Step(ev) {
			tb.do(ef)
		}
	})
	if tb.d.busy {
		return
	}
	tb.d.busy = true
	for len(tb.d.queue) > 0 {
		next := tb.d.queue[0]
		tb.d.queue = tb.d.queue[1:]
		next()
	}
	tb.d.busy = false
}

func (tb *tab) do(ef Effect) {
	switch {
	case ef.Load:
		tb.step(Event{Loaded: tb.d.Stored()})
	case ef.Store != nil:
		tb.d.queue = append(tb.d.queue, func() { tb.d.commit(tb, ef.Store) })
	case ef.Request != nil:
		tb.requests = append(tb.requests, ef.Request)
	case ef.Timer != nil:
		tb.timers[ef.Timer.Name] = ef.Timer.After
	case ef.View != nil:
		tb.changed = append(tb.changed, *ef.View)
	case ef.Saved != nil:
		if _, twice := tb.saved[ef.Saved.Uid]; twice {
			tb.t.Errorf("edit %s was told twice what became of it", ef.Saved.Uid)
		}
		tb.saved[ef.Saved.Uid] = ef.Saved.Why
	case ef.Wiped:
		tb.wiped = true
	}
}

func (d *disk) commit(from *tab, s *Store) {
	why := ""
	if len(d.refuse) > 0 {
		why, d.refuse = d.refuse[0], d.refuse[1:]
	}
	var mids []Mid
	if why == "" {
		mids, why = d.Commit(&s.Tx)
	}
	if why != "" {
		from.step(Event{Failed: &StoreFailed{ID: s.ID, Why: why}})
		return
	}
	d.txs = append(d.txs, s.Tx)
	if s.Tx.Strict {
		d.strict++
	}
	no := d.Meta().Tx
	for _, tb := range slices.Clone(d.tabs) {
		switch {
		case tb == from:
			tb.step(Event{Committed: &Committed{ID: s.ID, No: no, Tx: s.Tx, Mids: mids}})
		case !tb.deaf:
			tb.step(Event{Committed: &Committed{No: no, Tx: s.Tx, Mids: mids}})
		}
	}
}

// request gives the oldest request that fits and was not answered, and fails the test when there is none.
func (tb *tab) request(what string) *Request {
	tb.t.Helper()
	for i, r := range tb.requests {
		if is(r, what) {
			tb.requests = slices.Delete(tb.requests, i, i+1)
			return r
		}
	}
	tb.t.Fatalf("no %s was asked for", what)
	return nil
}

func (tb *tab) asks(what string) bool {
	return slices.ContainsFunc(tb.requests, func(r *Request) bool { return is(r, what) })
}

func is(r *Request, what string) bool {
	switch what {
	case "push":
		return r.Push != nil
	case "pull":
		return r.Pull != nil
	case "chunk":
		return r.Chunk != nil
	}
	return r.Attention
}

// pulls answers the pull that was asked for; what isn't said is filled in.
func (tb *tab) pulls(a PullAnswer) {
	tb.t.Helper()
	r := tb.request("pull")
	if a.Client == "" {
		a.Client = r.Pull.Client
	}
	a.From = r.Pull.Cursor
	if a.Epoch == "" {
		a.Epoch = "e1"
	}
	tb.step(Event{Answer: &Answer{ID: r.ID, Pull: &a}})
}

// pushes answers the push that was asked for.
func (tb *tab) pushes(a PushAnswer) {
	tb.t.Helper()
	r := tb.request("push")
	if a.Kind == "" {
		a.Kind = KindOK
	}
	if a.Epoch == "" {
		a.Epoch = "e1"
	}
	tb.step(Event{Answer: &Answer{ID: r.ID, Push: &a}})
}

// fires lets the timer go off that a new pull waits for.
func (tb *tab) fires(name string) { tb.step(Event{Timer: name}) }

func (tb *tab) name(n int) string {
	v, ok := tb.e.Row(key(n))
	if !ok {
		return "-"
	}
	return v.DisplayName
}

func (tb *tab) wantName(n int, want string, badge Badge) {
	tb.t.Helper()
	v, _ := tb.e.Row(key(n))
	if got := tb.name(n); got != want || v.Badge != badge {
		tb.t.Errorf("number %d is shown as %q %q, want %q %q", n, got, v.Badge, want, badge)
	}
}

func (tb *tab) wantSaved(u Uid, why string) {
	tb.t.Helper()
	if got, ok := tb.saved[u]; !ok || got != why {
		tb.t.Errorf("edit %s: told %v %q, want %q", u, ok, got, why)
	}
}
