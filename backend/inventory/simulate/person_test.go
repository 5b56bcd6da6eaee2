package simulate

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// somebodyEdits lets a person change something that they see in a tab, maybe some time after they saw it.
func (w *world) somebodyEdits() {
	t := w.somewhere()
	if t == nil {
		return
	}
	ed := w.compose(t)
	if ed == nil {
		return
	}
	submit := func() {
		if t.dead || t.frozen {
			return
		}
		ed.At = w.now + t.d.clock
		w.truth.meant(t.d, &intent{edit: ed}, ed.Uid)
		w.note("%s: the person wants %s", t, text(ed))
		w.count.edits++
		t.step(replica.Event{Edit: ed})
		if w.chance(0.03) && !t.dead { // before it is stored
			w.undoes(t, ed.Uid)
		}
	}
	if w.chance(0.2) {
		w.after(w.between(0, minute), submit)
	} else {
		submit()
	}
}

// burst is a person, or a script, who edits more at once than one push holds.
func (w *world) burst() {
	t := w.somewhere()
	if t == nil {
		return
	}
	w.count.bursts++
	for range w.between(replica.MaxPush, 3*replica.MaxPush) {
		if ed := w.compose(t); ed != nil && !t.dead {
			w.truth.meant(t.d, &intent{edit: ed}, ed.Uid)
			t.step(replica.Event{Edit: ed})
		}
	}
}

// meant notes that a person wants something on a device.
func (t *truth) meant(d *device, in *intent, u replica.Uid) {
	in.d = d
	t.uids[u] = in
	t.order = append(t.order, in)
}

// compose draws an edit of what the tab shows.
func (w *world) compose(t *tab) *replica.NewEdit {
	var seen []replica.View
	t.e.Each(func(v replica.View) bool { seen = append(seen, v); return true })
	ed := &replica.NewEdit{Uid: replica.Uid(w.uid())}
	kind := w.rng.IntN(100)
	if len(seen) == 0 {
		kind = 0
	}
	switch {
	case kind < 22:
		ed.Op = replica.Create
		ed.Rows = []replica.Edit{{ID: w.newNumberID(t)}}
		ed.Set = w.newFields(t)
		for w.chance(0.15) {
			ed.Rows = append(ed.Rows, replica.Edit{ID: id.Number(w.name('b')), Set: w.newFields(t)})
		}
		return ed
	case kind < 70:
		ed.Op, ed.Set = replica.Set, w.someFields(t)
	case kind < 88:
		ed.Op = replica.Remove
	default:
		ed.Op = replica.Restore
		n := w.removedOnce(t)
		if n == "" {
			return nil
		}
		ed.Rows = []replica.Edit{{ID: n}}
		return ed
	}

	some := 1
	if w.chance(0.2) {
		some = w.rng.IntN(min(len(seen), replica.MaxRows)) + 1
	}
	w.rng.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
	for i := range seen[:some] {
		n := &seen[i].Number
		row := replica.Edit{ID: n.ID}
		if ed.Op == replica.Set {
			if some > 1 && w.chance(0.2) {
				row.Set = w.someFields(t)
				row.Was = row.Set.Of(n)
			} else {
				row.Was = ed.Set.Of(n)
			}
		} else {
			row.WasVer, ed.WasEpoch = n.Ver, seen[i].Epoch
			row.Was = &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}
		}
		ed.Rows = append(ed.Rows, row)
	}
	if some > 1 {
		ed.Group = w.uid()
	}
	return ed
}

// newNumberID is a fresh one, seldom one that exists.
func (w *world) newNumberID(t *tab) id.Number {
	if w.chance(0.02) {
		if n := w.removedOnce(t); n != "" {
			return n
		}
	}
	return id.Number(w.name('b'))
}

// removedOnce is some number that was there, by what the history of the organization has.
func (w *world) removedOnce(t *tab) id.Number {
	l := w.truth.now[t.d.login.org]
	for range 8 {
		if len(l.past) == 0 {
			return ""
		}
		if ch := pick(w, l.past).change; ch.Kind == replica.KindNumber && (ch.Del || w.chance(0.1)) {
			return id.Number(ch.ID)
		}
	}
	return ""
}

var digits = []number.E164{"+33184882010", "+33184882011", "+33184882012", "+33184882013", "+33184882014", "+33184882015",
	"+33184882016", "+33184882017", "+33184882018", "+33184882019", "+33184882020", "+3318488"}

// buggy is the number on which the core panics in some worlds. Only devices add it.
const buggy number.E164 = "+33184882020"

func (w *world) newFields(t *tab) *number.Fields {
	f := w.someFields(t)
	f.E164 = pick(w, digits)
	if f.CallPurpose == nil && w.chance(0.95) {
		f.CallPurpose = &purposes[0].Key
	}
	return f
}

var names = []string{"", "Reception", "Front desk", "Accueil", "Line 4"}

// someFields draws what to set: one or more fields.
func (w *world) someFields(t *tab) *number.Fields {
	f := &number.Fields{}
	for f.Empty() {
		if w.chance(0.4) {
			f.CallPurpose = new(pick(w, purposes).Key)
		}
		if w.chance(0.5) {
			f.DisplayName = new(pick(w, names))
		}
		if w.chance(0.4) {
			f.Place = new(w.somePlace(t))
		}
	}
	return f
}

// somePlace is one that the tab shows, or none, seldom one that can't be.
func (w *world) somePlace(t *tab) number.Place {
	units, programs := t.e.Units(), t.e.Programs()
	switch n := w.rng.IntN(10); {
	case n < 5 && len(programs) > 0:
		p := pick(w, programs)
		return number.Place{BusinessUnit: p.BusinessUnit, Program: p.ID}
	case n < 8 && len(units) > 0:
		return number.Place{BusinessUnit: pick(w, units).ID}
	case n == 9 && len(units) > 0 && len(programs) > 0:
		return number.Place{BusinessUnit: pick(w, units).ID, Program: pick(w, programs).ID}
	}
	return number.Place{}
}

// somebodyUndoes lets a person take back an edit that the device still knows of.
func (w *world) somebodyUndoes() {
	t := w.somewhere()
	if t == nil {
		return
	}
	log := t.e.Log()
	if len(log) == 0 {
		return
	}
	w.undoes(t, pick(w, log[max(0, len(log)-6):]).Uid)
}

func (w *world) undoes(t *tab, of replica.Uid) {
	u := &replica.NewUndo{Of: of, Uid: replica.Uid(w.uid()), At: w.now + t.d.clock}
	w.truth.meant(t.d, &intent{undo: u}, u.Uid)
	w.note("%s: the person undoes %s by %s", t, u.Of, u.Uid)
	t.step(replica.Event{Undo: u})
}
