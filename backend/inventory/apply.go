package inventory

import (
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// rightTo is what an operation takes.
func rightTo(op replica.Op) perm.Right {
	switch op {
	case replica.Create:
		return perm.NumbersCreate
	case replica.Set:
		return perm.NumbersUpdate
	default:
		return perm.NumbersDelete
	}
}

// judge does what of a mutation can be done, row by row, and tells what became of it.
func (w *work) judge(m *replica.Mutation) (replica.Outcome, error) {
	o := replica.Outcome{Mid: m.Mid, Uid: m.Uid, St: replica.Rejected}
	w.uid = m.Uid
	switch {
	case !readable(m):
		o.Technical, o.Rejected, o.Seq = TooOld, len(m.Rows), w.head.Seq
		return o, nil
	// Safeguard "rights_at_apply": without it what a person could do when they edited is done whatever they may do now.
	case (w.a.Lost || !w.a.Rights.Has(rightTo(m.Op))) && !replica.Without("rights_at_apply"):
		for i := range m.Rows {
			o.Faults = append(o.Faults, fault(m, i, nil, number.Forbidden))
		}
		o.Rejected, o.Seq = len(m.Rows), w.head.Seq
		return o, nil
	}

	before := w.head.Seq
	for i := range m.Rows {
		from := w.head.Seq
		faults, err := w.row(m, i)
		if err == nil {
			err = w.err
		}
		if err != nil {
			return o, err
		}
		if w.head.Seq > from {
			o.Applied++
		} else if len(faults) > 0 {
			o.Rejected++
		}
		o.Faults = append(o.Faults, faults...)
	}
	o.Seq = w.head.Seq
	switch {
	case o.Applied > 0 && len(o.Faults) > 0:
		o.St = replica.Merged
	case o.Applied > 0:
		o.St = replica.Applied
	case len(o.Faults) == 0:
		o.St = replica.Noop
	}
	// Safeguard "gapless": without it a number of the history is drawn before it is known whether anything changes, and is
	// lost with a mutation that is rejected.
	if o.St == replica.Rejected && replica.Without("gapless") {
		w.head.Seq++
	}
	if w.head.Seq > before && o.Applied > 0 {
		w.tell(m, &o)
	}
	return o, nil
}

// row does a mutation's part for one row.
func (w *work) row(m *replica.Mutation, i int) ([]replica.Fault, error) {
	e := &m.Rows[i]
	if m.Op == replica.Create {
		n := m.SetOf(i).Over(number.Number{ID: e.ID})
		return w.create(m, i, &n)
	}
	r, err := w.s.Number(e.ID)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return []replica.Fault{missing(m, i, nil)}, nil
	}
	switch m.Op {
	case replica.Set:
		return w.set(m, i, r)
	case replica.Remove:
		return w.remove(m, i, r)
	default:
		return w.restore(m, i, r)
	}
}
