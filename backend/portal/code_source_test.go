package portal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/shared/api"
)

// TH1, C10: no code can be written that shows a Phone/Chat Code to staff. One function of the program opens a code, and
// only with a customerTx; one function makes a customerTx, and it refuses staff and support sessions; the use cases that
// ask for one are those of endpoints for contacts, closed to support sessions, after the password. This walks the
// source of the whole backend for it.
func TestOnlyCustomersOpenCodes(t *testing.T) {
	t.Parallel()
	where := map[string][]string{} // what is used: where
	note := func(what, at string) {
		if !slices.Contains(where[what], at) {
			where[what] = append(where[what], at)
		}
	}
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				ast.Inspect(decl, func(n ast.Node) bool { lookFor(n, "package level", note); return true })
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool { lookFor(n, nameOf(fn), note); return true })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][]string{
		"vault.OpenCode":     {"(*customerTx).open"},
		"vault.NewViewer":    {"(*Tx).asCustomer"},
		"vault.Viewer":       {"package level"}, // the field of customerTx
		"customerTx{}":       {"(*Tx).asCustomer"},
		".asCustomer":        {"(*Service).RevealAccountCode", "(*Service).RevealContactCode", "(*Service).RevealMyCode"},
		".open of customers": {"(*customerTx).reveal"},
	} {
		got := where[what]
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is used by %v, want %v", what, got, want)
		}
	}
	for _, ep := range []api.Spec{api.RevealAccountCode.Spec, api.RevealContactCode.Spec, api.RevealMyCode.Spec} {
		if ep.Policy.Staff != "" || ep.Policy.Public || ep.Policy.Self || bool(ep.Support) || !ep.StepUp || !ep.Mutates() {
			t.Errorf("%s is open to others than contacts after their password: %+v", ep.Name, ep)
		}
	}
}

func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	star, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
	if ok {
		if x, ok := star.X.(*ast.Ident); ok {
			return "(*" + x.Name + ")." + fn.Name.Name
		}
	}
	return fn.Name.Name
}

func lookFor(n ast.Node, in string, note func(what, at string)) {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		x, _ := n.X.(*ast.Ident)
		switch {
		case x != nil && x.Name == "vault" && slices.Contains([]string{"OpenCode", "NewViewer", "Viewer"}, n.Sel.Name):
			note("vault."+n.Sel.Name, in)
		case n.Sel.Name == "asCustomer":
			note(".asCustomer", in)
		case n.Sel.Name == "open" && in == "(*customerTx).reveal":
			note(".open of customers", in)
		}
	case *ast.CompositeLit:
		if x, ok := n.Type.(*ast.Ident); ok && x.Name == "customerTx" {
			note("customerTx{}", in)
		}
	case *ast.CallExpr:
		if x, ok := n.Fun.(*ast.Ident); ok && x.Name == "new" && len(n.Args) == 1 {
			if of, ok := n.Args[0].(*ast.Ident); ok && of.Name == "customerTx" {
				note("customerTx{}", in)
			}
		}
	}
}
