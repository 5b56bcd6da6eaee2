//go:build !js

package uitest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Program is the test binary of a package, compiled for the browser, with a page to run it. The page has an origin on
// loopback, so that the browser stores for it as for any site.
type Program struct {
	URL string // of the origin; at /empty is a page without the program

	t testing.TB
}

// programPage runs the program with the arguments of its address. What it prints and how it ended is in the page's test.
// A program calls test.ask(text) for what only this side can do, and awaits the answer.
const programPage = `<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">
<script src="/wasm_exec.js"></script>
<script>
test = {
	output: "", status: null, asked: null, answer: null, ring() {},
	ask: (text) => new Promise((answer) => { Object.assign(test, {asked: text, answer}); test.ring() }),
	turn: () => new Promise((ring) => { test.asked === null && test.status === null ? test.ring = ring : ring() }),
};
const decoder = new TextDecoder();
fs.writeSync = (_, bytes) => { test.output += decoder.decode(bytes, {stream: true}); return bytes.length };
(async () => {
	const go = new Go();
	go.argv = ["test", ...new URL(location).searchParams.getAll("arg")];
	let code = 2;
	go.exit = (status) => { code = status };
	try {
		await go.run((await WebAssembly.instantiateStreaming(fetch("/test.wasm"), go.importObject)).instance);
	} catch (err) {
		test.output += "\n" + err;
	}
	test.status = code;
	test.ring();
})();
</script>`

// Compile compiles the tests of a package for the browser, and serves them until the test ends.
func Compile(t testing.TB, pkg string) *Program {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.wasm")
	build := exec.Command("go", "test", "-c", "-o", file, pkg)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("compile %s for the browser: %v\n%s", pkg, err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	glue := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")

	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(html)) // whoever left needs no page
		})
	}
	page("/{$}", programPage)
	page("/empty", `<!doctype html><title>empty</title><link rel="icon" href="data:,">`)
	mux.HandleFunc("GET /test.wasm", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	mux.HandleFunc("GET /wasm_exec.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, glue) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return &Program{URL: s.URL, t: t}
}

// Begin has the program run in a tab, in place of what was there.
func (p *Program) Begin(tab *Tab, args ...string) {
	p.t.Helper()
	tab.Do(chromedp.Navigate(p.URL + "/?" + url.Values{"arg": args}.Encode()))
}

// Asked waits for the program to ask for something, does it, and gives what it was; "" when the program ended.
func (p *Program) Asked(tab *Tab, do func(what string)) string {
	p.t.Helper()
	what := Eval[string](tab, `test.turn().then(() => test.asked ?? "")`)
	if what != "" {
		do(what)
		tab.Run(`const {answer} = test; Object.assign(test, {asked: null, answer: null, ring() {}}); answer()`)
	}
	return what
}

// End waits for the program to end, and gives what it printed and its exit status.
func (p *Program) End(tab *Tab) (output string, status int) {
	p.t.Helper()
	for p.Asked(tab, func(what string) { p.t.Fatalf("the program asks for %q", what) }) != "" {
	}
	var all struct {
		Output string
		Status int
	}
	if err := json.Unmarshal([]byte(Eval[string](tab, `JSON.stringify({output: test.output, status: test.status})`)), &all); err != nil {
		p.t.Fatal(err)
	}
	return all.Output, all.Status
}

// RunInBrowser runs the tests of a package, compiled for the browser, in a tab with storage of its own, with the arguments
// that a test binary takes. It gives what they printed and their exit status.
func RunInBrowser(t testing.TB, pkg string, args ...string) (output string, status int) {
	t.Helper()
	p := Compile(t, pkg)
	tab := Open(t, p.URL)
	p.Begin(tab, args...)
	return p.End(tab)
}
