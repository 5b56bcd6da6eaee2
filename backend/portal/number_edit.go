package portal

import (
	"fmt"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/replica"
)

// Edits of numbers, units and programs that are made online. They go the way of those that devices bring up: what is
// decided about a mutation is decided by package inventory, and every change is a step of the organization's history.

// EditNumbers applies mutations one after the other, each by the rights of this moment. What is refused is an outcome, not
// an error: the others apply.
func (s *Service) EditNumbers(tx *Tx, in *api.EditNumbersIn) (api.Edited, error) {
	rows := 0
	for i := range in.Body.Mutations {
		m := &in.Body.Mutations[i]
		if rows += len(m.Rows); rows > api.MaxEditRows {
			return api.Edited{}, errs.BadField("mutations", "number.error.rows", "max", api.MaxEditRows)
		}
		for j := range m.Rows {
			if !id.Valid(m.Rows[j].ID) {
				return api.Edited{}, errs.BadField(fmt.Sprintf("mutations[%d].rows[%d].id", i, j), "error.invalid")
			}
		}
	}
	rows = 0
	inv, out := tx.inventory(), api.Edited{Outcomes: make([]replica.Outcome, 0, len(in.Body.Mutations))}
	var done []inventory.Act
	for i := range in.Body.Mutations {
		e := &in.Body.Mutations[i]
		m := &replica.Mutation{Uid: e.Uid, Op: e.Op, Rows: e.Rows, Set: e.Set, WasEpoch: e.WasEpoch, Group: e.Group}
		if err := tx.afford(m.Weight()); err != nil {
			return api.Edited{}, err
		}
		o, acts, err := tx.editOnce(inv, m)
		if err != nil {
			return api.Edited{}, err
		}
		// Of an edit that comes again, the outcome may tell of more rows than came this time.
		if rows += o.Applied + o.Rejected; rows > api.MaxEditRows {
			return api.Edited{}, errs.BadField("mutations", "number.error.rows", "max", api.MaxEditRows)
		}
		out.Outcomes, done = append(out.Outcomes, o), append(done, acts...)
	}
	h, err := inv.Head()
	if err != nil {
		return api.Edited{}, err
	}
	out.Epoch, out.Head = h.Epoch, h.Seq
	failpoint.Hit("number.edit")
	if err := tx.refuseSome(api.EditNumbers.Spec, out.Outcomes); err != nil {
		return api.Edited{}, err
	}
	return out, tx.recordActs(tx.Org, done)
}

// editOnce does an edit, or gives the outcome that the caller's same edit has already, online or from a device of theirs.
func (tx *Tx) editOnce(inv inventory.Store, m *replica.Mutation) (replica.Outcome, []inventory.Act, error) {
	a, uid := tx.editorOfNumbers(), m.Uid
	r, err := inv.ReceiptOf(uid)
	if err != nil {
		return replica.Outcome{}, nil, err
	}
	if r != nil && r.Client != inventory.Online {
		d, err := inv.Device(r.Client)
		if err != nil {
			return replica.Outcome{}, nil, err
		}
		if d != nil && d.Login == a.Login {
			return r.Outcome, nil, nil
		}
	}
	m.Uid = onlineKey(a.Login, uid)
	o, acts, err := tx.svc.core.Edit(inv, a, m)
	if err != nil {
		return replica.Outcome{}, nil, err
	}
	out := *o
	out.Uid = uid
	return out, acts, nil
}

// editorOfNumbers is the caller as package inventory knows whoever changes something.
func (tx *Tx) editorOfNumbers() inventory.Actor {
	a := inventory.Actor{Name: tx.Actor.Name, Rights: tx.Rights}
	if tx.SignIn != nil {
		a.Login = tx.SignIn.Login
	}
	return a
}

// putStep adds a step to the history of the path's organization, and gives its number.
func (tx *Tx) putStep(ch replica.Change) (int64, error) {
	return tx.svc.core.Put(tx.inventory(), tx.editorOfNumbers(), ch)
}

// recordStep records what was done to a unit or program, and tells the organization's devices.
func (tx *Tx) recordStep(kind audit.Kind, object string, detail map[string]string) error {
	poke, err := tx.numbersPoke(tx.Org)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(tx.Org), kind: kind, object: object, detail: detail, pokes: []store.Poke{poke}})
}

// changedSince is the answer to an edit of what is no longer as it was shown.
func changedSince() error { return errs.InState("changed", "number.error.changed") }
