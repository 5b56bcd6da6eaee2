package simulate

import (
	"slices"

	"countersign/backend/inventory"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// judge holds what became of a mutation against a small model of the rules: I2b (a rejected one changed nothing, an
// applied one exactly once in each row), I3, I11 (no overwriting of what the person did not see), I13 (with the right
// that it takes), and the reasons that were given. changes are those of the history by this mutation.
func (t *truth) judge(l *line, a inventory.Actor, m *replica.Mutation, oc *replica.Outcome, changes []*inventory.Past) {
	may := !a.Lost && a.Rights.Has(map[replica.Op]perm.Right{replica.Create: perm.NumbersCreate, replica.Set: perm.NumbersUpdate,
		replica.Remove: perm.NumbersDelete, replica.Restore: perm.NumbersDelete}[m.Op])
	if oc.Technical != "" { // given up after several panics, so that it does not block what comes after it (I16)
		if !t.w.f.bug && !t.w.healing || oc.Technical != inventory.ServerBug || m.Op != replica.Create || oc.St != replica.Rejected || len(changes) > 0 {
			fail("model", "%s %s was given up as %s", m.Op, m.Uid, oc.Technical)
		}
		return
	}
	var applied, rejected, faulty int
	for i := range m.Rows {
		n := m.Rows[i].ID
		var faults []replica.Fault
		for _, f := range oc.Faults {
			if f.ID == n {
				faults = append(faults, f)
			}
		}
		var p *inventory.Past
		if len(changes) > 0 && changes[0].Kind == replica.KindNumber && changes[0].ID == string(n) {
			p, changes = changes[0], changes[1:]
			if p.By != a.Login {
				fail("history", "change %d is said to be by %s", p.Seq, p.By)
			}
		}
		switch {
		case p != nil && !may:
			fail("I13", "%s %s was applied without the right", m.Op, m.Uid)
		case !may:
			mustBe(m, faults, number.Forbidden)
		case m.Op == replica.Create:
			t.judgeCreate(l, m, i, p, faults)
		case m.Op == replica.Set:
			t.judgeSet(l, m, i, p, faults)
		case m.Op == replica.Remove:
			t.judgeRemove(l, a, m, i, p, faults)
		case m.Op == replica.Restore:
			t.judgeRestore(l, m, i, p, faults)
		}
		if p != nil {
			applied++
			t.apply(l, p)
		} else if len(faults) > 0 {
			rejected++
		}
		if len(faults) > 0 {
			faulty++
		}
		for _, f := range faults {
			t.w.count.reason(f.Reason)
		}
	}
	if len(changes) > 0 {
		fail("I3", "%s %s changed more than its rows, or one of them twice: %s at %d", m.Op, m.Uid, changes[0].ID, changes[0].Seq)
	}

	st := replica.Noop
	switch {
	case applied > 0 && faulty > 0:
		st = replica.Merged
	case applied > 0:
		st = replica.Applied
	case faulty > 0:
		st = replica.Rejected
	}
	if oc.St != st || oc.Applied != applied || oc.Rejected != rejected || oc.Seq != l.seq {
		fail("I2b", "%s %s: %s %d/%d at %d; it changed %d rows, refused %d at %d", m.Op, m.Uid, oc.St, oc.Applied, oc.Rejected,
			oc.Seq, applied, rejected, l.seq)
	}
	t.w.count.outcome(st)
}

// mustBe checks that a row was refused for one of these reasons; none of them: that it was not refused.
func mustBe(m *replica.Mutation, faults []replica.Fault, why ...number.Reason) {
	if len(why) == 0 && len(faults) > 0 {
		fail("model", "%s %s was refused as %s, but nothing is wrong", m.Op, m.Uid, faults[0].Reason)
	}
	if len(why) > 0 && (len(faults) == 0 || !slices.Contains(why, faults[0].Reason)) {
		fail("model", "%s %s should be refused as %v, not %+v", m.Op, m.Uid, why, faults)
	}
}

func (t *truth) judgeCreate(l *line, m *replica.Mutation, i int, p *inventory.Past, faults []replica.Fault) {
	n, f := m.Rows[i].ID, m.SetOf(i)
	var why []number.Reason
	if r := number.Check(f.E164); r != "" {
		why = append(why, r)
	}
	for _, o := range t.w.orgs {
		if holder, ok := t.now[o].held[f.E164]; ok {
			switch at := t.now[o].live.number(holder); {
			case o != l.org:
				why = append(why, number.Allocated)
			case f.Place == nil || *f.Place == number.Place{} || *f.Place == at.Place:
				why = append(why, number.AlreadyHere)
			default:
				why = append(why, number.ExistsElsewhere)
			}
		}
	}
	if _, dead := l.dead[n]; dead || l.live.number(n) != nil {
		why = append(why, number.Conflict)
	}
	wanted := f.Over(number.Number{ID: n})
	why = append(why, t.unruly(l, &number.Number{}, &wanted)...)
	mustBe(m, faults, why...)
	if (p == nil) != (len(why) > 0) {
		fail("model", "create %s: %v, change %+v", m.Uid, why, p)
	}
	if p != nil {
		wanted.Status, wanted.Ver = number.Active, p.Seq
		if p.Del || *p.Number != wanted {
			fail("I11", "create %s made %+v, not %+v", m.Uid, *p.Number, wanted)
		}
	}
}

// unruly tells which rules of a row the change from was to is breaks.
func (t *truth) unruly(l *line, was, is *number.Number) (why []number.Reason) {
	if pu := l.live.purpose(is.CallPurpose); is.CallPurpose != was.CallPurpose || was.ID == "" {
		switch {
		case is.CallPurpose == "":
			why = append(why, number.CallPurposeRequired)
		case pu == nil || pu.Retired:
			why = append(why, number.UnknownCallPurpose)
		}
	}
	if is.Place != was.Place {
		if is.BusinessUnit != "" && l.live.unit(is.BusinessUnit) == nil {
			why = append(why, number.NotFound)
		}
		if is.Program != "" {
			pr := l.live.program(is.Program)
			switch {
			case pr == nil || pr.BusinessUnit != is.BusinessUnit:
				why = append(why, number.NotFound)
			case pr.Ended(t.w.time()):
				why = append(why, number.ProgramEnded)
			}
		}
	}
	if pu := l.live.purpose(is.CallPurpose); pu != nil && pu.NeverPlaces && is.Program != "" &&
		(is.CallPurpose != was.CallPurpose || is.Place != was.Place) {
		why = append(why, number.DoNotOriginateInProgram)
	}
	if len(is.DisplayName) > number.MaxDisplayName && is.DisplayName != was.DisplayName {
		why = append(why, number.InvalidName)
	}
	return why
}

func (t *truth) judgeSet(l *line, m *replica.Mutation, i int, p *inventory.Past, faults []replica.Fault) {
	now := l.live.number(m.Rows[i].ID)
	if now == nil {
		mustBe(m, faults, number.NotFound)
		if p != nil {
			fail("model", "a set brought %s back", p.ID)
		}
		return
	}
	is := *now
	if p != nil {
		if p.Del {
			fail("model", "a set removed %s", p.ID)
		}
		is = *p.Number
		is.Ver = now.Ver
	}
	set, was := m.SetOf(i), m.Rows[i].Was
	if was == nil {
		was = &number.Fields{}
	}
	clean := *now // with all that nobody else changed
	conflict := false
	field := func(name string, wanted, unseen, taken bool, take func()) {
		switch {
		case taken && (!wanted || unseen):
			fail("I11", "%s overwrote %s of %s, which is not what the person saw", m.Uid, name, now.ID)
		case wanted && unseen:
			conflict = true
		case wanted:
			take()
		}
	}
	if v := set.CallPurpose; true {
		field("call_purpose", v != nil && *v != now.CallPurpose, was.CallPurpose == nil || *was.CallPurpose != now.CallPurpose,
			is.CallPurpose != now.CallPurpose, func() { clean.CallPurpose = *v })
	}
	if v := set.DisplayName; true {
		field("display_name", v != nil && *v != now.DisplayName, was.DisplayName == nil || *was.DisplayName != now.DisplayName,
			is.DisplayName != now.DisplayName, func() { clean.DisplayName = *v })
	}
	if v := set.Place; true {
		field("assignment", v != nil && *v != now.Place, was.Place == nil || *was.Place != now.Place,
			is.Place != now.Place, func() { clean.Place = *v })
	}

	why := t.unruly(l, now, &clean)
	if conflict {
		why = append(why, number.Conflict)
	}
	if broken := t.unruly(l, now, &is); len(broken) > 0 {
		fail("model", "set %s broke %v", m.Uid, broken)
	}
	mustBe(m, faults, why...)
	if len(why) == 0 && is != clean || conflict && len(why) == 1 && is != clean {
		fail("model", "set %s made %+v, not %+v", m.Uid, is, clean)
	}
	if p != nil && is == *now {
		fail("model", "set %s made a change of nothing", m.Uid)
	}
	for _, f := range faults { // the person is shown what stands there
		if f.Reason == number.Conflict && f.Mine != nil && (f.Now == nil || f.Now.Over(*now) != *now || f.Mine.Without(f.Now).Empty() == false) {
			fail("model", "a conflict that says %s stands in %s", text(f.Now), text(now))
		}
	}
}
