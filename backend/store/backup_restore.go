package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	restoring = ".restoring"      // the checked copy, before it takes the database's name
	replaced  = ".before-restore" // what was there before
)

// Restore puts the backup at path in place as the database of dir. It refuses while a server runs there (ErrRunning)
// and when the backup is not exactly what its manifest says (ErrDamaged); then nothing has changed. The database that
// was there stays beside it under another name. A Restore that was interrupted is simply run again.
//
// It brings back data, and with it what was revoked since: who restores ends sessions and grants before serving.
func Restore(ctx context.Context, path, dir string) (Manifest, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Manifest{}, fmt.Errorf("make the data directory: %w", err)
	}
	if err := checkFileSystem(dir); err != nil {
		return Manifest{}, err
	}
	lock, err := lockInstance(dir)
	if err != nil {
		return Manifest{}, err
	}
	m, err := restoreLocked(ctx, path, filepath.Join(dir, FileName))
	return m, errors.Join(err, lock.release(err == nil || !lock.unclean))
}

func restoreLocked(ctx context.Context, from, target string) (Manifest, error) {
	want, err := readManifest(from + manifestSuffix)
	if err != nil {
		return Manifest{}, fmt.Errorf("read the backup's manifest: %w", err)
	}
	if err := copyFile(from, target+restoring); err != nil {
		return Manifest{}, fmt.Errorf("copy the backup: %w", err)
	}
	if err := checkManifest(ctx, target+restoring, want); err != nil {
		return Manifest{}, errors.Join(err, os.Remove(target+restoring))
	}
	if err := syncDir(filepath.Dir(target)); err != nil {
		return Manifest{}, fmt.Errorf("save the copy's name: %w", err)
	}

	if err := setAside(target); err != nil {
		return Manifest{}, fmt.Errorf("set the old database aside: %w", err)
	}
	if err := os.Rename(target+restoring, target); err != nil {
		return Manifest{}, fmt.Errorf("put the restored database in place: %w", err)
	}
	if err := syncDir(filepath.Dir(target)); err != nil {
		return Manifest{}, fmt.Errorf("save the database's name: %w", err)
	}
	return want, nil
}

func checkManifest(ctx context.Context, path string, want Manifest) error {
	got, err := inspect(ctx, path)
	if err != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	if got.Schema != want.Schema || !slices.Equal(got.Tables, want.Tables) {
		return fmt.Errorf("%w: the backup does not hold what its manifest says", ErrDamaged)
	}
	return nil
}

// setAside renames the old database and the -wal that belongs to it. The file goes first: a server must not find it
// without its -wal, and without the file it refuses to start because of the copy that waits.
func setAside(target string) error {
	if _, err := os.Stat(target); err == nil {
		for _, suffix := range []string{"", "-wal"} {
			if err := os.Remove(target + replaced + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	for _, suffix := range []string{"", "-wal"} {
		err := os.Rename(target+suffix, target+replaced+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := syncDir(filepath.Dir(target)); err != nil {
			return err
		}
	}
	if err := os.Remove(target + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func readManifest(path string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close())
}
