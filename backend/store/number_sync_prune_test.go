package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// Items that were resolved long ago are forgotten, those of longest ago first, and open ones never.
func TestPruneAttention(t *testing.T) {
	in := newInstallation(t)
	o := in.Organization()
	put := func(item id.Attention) {
		in.must(in.Update(o, func(s inventory.Store) error {
			return s.PutAttention(&replica.Attention{ID: item, Login: "me", Mutations: []replica.Mutation{{Rows: []replica.Edit{{ID: "n"}}}}})
		}))
	}
	put("open")
	for i := range 4 {
		item := id.Attention(fmt.Sprint("item", 3-i))
		put(item)
		in.Advance(time.Hour)
		in.must(in.Update(o, func(s inventory.Store) error { return s.EndAttention(item, "discard", "me") }))
	}
	last := in.now // of item0
	forget := func(limit, want int) {
		t.Helper()
		in.must(in.change(func(ctx context.Context, tx *Tx) error {
			n, err := tx.PruneAttention(ctx, last, limit)
			if n != want {
				t.Errorf("%d items were forgotten, want %d", n, want)
			}
			return err
		}))
	}
	left := func(want string) {
		t.Helper()
		in.must(in.db.View(t.Context(), func(tx *Tx) error {
			list, err := Collect(tx.Query(t.Context(), `SELECT id FROM sync_attention ORDER BY id`),
				func(r *Rows) (s string, err error) { return s, r.Scan(&s) })
			if got := strings.Join(list, " "); got != want {
				t.Errorf("what is left: %s, want %s", got, want)
			}
			return err
		}))
	}
	forget(2, 2)
	left("item0 item1 open")
	forget(2, 1)
	left("item0 open")
	forget(2, 0)
	left("item0 open")
}

// Looking for what can be forgotten does not go through all that is kept.
func TestPruningReadsByIndex(t *testing.T) {
	in := newInstallation(t)
	for query, index := range map[string]string{oldReceipts: "sqlite_autoindex_sync_receipt_1", pruneAttention: "sync_attention_resolved"} {
		in.must(in.change(func(ctx context.Context, tx *Tx) error {
			var plan []string
			rows := tx.Query(ctx, `EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?"))...)
			defer rows.Close()
			for rows.Next() {
				var a, b, c int
				var step string
				if err := rows.Scan(&a, &b, &c, &step); err != nil {
					return err
				}
				plan = append(plan, step)
			}
			all := strings.Join(plan, "\n")
			if strings.Contains(all, "SCAN sync") || strings.Contains(all, "TEMP B-TREE") || !strings.Contains(all, index) {
				t.Errorf("%s\n%s", query, all)
			}
			return rows.Err()
		}))
	}
}
