package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

func TestCompressWritesCopiesThatDecodeToTheFile(t *testing.T) {
	content := []byte(strings.Repeat("countersign ", 1000))
	file := filepath.Join(t.TempDir(), "a.js")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}

	if err := compress(file); err != nil {
		t.Fatal(err)
	}

	br, err := os.Open(file + ".br")
	if err != nil {
		t.Fatal(err)
	}
	defer br.Close()
	gz, err := os.Open(file + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer gz.Close()
	unzipped, err := gzip.NewReader(gz)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"brotli": brotli.NewReader(br), "gzip": unzipped} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s does not decode to the file (%v)", name, err)
		}
	}
}

func TestCompressKeepsCopiesOfWhatDidNotChange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.js")
	if err := os.WriteFile(file, []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".br", []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, after time.Duration) {
		if err := os.Chtimes(name, info.ModTime().Add(after), info.ModTime().Add(after)); err != nil {
			t.Fatal(err)
		}
	}

	at(file+".br", time.Second)
	if err := compress(file); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file + ".br"); string(got) != "kept" {
		t.Error("a copy newer than its file was made again")
	}

	at(file+".br", -time.Second)
	if err := compress(file); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file + ".br"); string(got) == "kept" {
		t.Error("a copy older than its file was kept")
	}
}

// The sentences of the longest language count, and either program that is over the budget ends the build.
func TestReportRefusesWhatIsOverTheBudget(t *testing.T) {
	for _, heavy := range []string{"app", "staff"} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "web"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, size := range map[string]int{"app.1.wasm": 50, "staff.1.wasm": 50, "en.1.txt": 10, "fr.1.txt": 20, "staff-en.1.txt": 20, "staff-fr.1.txt": 10, "app.1.js": 500} {
			file := filepath.Join(dir, "web", name)
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file+".br", make([]byte, size), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "web", heavy+".1.wasm.br"), make([]byte, 100), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := report(dir, "", 120); err != nil {
			t.Errorf("%s, 120 bytes of 120: %v", heavy, err)
		}
		if err := report(dir, "", 119); err == nil || !strings.Contains(err.Error(), heavy+": WebAssembly and sentences weigh 120 bytes as brotli, 1 over") {
			t.Errorf("%s, 120 bytes of 119: %v, want that it says how much is over", heavy, err)
		}
	}
}
