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

// lockName is the file that one running instance holds. It names the process while that runs and is empty after a
// clean end, so a text found by the next instance means that the last one crashed.
const lockName = "countersign.lock"

type instanceLock struct {
	file    *os.File
	unclean bool // the last run did not end cleanly
}

func lockInstance(dir string) (*instanceLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	holder := strings.TrimSpace(string(text))

	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, fmt.Errorf("%w: %s, %s. Stop it first; two would destroy the data", ErrRunning, dir, holder)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}

	l := &instanceLock{file: f, unclean: holder != ""}
	if err := l.write(fmt.Sprintf("process %d\n", os.Getpid())); err != nil {
		f.Close()
		return nil, fmt.Errorf("write the lock file: %w", err)
	}
	return l, errors.Join(syncDir(dir))
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
	if err := l.file.Truncate(int64(len(text))); err != nil {
		return err
	}
	if _, err := l.file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	return l.file.Sync()
}
