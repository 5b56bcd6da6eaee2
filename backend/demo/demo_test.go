package demo_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"countersign/backend/demo"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// A demo fills itself once: the second start leaves it as it is, and what it holds is to be seen by its queue.
func TestDemoFillsItself(t *testing.T) {
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	for range 2 {
		if err := demo.Seed(t.Context(), data, keys, "http://localhost:8080", slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), store.Options{Dir: data, Ballast: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(t.Context(), func(tx *store.Tx) error {
		n, err := tx.CountQueue(context.Background(), "")
		if n.Open != 2 {
			t.Errorf("%d tickets wait for the Support team", n.Open)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
