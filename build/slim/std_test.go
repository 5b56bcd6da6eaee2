package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// patched writes the patched files and gives the overlay that uses them.
func patched(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := patchStd(dir, ""); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "overlay.json")
}

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = filepath.Join("..", "..")
	return cmd
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

// Go's own tests of sorting pass with our sorts.
func TestSortsPassTheTestsOfGo(t *testing.T) {
	output(t, command(t, "go", "test", "-overlay", patched(t), "-run", "Sort|Stable|Min|Max|Chunk", "slices"))
}

// A program on the patched runtime, packed without the table that it no longer needs, does what the plain one does.
func TestProgramOnThePatchedRuntimeDoesTheSame(t *testing.T) {
	dir := t.TempDir()
	build := func(name string, args ...string) string {
		file := filepath.Join(dir, name)
		cmd := command(t, "go", append(append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", file}, args...), "./build/pack/testdata/trace")...)
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
		output(t, cmd)
		return file
	}
	root := strings.TrimSpace(output(t, command(t, "go", "env", "GOROOT")))
	play := func(file string) string {
		cmd := command(t, "node", filepath.Join(root, "lib", "wasm", "wasm_exec_node.js"), file)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // wasm_exec has little room for an environment
		said, _, _ := strings.Cut(output(t, cmd), "called from ")
		return said
	}

	packed := filepath.Join(dir, "packed.wasm")
	output(t, command(t, "go", "run", "./build/pack", "-by-number", build("patched.wasm", "-overlay", patched(t)), packed))
	if got, want := play(packed), play(build("plain.wasm")); got != want || !strings.Contains(want, "deep 20000\n") {
		t.Errorf("it says\n%s\nthe plain one\n%s", got, want)
	}
}

func TestPatchRefusesAnotherGo(t *testing.T) {
	for _, p := range patches {
		if _, err := p.apply([]byte("package other")); err == nil || !strings.Contains(err.Error(), "Go 1.26.8") {
			t.Errorf("%s: %v, want that it says which Go is known", p.file, err)
		}
	}
}
