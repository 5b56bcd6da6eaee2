package replica

import (
	"encoding/json"

	"countersign/shared/number"
)

// Limits of the log. Edits are refused at them; nothing is ever dropped to make room.
const (
	MaxLog      = 20_000
	MaxLogBytes = 20 << 20
)

const pushEnvelope = 1 << 10 // bytes of a push besides its mutations

func sizeOf(m *Mutation) int {
	b, err := json.Marshal(m)
	if err != nil { // a Mutation has nothing that can't be written
		return MaxPushBytes
	}
	return len(b)
}

// edit takes the person's edit in. Saved tells when it is safe.
func (e *Engine) edit(in *NewEdit) {
	e.add(Mutation{Uid: in.Uid, Op: in.Op, Rows: in.Rows, Set: in.Set, Group: in.Group, At: in.At})
}

func (e *Engine) add(mu Mutation) {
	if why := e.refusal(&mu); why != "" {
		e.emit(Effect{Saved: &Saved{Uid: mu.Uid, Why: why}})
		return
	}
	if e.m.byUid[mu.Uid] != nil {
		e.emit(Effect{Saved: &Saved{Uid: mu.Uid}})
		return
	}
	if e.coming[mu.Uid] != 0 {
		return // its Saved is still to come
	}
	mu.Mid, mu.V = 0, Schema
	mu.Rows = e.seen(&mu)
	size := sizeOf(&mu)
	switch {
	case size > MaxPushBytes-pushEnvelope:
		e.emit(Effect{Saved: &Saved{Uid: mu.Uid, Why: WhyTooLarge}})
	case len(e.m.log)+len(e.coming) >= MaxLog || e.m.bytes+e.comingBytes+size > MaxLogBytes:
		e.emit(Effect{Saved: &Saved{Uid: mu.Uid, Why: WhyLogFull}})
	default:
		e.edits = append(e.edits, Entry{Mutation: mu})
		e.coming[mu.Uid] = size
		e.comingBytes += size
	}
}

func (e *Engine) refusal(mu *Mutation) string {
	switch {
	case e.wiped || e.wiping != notWiping:
		return WhyWiped
	case !e.loaded:
		return WhyNotReady
	case len(mu.Rows) == 0 || len(mu.Rows) > MaxRows:
		return WhyInvalid
	}
	switch mu.Op {
	case Create, Set, Remove, Restore:
		return ""
	}
	return WhyInvalid
}

// seen completes the rows with what the view shows, where the caller doesn't say what the person saw.
func (e *Engine) seen(mu *Mutation) []Edit {
	rows := append([]Edit(nil), mu.Rows...)
	if mu.Op == Remove && mu.WasEpoch == "" {
		mu.WasEpoch = e.m.base.Epoch
	}
	for i := range rows {
		if rows[i].Was != nil || mu.Op != Set && mu.Op != Remove {
			continue
		}
		n, live := e.fold(rows[i].ID, nil)
		if !live {
			continue
		}
		if mu.Op == Set {
			rows[i].Was = mu.SetOf(i).Of(&n)
			continue
		}
		// A removal remembers the whole row, so that taking it back can show it again.
		rows[i].Was = &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}
		if rows[i].WasVer == 0 {
			rows[i].WasVer = n.Ver
		}
	}
	return rows
}

// fuller reports whether the log is used to that percentage.
func (e *Engine) fuller(percent int) bool {
	return len(e.m.log)*100 >= MaxLog*percent || e.m.bytes*100 >= MaxLogBytes*percent
}

// storeEdits sends what was edited to the store, one transaction at a time so that the order of edits stays theirs even
// when one has to be tried again.
func (e *Engine) storeEdits() {
	if e.editTx != 0 || len(e.edits) == 0 {
		return
	}
	list := e.edits
	e.edits = nil
	tx := Tx{If: Guard{Generation: e.m.meta.Generation}, Strict: true, Append: list}
	if Without("strict") { // an edit told as saved is lost when the power goes
		tx.Strict = false
	}
	e.commit(&pending{kind: txEdit, tx: tx})
}

// came tells what became of edits on their way into the store.
func (e *Engine) came(list []Entry, why string) {
	for i := range list {
		u := list[i].Uid
		e.comingBytes -= e.coming[u]
		delete(e.coming, u)
		e.emit(Effect{Saved: &Saved{Uid: u, Why: why}})
	}
}

// undo makes the inverse of an edit that the log holds. What it takes back must still be what the edit set, so that it
// can't clobber a later edit.
func (e *Engine) undo(in *NewUndo) {
	mu := Mutation{Uid: in.Uid, At: in.At}
	why := ""
	switch en := e.m.byUid[in.Of]; {
	case e.wiped || e.wiping != notWiping:
		why = WhyWiped
	case !e.loaded:
		why = WhyNotReady
	case e.m.byUid[in.Uid] != nil: // told once more
	case en == nil:
		why = WhyGone
	default:
		if e.invert(&mu, en); len(mu.Rows) > 0 {
			e.add(mu)
			return
		}
		why = WhyNothing
	}
	e.emit(Effect{Saved: &Saved{Uid: in.Uid, Why: why}})
}

func (e *Engine) invert(mu *Mutation, en *entry) {
	mu.Op = map[Op]Op{Set: Set, Create: Remove, Remove: Restore, Restore: Remove}[en.Op]
	if mu.Op == Remove {
		mu.WasEpoch = en.Epoch
		if en.Outcome == nil || en.Epoch == "" {
			mu.WasEpoch = e.m.base.Epoch
		}
	}
	for i := range en.Rows {
		set, ok := effective(&en.Entry, i)
		if !ok {
			continue
		}
		row := Edit{ID: en.Rows[i].ID}
		switch mu.Op {
		case Set:
			back := number.Fields{}
			if was := en.Rows[i].Was; was != nil {
				back = *was.Without(was.Without(set)) // of what it saw, the fields that it set
			}
			if back.Empty() {
				continue
			}
			row.Set, row.Was = &back, set.Without(set.Without(&back))
			if Without("undo_was") { // claims to have seen whatever stands there now, and so overwrites a later edit
				if n, live := e.fold(row.ID, nil); live {
					row.Was = back.Of(&n)
				}
			}
		case Remove:
			row.WasVer = en.Rows[i].WasVer
			if en.Outcome != nil {
				row.WasVer = max(row.WasVer, en.Outcome.Seq)
			}
			if n, live := e.fold(row.ID, nil); live {
				row.Was = &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}
			}
		case Restore:
			row.Was, row.WasVer = en.Rows[i].Was, en.Rows[i].WasVer
			if en.Outcome != nil {
				row.WasVer = max(row.WasVer, en.Outcome.Seq)
			}
		}
		mu.Rows = append(mu.Rows, row)
	}
}
