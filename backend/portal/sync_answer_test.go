package portal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

const mib = 1 << 20

// bulky is an edit of numbers that are not there, whose outcome has more than half a MiB though it is sent in few bytes.
func bulky(mid replica.Mid) replica.Mutation {
	long := strings.Repeat("x", 1000)
	m := replica.Mutation{Mid: mid, Uid: anyUid(), V: 1, Op: replica.Set, Set: &number.Fields{DisplayName: &long}}
	for range replica.MaxRows {
		m.Rows = append(m.Rows, replica.Edit{ID: anyID[id.Number]()})
	}
	return m
}

func bulk(n int) (list []replica.Mutation) {
	for i := range n {
		list = append(list, bulky(replica.Mid(i+1)))
	}
	return list
}

func (w *away) bytesOf(v any) int {
	w.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(b)
}

// within fails the test when an answer is larger than so many bytes.
func (w *away) within(v any, most int) {
	w.t.Helper()
	if n := w.bytesOf(v); n > most {
		w.t.Errorf("an answer of %d bytes, want up to %d", n, most)
	}
}

// TH23: what became of a push is told in parts when it is much, and each part brings its device further.
func TestPushAnswersAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	list := bulk(10)
	p := replica.Push{Client: anyID[id.Device](), Mutations: list}
	seen, calls := 0, 0
	for ; seen < len(list) && calls < len(list); calls++ {
		a := backendtest.Must(w.push(w.marie, p))
		w.within(a, 4*mib+4096)
		if a.Kind != replica.KindOK || len(a.Outcomes) == 0 {
			t.Fatalf("after %d outcomes: %s, %d more", seen, a.Kind, len(a.Outcomes))
		}
		for _, o := range a.Outcomes {
			if o.Uid != list[seen].Uid || o.St != replica.Rejected || len(o.Faults) != replica.MaxRows {
				t.Fatalf("outcome %d: %s %s, %d faults", seen, o.Uid, o.St, len(o.Faults))
			}
			seen++
		}
		p.PrevMid, p.Mutations = replica.Mid(seen), list[seen:]
	}
	if seen != len(list) || calls < 2 {
		t.Errorf("%d outcomes of %d after %d calls", seen, len(list), calls)
	}
	// The whole push again, as after an answer that was lost.
	p.PrevMid, p.Mutations = 0, list
	a := backendtest.Must(w.push(w.marie, p))
	w.within(a, 4*mib+4096)
	if len(a.Outcomes) == 0 || a.Lmid != 10 {
		t.Errorf("again: %d outcomes, lmid %d", len(a.Outcomes), a.Lmid)
	}
	// Who leaves out what the server has, or brings another edit in its place, is still found out.
	for _, last := range []replica.Mutation{list[9], {Mid: 9, Uid: anyUid(), V: 1, Op: replica.Set, Rows: list[0].Rows[:1]}} {
		p.Mutations = []replica.Mutation{last}
		if a := backendtest.Must(w.push(w.marie, p)); a.Kind != replica.KindForked {
			t.Errorf("a push that leaves out edits: %s", a.Kind)
		}
	}
}

// TH23: a copy of a large outcome costs as much as the outcome, however little of the edit is sent again.
func TestCopiedOutcomesAreBudgetedTH23(t *testing.T) {
	w := newRush(t)
	list := bulk(10)
	backendtest.Must(w.push(w.marie, replica.Push{Client: anyID[id.Device](), Mutations: list}))
	for i := range list {
		list[i].Set, list[i].Rows = nil, list[i].Rows[:1]
	}
	var err error
	for n := 0; n < 40 && err == nil; n++ {
		var a replica.PushAnswer
		c := anyID[id.Device]()
		if a, err = w.push(w.marie, replica.Push{Client: c, Mutations: list}); err == nil {
			w.within(a, 4*mib+4096)
			if kept := w.scalar(`SELECT SUM(LENGTH(outcome)) FROM sync_receipt WHERE client = ?`, string(c)); kept > 4*mib {
				t.Fatalf("one push leaves copies of %d bytes", kept)
			}
		}
	}
	backendtest.Refused(t, err, errs.TooMany)
	if kept := w.scalar(`SELECT SUM(LENGTH(outcome)) FROM sync_receipt`); kept > 4*replica.MaxLogBytes {
		t.Errorf("%d bytes are kept", kept)
	}
	w.Verify()
}

// TH23: who says that they have no outcome yet is told as much as one answer holds.
func TestPullAnswersAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	c, list := anyID[id.Device](), bulk(20)
	backendtest.Must(w.push(w.marie, replica.Push{Client: c, Mutations: list[:10]}))
	backendtest.Must(w.push(w.marie, replica.Push{Client: c, PrevMid: 10, Mutations: list[10:]}))
	cursor := backendtest.Must(w.begin(w.marie)).Snapshot.Cursor
	for name, p := range map[string]replica.Pull{"reset": {}, "verify": {Cursor: cursor}, "rest": {Cursor: cursor, ReceiptSum: replica.SumText(0)}} {
		p.Client, p.Schema, p.FirstMid = c, replica.Schema, 1
		seen := 0
		for calls := 0; seen < len(list); calls++ {
			a := backendtest.Must(backendtest.Call(w.marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme}, Body: p}))
			w.within(a, 4*mib+4096)
			if len(a.Outcomes) == 0 || calls > len(list) {
				t.Fatalf("%s: nothing after %d outcomes", name, seen)
			}
			for _, o := range a.Outcomes {
				if o.Uid != list[seen].Uid {
					t.Fatalf("%s: outcome %d is of %s", name, seen, o.Uid)
				}
				seen++
			}
			p.FirstMid, p.AckMid = replica.Mid(seen+1), replica.Mid(seen)
		}
	}
}

// TH23: a page of changes ends where it has its bytes, too, and the next one goes on there.
func TestPagesOfChangesAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	p := replica.Pull{Client: d.Meta().Client, Schema: replica.Schema, Cursor: d.Meta().Cursor, FirstMid: 1, ReceiptSum: replica.SumText(0)}
	// No rule of today lets a row be so long.
	core := &inventory.Core{}
	check := w.DB.Update(t.Context(), func(tx *store.Tx) error {
		tx.MarkRecorded()
		for range 40 {
			u := number.Unit{ID: anyID[id.BusinessUnit](), Name: strings.Repeat("x", 100<<10)}
			if _, err := core.Put(tx.Inventory(t.Context(), w.Acme, nil), inventory.Actor{}, replica.Change{Kind: replica.KindUnit, ID: string(u.ID), Unit: &u}); err != nil {
				return err
			}
		}
		return nil
	})
	if check != nil {
		t.Fatal(check)
	}
	at, _, _ := replica.ReadCursor(p.Cursor)
	from, seen, pages := int(at.Seq), 0, 0
	for more := true; more; pages++ {
		a := backendtest.Must(backendtest.Call(w.marie, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme}, Body: p}))
		w.within(a, mib+4096)
		for _, ch := range a.Changes {
			if seen++; ch.Seq != int64(from+seen) {
				t.Fatalf("change %d after %d", ch.Seq, from+seen-1)
			}
		}
		if len(a.Changes) == 0 || pages > 40 {
			t.Fatal("a page without a change")
		}
		p.Cursor, more = a.Cursor, a.More
	}
	if seen != 40 || pages < 4 {
		t.Errorf("%d changes on %d pages", seen, pages)
	}
}

// N13, TH23: a device whose outcomes don't fit into one answer goes on by itself until it has all of them: when answers
// get lost, and when the server went back.
func TestManyOutcomesReachTheirDeviceN13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n := d.Create(firstNumber, "survey")
	lost := 0
	d.Lose = func(r *replica.Request) bool { // one answer in two of all kinds
		lost++
		return lost%2 == 1
	}
	var uids []replica.Uid
	for _, m := range bulk(24) {
		uids = append(uids, d.Edit(m.Op, m.Set, m.Rows...))
	}
	for range 60 {
		if d.Unsent() == 0 {
			break
		}
		d.Sync(t.Context())
	}
	d.Lose = nil
	w.sync(d)
	settled := func(when string) {
		t.Helper()
		if d.Unsent() != 0 {
			t.Errorf("%s: %d unsent", when, d.Unsent())
		}
		for i, u := range uids {
			if o := d.Outcome(u); o == nil || o.St != replica.Rejected || len(o.Faults) != replica.MaxRows {
				t.Errorf("%s: outcome of edit %d: %+v", when, i, o)
			}
		}
	}
	settled("after lost answers")

	backup := w.Backup()
	u := d.Rename(n, "Lost")
	w.sync(d)
	w.Rewind(backup)
	for range 3 {
		w.sync(d)
	}
	settled("after a restore")
	if state(d, u) != replica.Applied {
		t.Errorf("what the restore lost: %q", state(d, u))
	}
	w.shows(d, n, "Lost")
	w.Verify()
}

// N13, TH23: of more items than one answer holds the oldest are told and how many more there are; who closes those gets the
// next ones. The same for what people left.
func TestWaitingItemsAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Jonas)
	for _, m := range bulk(12) {
		d.Edit(m.Op, m.Set, m.Rows...)
	}
	w.sync(d)
	own, closed := w.As(w.Jonas), 0
	for rounds := 0; closed < 12 && rounds < 12; rounds++ {
		a := backendtest.Must(backendtest.Call(own, api.ListAttention, api.Org{Org: w.Acme}))
		w.within(a, 4*mib+4096)
		if len(a.Items) == 0 || closed+len(a.Items)+a.More != 12 || rounds == 0 && a.More == 0 {
			t.Fatalf("round %d: %d items and %d more, %d closed, %d on the device", rounds, len(a.Items), a.More, closed, len(d.Attention()))
		}
		if len(d.Attention()) != len(a.Items) {
			t.Errorf("round %d: %d items on the device, %d told", rounds, len(d.Attention()), len(a.Items))
		}
		for _, it := range a.Items {
			in := api.ResolveAttentionIn{Org: api.Org{Org: w.Acme}, Attention: it.ID}
			in.Body.How = "discard"
			backendtest.Must(backendtest.Call(own, api.ResolveAttention, in))
			closed++
		}
		w.sync(d)
	}
	if closed != 12 || len(d.Attention()) != 0 {
		t.Errorf("%d closed, %d left on the device", closed, len(d.Attention()))
	}

	for _, m := range bulk(4) {
		d.Edit(m.Op, m.Set, m.Rows...)
	}
	w.sync(d)
	w.Exec(`UPDATE contact SET access = FALSE WHERE id = ?`, w.Jonas.Contact)
	a := backendtest.Must(backendtest.Call(w.marie, api.ListAttention, api.Org{Org: w.Acme}))
	w.within(a, mib+4096)
	if len(a.Others) == 0 || a.MoreOthers == 0 || len(a.Others)+a.MoreOthers != 4 {
		t.Errorf("%d of others and %d more", len(a.Others), a.MoreOthers)
	}
}

// N13: of what somebody brings who lost access, that which the server knows takes no place: what is new is recorded.
func TestLostPushBringsWhatIsNewN13(t *testing.T) {
	w := newAway(t)
	jonas, c, list := w.As(w.Jonas), anyID[id.Device](), bulk(10)
	backendtest.Must(w.push(jonas, replica.Push{Client: c, Mutations: list}))
	w.Exec(`UPDATE contact SET access = FALSE WHERE id = ?`, w.Jonas.Contact)
	for i := range list {
		list[i].Set, list[i].Rows = nil, list[i].Rows[:1]
	}
	fresh := bulky(11)
	_, err := w.push(jonas, replica.Push{Client: c, Mutations: append(list, fresh)})
	backendtest.Refused(t, err, errs.Wipe)
	if n := w.scalar(`SELECT COUNT(*) FROM sync_receipt WHERE uid = ?`, string(fresh.Uid)); n != 1 {
		t.Errorf("%d receipts of the new edit", n)
	}
	w.Verify()
}
