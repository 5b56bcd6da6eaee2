package replica

const (
	digestEvery = 10 // pulls at rest between two that ask for a digest
	proofTries  = 2  // verifications that change nothing before the log counts as another's
)

// sendPull asks for what changed. However often it is wanted, one is on its way at a time and one leaves per PullGap, but
// for the pages of one run.
func (e *Engine) sendPull() {
	if !(e.pull.want || e.more) || !e.pull.free() || e.coalesce && !e.more {
		return
	}
	req := &Pull{Client: e.m.meta.Client, Schema: Schema, Cursor: e.m.meta.Cursor, PendingHint: e.m.queued, Limit: MaxPull}
	req.FirstMid = e.m.next
	if len(e.m.log) > 0 {
		req.FirstMid = e.m.log[0].Mid
	}
	req.AckMid = req.FirstMid - 1
	sum := uint64(0)
	for _, en := range e.m.log {
		if en.Outcome == nil {
			break
		}
		req.AckMid = en.Mid
		sum += ReceiptHash(en.Outcome)
	}
	req.ReceiptSum = SumText(sum)
	if e.rebuild {
		req.Cursor = ""
	}
	if e.m.queued == 0 && !e.more {
		e.digestIn--
	}
	if e.digestIn <= 0 {
		req.WantDigest = true
		e.digestIn = digestEvery
	}
	e.pull.want, e.more = false, false
	e.coalesce = true
	e.emit(Effect{Timer: &Timer{Name: timerGap, After: PullGap}})
	e.emit(Effect{Timer: &Timer{Name: timerPull, After: PullEvery}})
	e.pull.flight = e.send(&flight{req: Request{Pull: req}, rebuild: e.rebuild})
}

// pulled takes in a pull's answer, if what it starts from is still what the store has.
func (e *Engine) pulled(f *flight, a *PullAnswer) {
	e.pullFirst = false
	stale := a.Client != e.m.meta.Client || a.From != f.req.Pull.Cursor || f.cursor != e.m.meta.Cursor || e.m.meta.Stage != nil && !e.again
	if stale && !Without("stale_pull") { // an answer to an older state goes over a newer one
		e.pull.want = true
		return
	}
	at, _, ok := ReadCursor(a.Cursor)
	switch {
	case a.Reset != "":
		e.reset(f.req.Pull, a)
		return
	case !ok || f.rebuild && f.cursor != "":
		e.retry(&e.pull, 0)
		return
	}
	put := e.settle(f.req.Pull, a)
	if e.unprovable(a, put) {
		e.fork()
		return
	}
	meta := e.nextMeta()
	meta.Cursor, meta.DurableSeq, meta.ServerNow, meta.Stage, meta.Staged = a.Cursor, a.DurableSeq, a.Now, nil, 0
	tx := Tx{Meta: &meta, Rows: a.Changes, Strict: len(put) > 0}
	kept := e.retain(f.req.Pull, put, at, a)
	tx.PutLog, tx.DelLog = kept.stay, kept.drop
	if n := len(tx.DelLog); n > 0 {
		meta.Floor = max(meta.Floor, tx.DelLog[n-1])
	}
	if meta.Loose = meta.Loose.and(kept.loose); meta.Loose.Seq <= a.DurableSeq {
		meta.Loose = Loss{} // a backup has all of it by now
	}
	tx.If = e.guard()
	if Without("stale_pull") {
		tx.If = Guard{Generation: meta.Generation}
	}
	if Without("cursor_with_rows") { // a crash between the two leaves a cursor that base has not reached
		e.emit(Effect{Store: &Store{ID: e.newID(), Tx: Tx{If: tx.If, Meta: &meta}}})
		if tx.If.Rev != nil {
			tx.If.Rev, tx.If.Cursor = &meta.Rev, &meta.Cursor
		}
		tx.Meta = nil
	}
	e.noteAttention(f.req.Pull, a)
	e.commit(&pending{kind: txPull, tx: tx, digest: a.Digest, more: a.More})
}

// reset replaces base: the new one is downloaded beside it. The edits are held against the receipts of the new history,
// and what it does not know is offered to it again.
func (e *Engine) reset(req *Pull, a *PullAnswer) {
	if a.Snapshot == nil || len(a.Snapshot.Chunks) == 0 {
		e.retry(&e.pull, 0)
		return
	}
	if _, _, ok := ReadCursor(a.Snapshot.Cursor); !ok {
		e.retry(&e.pull, 0)
		return
	}
	meta := e.nextMeta()
	if meta.Stage == nil || meta.Stage.ID != a.Snapshot.ID {
		meta.Staged = 0
	}
	meta.Stage, meta.DurableSeq, meta.ServerNow = a.Snapshot, a.DurableSeq, a.Now
	if a.Reset == ResetReplaced {
		meta.Lost, meta.Loose = meta.Lost.and(meta.Loose), Loss{}
	}
	tx := Tx{If: e.guard(), Strict: true, Meta: &meta, PutLog: e.settle(req, a)}
	if Without("stale_pull") {
		tx.If = Guard{Generation: meta.Generation}
	}
	e.noteAttention(req, a)
	e.commit(&pending{kind: txReset, tx: tx})
}

// noteAttention asks for the list of what waits for the person when it is another one. After a restore its version may
// have come back to the same number, so then, and now and then, it is asked for whatever its version.
func (e *Engine) noteAttention(req *Pull, a *PullAnswer) {
	if a.AttentionVer != e.m.meta.AttentionVer || a.Reset != "" || a.Verify || e.m.meta.Cursor != "" && a.Epoch != e.m.base.Epoch || req.WantDigest {
		e.attention.want = true
	}
}

// settle holds the log against the outcomes of an answer, and gives the entries that stand otherwise now.
func (e *Engine) settle(req *Pull, a *PullAnswer) (put []Entry) {
	got := make(map[Mid]*Outcome, len(a.Outcomes))
	for i := range a.Outcomes {
		got[a.Outcomes[i].Mid] = &a.Outcomes[i]
	}
	anew := a.Reset != "" || a.Verify && !Without("receipt_sum") // receipts that the server lost stay counted as given
	for _, en := range e.m.log {
		o := got[en.Mid]
		if o != nil && o.Uid != en.Uid {
			o = nil
		}
		x := en.Entry
		switch {
		case o != nil && en.Outcome == nil:
			x.Outcome, x.Epoch, x.Settled = o, a.Epoch, a.Now
			if o.Attention != "" {
				e.attention.want = true
			}
		case o != nil && ReceiptHash(o) == ReceiptHash(en.Outcome):
			// Confirmed. While a snapshot is downloaded it is still the old base that has it or not: its epoch stays till then.
			if a.Reset != "" || en.Epoch == a.Epoch {
				continue
			}
			x.Epoch = a.Epoch
		case o != nil:
			if !anew && en.Epoch == a.Epoch {
				continue
			}
			x.Outcome, x.Epoch, x.Settled = o, a.Epoch, a.Now
		case en.Outcome == nil:
			continue
		case anew:
			if Without("requeue") { // confirmed edits that the server lost in a restore are not offered again
				continue
			}
			x = requeued(en)
		case en.Epoch == a.Epoch:
			continue
		case en.Mid <= req.AckMid: // the sum of the receipts confirmed it
			x.Epoch = a.Epoch
		case Without("requeue"):
			continue
		default:
			x = requeued(en)
		}
		put = append(put, x)
	}
	return put
}

// unprovable reports whether verifications lead nowhere: the server has receipts between those of this log, made by a
// copy of this device.
func (e *Engine) unprovable(a *PullAnswer, put []Entry) bool {
	if !a.Verify || len(put) > 0 || Without("receipt_sum") || Without("requeue") {
		e.unproved = 0
		return false
	}
	e.unproved++
	e.pull.want = true
	return e.unproved >= proofTries
}
