package memory_test

import (
	"fmt"
	"testing"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// filled is an organization with numbers whose ids the list gives.
func filled(b *testing.B, rows int) (*memory.Installation, *inventory.Core, inventory.Actor, []id.Number) {
	b.Helper()
	var t testing.T
	in := newInstallation(&t)
	core, a, _ := scene(&t, in)
	list := make([]number.Number, rows)
	for i := range list {
		list[i] = number.Number{E164: number.E164(fmt.Sprintf("+44%08d", i)), CallPurpose: "support"}
	}
	var ids []id.Number
	must(b, in.Update("org", func(s inventory.Store) error {
		res, err := core.Add(s, a, list, func(i int) replica.Uid { return replica.Uid(fmt.Sprintf("%032x", i+1000)) })
		for i := range res {
			ids = append(ids, res[i].ID)
		}
		return err
	}))
	return in.Installation, core, a, ids
}

// BenchmarkPush200 is a full push of edits of one field.
func BenchmarkPush200(b *testing.B) {
	in, core, a, ids := filled(b, 10_000)
	names := [2]string{"", "Desk"}
	push := &replica.Push{Client: "device", Schema: replica.Schema, Mutations: make([]replica.Mutation, replica.MaxPush)}
	mid := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		push.PrevMid = replica.Mid(mid)
		round := i / (len(ids) / replica.MaxPush)
		for k := range push.Mutations {
			mid++
			push.Mutations[k] = replica.Mutation{Mid: replica.Mid(mid), Uid: replica.Uid(fmt.Sprintf("%032x", 1<<40+mid)), V: replica.Schema, Op: replica.Set,
				Rows: []replica.Edit{{ID: ids[mid%len(ids)], Was: &number.Fields{DisplayName: &names[round%2]}}}, Set: &number.Fields{DisplayName: &names[(round+1)%2]}}
		}
		b.StartTimer()
		must(b, in.Update("org", func(t *memory.Tx) error {
			_, _, err := core.Push(t, a, push)
			return err
		}))
	}
}

// BenchmarkPull1000 is a full page.
func BenchmarkPull1000(b *testing.B) {
	in, core, a, _ := filled(b, 10_000)
	var cursor string
	must(b, in.View("org", func(t *memory.Tx) error {
		p, err := t.Change(5_000)
		h, _ := t.Head()
		cursor = core.Cursor("org", &inventory.Head{Epoch: h.Epoch, Seq: 5_000, Chain: p.Chain})
		return err
	}))
	pull := &replica.Pull{Client: "device", Cursor: cursor, FirstMid: 1, ReceiptSum: replica.SumText(0)}
	b.ReportAllocs()
	for b.Loop() {
		must(b, in.View("org", func(t *memory.Tx) error {
			ans, err := core.Pull(t, a, pull, nil)
			if err == nil && len(ans.Changes) != replica.MaxPull {
				b.Fatalf("%d changes", len(ans.Changes))
			}
			return err
		}))
	}
}

// BenchmarkAdd5000 is a batch of new numbers.
func BenchmarkAdd5000(b *testing.B) {
	list := make([]number.Number, 5_000)
	for i := range list {
		list[i] = number.Number{ID: id.Number(fmt.Sprintf("%08x-0000-4000-8000-00000000beef", i)), E164: number.E164(fmt.Sprintf("+46%08d", i)), CallPurpose: "support"}
	}
	in, core, a, _ := filled(b, 100)
	backup := in.Copy()
	b.ReportAllocs()
	for b.Loop() {
		must(b, in.Update("org", func(t *memory.Tx) error {
			_, err := core.Add(t, a, list, func(i int) replica.Uid { return "" })
			return err
		}))
		b.StopTimer()
		in.Restore(backup)
		b.StartTimer()
	}
}
