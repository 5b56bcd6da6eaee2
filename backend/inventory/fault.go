package inventory

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// maxMine is how much text of an edit is told again with what was not applied of it. What rows can hold is less; more is
// in the mutation that waits for the person, once, and not again for each of its rows.
const maxMine = 1 << 10

// fault says that nothing of a row was applied. r is the row, nil where there is none or it is not to be told of.
func fault(m *replica.Mutation, i int, r *Record, why number.Reason) replica.Fault {
	f := replica.Fault{ID: m.Rows[i].ID, Reason: why}
	if set := m.SetOf(i); !set.Empty() && set.Size() <= maxMine {
		f.Mine, f.E164 = set, set.E164
	}
	if r != nil {
		f.E164 = r.E164
	}
	return f
}

// missing says that a number is not there, or no more.
func missing(m *replica.Mutation, i int, r *Record) replica.Fault {
	f := fault(m, i, r, number.NotFound)
	f.What = "number"
	return f
}

// refusal says which fields of an edit were not taken, and for a conflict who had changed them.
func (w *work) refusal(m *replica.Mutation, i int, r *Record, why *number.Refusal) (replica.Fault, error) {
	f := fault(m, i, r, why.Reason)
	f.What, f.Status, f.Mine, f.Now = why.What, why.Status, nil, why.Fields.Of(&r.Number)
	if why.Fields.Size() <= maxMine {
		f.Mine = why.Fields
	}
	if why.Reason != number.Conflict || why.Status != "" {
		return f, nil
	}
	var ver int64
	switch {
	case why.Fields.CallPurpose != nil:
		ver = r.PurposeVer
	case why.Fields.DisplayName != nil:
		ver = r.NameVer
	case why.Fields.Place != nil:
		ver = r.PlaceVer
	}
	return f, w.blame(&f, ver)
}

// blame adds who made a change and when, as far as the history still tells.
func (w *work) blame(f *replica.Fault, ver int64) error {
	if ver <= 0 {
		return nil
	}
	p, err := w.s.Change(ver)
	if p != nil && err == nil {
		f.By, f.At = p.Name, p.At.UnixMilli()
	}
	return err
}

// readable reports whether a mutation is of a form that this server knows, and brings an old form up to the present one.
func readable(m *replica.Mutation) bool {
	if m.V < replica.MinSchema || m.V > replica.Schema || len(m.Rows) == 0 || len(m.Rows) > replica.MaxRows {
		return false
	}
	for v := m.V; v < replica.Schema; v++ {
		upcast[v](m)
	}
	switch m.Op {
	case replica.Create, replica.Set, replica.Remove, replica.Restore:
	default:
		return false
	}
	if len(m.Rows) == 1 {
		return id.Valid(m.Rows[0].ID)
	}
	ids := make(map[id.Number]bool, len(m.Rows))
	for i := range m.Rows {
		n := m.Rows[i].ID
		if ids[n] || !id.Valid(n) {
			return false
		}
		ids[n] = true
	}
	return true
}

// upcast brings a mutation of the schema that it is listed under to the next one.
var upcast = [replica.Schema]func(*replica.Mutation){}
