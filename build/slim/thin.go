package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The portal's own types are described for the server's OpenAPI: summaries of endpoints, and in the tags of fields what they
// are for and their limits. A browser reads none of that.

// tags are those that the browser's client reads.
var tags = []string{"json", "path", "query", "header"}

// thinOwn writes our packages below shared without those descriptions to dir/_own, and adds them to what an overlay replaces.
func thinOwn(shared, dir string, replace map[string]string) error {
	return filepath.WalkDir(shared, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		thinned, err := thin(code)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(thinned) == len(code) {
			return nil
		}
		rel, err := filepath.Rel(shared, path)
		if err != nil {
			return err
		}
		target, err := filepath.Abs(filepath.Join(dir, "_own", rel))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		original, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		replace[original] = target
		return os.WriteFile(target, thinned, 0o644)
	})
}

// thin empties summaries and takes the tags out that no browser reads. Lines stay what they are.
func thin(code []byte) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", code, 0)
	if err != nil {
		return nil, err
	}
	type cut struct {
		from, to int
		new      string
	}
	var cuts []cut
	put := func(n ast.Node, text string) {
		cuts = append(cuts, cut{set.Position(n.Pos()).Offset, set.Position(n.End()).Offset, text})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			if n.Tag != nil {
				put(n.Tag, thinTag(n.Tag.Value))
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Summary" {
				if text, ok := n.Value.(*ast.BasicLit); ok {
					put(text, `""`)
				}
			}
		}
		return true
	})
	for _, c := range slices.Backward(cuts) {
		code = slices.Concat(code[:c.from], []byte(c.new), code[c.to:])
	}
	return code, nil
}

func thinTag(literal string) string {
	text, err := strconv.Unquote(literal)
	if err != nil {
		return literal
	}
	var kept []string
	for _, name := range tags {
		if value, ok := reflect.StructTag(text).Lookup(name); ok {
			kept = append(kept, name+":"+strconv.Quote(value))
		}
	}
	if kept == nil {
		return ""
	}
	return "`" + strings.Join(kept, " ") + "`"
}
