package simulate

import (
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// TestReadWhileFrozen: a tab that freezes while its store is read is judged when it was told what was read, and not
// already when that waits behind what another tab committed.
func TestReadWhileFrozen(t *testing.T) {
	w := &world{}
	defer func() {
		if p := recover(); p != nil {
			t.Error(p)
		}
	}()
	w.prepare(1)
	w.settle()
	w.run(w.now + 20*second)
	w.deep = true
	d := w.devices[0]
	tb := d.tabs[0]
	commit := func(tx replica.Tx) *replica.Committed {
		if _, why := d.st.commit(tx); why != "" {
			t.Fatal(why)
		}
		return &replica.Committed{No: d.st.meta.Tx, Tx: tx}
	}

	n := &number.Number{ID: id.Number(w.name('b')), Ver: 1}
	commit(replica.Tx{Rows: []replica.Change{{Kind: replica.KindNumber, ID: string(n.ID), Number: n}}}) // it is not told of this
	tb.step(replica.Event{Committed: commit(replica.Tx{})})
	if tb.loads != 1 {
		t.Fatalf("after a hole it reads the store %d times", tb.loads)
	}
	tb.freeze()
	tb.notice(commit(replica.Tx{}), 0, false)
	w.run(w.now + 100)
	if len(tb.late) < 2 || tb.late[0].Committed == nil || tb.late[1].Loaded == nil {
		t.Fatalf("%d events wait, not what was committed and then what was read", len(tb.late))
	}
	views := w.count.views
	tb.thaw()
	if w.count.views == views {
		t.Error("it is never judged")
	}
	if v, _ := tb.e.Row(n.ID); v.ID != n.ID {
		t.Error("what was read is not shown")
	}
}
