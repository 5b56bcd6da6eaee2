package simulate

import "countersign/shared/replica"

// load answers with everything in the store, after the transactions that the tab has begun, or fails.
func (t *tab) load() {
	w := t.d.w
	t.lastJob = max(t.lastJob, w.now+w.between(0, 30))
	t.loads++
	w.agenda.add(t.lastJob, func() {
		if t.dead {
			return
		}
		if t.st.dropped { // the browser closed it
			t.crash()
			t.d.later()
			return
		}
		if w.chance(w.f.io) {
			w.count.unread++
			t.lastNotice = max(t.lastNotice, w.now)
			w.agenda.add(t.lastNotice, func() { t.tell(replica.Event{Failed: &replica.StoreFailed{Why: replica.FailedIO}}) })
			return
		}
		s := t.st.stored()
		if w.chance(w.f.wire) {
			s = new(wire(w, *s))
		}
		if w.chance(0.5) {
			readAhead(s)
		}
		t.lastNotice = max(t.lastNotice, w.now)
		w.agenda.add(t.lastNotice, func() { t.tell(replica.Event{Loaded: s}) })
	})
}

// readAhead reads base in portions, as a browser does.
func readAhead(s *replica.Stored) {
	s.Base = replica.NewBase(0)
	for _, frame := range s.Chunks {
		s.Base.AddFrame(frame)
	}
	for _, row := range s.Rows {
		s.Base.AddRows([]replica.Change{row})
	}
	s.Chunks, s.Rows = nil, nil
}

// store commits a transaction after those that the tab has begun before.
func (t *tab) store(st replica.Store) {
	w := t.d.w
	slow := w.between(0, 20)
	if w.chance(w.f.late) {
		slow *= 100
	}
	t.lastJob = max(t.lastJob, w.now+slow)
	t.jobs++
	w.agenda.add(t.lastJob, func() {
		if t.dead && (t.jobs < 0 || w.chance(0.5)) {
			t.jobs = -1 // the first one that is not committed, and none after it
			return
		}
		if w.chance(w.f.wire) {
			st = wire(w, st)
		}
		t.commit(st)
	})
}

func (t *tab) commit(st replica.Store) {
	w := t.d.w
	why := ""
	switch {
	case w.chance(w.f.quota):
		why = replica.FailedQuota
		w.count.quotas++
	case w.chance(w.f.io):
		why = replica.FailedIO
		w.count.ioErrors++
	}
	var mids []replica.Mid
	if why == "" {
		before := t.st.meta
		w.truth.beforeCommit(t, &st.Tx)
		if mids, why = t.st.commit(st.Tx); why == "" {
			if st.Tx.Swap && before.Cursor == t.st.meta.Cursor {
				w.count.compactions++
			}
			w.truth.committed(t.d, t.st, before, st.Tx, mids)
		}
	}
	if why != "" {
		w.count.refusedTx++
		w.note("%s store %d refused: %s", t, st.ID, why)
		w.after(w.between(0, 10), func() {
			t.jobs--
			t.tell(replica.Event{Failed: &replica.StoreFailed{ID: st.ID, Why: why}})
		})
		return
	}

	w.note("%s store %d is transaction %d %v", t, st.ID, t.st.meta.Tx, mids)
	for _, o := range t.d.tabs {
		if o.dead || o.st != t.st {
			continue
		}
		c := &replica.Committed{No: t.st.meta.Tx, Tx: st.Tx, Mids: mids}
		delay := w.between(0, 60)
		if o == t {
			c.ID, delay = st.ID, w.between(0, 5)
		}
		o.notice(c, delay, o == t)
		if w.chance(w.f.doubledNotice) {
			o.notice(c, w.between(0, 500), false)
		}
	}
	if !t.dead && w.chance(w.f.crashInside) {
		t.crash()
	}
}

// notice tells the tab of a transaction, in order.
func (t *tab) notice(c *replica.Committed, delay int64, own bool) {
	w := t.d.w
	t.lastNotice = max(t.lastNotice, w.now+delay)
	w.agenda.add(t.lastNotice, func() {
		if own {
			t.jobs--
		}
		t.tell(replica.Event{Committed: c})
	})
}
