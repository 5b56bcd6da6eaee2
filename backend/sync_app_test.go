package main_test

import (
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// app is the portal's app on somebody's device: the engine, a store that outlives it, and the network through the bridge. The
// engine runs on a goroutine of its own; do runs something there.
type app struct {
	t     testing.TB
	name  string
	who   *person
	org   id.Organization
	net   *bridge
	book  *ledger
	stock *stock
	store *replicatest.Disk // outlives the app; of its goroutine while that runs

	rng    *rand.Rand
	e      *replica.Engine
	queue  []replica.Event
	busy   bool
	timers map[string]*time.Timer
	mine   []id.Number // that this device removed

	inbox   chan func()
	stopped context.Context
	stop    context.CancelFunc
	wg      sync.WaitGroup
}

func newApp(t testing.TB, name string, who *person, org id.Organization, net *bridge, book *ledger, st *stock, seed uint64) *app {
	return &app{t: t, name: name, who: who, org: org, net: net, book: book, stock: st, store: replicatest.NewDisk(),
		rng: rand.New(rand.NewPCG(seed, 2))}
}

// start opens the app.
func (d *app) start() {
	d.stopped, d.stop = context.WithCancel(context.Background())
	d.inbox = make(chan func(), 64)
	d.timers, d.queue, d.busy = map[string]*time.Timer{}, nil, false
	d.e = replica.New(replica.Options{NewID: func() id.Device { return id.New[id.Device](time.Now(), crand.Reader) }, Rand: d.rng.Uint64})
	d.wg.Go(func() {
		lead := true
		d.step(replica.Event{Lead: &lead})
		for {
			select {
			case fn := <-d.inbox:
				fn()
			case <-d.stopped.Done():
				return
			}
		}
	})
}

// crash ends the app at once; what is stored stays.
func (d *app) crash() {
	d.stop()
	d.wg.Wait()
	for _, tm := range d.timers {
		tm.Stop()
	}
}

func (d *app) post(fn func()) {
	select {
	case d.inbox <- fn:
	case <-d.stopped.Done():
	}
}

// do runs fn where the engine runs, and waits for it. It is false when the app ended before.
func (d *app) do(fn func()) bool {
	done := make(chan struct{})
	d.post(func() {
		fn()
		close(done)
	})
	select {
	case <-done:
		return true
	case <-d.stopped.Done():
		return false
	}
}

func (d *app) tell(ev replica.Event) { d.post(func() { d.step(ev) }) }

// step gives the engine an event, and does what it wants, until it wants nothing more.
func (d *app) step(ev replica.Event) {
	d.queue = append(d.queue, ev)
	if d.busy {
		return
	}
	d.busy = true
	for len(d.queue) > 0 {
		next := d.queue[0]
		d.queue = d.queue[1:]
		for _, ef := range d.e.Step(next) {
			d.perform(&ef)
		}
	}
	d.busy = false
}

func (d *app) perform(ef *replica.Effect) {
	switch {
	case ef.Load:
		d.step(replica.Event{Loaded: d.store.Stored()})
	case ef.Store != nil:
		mids, why := d.store.Commit(&ef.Store.Tx)
		if why != "" {
			d.step(replica.Event{Failed: &replica.StoreFailed{ID: ef.Store.ID, Why: why}})
			return
		}
		d.step(replica.Event{Committed: &replica.Committed{ID: ef.Store.ID, No: d.store.Meta().Tx, Tx: ef.Store.Tx, Mids: mids}})
	case ef.Request != nil:
		r := *ef.Request
		d.wg.Go(func() {
			a := d.ask(&r)
			a.ID = r.ID
			d.tell(replica.Event{Answer: &a})
		})
	case ef.Timer != nil:
		name := ef.Timer.Name
		if old := d.timers[name]; old != nil {
			old.Stop()
		}
		d.timers[name] = time.AfterFunc(time.Duration(ef.Timer.After)*time.Millisecond, func() { d.tell(replica.Event{Timer: name}) })
	case ef.Saved != nil:
		d.book.saved(d.name, ef.Saved)
	case ef.Wiped:
		d.t.Errorf("%s wiped its copy", d.name)
	}
}

// ask calls the portal and notes what it says became of edits.
func (d *app) ask(r *replica.Request) replica.Answer {
	at := d.who.through(d.net)
	client := &api.Client{Transport: at, As: at.as, Locale: "en"}
	org, age := api.Org{Org: d.org}, d.book.age()
	var a replica.Answer
	var err error
	switch {
	case r.Push != nil:
		var out replica.PushAnswer
		if out, err = api.SyncPush.Do(d.stopped, client, api.SyncPushIn{Org: org, Body: *r.Push}); err == nil {
			a.Push = &out
			d.book.told(age, out.Outcomes)
			d.book.saw(age, out.Epoch)
		}
	case r.Pull != nil:
		var out replica.PullAnswer
		if out, err = api.SyncPull.Do(d.stopped, client, api.SyncPullIn{Org: org, Body: *r.Pull}); err == nil {
			a.Pull = &out
			d.book.told(age, out.Outcomes)
			d.book.saw(age, out.Epoch)
		}
	case r.Chunk != nil:
		var out api.Blob
		if out, err = api.SyncChunk.Do(d.stopped, client, api.SyncChunkIn{Org: org, Snapshot: r.Chunk.Snapshot, Chunk: r.Chunk.N}); err == nil {
			a.Chunk = out.Data
		}
	default:
		var out api.SyncAttention
		if out, err = api.ListAttention.Do(d.stopped, client, org); err == nil {
			a.Attention = &out.AttentionAnswer
		}
	}
	if refused, ok := errors.AsType[*api.Refusal](err); ok {
		d.book.refused(refused.Code)
		return replica.Answer{Refused: refused.Code, RetryAfter: 1000 * refused.RetryAfter}
	}
	if err != nil {
		return replica.Answer{Failed: true}
	}
	return a
}

// through is the person at whatever portal is there now.
func (who *person) through(b *bridge) *person {
	again := *who
	again.url = b.portal()
	return &again
}

// status of the engine, and how far its base is.
func (d *app) status() (st replica.Status, base replica.CursorParts) {
	d.do(func() {
		st = d.e.Status()
		base, _, _ = replica.ReadCursor(d.store.Meta().Cursor)
	})
	return st, base
}

func newUid() replica.Uid {
	var b [16]byte
	crand.Read(b[:])
	return replica.Uid(hex.EncodeToString(b[:]))
}
