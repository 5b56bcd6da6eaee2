package server

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"countersign/app/web"
)

// policy is ours, with an address for reports of what it stopped.
const policy = contentPolicy + "; report-uri /violation"

// siteServer serves a site under the content policy, with a server's own pages beside it. The site can be exchanged
// and the server taken off the network while a browser looks.
type siteServer struct {
	*httptest.Server
	site       atomic.Value // http.Handler
	offline    atomic.Bool
	apiCalls   atomic.Int64
	violations chan string
}

func serveSite(t *testing.T, site http.Handler) *siteServer {
	t.Helper()
	s := &siteServer{violations: make(chan string, 100)}
	s.site.Store(&site)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { (*s.site.Load().(*http.Handler)).ServeHTTP(w, r) })
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		s.apiCalls.Add(1)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"status":503,"code":"unavailable"}`)
	})
	mux.HandleFunc("/sign-in", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!doctype html><title>Sign in</title><p id=server>from the server")
	})
	mux.HandleFunc("/violation", func(w http.ResponseWriter, r *http.Request) {
		report, _ := io.ReadAll(r.Body)
		s.violations <- string(report)
		w.WriteHeader(http.StatusNoContent)
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.offline.Load() {
			panic(http.ErrAbortHandler) // cuts the connection, as a network that is gone
		}
		w.Header().Set("Content-Security-Policy", policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func builtSite(t *testing.T) http.Handler {
	t.Helper()
	h, err := Static(web.FS())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// nextVersion is the built site with a worker that differs, as after an update.
func nextVersion(t *testing.T) http.Handler {
	t.Helper()
	next := fstest.MapFS{}
	err := fs.WalkDir(web.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "app-worker.js") {
			return err
		}
		content, err := fs.ReadFile(web.FS(), name)
		next[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	worker, err := fs.ReadFile(web.FS(), "app-worker.js")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(worker), `const VERSION = "`, `const VERSION = "next-`, 1)
	next["app-worker.js"] = &fstest.MapFile{Data: []byte(changed)}
	h, err := Static(next)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// visit opens a browser that has never been here. It ends with the test, and its profile with it.
func visit(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("chromium is needed, make test installs it: %v", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	tab, leave := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		leave()
		end()
		cancel()
	})
	return tab
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

// eval runs JavaScript, awaits it, and gives the result.
func eval[T any](t *testing.T, tab context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// started is true once the WebAssembly has put its page in place of the loader.
const started = `!document.getElementById("app-wasm-loader") && !!document.body.firstElementChild?.firstElementChild`

func open(t *testing.T, tab context.Context, url string) {
	t.Helper()
	do(t, tab, chromedp.Navigate(url), chromedp.Poll[chromedp.Void](started))
}

// openKept opens a page and waits until the worker controls it, which means that it keeps everything.
func openKept(t *testing.T, tab context.Context, url string) {
	t.Helper()
	open(t, tab, url)
	eval[bool](t, tab, `navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ? true :
		new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", () => done(true))))`)
}

// reloads runs JavaScript and waits until it has made the page load again.
func reloads(t *testing.T, tab context.Context, script string) {
	t.Helper()
	run := chromedp.Evaluate[bool]("(" + script + ", true)")
	if _, err := chromedp.Run(tab, chromedp.WaitEvent(page.LoadEventFired, func(page.EventLoadEventFired) bool { return true }, run)); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

// The whole app runs under the strict content policy: nothing inline, no eval, nothing from elsewhere.
func TestShellStartsUnderTheContentPolicy(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)

	openKept(t, tab, s.URL+"/")
	eval[bool](t, tab, `document.fonts.ready.then(() => document.fonts.check("16px 'Inter Variable'"))`)

	// A violation of our own proves that reports arrive, and comes after all others.
	eval[string](t, tab, `document.body.setAttribute("style", "color: red") ?? ""`)
	if report := <-s.violations; !strings.Contains(report, "style-src-attr") {
		t.Errorf("the page violates its content policy: %s", report)
	}
	for len(s.violations) > 0 {
		t.Errorf("the page violates its content policy: %s", <-s.violations)
	}
}

func TestShellRefersToNoOtherHost(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	foreign := eval[[]string](t, tab, `performance.getEntriesByType("resource").map((e) => e.name)
		.filter((url) => new URL(url).origin !== location.origin)`)
	if len(foreign) > 0 {
		t.Errorf("loaded from elsewhere: %v", foreign)
	}
}

// X01, N13: any page opens without network after a first visit of another.
func TestDeepLinkOpensOfflineAfterAFirstVisit(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	s.offline.Store(true)
	open(t, tab, s.URL+"/o/0198c0de-0000-7000-8000-000000000000/remote-support")

	if missing := eval[[]string](t, tab, `Promise.all([document.querySelector("meta[name=icon-sprite]").content,
		...Array.from(document.styleSheets, (s) => s.href)].map((url) => fetch(url).then((r) => r.ok ? "" : url, () => url)))
		.then((urls) => urls.filter(Boolean))`); len(missing) > 0 {
		t.Errorf("not kept: %v", missing)
	}
}

func TestWorkerLeavesTheServersPathsAlone(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	before := s.apiCalls.Load()
	eval[[]int](t, tab, `Promise.all([fetch("/api/home"), fetch("/api/home"), fetch("/", { method: "POST" })].map((r) => r.then((r) => r.status)))`)
	if got := s.apiCalls.Load() - before; got < 2 {
		t.Errorf("%d of 2 calls of the API reached the server", got)
	}
	if kept := eval[[]string](t, tab, `caches.keys().then((names) => Promise.all(names.map((n) => caches.open(n).then((c) => c.keys()))))
		.then((all) => all.flat().map((r) => new URL(r.url).pathname).filter((p) => p.startsWith("/api")))`); len(kept) > 0 {
		t.Errorf("answers of the API were kept: %v", kept)
	}
	do(t, tab, chromedp.Navigate(s.URL+"/sign-in"), chromedp.WaitReady(chromedp.CSS("#server")))
}

// TH21: a file that somebody exchanged in the cache is not run, and is replaced.
func TestWorkerReplacesForgedFiles(t *testing.T) {
	s := serveSite(t, builtSite(t))
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	eval[bool](t, tab, `caches.keys().then(([name]) => caches.open(name)).then((cache) => Promise.all([
		cache.put("`+names["app.js"]+`", new Response("document.title = 'forged'", { headers: { "Content-Type": "text/javascript" } })),
		cache.put("/", new Response("<!doctype html><title>forged</title>", { headers: { "Content-Type": "text/html" } })),
	])).then(() => true)`)
	open(t, tab, s.URL+"/")

	if title := eval[string](t, tab, `document.title`); title == "forged" {
		t.Error("the forged page was shown")
	}
	if eval[bool](t, tab, `caches.match("`+names["app.js"]+`").then((r) => r.text()).then((text) => text.includes("forged"))`) {
		t.Error("the forged script is still kept")
	}
}

// A page that somebody comes back to hears of a new version, which waits until the page asks for it.
func TestNewVersionWaitsUntilThePageReloads(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	next := nextVersion(t)
	s.site.Store(&next)
	eval[bool](t, tab, `new Promise((done) => {
		window.goappOnUpdate = () => done(true);
		const later = Date.now() + 2 * 3600 * 1000;
		Date.now = () => later;
		document.dispatchEvent(new Event("visibilitychange"));
	})`)
	if got := eval[string](t, tab, `navigator.serviceWorker.getRegistration("/").then((r) => r.waiting?.state ?? "none")`); got != "installed" {
		t.Fatalf("the new worker is %s, want it waiting", got)
	}

	reloads(t, tab, `countersign.reload()`)
	do(t, tab, chromedp.Poll[chromedp.Void](started))
	names := eval[[]string](t, tab, `caches.keys()`)
	if len(names) != 1 || !strings.HasPrefix(names[0], "countersign-next-") {
		t.Errorf("caches %v, want that of the new version alone", names)
	}
}

func TestWipeForgetsAndALaterVisitKeepsAgain(t *testing.T) {
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	// The page goes on asking for its files meanwhile.
	eval[bool](t, tab, `(() => {
		const ask = () => fetch("`+names["app.js"]+`");
		let over = false;
		const go_on = async () => { while (!over) await ask(); };
		const wipe = countersign.wipe().then(ask).finally(() => { over = true; });
		return Promise.all([go_on(), go_on(), wipe]).then(() => true);
	})()`)
	if names := eval[[]string](t, tab, `caches.keys()`); len(names) > 0 {
		t.Errorf("after wiping there is still %v", names)
	}

	open(t, tab, s.URL+"/")
	s.offline.Store(true)
	open(t, tab, s.URL+"/")
}

func TestKillSwitchRemovesTheWorker(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")

	off, err := StaticWithoutWorker(web.FS())
	if err != nil {
		t.Fatal(err)
	}
	s.site.Store(&off)
	reloads(t, tab, `navigator.serviceWorker.getRegistration("/").then((r) => r.update())`)
	if names := eval[[]string](t, tab, `caches.keys()`); len(names) > 0 {
		t.Errorf("still kept: %v", names)
	}
}

// What a person chose is on the page before the WebAssembly is there: nothing flashes.
func TestStartScriptAppliesThemeAndLanguageAtOnce(t *testing.T) {
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	site := builtSite(t)
	s := serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == names["app.wasm"] {
			<-r.Context().Done()
			return
		}
		site.ServeHTTP(w, r)
	}))
	tab := visit(t)
	do(t, tab, chromedp.Navigate(s.URL+"/"), chromedp.WaitReady(chromedp.CSS("#app-wasm-loader")))
	eval[bool](t, tab, `(countersign.setTheme("dark"), countersign.setLocale("fr"), true)`)

	do(t, tab, chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("#app-wasm-loader")))
	got := eval[[]string](t, tab, `[document.documentElement.dataset.theme, document.documentElement.lang,
		getComputedStyle(document.documentElement).colorScheme,
		getComputedStyle(document.getElementById("app-wasm-loader-label"), "::before").content]`)
	if want := []string{"dark", "fr", "dark", `"Chargement… "`}; !slices.Equal(got, want) {
		t.Errorf("theme, language, scheme and label %q, want %q", got, want)
	}
}

func TestShellSaysWhatToDoWhenTheAppDoesNotLoad(t *testing.T) {
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	site := builtSite(t)
	broken := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == names["app.wasm"] {
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		site.ServeHTTP(w, r)
	}))
	s := serveSite(t, broken)
	tab := visit(t)
	do(t, tab, chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible(chromedp.CSS("#app-wasm-loader [role=alert]")))

	s.site.Store(&site)
	reloads(t, tab, `document.querySelector("#app-wasm-loader button").click()`)
	do(t, tab, chromedp.Poll[chromedp.Void](started))
}
