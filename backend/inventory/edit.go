package inventory

import (
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Edit applies a mutation that comes without a device; m.Mid is ignored. It is idempotent by uid, and leaves no attention
// item: the person sees the outcome.
func (c *Core) Edit(s Store, a Actor, m *replica.Mutation) (*replica.Outcome, []Act, error) {
	if !validUid(m.Uid) {
		return nil, nil, errs.BadField("uid", "error.invalid")
	}
	r, err := s.ReceiptOf(m.Uid)
	if err != nil {
		return nil, nil, err
	}
	if r != nil {
		return &r.Outcome, nil, nil
	}
	w, err := c.begin(s, a)
	if err != nil {
		return nil, nil, err
	}
	w.head.OnlineMid++
	edit := *m
	edit.Mid, edit.V = w.head.OnlineMid, replica.Schema
	o, err := w.judge(&edit)
	if err != nil {
		return nil, nil, err
	}
	if err := w.receipt(Online, &o, true, 0); err != nil {
		return nil, nil, err
	}
	return &o, w.acts, w.end()
}

// Put adds to the history that a unit, program or call purpose was made, changed or deleted. It returns the change's seq,
// which it also put into the history's image as Ver (but of a purpose, which belongs to no organization); the caller
// writes the row with it.
func (c *Core) Put(s Store, a Actor, ch replica.Change) (int64, error) {
	w, err := c.begin(s, a)
	if err != nil {
		return 0, err
	}
	seq := w.head.Seq + 1
	switch {
	case ch.Unit != nil:
		u := *ch.Unit
		u.Ver = seq
		ch.Unit = &u
	case ch.Program != nil:
		p := *ch.Program
		p.Ver = seq
		ch.Program = &p
	case ch.Purpose != nil:
		p := *ch.Purpose
		p.Ver = 0
		ch.Purpose = &p
	}
	if err := w.history(ch); err != nil {
		return 0, err
	}
	return seq, w.end()
}

// check judges the digits of a number.
func (c *Core) check(e number.E164) number.Reason {
	if c.Check != nil {
		return c.Check(e)
	}
	return number.Check(e)
}
