package server

import (
	"net/http"
	"strings"

	"countersign/shared/errs"
)

// contentPolicy is what a page of ours may load and do: its own files, its own server, its own WebAssembly.
const contentPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; " +
	"form-action 'self'; object-src 'none'"

// setHeaders puts on every answer what keeps browsers from doing more with it than we mean.
func (s *Server) setHeaders(h http.Header, ref string) {
	h["Content-Security-Policy"] = valuePolicy
	h["X-Content-Type-Options"] = valueNosniff
	h["Referrer-Policy"] = valueNoReferrer
	h["Cross-Origin-Opener-Policy"] = valueSameOrigin
	h["Cross-Origin-Resource-Policy"] = valueSameOrigin
	if s.https {
		h["Strict-Transport-Security"] = valueHSTS
	}
	h["X-Request-Id"] = []string{ref}
}

// Shared values: nobody may change them in place, as Header.Add would only when its capacity allowed.
var (
	valuePolicy     = []string{contentPolicy}
	valueNosniff    = []string{"nosniff"}
	valueNoReferrer = []string{"no-referrer"}
	valueSameOrigin = []string{"same-origin"}
	valueHSTS       = []string{"max-age=63072000"}
)

// checkOrigin refuses requests that another site's page made the browser send. http.CrossOriginProtection decides by
// Sec-Fetch-Site, or by Origin where that is missing. We are stricter where it trusts: an unsafe request that brings
// cookies must say where it comes from at all, and an Origin that is told must be ours even if Sec-Fetch-Site is fine
// ("null" is what browsers send with a form of our own page, because of no-referrer).
func (s *Server) checkOrigin(r *http.Request) error {
	if safe(r.Method) {
		return nil
	}
	refused := errs.New(errs.Forbidden, "error.cross_site")
	if err := s.crossOrigin.Check(r); err != nil {
		return refused.Because(err)
	}
	origins := r.Header["Origin"]
	switch {
	case len(origins) > 1:
		return refused
	case len(origins) == 1 && origins[0] != "null" && !s.ownOrigin(origins[0], r.Host):
		return refused
	case len(origins) == 0 && r.Header.Get("Sec-Fetch-Site") == "" && len(r.Header["Cookie"]) > 0:
		return refused
	}
	return nil
}

// ownOrigin reports whether an Origin is the portal's public one, or the one the request was sent to.
func (s *Server) ownOrigin(origin, host string) bool {
	if strings.EqualFold(origin, s.publicURL) {
		return true
	}
	scheme := "http://"
	if s.https {
		scheme = "https://"
	}
	return strings.EqualFold(origin, scheme+host)
}
