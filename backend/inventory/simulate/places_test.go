package simulate

import (
	"time"

	"countersign/backend/inventory/memory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// placesChange makes, changes or deletes a unit or a program, or changes a call purpose.
func (w *world) placesChange() {
	o := pick(w, w.orgs)
	w.count.places++
	switch w.rng.IntN(5) {
	case 0, 1:
		w.server.newPlace(o)
	case 2:
		w.changePurpose()
	case 3:
		if rows := w.truth.now[o].live.of(replica.KindUnit); len(rows) > 0 {
			u := *pick(w, rows).Unit
			u.Name += "+"
			w.server.put(o, replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Unit: &u})
		}
	case 4:
		if rows := w.truth.now[o].live.of(replica.KindProgram); len(rows) > 0 {
			p := *pick(w, rows).Program
			ch := replica.Change{Kind: replica.KindProgram, ID: string(p.ID), Program: &p}
			if ch.Del = w.chance(0.5) && !w.truth.now[o].inUse(p.ID); ch.Del {
				ch.Program = nil
			} else {
				p.Ends = w.time().Truncate(time.Second)
			}
			w.server.put(o, ch)
		}
	}
}

func (l *line) inUse(p id.Program) bool {
	for _, ch := range l.live.of(replica.KindNumber) {
		if ch.Number.Program == p {
			return true
		}
	}
	return false
}

// newPlace makes a unit, and maybe a program in it.
func (s *server) newPlace(o *org) {
	w := s.w
	u := number.Unit{ID: id.BusinessUnit(w.name('c')), Name: "Unit"}
	s.put(o, replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Unit: &u})
	for range w.between(0, 2) {
		p := number.Program{ID: id.Program(w.name('d')), BusinessUnit: u.ID, DisplayName: "Program", CallPurpose: "survey"}
		s.put(o, replica.Change{Kind: replica.KindProgram, ID: string(p.ID), Program: &p})
	}
}

// put changes a unit or a program as those who administer them do.
func (s *server) put(o *org, ch replica.Change) {
	w := s.w
	s.must(s.db.Update(o.id, func(tx *memory.Tx) error {
		seq, err := s.core.Put(tx, w.colleague(), ch)
		if err != nil {
			return err
		}
		switch {
		case ch.Unit != nil:
			u := *ch.Unit
			u.Ver = seq
			return tx.PutUnit(&u)
		case ch.Program != nil:
			p := *ch.Program
			p.Ver = seq
			return tx.PutProgram(&p)
		case ch.Kind == replica.KindProgram:
			return tx.DropProgram(id.Program(ch.ID))
		}
		return nil
	}))
	w.truth.follow(o, map[replica.Uid]bool{"": true})
	s.moved(o)
}

// changePurpose retires a call purpose, or takes it back: in every organization's history.
func (w *world) changePurpose() {
	p := *w.truth.now[w.orgs[0]].live.purpose("survey")
	p.Retired = !p.Retired
	for _, o := range w.orgs {
		w.server.must(w.server.db.Update(o.id, func(tx *memory.Tx) error {
			if _, err := w.server.core.Put(tx, w.colleague(), replica.Change{Kind: replica.KindPurpose, ID: p.Key, Purpose: &p}); err != nil {
				return err
			}
			return tx.PutPurpose(&p)
		}))
	}
	for _, o := range w.orgs {
		w.truth.follow(o, map[replica.Uid]bool{"": true})
		w.server.moved(o)
	}
}
