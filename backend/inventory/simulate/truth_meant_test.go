package simulate

import (
	"countersign/shared/id"
	"countersign/shared/replica"
)

// asMeant judges the mutation that an engine made of an edit (the rows and values are the person's) or of an undo. I22:
// an undo starts from what the undone edit set, so that it can't overwrite a later one, and sets what was there.
func (t *truth) asMeant(in *intent) {
	m := &in.m
	if in.edit != nil {
		if m.Op != in.edit.Op || len(m.Rows) != len(in.edit.Rows) || text(m.Rows) != text(in.edit.Rows) && t.w.deep {
			fail("I1", "%s is stored as %s", text(in.edit), text(m))
		}
		return
	}
	of := t.uids[in.undo.Of]
	if of == nil {
		fail("I22", "an undo of nothing: %s", text(m))
	}
	inverse := map[replica.Op]replica.Op{replica.Set: replica.Set, replica.Create: replica.Remove, replica.Remove: replica.Restore,
		replica.Restore: replica.Remove}
	if m.Op != inverse[of.m.Op] {
		fail("I22", "the undo of %s is %s", of.m.Op, m.Op)
	}
	t.w.count.undos++
	if m.Op != replica.Set {
		return
	}
	set := map[id.Number]int{}
	for i := range of.m.Rows {
		set[of.m.Rows[i].ID] = i + 1
	}
	for i := range m.Rows {
		j := set[m.Rows[i].ID] - 1
		if j < 0 {
			fail("I22", "the undo of %s changes %s too", in.undo.Of, m.Rows[i].ID)
		}
		did, does := of.m.SetOf(j), m.SetOf(i)
		was := m.Rows[i].Was
		if was == nil || text(did.Without(does)) != text(did.Without(was)) ||
			text(did.Without(did.Without(was))) != text(was) || text(does) != text(of.m.Rows[j].Was.Without(of.m.Rows[j].Was.Without(does))) {
			fail("I22", "the undo %s of %s does not start from what it set", text(m), text(of.m))
		}
	}
}
