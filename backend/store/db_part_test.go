package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"countersign/shared/audit"
	"countersign/shared/live"
)

var errTest = errors.New("a part that fails")

func things(t *testing.T, db *DB) (list []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *Tx) (err error) {
		list, err = Collect(tx.Query(t.Context(), `SELECT id FROM thing ORDER BY id`), func(r *Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A part that fails takes back what it did, however deep, and nothing else; open results of it end with it.
func TestPartIsUndoneAlone(t *testing.T) {
	db, ctx := open(t), t.Context()
	err := db.Update(ctx, func(tx *Tx) error {
		put := func(id string, n int) {
			if err := add(ctx, id, n)(tx); err != nil {
				t.Fatal(err)
			}
		}
		put("before", 1)
		err := tx.Part(func() error {
			put("outer", 2)
			if err := tx.Part(func() error {
				put("inner", 3)
				tx.Query(ctx, `SELECT id FROM thing`).Next() // left open
				return errTest
			}); !errors.Is(err, errTest) {
				t.Errorf("the inner part: %v", err)
			}
			put("outer2", 4)
			return nil
		})
		if err != nil {
			t.Errorf("the outer part: %v", err)
		}
		if err := tx.Part(func() error { put("lost", 5); return errTest }); !errors.Is(err, errTest) {
			t.Errorf("the last part: %v", err)
		}
		put("after", 6)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(things(t, db)); got != "[after before outer outer2]" {
		t.Error(got)
	}
}

// What a part recorded, told and wanted done after the commit goes with it: what it changed before is not passed for
// recorded, and nobody hears of what is undone.
func TestPartTakesItsRecordAlong(t *testing.T) {
	in := newInstallation(t)
	o := in.Organization()
	change := Change{Entry: audit.Entry{Stream: live.Of(o), Kind: audit.NumberAdded}, Pokes: []Poke{{Stream: live.Of(o), Kind: live.Numbers}}}
	called := false
	part := func(tx *Tx) error {
		err := tx.Part(func() error {
			tx.AfterCommit(func() { called = true })
			if err := tx.Record(context.Background(), []byte("k"), change); err != nil {
				t.Fatal(err)
			}
			return errTest
		})
		if !errors.Is(err, errTest) || len(tx.Published()) != 0 {
			t.Errorf("the part: %v, %d events", err, len(tx.Published()))
		}
		return nil
	}
	err := in.db.Update(t.Context(), func(tx *Tx) error {
		if _, err := tx.Exec(t.Context(), `UPDATE organization SET name = 'changed'`); err != nil {
			return err
		}
		return part(tx)
	})
	if !errors.Is(err, ErrUnrecorded) {
		t.Errorf("a change whose record was undone: %v", err)
	}
	if err := in.db.Update(t.Context(), part); err != nil {
		t.Errorf("nothing changed, and %v", err)
	}
	if called {
		t.Error("a callback of what was undone ran")
	}
}

// A panic goes on, and leaves nothing of its part.
func TestPartPanics(t *testing.T) {
	db, ctx := open(t), t.Context()
	err := db.Update(ctx, func(tx *Tx) error {
		func() {
			defer func() { recover() }()
			_ = tx.Part(func() error {
				if err := add(ctx, "lost", 1)(tx); err != nil {
					t.Fatal(err)
				}
				panic("in a part")
			})
		}()
		return add(ctx, "kept", 2)(tx)
	})
	if got := fmt.Sprint(things(t, db)); err != nil || got != "[kept]" {
		t.Errorf("%s, %v", got, err)
	}
}

// A transaction that ended inside a part takes no more statements: they would run outside of it.
func TestPartOfALostTransaction(t *testing.T) {
	db, ctx := open(t), t.Context()
	err := db.Update(ctx, func(tx *Tx) error {
		err := tx.Part(func() error {
			if err := add(ctx, "lost", 1)(tx); err != nil {
				t.Fatal(err)
			}
			return errors.Join(tx.conn.run("ROLLBACK"), errTest) // as SQLite does on a full disk
		})
		if !errors.Is(err, errPartLost) || !errors.Is(err, errTest) {
			t.Errorf("the part: %v", err)
		}
		if err := tx.Part(func() error { return nil }); !errors.Is(err, errEnded) {
			t.Errorf("another part: %v", err)
		}
		if err := add(ctx, "outside", 2)(tx); !errors.Is(err, errEnded) {
			t.Errorf("a statement: %v", err)
		}
		return nil
	})
	if err == nil {
		t.Error("a lost transaction succeeded")
	}
	if got := things(t, db); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if err := db.Update(ctx, add(ctx, "next", 3)); err != nil {
		t.Errorf("the next change: %v", err)
	}
}
