package simulate

import (
	"maps"
	"slices"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// colleague is somebody who works without a device of this protocol.
func (w *world) colleague() inventory.Actor {
	return inventory.Actor{Login: "10000000-0000-7000-8000-ffffffffffff", Name: "a colleague", Rights: allRights}
}

// onlineEdit is an edit that comes without a device, sometimes twice.
func (w *world) onlineEdit() {
	o := pick(w, w.orgs)
	l := w.truth.now[o]
	rows := l.live.of(replica.KindNumber)
	if len(rows) == 0 {
		return
	}
	n := pick(w, rows).Number
	m := &replica.Mutation{Uid: replica.Uid(w.uid()), Op: replica.Set, WasEpoch: l.epoch}
	row := replica.Edit{ID: n.ID, WasVer: n.Ver}
	switch w.rng.IntN(6) {
	case 0:
		m.Op = replica.Remove
	case 1:
		m.Set = &number.Fields{CallPurpose: new(pick(w, purposes).Key)}
	default:
		m.Set = &number.Fields{DisplayName: new(pick(w, names))}
	}
	row.Was = m.Set.Of(n)
	m.Rows = []replica.Edit{row}

	a := w.colleague()
	for range 1 + w.rng.IntN(2) {
		var oc *replica.Outcome
		err := w.server.write(o, func(s inventory.Store) (err error) {
			oc, _, err = w.server.core.Edit(s, a, m)
			return err
		})
		if err != nil {
			w.truth.undone(o, nil)
			continue
		}
		w.count.online++
		w.note("a colleague: %s: %s", text(m), text(oc))
		w.truth.edited(o, a, m, oc)
		w.server.moved(o)
	}
}

// edited judges an edit that came without a device.
func (t *truth) edited(o *org, a inventory.Actor, m *replica.Mutation, oc *replica.Outcome) {
	l := t.now[o]
	t.look(o, func(s inventory.Store) {
		fresh := t.fresh(o, s)
		if v := l.receipts[m.Uid]; v != nil {
			if !same(&v.outcome, oc) || len(fresh) > 0 {
				fail("I3", "an online edit was done twice: %s", text(oc))
			}
			return
		}
		t.judge(l, a, m, oc, fresh)
		if oc.Attention != "" {
			fail("I2", "an online edit left an attention item")
		}
		l.receipts[m.Uid] = &verdict{inventory.Online, *oc, t.w.now}
		t.settled(o, s)
	})
}

// bulkAdd adds several numbers at once, as a file does.
func (w *world) bulkAdd() {
	n := int(w.between(1, 4))
	if w.chance(0.004) {
		n = 1200 // more than a chunk and a page hold
		w.count.bigs++
	}
	w.server.add(pick(w, w.orgs), n)
}

func (s *server) add(o *org, n int) {
	w := s.w
	list := make([]number.Number, n)
	for i := range list {
		e := pick(w, digits[:10])
		if n > len(digits) {
			e = number.FromUint64(33184900000 + uint64(o.n)*10000 + uint64(i))
		}
		list[i] = number.Number{ID: id.Number(w.name('b')), E164: e, CallPurpose: purposes[w.rng.IntN(2)].Key, DisplayName: "Line"}
		if programs := w.truth.now[o].live.of(replica.KindProgram); len(programs) > 0 && w.chance(0.3) {
			p := pick(w, programs).Program
			list[i].Place = number.Place{BusinessUnit: p.BusinessUnit, Program: p.ID}
		}
	}
	slices.SortFunc(list, func(a, b number.Number) int { return compare(string(a.E164), string(b.E164)) })
	uids := map[replica.Uid]bool{}
	var res []inventory.Result
	err := s.write(o, func(st inventory.Store) (err error) {
		res, err = s.core.Add(st, w.colleague(), list, func(int) replica.Uid {
			u := replica.Uid(w.uid())
			uids[u] = true
			return u
		})
		return err
	})
	if err != nil {
		w.truth.undone(o, nil)
		return
	}
	w.count.bulks++
	w.truth.follow(o, uids)
	l := w.truth.now[o]
	for i, r := range res {
		if got := l.live.number(list[i].ID); (r.Fault == nil) != (got != nil) || got != nil && got.Place != list[i].Place {
			fail("I2", "row %d of a bulk action: %+v, but there is %+v", i, r, got)
		}
	}
	s.moved(o)
}

// bulkDelete takes several numbers at once out of their programs, their units or the business, as a file does.
func (w *world) bulkDelete() {
	o := pick(w, w.orgs)
	l := w.truth.now[o]
	level := pick(w, []inventory.Level{inventory.FromBusiness, inventory.FromUnit, inventory.FromProgram})
	var list []number.E164
	was := map[number.E164]*number.Number{}
	for range w.between(1, 4) {
		e := pick(w, digits[:10])
		list = append(list, e)
		if n, ok := l.held[e]; ok {
			row := *l.live.number(n)
			was[e] = &row
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	uids := map[replica.Uid]bool{}
	var res []inventory.Result
	err := w.server.write(o, func(st inventory.Store) (err error) {
		res, err = w.server.core.Delete(st, w.colleague(), level, list, func(int) replica.Uid {
			u := replica.Uid(w.uid())
			uids[u] = true
			return u
		})
		return err
	})
	if err != nil {
		w.truth.undone(o, nil)
		return
	}
	w.note("a colleague takes %v out of the %s", list, level)
	w.truth.follow(o, uids)
	for i, r := range res {
		w.truth.takenOut(l, level, list[i], was[list[i]], &r)
	}
	w.server.moved(o)
}

// takenOut judges what became of a number that was to be taken out; was is its row, nil when there was none.
func (t *truth) takenOut(l *line, level inventory.Level, e number.E164, was *number.Number, r *inventory.Result) {
	if was == nil {
		if r.Fault == nil || r.Fault.Reason != number.NotFound || r.Seq != 0 {
			fail("I2", "%s, which is not there, is taken out: %+v", e, r)
		}
		return
	}
	want := *was
	switch level {
	case inventory.FromUnit:
		want.Place = number.Place{}
	case inventory.FromProgram:
		want.Program = ""
	}
	got := l.live.number(was.ID)
	switch {
	case r.ID != was.ID || r.Fault != nil:
		fail("model", "taking %s out gave %+v", text(was), r)
	case level == inventory.FromBusiness:
		if _, dead := l.dead[was.ID]; got != nil || !dead || r.Seq == 0 {
			fail("model", "%s is still there: %+v", e, r)
		}
	case got == nil || got.Place != want.Place || (r.Seq != 0) != (want.Place != was.Place):
		fail("model", "%s was taken out of its %s and is %s: %+v", text(was), level, text(got), r)
	default:
		want.Ver = got.Ver
		if *got != want {
			fail("model", "taking %s out of its %s made it %s", text(was), level, text(got))
		}
	}
	if r.Seq != 0 {
		t.w.count.takenOut++
	}
}

// somebodyResolves ends an attention item that a device shows.
func (w *world) somebodyResolves() {
	t := w.somewhere()
	if t == nil || t.d.login.lost || !t.d.online {
		return
	}
	items := t.e.Attention()
	if len(items) == 0 {
		return
	}
	it := pick(w, items)
	o := t.d.login.org
	whole := map[replica.Uid]bool{} // there may be more in it than the device was told
	w.server.peek(o, func(s inventory.Store) {
		if now, _ := s.Attention(it.ID); now != nil {
			for _, m := range now.Mutations {
				whole[m.Uid] = true
			}
		}
	})
	err := w.server.write(o, func(s inventory.Store) error {
		_, err := w.server.core.Resolve(s, t.d.actor(), it.ID, pick(w, []string{"discard", "use_mine", "edited"}))
		return err
	})
	w.note("%s: the person resolves %s: %v", t, it.ID, err)
	if err == nil {
		w.count.resolved++
		maps.Copy(w.truth.now[o].resolved, whole)
		w.truth.follow(o, nil)
		w.server.moved(o)
	} else {
		w.truth.undone(o, nil)
	}
}
