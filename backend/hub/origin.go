package hub

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin allows exactly the public origins ("https://portal.example", "http://localhost:8080") and the origin that
// the request itself was sent to: same scheme, same host, same port. http.CrossOriginProtection lets websocket
// handshakes pass, because they are GET requests, so this is the only guard against other sites' pages.
func SameOrigin(public ...string) func(origin string, r *http.Request) bool {
	allowed := make(map[string]bool, len(public))
	for _, p := range public {
		if o, ok := parseOrigin(p); ok {
			allowed[o] = true
		}
	}
	return func(origin string, r *http.Request) bool {
		o, ok := parseOrigin(origin)
		if !ok {
			return false
		}
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		own, ok := parseOrigin(scheme + "://" + r.Host)
		return allowed[o] || ok && o == own
	}
}

// parseOrigin gives scheme://host:port in lower case with the port always written; anything that is not just an http
// or https origin ("null", wails://…, one with a path) is refused.
func parseOrigin(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery ||
		u.Fragment != "" || u.Opaque != "" || strings.HasSuffix(s, "#") || strings.HasSuffix(u.Host, ":") {
		return "", false
	}
	port := u.Port()
	switch {
	case u.Scheme == "http" && port == "":
		port = "80"
	case u.Scheme == "https" && port == "":
		port = "443"
	case u.Scheme != "http" && u.Scheme != "https":
		return "", false
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port, true
}

// originAllowed is the rule of the handshake: exactly one Origin, and allowed; none only from a client that showed a
// bearer token, as browsers always send one and cookies travel by themselves.
func (h *Hub) originAllowed(r *http.Request, bearer bool) bool {
	switch values := r.Header.Values("Origin"); len(values) {
	case 0:
		return bearer
	case 1:
		return h.opt.Origin(values[0], r)
	default:
		return false
	}
}
