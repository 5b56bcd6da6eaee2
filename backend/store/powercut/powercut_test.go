package powercut

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/store"
	"countersign/shared/errs"
)

var (
	cuts  = flag.Int("cuts", 300, "simulated power cuts")
	kills = flag.Int("kills", 20, "killed processes")
	seed  = flag.Uint64("seed", 0, "repeats a run; 0 takes a new one")
)

func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

// PR1, F1, F2: no acknowledged change is lost in a power cut, at any moment of the store's life: while it is made,
// writes, checkpoints, is backed up, ends and is migrated.
func TestPowerCutKeepsWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	ops := record(t, dir, modeStore)
	lost, broken := replay(t, dir, ops, *cuts)
	t.Logf("%d power cuts over %d operations: %d lost acknowledged rows, %d did not open or were damaged", *cuts, len(ops), lost, broken)
	if lost > 0 || broken > 0 {
		t.Error("the store does not keep its promise")
	}
}

// The control: the same test on the driver's default must find lost rows, or it would find nothing anywhere.
func TestPowerCutLosesRowsAtTheDriversDefault(t *testing.T) {
	dir := t.TempDir()
	ops := record(t, dir, modeNormal)
	n := min(*cuts, 60)
	lost, broken := replay(t, dir, ops, n)
	t.Logf("%d power cuts at synchronous=NORMAL: %d lost acknowledged rows", n, lost)
	if lost == 0 || broken > 0 {
		t.Errorf("%d cuts lost rows and %d were damaged: the harness does not see a missing flush", lost, broken)
	}
}

// replay cuts the power n times at random moments and counts the cuts that lost acknowledged rows or a usable file.
func replay(t *testing.T, dir string, ops []op, n int) (lost, broken int) {
	t.Helper()
	r := random(t)
	at := make([]int, n)
	for i := range at {
		at[i] = r.IntN(len(ops) + 1)
	}
	slices.Sort(at)

	d, played := newDisk(dir), 0
	for i, cut := range at {
		for ; played < cut; played++ {
			d.take(played, ops[played])
		}
		to, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.cut(to, i%2 == 1, r); err != nil {
			t.Fatal(err)
		}
		missing, err := inspect(t.Context(), to, d.acked)
		switch {
		case err != nil:
			broken++
			t.Logf("cut at %d of %d: %v", cut, len(ops), err)
		case missing > 0:
			lost++
		}
		os.RemoveAll(to)
	}
	return lost, broken
}

// inspect opens what was found and counts the acknowledged rows that are not there. More rows than acknowledged are
// normal: the power failed between commit and answer.
func inspect(ctx context.Context, dir string, acked []string) (missing int, err error) {
	if _, err := os.Stat(filepath.Join(dir, "backup.db")); err == nil {
		if err := restores(ctx, filepath.Join(dir, "backup.db")); err != nil {
			return 0, err
		}
	}
	db, err := store.Open(ctx, options(dir, second))
	if err != nil {
		return 0, err
	}
	defer db.Close()

	err = db.View(ctx, func(tx *store.Tx) error {
		var whole string
		if err := tx.QueryRow(ctx, "PRAGMA integrity_check(1)").Scan(&whole); err != nil || whole != "ok" {
			return errors.Join(err, errors.New("integrity check: "+whole))
		}
		for _, id := range acked {
			var got string
			err := tx.QueryRow(ctx, "SELECT body FROM saved WHERE id = ? AND more IS NULL", id).Scan(&got)
			if errs.Is(err, errs.NotFound) {
				missing++
				continue
			}
			if err != nil || got != body(id) {
				return errors.Join(err, fmt.Errorf("row %s holds %q", id, got))
			}
		}
		return nil
	})
	return missing, err
}

// restores proves that a backup which has its name is complete.
func restores(ctx context.Context, backup string) error {
	dir, err := os.MkdirTemp(filepath.Dir(backup), "restored")
	if err != nil {
		return err
	}
	_, err = store.Restore(ctx, backup, dir)
	return err
}

// PR1: the same for a killed process, which is the easier half.
func TestKillKeepsWhatWasAcknowledged(t *testing.T) {
	dir, r := t.TempDir(), random(t)
	for n := range *kills {
		killed(t, dir, fmt.Sprintf("k%d", n), 1+r.IntN(200))
		acked, err := os.ReadFile(ackPath(dir))
		if err != nil {
			t.Fatal(err)
		}
		missing, err := inspect(t.Context(), copied(t, dir), strings.Fields(string(acked)))
		if err != nil || missing > 0 {
			t.Fatalf("kill %d: %d acknowledged rows are missing, %v", n, missing, err)
		}
	}
}

// killed lets a child write until it has acknowledged some rows, and kills it.
func killed(t *testing.T, dir, run string, after int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), orderDir+"="+dir, orderMode+"="+modeKill, orderRun+"="+run)
	told, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	cmd.Stdout, cmd.Stderr = tell, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tell.Close()
	lines := bufio.NewScanner(told)
	for range after {
		if !lines.Scan() {
			t.Fatalf("the child ended by itself: %v", cmd.Wait())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
}

// copied is the directory of a dead child, for looking without changing it.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "found"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(to, "found")
}
