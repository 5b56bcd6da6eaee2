package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/backend/portal"
)

// rejectedFile is where rejected rows are written. Until it is complete it lies beside its name under another one: what
// stood there before is replaced as a whole or not at all.
type rejectedFile struct {
	f      *os.File
	failed error // the first fault of writing
	kept   bool
}

// rejectedFile makes the file, nil when none is wanted: a place where none can be made is told before anything is changed.
func (c *numbersImportCmd) rejectedFile() (*rejectedFile, error) {
	if c.Rejected == "" {
		return nil, nil
	}
	info, err := os.Stat(c.Rejected)
	if err == nil && !info.Mode().IsRegular() || inside(c.Rejected, c.Data) || c.isNeeded(info) {
		return nil, fmt.Errorf("--rejected: %s can't be replaced by a file of rejected rows: name another one", c.Rejected)
	}
	f, err := os.CreateTemp(filepath.Dir(c.Rejected), ".countersign-*") // readable by its owner alone
	if err != nil {
		return nil, fmt.Errorf("--rejected: %w", err)
	}
	return &rejectedFile{f: f}, nil
}

// isNeeded reports whether a file is one that the installation can't do without.
func (c *numbersImportCmd) isNeeded(info fs.FileInfo) bool {
	for _, name := range []string{c.keyFile(), c.nextKeyFile(), c.anchorsFile()} {
		if kept, err := os.Stat(name); err == nil && info != nil && os.SameFile(kept, info) {
			return true
		}
	}
	return false
}

// Write notes what goes wrong instead of telling it: it must not undo what was found out about the rows. keepRejected tells.
func (r *rejectedFile) Write(p []byte) (int, error) {
	if r.failed == nil {
		_, r.failed = r.f.Write(p)
	}
	return len(p), nil
}

// keepRejected puts the file in its place when rows were rejected. When none were, what stood there is of another time and
// goes, unless nothing was done.
func (c *numbersImportCmd) keepRejected(ctx context.Context, s *portal.Service, done *portal.Imported, r *rejectedFile) (err error) {
	switch {
	case r == nil || done.Rejected == 0 && c.DryRun:
		return nil
	case done.Rejected == 0:
		if err := os.Remove(c.Rejected); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("no rows were rejected, but the file of another time is still there: %w", err)
		}
		return nil
	case !c.DryRun: // that has written them as it went
		err = explain(s.RejectedAsSystem(ctx, *done, r))
	}
	if err = errors.Join(err, r.failed); err == nil {
		err = r.f.Close()
	}
	if err == nil {
		err = os.Rename(r.f.Name(), c.Rejected)
	}
	if err != nil {
		return fmt.Errorf("the rejected rows were not written to %s: %w", c.Rejected, err)
	}
	r.kept = true
	return nil
}

// drop takes the file away that was not kept.
func (r *rejectedFile) drop() error {
	if r == nil || r.kept {
		return nil
	}
	r.f.Close() // perhaps it was already, and nobody wants it any more
	return os.Remove(r.f.Name())
}
