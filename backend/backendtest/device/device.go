// Package device is a device that keeps a copy of an organization's numbers, for tests: the real engine on a store in
// memory, which speaks to a server through an api.Client. Nothing of it runs by itself: what waits is done by Sync, and
// time passes only as its timers are let off.
//
//	d := device.New(w.As(w.Marie).Client, w.Acme, 1)
//	d.Sync(ctx)
//	d.Rename(number, "Reception")
//	d.Sync(ctx)
package device

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// Device is one browser profile with a login and an organization. It is for one goroutine.
type Device struct {
	Client *api.Client
	Org    id.Organization

	// Lose is asked about each request when the server has answered; true loses the answer.
	Lose func(*replica.Request) bool
	// Refused are the codes of the refusals since the last Sync began, "" where no answer came.
	Refused []string
	// Requests counts what was sent: "push", "pull", "chunk", "attention".
	Requests map[string]int
	Wiped    bool // the store was emptied because access ended

	disk     *replicatest.Disk
	engine   *replica.Engine
	rand     *rand.Rand
	events   []replica.Event
	requests []*replica.Request
	gap      bool
	saved    map[replica.Uid]string
}

// New is a device that has nothing yet. The same seed makes the same identifiers.
func New(c *api.Client, o id.Organization, seed uint64) *Device {
	d := &Device{Client: c, Org: o, Requests: map[string]int{}, disk: replicatest.NewDisk(), rand: rand.New(rand.NewPCG(seed, 0x5eed))}
	d.Restart()
	return d
}

// Restart is a crash of the device: all that is not in its store is forgotten.
func (d *Device) Restart() {
	d.engine = replica.New(replica.Options{NewID: func() id.Device { return id.Device(d.uuid()) }, Rand: d.rand.Uint64})
	d.events, d.requests, d.gap, d.saved = nil, nil, false, map[replica.Uid]string{}
	lead := true
	d.step(replica.Event{Lead: &lead})
}

// Clone is another device with the same store, as when a profile was copied. It draws other random numbers from here on.
func (d *Device) Clone(seed uint64) *Device {
	c := &Device{Client: d.Client, Org: d.Org, Requests: map[string]int{}, disk: d.disk.Clone(), rand: rand.New(rand.NewPCG(seed, 0xc10e))}
	c.Restart()
	return c
}

func (d *Device) uuid() string {
	b := d.bytes()
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (d *Device) bytes() (b [16]byte) {
	for i := range b {
		b[i] = byte(d.rand.Uint32())
	}
	return b
}

// step hands the engine an event, and the store's answers to what it then wants, until only the network is left.
func (d *Device) step(ev replica.Event) {
	d.events = append(d.events, ev)
	for len(d.events) > 0 {
		next := d.events[0]
		d.events = d.events[1:]
		for _, ef := range d.engine.Step(next) {
			d.do(ef)
		}
	}
}

func (d *Device) do(ef replica.Effect) {
	switch {
	case ef.Load:
		d.events = append(d.events, replica.Event{Loaded: d.disk.Stored()})
	case ef.Store != nil:
		mids, why := d.disk.Commit(&ef.Store.Tx)
		if why != "" {
			d.events = append(d.events, replica.Event{Failed: &replica.StoreFailed{ID: ef.Store.ID, Why: why}})
			return
		}
		d.events = append(d.events, replica.Event{Committed: &replica.Committed{ID: ef.Store.ID, No: d.disk.Meta().Tx, Tx: ef.Store.Tx, Mids: mids}})
	case ef.Request != nil:
		d.requests = append(d.requests, ef.Request)
	case ef.Timer != nil:
		d.gap = d.gap || ef.Timer.Name == "gap"
	case ef.Saved != nil:
		d.saved[ef.Saved.Uid] = ef.Saved.Why
	case ef.Wiped:
		d.Wiped = true
	}
}

// Sync is the person coming back to the screen: it asks the server until nothing is left to ask that needs no waiting.
// What failed is tried again by the next Sync.
func (d *Device) Sync(ctx context.Context) {
	d.Refused = nil
	d.step(replica.Event{Nudge: true})
	for ctx.Err() == nil {
		switch {
		case len(d.requests) > 0:
			r := d.requests[0]
			d.requests = d.requests[1:]
			a := d.ask(ctx, r)
			if d.Lose != nil && d.Lose(r) {
				a = &replica.Answer{ID: r.ID, Failed: true}
			}
			d.step(replica.Event{Answer: a})
		case d.gap:
			d.gap = false
			d.step(replica.Event{Timer: "gap"})
		default:
			return
		}
	}
}

// SignedIn tells the device that its person has signed in again, as c.
func (d *Device) SignedIn(c *api.Client) {
	d.Client = c
	d.step(replica.Event{SignedIn: true})
}

// Edit is an edit of the person, and gives its identity. It fails by a panic when the device does not take it.
func (d *Device) Edit(op replica.Op, set *number.Fields, rows ...replica.Edit) replica.Uid {
	b := d.bytes()
	u := replica.Uid(hex.EncodeToString(b[:]))
	d.step(replica.Event{Edit: &replica.NewEdit{Uid: u, Op: op, Rows: rows, Set: set}})
	if why, told := d.saved[u]; !told || why != "" {
		panic(fmt.Sprintf("the edit was not saved: %q", why))
	}
	return u
}

// Create makes a number, without more than it needs, and gives its id.
func (d *Device) Create(e number.E164, purpose string) id.Number {
	n := id.Number(d.uuid())
	d.Edit(replica.Create, &number.Fields{E164: e, CallPurpose: &purpose}, replica.Edit{ID: n})
	return n
}

// Rename gives a number a display name, in place of the one that the device shows.
func (d *Device) Rename(n id.Number, name string) replica.Uid {
	return d.Edit(replica.Set, &number.Fields{DisplayName: &name}, replica.Edit{ID: n, Was: &number.Fields{DisplayName: d.name(n)}})
}

// Remove takes a number out of the business.
func (d *Device) Remove(n id.Number) replica.Uid {
	return d.Edit(replica.Remove, nil, replica.Edit{ID: n})
}

func (d *Device) name(n id.Number) *string {
	v, _ := d.engine.Row(n)
	return &v.DisplayName
}
