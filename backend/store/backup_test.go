package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// reopened counts the rows of the store in dir.
func reopened(t *testing.T, dir string) int {
	t.Helper()
	db := open(t, func(o *Options) { o.Dir = dir })
	defer db.Close()
	return count(t, db)
}

// PR3: a backup of a store that is being written to restores to exactly what it says.
func TestBackupUnderLoadRestores(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Update(ctx, add(ctx, "first", 0)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Update(ctx, add(ctx, fmt.Sprint(n), n)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	path := filepath.Join(t.TempDir(), "backup.db")
	m, err := db.Backup(ctx, path)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	var rows int64
	for _, table := range m.Tables {
		if table.Name == "thing" {
			rows = table.Rows
		}
	}
	if rows < 1 || m.Schema != 1 || m.Taken.IsZero() {
		t.Errorf("got manifest %+v", m)
	}

	dir := filled(t, 7) // what is there now is set aside
	got, err := Restore(ctx, path, dir)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(m) {
		t.Errorf("got manifest %+v, want %+v", got, m)
	}
	if n := reopened(t, dir); int64(n) != rows {
		t.Errorf("got %d rows, want %d", n, rows)
	}

	aside := filepath.Join(t.TempDir(), FileName)
	if err := os.Rename(filepath.Join(dir, FileName+replaced), aside); err != nil {
		t.Fatal(err)
	}
	if n := reopened(t, filepath.Dir(aside)); n != 7 {
		t.Errorf("the old database has %d rows, want 7", n)
	}
}

func TestBackupRefusesAnExistingName(t *testing.T) {
	db := open(t)
	path := filepath.Join(t.TempDir(), "backup.db")
	if _, err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Backup(t.Context(), path); err == nil {
		t.Error("a backup was overwritten")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("got files %v, want the backup and its manifest", left)
	}
}

func TestRestoreRefuses(t *testing.T) {
	backup := func(t *testing.T) (path string, m Manifest) {
		t.Helper()
		db := open(t, func(o *Options) { o.Dir = filled(t, 300) })
		path = filepath.Join(t.TempDir(), "backup.db")
		m, err := db.Backup(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return path, m
	}
	// untouched restores and wants a refusal that changed nothing in a directory with 7 rows.
	untouched := func(t *testing.T, path string) {
		t.Helper()
		dir := filled(t, 7)
		if _, err := Restore(t.Context(), path, dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want ErrDamaged", err)
		}
		if n := reopened(t, dir); n != 7 {
			t.Errorf("got %d rows, want the 7 that were there", n)
		}
	}

	t.Run("while_the_server_runs", func(t *testing.T) {
		path, _ := backup(t)
		db := open(t)
		if _, err := Restore(t.Context(), path, db.opt.Dir); !errors.Is(err, ErrRunning) {
			t.Errorf("got %v, want ErrRunning", err)
		}
		if err := db.Update(t.Context(), add(t.Context(), "a", 1)); err != nil {
			t.Error(err)
		}
	})

	t.Run("a_damaged_copy", func(t *testing.T) {
		path, _ := backup(t)
		damage(t, path)
		untouched(t, path)
	})

	t.Run("a_row_that_was_changed", func(t *testing.T) {
		path, _ := backup(t)
		c, err := openConn(fileURI(path), Options{AutoCheckpoint: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.run("UPDATE thing SET state = 'active' WHERE n = 3"); err != nil {
			t.Fatal(err)
		}
		c.close()
		untouched(t, path)
	})

	t.Run("a_manifest_of_another_backup", func(t *testing.T) {
		path, m := backup(t)
		m.Tables[len(m.Tables)-1].Rows++
		if err := writeManifest(path+manifestSuffix, m); err != nil {
			t.Fatal(err)
		}
		untouched(t, path)
	})

	t.Run("without_a_manifest", func(t *testing.T) {
		path, _ := backup(t)
		if err := os.Remove(path + manifestSuffix); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), path, t.TempDir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

// A restore that stops at any step leaves either the old database, or a refusal to start until it is run again.
func TestInterruptedRestore(t *testing.T) {
	source := open(t, func(o *Options) { o.Dir = filled(t, 5) })
	path := filepath.Join(t.TempDir(), "backup.db")
	if _, err := source.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}

	move := func(from, to string) func(t *testing.T, target string) {
		return func(t *testing.T, target string) {
			if err := os.Rename(target+from, target+to); err != nil {
				t.Fatal(err)
			}
		}
	}
	steps := []func(t *testing.T, target string){
		func(t *testing.T, target string) {
			if err := copyFile(path, target+restoring); err != nil {
				t.Fatal(err)
			}
		},
		move("", replaced),
		move("-wal", replaced+"-wal"),
		move(restoring, ""),
	}
	for stop := range len(steps) + 1 {
		t.Run(fmt.Sprintf("after_step_%d", stop), func(t *testing.T) {
			dir := crashed(t, 7)
			target := filepath.Join(dir, FileName)
			for _, step := range steps[:stop] {
				step(t, target)
			}
			switch stop {
			case 0, 1:
				if n := reopened(t, dir); n != 7 {
					t.Errorf("got %d rows, want the old 7", n)
				}
			case 2, 3:
				refused(t, ErrHalfRestored, func(o *Options) { o.Dir = dir })
			}

			if stop == 4 {
				return // complete
			}
			if _, err := Restore(t.Context(), path, dir); err != nil {
				t.Fatal(err)
			}
			if n := reopened(t, dir); n != 5 {
				t.Errorf("got %d rows, want the restored 5", n)
			}
			old := t.TempDir()
			for _, suffix := range []string{"", "-wal"} {
				os.Rename(target+replaced+suffix, filepath.Join(old, FileName+suffix))
			}
			if n := reopened(t, old); n != 7 {
				t.Errorf("the old database has %d rows, want 7", n)
			}
		})
	}
}

// crashed is a directory as a crash leaves it: rows that are only in the WAL.
func crashed(t *testing.T, rows int) string {
	t.Helper()
	db, ctx := open(t), context.Background()
	for n := range rows {
		if err := db.Update(ctx, add(ctx, key(n), n)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for _, suffix := range []string{"", "-wal"} { // the test holds still, so a copy is what a crash would leave
		if err := copyFile(db.path+suffix, filepath.Join(dir, FileName+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	crash(t, dir)
	return dir
}
