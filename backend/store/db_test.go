package store

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"countersign/shared/errs"
)

// sketch is a small schema for the tests of the store itself: the rules here are about transactions, not about nouns.
var sketch = fstest.MapFS{
	"00001_sketch.sql": &fstest.MapFile{Data: []byte(`-- +goose Up
CREATE TABLE clock_mark (one BIGINT PRIMARY KEY CHECK (one = 1), mark BIGINT NOT NULL);
CREATE TABLE thing (
    id    TEXT PRIMARY KEY,
    org   TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'active', 'ended')),
    n     BIGINT NOT NULL DEFAULT 0,
    flag  BOOLEAN NOT NULL DEFAULT FALSE,
    owner TEXT REFERENCES thing (id),
    UNIQUE (org, n)
);
`)},
}

// open opens a store with the sketch schema and without a ballast.
func open(tb testing.TB, change ...func(*Options)) *DB {
	tb.Helper()
	o := Options{Dir: tb.TempDir(), Migrations: sketch, Ballast: -1, Log: slog.New(slog.DiscardHandler)}
	for _, fn := range change {
		fn(&o)
	}
	db, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// add is a recorded insert.
func add(ctx context.Context, id string, n int) func(*Tx) error {
	return func(tx *Tx) error {
		tx.MarkRecorded()
		_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES (?, 'o', ?)", id, n)
		return err
	}
}

func count(tb testing.TB, db *DB) int {
	tb.Helper()
	var n int
	err := db.View(context.Background(), func(tx *Tx) error {
		return tx.QueryRow(context.Background(), "SELECT COUNT(*) FROM thing").Scan(&n)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestUpdateThenView(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Update(ctx, add(ctx, "a", 1)); err != nil {
		t.Fatal(err)
	}
	var id string
	err := db.View(ctx, func(tx *Tx) error {
		return tx.QueryRow(ctx, "SELECT id FROM thing WHERE n = ?", 1).Scan(&id)
	})
	if err != nil || id != "a" {
		t.Errorf("got %q, %v", id, err)
	}

	err = db.View(ctx, func(tx *Tx) error {
		return tx.QueryRow(ctx, "SELECT id FROM thing WHERE n = ?", 2).Scan(&id)
	})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestView(t *testing.T) {
	t.Run("sees_one_moment", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		err := db.View(ctx, func(tx *Tx) error {
			for range 2 { // the second time after another row was committed
				var n int
				if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM thing").Scan(&n); err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("got %d rows inside the snapshot, want 0", n)
				}
				if err := db.Update(ctx, func(tx *Tx) error {
					tx.MarkRecorded()
					_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES ('a', 'o', 1) ON CONFLICT DO NOTHING")
					return err
				}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := count(t, db); got != 1 {
			t.Errorf("got %d rows after the snapshot, want 1", got)
		}
	})

	t.Run("changes_nothing", func(t *testing.T) {
		db, ctx := open(t), t.Context()
		err := db.View(ctx, func(tx *Tx) error {
			if tx.Writable() {
				t.Error("a View is writable")
			}
			if _, err := tx.Exec(ctx, "INSERT INTO thing (id, org) VALUES ('a', 'o')"); !errors.Is(err, errReading) {
				t.Errorf("Exec gave %v", err)
			}
			var id string
			err := tx.QueryRow(ctx, "INSERT INTO thing (id, org) VALUES ('a', 'o') RETURNING id").Scan(&id)
			if !errors.Is(err, errReading) {
				t.Errorf("QueryRow gave %v", err)
			}
			return nil
		})
		if err != nil || count(t, db) != 0 {
			t.Errorf("got %v and %d rows", err, count(t, db))
		}
	})

	t.Run("ends_at_its_limit", func(t *testing.T) {
		db, ctx := open(t, func(o *Options) { o.ReadLimit = 300 * time.Millisecond }), t.Context()
		err := db.View(ctx, func(tx *Tx) error { return forever(ctx, tx) })
		if !errs.Is(err, errs.Unavailable) {
			t.Errorf("got %v, want Unavailable", err)
		}
		if count(t, db) != 0 { // the connection is still good
			t.Error("rows appeared")
		}
	})

	t.Run("ends_with_its_caller", func(t *testing.T) {
		db := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := db.View(ctx, func(tx *Tx) error {
			time.AfterFunc(10*time.Millisecond, cancel)
			return forever(ctx, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want Canceled", err)
		}
	})

	t.Run("waits_for_a_free_connection_no_longer_than_its_limit", func(t *testing.T) {
		db, ctx := open(t, func(o *Options) { o.ReadLimit = 20 * time.Millisecond; o.Readers = 1 }), t.Context()
		err := db.View(ctx, func(*Tx) error {
			if err := db.View(ctx, func(*Tx) error { return nil }); !errs.Is(err, errs.Unavailable) {
				t.Errorf("got %v, want Unavailable", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("gives_its_connection_back_after_a_panic", func(t *testing.T) {
		db, ctx := open(t, func(o *Options) { o.Readers = 1 }), t.Context()
		func() {
			defer func() { recover() }()
			db.View(ctx, func(tx *Tx) error {
				tx.Query(ctx, "SELECT id FROM thing")
				panic("oops")
			})
		}()
		if count(t, db) != 0 {
			t.Error("rows appeared")
		}
	})
}

// forever runs a query that never ends by itself.
func forever(ctx context.Context, tx *Tx) error {
	var n int
	return tx.QueryRow(ctx, "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT MAX(x) FROM c").Scan(&n)
}

func TestValuesReadBackAsWritten(t *testing.T) {
	type name string
	type level int
	db, ctx := open(t), t.Context()
	when := time.Date(2026, 5, 6, 7, 8, 9, 123e6, time.UTC)

	err := db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n, flag, owner) VALUES (?, ?, ?, ?, ?)",
			name("a"), "o", when, true, Null(name("")))
		tx.MarkRecorded()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	var (
		id    name
		at    time.Time
		n     level
		flag  bool
		owner name
		maybe *name
		blob  []byte
		sum   int64
		none  time.Time
	)
	err = db.View(ctx, func(tx *Tx) error {
		return tx.QueryRow(ctx, "SELECT id, n, n, flag, owner, id, id, n + 1, owner FROM thing").
			Scan(&id, &at, &n, &flag, &owner, &maybe, &blob, &sum, &none)
	})
	if err != nil {
		t.Fatal(err)
	}
	ms := when.UnixMilli()
	if id != "a" || !at.Equal(when) || n != level(ms) || !flag || owner != "" || maybe == nil || *maybe != "a" ||
		string(blob) != "a" || sum != ms+1 || !none.IsZero() {
		t.Errorf("got %q %v %d %v %q %v %q %d %v", id, at, n, flag, owner, maybe, blob, sum, none)
	}
}

func TestResults(t *testing.T) {
	db, ctx := open(t), t.Context()
	for i, id := range []string{"a", "b", "c"} {
		if err := db.Update(ctx, add(ctx, id, i)); err != nil {
			t.Fatal(err)
		}
	}
	text := func(r *Rows) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}

	for name, story := range map[string]func(*testing.T, *Tx){
		"collect": func(t *testing.T, tx *Tx) {
			got, err := Collect(tx.Query(ctx, "SELECT id FROM thing ORDER BY id"), text)
			if err != nil || !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Errorf("got %v, %v", got, err)
			}
		},
		"no_rows_are_an_empty_list": func(t *testing.T, tx *Tx) {
			got, err := Collect(tx.Query(ctx, "SELECT id FROM thing WHERE n > 9"), text)
			if err != nil || got == nil || len(got) != 0 {
				t.Errorf("got %v, %v", got, err)
			}
		},
		"same_text_inside_its_own_loop": func(t *testing.T, tx *Tx) {
			const q = "SELECT id FROM thing ORDER BY id"
			rows, seen := tx.Query(ctx, q), 0
			for rows.Next() {
				inner, err := Collect(tx.Query(ctx, q), text)
				if err != nil || len(inner) != 3 {
					t.Errorf("inner: got %v, %v", inner, err)
				}
				seen++
			}
			if seen != 3 || rows.Err() != nil {
				t.Errorf("outer: got %d rows, %v", seen, rows.Err())
			}
		},
		"read_once": func(t *testing.T, tx *Tx) {
			const q = "SELECT id FROM thing WHERE n = ?"
			var id string
			row := tx.QueryRow(ctx, q, 0)
			if err := row.Scan(&id); err != nil {
				t.Error(err)
			}
			other := tx.QueryRow(ctx, q, 1)
			if err := row.Scan(&id); !errors.Is(err, errReadOnce) {
				t.Errorf("a stale row gave %q, %v", id, err)
			}
			if err := other.Scan(&id); err != nil || id != "b" {
				t.Errorf("got %q, %v", id, err)
			}
		},
		"wrong_number_of_columns": func(t *testing.T, tx *Tx) {
			var id, org, more string
			if err := tx.QueryRow(ctx, "SELECT id, org FROM thing").Scan(&id, &org, &more); err == nil {
				t.Error("three values were read from two columns")
			}
		},
		"one_statement_at_a_time": func(t *testing.T, tx *Tx) {
			if err := tx.Query(ctx, "SELECT id FROM thing; SELECT 1").Err(); err == nil {
				t.Error("a second statement was dropped silently")
			}
		},
		"not_storable": func(t *testing.T, tx *Tx) {
			if err := tx.Query(ctx, "SELECT id FROM thing WHERE id = ?", struct{}{}).Err(); err == nil {
				t.Error("a struct was bound")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := db.View(ctx, func(tx *Tx) error { story(t, tx); return nil }); err != nil {
				t.Error(err)
			}
		})
	}

	t.Run("not_after_the_transaction", func(t *testing.T) {
		var kept *Tx
		var rows *Rows
		if err := db.View(ctx, func(tx *Tx) error { kept, rows = tx, tx.Query(ctx, "SELECT id FROM thing"); return nil }); err != nil {
			t.Fatal(err)
		}
		if rows.Next() || !errors.Is(rows.Err(), errReadOnce) {
			t.Errorf("rows went on after their transaction: %v", rows.Err())
		}
		if err := kept.Query(ctx, "SELECT 1").Err(); !errors.Is(err, errEnded) {
			t.Errorf("got %v, want errEnded", err)
		}
	})
}

func TestClosedStoreAnswersUnavailable(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"update":   db.Update(ctx, add(ctx, "a", 1)),
		"critical": db.UpdateCritical(ctx, add(ctx, "a", 1)),
		"view":     db.View(ctx, func(*Tx) error { return nil }),
	} {
		if !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s: got %v, want Unavailable", name, err)
		}
	}
}

func TestDollar(t *testing.T) {
	got := Dollar(`SELECT a FROM t WHERE a = ? AND b = '?' AND "c?" = ? AND d = 'it''s ?'`)
	want := `SELECT a FROM t WHERE a = $1 AND b = '?' AND "c?" = $2 AND d = 'it''s ?'`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
