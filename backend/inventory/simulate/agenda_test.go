package simulate

import "encoding/hex"

// agenda is what will happen, in order of time and then of when it was planned: virtual time moves from one to the next.
type agenda struct {
	heap    []planned
	planned uint64
}

type planned struct {
	at int64
	n  uint64
	do func()
}

func (p planned) before(o planned) bool { return p.at < o.at || p.at == o.at && p.n < o.n }

func (a *agenda) add(at int64, do func()) {
	a.planned++
	h := append(a.heap, planned{at, a.planned, do})
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
	a.heap = h
}

func (a *agenda) take() (planned, bool) {
	h := a.heap
	if len(h) == 0 {
		return planned{}, false
	}
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = planned{}
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(h) {
			break
		}
		if down+1 < len(h) && h[down+1].before(h[down]) {
			down++
		}
		if !h[down].before(h[i]) {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	a.heap = h
	return first, true
}

// after plans do for so many milliseconds from now.
func (w *world) after(ms int64, do func()) { w.agenda.add(w.now+ms, do) }

// run lets happen what is planned until the given time.
func (w *world) run(until int64) {
	for len(w.agenda.heap) > 0 && w.agenda.heap[0].at <= until {
		p, _ := w.agenda.take()
		w.now = max(w.now, p.at) // a holiday may have passed over it: then it is late
		w.skew = 0
		p.do()
	}
	w.now = max(w.now, until)
}

// chance is true with probability p.
func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// between draws from lo to hi, both included.
func (w *world) between(lo, hi int64) int64 { return lo + w.rng.Int64N(hi-lo+1) }

func pick[T any](w *world, of []T) T { return of[w.rng.IntN(len(of))] }

// name makes an identifier, a UUID that tells in a trace what it is of (kind, a hexadecimal digit) and when it was made.
func (w *world) name(kind byte) string {
	w.made++
	b := []byte("00000000-0000-7000-8000-000000000000")
	var n, x [4]byte
	n[0], n[1], n[2], n[3] = byte(w.made>>24), byte(w.made>>16), byte(w.made>>8), byte(w.made)
	hex.Encode(b[28:], n[:])
	r := w.rng.Uint32()
	x[0], x[1], x[2], x[3] = byte(r>>24), byte(r>>16), byte(r>>8), byte(r)
	hex.Encode(b[:8], x[:])
	b[0] = kind
	return string(b)
}

// uid makes the identity of an intent.
func (w *world) uid() string {
	s := w.name('f')
	return s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
}
