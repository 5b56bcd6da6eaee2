package web

import (
	"encoding/xml"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// Every name of the build leads to a file that is there, under the hash of its content.
func TestAssetsAreEmbedded(t *testing.T) {
	names, err := Assets()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"app.wasm", "app.js", "staff.wasm", "staff.js", "wasm_exec.js", "start.js", "en.txt", "fr.txt", "staff-en.txt", "staff-fr.txt", "portal.css", "icons.svg", "inter.woff2",
		"mark.svg", "mark-32.png", "mark-180.png", "mark-192.png", "mark-512.png", "mark-maskable.png", "LICENSES.txt",
	} {
		if names[name] == "" {
			t.Errorf("the build has no %s", name)
		}
	}
	hashed := regexp.MustCompile(`^/web/[a-z_-]+(-?[0-9]+)?\.[0-9a-f]{12}\.[a-z0-9]+$`)
	for name, at := range names {
		if name != "LICENSES.txt" && !hashed.MatchString(at) {
			t.Errorf("%s is at %s, which has no hash", name, at)
		}
		if _, err := fs.Stat(FS(), strings.TrimPrefix(at, "/")); err != nil {
			t.Error(err)
		}
	}
}

// What index.html and the web manifest refer to is embedded, and nothing of it lies elsewhere.
func TestPagesReferToEmbeddedFiles(t *testing.T) {
	reference := regexp.MustCompile(`(?:src|href|content)"?[=:] ?"([^"]+)"`)
	for _, page := range []string{"index.html", "staff.html", "manifest.webmanifest"} {
		text, err := fs.ReadFile(FS(), page)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "://") || strings.Contains(string(text), "{{") {
			t.Errorf("%s names another host, or a name was not filled in", page)
		}
		found := 0
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(m[1], "/") {
				continue
			}
			found++
			if _, err := fs.Stat(FS(), strings.TrimPrefix(m[1], "/")); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
		if found == 0 {
			t.Errorf("%s refers to nothing", page)
		}
	}
}

// The style sheet loads nothing but embedded files: the content policy has no room for data: or other hosts in styles.
func TestStyleSheetRefersToEmbeddedFiles(t *testing.T) {
	css := string(asset(t, "portal.css"))
	urls := regexp.MustCompile(`url\(["']?([^"')]+)["']?\)`).FindAllStringSubmatch(css, -1)
	if len(urls) == 0 {
		t.Error("the typeface is not referred to")
	}
	for _, m := range urls {
		if _, err := fs.Stat(FS(), strings.TrimPrefix(m[1], "/")); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(css, "@import") {
		t.Error("an @import is left: it would load later than everything else")
	}
}

// An icon that the code names and the sprite lacks would be an empty spot on a screen.
func TestEveryIconOfTheCodeIsInTheSprite(t *testing.T) {
	var sprite struct {
		Symbols []struct {
			ID string `xml:"id,attr"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(asset(t, "icons.svg"), &sprite); err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	for _, s := range sprite.Symbols {
		in[s.ID] = true
	}

	list, err := os.ReadFile("icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(list)) {
		if !in[name] {
			t.Errorf("%s stands in icons.txt but not in the sprite: run make wasm", name)
		}
	}

	used := iconsOf(t, "..")
	if len(used) == 0 {
		t.Fatal("found no icon in the code")
	}
	for name, where := range used {
		if !in[name] {
			t.Errorf("%s: icon %q is not in the sprite, add it to icons.txt", where, name)
		}
	}
}

// iconsOf finds the icon names in Go code: constants of type IconName, what is converted to it or given to Icon as a
// literal, and literals in fields called Icon.
func iconsOf(t *testing.T, root string) map[string]string {
	t.Helper()
	icons := map[string]string{}
	set := token.NewFileSet()
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if name, err := strconv.Unquote(lit.Value); err == nil && name != "" {
				icons[name] = set.Position(lit.Pos()).String()
			}
		}
	}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", "dist", "testdata"}, d.Name()) {
			return fs.SkipDir
		}
		if filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		code, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(code, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if lastName(n.Type) == "IconName" {
					for _, v := range n.Values {
						add(v)
					}
				}
			case *ast.CallExpr:
				if name := lastName(n.Fun); (name == "Icon" || name == "IconName") && len(n.Args) == 1 {
					add(n.Args[0])
				}
			case *ast.KeyValueExpr:
				if lastName(n.Key) == "Icon" {
					add(n.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return icons
}

// lastName is the identifier of "Icon" and of "ui.Icon".
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// The texts that the licenses of what we ship ask us to ship with it.
func TestLicensesOfTheAssetsShip(t *testing.T) {
	text := string(asset(t, "LICENSES.txt"))
	for _, part := range []string{
		"SIL OPEN FONT LICENSE", "Lucide Icons and Contributors", "Cole Bemis",
		"github.com/maxence-charriere/go-app/v10", "The Go Authors",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("LICENSES.txt lacks %q", part)
		}
	}
}

func TestAssetsOfAnEmptyTreeSayWhatToDo(t *testing.T) {
	if _, err := readNames(fstest.MapFS{".gitkeep": {}}); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("%v, want ErrNotBuilt", err)
	}
	if _, err := readNames(fstest.MapFS{"assets.json": {Data: []byte("[")}}); err == nil || errors.Is(err, ErrNotBuilt) {
		t.Errorf("damaged names: %v, want another error", err)
	}
}

func asset(t *testing.T, name string) []byte {
	t.Helper()
	names, err := Assets()
	if err != nil {
		t.Fatal(err)
	}
	content, err := fs.ReadFile(FS(), path.Clean(strings.TrimPrefix(names[name], "/")))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
