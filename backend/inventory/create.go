package inventory

import (
	"countersign/shared/number"
	"countersign/shared/replica"
)

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
