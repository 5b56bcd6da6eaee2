package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"countersign/backend/clock"
	"countersign/shared/errs"
)

// filled makes a closed store with some rows and returns its directory.
func filled(t *testing.T, rows int) string {
	t.Helper()
	dir := t.TempDir()
	db, err := Open(t.Context(), Options{Dir: dir, Migrations: sketch, Ballast: -1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for n := range rows {
		if err := db.Update(t.Context(), add(t.Context(), key(n), n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// refused opens and wants a sentence that wraps want.
func refused(t *testing.T, want error, change func(*Options)) {
	t.Helper()
	o := Options{Dir: t.TempDir(), Migrations: sketch, Ballast: -1, Log: slog.New(slog.DiscardHandler)}
	change(&o)
	db, err := Open(t.Context(), o)
	if err == nil {
		db.Close()
	}
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func crash(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, lockName), fmt.Appendf(nil, "%-*s\n", lockSize-1, "process 1"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// damage overwrites the middle of the closed database.
func damage(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(text[len(text)/2:], bytes.Repeat([]byte{0xa5}, 4096))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Run("a_second_instance", func(t *testing.T) {
		db := open(t)
		_, err := Open(t.Context(), Options{Dir: db.opt.Dir, Migrations: sketch})
		if !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
			t.Errorf("got %v, want ErrRunning with the process", err)
		}
		if err := db.Update(t.Context(), add(t.Context(), "a", 1)); err != nil {
			t.Errorf("the first one was harmed: %v", err)
		}
	})

	t.Run("an_engine_with_the_WAL_reset_bug", func(t *testing.T) {
		if err := checkEngineVersion("3.51.2", 3_051_002); !errors.Is(err, ErrEngine) {
			t.Errorf("got %v", err)
		}
		if err := checkEngine(); err != nil {
			t.Errorf("the one in this program: %v", err)
		}
	})

	t.Run("a_connection_that_is_not_durable", func(t *testing.T) {
		path := filepath.Join(filled(t, 1), FileName)
		for _, tc := range []struct {
			old, new string
			good     bool
		}{
			{"", "", true},
			{"_synchronous=FULL", "_synchronous=NORMAL", false},
			{"_synchronous=FULL", "_synchronous=OFF", false},
			{"_foreign_keys=on", "_foreign_keys=off", false},
			{"_secure_delete=FAST", "_secure_delete=off", false},
			{"_journal_mode=WAL", "_journal_mode=DELETE", false},
		} {
			c, err := openConn(strings.Replace(writerDSN(path), tc.old, tc.new, 1), Options{AutoCheckpoint: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if err := checkDurability(c); errors.Is(err, ErrDurability) == tc.good {
				t.Errorf("%s: got %v", tc.new, err)
			}
			c.close()
		}
	})

	t.Run("a_network_file_system", func(t *testing.T) {
		if err := checkFileSystem(t.TempDir()); err != nil {
			t.Errorf("a local one: %v", err)
		}
		for magic, name := range networkFileSystems {
			if err := checkFileSystemType("/data", magic); !errors.Is(err, ErrFileSystem) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})

	t.Run("a_damaged_file_after_an_unclean_end", func(t *testing.T) {
		dir := filled(t, 500)
		damage(t, filepath.Join(dir, FileName))
		crash(t, dir)
		for range 2 { // a refused start is no clean end
			refused(t, ErrDamaged, func(o *Options) { o.Dir = dir })
		}
	})

	t.Run("a_file_that_is_no_database", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), bytes.Repeat([]byte("not a database. "), 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, ErrDamaged, func(o *Options) { o.Dir = dir })
	})

	t.Run("a_newer_schema", func(t *testing.T) {
		newer := fstest.MapFS{
			"00001_sketch.sql": sketch["00001_sketch.sql"],
			"00002_more.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE more (id TEXT PRIMARY KEY);\n")},
		}
		dir := filled(t, 1)
		db := open(t, func(o *Options) { o.Dir, o.Migrations = dir, newer })
		refused(t, ErrNewer, func(o *Options) { o.Dir, o.ReadOnly = dir, true })
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		refused(t, ErrNewer, func(o *Options) { o.Dir = dir })
	})

	t.Run("after_a_restore_that_was_interrupted", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName+restoring), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, ErrHalfRestored, func(o *Options) { o.Dir = dir })
	})

	t.Run("to_read_what_is_not_there", func(t *testing.T) {
		refused(t, os.ErrNotExist, func(o *Options) { o.ReadOnly = true })
	})
}

func TestOpenAfterACrash(t *testing.T) {
	dir := filled(t, 10)
	crash(t, dir)
	db := open(t, func(o *Options) { o.Dir = dir })
	if got := count(t, db); got != 10 {
		t.Errorf("got %d rows, want 10", got)
	}
	if !db.lock.unclean {
		t.Error("the crash was not noticed")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	again := open(t, func(o *Options) { o.Dir = dir })
	if again.lock.unclean {
		t.Error("a clean end looks like a crash")
	}
}

func TestOpenKeepsOthersOut(t *testing.T) {
	db := open(t, func(o *Options) { o.Dir = filepath.Join(o.Dir, "data") })
	if err := db.Update(t.Context(), add(t.Context(), "a", 1)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(db.opt.Dir, "*"))
	if err != nil || len(files) < 4 {
		t.Fatalf("got files %v, %v", files, err)
	}
	for _, path := range append(files, db.opt.Dir) {
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v, %v", path, fi.Mode(), err)
		}
	}
}

func TestReadOnlyStoreReadsBesideARunningOne(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Update(ctx, add(ctx, "a", 1)); err != nil {
		t.Fatal(err)
	}
	ro := open(t, func(o *Options) { o.Dir, o.ReadOnly = db.opt.Dir, true })
	if got := count(t, ro); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
	for name, err := range map[string]error{
		"update":   ro.Update(ctx, add(ctx, "b", 2)),
		"critical": ro.UpdateCritical(ctx, add(ctx, "b", 2)),
	} {
		if !errs.Is(err, errs.ReadOnly) {
			t.Errorf("%s: got %v, want ReadOnly", name, err)
		}
	}
}

func TestMigrate(t *testing.T) {
	second := func(sql string) fstest.MapFS {
		return fstest.MapFS{
			"00001_sketch.sql": sketch["00001_sketch.sql"],
			"00002_more.sql":   {Data: []byte("-- +goose Up\n" + sql)},
		}
	}

	t.Run("saves_the_database_first", func(t *testing.T) {
		dir := filled(t, 3)
		db := open(t, func(o *Options) { o.Dir, o.Migrations = dir, second("ALTER TABLE thing ADD COLUMN extra TEXT;\n") })
		if got := count(t, db); got != 3 {
			t.Errorf("got %d rows", got)
		}
		m, err := inspect(t.Context(), filepath.Join(dir, FileName+".before-0002"))
		if err != nil || m.Schema != 1 {
			t.Errorf("the copy: got schema %d, %v", m.Schema, err)
		}
	})

	t.Run("undoes_a_failed_one_whole", func(t *testing.T) {
		dir := filled(t, 3)
		bad := second("CREATE TABLE half (id TEXT);\nINSERT INTO nowhere (id) VALUES (1);\n")
		if db, err := Open(t.Context(), Options{Dir: dir, Migrations: bad, Ballast: -1}); err == nil {
			db.Close()
			t.Fatal("a failed migration opened")
		}
		db := open(t, func(o *Options) { o.Dir = dir })
		err := db.View(t.Context(), func(tx *Tx) error { return tx.Query(t.Context(), "SELECT id FROM half").Err() })
		if err == nil || count(t, db) != 3 {
			t.Errorf("got %v and %d rows: half a migration stayed", err, count(t, db))
		}
	})

	t.Run("wants_room_for_two", func(t *testing.T) {
		db := open(t)
		db.disk.free = func(string) (int64, int64, error) { return 1000, 1000, nil }
		if err := db.saveBefore(t.Context(), 1); !errors.Is(err, ErrNoSpace) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("knows_its_built_in_ones", func(t *testing.T) {
		db := open(t, func(o *Options) { o.Migrations = nil })
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The clock's mark outlives a restart: a machine set back in between does not take time back.
func TestClockMarkIsStored(t *testing.T) {
	dir := t.TempDir()
	var last time.Time
	synctest.Test(t, func(t *testing.T) {
		db := open(t, func(o *Options) { o.Dir = dir })
		if err := db.Update(t.Context(), func(tx *Tx) error {
			tx.MarkRecorded()
			last = tx.Now()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := storedMark(t, db); got.Before(last) {
			t.Errorf("a recorded change left the mark at %v, before %v", got, last)
		}

		time.Sleep(time.Minute)
		last = db.Clock().Now()
		time.Sleep(db.opt.Housekeeping)
		synctest.Wait()
		if got := storedMark(t, db); got.Before(last.Truncate(time.Millisecond)) {
			t.Errorf("an idle store left the mark at %v, before %v", got, last)
		}
	})

	set := func() time.Time { return last.Add(-time.Hour) }
	db := open(t, func(o *Options) { o.Dir, o.Clock = dir, clock.On(set, time.Time{}) })
	if now := db.Clock().Now(); now.Before(last.Add(-time.Second)) {
		t.Errorf("got %v after the restart, want no less than %v", now, last)
	}
	if !db.Clock().Behind() {
		t.Error("a machine an hour behind is believed")
	}
}

func storedMark(t *testing.T, db *DB) time.Time {
	t.Helper()
	var mark time.Time
	if err := db.View(t.Context(), func(tx *Tx) error { return tx.QueryRow(t.Context(), loadMark).Scan(&mark) }); err != nil {
		t.Fatal(err)
	}
	return mark
}
