package inventory

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Add makes new numbers, sorted by E164; uid names the intent of each. It writes the same as a mutation for each of them
// would, but for receipts: repeating it is up to the caller. The right to create is judged; that to import is not. A number
// without an ID gets one.
func (c *Core) Add(s Store, a Actor, list []number.Number, uid func(i int) replica.Uid) ([]Result, error) {
	w, err := c.begin(s, a)
	if err != nil {
		return nil, err
	}
	m := &replica.Mutation{Op: replica.Create, Rows: make([]replica.Edit, 1)}
	out := make([]Result, len(list))
	for i := range list {
		n := list[i]
		if n.ID == "" {
			n.ID = id.Number(c.NewID())
		}
		m.Rows[0].ID, w.uid = n.ID, uid(i)
		out[i].ID = n.ID
		if err := w.batched(&out[i], m, func() ([]replica.Fault, error) { return w.create(m, 0, &n) }); err != nil {
			return nil, err
		}
		if f := out[i].Fault; f != nil {
			f.E164 = n.E164
		}
	}
	return out, w.end()
}

// Delete removes numbers, sorted, as far as level says, whatever has become of them; else it is like Add. Taking numbers
// out of units and programs needs the right to update.
func (c *Core) Delete(s Store, a Actor, level Level, list []number.E164, uid func(i int) replica.Uid) ([]Result, error) {
	w, err := c.begin(s, a)
	if err != nil {
		return nil, err
	}
	m := &replica.Mutation{Op: replica.Set, Rows: make([]replica.Edit, 1)}
	if level == FromBusiness {
		m.Op = replica.Remove
	}
	out := make([]Result, len(list))
	for i, e := range list {
		w.uid = uid(i)
		err := w.batched(&out[i], m, func() ([]replica.Fault, error) {
			r, err := s.Live(e)
			if err != nil {
				return nil, err
			}
			if r == nil {
				return []replica.Fault{{E164: e, Reason: number.NotFound, What: "number"}}, nil
			}
			out[i].ID, m.Rows[0].ID = r.ID, r.ID
			return w.takeOut(m, r, level)
		})
		if err != nil {
			return nil, err
		}
		if f := out[i].Fault; f != nil {
			f.E164 = e
		}
	}
	return out, w.end()
}

// batched does one row of a batch and notes what became of it.
func (w *work) batched(res *Result, m *replica.Mutation, do func() ([]replica.Fault, error)) error {
	if w.a.Lost || !w.a.Rights.Has(rightTo(m.Op)) {
		res.Fault = &replica.Fault{ID: res.ID, Reason: number.Forbidden}
		return nil
	}
	from := w.head.Seq
	faults, err := do()
	if err == nil {
		err = w.err
	}
	if err != nil {
		return err
	}
	if w.head.Seq > from {
		res.Seq = w.head.Seq
	}
	if len(faults) > 0 {
		res.Fault = &faults[0]
	}
	return nil
}

// takeOut takes a live number out of its program, its unit or the business.
func (w *work) takeOut(m *replica.Mutation, r *Record, level Level) ([]replica.Fault, error) {
	if level == FromBusiness {
		return w.bury(m, 0, r)
	}
	to := r.Number
	to.Place = number.Place{}
	if level == FromProgram {
		to.BusinessUnit = r.BusinessUnit
	}
	if to.Place == r.Place {
		return nil, nil
	}
	if r.Status.Held() {
		f := fault(m, 0, r, number.Conflict)
		f.Status = r.Status
		return []replica.Fault{f}, nil
	}
	return nil, w.change(r, to)
}
