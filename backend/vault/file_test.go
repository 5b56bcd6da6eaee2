package vault_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/backend/vault"
)

func TestCreate(t *testing.T) {
	t.Parallel()

	t.Run("is_private_and_opens_again", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "root.key")
		made, err := vault.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("mode %04o, want 0600", got)
		}
		opened, err := vault.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if opened.ID() != made.ID() {
			t.Errorf("opened key %s, made %s", opened.ID(), made.ID())
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 1 {
			t.Errorf("%d files are left beside the key", len(entries)-1)
		}
	})

	t.Run("never_replaces_a_key", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "root.key")
		if _, err := vault.Create(path); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		if _, err := vault.Create(path); err == nil {
			t.Error("a second key was made over the first")
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Error("the key file changed")
		}
	})

	t.Run("of_many_at_once_one_wins", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "root.key")
		var wg sync.WaitGroup
		ids := make(chan string, 8)
		for range 8 {
			wg.Go(func() {
				if keys, err := vault.Create(path); err == nil {
					ids <- keys.ID()
				}
			})
		}
		wg.Wait()
		close(ids)
		if len(ids) != 1 {
			t.Fatalf("%d of 8 made the key", len(ids))
		}
		keys, err := vault.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if id := <-ids; keys.ID() != id {
			t.Errorf("the file holds key %s, the winner made %s", keys.ID(), id)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.key")
	if _, err := vault.Create(good); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	lines := strings.Split(text, "\n")

	// flip changes one base64 digit in the middle of the key.
	flip := func() string {
		b := []byte(text)
		i := strings.Index(text, "key   ") + 16
		if b[i] == 'A' {
			b[i] = 'B'
		} else {
			b[i] = 'A'
		}
		return string(b)
	}

	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		says       string
	}{
		{"readable_by_the_group", text, 0o640, "mode 0640"},
		{"readable_by_all", text, 0o604, "mode 0604"},
		{"executable", text, 0o700, "mode 0700"},
		{"empty", "", 0o600, "first line"},
		{"another_file", "-----BEGIN PRIVATE KEY-----\n", 0o600, "first line"},
		{"newer_version", strings.Replace(text, "v1", "v2", 1), 0o600, "first line"},
		{"cut_off", lines[0] + "\n" + lines[1], 0o600, "three lines"},
		{"changed_key", flip(), 0o600, "check value"},
		{"changed_check", text[:len(text)-2] + "z\n", 0o600, "check value"},
		{"short_key", lines[0] + "\nkey   AAAA\n" + lines[2], 0o600, "32 bytes"},
		{"too_long", text + strings.Repeat("\n", 5000), 0o600, "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := vault.Open(path)
			if err == nil {
				t.Fatal("was opened")
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("the refusal does not tell the reason and the file: %v", err)
			}
			if strings.Contains(err.Error(), strings.TrimSpace(strings.TrimPrefix(lines[1], "key"))) {
				t.Error("the refusal shows the key")
			}
		})
	}

	t.Run("a_directory", func(t *testing.T) {
		if _, err := vault.Open(dir); err == nil {
			t.Error("was opened")
		}
	})

	t.Run("belongs_to_somebody_else", func(t *testing.T) {
		path := filepath.Join(dir, "foreign")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() != 0 {
			t.Log("only root can give a file away; the rule is tested where the suite runs as root")
			return
		}
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(path); err == nil || !strings.Contains(err.Error(), "belongs to user 65534") {
			t.Errorf("got %v, want a refusal that names the owner", err)
		}
	})

	t.Run("but_not_read_only_or_carriage_returns", func(t *testing.T) {
		path := filepath.Join(dir, "windows")
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "\n", "\r\n")), 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Open(path); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenOrCreate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "root.key")

	if _, err := vault.OpenOrCreate(path, false); !errors.Is(err, vault.ErrNoKey) {
		t.Fatalf("beside a database: got %v, want ErrNoKey", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("a key was made beside a database that had another")
	}
	made, err := vault.OpenOrCreate(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, firstStart := range []bool{true, false} {
		opened, err := vault.OpenOrCreate(path, firstStart)
		if err != nil {
			t.Fatal(err)
		}
		if opened.ID() != made.ID() {
			t.Errorf("first start %v: another key was made", firstStart)
		}
	}
}
