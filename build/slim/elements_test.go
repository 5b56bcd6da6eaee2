package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Elements of one type write the HTML that those of a type each wrote.
func TestElementsOfOneTypeAreTheSame(t *testing.T) {
	dir := t.TempDir()
	output(t, command(t, "go", "run", "./build/slim", dir))
	root := strings.TrimSpace(output(t, command(t, "go", "env", "GOROOT")))
	says := func(name string, args ...string) string {
		file := filepath.Join(dir, name)
		cmd := command(t, "go", append(append([]string{"build", "-o", file}, args...), "./build/slim/testdata/elements")...)
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
		output(t, cmd)
		cmd = command(t, "node", filepath.Join(root, "lib", "wasm", "wasm_exec_node.js"), file)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		return output(t, cmd)
	}
	got := says("one.wasm", "-modfile", filepath.Join(dir, "wasm.mod"))
	if want := says("published.wasm"); got != want || !strings.Contains(want, "<textarea value=\"written\">") {
		t.Errorf("it writes\n%s\nthe published one\n%s", got, want)
	}
}

func TestElementsThatDifferKeepTheirWays(t *testing.T) {
	const element = `
type HTMLX interface { HTML }
func X() HTMLX { e := &htmlX{htmlElement: htmlElement{tag: "x"}}; return e }
type htmlX struct { htmlElement }
func (e *htmlX) Text(v any) HTMLX { return e.Body(Text(v)) }
`
	other := strings.NewReplacer("X", "Y", `"x"`, `"y"`).Replace(element)
	one, err := mergeElements([]byte("package app\n" + element + other + strings.NewReplacer("X", "Z", `"x"`, `"z"`, "e.Body(Text(v))", `e.Value(v)`).Replace(element)))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(one); strings.Count(got, ") Text(v any) *htmlElement {") != 1 ||
		!strings.Contains(got, "case \"z\":\n\t\t{\n\t\t\treturn e.Value(v)") || !strings.Contains(got, "\treturn e.Body(Text(v))\n}") {
		t.Errorf("the elements became\n%s", got)
	}
	if _, err := mergeElements([]byte("package app\n" + element + strings.Replace(other, "v any", "v string", 1))); err == nil || !strings.Contains(err.Error(), "Text of htmlY") {
		t.Errorf("methods with different parameters: %v, want that it says which", err)
	}
	if _, err := mergeElements([]byte("package app\nfunc X() HTMLX { return nil }")); err == nil {
		t.Error("a function that makes no element is taken")
	}
}
