package store

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

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
	o := Options{Dir: tb.TempDir(), Migrations: sketch, Ballast: -1}
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

func TestUpdateRefusesWhatIsNotRecorded(t *testing.T) {
	db, ctx := open(t), t.Context()
	err := db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO thing (id, org) VALUES ('a', 'o')")
		return err
	})
	if !errors.Is(err, ErrUnrecorded) || count(t, db) != 0 {
		t.Errorf("got %v and %d rows, want ErrUnrecorded and none", err, count(t, db))
	}
}
