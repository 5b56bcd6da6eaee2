// Package demo fills a new installation with sample people, organizations and a little history, all of it through the
// portal's own use cases and in the record like anything else. Its passwords are public, so a demo is never mistaken
// for, or made of, an installation with real data.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/errs"
)

// Is reports whether a database is a demo's.
func Is(ctx context.Context, tx *store.Tx) (bool, error) {
	_, err := tx.LoginByEmail(ctx, administrator.email)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Seed makes the demo's database in dir, unless it is there already. A database that is not a demo's is refused and
// left as it is. The database appears complete or not at all.
func Seed(ctx context.Context, dir string, keys *vault.Keys, url string, log *slog.Logger) error {
	target := filepath.Join(dir, store.FileName)
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("look for the database: %w", err)
		}
		return check(ctx, dir)
	}

	made := filepath.Clean(dir) + ".seeding"
	if err := os.RemoveAll(made); err != nil {
		return fmt.Errorf("remove an unfinished demo: %w", err)
	}
	defer os.RemoveAll(made)
	if err := fill(ctx, made, keys, url, log); err != nil {
		return fmt.Errorf("make the demo: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := os.Rename(filepath.Join(made, store.FileName), target); err != nil {
		return fmt.Errorf("put the demo in place: %w", err)
	}
	return nil
}

// check looks at a database that another process may be using.
func check(ctx context.Context, dir string) (err error) {
	db, err := store.Open(ctx, store.Options{Dir: dir, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(ctx, func(tx *store.Tx) error {
		is, err := Is(ctx, tx)
		if err == nil && !is {
			return fmt.Errorf("the database in %s is not the demo's, and is not made one: choose another directory with --data, or leave --demo out", dir)
		}
		return err
	})
}
