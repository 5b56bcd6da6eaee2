package replica

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"countersign/shared/id"
	"countersign/shared/number"
)

// TestBaseHoldsWhatCame: I8, N13. Whatever came in frames and as rows, a base has each number as it came last, its digest
// is that of these numbers, and ids stand in their order once, those of edits among them.
func TestBaseHoldsWhatCame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := NewBase(rapid.IntRange(-1, 9).Draw(t, "room"))
		want, known := map[id.Number]number.Number{}, map[id.Number]bool{}
		few := rapid.SampledFrom([]string{"00000000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002", "ffffffff-ffff-7000-8000-000000000003"})
		draw := func(t *rapid.T) Change {
			c := drawChange(t)
			if rapid.Bool().Draw(t, "again") {
				c.ID = few.Draw(t, "id")
				switch {
				case c.Number != nil:
					c.Number.ID = id.Number(c.ID)
				case c.Unit != nil:
					c.Unit.ID = id.BusinessUnit(c.ID)
				case c.Program != nil:
					c.Program.ID = id.Program(c.ID)
				case c.Purpose != nil:
					c.Purpose.Key = c.ID
				}
			}
			return c
		}
		for range rapid.IntRange(0, 5).Draw(t, "portions") {
			rows := rapid.SliceOfN(rapid.Custom(draw), 0, 40).Draw(t, "rows")
			if rapid.Bool().Draw(t, "frame") {
				b.AddFrame(AppendFrame(nil, rows))
			} else {
				b.AddRows(rows)
			}
			for _, c := range rows {
				switch k := id.Number(c.ID); {
				case c.Kind == KindNumber && !c.Del:
					want[k], known[k] = *c.Number, true
				case c.Kind == KindNumber:
					delete(want, k)
				}
			}
			k := id.Number(few.Draw(t, "edited"))
			b.list(k)
			known[k] = true
		}
		if b.broken {
			t.Fatal("the base is not whole")
		}
		sum := uint64(0)
		for k, n := range want {
			sum += RowHash(k, n.Ver)
			if got, live := b.get(k); !live || got != n {
				t.Fatalf("%s is %+v (%v), want %+v", k, got, live, n)
			}
		}
		if d := b.digest(); d != (Digest{len(want), SumText(sum)}) {
			t.Fatalf("the digest is %+v of %d rows", d, len(want))
		}
		rows := b.sorted()
		if len(rows) != len(known) {
			t.Fatalf("%d ids are listed, want %d", len(rows), len(known))
		}
		for i := range rows {
			k := b.id(rows[i])
			if !known[k] || i > 0 && k <= b.id(rows[i-1]) {
				t.Fatalf("%s stands behind another, or was never heard of", k)
			}
			if _, live := b.number(rows[i]); live != has(want, k) {
				t.Fatalf("%s lives: %v", k, live)
			}
		}
	})
}

func has(m map[id.Number]number.Number, k id.Number) bool { _, is := m[k]; return is }

// TestManyIDs: N13. A base grows beyond what it had room for, and finds each of its numbers and no other.
func TestManyIDs(t *testing.T) {
	t.Parallel()
	b, rows := NewBase(0), Fleet(5000)
	for i := len(rows); i > 0; i -= 500 { // the other way round than they stand
		b.AddRows(rows[i-500 : i])
	}
	for i := range rows {
		if n, live := b.get(rows[i].Number.ID); !live || n != *rows[i].Number {
			t.Fatalf("%+v, want %+v", n, *rows[i].Number)
		}
	}
	for i := range 5000 {
		if _, live := b.get(id.Number(fmt.Sprint("no number ", i))); live {
			t.Fatal("a number is found that never came")
		}
	}
	if len(b.sorted()) != len(rows) {
		t.Errorf("%d are listed, want %d", len(b.sorted()), len(rows))
	}
	for i, at := range b.sorted()[1:] {
		if b.id(b.sorted()[i]) >= b.id(at) {
			t.Fatalf("place %d is out of order", i)
		}
	}
}
