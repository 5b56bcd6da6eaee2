package storetest

import (
	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// renames are edits of a number's display name from one to the next, and the names that it had.
func (w *world) renames(n id.Number, names ...string) (out []*replica.Mutation) {
	for i := 1; i < len(names); i++ {
		out = append(out, w.mutation(replica.Set, n, name(names[i-1]), name(names[i])))
	}
	return out
}

func pushAgain(w *world) {
	n := w.add(w.me, "+34100", "st_support", "Desk", number.Place{})
	c := w.client()
	ms := append(w.renames(n, "Desk", "One", "Two"), w.mutation(replica.Set, n, name("Desk"), name("Never")))
	first := w.push(w.me, c, 0, ms...)
	head := w.head()
	w.rename(w.dana, n, "Lobby")

	again := w.push(w.me, c, 0, ms...)
	if diff := cmp.Diff(first.Outcomes, again.Outcomes); diff != "" || again.Lmid != 3 || again.Kind != replica.KindOK {
		w.Errorf("the same push again:\n%s", diff)
	}
	part := w.push(w.me, c, 1, ms[1:]...)
	if diff := cmp.Diff(first.Outcomes[1:], part.Outcomes); diff != "" {
		w.Errorf("a part of it:\n%s", diff)
	}
	if w.head().Seq != head.Seq+1 || w.record(n).DisplayName != "Lobby" {
		w.Error("a repeated push changed something")
	}
	more := w.push(w.me, c, 1, append(ms[1:], w.mutation(replica.Set, n, name("Lobby"), name("Hall")))...)
	if len(more.Outcomes) != 3 || more.Outcomes[2].St != replica.Applied || more.Lmid != 4 {
		w.Errorf("a push that overlaps: %+v", more)
	}
	empty := w.push(w.me, c, 4)
	if empty.Kind != replica.KindOK || empty.Lmid != 4 || empty.Head != w.head().Seq {
		w.Errorf("an empty push: %+v", empty)
	}
}

// unchanged runs fn and tells whether it left the history, the number and the device's ledger as they were.
func (w *world) unchanged(n id.Number, c id.Device, fn func()) {
	w.Helper()
	look := func() (out struct {
		Head   inventory.Head
		Row    inventory.Record
		Ledger []inventory.Receipt
	}) {
		out.Head, out.Row = w.head(), *w.record(n)
		w.view(func(s inventory.Store) (err error) {
			out.Ledger, err = s.Receipts(c, 1, 1<<40)
			return err
		})
		return out
	}
	before := look()
	fn()
	if diff := cmp.Diff(before, look()); diff != "" {
		w.Errorf("something changed:\n%s", diff)
	}
}

func cloneIsForked(w *world) {
	n := w.add(w.me, "+34200", "st_support", "Desk", number.Place{})
	c := w.client()
	w.push(w.me, c, 0, w.renames(n, "Desk", "One", "Two")...)
	w.unchanged(n, c, func() {
		if ans := w.push(w.me, c, 1, w.renames(n, "Two", "Clone", "More")...); ans.Kind != replica.KindForked || len(ans.Outcomes) != 0 {
			w.Errorf("other uids under known mids: %+v", ans)
		}
	})
}

func leftOutIsForked(w *world) {
	n := w.add(w.me, "+34300", "st_support", "Desk", number.Place{})
	c := w.client()
	ms := w.renames(n, "Desk", "One", "Two", "Three")
	w.push(w.me, c, 0, ms...)
	fresh := w.renames(n, "Three", "Four")[0]
	w.unchanged(n, c, func() {
		// The image was taken after the first edit; its next one was numbered 4 because the log had gaps.
		in := replica.Push{Client: c, Schema: replica.Schema, PrevMid: 1, Mutations: []replica.Mutation{*fresh}}
		in.Mutations[0].Mid = 4
		w.update(func(s inventory.Store) error {
			ans, _, err := w.core.Push(s, w.me, &in)
			if err == nil && ans.Kind != replica.KindForked {
				w.Errorf("two receipts that the device does not know of: %+v", ans)
			}
			return err
		})
	})
}

func otherLoginIsForked(w *world) {
	n := w.add(w.me, "+34400", "st_support", "Desk", number.Place{})
	c := w.client()
	w.push(w.me, c, 0, w.renames(n, "Desk", "One")...)
	w.unchanged(n, c, func() {
		if ans := w.push(w.dana, c, 1, w.renames(n, "One", "Hers")...); ans.Kind != replica.KindForked {
			w.Errorf("another login under the same client: %+v", ans)
		}
	})
}

func gapIsTold(w *world) {
	n := w.add(w.me, "+34500", "st_support", "Desk", number.Place{})
	c := w.client()
	w.push(w.me, c, 0, w.renames(n, "Desk", "One")...)
	w.unchanged(n, c, func() {
		ans := w.push(w.me, c, 3, w.renames(n, "Three", "Four")...)
		if ans.Kind != replica.KindGap || ans.ExpectMid != 2 || ans.Lmid != 1 {
			w.Errorf("mutations 2 and 3 are missing: %+v", ans)
		}
	})

	for name, in := range map[string]*replica.Push{
		"mids that fall": {Client: c, PrevMid: 1, Mutations: []replica.Mutation{{Mid: 3, Uid: w.uid()}, {Mid: 2, Uid: w.uid()}}},
		"no uid":         {Client: c, PrevMid: 1, Mutations: []replica.Mutation{{Mid: 2}}},
		"the server's own client": {Client: inventory.Online, PrevMid: 1,
			Mutations: []replica.Mutation{{Mid: 2, Uid: w.uid()}}},
		"too many": {Client: c, PrevMid: 1, Mutations: make([]replica.Mutation, replica.MaxPush+1)},
	} {
		err := w.in.Update(w.org, func(s inventory.Store) error {
			_, _, err := w.core.Push(s, w.me, in)
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			w.Errorf("%s: %v", name, err)
		}
	}
}

func renumberedIsCopied(w *world) {
	n := w.add(w.me, "+34600", "st_support", "Desk", number.Place{})
	c, next := w.client(), w.client()
	ms := append(w.renames(n, "Desk", "One"), w.mutation(replica.Set, n, name("Desk"), name("Never")))
	first := w.push(w.me, c, 0, ms...)
	head := w.head()

	ms = append(ms, w.renames(n, "One", "Two")...)
	second := w.push(w.me, next, 10, ms...)
	if second.Kind != replica.KindGap {
		w.Fatalf("a new client begins anywhere: %+v", second)
	}
	second = w.push(w.me, next, 0, ms...)
	if len(second.Outcomes) != 3 || second.Outcomes[2].St != replica.Applied {
		w.Fatalf("the renumbered log: %+v", second)
	}
	if diff := cmp.Diff(first.Outcomes, second.Outcomes[:2]); diff != "" {
		w.Errorf("copied receipts:\n%s", diff)
	}
	if w.head().Seq != head.Seq+1 {
		w.Error("a known intent was done again")
	}
	// The same uid again under the same client, at another mid.
	ans := w.push(w.me, next, 3, ms[0])
	if o := ans.Outcomes[0]; o.Mid != 4 || o.Seq != first.Outcomes[0].Seq || w.head().Seq != head.Seq+1 {
		w.Errorf("once more under the same client: %+v", ans)
	}
	w.view(func(s inventory.Store) error {
		list, err := s.Attentions(w.me.Login)
		if err != nil || len(list) != 1 || len(list[0].Mutations) != 1 {
			w.Errorf("what waits after copies: %+v (%v)", list, err)
		}
		return nil
	})
}

func unreadableBlocksNothing(w *world) {
	n := w.add(w.me, "+34700", "st_support", "Desk", number.Place{})
	good := w.renames(n, "Desk", "One")[0]
	bad := []*replica.Mutation{
		w.mutation("number.fly", n, nil, nil), w.mutation(replica.Set, "not an id", nil, nil),
		w.mutation(replica.Set, n, nil, nil), w.mutation(replica.Set, n, nil, nil), w.mutation(replica.Set, n, nil, nil),
	}
	bad[2].Rows = nil
	bad[3].V = 99
	bad[4].Rows = []replica.Edit{{ID: n}, {ID: n}}
	ans := w.push(w.me, w.client(), 0, append(bad, good)...)
	for i, o := range ans.Outcomes[:len(bad)] {
		if o.St != replica.Rejected || o.Technical != inventory.TooOld || o.Attention == "" {
			w.Errorf("unreadable mutation %d: %+v", i, o)
		}
	}
	if o := ans.Outcomes[len(bad)]; o.St != replica.Applied {
		w.Errorf("the edit behind them: %+v", o)
	}
}

func panicIsGivenUp(w *world) {
	var told int
	w.core.Bug = func(replica.Uid, any, []byte) { told++ }
	n := w.add(w.me, "+34800", "st_support", "Desk", number.Place{})
	c := w.client()
	ms := append(w.renames(n, "Desk", "One"),
		w.mutation(replica.Create, w.numberID(), nil, &number.Fields{E164: "+34801", CallPurpose: text("st_support")}))
	ms = append(ms, w.renames(n, "One", "Two")...)
	w.bug = true
	for i := range 2 {
		w.unchanged(n, c, func() {
			if _, _, err := w.tryPush(w.me, c, 0, ms...); err == nil {
				w.Errorf("panic %d gave no error", i+1)
			}
		})
	}
	ans := w.push(w.me, c, 0, ms...)
	if len(ans.Outcomes) != 3 {
		w.Fatalf("after three panics: %+v", ans)
	}
	if o := ans.Outcomes[1]; o.St != replica.Rejected || o.Technical != inventory.ServerBug || o.Attention == "" {
		w.Errorf("the mutation that panics: %+v", o)
	}
	if w.record(n).DisplayName != "Two" || ans.Lmid != 3 || told != 3 {
		w.Errorf("around it: %+v, told %d times", ans, told)
	}
	w.bug = false
	if again := w.push(w.me, c, 0, ms...); !cmp.Equal(ans.Outcomes, again.Outcomes) {
		w.Errorf("once given up it stays so: %+v", again.Outcomes[1])
	}
}

func oneItem(w *world) {
	n := w.add(w.me, "+34900", "st_support", "Desk", number.Place{})
	w.rename(w.dana, n, "Lobby")
	c, refused := w.client(), w.numberID()
	ans := w.push(w.me, c, 0, append(w.renames(n, "Desk", "One", "Two"),
		w.mutation(replica.Create, refused, nil, &number.Fields{E164: "nonsense", CallPurpose: text("st_support")}),
		w.mutation(replica.Set, refused, name(""), name("A")),
		w.mutation(replica.Set, refused, name("A"), name("B")))...)
	o := ans.Outcomes
	if o[0].Attention == "" || o[0].Attention != o[1].Attention || o[2].Attention != o[3].Attention || o[3].Attention != o[4].Attention || o[0].Attention == o[2].Attention {
		w.Errorf("items: %v", o)
	}
	var list *replica.AttentionAnswer
	look := func() {
		w.view(func(s inventory.Store) (err error) {
			list, err = w.core.Attention(s, w.me)
			return err
		})
	}
	look()
	if len(list.Items) != 2 || list.Ver == 0 {
		w.Fatalf("what waits: %+v", list)
	}
	first := list.Items[0]
	if first.ID != o[0].Attention || len(first.Mutations) != 2 || first.By != "Me" || first.Device != "Firefox" || *first.Faults[0].Mine.DisplayName != "Two" || *first.Faults[0].Now.DisplayName != "Lobby" {
		w.Errorf("the item: %+v", first)
	}

	resolve := func(a inventory.Actor, how string) (acts []inventory.Act, err error) {
		err = w.in.Update(w.org, func(s inventory.Store) (err error) {
			acts, err = w.core.Resolve(s, a, first.ID, how)
			return err
		})
		return acts, err
	}
	if _, err := resolve(w.dana, "discard"); !errs.Is(err, errs.NotFound) {
		w.Errorf("somebody else's item: %v", err)
	}
	if _, err := resolve(w.me, "shout"); !errs.Is(err, errs.Invalid) {
		w.Errorf("an unknown way: %v", err)
	}
	if acts, err := resolve(w.me, "discard"); err != nil || len(acts) != 1 {
		w.Errorf("resolving: %v, %v", acts, err)
	}
	if _, err := resolve(w.me, "discard"); !errs.Is(err, errs.NotFound) {
		w.Errorf("twice: %v", err)
	}
	ver := list.Ver
	look()
	if len(list.Items) != 1 || list.Ver <= ver {
		w.Errorf("after it: %+v", list)
	}
	after := w.push(w.me, c, 5, w.mutation(replica.Set, n, name("Desk"), name("Three"))).Outcomes[0]
	if after.Attention == "" || after.Attention == first.ID {
		w.Errorf("a later edit joined a resolved item: %+v", after)
	}
}

// itemKeepsFaults lets edits of one number fail in different ways, one after the other.
func itemKeepsFaults(w *world) {
	n := w.add(w.me, "+34950", "st_support", "Desk", w.at(0, 0))
	w.rename(w.dana, n, "Lobby")
	refused, at := w.numberID(), w.at(1, 2)
	c := w.client()
	ms := []*replica.Mutation{
		w.mutation(replica.Set, n, &number.Fields{DisplayName: text("Desk"), Place: &number.Place{}}, &number.Fields{DisplayName: text("One"), Place: &at}),
		w.mutation(replica.Set, n, purpose("st_support"), purpose("st_old")),
		w.mutation(replica.Set, n, name("One"), name("Two")),
		w.removal(n, 0),
		w.removal(n, 0),
		w.mutation(replica.Create, refused, nil, &number.Fields{E164: "+34950", CallPurpose: text("st_support"), DisplayName: text("Hall"), Place: &at}),
		w.mutation(replica.Set, refused, name("Hall"), &number.Fields{DisplayName: text("A"), CallPurpose: text("st_sales")}),
		w.mutation(replica.Set, refused, name("A"), name("B")),
		w.mutation(replica.Remove, refused, nil, nil),
	}
	w.push(w.me, c, 0, ms...)

	type told struct {
		Reason number.Reason
		Mine   *number.Fields
		Now    *number.Fields
	}
	hers := told{number.Conflict, name("Two"), name("Lobby")}
	for i, want := range [][]told{
		{{number.Conflict, placed(at), placed(w.at(0, 0))}, {number.UnknownCallPurpose, purpose("st_old"), purpose("st_support")}, hers, {number.Conflict, nil, nil}},
		{{number.ExistsElsewhere, ms[5].Set, nil}, {number.NotFound, purpose("st_sales"), nil}, {number.NotFound, name("B"), nil}, {number.NotFound, nil, nil}},
	} {
		var list []replica.Attention
		w.view(func(s inventory.Store) (err error) {
			list, err = s.Attentions(w.me.Login)
			return err
		})
		if len(list) != 2 {
			w.Fatalf("%d items", len(list))
		}
		var got []told
		for _, f := range list[i].Faults {
			got = append(got, told{f.Reason, f.Mine, f.Now})
		}
		if diff := cmp.Diff(want, got); diff != "" || len(list[i].Mutations) < 4 {
			w.Errorf("item %d, of %d edits, tells of:\n%s", i, len(list[i].Mutations), diff)
		}
		if f := list[1].Faults[0]; f.Other != n || *f.Place != w.at(0, 0) {
			w.Errorf("the number that is there already: %+v", f)
		}
	}

	unread := w.mutation(replica.Set, n, name("Lobby"), name("Three"))
	unread.V = 99
	w.push(w.me, c, 9, unread, w.mutation(replica.Set, n, name("Two"), name("Four")))
	w.view(func(s inventory.Store) error {
		list, err := s.Attentions(w.me.Login)
		if len(list) != 2 || list[0].Technical != inventory.TooOld || len(list[0].Mutations) != 7 || len(list[0].Faults) != 4 {
			w.Errorf("with one that can't be read: %+v", list)
		}
		return err
	})
}

// unreadableJoinsNothing: an edit that tells no number is an item of its own, whatever waits already.
func unreadableJoinsNothing(w *world) {
	c := w.client()
	bulk := w.mutation(replica.Set, w.numberID(), nil, name("A"))
	bulk.Rows = append(bulk.Rows, replica.Edit{ID: w.numberID()})
	ans := w.push(w.me, c, 0, bulk, w.mutation(replica.Set, "", nil, name("B")), w.mutation(replica.Set, "", nil, name("C")),
		w.mutation(replica.Set, "x", nil, name("D")), w.mutation(replica.Set, "x", nil, name("E")))
	w.view(func(s inventory.Store) error {
		for i, o := range ans.Outcomes {
			item, err := s.Attention(o.Attention)
			if err != nil || item == nil || len(item.Mutations) != 1 || item.Mutations[0].Uid != o.Uid || (item.Technical == "") != (i == 0) || (len(item.Faults) > 0) != (i == 0) {
				w.Errorf("the item of mutation %d: %+v, %v", i, item, err)
			}
		}
		return nil
	})
}

func manyRows(w *world) {
	m := w.mutation(replica.Set, "", nil, purpose("st_sales"))
	m.Rows = nil
	for i := range 6 {
		e := number.E164("+3500" + string(rune('0'+i)))
		n := w.add(w.me, e, "st_support", "Desk", number.Place{})
		m.Rows = append(m.Rows, replica.Edit{ID: n, Was: purpose("st_support")})
	}
	w.edit(w.dana, w.mutation(replica.Set, m.Rows[1].ID, purpose("st_support"), purpose("st_silent")))
	w.edit(w.dana, w.mutation(replica.Set, m.Rows[2].ID, purpose("st_support"), purpose("st_sales")))
	w.edit(w.dana, w.removal(m.Rows[3].ID, 1<<40))
	m.Rows[4].Set = &number.Fields{CallPurpose: text("none")}
	head := w.head()

	ans, acts, err := w.tryPush(w.me, w.client(), 0, m)
	must(w, err)
	o := ans.Outcomes[0]
	if o.St != replica.Merged || o.Applied != 2 || o.Rejected != 3 || o.Seq != head.Seq+2 || o.Attention == "" {
		w.Errorf("the outcome: %+v", o)
	}
	if diff := cmp.Diff([]string{"conflict", "not_found number", "unknown_call_purpose"}, reasons(o)); diff != "" {
		w.Errorf("reasons:\n%s", diff)
	}
	if len(acts) != 1 || acts[0].Detail["what"] != "call_purpose" || acts[0].Detail["applied"] != "2" || acts[0].Detail["rejected"] != "3" {
		w.Errorf("the record: %+v", acts)
	}
}

func onlineIsIdempotent(w *world) {
	n := w.add(w.me, "+35100", "st_support", "Desk", w.at(0, -1))
	m := w.mutation(replica.Set, n, &number.Fields{DisplayName: text("Desk"), Place: placed(w.at(0, -1)).Place},
		&number.Fields{DisplayName: text("Lobby"), Place: placed(w.at(1, 2)).Place})
	var acts []inventory.Act
	var first *replica.Outcome
	w.update(func(s inventory.Store) (err error) {
		first, acts, err = w.core.Edit(s, w.me, m)
		return err
	})
	want := map[string]string{
		"number": "+35100", "what": "display_name, assignment", "from.display_name": "Desk", "to.display_name": "Lobby",
		"from.assignment": "Unit 0", "to.assignment": "Unit 1 / Program 2",
	}
	if len(acts) != 1 || acts[0].Object != string(n) || !cmp.Equal(want, acts[0].Detail) {
		w.Errorf("the record: %+v", acts)
	}
	head := w.head()
	if again := w.edit(w.me, m); !cmp.Equal(*first, again) || w.head() != head {
		w.Errorf("again: %+v, first %+v", again, first)
	}
	if o := w.edit(w.me, w.mutation(replica.Set, n, name("Desk"), name("X"))); o.St != replica.Rejected || o.Attention != "" {
		w.Errorf("a refused online edit: %+v", o)
	}
	// A device may carry up what was done online meanwhile.
	if ans := w.push(w.me, w.client(), 0, m); ans.Outcomes[0].Seq != first.Seq || ans.Outcomes[0].Mid != 1 {
		w.Errorf("the same intent from a device: %+v", ans)
	}
}
