package simulate

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// pushed judges a push that was committed: I2 (an outcome never changes, and is kept), I3 (what was executed is not
// again), I4 (a device's mutations take effect in its order), I16 (a push settles something), and by the model what
// became of each mutation (I11, I13).
func (t *truth) pushed(d *device, in *replica.Push, out *replica.PushAnswer) {
	o := d.login.org
	l := t.now[o]
	if out.Epoch != l.epoch { // the cursor of the push showed that the history went back
		c, _, ok := replica.ReadCursor(in.Cursor)
		if chain, known := l.chainAt(c.Seq); !ok || l.names[c.Epoch] && (known && chain == c.Chain || c.Epoch != l.epoch) {
			fail("I15", "a push from %s at %d brought a new epoch", c.Epoch, c.Seq)
		}
		t.w.count.noticed++
		t.rotate(o, true)
	}
	t.look(o, func(s inventory.Store) {
		fresh := t.fresh(o, s)
		k := l.device(in.Client, d.login.id)
		switch out.Kind {
		case replica.KindGap:
			t.w.count.gaps++
			if in.PrevMid <= k.lmid || out.ExpectMid != k.lmid+1 {
				fail("gap", "previous %d, newest %d, expected %d", in.PrevMid, k.lmid, out.ExpectMid)
			}
		case replica.KindForked:
			t.w.count.forked++
		case replica.KindOK:
			if len(out.Outcomes) != len(in.Mutations) || len(in.Mutations) == 0 {
				fail("I16", "%d outcomes of %d mutations", len(out.Outcomes), len(in.Mutations))
			}
			if out.Epoch != l.epoch {
				fail("push", "answered for another epoch")
			}
			for i := range in.Mutations {
				fresh = t.settle(s, l, k, d, in.Client, &in.Mutations[i], &out.Outcomes[i], fresh)
			}
			if out.Lmid != k.lmid || out.Head != l.seq {
				fail("push", "answered lmid %d, head %d; they are %d, %d", out.Lmid, out.Head, k.lmid, l.seq)
			}
		default:
			fail("push", "kind %q", out.Kind)
		}
		if len(fresh) > 0 {
			fail("I2b", "change %d of %s by %s comes from no mutation that was applied", fresh[0].Seq, fresh[0].ID, fresh[0].Uid)
		}
		t.settled(o, s)
		if dev, _ := s.Device(in.Client); k.lmid > 0 && (dev == nil || dev.Lmid != k.lmid) {
			fail("I2", "lmid is %d in the store's row %+v", k.lmid, dev)
		}
	})
	if k := l.devices[in.Client]; k.lmid == 0 && out.Kind != replica.KindOK {
		delete(l.devices, in.Client)
	}
}

// settle judges what became of one mutation, and gives the changes that are left.
func (t *truth) settle(s inventory.Store, l *line, k *known, d *device, client id.Device, m *replica.Mutation,
	oc *replica.Outcome, fresh []*inventory.Past) []*inventory.Past {
	if oc.Uid != m.Uid || oc.Mid != m.Mid {
		fail("I3", "mutation %d %s got the outcome of %d %s", m.Mid, m.Uid, oc.Mid, oc.Uid)
	}
	if m.Mid <= k.lmid {
		v := k.at(m.Mid)
		if v == nil || !same(&v.outcome, oc) {
			fail("I2", "mutation %s has two outcomes", m.Uid)
		}
		t.w.count.resent++
		return fresh
	}

	first := l.receipts[m.Uid]
	if first != nil {
		t.w.count.copies++
		was := first.outcome
		was.Mid = m.Mid
		if !same(&was, oc) {
			fail("I3", "mutation %s is known with another outcome", m.Uid)
		}
	} else {
		n := 0
		for n < len(fresh) && fresh[n].Uid == m.Uid {
			n++
		}
		t.judge(l, d.actor(), m, oc, fresh[:n])
		fresh = fresh[n:]
		if last := len(k.given) - 1; last >= 0 && k.given[last].outcome.Seq > oc.Seq && t.first(l, k.given[last]) {
			fail("I4", "mutation %d took effect at %d, the one before it at %d", m.Mid, oc.Seq, k.given[last].outcome.Seq)
		}
	}

	v := &verdict{client, *oc, t.w.now}
	k.given = append(k.given, v)
	k.lmid = m.Mid
	t.given[m.Uid], t.when[m.Uid] = append(t.given[m.Uid], *oc), append(t.when[m.Uid], t.w.now)
	if first == nil {
		l.receipts[m.Uid] = v
	}
	t.w.ended = t.w.ended.text(string(m.Uid)).text(string(oc.St)).num(oc.Seq).num(int64(len(oc.Faults)))

	r, err := s.Receipts(client, m.Mid, m.Mid)
	if err != nil || len(r) != 1 || !same(&r[0].Outcome, oc) || r[0].Primary != (first == nil) {
		fail("I2", "the receipt of %s is not what was answered: %+v", m.Uid, r)
	}
	t.needsAttention(s, d, m, oc)
	return fresh
}

// first tells whether the mutation was executed under this client and mid.
func (t *truth) first(l *line, v *verdict) bool {
	p := l.receipts[v.outcome.Uid]
	return p != nil && p.client == v.client && p.outcome.Mid == v.outcome.Mid
}

// needsAttention: what of a device's mutation was not applied is in an attention item of the person, and nothing else is.
func (t *truth) needsAttention(s inventory.Store, d *device, m *replica.Mutation, oc *replica.Outcome) {
	if len(oc.Faults) == 0 && oc.Technical == "" {
		if oc.Attention != "" {
			fail("I2", "attention for %s, which was applied", m.Uid)
		}
		return
	}
	l := t.now[d.login.org]
	if l.resolved[m.Uid] {
		return
	}
	a, err := s.Attention(oc.Attention)
	if err != nil || a == nil || a.Login != d.login.id ||
		!slices.ContainsFunc(a.Mutations, func(x replica.Mutation) bool { return x.Uid == m.Uid }) {
		fail("I2", "%s of %s is %s, but nobody is told (%+v)", m.Uid, d, oc.St, a)
	}
	if a.Mutations[len(a.Mutations)-1].Uid == m.Uid {
		t.tells(l, a)
	}
}

// tells: an item says why each field of each row that it is about was not applied, as the newest of its mutations was
// answered that failed there; of a number that was not taken, why.
func (t *truth) tells(l *line, a *replica.Attention) {
	want, got, technical := map[string]string{}, map[string]string{}, ""
	for i := range a.Mutations {
		v := l.receipts[a.Mutations[i].Uid]
		if v == nil {
			fail("I2", "%s is in an attention item that it does not belong in", a.Mutations[i].Uid)
		}
		for k := range v.outcome.Faults {
			spell(want, &v.outcome.Faults[k])
		}
		technical = cmp.Or(v.outcome.Technical, technical)
	}
	said := 0
	for k := range a.Faults {
		said += spell(got, &a.Faults[k])
	}
	if !maps.Equal(want, got) || said != len(got) || a.Technical != technical {
		fail("I2", "item %s tells %v %s, not %v %s", a.ID, got, a.Technical, want, technical)
	}
}

// spell notes what a fault says about each field, and tells of how many.
func spell(into map[string]string, f *replica.Fault) int {
	one := *f
	put := func(field string, mine, now *number.Fields) int {
		one.Mine, one.Now = mine, now
		into[string(f.ID)+" "+field] = text(one)
		return 1
	}
	var now number.Fields
	switch {
	case f.Mine == nil:
		return put("row", nil, nil)
	case f.Mine.E164 != "":
		return put("new", f.Mine, nil)
	case f.Now != nil:
		now = *f.Now
	}
	n := 0
	if v := f.Mine.CallPurpose; v != nil {
		n += put("call_purpose", &number.Fields{CallPurpose: v}, &number.Fields{CallPurpose: now.CallPurpose})
	}
	if v := f.Mine.DisplayName; v != nil {
		n += put("display_name", &number.Fields{DisplayName: v}, &number.Fields{DisplayName: now.DisplayName})
	}
	if v := f.Mine.Place; v != nil {
		n += put("assignment", &number.Fields{Place: v}, &number.Fields{Place: now.Place})
	}
	return n
}

// same tells whether two outcomes say the same.
func same(a, b *replica.Outcome) bool {
	return a.Mid == b.Mid && a.Uid == b.Uid && a.St == b.St && a.Seq == b.Seq && a.Applied == b.Applied &&
		a.Rejected == b.Rejected && a.Attention == b.Attention && a.Technical == b.Technical &&
		(len(a.Faults)+len(b.Faults) == 0 || reflect.DeepEqual(a.Faults, b.Faults))
}
