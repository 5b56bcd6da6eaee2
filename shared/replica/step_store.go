package replica

// askLoad has the store read, now or, after that failed, when its time has come.
func (e *Engine) askLoad() {
	e.loading = true
	if e.reading.free() {
		e.reading.flight = e.newID()
		e.emit(Effect{Load: true})
	}
}

// unread takes in that the store could not be read. Edits that are not on their way into it are told as not saved, and
// so are those to come, until it is read.
func (e *Engine) unread(why string) {
	if e.reading.flight == 0 || e.wiped {
		return
	}
	e.reading.flight, e.late = 0, nil
	e.unreadable = why
	e.giveBack(why)
	e.retry(&e.reading, 0)
}

// giveBack tells all edits as not saved that were not handed to the store.
func (e *Engine) giveBack(why string) {
	e.came(e.edits, why)
	for i := range e.undos {
		e.tell(e.undos[i].Uid, why)
	}
	e.edits, e.undos = nil, nil
}

// load takes in everything that is stored, in place of what was known.
func (e *Engine) load(s *Stored) {
	if e.wiped {
		return
	}
	e.reading, e.unreadable = line{name: e.reading.name}, ""
	if e.loaded && s.Meta.Generation > e.m.meta.Generation {
		e.loading = false
		e.emptied()
		return
	}
	e.m, e.own = newMirror(s), nil
	e.loaded, e.loading = true, false
	if e.m.broken {
		e.distrust()
	}
	e.pull.want = true
	e.refresh.all = true

	late := e.late
	e.late = nil
	for _, c := range late {
		e.follow(c)
	}
}

// commit hands a transaction to the store. One with edits and one other can be on their way at a time.
func (e *Engine) commit(p *pending) {
	n := e.newID()
	e.txs[n] = p
	if p.kind == txEdit {
		e.editTx = n
	} else {
		e.netTx = n
	}
	e.emit(Effect{Store: &Store{ID: n, Tx: p.tx}})
}

// guard is what a transaction that was thought out on the present state must still find.
func (e *Engine) guard() Guard {
	g := Guard{Generation: e.m.meta.Generation}
	if Without("guard") { // transactions are committed on whatever another tab has made of the store meanwhile
		return g
	}
	cursor, rev := e.m.meta.Cursor, e.m.meta.Rev
	g.Client, g.Cursor, g.Rev = e.m.meta.Client, &cursor, &rev
	return g
}

// nextMeta is Meta to be changed and stored.
func (e *Engine) nextMeta() Meta {
	meta := e.m.meta
	meta.Rev++
	return meta
}

// committed takes in a transaction of the store: of this engine or of another tab's.
func (e *Engine) committed(c *Committed) {
	p := e.txs[c.ID]
	if c.ID == 0 {
		p = nil
	}
	if p != nil {
		e.release(c.ID, p)
	}
	if p != nil && p.kind == txEdit {
		e.came(p.tx.Append, "")
	}
	if e.wiped {
		return
	}
	followed := e.follow(c)

	if p == nil {
		return
	}
	switch p.kind {
	case txPush, txFork:
		e.pull.want = true
	case txReset:
		e.rebuild, e.again, e.badChunks = false, false, 0
	case txSwap:
		e.more = true // what came since the snapshot
	case txPull:
		e.again = false
		e.pull.want = e.pull.want || p.more
		e.more = p.more
		if followed && p.digest != nil && *p.digest != e.m.digest() {
			e.distrust()
		}
	}
}

// follow brings the mirror to where the store is, or asks for all of it when something in between was missed.
func (e *Engine) follow(c *Committed) bool {
	if !e.loaded || e.loading {
		if e.reading.flight != 0 { // else it is in what is read later
			e.late = append(e.late, c)
		}
		return false
	}
	if c.No <= e.m.meta.Tx {
		return false
	}
	if c.No > e.m.meta.Tx+1 {
		e.late = append(e.late, c)
		e.askLoad()
		return false
	}
	if c.Tx.Wipe {
		e.emptied()
		return true
	}
	return e.apply(c)
}

// distrust base: it is not what the server has at its cursor, so all of it is downloaded anew. The edits are kept.
func (e *Engine) distrust() {
	e.rebuild, e.pull.want = true, true
	e.rebuilt++
}

// failed takes in that a transaction was not committed: nothing of it is in the mirror.
func (e *Engine) failed(f *StoreFailed) {
	if f.ID == 0 {
		e.unread(f.Why)
		return
	}
	p := e.txs[f.ID]
	if p == nil {
		return
	}
	e.release(f.ID, p)
	if f.Why == FailedStale {
		// Of edits only the generation is guarded: the copy was dropped.
		if p.kind == txEdit {
			e.came(p.tx.Append, WhyWiped)
		}
		if !e.wiped && !e.loading {
			e.askLoad()
		}
		return
	}
	if !p.retried && !e.wiped {
		p.retried = true
		e.commit(p)
		return
	}
	if m := p.tx.Meta; m != nil && (m.Stage != nil && m.Stage.local() || e.m.meta.Stage != nil && e.m.meta.Stage.local()) {
		e.leaveCompact()
		return
	}
	switch p.kind {
	case txEdit:
		e.came(p.tx.Append, f.Why)
	case txPush:
		e.retry(&e.push, 0)
	case txAttention:
		e.retry(&e.attention, 0)
	case txWipe:
		e.retry(&e.empty, 0)
	case txSeen: // it is told once more
	default:
		e.retry(&e.pull, 0)
	}
}

func (e *Engine) release(n int, p *pending) {
	delete(e.txs, n)
	if p.kind == txEdit {
		e.editTx = 0
	} else {
		e.netTx = 0
	}
}

// emptied is the end: the store was wiped, here or by another tab, and nothing of it is shown or sent any more.
func (e *Engine) emptied() {
	if e.wiped {
		return
	}
	generation := e.m.meta.Generation + 1
	e.m = newMirror(&Stored{Meta: Meta{Generation: generation}})
	e.wiped, e.wiping = true, notWiping
	e.giveBack(WhyWiped)
	e.late, e.inbox, e.fetched = nil, nil, nil
	e.ground()
	e.refresh.all = true
	e.emit(Effect{Wiped: true})
}
