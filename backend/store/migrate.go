package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var embedded embed.FS

func builtIn() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

const schemaVersion = "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied"

// migrate brings the schema up to date, one immediate transaction a migration. A database that holds something is
// first saved to a file beside it.
func (db *DB) migrate(ctx context.Context) error {
	pool, err := sql.Open("sqlite3", fileURI(db.path)+"?"+durable)
	if err != nil {
		return fmt.Errorf("open the database for migration: %w", err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)

	p, err := goose.NewProvider(goose.DialectSQLite3, pool, db.opt.Migrations,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(db.opt.inGo...))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := db.schemaNow(db.writer.conn)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	if have > want {
		return newer(have, want)
	}
	if have == want {
		return nil
	}

	if have > 0 {
		if err := db.saveBefore(ctx, have); err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the database from schema %d to %d; it is as it was before the failed step: %w", have, want, err)
	}
	db.log.Info("the database's schema is up to date", "from", have, "to", want)
	return nil
}

// checkSchema refuses a newer schema where nothing is migrated.
func (db *DB) checkSchema(context.Context) error {
	have, err := db.schemaNow(db.idle[0])
	if err != nil {
		return err
	}
	want, err := db.opt.latest()
	if err != nil {
		return err
	}
	if have > want {
		return newer(have, want)
	}
	return nil
}

func newer(have, want int64) error {
	return fmt.Errorf("%w: its schema is %d and this program knows %d. Install that version again", ErrNewer, have, want)
}

// schemaNow is the schema's version, 0 for an empty file.
func (db *DB) schemaNow(c *conn) (int64, error) {
	ctx := context.Background()
	tx := &Tx{conn: c, ctx: ctx}
	defer tx.end()
	var tables, version int64
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'").Scan(&tables)
	if err == nil && tables > 0 {
		err = tx.QueryRow(ctx, schemaVersion).Scan(&version)
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// latest is the schema that the migrations lead to.
func (o *Options) latest() (int64, error) {
	names, err := fs.Glob(o.Migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	var last int64
	for _, m := range o.inGo {
		last = max(last, m.Version)
	}
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		last = max(last, v)
	}
	return last, nil
}

// saveBefore keeps the database as it is before a migration.
func (db *DB) saveBefore(ctx context.Context, version int64) error {
	size := fileSize(db.path) + fileSize(db.path+"-wal")
	free, _, err := db.disk.free(db.opt.Dir)
	if err != nil {
		return fmt.Errorf("read the free disk space: %w", err)
	}
	if free < 2*size {
		return fmt.Errorf("%w for a migration: %d bytes are free and twice the database's size is needed, %d", ErrNoSpace, free, 2*size)
	}
	path := filepath.Join(db.opt.Dir, fmt.Sprintf("%s.before-%04d", FileName, version+1))
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an old copy: %w", err)
	}
	if err := vacuumInto(ctx, db.path, path); err != nil {
		return fmt.Errorf("save the database before the migration: %w", err)
	}
	return nil
}
