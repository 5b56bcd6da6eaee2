package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Why a store refuses to open.
var (
	ErrRunning      = errors.New("another Countersign is running on this data directory")
	ErrEngine       = errors.New("the SQLite in this program is too old to be safe")
	ErrDurability   = errors.New("the database does not promise to keep what it has acknowledged")
	ErrFileSystem   = errors.New("the data directory is not on a local disk")
	ErrNewer        = errors.New("the database was written by a newer Countersign")
	ErrNoSpace      = errors.New("the disk has no room left")
	ErrHalfRestored = errors.New("a restore was interrupted")
)

const minEngine = 3_051_003 // older ones can lose commits when several connections reset the WAL

// ErrNoSearch is of a program that was built without the tag that brings SQLite's full-text search along.
var ErrNoSearch = errors.New(`this program was built without full-text search: build it with "make build", or with GOFLAGS=-tags=sqlite_fts5`)

func checkEngine() error {
	if !searches {
		return ErrNoSearch
	}
	name, number, _ := sqlite3.Version()
	return checkEngineVersion(name, number)
}

func checkEngineVersion(name string, number int) error {
	if number < minEngine {
		return fmt.Errorf("%w: it is %s, and 3.51.3 is the first without the WAL-reset bug", ErrEngine, name)
	}
	return nil
}

// checkDurability asserts what the DSN asked for: a driver or a file can silently do otherwise.
func checkDurability(c *conn) error {
	for _, p := range []struct{ name, want string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"},
		{"trusted_schema", "0"}, {"cell_size_check", "1"}, {"temp_store", "2"}, {"secure_delete", "2"},
	} {
		got, err := c.text("PRAGMA " + p.name)
		if err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("%w: %s is %s and must be %s", ErrDurability, p.name, got, p.want)
		}
	}
	return nil
}

// quickCheck reads the whole file after an unclean end.
func quickCheck(c *conn) error {
	found, err := c.texts("PRAGMA quick_check(10)")
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if len(found) == 1 && found[0] == "ok" {
		return nil
	}
	return fmt.Errorf("%w; restore the last backup. Found: %s", ErrDamaged, strings.Join(found, "; "))
}

// checkHalfRestored refuses to start with an empty database where a restored one was about to be put in place.
func checkHalfRestored(path string) error {
	_, err := os.Stat(path)
	_, perr := os.Stat(path + restoring)
	if errors.Is(err, fs.ErrNotExist) && perr == nil {
		return fmt.Errorf("%w before it was complete: run the same restore again", ErrHalfRestored)
	}
	return nil
}

// createPrivate makes the file before SQLite does, so that it and its -wal are for the owner alone.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("save the database's name: %w", err)
	}
	return nil
}

// syncDir makes created, renamed and removed names in dir durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
