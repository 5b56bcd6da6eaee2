package anchor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/shared/audit"
	"countersign/shared/live"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func head(stream live.Stream, seq int64, mac string) audit.Head {
	return audit.Head{Stream: stream, Seq: seq, MAC: mac}
}

func open(t *testing.T, path string) (*File, Anchors) {
	t.Helper()
	f, a, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anchors")
	f, a := open(t, path)
	if len(a) != 0 {
		t.Fatalf("a file that is not there holds %v", a)
	}
	add := func(f *File, heads ...audit.Head) {
		t.Helper()
		if err := f.Add(heads, noon); err != nil {
			t.Fatal(err)
		}
	}
	add(f, head("acme", 3, "c"), head("provider", 1, "a"))
	add(f, head("acme", 3, "c"), head("provider", 2, "b"))
	add(f, head("acme", 3, "c"), head("provider", 2, "b"))

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != 3 {
		t.Errorf("%d lines, want 3: what did not move is not written again\n%s", n, text)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}

	t.Run("a_line_cut_by_a_crash_is_dropped_and_written_again", func(t *testing.T) {
		if err := os.WriteFile(path, text[:len(text)-20], 0o600); err != nil {
			t.Fatal(err)
		}
		f, a := open(t, path)
		if len(a["provider"]) != 1 || a["provider"][0].Seq != 1 {
			t.Errorf("anchors %v", a)
		}
		add(f, head("provider", 2, "b"))
		if _, a = open(t, path); len(a["provider"]) != 2 || a["provider"][1].MAC != "b" {
			t.Errorf("anchors %v", a)
		}
	})

	t.Run("a_damaged_line_is_told", func(t *testing.T) {
		spoilt := strings.Replace(string(text), `"seq"`, `"seq`, 1)
		if err := os.WriteFile(path, []byte(spoilt), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Open(path); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("after_a_restore_only_its_heads_count", func(t *testing.T) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		f, _ := open(t, path)
		if err := f.Restored([]audit.Head{head("provider", 1, "a")}, noon); err != nil {
			t.Fatal(err)
		}
		add(f, head("provider", 2, "other"))
		_, a := open(t, path)
		if len(a["acme"]) != 0 || len(a["provider"]) != 2 || a["provider"][1].MAC != "other" {
			t.Errorf("anchors %v", a)
		}
		if err := f.Restored(nil, noon); err != nil { // an empty one
			t.Fatal(err)
		}
		if _, a := open(t, path); len(a) != 0 {
			t.Errorf("anchors %v", a)
		}
	})
}

func TestChecks(t *testing.T) {
	a := Anchors{"acme": {{At: noon, Head: head("acme", 3, "c")}, {At: noon, Head: head("acme", 5, "e")}}}
	entry := func(seq int64, mac string) *audit.Entry { return &audit.Entry{Stream: "acme", Seq: seq, MAC: mac} }
	got := []bool{
		a.Check(entry(3, "c")) == nil, a.Check(entry(4, "whatever")) == nil, a.Check(entry(5, "x")) == nil,
		a.CheckHead(head("acme", 5, "e")) == nil, a.CheckHead(head("acme", 9, "z")) == nil, a.CheckHead(head("acme", 4, "d")) == nil,
		a.CheckHead(head("other", 0, "")) == nil,
	}
	if d := cmp.Diff([]bool{true, true, false, true, true, false, true}, got); d != "" {
		t.Error(d)
	}
}
