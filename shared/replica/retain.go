package replica

// Settled entries stay on the device until a backup of the server has them, so that a server that was restored can be
// offered again what it forgot.
const (
	RetainTime  = 7 * 24 * 3600 * 1000 // ms by the server's time, where no backup is heard of
	RetainMost  = 10_000
	RetainBytes = MaxLogBytes / 2
)

// Loss is about applied edits of which only the server had a trace any more, in no backup that the device heard of. Where
// a history was replaced at most these are gone: which of them, the device can't know.
type Loss struct {
	Edits int   `json:"edits"`
	From  int64 `json:"from"` // settled between, by the server's time, Unix ms
	To    int64 `json:"to"`
	Seq   int64 `json:"seq"` // highest place in the history: a backup from then on has them
}

// and is both losses.
func (l Loss) and(o Loss) Loss {
	switch {
	case l.Edits == 0:
		return o
	case o.Edits == 0:
		return l
	}
	return Loss{Edits: l.Edits + o.Edits, From: min(l.From, o.From), To: max(l.To, o.To), Seq: max(l.Seq, o.Seq)}
}

// forgetLoss takes away what the person was told of.
func (e *Engine) forgetLoss() {
	e.lossSeen = false
	if e.m.meta.Lost == (Loss{}) {
		return
	}
	meta := e.nextMeta()
	meta.Lost = Loss{}
	e.commit(&pending{kind: txSeen, tx: Tx{If: e.guard(), Meta: &meta}})
}

// retained is what becomes of settled entries.
type retained struct {
	stay  []Entry // of those that change
	drop  []Mid
	loose Loss // of those that are dropped, what is in no backup
}

// retain parts the log's settled entries, as they stand with put and with base at the given place: those that may go, and
// of put those that stay. Only the oldest go, so that the rest is a run without holes.
func (e *Engine) retain(req *Pull, put []Entry, at CursorParts, a *PullAnswer) (r retained) {
	count, bytes := len(e.m.log)-e.m.queued, 0
	for _, en := range e.m.log {
		if en.Outcome != nil {
			bytes += en.size
		}
	}
	for i, next := 0, 0; i < len(e.m.log); i++ {
		en := e.m.log[i].Entry
		if en.Outcome == nil {
			break // its outcome is stored first
		}
		if next < len(put) && put[next].Mid == en.Mid {
			en = put[next]
			next++
		}
		if en.Outcome == nil || en.Epoch != at.Epoch || en.Outcome.Seq > at.Seq {
			break
		}
		// Settled after this pull was sent: neither the sum of the receipts nor one in the answer says that the server still
		// has it. Should it have gone back meanwhile, its new history may have come past that place without it.
		if en.Mid > req.AckMid && !a.tells(&en) && !Without("retention") {
			break
		}
		// What changed nothing left no trace in the history: a backup at its seq may be older than its receipt.
		applied := en.Outcome.St == Applied || en.Outcome.St == Merged
		durable := en.Outcome.Seq < a.DurableSeq || en.Outcome.Seq == a.DurableSeq && applied
		old := a.Now-en.Settled >= RetainTime
		tooMuch := count > RetainMost || bytes > RetainBytes
		if !durable && !old && !tooMuch && !Without("retention") { // nothing is kept for a server that was restored
			break
		}
		if applied && !durable {
			r.loose = r.loose.and(Loss{Edits: 1, From: en.Settled, To: en.Settled, Seq: en.Outcome.Seq})
		}
		r.drop = append(r.drop, en.Mid)
		count, bytes = count-1, bytes-e.m.log[i].size
	}
	for _, x := range put {
		if len(r.drop) == 0 || x.Mid > r.drop[len(r.drop)-1] {
			r.stay = append(r.stay, x)
		}
	}
	return r
}

// tells reports whether the answer brings the receipt of an entry.
func (a *PullAnswer) tells(en *Entry) bool {
	for i := range a.Outcomes {
		if a.Outcomes[i].Uid == en.Uid {
			return true
		}
	}
	return false
}
