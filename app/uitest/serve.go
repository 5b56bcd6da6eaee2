//go:build !js

package uitest

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Policy is the content policy under which the portal is served.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'; form-action 'self'; object-src 'none'"

// Serve serves a built site alone, without a backend, under the content policy, and gives its address. Paths that are
// no file are pages of the app.
func Serve(t testing.TB, site fs.FS) string {
	t.Helper()
	if _, err := fs.Stat(site, "index.html"); err != nil {
		t.Fatalf("the site is not built, make wasm builds it: %v", err)
	}
	files := http.FileServerFS(site)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		if _, err := fs.Stat(site, strings.TrimPrefix(r.URL.Path, "/")); err != nil {
			http.ServeFileFS(w, r, site, "index.html")
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
