package simulate

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// told judges what a tab tells the person of an edit. I1: "saved" only once the edit would survive a power loss; "not
// saved" only when nothing of it was kept.
func (t *truth) told(tb *tab, s replica.Saved) {
	in := t.uids[s.Uid]
	if in == nil {
		fail("I1", "%s was told of %s, which nobody meant", tb, s.Uid)
	}
	if s.Why != "" {
		t.w.count.notSaved++
		if tb.st.holds(s.Uid) {
			fail("I1", "%s says that %s was not saved (%s), but it is in the log", tb, s.Uid, s.Why)
		}
		return
	}
	in.saved = true
	t.w.count.saved++
	for i := len(tb.st.past) - 1; i >= 0; i-- {
		for _, e := range tb.st.past[i].Append {
			if e.Uid == s.Uid {
				if i >= tb.st.strict {
					fail("I1", "%s says that %s is saved, but a power loss would take it", tb, s.Uid)
				}
				return
			}
		}
	}
	fail("I1", "%s says that %s is saved, but it is in no transaction", tb, s.Uid)
}

// beforeCommit judges what a transaction takes away, on the store as it still is.
func (t *truth) beforeCommit(tb *tab, tx *replica.Tx) {
	st := tb.st
	if st.dropped || !tx.If.Holds(&st.meta) {
		return // it will be refused
	}
	if tx.Wipe {
		if !tb.d.wipeTold {
			fail("I1", "%s wipes, but nobody told it to", tb)
		}
		t.w.count.wipes++
		t.erased(st, nil, "wiped")
		return
	}
	for _, m := range tx.DelLog {
		for i := range st.log {
			if st.log[i].Mid == m {
				t.forgets(tb, &st.log[i], tx)
			}
		}
	}
}

// keep is how long a device keeps settled mutations that are in no backup yet.
const keep = 7 * day

// forgets judges that a device drops a mutation. I1: never one without an outcome. I21: never one that a restore could
// still take away, for then nobody could offer it again; after seven days it may.
func (t *truth) forgets(tb *tab, e *replica.Entry, tx *replica.Tx) {
	l := t.now[tb.d.login.org]
	v := l.receipts[e.Uid]
	if e.Outcome == nil && v == nil { // its outcome may have come with the answer that drops it
		fail("I1", "%s drops %s, which has no outcome", tb, e.Uid)
	}
	old := false
	for _, was := range t.when[e.Uid] {
		old = old || t.w.now >= was+keep-10*second // clocks of servers differ
	}
	if !t.safe[e.Uid] && !old {
		fail("I21", "%s drops %s, which is in no backup", tb, text(e))
	}
	if v != nil {
		cur := tb.st.meta.Cursor
		if tx.Meta != nil {
			cur = tx.Meta.Cursor
		}
		if c, _, ok := replica.ReadCursor(cur); !ok || c.Epoch == l.epoch && c.Seq < v.outcome.Seq {
			fail("I9", "%s drops %s, which its base does not include: %d, %d", tb, e.Uid, c.Seq, v.outcome.Seq)
		}
	}
	t.w.count.dropped++
	t.uids[e.Uid].excuse = "in a backup, or old"
}

// committed judges the store after a transaction.
func (t *truth) committed(d *device, st *database, before replica.Meta, tx replica.Tx, mids []replica.Mid) {
	l := t.now[d.login.org]
	if tx.Wipe {
		t.empty(d, st)
		return
	}
	appended := mids[len(mids)-len(tx.Append):]
	for i := range tx.Append {
		e := tx.Append[i]
		in := t.uids[e.Uid]
		if in == nil || in.d != d || e.Outcome != nil {
			fail("I1", "%s appends %s, which nobody meant", d, text(e))
		}
		for _, o := range st.log {
			if o.Uid == e.Uid && o.Mid != appended[i] {
				fail("I3", "%s has %s twice in its log", d, e.Uid)
			}
		}
		in.m = e.Mutation
		if e.Op == replica.Remove {
			if in.edit != nil && in.edit.WasEpoch != "" && e.WasEpoch != in.edit.WasEpoch {
				fail("I11", "%s was seen in %s, but is stored as seen in %s", e.Uid, in.edit.WasEpoch, e.WasEpoch)
			}
			in.seen, in.knew = map[id.Number]*number.Number{}, map[id.Number]int64{}
			for _, r := range e.Rows {
				in.seen[r.ID] = st.base.number(r.ID)
				if st.epoch == e.WasEpoch {
					in.knew[r.ID] = st.knows[r.ID]
				}
			}
		}
		t.asMeant(in)
	}
	for i := range tx.PutLog {
		t.believed(d, &tx.PutLog[i])
	}
	for _, a := range tx.PutAttention {
		if a.Login != d.login.id {
			fail("I14", "%s stores an attention item of %s", d, a.Login)
		}
	}
	if tx.Renumber {
		t.w.count.renumbered++
	}
	if st.meta.Client != before.Client && before.Client != "" {
		t.w.count.forks++
	}
	if tx.Swap {
		t.w.count.swaps++
	}

	if st.meta.Cursor != before.Cursor {
		// I6: within an epoch a cursor never decreases.
		was, _, ok1 := replica.ReadCursor(before.Cursor)
		is, _, ok2 := replica.ReadCursor(st.meta.Cursor)
		if ok1 && ok2 && was.Epoch == is.Epoch && is.Seq < was.Seq {
			fail("I6", "%s went from %d back to %d", d, was.Seq, is.Seq)
		}
	}
	if st.meta.Cursor != before.Cursor || len(tx.Rows) > 0 || tx.Swap {
		t.exact(l, d, st)
	}
}

// exact judges base. I8: it is the state of the history at the device's cursor, whichever history that was.
func (t *truth) exact(l *line, d *device, st *database) {
	c, _, ok := replica.ReadCursor(st.meta.Cursor)
	if !ok {
		if st.meta.Cursor != "" || len(st.base.rows) > 0 {
			fail("I8", "%s has rows at cursor %q", d, st.meta.Cursor)
		}
		return
	}
	sum, known := t.states[place{l.org.n, c.Seq, c.Chain}]
	if !known {
		fail("I14", "the cursor of %s is no place of its organization's history", d)
	}
	if sum != st.base.sum {
		fail("I8", "base of %s is not the state at %d (%s)", d, c.Seq, c.Epoch)
	}
}

// believed judges an entry that was written again: its outcome is one that the server once gave for it (I2).
func (t *truth) believed(d *device, e *replica.Entry) {
	if t.uids[e.Uid] == nil {
		fail("I1", "%s stores %s, which nobody meant", d, e.Uid)
	}
	if e.Outcome == nil {
		t.w.count.requeued++
		return
	}
	for _, oc := range t.given[e.Uid] {
		oc.Mid = e.Outcome.Mid
		if same(&oc, e.Outcome) {
			return
		}
	}
	fail("I2", "%s stores the outcome %s of %s, which the server never gave", d, text(e.Outcome), e.Uid)
}

// empty judges a wiped store: I14, I20.
func (t *truth) empty(d *device, st *database) {
	if !st.blank() {
		fail("I14", "%s was wiped but keeps something", d)
	}
}

// erased notes what is lost with a store, or with all of it that left does not have: nobody can be blamed for that.
func (t *truth) erased(st, left *database, why string) {
	for i := range st.log {
		u := st.log[i].Uid
		if left != nil && left.holds(u) || t.elsewhere(st, u) {
			continue
		}
		if in := t.uids[u]; in.excuse == "" {
			in.excuse = why
		}
	}
}

// elsewhere tells whether another store, that of a clone, has the intent too.
func (t *truth) elsewhere(st *database, u replica.Uid) bool {
	for _, d := range t.w.devices {
		if d.st != st && d.st.holds(u) {
			return true
		}
	}
	return false
}

// revived notes what is back with an older image.
func (t *truth) revived(st *database) {
	for i := range st.log {
		t.uids[st.log[i].Uid].excuse = ""
	}
}

// survived judges a power loss: I1, what was said to be saved is still in the log.
func (t *truth) survived(d *device, before, after *database) {
	for i := range before.log {
		u := before.log[i].Uid
		if in := t.uids[u]; in.saved && !after.holds(u) {
			fail("I1", "a power loss took %s from %s, which was said to be saved", u, d)
		}
	}
	t.exact(t.now[d.login.org], d, after)
}
