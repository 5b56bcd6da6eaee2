package inventory

import (
	"time"

	"countersign/shared/number"
	"countersign/shared/replica"
)

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
	if r.By == w.a.Login && r.By != "" { // the command line and programs have no login: another one's change is no change of theirs
		ver = r.OtherVer
	}
	// Safeguard "compare_and_set": without it a number is removed whatever somebody else made of it meanwhile.
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
