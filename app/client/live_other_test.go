//go:build !js

package client

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The half that needs JavaScript (live_js_test.go) is built for it and run by Node.
func TestBrowserSocket_in_JavaScript(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	runner := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run=^TestBrowserSocket$", "-exec="+runner, ".")
	cmd.Env = []string{"GOOS=js", "GOARCH=wasm"}
	for _, v := range os.Environ() { // a program in WebAssembly takes only a small environment
		if name, _, _ := strings.Cut(v, "="); name == "PATH" || name == "HOME" || name == "TMPDIR" || strings.HasPrefix(name, "GO") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "ok ") {
		t.Errorf("%v\n%s", err, out)
	}
}
