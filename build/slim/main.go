// Command slim makes the copy of go-app that the WebAssembly is built from, the pinned version less what we never use, and
// does the same with files of the standard library (std.go).
//
//	go run ./build/slim DIR
//
// What goes, and what it weighs as brotli of 1.40 MB for an empty page:
//
//   - the HTTP handler, which never runs in a browser, and with it net/http, 0.35 MB;
//   - regular expressions in routes, 0.09 MB; a pattern "^/path" stays and means a prefix, any other panics at the start;
//   - encrypted states and storage, and UUIDs from a package that brings SQL and hashes along, 0.06 MB;
//   - the names of HTML entities, which package html keeps even for those who only escape, 0.01 MB;
//   - a type for each HTML element: one type is all of them, which weighs 0.06 MB less with the portal's pages (elements.go);
//   - what our own types say for the server's OpenAPI alone, 0.005 MB (thin.go).
//
// Packages have initialization that cannot be linked away, so leaving them unused saves nothing. The copy goes to
// DIR/goapp, and DIR/wasm.mod is our go.mod with go-app replaced by it, for `go build -modfile`. DIR/overlay.json has
// `go build -overlay` use the files of the standard library in DIR/_std; with that name they are no packages of the module.
// Everything else, natively too, uses both as they were published.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const module = "github.com/maxence-charriere/go-app/v10"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: slim DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "trim go-app:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	source, err := source()
	if err != nil {
		return err
	}
	target := filepath.Join(dir, "goapp")
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	if err := copyCode(source, target); err != nil {
		return err
	}
	if err := trim(filepath.Join(target, "pkg", "app")); err != nil {
		return err
	}
	if err := oneElement(filepath.Join(target, "pkg", "app")); err != nil {
		return err
	}
	if err := substitute(target); err != nil {
		return err
	}
	if err := mend(target); err != nil {
		return err
	}
	if err := patchStd(dir, "shared"); err != nil {
		return err
	}
	return writeMod(dir, target)
}

func source() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return "", err
	}
	return m.Dir, nil
}

// copyCode copies go.mod and the packages, without tests.
func copyCode(source, target string) error {
	return filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && rel != "." && rel != "pkg" && !strings.HasPrefix(rel, "pkg"+string(filepath.Separator)):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(target, rel), 0o755)
		case rel != "go.mod" && (!strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go")):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, rel), content, 0o644)
	})
}

// trim takes from package app what stands on net/http: the handler, the generator of static sites, and the resolvers
// that serve files; and the file that encrypts. The compiler finds anything that still needed them.
func trim(pkg string) error {
	for _, file := range []string{"wasm.go", "crypto.go"} {
		if err := os.Remove(filepath.Join(pkg, file)); err != nil {
			return err
		}
	}
	handler, err := os.ReadFile(filepath.Join(pkg, "http.go"))
	if err != nil {
		return err
	}
	handler = append([]byte("//go:build !wasm\n\n"), handler...)
	if err := os.WriteFile(filepath.Join(pkg, "http.go"), handler, 0o644); err != nil {
		return err
	}
	return drop(filepath.Join(pkg, "resource.go"), "net/http",
		"LocalDir", "localResourceResolver", "PrefixedLocation", "prefixedResourceResolver", "GitHubPages")
}

// drop removes one import and the named functions and types, with the types' methods, from a file.
func drop(file, imported string, names ...string) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution) // comments are of no use to the compiler here
	if err != nil {
		return err
	}
	left := slices.Clone(names)
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		name := declared(d)
		left = slices.DeleteFunc(left, func(n string) bool { return n == name })
		return slices.Contains(names, name)
	})
	if len(left) > 0 {
		return fmt.Errorf("%s does not declare %v: go-app is not the version we know", file, left)
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
				return s.(*ast.ImportSpec).Path.Value == `"`+imported+`"`
			})
		}
	}

	var b bytes.Buffer
	if err := format.Node(&b, set, f); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// declared is the name of the function or type that a declaration is about; for a method that of its receiver.
func declared(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		t := d.Recv.List[0].Type
		if p, ok := t.(*ast.StarExpr); ok {
			t = p.X
		}
		if name, ok := t.(*ast.Ident); ok {
			return name.Name
		}
	case *ast.GenDecl:
		if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
			return t.Name.Name
		}
	}
	return ""
}

// substitute puts our small packages in place of large ones that package app uses a little of.
func substitute(target string) error {
	for name, content := range substitutes {
		file := filepath.Join(target, "pkg", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	for file, imported := range map[string]string{
		"route.go": "regexp", "context.go": "github.com/google/uuid", "state.go": "github.com/google/uuid", "node.go": "html",
	} {
		path := filepath.Join(target, "pkg", "app", file)
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		old := []byte(`"` + imported + `"`)
		if bytes.Count(code, old) != 1 {
			return fmt.Errorf("%s does not import %s: go-app is not the version we know", path, imported)
		}
		code = bytes.Replace(code, old, []byte(`"`+module+"/pkg/slim/"+filepath.Base(imported)+`"`), 1)
		if err := os.WriteFile(path, code, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeMod writes wasm.mod and wasm.sum beside the copy.
func writeMod(dir, target string) error {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	if !filepath.IsAbs(target) {
		target = "./" + filepath.ToSlash(target)
	}
	mod = fmt.Appendf(mod, "\nreplace %s => %s\n", module, target)
	if err := os.WriteFile(filepath.Join(dir, "wasm.sum"), sum, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "wasm.mod"), mod, 0o644)
}
