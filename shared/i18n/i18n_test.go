package i18n

import (
	"cmp"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// catalogues are all texts by language and key.
func catalogues() map[Locale]map[string]string {
	return map[Locale]map[string]string{EN: parse(enText, enStaff, enServer), FR: parse(frText, frStaff, frServer)}
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// X02: both languages are complete: the same keys, the same placeholders, nothing empty, nothing twice.
func TestCataloguesAreComplete(t *testing.T) {
	all := catalogues()
	for _, l := range Locales() {
		for key, text := range all[EN] {
			got, ok := all[l][key]
			if !ok || got == "" {
				t.Errorf("%s lacks %s", l, key)
				continue
			}
			want := placeholder.FindAllString(text, -1)
			have := placeholder.FindAllString(got, -1)
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(slices.Compact(want), slices.Compact(have)) {
				t.Errorf("%s: %s has %v, English has %v", l, key, have, want)
			}
		}
		for key := range all[l] {
			if _, ok := all[EN][key]; !ok {
				t.Errorf("English lacks %s", key)
			}
		}
	}
	for name, src := range map[string]string{"English": enText + enStaff + enServer, "French": frText + frStaff + frServer} {
		seen := map[string]bool{}
		for i, line := range strings.Split(src, "\n") {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			key, _, ok := strings.Cut(line, " = ")
			if !ok {
				t.Errorf("%s:%d is not «key = text»: %s", name, i+1, line)
			}
			if seen[key] {
				t.Errorf("%s:%d has %s a second time", name, i+1, key)
			}
			seen[key] = true
		}
	}
}

// French typography: no ordinary space before double punctuation or inside guillemets, no straight apostrophe.
func TestFrenchTypography(t *testing.T) {
	bad := regexp.MustCompile(`[\pL\pN)»] [;!?:](\s|$)|[\pL)»][;!?:](\s|$)|« | »|\pL'\pL`)
	for key, text := range catalogues()[FR] {
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s has %q in %q", key, m, text)
		}
	}
}

// Every key that the code names is in the catalogue, and every entry is named by something.
func TestKeysAreUsedAndPresent(t *testing.T) {
	named := map[string]bool{}
	var prefixes []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != "../..") {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return err
		}
		if strings.HasSuffix(path, ".html") {
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range regexp.MustCompile(`"([a-z_]+(?:\.[a-z0-9_]+)+\.?)"`).FindAllStringSubmatch(string(src), -1) {
				note(m[1], named, &prefixes)
			}
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					note(s, named, &prefixes)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	used := func(key string) bool {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if named[key] || named[base] {
			return true
		}
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(base, p) })
	}
	for key := range catalogues()[EN] {
		if !used(key) {
			t.Errorf("nothing uses %s", key)
		}
	}
}

// staffsOwn are the files of the provider's own pages, which the customers' program is without.
var staffsOwn = regexp.MustCompile(`app/pages/(hub|verify|organizations|orgdetail|settings|staff)[a-z_]*\.go$`)

// What a program in the browser names is in the part of the catalogue that it loads.
func TestBrowsersKeysAreInItsCatalogue(t *testing.T) {
	server, staff := parse(enServer), parse(enStaff)
	browser := build.Default
	browser.GOOS, browser.GOARCH = "js", "wasm"
	for _, dir := range []string{"../../app", "../../shared"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == "node_modules" {
				return cmp.Or(err, fs.SkipDir)
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			if built, err := browser.MatchFile(filepath.Split(path)); err != nil || !built {
				return err
			}
			src, err := os.ReadFile(path)
			for _, key := range namedOf(server, string(src)) {
				t.Errorf("%s names %s, which only the server has", path, key)
			}
			if !staffsOwn.MatchString(path) {
				for _, key := range namedOf(staff, string(src)) {
					t.Errorf("%s names %s, which only the staff's program has", path, key)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What refuses names a sentence that there is.
func TestRefusalsHaveTheirSentences(t *testing.T) {
	refusal := regexp.MustCompile(`"([a-z_]+(?:\.[a-z0-9_]+)*\.(?:error|guard)(?:\.[a-z0-9_]+)+)"`)
	for _, dir := range []string{"../../app", "../../shared", "../../backend"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			for _, m := range refusal.FindAllStringSubmatch(string(src), -1) {
				if !EN.Has(m[1]) && !EN.Has(m[1]+".other") {
					t.Errorf("%s names %s, which no catalogue has", path, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestNamedOfFindsKeysHoweverTheyAreWritten(t *testing.T) {
	catalogue := parse("a.word = x\na.word_long = x\nb.rows.one = x\nb.rows.other = x\nword = x")
	for src, want := range map[string]string{
		`T("a.word")`: "a.word", "T(`b.rows`)": "b.rows.one b.rows.other", `T("b." + s)`: "b.rows.one b.rows.other",
		`T("a.word_" + s)`: "a.word_long", `T("a.wor" + s)`: "", `field("word_" + s)`: "", `"word"`: "word", `a.word`: "",
	} {
		if got := strings.Join(namedOf(catalogue, src), " "); got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
}

// namedOf are the keys of a catalogue that a source names, each by itself or by how it begins.
func namedOf(catalogue map[string]string, src string) []string {
	found := map[string]bool{}
	for _, m := range quoted.FindAllStringSubmatch(src, -1) {
		for key := range catalogue {
			base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
			if m[1] == key || m[1] == base || begins(m[1]) && strings.HasPrefix(key, m[1]) {
				found[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

var quoted = regexp.MustCompile("[\"`]([a-z_]+(?:\\.[a-z0-9_]+)*\\.?)[\"`]")

var keyLike = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)*\.?$`)

// begins reports whether a string of the source is no key but the beginning of keys: it ends in a dot or an underscore. A
// word that ends in an underscore has no dot and is something else.
func begins(s string) bool {
	return strings.HasSuffix(s, ".") || strings.Contains(s, ".") && strings.HasSuffix(s, "_")
}

// note takes a string of the source as a key or as the beginning of keys.
func note(s string, named map[string]bool, prefixes *[]string) {
	if !keyLike.MatchString(s) {
		return
	}
	if begins(s) {
		*prefixes = append(*prefixes, s)
		return
	}
	named[s] = true
}

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		l    Locale
		n    int
		want string
	}{{EN, 0, "other"}, {EN, 1, "one"}, {EN, 2, "other"}, {FR, 0, "one"}, {FR, 1, "one"}, {FR, 2, "other"}} {
		if got := c.l.plural([]any{"n", c.n}); got != c.want {
			t.Errorf("%s %d: got %s, want %s", c.l, c.n, got, c.want)
		}
	}
}

func TestParseChoosesTheNearestLanguage(t *testing.T) {
	for tag, want := range map[string]Locale{"fr-CH, fr;q=0.9, en;q=0.8": FR, "de, en-GB;q=0.5": EN, "": EN, "de": EN, "FR": FR, "en-US,fr": EN} {
		if got := Parse(tag); got != want {
			t.Errorf("%q: got %s, want %s", tag, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	if got := EN.Number(100000); got != "100,000" {
		t.Error(got)
	}
	if got := FR.Number(-1234567); got != "-1\u202f234\u202f567" {
		t.Error(got)
	}
}

// Every key is found and no other, in what browsers are given too.
func TestEveryKeyIsFound(t *testing.T) {
	for l, texts := range catalogues() {
		for key, text := range texts {
			if got, ok := l.catalogue().find(key); !ok || got != strings.ReplaceAll(text, `\n`, "\n") {
				t.Errorf("%s %s: %q, want %q", l, key, got, text)
			}
			for _, other := range []string{key + "_", key[:len(key)-1], "." + key} {
				if _, ok := l.catalogue().find(other); ok != (texts[other] != "") {
					t.Errorf("%s has %s: %v", l, other, ok)
				}
			}
		}
	}
	for given, browser := range map[string]map[string]string{EN.Sentences(): parse(enText), FR.Sentences(): parse(frText),
		EN.StaffSentences(): parse(enText, enStaff), FR.StaffSentences(): parse(frText, frStaff)} {
		l, c := given[:20], newCatalogue(given)
		if len(c.lines) != len(browser) || len(browser) < 1000 {
			t.Errorf("%s: browsers are given %d lines for %d keys", l, len(c.lines), len(browser))
		}
		for key, text := range browser {
			if got, ok := c.find(key); !ok || got != strings.ReplaceAll(text, `\n`, "\n") {
				t.Errorf("%s %s: browsers find %q, want %q", l, key, got, text)
			}
		}
	}
}

func TestCatalogueFindsInWhateverItIsGiven(t *testing.T) {
	for _, text := range []string{"", "\n", "a = x", "a = x\n", "a = x\na.b = y\nb = z"} {
		want := parse(text)
		for _, key := range []string{"", "a", "a.b", "b", "c"} {
			got, ok := newCatalogue(text).find(key)
			if key != "" && (got != want[key] || ok != (want[key] != "")) {
				t.Errorf("%q in %q: %q %v", key, text, got, ok)
			}
		}
	}
	if _, ok := Locale("de").catalogue().find("ui.cancel"); ok {
		t.Error("a language that the product does not speak has sentences")
	}
}

func BenchmarkT(b *testing.B) {
	for b.Loop() {
		FR.T("ui.cancel")
	}
}
