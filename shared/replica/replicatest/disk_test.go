package replicatest_test

import (
	"slices"
	"testing"

	"countersign/shared/number"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// commit commits what must be committed.
func commit(t *testing.T, d *replicatest.Disk, tx replica.Tx) []replica.Mid {
	t.Helper()
	tx.If.Generation = d.Meta().Generation
	mids, why := d.Commit(&tx)
	if why != "" {
		t.Fatalf("refused: %s", why)
	}
	return mids
}

// edits are entries that nothing became of yet.
func edits(uids ...replica.Uid) (list []replica.Entry) {
	for _, u := range uids {
		list = append(list, replica.Entry{Mutation: replica.Mutation{Uid: u}})
	}
	return list
}

func rowOf(key string, ver int64) replica.Change {
	return replica.Change{Seq: ver, Kind: replica.KindPurpose, ID: key, Purpose: &number.Purpose{Key: key}}
}

// I6: what the guard does not allow changes nothing.
func TestRefusedWhole(t *testing.T) {
	d := replicatest.NewDisk()
	commit(t, d, replica.Tx{Meta: &replica.Meta{Client: "c1", Cursor: "at 1"}})
	elsewhere := "at 2"
	for _, g := range []replica.Guard{{Generation: 1}, {Client: "c2"}, {Cursor: &elsewhere}} {
		_, why := d.Commit(&replica.Tx{If: g, Append: edits("u1"), Rows: []replica.Change{rowOf("sales", 1)}})
		if why != replica.FailedStale || !d.Empty() || d.Meta().Tx != 1 {
			t.Errorf("%+v: %q, left is %+v", g, why, d.Stored())
		}
	}
}

// I3: mids are given once, also to entries that are numbered anew and after a wipe.
func TestMidsAreNeverGivenTwice(t *testing.T) {
	d := replicatest.NewDisk()
	got := commit(t, d, replica.Tx{Append: edits("u1", "u2")})
	got = append(got, commit(t, d, replica.Tx{Renumber: true, Append: edits("u3")})...)
	commit(t, d, replica.Tx{DelLog: []replica.Mid{5}})
	copied := d.Clone()
	commit(t, d, replica.Tx{PutLog: []replica.Entry{{Mutation: replica.Mutation{Mid: 4, Uid: "put"}}}})
	commit(t, d, replica.Tx{Wipe: true})
	got = append(got, commit(t, d, replica.Tx{Append: edits("u4")})...)
	if want := []replica.Mid{1, 2, 3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("given were %v, want %v", got, want)
	}
	if log := copied.Log(); len(log) != 2 || log[0].Mid != 3 || log[1].Uid != "u2" {
		t.Errorf("the copy's log is %+v", log)
	}
}

// I20: nothing outlives a wipe, and who has not heard of it is refused.
func TestWipe(t *testing.T) {
	d := replicatest.NewDisk()
	commit(t, d, replica.Tx{Meta: &replica.Meta{Client: "c1", Stage: &replica.Manifest{ID: "s"}}, Append: edits("u1"), Rows: []replica.Change{rowOf("sales", 1)},
		Stage: &replica.Staged{Data: []byte("chunk")}, PutAttention: []replica.Attention{{ID: "a1"}}})
	commit(t, d, replica.Tx{Wipe: true})
	if d.Meta() != (replica.Meta{Generation: 1, Tx: 2}) || !d.Empty() {
		t.Errorf("left is %+v", d.Stored())
	}
	if _, why := d.Commit(&replica.Tx{Append: edits("late")}); why != replica.FailedStale || !d.Empty() {
		t.Errorf("a late writer: %q", why)
	}
}

// I8: chunks become base together, in place of all that was there; those of a stage that was given up are gone.
func TestSwap(t *testing.T) {
	d := replicatest.NewDisk()
	stage := func(name string, chunks int) *replica.Meta {
		return &replica.Meta{Stage: &replica.Manifest{ID: name, Chunks: make([]replica.Chunk, chunks)}}
	}
	chunk := func(n int, rows ...replica.Change) *replica.Staged {
		return &replica.Staged{N: n, Data: replica.AppendFrame(nil, rows)}
	}
	commit(t, d, replica.Tx{Meta: stage("s1", 2), Rows: []replica.Change{rowOf("old", 1)}})
	commit(t, d, replica.Tx{Stage: chunk(1, rowOf("given up", 2))})
	commit(t, d, replica.Tx{Meta: stage("s2", 2), Stage: chunk(0, rowOf("a", 3), rowOf("b", 4))})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a chunk of another snapshot became base")
			}
		}()
		d.Clone().Commit(&replica.Tx{Swap: true, Meta: &replica.Meta{}})
	}()

	commit(t, d, replica.Tx{Stage: chunk(1, rowOf("c", 5))})
	commit(t, d, replica.Tx{Swap: true, Meta: &replica.Meta{Cursor: "at 5"}})
	commit(t, d, replica.Tx{Rows: []replica.Change{{Seq: 6, Kind: replica.KindPurpose, ID: "a", Del: true}, rowOf("d", 7)}})
	base, err := d.Base()
	var keys []string
	for k := range base {
		keys = append(keys, k.ID)
	}
	slices.Sort(keys)
	if want := []string{"b", "c", "d"}; err != nil || !slices.Equal(keys, want) {
		t.Errorf("base has %v, want %v (%v)", keys, want, err)
	}
	if s := d.Stored(); len(s.Chunks) != 2 || len(s.Rows) != 2 || s.Rows[0].ID != "a" || s.Meta.Tx != 6 {
		t.Errorf("stored is %+v", s)
	}
}
