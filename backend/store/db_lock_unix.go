//go:build linux || darwin

package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockName is the file that one running instance holds. It names the process while that runs and is blank after a
// clean end, so a text found by the next instance means that the last one crashed. Its length never changes: to
// overwrite it needs no room on a full disk.
const (
	lockName = "countersign.lock"
	lockSize = 64
)

type instanceLock struct {
	file    *os.File
	unclean bool // the last run did not end cleanly
}

func lockInstance(dir string) (*instanceLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	l := &instanceLock{file: f}
	if err := l.take(dir); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

func (l *instanceLock) take(dir string) error {
	locked := syscall.Flock(int(l.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	text, err := io.ReadAll(io.NewSectionReader(l.file, 0, lockSize))
	if err != nil {
		return fmt.Errorf("read the lock file: %w", err)
	}
	holder := strings.TrimSpace(string(text))
	if errors.Is(locked, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%w: %s, %s. Stop it first; two would destroy the data", ErrRunning, dir, holder)
	}
	if locked != nil {
		return fmt.Errorf("lock the data directory: %w", locked)
	}

	l.unclean = holder != ""
	if err := l.write(fmt.Sprintf("process %d", os.Getpid())); err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return syncDir(dir)
}

// release gives the lock away; clean says that the database needs no check at the next start.
func (l *instanceLock) release(clean bool) error {
	var err error
	if clean {
		err = l.write("")
	}
	return errors.Join(err, l.file.Close())
}

func (l *instanceLock) write(text string) error {
	if _, err := l.file.WriteAt(fmt.Appendf(nil, "%-*s\n", lockSize-1, text), 0); err != nil {
		return err
	}
	return l.file.Sync()
}
