package mail

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"countersign/shared/id"
)

// Folder keeps letters as .eml files, for installations without a mail server: nothing is lost, and any mail
// program opens them. The files carry the links' secrets, so the folder is its owner's alone.
type Folder struct{ dir string }

// NewFolder makes the folder when it is missing.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for mails: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// Send writes the letter as a file named by its time and id. The file appears complete or not at all, and the same
// letter sent twice is one file.
func (f *Folder) Send(_ context.Context, l Letter) error {
	msg, err := compose(l)
	if err != nil {
		return err
	}
	if !id.Valid(l.ID) {
		return unsendable("the mail has no id to be filed under")
	}
	file, err := os.CreateTemp(f.dir, ".mail-*")
	if err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(msg.data); err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	name := l.Date.UTC().Format("20060102T150405Z") + "-" + string(l.ID) + ".eml"
	if err := os.Rename(file.Name(), filepath.Join(f.dir, name)); err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("file mail %s: %w", l.ID, err)
	}
	return nil
}
