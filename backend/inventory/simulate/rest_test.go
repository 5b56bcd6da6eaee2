package simulate

import (
	"fmt"
	"slices"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// atRest tells why the world is not at rest yet; "" when it is: nothing waits to be sent, every device is at its
// server's head, and every tab knows what its store holds.
func (w *world) atRest() string {
	for _, d := range w.devices {
		if d.login.lost {
			if len(d.alive()) > 0 || !d.st.blank() {
				return fmt.Sprintf("%s should be wiped", d)
			}
			continue
		}
		l := w.truth.now[d.login.org]
		for i := range d.st.log {
			if d.st.log[i].Outcome == nil {
				return fmt.Sprintf("%s has %d unsent", d, d.st.log[i].Mid)
			}
		}
		c, _, ok := replica.ReadCursor(d.st.meta.Cursor)
		if !ok || c.Seq != l.seq || c.Chain != l.chain || c.Epoch != l.epoch {
			return fmt.Sprintf("%s is at %s %d, the head is %s %d", d, c.Epoch, c.Seq, l.epoch, l.seq)
		}
		var ver int64
		w.server.peek(d.login.org, func(s inventory.Store) { ver, _ = s.AttentionVer(d.login.id) })
		if d.st.meta.AttentionVer != ver {
			return fmt.Sprintf("%s has attention items of version %d, not %d", d, d.st.meta.AttentionVer, ver)
		}
		for _, t := range d.alive() {
			if t.st != d.st || t.seen != t.st.meta.Tx || t.jobs > 0 || t.loads > 0 || t.unread {
				return fmt.Sprintf("%s has not caught up: %d, %d, %d jobs", t, t.seen, t.st.meta.Tx, t.jobs)
			}
			if why := t.e.Status().Refused; why != "" {
				return fmt.Sprintf("%s says that the server takes no edits: %s", t, why)
			}
			if t.reauth || t.upgrade {
				return fmt.Sprintf("%s waits for the person", t)
			}
		}
	}
	return ""
}

// judgeRest judges everything once more when nothing goes on any more.
func (w *world) judgeRest() {
	t := w.truth
	for _, o := range w.orgs {
		t.follow(o, nil)
		w.server.must(w.server.db.View(o.id, func(tx *memory.Tx) error {
			t.tables(t.now[o], tx)
			t.items(t.now[o], tx)
			return nil
		}))
	}
	t.everyIntent()
	for _, d := range w.devices {
		if d.login.lost {
			t.empty(d, d.st)
			continue
		}
		t.converged(d)
	}
}

// tables holds the rows of the server against a replay of its history: I7, I12.
func (t *truth) tables(l *line, tx *memory.Tx) {
	n := 0
	for r := range tx.Records() {
		if r.Status == number.Removed {
			if d, ok := l.dead[r.ID]; !ok || d.row.E164 != r.E164 || d.at != r.RemovedAt.UnixMilli() {
				fail("replay", "%s is removed in the table, in the history %+v", r.ID, d)
			}
			continue
		}
		n++
		if row := l.live.number(r.ID); row == nil || *row != r.Number {
			fail("replay", "the table has %s, the history %s", text(r.Number), text(row))
		}
	}
	if n != len(l.held) {
		fail("replay", "%d live numbers in the table, %d by the history", n, len(l.held))
	}
	for _, p := range tx.History() {
		s := l.past[p.Seq-1]
		if s.chain != p.Chain || rowHash(s.change) != rowHash(p.Change) {
			fail("I7", "change %d is another one than it was", p.Seq)
		}
	}
}

// items checks the attention items that are open. I2, I18: what was rejected or partly so is in exactly one of them until
// it is resolved, and nothing else is in any.
func (t *truth) items(l *line, tx *memory.Tx) {
	in := map[replica.Uid]bool{}
	for who, list := range tx.Open() {
		for _, it := range list {
			if it.Login != who || len(it.Mutations) == 0 {
				fail("I14", "an item of %s with %s", who, it.Login)
			}
			for _, m := range it.Mutations {
				v := l.receipts[m.Uid]
				if in[m.Uid] || v == nil || !v.faulty() {
					fail("I2", "%s is in an attention item that it does not belong in", m.Uid)
				}
				in[m.Uid] = true
			}
			t.grouped(it)
			t.tells(l, it)
		}
	}
	for u, v := range l.receipts {
		if v.client != inventory.Online && v.faulty() && !l.resolved[u] && !in[u] {
			fail("I2", "%s was %s, and nobody is told", u, v.outcome.St)
		}
	}
}

// grouped: an item of several mutations is about one number.
func (t *truth) grouped(it *replica.Attention) {
	about := it.Mutations[0].Rows[0].ID
	for _, m := range it.Mutations {
		if len(it.Mutations) > 1 && (len(m.Rows) != 1 || m.Rows[0].ID != about) {
			fail("I2", "item %s is about several numbers", it.ID)
		}
	}
}

// everyIntent: I1, I2, I21. What was said to be saved on a device and is nobody's fault to be lost has an outcome in the
// server's history as it is now, whatever was restored meanwhile; and what of it changed rows is in that history.
func (t *truth) everyIntent() {
	rows := map[replica.Uid]int{}
	for _, o := range t.w.orgs {
		seen := map[string]bool{}
		for _, s := range t.now[o].past {
			if s.uid == "" {
				continue
			}
			k := string(s.uid) + s.change.ID
			if seen[k] && !t.old[s.uid] {
				fail("I3", "%s changed %s twice", s.uid, s.change.ID)
			}
			seen[k] = true
			rows[s.uid]++
		}
	}
	for _, in := range t.order {
		u := in.m.Uid
		v := t.now[in.d.login.org].receipts[u]
		switch {
		case !in.saved || in.excuse != "" && v == nil || t.old[u]:
		case v == nil:
			fail("I21", "%s was saved on %s and has no outcome", u, in.d)
		case v.outcome.Applied != rows[u]:
			fail("I2b", "%s was applied to %d rows, and changed %d", u, v.outcome.Applied, rows[u])
		}
	}
}

// converged: I10. At rest a device has exactly the server's rows, shows them, and knows what waits for its person.
func (t *truth) converged(d *device) {
	l := t.now[d.login.org]
	if d.st.base.sum != l.live.sum || d.st.base.digest() != l.live.digest() {
		fail("I10", "%s has other rows than the server", d)
	}
	var want, got []string
	t.look(d.login.org, func(s inventory.Store) {
		list, err := s.Attentions(d.login.id)
		if err != nil {
			fail("store", "%v", err)
		}
		for i := range list {
			want = append(want, text(list[i]))
		}
	})
	for i := range d.st.attention {
		got = append(got, text(d.st.attention[i]))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		fail("I18", "%s knows of the items %v, there are %v", d, got, want)
	}
	for _, tb := range d.alive() {
		i := 0
		tb.e.Each(func(v replica.View) bool {
			if row := l.live.number(v.ID); row == nil || *row != v.Number {
				fail("I10", "%s shows %s, the server has %s", tb, text(v), text(row))
			}
			i++
			return true
		})
		if i != len(l.held) {
			fail("I10", "%s shows %d numbers, the server has %d", tb, i, len(l.held))
		}
	}
}
