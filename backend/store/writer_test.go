package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/clock"
	"countersign/shared/errs"
)

// hold keeps the writer busy, so that what is sent meanwhile shares one commit.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	begun, end, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.UpdateCritical(context.Background(), func(*Tx) error { // in a commit of its own
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// together sends the functions in order while the writer is held and returns their answers.
func together(t *testing.T, db *DB, fns ...func(*Tx) error) []error {
	t.Helper()
	release := hold(t, db)
	answers := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() { answers[i] = db.Update(context.Background(), fn) })
		for len(db.writer.ordinary) <= i {
			runtime.Gosched()
		}
	}
	release()
	wg.Wait()
	return answers
}

func TestGroupCommit(t *testing.T) {
	t.Run("requests_that_wait_share_one_commit_in_order", func(t *testing.T) {
		still := func() time.Time { return time.Unix(1e9, 0) } // so that work takes no time and only the count ends a run
		db, ctx := open(t, func(o *Options) { o.Clock = clock.On(still, time.Time{}) }), t.Context()
		before := db.Stats()
		var order, told []int
		var fns []func(*Tx) error
		for i := range 20 {
			fns = append(fns, func(tx *Tx) error {
				order = append(order, i)
				tx.AfterCommit(func() { told = append(told, i) })
				return add(ctx, fmt.Sprint(i), i)(tx)
			})
		}
		for i, err := range together(t, db, fns...) {
			if err != nil {
				t.Errorf("request %d: %v", i, err)
			}
		}

		s := db.Stats()
		if got := s.Commits - before.Commits; got != 2 { // the holder's is the other
			t.Errorf("got %d commits for 20 requests", got)
		}
		if !slices.IsSorted(order) || !slices.IsSorted(told) || len(told) != 20 || count(t, db) != 20 {
			t.Errorf("ran %v, told %v, %d rows", order, told, count(t, db))
		}
	})

	t.Run("a_failure_undoes_itself_and_nothing_else", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		oops := errors.New("oops")
		told := false
		got := together(t, db,
			add(ctx, "a", 1),
			func(tx *Tx) error {
				tx.AfterCommit(func() { told = true })
				return errors.Join(add(ctx, "b", 2)(tx), oops)
			},
			func(tx *Tx) error {
				tx.Query(ctx, "SELECT id FROM thing") // left open
				if err := add(ctx, "c", 3)(tx); err != nil {
					return err
				}
				panic("oops")
			},
			add(ctx, "a", 4), // there already
			func(tx *Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES ('d', 'o', 5)")
				return err
			},
			add(ctx, "e", 6),
		)

		if got[0] != nil || got[5] != nil {
			t.Errorf("the good ones got %v and %v", got[0], got[5])
		}
		if !errors.Is(got[1], oops) || got[2] == nil || !IsUnique(got[3], "thing.id") || !errors.Is(got[4], ErrUnrecorded) {
			t.Errorf("the bad ones got %v", got[1:5])
		}
		if told {
			t.Error("an undone request told its change")
		}
		if n := count(t, db); n != 2 {
			t.Errorf("got %d rows, want a and e", n)
		}
	})

	t.Run("outlives_a_function_that_ends_its_goroutine", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		got := together(t, db, add(ctx, "a", 1), func(*Tx) error { runtime.Goexit(); return nil })
		if got[1] == nil {
			t.Error("the request that never returned succeeded")
		}
		if err := db.Update(ctx, add(ctx, "b", 2)); err != nil {
			t.Errorf("the writer is gone: %v", err)
		}
	})

	t.Run("a_panicking_callback_harms_nobody", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		err := db.Update(ctx, func(tx *Tx) error {
			tx.AfterCommit(func() { panic("oops") })
			return add(ctx, "a", 1)(tx)
		})
		if err != nil || count(t, db) != 1 {
			t.Errorf("got %v and %d rows", err, count(t, db))
		}
	})

	t.Run("a_commit_that_fails_fails_all_of_it", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		told := false
		got := together(t, db,
			func(tx *Tx) error {
				tx.AfterCommit(func() { told = true })
				return add(ctx, "a", 1)(tx)
			},
			func(tx *Tx) error { // a rule that is only checked at the commit
				if _, err := tx.Touch(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
					return err
				}
				_, err := tx.Touch(ctx, "INSERT INTO thing (id, org, n, owner) VALUES ('b', 'o', 2, 'nobody')")
				return err
			},
		)
		if !IsForeignKey(got[0]) || !IsForeignKey(got[1]) || told || count(t, db) != 0 {
			t.Errorf("got %v, told %v, %d rows", got, told, count(t, db))
		}
		if err := db.Update(ctx, add(ctx, "c", 3)); err != nil {
			t.Errorf("the next change: %v", err)
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Run("refuses_what_is_not_recorded", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		for _, query := range []string{
			"INSERT INTO thing (id, org) VALUES ('a', 'o')",
			"INSERT INTO thing (id, org) VALUES ('a', 'o') RETURNING id",
		} {
			err := db.Update(ctx, func(tx *Tx) error {
				if err := tx.Query(ctx, "SELECT 1").Err(); err != nil {
					return err
				}
				rows := tx.Query(ctx, query)
				for rows.Next() {
				}
				if rows.Err() == nil {
					_, err := tx.Exec(ctx, "UPDATE thing SET n = 7")
					return err
				}
				return rows.Err()
			})
			if !errors.Is(err, ErrUnrecorded) || count(t, db) != 0 {
				t.Errorf("%s: got %v and %d rows", query, err, count(t, db))
			}
		}
	})

	t.Run("needs_no_record_where_nothing_changed", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		err := db.Update(ctx, func(tx *Tx) error {
			n, err := tx.Exec(ctx, "UPDATE thing SET n = 7")
			if n != 0 {
				t.Errorf("got %d rows changed", n)
			}
			var id string
			if e := tx.QueryRow(ctx, "UPDATE thing SET n = 8 RETURNING id").Scan(&id); !errs.Is(e, errs.NotFound) {
				t.Errorf("got %v, want NotFound", e)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("lets_bookkeeping_pass", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		err := db.Update(ctx, func(tx *Tx) error {
			n, err := tx.Touch(ctx, "INSERT INTO thing (id, org) VALUES ('a', 'o')")
			if n != 1 {
				t.Errorf("got %d rows", n)
			}
			return err
		})
		if err != nil || count(t, db) != 1 {
			t.Errorf("got %v and %d rows", err, count(t, db))
		}
	})

	t.Run("does_not_run_when_its_caller_left_before", func(t *testing.T) {
		db := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		release := hold(t, db)
		ran := false
		done := make(chan error)
		go func() { done <- db.Update(ctx, func(*Tx) error { ran = true; return nil }) }()
		for len(db.writer.ordinary) == 0 {
			runtime.Gosched()
		}
		cancel()
		err := <-done // before the writer comes to it
		release()
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if !errors.Is(err, context.Canceled) || ran {
			t.Errorf("got %v, ran %v", err, ran)
		}
	})

	t.Run("does_not_wait_for_its_turn_for_ever", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db, ctx := open(t), t.Context()
			err := db.Update(ctx, func(*Tx) error {
				inner := db.Update(ctx, func(*Tx) error { return nil }) // waits for itself
				if !errs.Is(inner, errs.Unavailable) {
					t.Errorf("got %v, want Unavailable", inner)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	})

	t.Run("stands_when_its_caller_left_after_it_began", func(t *testing.T) {
		db := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Update(ctx, func(tx *Tx) error {
			cancel()
			return add(ctx, "a", 1)(tx)
		})
		if err != nil || count(t, db) != 1 {
			t.Errorf("got %v and %d rows", err, count(t, db))
		}
	})

	t.Run("critical_overtakes_ordinary", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		release := hold(t, db)
		var order []string
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { db.Update(ctx, func(*Tx) error { order = append(order, "ordinary"); return nil }) })
			for len(db.writer.ordinary) <= i {
				runtime.Gosched()
			}
		}
		wg.Go(func() {
			db.UpdateCritical(ctx, func(tx *Tx) error {
				if !tx.Urgent() {
					t.Error("not urgent")
				}
				order = append(order, "critical")
				return nil
			})
		})
		for len(db.writer.urgent) == 0 {
			runtime.Gosched()
		}
		release()
		wg.Wait()
		if order[0] != "critical" {
			t.Errorf("got order %v", order)
		}
	})

	t.Run("ends_before_close_returns", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		release := hold(t, db)
		var saved atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				err := db.Update(ctx, add(ctx, fmt.Sprint(i), i))
				if err == nil {
					saved.Add(1)
				} else if !errs.Is(err, errs.Unavailable) {
					t.Error(err)
				}
			})
		}
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		release()
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		wg.Wait()

		again := open(t, func(o *Options) { o.Dir = db.opt.Dir })
		if got := count(t, again); int64(got) != saved.Load() {
			t.Errorf("got %d rows, want the %d acknowledged", got, saved.Load())
		}
	})
}

// R05, TH15: of eight that decide at once, one wins, whatever the order.
func TestRacingDecisionsHaveOneWinner(t *testing.T) {
	db, ctx := open(t), t.Context()
	for round := range 50 {
		id := fmt.Sprint(round)
		if err := db.Update(ctx, add(ctx, id, round)); err != nil {
			t.Fatal(err)
		}
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := db.Update(ctx, func(tx *Tx) error {
					tx.MarkRecorded()
					var got string
					return tx.QueryRow(ctx, "UPDATE thing SET state = 'active' WHERE id = ? AND state = 'pending' RETURNING id", id).Scan(&got)
				})
				switch {
				case err == nil:
					won.Add(1)
				case errs.Is(err, errs.NotFound):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 7 {
			t.Fatalf("round %d: %d won and %d lost", round, won.Load(), lost.Load())
		}
	}
}

func TestErrorsOfTheEngine(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Update(ctx, add(ctx, "a", 1)); err != nil {
		t.Fatal(err)
	}
	try := func(query string, args ...any) error {
		return db.Update(ctx, func(tx *Tx) error { _, err := tx.Touch(ctx, query, args...); return err })
	}

	err := try("INSERT INTO thing (id, org, n) VALUES ('b', 'o', 1)")
	if !IsUnique(err) || !IsUnique(err, "thing.n", "thing.org") || IsUnique(err, "thing.id") || IsForeignKey(err) {
		t.Errorf("unique: %v", err)
	}
	if err := try("INSERT INTO thing (id, org, n) VALUES ('a', 'o', 2)"); !IsUnique(err, "thing.id") {
		t.Errorf("primary key: %v", err)
	}
	if err := try("INSERT INTO thing (id, org, n, owner) VALUES ('b', 'o', 2, 'x')"); !IsForeignKey(err) || IsUnique(err) {
		t.Errorf("foreign key: %v", err)
	}
	for query, want := range map[string]ViolationKind{
		"INSERT INTO thing (id, org, n, state) VALUES ('b', 'o', 2, 'odd')": Check,
		"INSERT INTO thing (id, org, n) VALUES ('b', NULL, 2)":              NotNull,
	} {
		v, ok := errors.AsType[*Violation](try(query))
		if !ok || v.Kind != want {
			t.Errorf("%s: got %v", query, v)
		}
	}
}
