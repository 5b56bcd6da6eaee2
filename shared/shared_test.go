// Package shared_test holds the rules that the whole of shared/ keeps.
package shared_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func deps(t *testing.T, env []string, pkgs ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, pkgs...)...)
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Dir = ".."
	var errText strings.Builder
	cmd.Stderr = &errText
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errText.String())
	}
	return strings.Fields(string(out))
}

// shared/ is pure domain: the standard library and itself, and of the standard library nothing that reaches outside.
func TestSharedImportsOnlyItselfAndTheStandardLibrary(t *testing.T) {
	barred := []string{"net/http", "net", "database/sql", "syscall/js", "crypto/rand", "math/rand", "math/rand/v2", "os/exec", "text/template", "html/template"}
	for _, p := range deps(t, nil, "./shared/...") {
		own := strings.HasPrefix(p, "countersign/")
		if own && !strings.HasPrefix(p+"/", "countersign/shared/") || !own && strings.Contains(strings.SplitN(p, "/", 2)[0], ".") {
			t.Errorf("shared/ depends on %s", p)
		}
	}
	direct := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./shared/...")
	direct.Dir = ".."
	out, err := direct.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		name, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for _, p := range strings.Fields(imports) {
			if slices.Contains(barred, p) && !strings.HasSuffix(name, "test") { // what only tests use may throw dice
				t.Errorf("%s imports %s", name, p)
			}
		}
	}
}

// The browser's program holds no database, no server, no metadata of the phone library and no template engine. (go-app
// itself imports net/http for its server side; that its client is not linked is proven on the built program.)
func TestBrowserDependencies(t *testing.T) {
	all := deps(t, []string{"GOOS=js", "GOARCH=wasm"}, "./app")
	for _, p := range all {
		switch {
		case strings.HasPrefix(p, "countersign/backend"), strings.HasPrefix(p, "countersign/desktop"),
			strings.Contains(p, "sqlite"), strings.Contains(p, "phonenumbers"), p == "database/sql", p == "text/template", p == "html/template",
			strings.HasPrefix(p, "golang.org/x/text/message"), strings.Contains(p, "gorilla/websocket"):
			t.Errorf("the browser's program depends on %s", p)
		}
	}
	if len(all) == 0 {
		t.Fatal("no dependencies were listed")
	}
}

// What weighs much in a browser, by what its initialization alone keeps, is imported by none of our packages there, used
// or not. (go-app as it was published imports some of it; the build trims that.)
func TestBrowserImportsNothingHeavy(t *testing.T) {
	heavy := []string{"crypto", "net/http", "regexp", "html", "log", "log/slog", "mime", "math/big", "encoding/gob", "encoding/xml", "text/tabwriter"}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./app")
	list.Env, list.Dir = append(list.Environ(), "GOOS=js", "GOARCH=wasm"), ".."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for line := range strings.Lines(string(out)) {
		name, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if !strings.HasPrefix(name, "countersign/") {
			continue
		}
		own++
		for _, p := range strings.Fields(imports) {
			if slices.Contains(heavy, p) || strings.HasPrefix(p, "crypto/") {
				t.Errorf("%s imports %s", name, p)
			}
		}
	}
	if own == 0 {
		t.Fatal("no package of ours was listed")
	}
}
