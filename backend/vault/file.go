package vault

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The key file: three lines of text, so that it survives copying, printing and an editor's look.
//
//	countersign root key v1
//	key   <32 bytes, base64>
//	check <the first 8 bytes of a derived value, hexadecimal>
//
// A file that followed another one has a line more for each key that it carries along: "carry audit <32 bytes, base64>".
const (
	title    = "countersign root key v1"
	maxBytes = 4096
)

// ErrNoKey says that there is no key file.
var ErrNoKey = errors.New("there is no key file")

// Open reads a key file. It refuses one that others may read, that belongs to somebody else, or that is damaged;
// the error is a sentence for the person who starts the server.
func Open(path string) (*Keys, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrNoKey, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the key file: %w", err)
	}
	defer f.Close()

	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at the key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the key file %s is not a regular file", path)
	}
	if err := checkPrivate(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	root, keep, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("the key file %s cannot be used: %w. Put back the copy you kept", path, err)
	}
	return keysOf(root, keep)
}

// keysOf is newKeys with what is carried along from the root key before.
func keysOf(root []byte, keep map[Label][]byte) (*Keys, error) {
	k, err := newKeys(root)
	if err != nil {
		return nil, err
	}
	for l, key := range keep {
		k.derived[l] = key
	}
	return k, nil
}

// Create makes a new key file with mode 0600 and refuses to replace one. The file is complete and on disk when it
// returns: it appears under its name only after its content was written and synced.
func Create(path string) (*Keys, error) { return create(path, nil) }

func create(path string, keep map[Label][]byte) (*Keys, error) {
	root := make([]byte, rootSize)
	rand.Read(root)

	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return nil, fmt.Errorf("create the key file: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return nil, fmt.Errorf("make the key file private: %w", err)
	}
	if _, err := f.Write(encode(root, keep)); err != nil {
		return nil, fmt.Errorf("write the key file: %w", err)
	}
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("write the key file to disk: %w", err)
	}
	// A link, unlike a rename, fails when the name is taken.
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("there is a key file already at %s; it is not replaced", path)
		}
		return nil, fmt.Errorf("name the key file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, fmt.Errorf("remove the key's temporary file: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("write the key's directory to disk: %w", err)
	}
	return keysOf(root, keep)
}

// OpenOrCreate opens the key file and, on a first start only, makes it when there is none. Beside a database that
// was written with a key, a missing one is refused: a new key could open nothing of it.
func OpenOrCreate(path string, firstStart bool) (*Keys, error) {
	keys, err := Open(path)
	if !errors.Is(err, ErrNoKey) {
		return keys, err
	}
	if !firstStart {
		return nil, fmt.Errorf("%w at %s, but the database was written with one; put back the copy you kept, "+
			"because a new key cannot open what the old one closed", ErrNoKey, path)
	}
	return Create(path)
}

func encode(root []byte, keep map[Label][]byte) []byte {
	b := fmt.Appendf(nil, "%s\nkey   %s\ncheck %s\n", title, base64.StdEncoding.EncodeToString(root), checkValue(root, keep))
	for _, l := range carried {
		if key, ok := keep[l]; ok {
			b = fmt.Appendf(b, "carry %s %s\n", l, base64.StdEncoding.EncodeToString(key))
		}
	}
	return b
}

// checkValue tells a damaged key from a good one and tells nothing of the key.
func checkValue(root []byte, keep map[Label][]byte) string {
	info := "check"
	for _, l := range carried {
		info += string(keep[l])
	}
	return hex.EncodeToString(expand(root, info)[:8])
}

func decode(text []byte) (root []byte, keep map[Label][]byte, err error) {
	if len(text) > maxBytes {
		return nil, nil, errors.New("it is too long for a key file")
	}
	lines := strings.Split(string(bytes.TrimSpace(text)), "\n")
	if strings.TrimSpace(lines[0]) != title {
		return nil, nil, fmt.Errorf("its first line is not %q", title)
	}
	if len(lines) < 3 || len(lines) > 3+len(carried) {
		return nil, nil, errors.New("it does not have three lines")
	}
	key, ok := strings.CutPrefix(lines[1], "key ")
	if !ok {
		return nil, nil, errors.New("its second line does not hold the key")
	}
	check, ok := strings.CutPrefix(lines[2], "check ")
	if !ok {
		return nil, nil, errors.New("its third line does not hold the check value")
	}
	if root, err = readKey(key); err != nil {
		return nil, nil, err
	}
	for _, line := range lines[3:] {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "carry" || !slices.Contains(carried, Label(words[1])) {
			return nil, nil, errors.New("a line after the third does not carry a key along")
		}
		if keep == nil {
			keep = map[Label][]byte{}
		}
		if keep[Label(words[1])], err = readKey(words[2]); err != nil {
			return nil, nil, err
		}
	}
	if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(check)), []byte(checkValue(root, keep))) != 1 {
		return nil, nil, errors.New("the check value does not fit the key, so one of them was changed")
	}
	return root, keep, nil
}

func readKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != rootSize {
		return nil, errors.New("the key is not 32 bytes of base64")
	}
	return key, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
