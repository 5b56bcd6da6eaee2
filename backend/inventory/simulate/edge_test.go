package simulate

import (
	"errors"

	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/replica"
)

// edge is one server process: the gate, the core, and the snapshots it has made. Several have one database.
type edge struct {
	w     *world
	n     int
	cache map[*org][]*inventory.Snapshot
	skew  int64 // of its clock, ms
	life  int   // how often it was started: what it was doing before ends with it
}

var errKilled = errors.New("the server was killed")

// serve answers a request, in as many steps as it has transactions: others' come between.
func (e *edge) serve(d *device, r replica.Request, reply func(replica.Answer)) {
	w := e.w
	w.skew = e.skew
	if why := e.refuses(d, r); why != "" {
		reply(replica.Answer{Refused: why})
		return
	}
	life := e.life
	if w.chance(w.f.killAnswer) { // after the commit
		was := reply
		reply = func(a replica.Answer) {
			w.count.killsAfter++
			e.restart()
			if life == e.life {
				was(a)
			}
		}
	}

	switch {
	case r.Push != nil:
		e.push(d, r.Push, reply)
	case r.Pull != nil:
		e.pull(d, r.Pull, reply)
	case r.Chunk != nil:
		for _, s := range e.cache[d.login.org] {
			if s.Manifest.ID == r.Chunk.Snapshot && r.Chunk.N >= 0 && r.Chunk.N < len(s.Frames) {
				reply(replica.Answer{Chunk: s.Frames[r.Chunk.N]})
				return
			}
		}
		w.count.chunksGone++
		reply(replica.Answer{Refused: replica.RefusedGone})
	case r.Attention:
		var a *replica.AttentionAnswer
		err := w.server.read(d.login.org, func(s inventory.Store) (err error) {
			a, err = w.server.core.Attention(s, d.actor())
			return err
		})
		if err == nil {
			w.truth.gaveAttention(d, a)
		}
		reply(e.answer(replica.Answer{Attention: a}, err))
	}
}

// refuses is the gate: who asks, and whether they may.
func (e *edge) refuses(d *device, r replica.Request) string {
	switch {
	case d.login.lost && r.Push == nil:
		return replica.RefusedWipe
	case d.old:
		return replica.RefusedUpgrade
	case !d.signedIn && !d.login.lost:
		return replica.RefusedReauth
	}
	return ""
}

func (e *edge) answer(a replica.Answer, err error) replica.Answer {
	var known *errs.Error
	switch {
	case err == nil:
		return a
	case errors.Is(err, errKilled):
		e.restart()
		return replica.Answer{Failed: true}
	case errors.As(err, &known) && known.Code == errs.Invalid:
		fail("contract", "the core calls what the engine sent invalid: %v", err)
	}
	return replica.Answer{Refused: "unavailable"}
}

func (e *edge) push(d *device, in *replica.Push, reply func(replica.Answer)) {
	w := e.w
	var out *replica.PushAnswer
	o, lost := d.login.org, d.login.lost
	err := w.server.write(o, func(s inventory.Store) (err error) {
		out, _, err = w.server.core.Push(s, d.actor(), in)
		return err
	})
	if w.deep {
		w.note("edge %d push of %s: %s %v", e.n, d, text(out), err)
	}
	if err != nil {
		w.truth.undone(o, in)
	} else {
		w.truth.pushed(d, in, out)
		w.server.moved(o)
	}
	a := e.answer(replica.Answer{Push: out}, err)
	if lost && err == nil {
		w.count.lostPushes++
		a = replica.Answer{Refused: replica.RefusedWipe}
	}
	reply(a)
}

func (e *edge) pull(d *device, in *replica.Pull, reply func(replica.Answer)) {
	w, o, life := e.w, d.login.org, e.life
	err := w.server.write(o, func(s inventory.Store) error { return w.server.core.Seen(s, d.actor(), in) })
	if err != nil {
		w.truth.undone(o, nil)
		reply(e.answer(replica.Answer{}, err))
		return
	}
	w.truth.follow(o, nil)

	w.after(w.between(0, 3), func() {
		if life != e.life {
			return
		}
		w.skew = e.skew
		e.pullRead(d, in, reply, 3)
	})
}

func (e *edge) pullRead(d *device, in *replica.Pull, reply func(replica.Answer), tries int) {
	w, o, life := e.w, d.login.org, e.life
	var out *replica.PullAnswer
	err := w.server.read(o, func(s inventory.Store) (err error) {
		out, err = w.server.core.Pull(s, d.actor(), in, func() (*replica.Manifest, error) { return e.snapshot(s, o) })
		return err
	})
	if w.deep {
		w.note("edge %d pull of %s: %s %v", e.n, d, text(out), err)
	}
	w.truth.pulled(d, in, out, err)
	if !errors.Is(err, inventory.ErrRolledBack) {
		reply(e.answer(replica.Answer{Pull: out}, err))
		return
	}

	w.after(w.between(0, 3), func() {
		if life != e.life {
			return
		}
		if tries == 0 {
			fail("I15", "a pull is told again and again that the history went back")
		}
		w.skew = e.skew
		err := w.server.write(o, func(s inventory.Store) error {
			_, err := w.server.core.Rotate(s, in.Cursor)
			return err
		})
		if err != nil {
			w.truth.undone(o, nil)
			reply(e.answer(replica.Answer{}, err))
			return
		}
		w.truth.rotated(o, true)
		w.server.moved(o)
		w.after(w.between(0, 3), func() {
			if life == e.life {
				w.skew = e.skew
				e.pullRead(d, in, reply, tries-1)
			}
		})
	})
}

// snapshot gives the one of the head that the process has, or makes it. It keeps two.
func (e *edge) snapshot(s inventory.Store, o *org) (*replica.Manifest, error) {
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	for _, sn := range e.cache[o] {
		if c, _, ok := replica.ReadCursor(sn.Manifest.Cursor); ok && c.Epoch == h.Epoch && c.Seq == h.Seq && c.Chain == h.Chain {
			return &sn.Manifest, nil
		}
	}
	sn, err := e.w.server.core.Snapshot(s)
	if err != nil {
		return nil, err
	}
	e.w.count.snapshots++
	if c := e.cache[o]; len(c) < 2 {
		e.cache[o] = append(c, sn)
	} else {
		e.cache[o] = []*inventory.Snapshot{c[1], sn}
	}
	return &sn.Manifest, nil
}

// restart is the end of the process and the beginning of another one.
func (e *edge) restart() {
	e.life++
	clear(e.cache)
}
