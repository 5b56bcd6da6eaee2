package pages

import (
	"slices"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// syncAct is what a person can do about an edit that was not applied.
type syncAct string

const (
	actKeep     syncAct = "keep"     // what stands, stays
	actMine     syncAct = "mine"     // what the person wanted, in place of what stands now
	actEdit     syncAct = "edit"     // something else
	actAgain    syncAct = "again"    // the same once more: nobody disagrees
	actRestore  syncAct = "restore"  // the number comes back, and gets what was wanted
	actRemove   syncAct = "remove"   // all the same
	actStay     syncAct = "stay"     // the number is not removed
	actOpen     syncAct = "open"     // shows the number that is there already
	actApply    syncAct = "apply"    // gives it what the person wrote
	actReassign syncAct = "reassign" // moves it to where the person wanted it
	actDiscard  syncAct = "discard"
	actDone     syncAct = "done" // what was wanted stands by now
)

// gives reports whether an act is an edit of its own.
func (a syncAct) edits() bool {
	return a == actMine || a == actAgain || a == actRestore || a == actRemove || a == actApply || a == actReassign
}

// how an item is told to the server to have ended.
func (a syncAct) how() string {
	switch {
	case a == actEdit:
		return "edited"
	case a.edits() || a == actDone:
		return "use_mine"
	}
	return "discard"
}

// syncScene is what a decision depends on: what stands now, and what the person may.
type syncScene struct {
	row func(id.Number) (replica.View, bool)
	can func(perm.Right) bool
}

// stands is what is now in the fields that the person wanted to change: in the copy or, of a number that it does not have,
// as the server told.
func (c *syncCase) stands(s syncScene) (fields *number.Fields, live bool) {
	if v, ok := s.row(c.number); ok {
		return c.mine().Of(&v.Number), true
	}
	var all number.Number
	out := &number.Fields{}
	for i := range c.faults {
		all = c.faults[i].Now.Over(all)
		out = union(out, c.faults[i].Now)
	}
	return out.Of(&all), false
}

// other is the number that is there already, where that is what stood against it.
func (c *syncCase) other(s syncScene) (replica.View, bool) {
	if o := c.main().Other; o != "" {
		return s.row(o)
	}
	return replica.View{}, false
}

// stood reports whether what was wanted stands by now, by whomever.
func (c *syncCase) stood(s syncScene) bool {
	v, live := s.row(c.number)
	switch c.main().op {
	case replica.Create, replica.Restore:
		return live
	case replica.Remove:
		return !live
	}
	return live && same(c.mine(), c.mine().Of(&v.Number))
}

// later looks for edits of the number in the log: one that is still on its way, and one that came after what was not
// applied and said what is to be. The person has decided then, wherever that was.
func (c *syncCase) later(log []replica.Entry) (going, decided bool) {
	for i := range log {
		en := &log[i]
		r := slices.IndexFunc(en.Rows, func(e replica.Edit) bool { return e.ID == c.number })
		switch o := en.Outcome; {
		case r < 0:
		case o == nil:
			going = true
		case en.Settled < c.at || o.St == replica.Rejected || slices.ContainsFunc(o.Faults, func(f replica.Fault) bool { return f.ID == c.number }):
		case en.Op == c.main().op && c.mine().Without(en.SetOf(r)).Empty():
			decided = true
		}
	}
	return going, decided && !going
}

func same(a, b *number.Fields) bool {
	fields := speaks(a)
	if !slices.Equal(fields, speaks(b)) {
		return false
	}
	return a.Over(number.Number{}) == b.Over(number.Number{})
}

// acts are what can be done about a case, the best first. What the person has no right to is not among them.
func (c *syncCase) acts(s syncScene) []syncAct {
	if len(c.faults) == 0 {
		return []syncAct{actDiscard}
	}
	if c.stood(s) {
		return []syncAct{actDone}
	}
	f := c.main()
	list := c.choices(f, s)
	right := map[replica.Op]perm.Right{replica.Create: perm.NumbersCreate, replica.Set: perm.NumbersUpdate, replica.Remove: perm.NumbersDelete, replica.Restore: perm.NumbersDelete}[f.op]
	return slices.DeleteFunc(list, func(a syncAct) bool {
		switch a {
		case actMine, actEdit, actAgain, actRemove:
			return !s.can(right)
		case actApply, actReassign:
			return !s.can(perm.NumbersUpdate)
		case actRestore:
			return !s.can(perm.NumbersUpdate) || !s.can(perm.NumbersDelete)
		}
		return false
	})
}

func (c *syncCase) choices(f *syncFault, s syncScene) []syncAct {
	_, live := s.row(c.number)
	switch {
	case f.technical != "" || f.Reason == number.Forbidden || f.Reason == number.LimitExceeded:
		if f.op == replica.Set && !live {
			return []syncAct{actDiscard}
		}
		return []syncAct{actAgain, actDiscard}
	case f.op == replica.Create:
		return c.ofCreate(f, s)
	case f.op == replica.Remove:
		v, _ := s.row(c.number)
		if f.Reason == number.Conflict && v.Status.Can(number.Removed) {
			return []syncAct{actStay, actRemove}
		}
		return []syncAct{actStay}
	case f.op == replica.Restore:
		if _, ok := c.other(s); ok {
			return []syncAct{actOpen, actDiscard}
		}
		return []syncAct{actDiscard}
	}
	return c.ofSet(s)
}

func (c *syncCase) ofCreate(f *syncFault, s syncScene) []syncAct {
	switch f.Reason {
	case number.AlreadyHere, number.ExistsElsewhere:
		v, ok := c.other(s)
		if !ok {
			return []syncAct{actDiscard}
		}
		list := []syncAct{actOpen}
		if f.Reason == number.ExistsElsewhere && !v.Status.Held() {
			list = append(list, actReassign)
		}
		if !details(f.mine, &v).Empty() {
			list = append(list, actApply)
		}
		return append(list, actDiscard)
	case number.Allocated:
		return []syncAct{actDiscard}
	case number.Conflict:
		return []syncAct{actAgain, actDiscard}
	}
	return []syncAct{actEdit, actDiscard}
}

// ofSet is about fields of a number. Where they failed for different reasons, only what suits all of them is offered.
func (c *syncCase) ofSet(s syncScene) []syncAct {
	v, live := s.row(c.number)
	gone, changed, rules := false, true, false
	for i := range c.faults {
		f := &c.faults[i]
		gone = gone || f.Reason == number.NotFound && f.What != "business_unit" && f.What != "program"
		changed = changed && f.Reason == number.Conflict
		rules = rules || f.Reason != number.Conflict && f.Reason != number.NotFound || f.Reason == number.NotFound && f.What != "number"
	}
	held := v.Status.Held() && (c.mine().CallPurpose != nil || c.mine().Place != nil)
	switch {
	case !live && rules:
		return []syncAct{actDiscard} // what is wrong with it would be wrong once it is back
	case !live:
		return []syncAct{actRestore, actDiscard}
	case held:
		return []syncAct{actDiscard}
	case gone && !rules:
		return []syncAct{actMine, actEdit, actDiscard} // somebody brought it back
	case changed:
		return []syncAct{actKeep, actMine, actEdit}
	}
	return []syncAct{actEdit, actDiscard}
}

// details are what a person wrote of a number, as far as the one that is there already differs.
func details(mine *number.Fields, there *replica.View) *number.Fields {
	if mine == nil {
		return nil
	}
	out := *mine
	out.E164 = ""
	if out.CallPurpose != nil && (*out.CallPurpose == there.CallPurpose || there.Status.Held()) {
		out.CallPurpose = nil
	}
	if out.DisplayName != nil && (*out.DisplayName == there.DisplayName || *out.DisplayName == "") {
		out.DisplayName = nil
	}
	if out.Place != nil && (*out.Place == there.Place || *out.Place == number.Place{} || there.Status.Held()) {
		out.Place = nil
	}
	return &out
}

// plan is what an act edits: one row of each edit. wanted is what the person has typed, for actEdit; fresh names a new number.
func (c *syncCase) plan(a syncAct, wanted *number.Fields, s syncScene, fresh func() id.Number) []replica.NewEdit {
	v, live := s.row(c.number)
	f := c.main()
	set := func(of *replica.View, fields *number.Fields) []replica.NewEdit {
		if of == nil || fields.Empty() {
			return nil
		}
		return []replica.NewEdit{{Op: replica.Set, Rows: []replica.Edit{{ID: of.ID, Was: fields.Of(&of.Number), Set: fields}}}}
	}
	create := func(fields *number.Fields) []replica.NewEdit {
		return []replica.NewEdit{{Op: replica.Create, Rows: []replica.Edit{{ID: fresh(), Set: fields}}}}
	}
	switch a {
	case actMine, actAgain, actRemove:
		switch f.op {
		case replica.Create:
			return create(c.mine())
		case replica.Restore:
			return []replica.NewEdit{{Op: replica.Restore, Rows: []replica.Edit{{ID: c.number, Was: f.was}}}}
		case replica.Remove:
			if !live {
				return nil
			}
			return []replica.NewEdit{{Op: replica.Remove, WasEpoch: v.Epoch, Rows: []replica.Edit{{ID: c.number, WasVer: v.Ver,
				Was: &number.Fields{E164: v.E164, CallPurpose: &v.CallPurpose, DisplayName: &v.DisplayName, Place: &v.Place}}}}}
		}
		return set(&v, c.mine())
	case actEdit:
		if f.op == replica.Create {
			return create(wanted)
		}
		return set(&v, differing(wanted, &v.Number))
	case actRestore:
		mine := c.mine()
		return []replica.NewEdit{{Op: replica.Restore, Rows: []replica.Edit{{ID: c.number}}},
			{Op: replica.Set, Rows: []replica.Edit{{ID: c.number, Was: c.was(), Set: mine}}}}
	case actApply, actReassign:
		there, ok := c.other(s)
		if !ok {
			return nil
		}
		fields := details(f.mine, &there)
		if a == actReassign {
			fields = &number.Fields{Place: f.mine.Place}
		}
		return set(&there, fields)
	}
	return nil
}

// differing is what of f is not so already.
func differing(f *number.Fields, n *number.Number) *number.Fields {
	if f == nil {
		return nil
	}
	out := *f
	if out.CallPurpose != nil && *out.CallPurpose == n.CallPurpose {
		out.CallPurpose = nil
	}
	if out.DisplayName != nil && *out.DisplayName == n.DisplayName {
		out.DisplayName = nil
	}
	if out.Place != nil && *out.Place == n.Place {
		out.Place = nil
	}
	return &out
}

// joinEdits makes of edits of one row each, in order, as few edits as can be.
func joinEdits(list []replica.NewEdit) (out []replica.NewEdit) {
	for _, e := range list {
		row := e.Rows[0]
		at := slices.IndexFunc(out, func(o replica.NewEdit) bool {
			return o.Op == e.Op && o.WasEpoch == e.WasEpoch && len(o.Rows) < replica.MaxRows &&
				!slices.ContainsFunc(o.Rows, func(r replica.Edit) bool { return r.ID == row.ID })
		})
		if at < 0 {
			out = append(out, e)
			continue
		}
		out[at].Rows = append(out[at].Rows, row)
	}
	return out
}

// together are the acts that can be done about all of several cases at once.
func together(cases []*syncCase, s syncScene) (list []syncAct) {
	for i, c := range cases {
		acts := c.acts(s)
		if i == 0 {
			list = acts
		} else {
			list = slices.DeleteFunc(list, func(a syncAct) bool { return !slices.Contains(acts, a) })
		}
	}
	return slices.DeleteFunc(list, func(a syncAct) bool { return a == actEdit || a == actOpen })
}
