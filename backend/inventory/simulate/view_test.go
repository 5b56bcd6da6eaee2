package simulate

import (
	"slices"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// judgeView holds what a tab shows against the store, whenever the tab has been told all that was committed. I9: the
// effect of an edit is shown exactly once, from when it is saved until it is superseded or rejected.
func (t *tab) judgeView() {
	w := t.d.w
	t.steps++
	if t.seen != t.st.meta.Tx || t.jobs > 0 || t.loads > 0 || t.unread || t.st.dropped || t.steps%5 != 0 && !w.deep {
		return
	}
	w.count.views++
	l := w.truth.now[t.d.login.org]
	want := map[id.Number]number.Number{}
	ids := []id.Number{}
	for _, n := range t.st.touched() {
		if row, live := w.truth.shown(l, t.st, n); live {
			want[n] = row
			ids = append(ids, n)
		}
	}
	slices.Sort(ids)
	i := 0
	t.e.Each(func(v replica.View) bool {
		if i >= len(ids) || v.ID != ids[i] {
			fail("I9", "%s shows %s, which should not be there or not now (%d of %d)", t, text(v), i, len(ids))
		}
		is, should := v.Number, want[v.ID]
		is.Status, should.Status = "", ""
		if is != should {
			fail("I9", "%s shows %s, not %s", t, text(is), text(should))
		}
		i++
		return true
	})
	if i < len(ids) {
		fail("I9", "%s does not show %s", t, text(want[ids[i]]))
	}
}

// touched are all numbers that base has or the log speaks of.
func (s *database) touched() []id.Number {
	set := map[id.Number]bool{}
	for k := range s.base.rows {
		if k.kind == replica.KindNumber {
			set[id.Number(k.id)] = true
		}
	}
	for i := range s.log {
		for _, r := range s.log[i].Rows {
			set[r.ID] = true
		}
	}
	out := make([]id.Number, 0, len(set))
	for n := range set {
		out = append(out, n)
	}
	return out
}

// shown is a number as the person should see it: base, and on top of it every edit of the log that waits or was applied
// and is not in base, as the server's own history tells.
func (t *truth) shown(l *line, s *database, n id.Number) (row number.Number, live bool) {
	if b := s.base.number(n); b != nil {
		row, live = *b, true
	}
	for i := range s.log {
		e := &s.log[i]
		if e.Outcome != nil && (e.Outcome.St != replica.Applied && e.Outcome.St != replica.Merged || t.includes(l, s, e)) {
			continue
		}
		for j := range e.Rows {
			if e.Rows[j].ID != n {
				continue
			}
			set, ok := took(e, j)
			if !ok {
				continue
			}
			switch {
			case e.Op == replica.Create && !live:
				row, live = set.Over(number.Number{ID: n}), true
			case e.Op == replica.Set && live:
				row = set.Over(row)
			case e.Op == replica.Remove:
				live = false
			case e.Op == replica.Restore && !live && row.ID != "":
				live = true
			case e.Op == replica.Restore && !live && e.Rows[j].Was != nil && e.Rows[j].Was.E164 != "":
				row, live = e.Rows[j].Was.Over(number.Number{ID: n}), true
				if at, _, _ := replica.ReadCursor(s.meta.Cursor); at.Epoch == e.WasEpoch {
					row.Ver = e.Rows[j].WasVer
				}
			}
		}
	}
	return row, live
}

// took is what of a mutation's row was applied or still may be.
func took(e *replica.Entry, j int) (*number.Fields, bool) {
	set := e.SetOf(j)
	if e.Outcome == nil {
		return set, true
	}
	for _, f := range e.Outcome.Faults {
		if f.ID == e.Rows[j].ID {
			if e.Op != replica.Set || f.Mine == nil {
				return nil, false
			}
			set = set.Without(f.Mine)
		}
	}
	return set, true
}

// includes tells whether base has the effect of an entry. Of an outcome that is older than base and came as a surprise
// (after a fork, as a copy) the device does not know that until the next pull has confirmed it.
func (t *truth) includes(l *line, s *database, e *replica.Entry) bool {
	c, _, ok := replica.ReadCursor(s.meta.Cursor)
	if !ok || e.Epoch == "" {
		return false
	}
	chain, on := l.chainAt(c.Seq)
	if v := l.receipts[e.Uid]; on && chain == c.Chain && v != nil && v.outcome.St == e.Outcome.St && v.outcome.Seq == e.Outcome.Seq {
		return v.outcome.Seq <= c.Seq
	}
	return e.Epoch == c.Epoch && e.Outcome.Seq <= c.Seq
}
