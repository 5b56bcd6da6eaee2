package store

import (
	"context"
	"strings"
	"testing"
	"time"
)

// What is asked every minute, or before every list, looks at the jobs that have not ended and at none of the many that have.
func TestOpenJobsAreLookedUpByIndex(t *testing.T) {
	in := newInstallation(t)
	o := in.Organization()
	for name, ask := range map[string]func(context.Context, *Tx) error{
		"next":  func(ctx context.Context, tx *Tx) error { _, err := maybe(tx.NextJob(ctx, o)); return err },
		"open":  func(ctx context.Context, tx *Tx) error { _, err := tx.OpenJobs(ctx, o); return err },
		"stale": func(ctx context.Context, tx *Tx) error { _, err := tx.StaleJobs(ctx, time.Now(), 20); return err },
	} {
		in.must(in.db.View(t.Context(), func(tx *Tx) error {
			known := map[string]bool{}
			for q := range tx.conn.stmts {
				known[q] = true
			}
			if err := ask(t.Context(), tx); err != nil {
				return err
			}
			var asked []string
			for q := range tx.conn.stmts {
				if !known[q] && strings.Contains(q, "number_job") {
					asked = append(asked, q)
				}
			}
			if len(asked) != 1 {
				t.Errorf("%s: %d statements", name, len(asked))
			}
			for _, q := range asked {
				plan, err := Collect(tx.Query(t.Context(), "EXPLAIN QUERY PLAN "+q, make([]any, strings.Count(q, "?"))...), func(r *Rows) (s string, err error) {
					var id, parent, unused int
					return s, r.Scan(&id, &parent, &unused, &s)
				})
				if err != nil {
					return err
				}
				if !strings.Contains(plan[0], "number_job_open") {
					t.Errorf("%s: %q\n%s", name, plan, q)
				}
			}
			return nil
		}))
	}
}
