package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/live"
)

// benchmarks run 64 callers at a time, as a busy server would.
const callers = 32

func seed(b *testing.B, db *DB, rows int) {
	b.Helper()
	ctx := b.Context()
	for from := 0; from < rows; from += 1000 {
		err := db.Update(ctx, func(tx *Tx) error {
			tx.MarkRecorded()
			for n := from; n < from+1000; n++ {
				if _, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES (?, 'o', ?)", key(n), n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func key(n int) string { return fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n) }

// BenchmarkUpsertGroupCommit is the raw rate: one small upsert a request, each safe on the disk when answered.
func BenchmarkUpsertGroupCommit(b *testing.B) {
	db, ctx := open(b), b.Context()
	seed(b, db, 10_000)
	var next atomic.Int64
	b.SetParallelism(callers)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1)) * 7919 % 10_000
			err := db.Update(ctx, func(tx *Tx) error {
				tx.MarkRecorded()
				_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES (?, 'o', ?)"+
					" ON CONFLICT (id) DO UPDATE SET flag = NOT thing.flag", key(n), n)
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	s := db.Stats()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(s.Requests)/float64(s.Commits), "requests/commit")
}

// BenchmarkUpdateAlone is one caller that waits for every commit.
func BenchmarkUpdateAlone(b *testing.B) {
	db, ctx := open(b), b.Context()
	seed(b, db, 1000)
	n := 0
	for b.Loop() {
		n++
		err := db.Update(ctx, func(tx *Tx) error {
			tx.MarkRecorded()
			_, err := tx.Exec(ctx, "UPDATE thing SET flag = NOT flag WHERE id = ?", key(n%1000))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadPoint is a View with one read by key; three is what a session, its gate and the thing cost.
func BenchmarkReadPoint(b *testing.B) {
	for _, reads := range []int{1, 3} {
		b.Run(fmt.Sprint(reads), func(b *testing.B) {
			db := open(b)
			seed(b, db, 10_000)
			ctx, cancel := context.WithCancel(b.Context()) // as a request's
			defer cancel()
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				n := 0
				for pb.Next() {
					n = (n + 7919) % 10_000
					err := db.View(ctx, func(tx *Tx) error {
						for range reads {
							var id, state string
							var org orgID
							err := tx.QueryRow(ctx, "SELECT id, org, state FROM thing WHERE id = ? AND org = ?", key(n), orgID("o")).
								Scan(&id, &org, &state)
							if err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

type orgID string

// BenchmarkRecorded is a change as the product makes it: the audit chain's head and entry, an event with its counter
// and a mail, beside the row itself.
func BenchmarkRecorded(b *testing.B) {
	db, ctx := open(b, func(o *Options) { o.Migrations = nil }), b.Context()
	auditKey := make([]byte, 32)
	var next atomic.Int64
	b.SetParallelism(callers)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			org := key(n % 100)
			err := db.Update(ctx, func(tx *Tx) error {
				if _, err := tx.Exec(ctx, "UPDATE clock_mark SET mark = mark + 1"); err != nil {
					return err
				}
				return tx.Record(ctx, auditKey, Change{
					Entry: audit.Entry{
						Stream: live.Stream(org), Kind: "access.approved", Object: org,
						Actor: audit.Actor{Kind: "contact", ID: org, Name: "Owner"}, Detail: map[string]string{"duration": "1h"},
					},
					Pokes: []Poke{{Stream: live.Stream(org), Kind: "access", Org: id.Organization(org), Ref: org}},
					Mails: []Mail{{ID: id.Mail(key(n)), To: "owner@example.com", Locale: "en", Template: "approved", Key: key(n)}},
				})
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
