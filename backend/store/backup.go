package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// manifestSuffix is added to a backup's name for the file that tells what is in it.
const manifestSuffix = ".json"

// Manifest tells what a backup holds, so that a restore can prove that nothing is missing.
type Manifest struct {
	Taken  time.Time `json:"taken"`
	Engine string    `json:"engine"`
	Schema int64     `json:"schema"`
	Tables []Table   `json:"tables"`
}

// Table is one table's rows in a Manifest.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Hash string `json:"hash"` // sum of the rows' SHA-256, whatever their order
}

// Backup writes a consistent copy of the running store to path and its manifest to path.json. Nothing is there under
// these names until both are complete, checked and safe on the disk.
func (db *DB) Backup(ctx context.Context, path string) (Manifest, error) {
	if _, err := os.Stat(path); err == nil {
		return Manifest{}, fmt.Errorf("back up: %s is there already", path)
	}
	part := path + ".part"
	defer os.Remove(part)
	if err := vacuumInto(ctx, db.path, part); err != nil {
		return Manifest{}, fmt.Errorf("back up: %w", err)
	}
	m, err := inspect(ctx, part)
	if err != nil {
		return Manifest{}, fmt.Errorf("check the backup: %w", err)
	}
	m.Taken = db.clock.Now()

	if err := writeManifest(path+manifestSuffix, m); err != nil {
		return Manifest{}, fmt.Errorf("write the backup's manifest: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return Manifest{}, fmt.Errorf("name the backup: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return Manifest{}, fmt.Errorf("save the backup's name: %w", err)
	}
	return m, nil
}

// vacuumInto writes the database from, which may be in use, to the new file to and flushes it.
func vacuumInto(ctx context.Context, from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := createPrivate(to); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite3", fileURI(from)+"?mode=ro&_synchronous=FULL&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return errors.Join(mapError(err), os.Remove(to))
	}
	return syncFile(to)
}

// inspect checks a copy that nobody has open, and counts and hashes its rows.
func inspect(ctx context.Context, path string) (Manifest, error) {
	pool, err := sql.Open("sqlite3", fileURI(path)+"?mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return Manifest{}, err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)

	if err := checkAll(ctx, pool); err != nil {
		return Manifest{}, err
	}
	engine, _, _ := sqlite3.Version()
	m := Manifest{Engine: engine}
	if err := pool.QueryRowContext(ctx, schemaVersion).Scan(&m.Schema); err != nil {
		return Manifest{}, fmt.Errorf("read its schema: %w", mapError(err))
	}
	m.Tables, err = hashTables(ctx, pool)
	return m, err
}

// checkAll runs SQLite's own full checks.
func checkAll(ctx context.Context, pool *sql.DB) error {
	var found string
	if err := pool.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return fmt.Errorf("check its structure: %w", mapError(err))
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, found)
	}
	rows, err := pool.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return fmt.Errorf("check its references: %w", mapError(err))
	}
	defer rows.Close()
	if rows.Next() {
		return fmt.Errorf("%w: a row points at a row that is not there", ErrDamaged)
	}
	return rows.Err()
}

func writeManifest(path string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, append(text, '\n'), 0o600); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
