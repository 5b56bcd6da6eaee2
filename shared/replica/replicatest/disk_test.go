package replicatest_test

import (
	"testing"

	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// I3, I6, I8, I20: what a device's store promises.
func TestDisk(t *testing.T) {
	replicatest.Laws(t, func(*testing.T) []replicatest.Store { return []replicatest.Store{replicatest.NewDisk()} })
}

// seen is a store that counts what it is asked for.
type seen struct {
	*replicatest.Disk
	count map[string]int
}

func (s *seen) Commit(tx *replica.Tx) ([]replica.Mid, string) {
	mids, why := s.Disk.Commit(tx)
	for what, is := range map[string]bool{
		"refused": why != "", "swap": why == "" && tx.Swap, "stage": why == "" && tx.Stage != nil, "wipe": why == "" && tx.Wipe,
		"renumber": why == "" && tx.Renumber && len(mids) > 0, "rows": len(tx.Rows) > 0, "outcome": len(tx.PutLog) > 0, "drop": len(tx.DelLog) > 0,
	} {
		if is {
			s.count[what]++
		}
	}
	return mids, why
}

// The histories by which stores are compared have everything in them, and not once only.
func TestHistories(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(3) { // as many as the browser's store goes through
		replicatest.Histories(t, seed, 120, []replicatest.Store{&seen{replicatest.NewDisk(), count}})
	}
	for _, what := range []string{"refused", "swap", "stage", "wipe", "renumber", "rows", "outcome", "drop"} {
		if count[what] < 3 {
			t.Errorf("%s happens %d times: %v", what, count[what], count)
		}
	}
	t.Log(count)
}

// A copy of a store is another one.
func TestClone(t *testing.T) {
	d := replicatest.NewDisk()
	commit := func(tx replica.Tx) {
		t.Helper()
		if _, why := d.Commit(&tx); why != "" {
			t.Fatalf("refused: %s", why)
		}
	}
	commit(replica.Tx{Append: []replica.Entry{{Mutation: replica.Mutation{Uid: "u1"}}, {Mutation: replica.Mutation{Uid: "u2"}}}})
	copied := d.Clone()
	commit(replica.Tx{PutLog: []replica.Entry{{Mutation: replica.Mutation{Mid: 2, Uid: "put"}}}})
	commit(replica.Tx{Wipe: true})
	if log := copied.Log(); len(log) != 2 || log[1].Uid != "u2" {
		t.Errorf("the copy's log is %+v", log)
	}
}

// I8: chunks of another snapshot, or fewer than there must be, are a fault of who asks.
func TestSwapOfMissingChunks(t *testing.T) {
	d := replicatest.NewDisk()
	stage := &replica.Meta{Stage: &replica.Manifest{ID: "s", Chunks: make([]replica.Chunk, 2)}}
	if _, why := d.Commit(&replica.Tx{Meta: stage, Stage: &replica.Staged{N: 1, Data: []byte{1}}}); why != "" {
		t.Fatal(why)
	}
	defer func() {
		if recover() == nil {
			t.Error("a missing chunk became base")
		}
	}()
	d.Commit(&replica.Tx{Swap: true, Meta: &replica.Meta{}})
}
