package uitest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Policy is the content policy under which the portal is served.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'; form-action 'self'; object-src 'none'"

// Serve serves the built site alone, without a backend, under the content policy, and gives its address.
func Serve(t testing.TB, site http.Handler) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		site.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
