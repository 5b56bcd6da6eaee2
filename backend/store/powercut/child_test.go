package powercut

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	_ "github.com/mattn/go-sqlite3"

	"countersign/backend/store"
)

// The child's orders come by environment: it is the test's own binary, and its flags belong to the test.
const (
	orderDir  = "COUNTERSIGN_POWERCUT_DIR"  // data directory; its being set makes a child
	orderMode = "COUNTERSIGN_POWERCUT_MODE" // what it does there
	orderRun  = "COUNTERSIGN_POWERCUT_RUN"  // prefix of the rows' ids
)

const (
	modeStore  = "store"  // the whole life: create, write, back up, close, migrate, write
	modeNormal = "normal" // the control: the same writes as SQLite's driver does by default
	modeKill   = "kill"   // write until killed
)

const (
	writers = 8
	rows    = 25 // by each writer, twice
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(orderDir); dir != "" {
		if err := child(dir, os.Getenv(orderMode), os.Getenv(orderRun)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0) // without Close: the power fails at the end at the latest
	}
	os.Exit(m.Run())
}

var first = fstest.MapFS{"00001_row.sql": {Data: []byte(`-- +goose Up
CREATE TABLE clock_mark (one BIGINT PRIMARY KEY CHECK (one = 1), mark BIGINT NOT NULL);
CREATE TABLE saved (id TEXT PRIMARY KEY, body TEXT NOT NULL);
`)}}

var second = fstest.MapFS{
	"00001_row.sql":  first["00001_row.sql"],
	"00002_more.sql": {Data: []byte("-- +goose Up\nALTER TABLE saved ADD COLUMN more TEXT;\nCREATE INDEX saved_more ON saved (more);\n")},
}

func options(dir string, migrations fs.FS) store.Options {
	return store.Options{
		Dir: dir, Migrations: migrations, Log: slog.New(slog.DiscardHandler), Ballast: -1,
		AutoCheckpoint: 60, // often, so that cuts fall into checkpoints too
	}
}

// body is what the row of an id must hold.
func body(id string) string { return strings.Repeat(id+" ", 40) }

func child(dir, mode, run string) error {
	acks, err := os.OpenFile(ackPath(dir), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	switch mode {
	case modeStore:
		return lifetime(dir, acks)
	case modeNormal:
		return control(dir, acks)
	case modeKill:
		db, err := store.Open(context.Background(), options(dir, first))
		if err != nil {
			return err
		}
		return write(acks, run, 1<<30, saveWith(db))
	}
	return fmt.Errorf("no such mode: %q", mode)
}

func ackPath(dir string) string { return filepath.Clean(dir) + ".acks" }

func lifetime(dir string, acks *os.File) error {
	ctx := context.Background()
	db, err := store.Open(ctx, options(dir, first))
	if err != nil {
		return err
	}
	if err := write(acks, "a", rows, saveWith(db)); err != nil {
		return err
	}
	if _, err := db.Backup(ctx, filepath.Join(dir, "backup.db")); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}

	db, err = store.Open(ctx, options(dir, second))
	if err != nil {
		return err
	}
	return write(acks, "b", rows, saveWith(db))
}

// control makes the schema durably and then writes with the driver's own default for WAL.
func control(dir string, acks *os.File) error {
	db, err := store.Open(context.Background(), options(dir, first))
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, store.FileName)+"?_journal_mode=WAL&_busy_timeout=5000")
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	return write(acks, "a", 2*rows, func(id string) error {
		_, err := pool.Exec("INSERT INTO saved (id, body) VALUES (?, ?)", id, body(id))
		return err
	})
}

func saveWith(db *store.DB) func(id string) error {
	ctx := context.Background()
	return func(id string) error {
		return db.Update(ctx, func(tx *store.Tx) error {
			tx.MarkRecorded()
			_, err := tx.Exec(ctx, "INSERT INTO saved (id, body) VALUES (?, ?)", id, body(id))
			return err
		})
	}
}

// write saves rows from several goroutines and notes each in acks once it is acknowledged.
func write(acks *os.File, run string, each int, save func(id string) error) error {
	failed := make(chan error, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				id := fmt.Sprintf("%s-%d-%d", run, w, n)
				if err := save(id); err != nil {
					failed <- err
					return
				}
				if _, err := acks.WriteString(id + "\n"); err != nil {
					failed <- err
					return
				}
				fmt.Println(id) // for who waits
			}
		})
	}
	wg.Wait()
	close(failed)
	return <-failed
}
