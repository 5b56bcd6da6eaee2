package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ballastName is the file that keeps disk space back for UpdateCritical.
const ballastName = "ballast"

// leastToStart is what recovery and the first commits need.
const leastToStart = 8 * mib

// Disk is the state of the disk below the data directory, as of the last look.
type Disk struct {
	Free     int64
	Total    int64
	Low      bool // no uploads or exports any more
	ReadOnly bool // ordinary changes are refused
	Ballast  bool // the space for critical changes is still kept back
}

// Disk tells how much room there is. It costs nothing: the writer looks every few seconds and every few commits.
func (db *DB) Disk() Disk { return db.disk.state() }

// diskGuard watches the free space and holds the ballast.
type diskGuard struct {
	dir  string
	opt  Options
	free func(dir string) (free, total int64, err error)
	full atomic.Bool // ordinary changes are refused

	mu      sync.Mutex
	last    Disk
	ballast string
}

func newDiskGuard(o Options) *diskGuard {
	return &diskGuard{dir: o.Dir, opt: o, free: freeSpace, ballast: filepath.Join(o.Dir, ballastName)}
}

// prepare looks once and makes the ballast. It refuses when not even recovery would have room.
func (g *diskGuard) prepare() error {
	free, _, err := g.free(g.dir)
	if err != nil {
		return fmt.Errorf("read the free disk space: %w", err)
	}
	least := int64(leastToStart)
	if g.opt.Ballast > 0 {
		least = min(least, g.opt.Ballast/2) // so that an intact ballast is always enough
	}
	if free+fileSize(g.ballast) < least {
		return fmt.Errorf("%w: %d bytes are free in %s and a start needs %d", ErrNoSpace, free, g.dir, least)
	}
	if free < least {
		g.makeRoom()
	}
	g.look(slog.New(slog.DiscardHandler))
	return nil
}

// look takes in the present state; it refills the ballast once there is room again.
func (g *diskGuard) look(log *slog.Logger) {
	free, total, err := g.free(g.dir)
	if err != nil {
		log.Error("read the free disk space", "error", err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()

	held := g.opt.Ballast <= 0 || fileSize(g.ballast) >= g.opt.Ballast
	if !held && free > g.opt.ReadOnlyBelow+g.opt.Ballast {
		if err := writeBallast(g.ballast, g.opt.Ballast); err != nil {
			log.Warn("no space could be kept back for a full disk", "error", err)
		} else {
			held = true
			free -= g.opt.Ballast
		}
	}

	low := g.opt.LowBelow
	if low == 0 {
		low = min(1024*mib, total/10)
	}
	d := Disk{Free: free, Total: total, Low: free < low, ReadOnly: free < g.opt.ReadOnlyBelow, Ballast: held && g.opt.Ballast > 0}
	d.Low = d.Low || d.ReadOnly
	if d.ReadOnly && !g.last.ReadOnly {
		log.Error("the disk is nearly full; only revoking, signing out and the audit of them still work", "free", free)
	}
	if !d.ReadOnly && g.last.ReadOnly {
		log.Info("the disk has room again; changes are accepted", "free", free)
	}
	g.last = d
	g.full.Store(d.ReadOnly)
}

// makeRoom gives the ballast up when the disk is so full that a critical change might not fit.
func (g *diskGuard) makeRoom() {
	if g.opt.Ballast <= 0 {
		return
	}
	free, _, err := g.free(g.dir)
	if err != nil || free >= g.opt.Ballast {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := os.Remove(g.ballast); err == nil {
		g.last.Ballast = false
	}
}

func (g *diskGuard) state() Disk {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last
}

// writeBallast makes the file with real blocks; a file system that compresses must not shrink it.
func writeBallast(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = allocate(f, size)
	if err != nil {
		_, err = io.CopyN(f, rand.Reader, size)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
