package server

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"countersign/app/web"
)

const hashedScript = "/web/app.0123456789ab.js"

// smallSite has a file of every kind that matters to serving.
func smallSite() fstest.MapFS {
	site := fstest.MapFS{}
	for name, content := range map[string]string{
		"index.html":                   "<!doctype html>shell",
		"index.html.br":                "br of shell",
		"index.html.gz":                "gz of shell",
		"staff.html":                   "<!doctype html>staff's shell",
		"app-worker.js":                "worker",
		"app-worker-off.js":            "off",
		"manifest.webmanifest":         "{}",
		"web/app.0123456789ab.js":      "script",
		"web/app.0123456789ab.js.br":   "br of script",
		"web/app.0123456789ab.js.gz":   "gz of script",
		"web/app.0123456789ab.wasm":    "\x00asm",
		"web/mark.0123456789ab.png":    "png",
		"web/inter.0123456789ab.woff2": "woff2",
		"web/LICENSES.txt":             "licenses",
		"assets.json":                  "{}",
		".gitkeep":                     "",
	} {
		site[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return site
}

func small(t *testing.T) http.Handler {
	t.Helper()
	h, err := Static(smallSite())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask sends one request; headers are pairs.
func ask(h http.Handler, method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestStaticChoosesEncodingByQuality(t *testing.T) {
	h := small(t)
	for _, c := range []struct{ accept, encoding, content string }{
		{"", "", "script"},
		{"gzip, deflate, br, zstd", "br", "br of script"},
		{"gzip", "gzip", "gz of script"},
		{"br;q=0.5, gzip;q=0.9", "gzip", "gz of script"},
		{"br;q=0, gzip", "gzip", "gz of script"},
		{"br;q=0", "", "script"},
		{"*", "br", "br of script"},
		{"*;q=0.1, gzip", "gzip", "gz of script"},
		{"identity;q=1, br;q=0.5", "", "script"},
		{"BR", "br", "br of script"},
		{"brotli, xbr, gzipped", "", "script"},
		{"br;q=nonsense", "", "script"},
		{"br;q=7", "", "script"},
	} {
		t.Run(c.accept, func(t *testing.T) {
			res := ask(h, "GET", hashedScript, "Accept-Encoding", c.accept)

			if got := res.Header.Get("Content-Encoding"); got != c.encoding {
				t.Errorf("encoding %q, want %q", got, c.encoding)
			}
			if got := body(t, res); got != c.content {
				t.Errorf("content %q, want %q", got, c.content)
			}
			if got := res.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("Vary %q", got)
			}
		})
	}

	res := ask(h, "GET", "/web/mark.0123456789ab.png", "Accept-Encoding", "identity;q=0, br")
	if res.StatusCode != http.StatusNotAcceptable {
		t.Errorf("a file without the only accepted encoding: status %d, want 406", res.StatusCode)
	}
}

func TestStaticNamesTypesAndLifetimes(t *testing.T) {
	h := small(t)
	const forever, anew = "public, max-age=31536000, immutable", "no-cache"
	for path, want := range map[string][2]string{
		"/":                             {"text/html; charset=utf-8", anew},
		"/app-worker.js":                {"text/javascript; charset=utf-8", anew},
		"/manifest.webmanifest":         {"application/manifest+json", anew},
		"/web/LICENSES.txt":             {"text/plain; charset=utf-8", anew},
		hashedScript:                    {"text/javascript; charset=utf-8", forever},
		"/web/app.0123456789ab.wasm":    {"application/wasm", forever},
		"/web/mark.0123456789ab.png":    {"image/png", forever},
		"/web/inter.0123456789ab.woff2": {"font/woff2", forever},
	} {
		res := ask(h, "GET", path)
		if got := [2]string{res.Header.Get("Content-Type"), res.Header.Get("Cache-Control")}; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestStaticETagsAreOfOneRepresentation(t *testing.T) {
	h := small(t)
	br := ask(h, "GET", hashedScript, "Accept-Encoding", "br").Header.Get("ETag")
	gz := ask(h, "GET", hashedScript, "Accept-Encoding", "gzip").Header.Get("ETag")
	page := ask(h, "GET", "/").Header.Get("ETag")

	for _, c := range []struct {
		name, path, tag string
		status          int
	}{
		{"same", hashedScript, br, 304},
		{"made weak by a proxy", hashedScript, "W/" + br, 304},
		{"one of a list", hashedScript, `"a", ` + br + `, "b"`, 304},
		{"any", hashedScript, "*", 304},
		{"of another encoding", hashedScript, gz, 200},
		{"of another file", hashedScript, page, 200},
		{"only a part", hashedScript, br[:len(br)-3] + `"`, 200},
		{"longer", hashedScript, strings.TrimSuffix(br, `"`) + `x"`, 200},
		{"for another path", "/", br, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := ask(h, "GET", c.path, "Accept-Encoding", "br", "If-None-Match", c.tag)
			if res.StatusCode != c.status {
				t.Fatalf("status %d, want %d", res.StatusCode, c.status)
			}
			if c.status == 304 && (body(t, res) != "" || res.Header.Get("ETag") != br) {
				t.Errorf("304 with a body or without its tag %q", res.Header.Get("ETag"))
			}
		})
	}
}

func TestStaticAnswersPagesOnlyWherePagesCouldBe(t *testing.T) {
	h := small(t)
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, c := range []struct {
		name, method, path, accept string
		status                     int
		content                    string
	}{
		{"home", "GET", "/", browser, 200, "<!doctype html>shell"},
		{"deep link", "GET", "/o/0198-77/remote-support", browser, 200, "<!doctype html>shell"},
		{"deep link of a plain client", "GET", "/o/0198-77/remote-support", "*/*", 200, "<!doctype html>shell"},
		{"no Accept at all", "GET", "/o", "", 200, "<!doctype html>shell"},
		{"an image is asked for", "GET", "/hub", "image/avif,image/png", 404, ""},
		{"JSON is asked for", "GET", "/hub", "application/json", 404, ""},
		{"HTML is refused", "GET", "/hub", "text/html;q=0, */*", 404, ""},
		{"missing file", "GET", "/favicon.png", browser, 404, ""},
		{"old version of a file", "GET", "/web/app.ffffffffffff.js", browser, 404, ""},
		{"below web", "GET", "/web/anything", browser, 404, ""},
		{"below api", "GET", "/api/anything", browser, 404, ""},
		{"a compressed copy", "GET", hashedScript + ".br", browser, 404, ""},
		{"names of the build", "GET", "/assets.json", browser, 404, ""},
		{"hidden", "GET", "/.gitkeep", browser, 404, ""},
		{"climbing out", "GET", "/web/../../../etc/passwd", browser, 404, ""},
		{"page of the provider's own", "GET", "/hub/remote-support?q=1", browser, 200, "<!doctype html>staff's shell"},
		{"staff's account", "GET", "/account?as=staff", browser, 200, "<!doctype html>staff's shell"},
		{"a customer's account", "GET", "/account?as=customer", browser, 200, "<!doctype html>shell"},
		{"POST to a page", "POST", "/hub", browser, 405, ""},
		{"DELETE of a file", "DELETE", hashedScript, browser, 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "http://host/", nil)
			r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.path, "?")
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)

			if w.Code != c.status {
				t.Fatalf("status %d, want %d", w.Code, c.status)
			}
			if c.status == 200 && w.Body.String() != c.content {
				t.Errorf("content %q, want %q", w.Body.String(), c.content)
			}
			if c.status == 405 && w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("Allow %q", w.Header().Get("Allow"))
			}
		})
	}
}

func TestStaticHeadIsGetWithoutBody(t *testing.T) {
	h := small(t)
	get := ask(h, "GET", "/o/1", "Accept-Encoding", "gzip")
	head := ask(h, "HEAD", "/o/1", "Accept-Encoding", "gzip")

	if got := body(t, head); got != "" {
		t.Errorf("body %q", got)
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "ETag", "Cache-Control", "Vary"} {
		if got, want := head.Header.Get(name), get.Header.Get(name); got != want || want == "" {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestStaticRefusesASiteThatCannotBeServed(t *testing.T) {
	if _, err := Static(fstest.MapFS{".gitkeep": {}}); !errors.Is(err, web.ErrNotBuilt) {
		t.Errorf("nothing built: %v, want ErrNotBuilt", err)
	}

	site := smallSite()
	site["web/lost.0123456789ab.css.br"] = &fstest.MapFile{}
	if _, err := Static(site); err == nil {
		t.Error("a compressed copy without its original went unnoticed")
	}

	site = smallSite()
	site["web/data.xyz"] = &fstest.MapFile{}
	if _, err := Static(site); err == nil {
		t.Error("a file of no known type went unnoticed")
	}
}

func TestStaticWithoutWorkerServesTheKillSwitch(t *testing.T) {
	h, err := StaticWithoutWorker(smallSite())
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, ask(h, "GET", "/app-worker.js")); got != "off" {
		t.Errorf("worker %q, want the one that removes itself", got)
	}
	if got := body(t, ask(h, "GET", hashedScript)); got != "script" {
		t.Errorf("script %q, want it untouched", got)
	}
}

// The built site: every representation of every file decodes to the file itself, and what the page refers to is there.
func TestStaticServesTheBuiltSite(t *testing.T) {
	h, err := Static(web.FS())
	if err != nil {
		t.Fatal(err)
	}
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/", "/app-worker.js", "/manifest.webmanifest"}
	for _, path := range names {
		paths = append(paths, path)
	}
	for _, path := range paths {
		plain := []byte(body(t, ask(h, "GET", path)))
		for encoding, decode := range map[string]func(io.Reader) (io.Reader, error){
			"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
			"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		} {
			res := ask(h, "GET", path, "Accept-Encoding", encoding)
			if res.StatusCode != 200 {
				t.Fatalf("%s: status %d", path, res.StatusCode)
			}
			if res.Header.Get("Content-Encoding") == "" {
				continue // a bitmap or a typeface, compressed in itself
			}
			r, err := decode(res.Body)
			if err != nil {
				t.Fatalf("%s as %s: %v", path, encoding, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s as %s is not the file (%v)", path, encoding, err)
			}
		}
	}

	wasm := names["app.wasm"]
	if res := ask(h, "GET", wasm, "Accept-Encoding", "br"); res.Header.Get("Content-Encoding") != "br" {
		t.Errorf("%s is not served as brotli", wasm)
	}
	if _, err := fs.Stat(web.FS(), strings.TrimPrefix(wasm, "/")+".gz"); err != nil {
		t.Error(err)
	}
}

func BenchmarkStaticPage(b *testing.B) {
	h, err := Static(smallSite())
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/o/0198-77/remote-support", nil)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
