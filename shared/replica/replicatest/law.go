package replicatest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Store is what keeps a copy, as the laws see it: one of the ways to it that are open.
type Store interface {
	Commit(tx *replica.Tx) (mids []replica.Mid, why string)
	Stored() *replica.Stored
	Empty() bool // nothing of a copy, of edits or of what waits for the person is there
}

// Laws holds a kind of store to what Disk promises. fresh gives all ways to a new one, as many as are to be tried at once:
// what is done is done through each in turn.
func Laws(t *testing.T, fresh func(t *testing.T) []Store) {
	for _, law := range []struct {
		name string
		hold func(*under)
	}{
		{"what the guard does not allow changes nothing", refusedWhole},
		{"mids are given once", midsOnce},
		{"transactions are counted without a gap", counted},
		{"nothing outlives a wipe", wiped},
		{"chunks become base together", swapped},
		{"a stage that is given up is gone", givenUp},
		{"what was written is read", kept},
	} {
		t.Run(law.name, func(t *testing.T) { law.hold(&under{T: t, ways: fresh(t)}) })
	}
}

// under is a store under a law.
type under struct {
	*testing.T
	ways []Store
	turn int
}

func (u *under) store() Store {
	u.turn++
	return u.ways[u.turn%len(u.ways)]
}

// commit commits what must be committed.
func (u *under) commit(tx replica.Tx) []replica.Mid {
	u.Helper()
	tx.If.Generation = u.store().Stored().Meta.Generation
	mids, why := u.store().Commit(&tx)
	if why != "" {
		u.Fatalf("refused: %s", why)
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

func stageOf(name string, chunks int) *replica.Meta {
	return &replica.Meta{Client: "c1", Stage: &replica.Manifest{ID: name, Chunks: make([]replica.Chunk, chunks)}}
}

func chunkOf(n int, rows ...replica.Change) *replica.Staged {
	return &replica.Staged{N: n, Data: replica.AppendFrame(nil, rows)}
}

// I6: also when it says so of only one thing, and whatever the transaction wants.
func refusedWhole(u *under) {
	one, other := int64(1), int64(2)
	here, elsewhere := "at 1", "at 2"
	u.commit(replica.Tx{Meta: &replica.Meta{Client: "c1", Cursor: here, Rev: one}})
	before := u.store().Stored()
	for _, g := range []replica.Guard{{Generation: 1}, {Client: "c2"}, {Cursor: &elsewhere}, {Rev: &other}, {Client: "c1", Cursor: &here, Rev: &other}} {
		for _, tx := range []replica.Tx{
			{If: g, Append: edits("u1"), Rows: []replica.Change{rowOf("sales", 1)}, Meta: &replica.Meta{Client: "c3"}},
			{If: g, Strict: true, Wipe: true},
			{If: g, Renumber: true},
		} {
			_, why := u.store().Commit(&tx)
			if why != replica.FailedStale || !u.store().Empty() {
				u.Errorf("%+v: %q, left is %+v", g, why, u.store().Stored())
			}
			if diff := Differ(u.store().Stored(), before); diff != "" {
				u.Errorf("%+v: %s", g, diff)
			}
		}
	}
	if _, why := u.store().Commit(&replica.Tx{If: replica.Guard{Client: "c1", Cursor: &here, Rev: &one}}); why != "" {
		u.Errorf("what the guard allows: %q", why)
	}
}

// I3: also to entries that are numbered anew, and after a wipe.
func midsOnce(u *under) {
	got := u.commit(replica.Tx{Append: edits("u1", "u2")})
	got = append(got, u.commit(replica.Tx{Renumber: true, Append: edits("u3")})...)
	u.commit(replica.Tx{DelLog: []replica.Mid{5}})
	u.commit(replica.Tx{PutLog: []replica.Entry{{Mutation: replica.Mutation{Mid: 4, Uid: "put"}, Outcome: &replica.Outcome{Mid: 4, St: replica.Applied}}}})
	s := u.store().Stored()
	if s.NextMid != 6 || len(s.Log) != 2 || s.Log[0].Mid != 3 || s.Log[0].Uid != "u1" || s.Log[1].Mid != 4 || s.Log[1].Uid != "put" || s.Log[1].Outcome == nil {
		u.Errorf("the log is %+v, next is %d", s.Log, s.NextMid)
	}
	got = append(got, u.commit(replica.Tx{Renumber: true})...)
	if s := u.store().Stored(); len(s.Log) != 2 || s.Log[1].Outcome != nil {
		u.Errorf("numbered anew is %+v", s.Log)
	}
	u.commit(replica.Tx{Wipe: true})
	got = append(got, u.commit(replica.Tx{Append: edits("u4")})...)
	if want := []replica.Mid{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		u.Errorf("given were %v, want %v", got, want)
	}
}

func counted(u *under) {
	for want := int64(1); want < 8; want++ {
		u.commit(replica.Tx{Wipe: want == 4, Append: edits("u")})
		_, _ = u.store().Commit(&replica.Tx{If: replica.Guard{Generation: 9}})
		if got := u.store().Stored().Meta.Tx; got != want {
			u.Fatalf("%d transactions were counted as %d", want, got)
		}
	}
}

// I20: and who has not heard of it is refused.
func wiped(u *under) {
	u.commit(replica.Tx{Meta: stageOf("s1", 1), Stage: chunkOf(0, rowOf("base", 1))})
	u.commit(replica.Tx{Meta: &replica.Meta{Client: "c1"}, Swap: true})
	u.commit(replica.Tx{Meta: stageOf("s2", 1), Append: edits("u1"), Rows: []replica.Change{rowOf("sales", 1)},
		Stage: &replica.Staged{Data: []byte("chunk")}, PutAttention: []replica.Attention{{ID: "a1"}}})
	u.commit(replica.Tx{Wipe: true})
	if s := u.store().Stored(); s.Meta != (replica.Meta{Generation: 1, Tx: 4}) || !u.store().Empty() {
		u.Errorf("left is %+v", s)
	}
	for _, way := range u.ways {
		if _, why := way.Commit(&replica.Tx{Append: edits("late")}); why != replica.FailedStale || !way.Empty() {
			u.Errorf("a late writer: %q", why)
		}
	}
}

// I8: in place of all that was there.
func swapped(u *under) {
	u.commit(replica.Tx{Meta: stageOf("s1", 2), Rows: []replica.Change{rowOf("old", 1)}})
	u.commit(replica.Tx{Stage: chunkOf(1, rowOf("c", 5))})
	if s := u.store().Stored(); len(s.Chunks) != 0 || len(s.Rows) != 1 {
		u.Errorf("while it is downloaded, base is %d chunks and %d rows", len(s.Chunks), len(s.Rows))
	}
	u.commit(replica.Tx{Stage: chunkOf(0, rowOf("a", 3), rowOf("b", 4))})
	u.commit(replica.Tx{Swap: true, Meta: &replica.Meta{Cursor: "at 5"}, Rows: []replica.Change{rowOf("e", 8)}})
	u.commit(replica.Tx{Rows: []replica.Change{{Seq: 6, Kind: replica.KindPurpose, ID: "a", Del: true}, rowOf("d", 7)}})
	u.base("b", "c", "d", "e")
	u.commit(replica.Tx{Meta: stageOf("s2", 1), Stage: chunkOf(0, rowOf("f", 9))})
	u.base("b", "c", "d", "e")
	u.commit(replica.Tx{Swap: true, Meta: &replica.Meta{Cursor: "at 9"}})
	u.base("f")
}

// base says what base must be.
func (u *under) base(want ...string) {
	u.Helper()
	s := u.store().Stored()
	all := map[Key]replica.Change{}
	for _, frame := range s.Chunks {
		rows, err := replica.ReadFrame(frame)
		if err != nil {
			u.Fatal(err)
		}
		lay(all, slices.Values(rows))
	}
	lay(all, slices.Values(s.Rows))
	var got []string
	for k := range all {
		got = append(got, k.ID)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		u.Errorf("base has %v, want %v", got, want)
	}
}

// I8: whether another one follows or none.
func givenUp(u *under) {
	u.commit(replica.Tx{Meta: stageOf("s1", 2)})
	u.commit(replica.Tx{Stage: chunkOf(0, rowOf("given up", 2))})
	u.commit(replica.Tx{Meta: &replica.Meta{Client: "c1"}})
	if !u.store().Empty() {
		u.Error("chunks are left of a stage that was given up")
	}
	u.commit(replica.Tx{Meta: stageOf("s2", 2), Stage: chunkOf(1, rowOf("given up", 3))})
	u.commit(replica.Tx{Meta: stageOf("s3", 1), Stage: chunkOf(0, rowOf("a", 4))})
	u.commit(replica.Tx{Swap: true, Meta: &replica.Meta{Client: "c1"}})
	u.base("a")
	if s := u.store().Stored(); len(s.Chunks) != 1 {
		u.Errorf("base is %d chunks", len(s.Chunks))
	}
}

// I1: every field, and texts of any kind.
func kept(u *under) {
	text, seq := "Größe \"1\" <b> \u2028 \U0001f4de", int64(1)<<52
	put := replica.Entry{Mutation: replica.Mutation{Uid: "u1", V: 1, Op: replica.Set, WasEpoch: "e1", Group: "g", At: 1,
		Rows: []replica.Edit{{ID: "n1", Was: &number.Fields{DisplayName: &text}, WasVer: 3}}, Set: &number.Fields{CallPurpose: &text}}}
	item := replica.Attention{ID: "a1", Login: "l1", By: text, At: 5, Mutations: []replica.Mutation{put.Mutation}, Faults: []replica.Fault{{ID: "n1", By: text}}}
	meta := &replica.Meta{Client: "c1", Generation: 0, Rev: 7, Cursor: "at", Floor: 3, AttentionVer: 4, DurableSeq: seq, ServerNow: 6, Staged: 1,
		Stage: stageOf("s1", 2).Stage, Lost: replica.Loss{Edits: 1, From: 2, To: 3, Seq: 4}}
	model := NewDisk()
	for _, tx := range []replica.Tx{
		{Meta: meta, Append: []replica.Entry{put, put}, PutAttention: []replica.Attention{item, {ID: "a2"}, {ID: "a0"}}},
		{DelAttention: []id.Attention{"a2", "a9"}, PutAttention: []replica.Attention{{ID: "a1", By: text}}, PutLog: []replica.Entry{{Mutation: replica.Mutation{Mid: 2, Uid: "u1"}, Settled: seq, Epoch: "e2",
			Outcome: &replica.Outcome{Mid: 2, Uid: "u1", St: replica.Merged, Seq: seq, Faults: item.Faults, Technical: text}}}},
	} {
		u.commit(tx)
		if _, why := model.Commit(&tx); why != "" {
			u.Fatal(why)
		}
		if diff := Differ(u.store().Stored(), model.Stored()); diff != "" {
			u.Error(diff)
		}
	}
}

// Differ says how what is in two stores differs, "" when it does not. Rows on top of the chunks may be given as they came,
// or only the newest of each.
func Differ(got, want *replica.Stored) string {
	a, b := picture(got), picture(want)
	if bytes.Equal(a, b) {
		return ""
	}
	return "got\n" + string(a) + "\nwant\n" + string(b)
}

func picture(s *replica.Stored) []byte {
	x := *s
	newest := map[Key]replica.Change{}
	for _, c := range s.Rows {
		newest[Key{c.Kind, c.ID}] = c
	}
	x.Rows = sortedRows(newest)
	x.Attention = slices.Clone(s.Attention)
	slices.SortFunc(x.Attention, func(a, b replica.Attention) int { return cmp.Compare(a.ID, b.ID) })
	b, err := json.MarshalIndent([]any{x.Meta, x.NextMid, append([]replica.Entry{}, x.Log...), append([]replica.Attention{}, x.Attention...), append([][]byte{}, x.Chunks...), x.Rows}, "", " ")
	if err != nil {
		panic(err)
	}
	return b
}
