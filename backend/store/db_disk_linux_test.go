package store

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"countersign/shared/errs"
)

// small are guards for a disk of a few MiB.
func small(o *Options) {
	o.LowBelow, o.ReadOnlyBelow, o.Ballast = 3*mib, 2*mib, mib
	o.TruncateOver = mib / 2
	o.Housekeeping = time.Hour // the tests look themselves
}

// onSmallDisk runs the test again in a process with an own file system of 12 MiB and gives its directory there.
func onSmallDisk(t *testing.T, story func(t *testing.T, dir string)) {
	const env = "COUNTERSIGN_TEST_SMALL_DISK"
	if os.Getenv(env) != "" {
		dir := t.TempDir()
		if err := syscall.Mount("small", dir, "tmpfs", 0, "size=12m"); err != nil {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Cleanup(func() { syscall.Unmount(dir, 0) })
		story(t, dir)
		return
	}

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), env+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("on the small disk: %v\n%s", err, out)
	}
}

// fillDisk leaves free bytes, as somebody else's files would; the function it returns removes them.
func fillDisk(t *testing.T, dir string, free int64) (undo func()) {
	t.Helper()
	have, _, err := freeSpace(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "others")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyN(f, zeros{}, have-free); err != nil {
		t.Fatal(err)
	}
	return func() { os.Remove(path) }
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// PR16: a full disk refuses ordinary changes, loses nothing, still revokes, and ends by itself.
func TestFullDisk(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		db, ctx := open(t, small, func(o *Options) { o.Dir = dir }), t.Context()
		if d := db.Disk(); d.Low || d.ReadOnly || !d.Ballast {
			t.Fatalf("at the start: %+v", d)
		}
		acknowledged := 0
		write := func(critical bool) error {
			update := db.Update
			if critical {
				update = db.UpdateCritical
			}
			err := update(ctx, func(tx *Tx) error {
				tx.MarkRecorded()
				_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES (?, ?, ?)",
					key(acknowledged), strings.Repeat("x", 500), acknowledged)
				return err
			})
			if err == nil {
				acknowledged++
			}
			return err
		}
		if err := write(false); err != nil {
			t.Fatal(err)
		}

		undo := fillDisk(t, dir, 0)
		refused := 0
		for range 400 {
			if err := write(false); err != nil {
				if !errs.Is(err, errs.ReadOnly) {
					t.Fatalf("got %v, want ReadOnly", err)
				}
				refused++
			}
		}
		if refused < 300 || !db.Disk().ReadOnly {
			t.Errorf("%d of 400 changes were refused at 0 bytes, %+v", refused, db.Disk())
		}
		if got := count(t, db); got != acknowledged {
			t.Errorf("reads: got %d rows, want %d", got, acknowledged)
		}

		for range 50 {
			if err := write(true); err != nil {
				t.Fatalf("a revocation at 0 bytes: %v", err)
			}
		}
		if db.Disk().Ballast {
			t.Error("the ballast is still there")
		}

		undo()
		db.disk.look(db.log)
		if err := write(false); err != nil {
			t.Errorf("after room was made: %v", err)
		}
		if !db.Disk().Ballast || db.Disk().ReadOnly {
			t.Errorf("after room was made: %+v", db.Disk())
		}
		if got := count(t, db); got != acknowledged {
			t.Errorf("got %d rows, want the %d acknowledged", got, acknowledged)
		}
	})
}

// A crash on a full disk must not keep the server, and with it revocation, from coming back.
func TestStartOnFullDisk(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		db, ctx := open(t, small, func(o *Options) { o.Dir = dir }), t.Context()
		if err := db.Update(ctx, add(ctx, "a", 1)); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}

		fillDisk(t, dir, 0)
		crash(t, dir)
		again := open(t, small, func(o *Options) { o.Dir = dir })
		if err := again.Update(ctx, add(ctx, "b", 2)); !errs.Is(err, errs.ReadOnly) {
			t.Errorf("got %v, want ReadOnly", err)
		}
		if err := again.UpdateCritical(ctx, add(ctx, "b", 2)); err != nil {
			t.Errorf("a revocation: %v", err)
		}
		if got := count(t, again); got != 2 {
			t.Errorf("got %d rows, want 2", got)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}

		if err := os.Remove(filepath.Join(dir, ballastName)); err == nil {
			t.Fatal("the ballast was kept on a full disk")
		}
		os.Remove(filepath.Join(dir, "others"))
		fillDisk(t, dir, 0)
		refused(t, ErrNoSpace, func(o *Options) { small(o); o.Dir = dir })
	})
}

// A limit that statfs does not show (a quota) is met only by SQLite itself.
func TestQuota(t *testing.T) {
	db, ctx := open(t), t.Context()
	if err := db.Update(ctx, add(ctx, "a", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.conn.text("PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	large := func(tx *Tx) error {
		tx.MarkRecorded()
		_, err := tx.Exec(ctx, "INSERT INTO thing (id, org, n) VALUES ('large', ?, 2)", strings.Repeat("x", 200_000))
		return err
	}
	got := together(t, db, add(ctx, "b", 3), large, add(ctx, "c", 4))
	if !errs.Is(got[1], errs.ReadOnly) {
		t.Errorf("got %v, want ReadOnly", got[1])
	}
	want := 1
	for _, err := range []error{got[0], got[2]} {
		if err == nil {
			want++
		} else if !errs.Is(err, errs.ReadOnly) {
			t.Errorf("a neighbor got %v", err)
		}
	}
	if n := count(t, db); n != want {
		t.Errorf("got %d rows, want the %d acknowledged", n, want)
	}

	if _, err := db.writer.conn.text("PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, large); err != nil {
		t.Errorf("after the quota rose: %v", err)
	}
}

func TestDiskThresholds(t *testing.T) {
	var free int64
	db := open(t, func(o *Options) { o.LowBelow, o.ReadOnlyBelow = 300, 200 })
	db.disk.free = func(string) (int64, int64, error) { return free, 10_000, nil }
	for _, tc := range []struct {
		free          int64
		low, readOnly bool
	}{{1000, false, false}, {299, true, false}, {199, true, true}, {0, true, true}, {200, true, false}, {300, false, false}} {
		free = tc.free
		db.disk.look(db.log)
		if d := db.Disk(); d.Low != tc.low || d.ReadOnly != tc.readOnly || d.Free != tc.free {
			t.Errorf("%d free: got %+v", tc.free, d)
		}
		err := db.Update(t.Context(), func(*Tx) error { return nil })
		if errs.Is(err, errs.ReadOnly) != tc.readOnly {
			t.Errorf("%d free: got %v", tc.free, err)
		}
	}
}

func TestDamageStopsChanges(t *testing.T) {
	dir := filled(t, 500)
	damage(t, filepath.Join(dir, FileName))
	db := open(t, func(o *Options) { o.Dir = dir }) // a clean end is believed
	err := db.View(t.Context(), func(tx *Tx) error {
		rows := tx.Query(t.Context(), "SELECT id, org, n FROM thing")
		for rows.Next() {
		}
		return rows.Err()
	})
	if !errs.Is(err, errs.ReadOnly) {
		t.Fatalf("got %v, want ReadOnly", err)
	}
	if err := db.Update(t.Context(), add(t.Context(), "a", 1)); !errs.Is(err, errs.ReadOnly) {
		t.Errorf("got %v, want ReadOnly", err)
	}
}

// The WAL is cut once it is long, also while nobody waits for it.
func TestLongWALIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, ctx := open(t, func(o *Options) { o.TruncateOver = 100_000 }), t.Context()
		for n := range 100 {
			if err := db.Update(ctx, add(ctx, fmt.Sprint(n), n)); err != nil {
				t.Fatal(err)
			}
		}
		if s := db.Stats(); s.WAL < 100_000 {
			t.Fatalf("got a WAL of %d bytes", s.WAL)
		}
		time.Sleep(db.opt.Housekeeping)
		synctest.Wait()
		if s := db.Stats(); s.WAL != 0 || s.Checkpoints != 1 {
			t.Errorf("got a WAL of %d bytes after %d checkpoints", s.WAL, s.Checkpoints)
		}
	})
}
