package replicatest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Histories runs a random history of transactions on a new store, each through any of the ways to it, and holds it
// against a Disk after each. A seed gives the same history.
func Histories(t *testing.T, seed uint64, steps int, ways []Store) {
	t.Helper()
	h := &history{Rand: rand.New(rand.NewPCG(seed, 1)), model: NewDisk()}
	for step := range steps {
		tx := h.transaction()
		wantMids, want := h.model.Commit(&tx)
		mids, why := ways[h.IntN(len(ways))].Commit(&tx)
		if why != want || !slices.Equal(mids, wantMids) {
			t.Fatalf("seed %d, step %d: %q and mids %v, want %q and %v", seed, step, why, mids, want, wantMids)
		}
		way := ways[h.IntN(len(ways))]
		if diff := Differ(way.Stored(), h.model.Stored()); diff != "" {
			t.Fatalf("seed %d, step %d: %s", seed, step, diff)
		}
		if way.Empty() != h.model.Empty() {
			t.Fatalf("seed %d, step %d: empty is %v", seed, step, way.Empty())
		}
	}
}

// history makes transactions of every kind that an engine may ask for, or may ask for too late.
type history struct {
	*rand.Rand
	model *Disk
	made  int
}

func (h *history) often(percent int) bool { return h.IntN(100) < percent }

func (h *history) name(kind string) string {
	h.made++
	return fmt.Sprint(kind, h.made)
}

func (h *history) transaction() (tx replica.Tx) {
	meta := h.model.Meta()
	tx.If = h.guard(&meta)
	tx.Strict = h.often(20)
	if h.often(4) {
		tx.Wipe = true
		return tx
	}
	if h.often(60) {
		h.copyOf(&tx, meta)
	}
	h.edits(&tx)
	return tx
}

func (h *history) guard(m *replica.Meta) replica.Guard {
	g := replica.Guard{Generation: m.Generation}
	if h.often(60) {
		cursor, rev := m.Cursor, m.Rev
		g.Client, g.Cursor, g.Rev = m.Client, &cursor, &rev
	}
	if h.often(90) {
		return g
	}
	late, before := "late", m.Rev-1
	switch h.IntN(4) {
	case 0:
		g.Generation++
	case 1:
		g.Client = "other"
	case 2:
		g.Cursor = &late
	case 3:
		g.Rev = &before
	}
	return g
}

// copyOf is about base: a page of a pull, or a step of a snapshot's way.
func (h *history) copyOf(tx *replica.Tx, meta replica.Meta) {
	meta.Rev++
	if meta.Client == "" || h.often(3) {
		meta.Client = id.Device(h.name("client"))
	}
	tx.Meta = &meta
	stage := meta.Stage
	switch {
	case stage != nil && len(h.model.staged) == len(stage.Chunks) && h.often(70):
		meta.Cursor, meta.Stage, meta.Staged, tx.Swap = h.name("at "), nil, 0, true
	case stage != nil && len(h.model.staged) < len(stage.Chunks) && h.often(70):
		missing := slices.DeleteFunc(h.Perm(len(stage.Chunks)), func(n int) bool { return h.model.staged[n] != nil })
		tx.Stage = &replica.Staged{N: missing[0], Data: replica.AppendFrame(nil, h.rows())}
		meta.Staged++
	case h.often(40):
		meta.Stage, meta.Staged = &replica.Manifest{ID: h.name("snapshot"), Chunks: make([]replica.Chunk, 1+h.IntN(4))}, 0
	default:
		meta.Cursor, meta.Stage, meta.Staged, tx.Rows = h.name("at "), nil, 0, h.rows()
	}
}

func (h *history) rows() (rows []replica.Change) {
	for range h.IntN(6) {
		key := fmt.Sprintf("01900000-0000-7000-8000-%012x", h.IntN(20))
		h.made++
		c := replica.Change{Seq: int64(h.made), Kind: replica.KindNumber, ID: key}
		switch {
		case h.often(20):
			c.Del = true
		case h.often(20):
			c = rowOf(h.name("purpose"), c.Seq)
		default:
			c.Number = &number.Number{ID: id.Number(key), E164: number.E164(fmt.Sprintf("+4930%07d", h.made)), DisplayName: h.name("Größe "), Status: number.Active, Ver: c.Seq}
		}
		rows = append(rows, c)
	}
	return rows
}

// edits is about the log and what waits for the person.
func (h *history) edits(tx *replica.Tx) {
	if h.often(50) {
		for range 1 + h.IntN(3) {
			tx.Append = append(tx.Append, replica.Entry{Mutation: replica.Mutation{Uid: replica.Uid(h.name("u")), V: 1, Op: replica.Create}})
		}
	}
	log := h.model.Log()
	switch {
	case h.often(4):
		tx.Renumber = true
	case len(log) > 0 && h.often(50):
		for _, i := range h.Perm(len(log))[:1+h.IntN(min(3, len(log)))] {
			en := log[i]
			if h.often(50) {
				tx.DelLog = append(tx.DelLog, en.Mid)
				continue
			}
			en.Outcome, en.Epoch, en.Settled = &replica.Outcome{Mid: en.Mid, Uid: en.Uid, St: replica.Applied, Seq: int64(h.made)}, "e1", int64(h.made)
			tx.PutLog = append(tx.PutLog, en)
		}
	}
	if h.often(20) {
		tx.PutAttention = append(tx.PutAttention, replica.Attention{ID: id.Attention(fmt.Sprint("a", h.IntN(9))), By: h.name("by ")})
	}
	if h.often(20) {
		tx.DelAttention = append(tx.DelAttention, id.Attention(fmt.Sprint("a", h.IntN(9))))
	}
}
