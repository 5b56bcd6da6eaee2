package simulate

import (
	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

func (t *truth) judgeRemove(l *line, a inventory.Actor, m *replica.Mutation, i int, p *inventory.Past, faults []replica.Fault) {
	n := m.Rows[i].ID
	now := l.live.number(n)
	_, dead := l.dead[n]
	switch last := l.last[n]; {
	case now == nil && !dead:
		mustBe(m, faults, number.NotFound)
	case now == nil:
		mustBe(m, faults)
	case m.WasEpoch != l.epoch, last.by == a.Login && last.other > m.Rows[i].WasVer, last.by != a.Login && now.Ver > m.Rows[i].WasVer:
		if p != nil {
			fail("I11", "%s removed %s, which somebody else had changed", m.Uid, n)
		}
		mustBe(m, faults, number.Conflict)
	default:
		mustBe(m, faults)
		if p == nil || !p.Del {
			fail("model", "remove %s did not remove %s", m.Uid, n)
		}
		others := now.Ver
		if last.by == a.Login {
			others = last.other
		}
		in := t.uids[m.Uid]
		if in != nil && in.knew != nil && others > in.knew[n] {
			fail("I11", "%s removed %s, which somebody else had changed by %d; the device knew it up to %d", m.Uid, text(now), others, in.knew[n])
		}
		if in != nil && in.seen[n] != nil && last.by != a.Login {
			saw := *in.seen[n]
			if saw.Ver = now.Ver; saw != *now {
				fail("I11", "%s removed %s, which for the person was %s", m.Uid, text(now), text(saw))
			}
		}
		return
	}
	if p != nil {
		fail("model", "remove %s changed %s", m.Uid, n)
	}
}

func (t *truth) judgeRestore(l *line, m *replica.Mutation, i int, p *inventory.Past, faults []replica.Fault) {
	n := m.Rows[i].ID
	tb, dead := l.dead[n]
	var why []number.Reason
	switch {
	case l.live.number(n) != nil:
		mustBe(m, faults)
		if p != nil {
			fail("model", "restore %s changed a live row", m.Uid)
		}
		return
	case !dead, t.w.time().UnixMilli() >= tb.at+number.RestorableDays*day:
		why = append(why, number.NotFound)
	default:
		for _, o := range t.w.orgs {
			if _, ok := t.now[o].held[tb.row.E164]; ok && o == l.org {
				why = append(why, number.AlreadyHere, number.ExistsElsewhere)
			} else if ok {
				why = append(why, number.Allocated)
			}
		}
	}
	mustBe(m, faults, why...)
	if (p == nil) != (len(why) > 0) {
		fail("model", "restore %s: %v, change %+v", m.Uid, why, p)
	}
	if p == nil {
		return
	}
	want := tb.row
	want.Ver, want.Status = p.Seq, number.Active
	if l.live.unit(want.BusinessUnit) == nil {
		want.Place = number.Place{}
	}
	pr, pu := l.live.program(id.Program(want.Program)), l.live.purpose(want.CallPurpose)
	if pr == nil || pr.BusinessUnit != want.BusinessUnit || pu != nil && pu.NeverPlaces {
		want.Program = ""
	}
	if p.Del || *p.Number != want {
		fail("model", "restore %s made %+v, not %+v", m.Uid, p.Number, want)
	}
}
