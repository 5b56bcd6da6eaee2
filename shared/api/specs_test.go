package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every endpoint that is declared is listed, once: an unlisted one would be served by nobody and tested by nobody.
func TestSpecsListsEveryEndpoint(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared, listed []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) == 1 && endpoint(n.Values[0]) {
					declared = append(declared, n.Names[0].Name)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && n.Sel.Name == "Spec" && file == "specs.go" {
					listed = append(listed, x.Name)
				}
			}
			return true
		})
	}
	if len(declared) < 100 || len(listed) != len(Specs()) {
		t.Fatalf("%d endpoints are declared and %d listed, %d given", len(declared), len(listed), len(Specs()))
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("declared and listed differ:\n%v\n%v", declared, listed)
	}
}

// endpoint reports whether an expression is Endpoint[In, Out]{…}.
func endpoint(x ast.Expr) bool {
	c, ok := x.(*ast.CompositeLit)
	if !ok {
		return false
	}
	i, ok := c.Type.(*ast.IndexListExpr)
	if !ok {
		return false
	}
	name, ok := i.X.(*ast.Ident)
	return ok && name.Name == "Endpoint"
}
