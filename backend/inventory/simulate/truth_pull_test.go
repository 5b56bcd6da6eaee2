package simulate

import (
	"errors"

	"countersign/backend/inventory"
	"countersign/shared/replica"
)

// pulled judges a pull answer: I5 (it is a function of the committed state: changes, cursor, receipts and digest), I8 for
// its part (the images are those of the history, so that each page leads to the state at its cursor), I14 (nothing of
// another organization, whose changes are not in this history), I15 (a cursor that contradicts the history brings a
// reset, and no other does).
func (t *truth) pulled(d *device, in *replica.Pull, out *replica.PullAnswer, err error) {
	l := t.now[d.login.org]
	c, _, ok := replica.ReadCursor(in.Cursor)
	chain, known := l.chainAt(c.Seq)
	gone := ok && (!known || chain != c.Chain)
	if errors.Is(err, inventory.ErrRolledBack) {
		if l.names[c.Epoch] && (!gone || c.Epoch != l.epoch) {
			fail("I15", "the history is said to have gone back, which %s at %d does not show", c.Epoch, c.Seq)
		}
		t.w.count.rollbacks++
		return
	}
	if err != nil {
		return
	}
	if out.Epoch != l.epoch || out.Head != l.seq || out.Client != in.Client || out.From != in.Cursor || out.DurableSeq != l.safe {
		fail("I5", "the answer's epoch %s, head %d, from %q, durable %d; they are %s, %d, %q, %d", out.Epoch, out.Head, out.From,
			out.DurableSeq, l.epoch, l.seq, in.Cursor, l.safe)
	}
	t.receiptsOf(l, d, in, out)
	if out.Digest != nil && *out.Digest != l.live.digest() {
		fail("I5", "digest %v of %v", *out.Digest, l.live.digest())
	}

	end := out.Cursor
	switch good := ok && !gone && c.Seq >= l.min; {
	case out.Reset == "" && !good:
		fail("I15", "a cursor at %d (%s), which is no state of this history (head %d, from %d), brought no reset", c.Seq, c.Epoch, l.seq, l.min)
	case out.Reset != "" && good:
		fail("I15", "a good cursor at %d brought the reset %s", c.Seq, out.Reset)
	case out.Reset != "":
		t.w.count.reset(out.Reset)
		if out.Snapshot == nil || len(out.Snapshot.Chunks) == 0 {
			fail("I5", "a reset without a snapshot")
		}
		end = out.Snapshot.Cursor
	default:
		last := c.Seq + int64(len(out.Changes))
		if last > l.seq || out.More != (last < l.seq) || !out.More && last != l.seq {
			fail("I5", "%d changes from %d, more %v; the head is %d", len(out.Changes), c.Seq, out.More, l.seq)
		}
		for i, ch := range out.Changes {
			want := l.past[c.Seq+int64(i)].change
			if ch.Seq != want.Seq || ch.Del != want.Del || rowHash(ch) != rowHash(want) {
				fail("I5", "change %d is %s, it was %s", want.Seq, text(ch), text(want))
			}
		}
	}
	e, _, ok := replica.ReadCursor(end)
	if at, on := l.chainAt(e.Seq); !ok || !on || at != e.Chain || e.Epoch != l.epoch ||
		out.Reset == "" && e.Seq != c.Seq+int64(len(out.Changes)) {
		fail("I5", "the answer leads to %s %d, which is not where it leads", e.Epoch, e.Seq)
	}
}

// receiptsOf checks what the answer says of the device's mutations: the newest that has an outcome, every outcome beyond
// those that the device has, and all of them when what it has is not what was given (I5, I21).
func (t *truth) receiptsOf(l *line, d *device, in *replica.Pull, out *replica.PullAnswer) {
	k := l.devices[in.Client]
	if k == nil {
		k = &known{}
	} else if k.login != d.login.id {
		return
	}
	if in.FirstMid < k.first {
		return // an image of the device from before what was forgotten
	}
	var sum uint64
	for _, v := range k.given {
		if m := v.outcome.Mid; m >= in.FirstMid && m <= in.AckMid {
			sum += replica.ReceiptHash(&v.outcome)
		}
	}
	if differ := replica.SumText(sum) != in.ReceiptSum && in.AckMid >= in.FirstMid; differ != out.Verify && out.Reset == "" {
		fail("I21", "the receipts of %d to %d differ: %v; the answer says %v", in.FirstMid, in.AckMid, differ, out.Verify)
	}
	if out.Lmid != k.lmid {
		fail("I5", "lmid %d, it is %d", out.Lmid, k.lmid)
	}

	from := in.AckMid + 1
	if out.Verify || out.Reset != "" {
		from = in.FirstMid
	}
	i := 0
	for _, v := range k.given {
		if v.outcome.Mid < from {
			continue
		}
		if i >= len(out.Outcomes) || !same(&out.Outcomes[i], &v.outcome) {
			fail("I5", "the outcome of %d %s is not in the answer (%d of them from %d on)", v.outcome.Mid, v.outcome.Uid, len(out.Outcomes), from)
		}
		i++
	}
	if i != len(out.Outcomes) {
		fail("I5", "%d outcomes beyond those that were given", len(out.Outcomes)-i)
	}
}

// gaveAttention judges a list of attention items: it is the person's, and holds what is open and nothing else (I14, I18).
func (t *truth) gaveAttention(d *device, a *replica.AttentionAnswer) {
	l := t.now[d.login.org]
	seen := map[replica.Uid]bool{}
	for _, it := range a.Items {
		if it.Login != d.login.id {
			fail("I14", "an attention item of %s was given to %s", it.Login, d)
		}
		for _, m := range it.Mutations {
			if seen[m.Uid] {
				fail("I2", "%s is in two attention items", m.Uid)
			}
			seen[m.Uid] = true
		}
	}
	for u, v := range l.receipts {
		if v.faulty() && t.mine(l, v, d.login) && !l.resolved[u] && !seen[u] {
			fail("I18", "nobody is told any more that %s was not applied", u)
		}
	}
}

func (v *verdict) faulty() bool {
	return len(v.outcome.Faults) > 0 || v.outcome.Technical != ""
}

// mine tells whether a verdict is about a device of the person.
func (t *truth) mine(l *line, v *verdict, of *login) bool {
	k := l.devices[v.client]
	return k != nil && k.login == of.id
}
