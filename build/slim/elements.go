package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// oneElement makes all HTML elements of go-app one type. It has an interface, a struct and 60 methods of its own for each
// of 110 elements, which the linker must keep as long as there are values of them; what a struct has that nobody calls it
// leaves out. Their methods do the same but for a few, which look at the tag.
func oneElement(pkg string) error {
	file := filepath.Join(pkg, "html_gen.go")
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if code, err = mergeElements(code); err != nil {
		return fmt.Errorf("%s: %w: go-app is not the version we know", file, err)
	}
	if err := os.WriteFile(file, code, 0o644); err != nil {
		return err
	}
	for _, c := range []struct{ file, old, new string }{
		// Two elements are the same to go-app when their types are, and of these two, which can have any tag, the tags.
		{"node.go", "case *htmlElem, *htmlElemSelfClosing:", "case *htmlElement:"},
		{"engine.go", "document.(HTML).body()", "document.body()"},
		{"engine.go", "child.(HTMLBody); isBody {", `child.(HTML); isBody && child.Tag() == "body" {`},
	} {
		if err := replaceOnce(filepath.Join(pkg, c.file), c.old, c.new); err != nil {
			return err
		}
	}
	return nil
}

// method is what some elements do when it is called.
type method struct {
	head, body string
	tags       []string
}

var (
	anElement   = regexp.MustCompile(`\*html[A-Z]\w*`)
	anInterface = regexp.MustCompile(`\bHTML[A-Z]\w*$`)
)

func mergeElements(code []byte) ([]byte, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "html_gen.go", code, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	text := func(n ast.Node) string {
		return string(code[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
	}

	var out bytes.Buffer
	out.WriteString("package app\n\nimport \"strings\"\n\n")
	tags := map[string]string{} // of each struct, as Go writes it
	var names []string
	methods := map[string][]*method{} // of which the first is that of most elements
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
				if _, ok := t.Type.(*ast.InterfaceType); ok {
					fmt.Fprintf(&out, "type %s = *htmlElement\n\n", t.Name)
				}
			}
		case *ast.FuncDecl:
			if d.Recv == nil {
				made, element, err := constructor(d)
				if err != nil {
					return nil, err
				}
				for _, e := range element.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && text(kv.Key) == "tag" {
						tags[made] = text(kv.Value)
					}
				}
				fmt.Fprintf(&out, "func %s%s *htmlElement { return &%s }\n\n", d.Name, text(d.Type.Params), text(element))
				continue
			}
			m := method{
				head: text(d.Type.Params) + " " + anInterface.ReplaceAllString(text(d.Type.Results), "*htmlElement"),
				body: anElement.ReplaceAllString(text(d.Body), "*htmlElement"),
				tags: []string{tags[declared(d)]},
			}
			if methods[d.Name.Name] == nil {
				names = append(names, d.Name.Name)
			}
			if methods[d.Name.Name], err = addMethod(methods[d.Name.Name], m); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", d.Name, declared(d), err)
			}
		}
	}
	for _, name := range names {
		all := methods[name]
		slices.SortStableFunc(all, func(a, b *method) int { return len(b.tags) - len(a.tags) })
		fmt.Fprintf(&out, "func (e *htmlElement) %s%s {\n", name, all[0].head)
		for _, m := range all[1:] {
			fmt.Fprintf(&out, "switch e.tag {\ncase %s:\n%s\n}\n", strings.Join(m.tags, ", "), m.body)
		}
		fmt.Fprintf(&out, "%s\n\n", strings.TrimPrefix(all[0].body, "{"))
	}
	return format.Source(out.Bytes())
}

// constructor tells which struct a function makes, and the htmlElement in it.
func constructor(d *ast.FuncDecl) (made string, element *ast.CompositeLit, err error) {
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if l, ok := n.(*ast.CompositeLit); ok {
			switch name, _ := l.Type.(*ast.Ident); {
			case name == nil:
			case name.Name == "htmlElement":
				element = l
			default:
				made = name.Name
			}
		}
		return true
	})
	if made == "" || element == nil {
		return "", nil, fmt.Errorf("%s makes no element", d.Name)
	}
	return made, element, nil
}

// addMethod refuses those of one name that take or give something else.
func addMethod(all []*method, m method) ([]*method, error) {
	for _, other := range all {
		if other.head != m.head {
			return nil, fmt.Errorf("is %s, elsewhere %s", m.head, other.head)
		}
		if other.body == m.body {
			other.tags = append(other.tags, m.tags...)
			return all, nil
		}
	}
	return append(all, &m), nil
}

// replaceOnce refuses a file that has old not exactly once.
func replaceOnce(file, old, new string) error {
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if n := bytes.Count(code, []byte(old)); n != 1 {
		return fmt.Errorf("%s has %q %d times, not once: go-app is not the version we know", file, old, n)
	}
	return os.WriteFile(file, bytes.Replace(code, []byte(old), []byte(new), 1), 0o644)
}
