package main_test

import (
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// caller is one of those who act at once.
type caller struct {
	h      *history
	n      int
	a      *backendtest.Actor
	rng    *rand.Rand
	seen   map[id.Number]number.Number // as it was when it was looked at last
	client id.Device                   // of a device; "" online
	mid    replica.Mid
	cursor string
	at     int64
	last   *replica.Push
}

func (h *history) caller(n int) *caller {
	c := &caller{h: h, n: n, a: h.w.As([]*backendtest.Persona{h.w.Marie, h.w.Jonas}[n%2]), rng: rand.New(rand.NewPCG(uint64(n), 7)),
		seen: map[id.Number]number.Number{}}
	if n%4 < 2 {
		c.client = id.New[id.Device](time.Now(), crand.Reader)
	}
	return c
}

func (c *caller) run() {
	for range callsOfEach {
		switch dice := c.rng.IntN(10); {
		case dice < 3:
			c.get(c.h.ids[c.rng.IntN(rowsInPlay)])
		case dice < 4:
			c.pull()
		case c.client != "":
			c.push()
		default:
			c.edit()
		}
	}
}

func (c *caller) fail(err error) { c.h.t.Errorf("caller %d: %v", c.n, err) }

func (c *caller) get(k id.Number) {
	from := c.h.clock.Add(1)
	card, err := backendtest.Call(c.a, api.GetNumber, api.NumberIn{Org: api.Org{Org: c.h.w.Acme}, Number: k})
	to := c.h.clock.Add(1)
	var out heard
	refused, isRefusal := errors.AsType[*api.Refusal](err)
	switch {
	case isRefusal && refused.Code == string(errs.NotFound):
	case err != nil:
		c.fail(err)
		return
	case !card.RemovedAt.IsZero():
		out.gone = true
		c.seen[k] = card.Number // for a second removal
	default:
		out.row = &card.Number
		c.seen[k] = card.Number
	}
	c.h.add(c.n, asked{of: k, by: c.a.Login, get: true}, out, from, to)
}

// mutation is something to do to a number, as who saw it some time ago wants it.
func (c *caller) mutation(k id.Number) replica.Mutation {
	m := replica.Mutation{Uid: newUid(), V: replica.Schema, Op: replica.Set, Rows: []replica.Edit{{ID: k}}}
	was, known := c.seen[k]
	dice := c.rng.IntN(10)
	switch {
	case !known || dice == 0:
		purpose, name := purposesInUse[c.rng.IntN(3)], namesInUse[c.rng.IntN(len(namesInUse))]
		m.Op, m.Set = replica.Create, &number.Fields{E164: c.h.e164(k), CallPurpose: &purpose, DisplayName: &name}
		if c.rng.IntN(2) == 0 {
			m.Set.Place = &number.Place{BusinessUnit: c.h.units[c.rng.IntN(2)]}
		}
	case dice == 1 || dice == 2:
		m.Op, m.WasEpoch, m.Rows[0].WasVer = replica.Remove, c.h.epoch, was.Ver
	case dice == 3 || dice == 4:
		m.Op = replica.Restore
	default:
		m.Set = &number.Fields{}
		if name := namesInUse[c.rng.IntN(len(namesInUse))]; c.rng.IntN(3) > 0 {
			m.Set.DisplayName = &name
		}
		if purpose := purposesInUse[c.rng.IntN(3)]; c.rng.IntN(3) == 0 {
			m.Set.CallPurpose = &purpose
		}
		if c.rng.IntN(3) == 0 || m.Set.Empty() {
			m.Set.Place = &number.Place{BusinessUnit: c.h.units[c.rng.IntN(2)]}
		}
		m.Rows[0].Was = m.Set.Of(&was)
	}
	return m
}

// some are one to three mutations of different numbers.
func (c *caller) some() []replica.Mutation {
	var list []replica.Mutation
	for _, i := range c.rng.Perm(rowsInPlay)[:1+c.rng.IntN(3)] {
		list = append(list, c.mutation(c.h.ids[i]))
	}
	return list
}

// ended notes what became of mutations that were sent as one call. Sent more than once, they took effect before the first
// answer came, and every answer is the same.
func (c *caller) ended(list []replica.Mutation, outcomes []replica.Outcome, from, to int64, again bool) {
	if len(outcomes) != len(list) {
		c.fail(fmt.Errorf("%d outcomes of %d mutations", len(outcomes), len(list)))
		return
	}
	for i := range list {
		o := outcomes[i]
		kept := o.Uid
		if c.client == "" {
			kept = onlineUid(c.a.Login, o.Uid)
		}
		c.h.mu.Lock()
		old, known := c.h.outcomes[kept]
		c.h.outcomes[kept] = o
		c.h.mu.Unlock()
		if o.Uid != list[i].Uid || known != again || known && text(old) != text(o) {
			c.fail(fmt.Errorf("I17: %s was told as %s and as %s", list[i].Uid, text(old), text(o)))
		}
		if !again {
			m := list[i]
			c.h.add(c.n, asked{of: m.Rows[0].ID, by: c.a.Login, m: &m}, heard{o: o}, from, to)
		}
	}
}

func (c *caller) edit() {
	list := c.some()
	in := api.EditNumbersIn{Org: api.Org{Org: c.h.w.Acme}}
	for _, m := range list {
		in.Body.Mutations = append(in.Body.Mutations, api.NumberEdit{Uid: m.Uid, Op: m.Op, Rows: m.Rows, Set: m.Set, WasEpoch: m.WasEpoch})
	}
	send := func() ([]replica.Outcome, error) {
		out, err := backendtest.Call(c.a, api.EditNumbers, in)
		return out.Outcomes, err
	}
	c.send(list, send)
}

func (c *caller) push() {
	if c.last != nil && c.rng.IntN(6) == 0 { // an old message arrives once more
		out, err := c.pushed(c.last)
		if err != nil {
			c.fail(err)
			return
		}
		c.ended(c.last.Mutations, out, 0, 0, true)
		return
	}
	list := c.some()
	in := &replica.Push{Client: c.client, Schema: replica.Schema, PrevMid: c.mid, Epoch: c.h.epoch, Mutations: list}
	for i := range list {
		c.mid += 1 + replica.Mid(c.rng.IntN(2)) // gaps are harmless
		list[i].Mid = c.mid
	}
	c.send(list, func() ([]replica.Outcome, error) { return c.pushed(in) })
	c.last = in
}

func (c *caller) pushed(in *replica.Push) ([]replica.Outcome, error) {
	out, err := backendtest.Call(c.a, api.SyncPush, api.SyncPushIn{Org: api.Org{Org: c.h.w.Acme}, Body: *in})
	if err == nil && (out.Kind != replica.KindOK || out.Epoch != c.h.epoch) {
		err = fmt.Errorf("the push was answered with %s of %s", out.Kind, out.Epoch)
	}
	return out.Outcomes, err
}

// send makes a call, sometimes twice at the same time.
func (c *caller) send(list []replica.Mutation, call func() ([]replica.Outcome, error)) {
	times := 1
	if c.rng.IntN(4) == 0 {
		times = 2
	}
	from := c.h.clock.Add(1)
	var once sync.Mutex
	first := true
	var wg sync.WaitGroup
	for range times {
		wg.Go(func() {
			out, err := call()
			once.Lock()
			defer once.Unlock()
			to := c.h.clock.Add(1)
			if err != nil {
				c.fail(err)
				return
			}
			c.ended(list, out, from, to, !first)
			first = false
		})
	}
	wg.Wait()
}

// pull follows the history. What it tells of a number, or does not, is what stood at its end; only a page that reaches the
// head tells what stands now.
func (c *caller) pull() {
	if c.cursor == "" {
		out, err := c.pulled()
		if err != nil || out.Snapshot == nil {
			c.fail(errors.Join(err, errors.New("the first pull gave no snapshot")))
			return
		}
		at, _, _ := replica.ReadCursor(out.Snapshot.Cursor)
		c.cursor, c.at = out.Snapshot.Cursor, at.Seq
	}
	from := c.h.clock.Add(1)
	out, err := c.pulled()
	to := c.h.clock.Add(1)
	if err != nil || out.Reset != "" {
		c.fail(fmt.Errorf("pull: %w, reset %q", err, out.Reset))
		return
	}
	end, _, _ := replica.ReadCursor(out.Cursor)
	since := c.at
	c.h.mu.Lock()
	c.h.pages = append(c.h.pages, page{since, end.Seq, out.Head, out.Changes})
	c.h.mu.Unlock()
	c.cursor, c.at = out.Cursor, end.Seq
	last := map[id.Number]*replica.Change{}
	for i := range out.Changes {
		ch := &out.Changes[i]
		if ch.Kind == replica.KindNumber {
			last[id.Number(ch.ID)] = ch
		}
	}
	for _, k := range c.h.ids {
		ch, seen := last[k], heard{}
		if ch != nil {
			seen = heard{row: ch.Number, gone: ch.Del, seq: ch.Seq}
			if ch.Number != nil {
				c.seen[k] = *ch.Number
			}
		}
		if !out.More {
			c.h.add(c.n, asked{of: k, by: c.a.Login, pull: true, since: since}, seen, from, to)
		}
	}
}

func (c *caller) pulled() (replica.PullAnswer, error) {
	client := c.client
	if client == "" {
		client = id.New[id.Device](time.Now(), crand.Reader)
	}
	return backendtest.Call(c.a, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: c.h.w.Acme}, Body: replica.Pull{Client: client,
		Schema: replica.Schema, Cursor: c.cursor, FirstMid: c.mid + 1, AckMid: c.mid, Limit: 25}})
}
