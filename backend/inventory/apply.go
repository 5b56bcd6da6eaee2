package inventory

import (
	"time"

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

// set changes fields of a number.
func (w *work) set(m *replica.Mutation, i int, r *Record) ([]replica.Fault, error) {
	if r.Status == number.Removed {
		return []replica.Fault{missing(m, i, r)}, nil
	}
	set, was := m.SetOf(i), m.Rows[i].Was
	// Safeguard "compare_and_set": without it the last writer wins over what they never saw.
	if replica.Without("compare_and_set") {
		was = set.Of(&r.Number)
	}
	merged, refused := number.Merge(&r.Number, was, set, w)
	var faults []replica.Fault
	for _, f := range refused {
		ft, err := w.refusal(m, i, r, &f)
		if err != nil {
			return nil, err
		}
		faults = append(faults, ft)
	}
	if merged == r.Number {
		return faults, nil
	}
	return faults, w.change(r, merged)
}

// change gives a live number the fields of to.
func (w *work) change(r *Record, to number.Number) error {
	rec := w.next(r)
	if to.CallPurpose != r.CallPurpose {
		rec.CallPurpose, rec.PurposeVer = to.CallPurpose, rec.Ver
	}
	if to.DisplayName != r.DisplayName {
		rec.DisplayName, rec.NameVer = to.DisplayName, rec.Ver
	}
	if to.Place != r.Place {
		rec.Place, rec.PlaceVer = to.Place, rec.Ver
	}
	return w.save(r, rec)
}

// remove makes a tombstone of a number unless somebody else changed it after the person saw it.
func (w *work) remove(m *replica.Mutation, i int, r *Record) ([]replica.Fault, error) {
	if r.Status == number.Removed {
		return nil, nil
	}
	ver := r.Ver
	if r.By == w.a.Login {
		ver = r.OtherVer
	}
	if (ver > m.Rows[i].WasVer || m.WasEpoch != w.head.Epoch) && !replica.Without("compare_and_set") {
		f := fault(m, i, r, number.Conflict)
		err := w.blame(&f, ver)
		return []replica.Fault{f}, err
	}
	return w.bury(m, i, r)
}

// bury makes a tombstone, if the status allows.
func (w *work) bury(m *replica.Mutation, i int, r *Record) ([]replica.Fault, error) {
	if !r.Status.Can(number.Removed) {
		f := fault(m, i, r, number.Conflict)
		f.Status = r.Status
		return []replica.Fault{f}, nil
	}
	rec := w.next(r)
	rec.Status, rec.RemovedAt = number.Removed, w.now
	return nil, w.save(r, rec)
}

// restore brings a tombstone back, where it stood as far as that still exists.
func (w *work) restore(m *replica.Mutation, i int, r *Record) ([]replica.Fault, error) {
	if r.Status != number.Removed {
		return nil, nil
	}
	days := w.c.RestoreDays
	if days == 0 {
		days = number.RestorableDays
	}
	if !w.now.Before(r.RemovedAt.AddDate(0, 0, days)) {
		return []replica.Fault{missing(m, i, r)}, nil
	}
	f, err := w.taken(m, i, r.E164, number.Place{})
	if err != nil || f != nil {
		return f, err
	}

	rec := w.next(r)
	rec.Status, rec.RemovedAt = fresh, time.Time{}
	if at := number.Remaining(&r.Number, w); at != r.Place {
		rec.Place, rec.PlaceVer = at, rec.Ver
	}
	return nil, w.save(r, rec)
}

// fresh is the status of a number that was made or brought back: it is not reviewed.
const fresh = number.Active

// create makes a number.
func (w *work) create(m *replica.Mutation, i int, n *number.Number) ([]replica.Fault, error) {
	if r := w.c.check(n.E164); r != "" {
		return []replica.Fault{fault(m, i, nil, r)}, nil
	}
	if f := number.Admit(n, w); f != nil {
		ft := fault(m, i, nil, f.Reason)
		ft.What = f.What
		return []replica.Fault{ft}, nil
	}

	n.Status, n.Ver = fresh, w.head.Seq+1
	rec := &Record{Number: *n, By: w.a.Login}
	clash, err := w.s.AddNumber(rec)
	if err != nil {
		return nil, err
	}
	if !clash {
		return nil, w.saved(nil, rec)
	}
	f, err := w.taken(m, i, n.E164, n.Place)
	if err != nil || f != nil {
		return f, err
	}
	// The number is free, so its id is what exists: made by another intent.
	r, err := w.s.Number(n.ID)
	if err != nil {
		return nil, err
	}
	ft := fault(m, i, nil, number.Conflict)
	if r != nil {
		ft.Other = r.ID
		err = w.blame(&ft, r.Ver)
	}
	return []replica.Fault{ft}, err
}

// taken tells who has a number already: nil when it is free. want is where the person wants it.
func (w *work) taken(m *replica.Mutation, i int, e number.E164, want number.Place) ([]replica.Fault, error) {
	// Safeguard "uniqueness": without it nobody asks whether a number is somebody's already.
	if replica.Without("uniqueness") {
		return nil, nil
	}
	org, holder, err := w.s.Holder(e)
	if err != nil || holder == "" {
		return nil, err
	}
	if org != w.s.Org() {
		f := fault(m, i, nil, number.Allocated)
		f.E164 = e
		return []replica.Fault{f}, nil
	}
	r, err := w.s.Number(holder)
	if err != nil || r == nil {
		return nil, err
	}
	f := fault(m, i, nil, number.AlreadyHere)
	f.E164, f.Other = e, holder
	at := r.Place
	f.Place = &at
	if want != (number.Place{}) && want != at {
		f.Reason = number.ExistsElsewhere
	}
	return []replica.Fault{f}, nil
}
