package simulate

import (
	"maps"
	"slices"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// line is an organization's history as the judges saw it come about, and what follows from it.
type line struct {
	org   *org
	epoch replica.Epoch
	names map[replica.Epoch]bool // that it has or had
	seq   int64
	start [8]byte // the chain before the first change
	chain [8]byte
	past  []step // 1..seq
	min   int64
	safe  int64 // the newest seq said to be in a backup

	live contents
	held map[number.E164]id.Number
	dead map[id.Number]tomb
	last map[id.Number]touch

	receipts map[replica.Uid]*verdict // where it was executed
	devices  map[id.Device]*known
	resolved map[replica.Uid]bool
	replaced bool // went back, and nobody has noticed
}

// step is one change.
type step struct {
	change replica.Change
	uid    replica.Uid
	chain  [8]byte
}

// tomb is a removed number.
type tomb struct {
	row number.Number
	at  int64
}

// touch is who changed a number last, and the last change before that by somebody else.
type touch struct {
	by    id.Login
	other int64
}

// verdict is an outcome that the server gave.
type verdict struct {
	client  id.Device
	outcome replica.Outcome
	at      int64
}

// known is what the server has of a device.
type known struct {
	login id.Login
	lmid  replica.Mid
	first replica.Mid // receipts below it were forgotten
	given []*verdict  // by mid
}

func (l *line) clone() *line {
	o := *l
	o.past = slices.Clip(l.past)
	o.live = l.live.clone()
	o.names = maps.Clone(l.names)
	o.held, o.dead, o.last = maps.Clone(l.held), maps.Clone(l.dead), maps.Clone(l.last)
	o.receipts, o.resolved = maps.Clone(l.receipts), maps.Clone(l.resolved)
	o.devices = make(map[id.Device]*known, len(l.devices))
	for c, k := range l.devices {
		o.devices[c] = &known{k.login, k.lmid, k.first, slices.Clip(k.given)}
	}
	return &o
}

// device is what is known of one, made when it is new.
func (l *line) device(c id.Device, of id.Login) *known {
	k := l.devices[c]
	if k == nil {
		k = &known{login: of}
		l.devices[c] = k
	}
	return k
}

// at gives what is known under a mid, nil for nothing.
func (k *known) at(m replica.Mid) *verdict {
	i, ok := slices.BinarySearchFunc(k.given, m, func(v *verdict, m replica.Mid) int { return int(v.outcome.Mid - m) })
	if !ok {
		return nil
	}
	return k.given[i]
}

// chainAt is the chain after a change, ok false when the history is not so long.
func (l *line) chainAt(seq int64) (c [8]byte, ok bool) {
	switch {
	case seq == 0:
		return l.start, true
	case seq < 0 || seq > l.seq:
		return c, false
	}
	return l.past[seq-1].chain, true
}

// apply is the next change. It checks I7 (changes are exactly 1..head), I12 (no two live rows of one number, in no
// organization), that a row's version is the change that made it, and that the chain is a function of all changes up to
// it and tells different ones apart.
func (t *truth) apply(l *line, p *inventory.Past) {
	ch := p.Change
	if ch.Seq != l.seq+1 {
		fail("I7", "change %d of organization %d follows %d", ch.Seq, l.org.n, l.seq)
	}
	t.link(l, p)

	if ch.Kind == replica.KindNumber {
		n := id.Number(ch.ID)
		if old := l.live.number(n); old != nil {
			delete(l.held, old.E164)
		}
		was := l.ver(n)
		if ch.Del {
			old := l.live.number(n)
			if old == nil {
				fail("history", "number %s is removed again at %d", n, ch.Seq)
			}
			l.dead[n] = tomb{*old, t.w.time().UnixMilli()}
		} else {
			if ch.Number.Ver != ch.Seq || ch.Number.ID != n {
				fail("history", "change %d has a row of version %d", ch.Seq, ch.Number.Ver)
			}
			for _, o := range t.w.orgs {
				if other, ok := t.now[o].held[ch.Number.E164]; ok {
					fail("I12", "%s lives as %s and as %s", ch.Number.E164, other, n)
				}
			}
			l.held[ch.Number.E164] = n
			delete(l.dead, n)
		}
		last := l.last[n]
		if last.by != p.By {
			last = touch{p.By, was}
		}
		l.last[n] = last
	}

	l.live.put(ch)
	l.seq, l.chain = ch.Seq, p.Chain
	l.past = append(l.past, step{ch, p.Uid, p.Chain})
	t.states[place{l.org.n, l.seq, l.chain}] = l.live.sum
}

// ver is the version of a number, live or removed: the change that it comes from.
func (l *line) ver(n id.Number) int64 {
	for i := len(l.past) - 1; i >= 0; i-- {
		if ch := l.past[i].change; ch.Kind == replica.KindNumber && ch.ID == string(n) {
			return ch.Seq
		}
	}
	return 0
}

// link checks the chain of a new change.
func (t *truth) link(l *line, p *inventory.Past) {
	k := link{l.org.n, l.chain, p.Seq, rowHash(p.Change), p.Uid, p.Del}
	if was, ok := t.links[k]; ok && was != p.Chain {
		fail("chain", "the same change %d after the same history has two chains", p.Seq)
	}
	t.links[k] = p.Chain
	end := place{l.org.n, p.Seq, p.Chain}
	if was, ok := t.ends[end]; ok && was != k {
		fail("chain", "two histories up to %d have one chain", p.Seq)
	}
	t.ends[end] = k
}

type link struct {
	org    int
	before [8]byte
	seq    int64
	row    uint64
	uid    replica.Uid
	del    bool
}

// time is what the clock of the server process in hand says: those of several differ.
func (w *world) time() time.Time { return time.UnixMilli(w.now + w.skew).UTC() }
