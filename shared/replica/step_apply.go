package replica

import "countersign/shared/id"

// apply takes a transaction into the mirror. It reports false, with nothing taken in, when the store has to be read for it.
func (e *Engine) apply(c *Committed) bool {
	m, tx, before, stage := e.m, &c.Tx, e.m.base, e.m.meta.Stage
	switch {
	case len(c.Mids) != countMids(tx, len(m.log)):
		e.askLoad()
		return false
	case tx.Swap && !m.canSwap(stage): // base and what was confirmed with it come together, or not yet
		e.late = append(e.late, c)
		e.askLoad()
		return false
	}
	e.applyMeta(tx, c.No)
	e.applyLog(tx, c.Mids)
	e.applyAttention(tx)
	e.applyBase(tx, stage)
	if m.base != before {
		e.refreshReached(before)
	}
	return true
}

func (e *Engine) applyMeta(tx *Tx, no int64) {
	m, stage := e.m, e.m.meta.Stage
	if tx.Meta != nil {
		m.meta = *tx.Meta
		m.base, _, _ = ReadCursor(m.meta.Cursor)
		if now := m.meta.Stage; now == nil || stage == nil || now.ID != stage.ID {
			e.again, e.own = false, nil
			if !tx.Swap {
				m.unstage()
			}
		}
	}
	m.meta.Tx = no
}

// applyLog is about the edits; mids are those of renumbered and then of new ones.
func (e *Engine) applyLog(tx *Tx, mids []Mid) {
	m := e.m
	if tx.Renumber {
		m.renumber(mids[:len(m.log)])
		mids = mids[len(m.log):]
		e.refresh.all = true
	}
	for i, en := range tx.Append {
		en.Mid = mids[i]
		m.put(en)
		e.refresh.entry(&en)
	}
	for i := range tx.PutLog {
		m.put(tx.PutLog[i])
		e.refresh.entry(&tx.PutLog[i])
	}
	for _, mid := range tx.DelLog {
		if i, ok := m.find(mid); ok {
			e.refresh.entry(&m.log[i].Entry)
		}
	}
	m.drop(tx.DelLog)
}

func (e *Engine) applyAttention(tx *Tx) {
	m := e.m
	for i := range tx.PutAttention {
		e.refreshItem(m.attention[tx.PutAttention[i].ID])
		m.attention[tx.PutAttention[i].ID] = tx.PutAttention[i]
		e.refreshItem(tx.PutAttention[i])
	}
	for _, k := range tx.DelAttention {
		e.refreshItem(m.attention[k])
		delete(m.attention, k)
	}
	if len(tx.PutAttention)+len(tx.DelAttention) > 0 {
		m.countNeedy()
	}
}

// applyBase is about the rows; stage is what was downloaded before the transaction.
func (e *Engine) applyBase(tx *Tx, stage *Manifest) {
	m := e.m
	if tx.Stage != nil {
		m.stage(m.meta.Stage, tx.Stage)
	}
	if tx.Swap {
		if m.swap(stage); !stage.local() {
			e.refresh.all = true
		}
		if m.broken || m.digest() != stage.Digest {
			e.distrust()
		}
	}
	m.AddRows(tx.Rows)
	for i := range tx.Rows {
		if tx.Rows[i].Kind == KindNumber {
			e.refresh.add(id.Number(tx.Rows[i].ID))
		} else {
			e.refresh.all = true
		}
	}
}

// refreshReached tells of the entries that lie over base now and did not before, or the other way round, and of every
// number when its version counts in another history.
func (e *Engine) refreshReached(before CursorParts) {
	if before.Epoch != e.m.base.Epoch {
		e.refresh.all = true
		return
	}
	for _, en := range e.m.log {
		if overlays(&en.Entry, before) != overlays(&en.Entry, e.m.base) {
			e.refresh.entry(&en.Entry)
		}
	}
}

func (e *Engine) refreshItem(a Attention) {
	for k := range concerns(&a) {
		e.refresh.add(k)
	}
}

// countMids is how many mids the store gives in a transaction.
func countMids(tx *Tx, log int) int {
	if tx.Renumber {
		return len(tx.Append) + log
	}
	return len(tx.Append)
}
