//go:build !js

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The browser gets only what it needs: a dependency that slips in costs every visitor its size.
func TestWebAssemblyIsFreeOfServerCode(t *testing.T) {
	cmd := exec.Command("go", "list", "-modfile", "build/bin/wasm.mod", "-deps", "./app", "./app/staff")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (make wasm makes wasm.mod)\n%s", err, problems.String())
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if slices.Contains([]string{"net/http", "database/sql", "text/template", "html/template", "log/slog", "crypto/rand", "math/big", "countersign/app/web"}, dep) ||
			strings.HasPrefix(dep, "countersign/backend") || strings.HasPrefix(dep, "golang.org/x/text/") ||
			strings.HasPrefix(dep, "github.com/nyaruka/") || strings.HasPrefix(dep, "github.com/mattn/") {
			t.Errorf("the WebAssembly imports %s", dep)
		}
	}
}

func built(t *testing.T, out string) site {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := site{
		source: "web", styles: "../build/bin/web", marks: "../build/bin/mark", wasm: "../build/bin/app.wasm", staff: "../build/bin/staff.wasm",
		wasmExec: filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"),
		licenses: "../build/bin/licenses.txt", out: out,
	}
	if err := s.write(); err != nil {
		t.Fatal(err)
	}
	return s
}

// The same source makes the same site, byte for byte: browsers load again only what changed.
func TestSiteIsReproducible(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	built(t, first)
	built(t, second)

	names := func(dir string) (list []string) {
		fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			list = append(list, path)
			return err
		})
		return list
	}
	if a, b := names(first), names(second); !slices.Equal(a, b) {
		t.Fatalf("files differ: %v and %v", a, b)
	}
	for _, name := range names(first) {
		a, _ := os.ReadFile(filepath.Join(first, name))
		b, _ := os.ReadFile(filepath.Join(second, name))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestSiteSweepsWhatEarlierBuildsLeft(t *testing.T) {
	dir := t.TempDir()
	s := built(t, dir)
	css := filepath.Join(dir, s.assets["portal.css"])
	index := filepath.Join(dir, "index.html")
	for _, file := range []string{filepath.Join(dir, "web", "old.0123456789ab.js"), filepath.Join(dir, "web", "old.0123456789ab.js.br"), css + ".br",
		index, index + ".br", index + ".gz"} {
		if err := os.WriteFile(file, []byte("left"), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	built(t, dir)

	if old, _ := filepath.Glob(filepath.Join(dir, "web", "old.*")); len(old) > 0 {
		t.Errorf("still there: %v", old)
	}
	if _, err := os.Stat(css + ".br"); err != nil {
		t.Errorf("the compressed copy of a file that did not change is gone: %v", err)
	}
	if old, _ := filepath.Glob(index + ".*"); len(old) > 0 {
		t.Errorf("compressed copies of what the page was before are still there: %v", old)
	}
}

// The content policy allows no inline script or style and no eval, and nothing may come from elsewhere.
func TestSiteHasNothingInlineAndNothingForeign(t *testing.T) {
	dir := t.TempDir()
	s := built(t, dir)
	for _, name := range []string{"index.html", "staff.html"} {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<style", "style=", "onload=", "javascript:", "http:", "https:"} {
			if bytes.Contains(page, []byte(bad)) {
				t.Errorf("%s contains %s", name, bad)
			}
		}
		if scripts, empty := bytes.Count(page, []byte("<script")), bytes.Count(page, []byte("></script>")); scripts != empty || scripts == 0 {
			t.Errorf("%s: %d scripts, %d of them without content", name, scripts, empty)
		}
	}
	for _, name := range []string{s.assets["app.js"], s.assets["staff.js"], s.assets["start.js"], s.assets["wasm_exec.js"], "/app-worker.js"} {
		script, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"eval(", "new Function", "githubusercontent"} {
			if bytes.Contains(script, []byte(bad)) && !(bad == "eval(" && bytes.Contains(script, []byte("eval(timeout"))) {
				t.Errorf("%s contains %s", name, bad)
			}
		}
	}
}

func TestReplaceOnceRefusesAnUnknownText(t *testing.T) {
	for _, text := range []string{"", "old old"} {
		if _, err := replaceOnce([]byte(text), "old", "new"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	if got, err := replaceOnce([]byte("an old text"), "old", "new"); err != nil || string(got) != "an new text" {
		t.Errorf("%q, %v", got, err)
	}
}
