package replica

import (
	"cmp"
	"slices"

	"countersign/shared/number"
)

// undo makes the inverse of an edit that the log holds, of all its pieces. What it takes back must still be what the edit
// set, so that it can't clobber a later edit. While the edit is on its way into the log the undo waits for it.
func (e *Engine) undo(in *NewUndo) {
	if why := e.refusal(in.Uid); why != "" {
		e.tell(in.Uid, why)
		return
	}
	if e.loading || e.coming[in.Of].bytes != 0 || e.undoWaits(in.Of) {
		if !e.undoWaits(in.Uid) {
			e.undos = append(e.undos, *in)
		}
		return
	}
	if e.m.byUid[in.Uid] != nil { // told once more
		e.tell(in.Uid, "")
		return
	}
	if e.m.byUid[in.Of] == nil {
		e.tell(in.Uid, WhyGone)
		return
	}
	var action []Mutation
	for n := 0; e.m.byUid[in.Of.piece(n)] != nil; n++ {
		mu := Mutation{At: in.At}
		if e.invert(&mu, e.m.byUid[in.Of.piece(n)]); len(mu.Rows) > 0 {
			action = append(action, mu)
		}
	}
	if len(action) == 0 {
		e.tell(in.Uid, WhyNothing)
		return
	}
	e.add(in.Uid, action...)
}

func (e *Engine) undoWaits(u Uid) bool {
	return slices.ContainsFunc(e.undos, func(x NewUndo) bool { return x.Uid == u })
}

// undoLate does what waited for its edit to come into the log.
func (e *Engine) undoLate() {
	list := e.undos
	e.undos = nil
	for i := range list {
		e.undo(&list[i])
	}
}

func (e *Engine) invert(mu *Mutation, en *entry) {
	mu.Op = map[Op]Op{Set: Set, Create: Remove, Remove: Restore, Restore: Remove}[en.Op]
	if mu.Op == Restore {
		mu.WasEpoch = en.WasEpoch
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
				if n, live := e.now(row.ID); live {
					row.Was = back.Of(&n)
				}
			}
		case Remove:
			n, live := e.now(row.ID)
			if live {
				row.Was = whole(&n)
			}
			row.WasVer, mu.WasEpoch = e.verAfter(en, i, n.Ver)
		case Restore:
			row.Was, row.WasVer = en.Rows[i].Was, en.Rows[i].WasVer
		}
		mu.Rows = append(mu.Rows, row)
	}
}

// verAfter is the version of the i-th row up to which a removal that takes a create or a restore back may take in what
// others did: up to that shown, and to the edit, so that it can't clobber a later one. The outcome alone says too much: of
// several rows some may have been live already, by somebody else and otherwise than shown.
func (e *Engine) verAfter(en *entry, i int, shown int64) (int64, Epoch) {
	switch {
	case en.Op == Create: // nobody but the person did anything with it before
		return 0, cmp.Or(en.Epoch, e.m.base.Epoch)
	case en.Outcome != nil && Without("undo_shown"): // claims to have seen whatever was there when the edit was judged
		return en.Outcome.Seq, cmp.Or(en.Epoch, e.m.base.Epoch)
	case en.Outcome != nil && en.Epoch == e.m.base.Epoch:
		return min(en.Outcome.Seq, shown), en.Epoch
	}
	return en.Rows[i].WasVer, en.WasEpoch
}
