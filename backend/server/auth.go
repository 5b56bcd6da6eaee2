package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
)

// Headers of our own, beside api.HeaderAs.
const (
	headerSupport    = "X-Countersign-Support"    // token of a support session, beside a bearer token
	headerOrg        = "X-Countersign-Org"        // which support session is meant, where the path names no organization
	headerViewAs     = "X-Countersign-View-As"    // contact whose portal the owner looks at; reading only
	headerBackground = "X-Countersign-Background" // "1": made by the page itself; does not keep the sign-in alive
	headerOthers     = "X-Countersign-Others"     // "1": of a sign-out: the browser keeps something of other people, and cleared what is the caller's
)

// request is what the server knows of one HTTP request: it goes along in the context, and into the log at the end.
type request struct {
	ref     string
	locale  i18n.Locale
	address netip.Addr
	started time.Time

	as     api.As
	org    id.Organization
	action string // the endpoint, or the pattern of the mux
	cause  error  // what the caller is not told
	call   *call  // of an API endpoint
}

type requestKey struct{}

// requestOf is the request that a context belongs to; one of its own outside a server.
func requestOf(ctx context.Context) *request {
	if rq, ok := ctx.Value(requestKey{}).(*request); ok {
		return rq
	}
	return &request{ref: newRef(), locale: i18n.EN}
}

// newRef makes the reference that people quote and the log has: eight letters and digits that read well aloud.
func newRef() string {
	var b [5]byte
	rand.Read(b[:])
	return refAlphabet.EncodeToString(b[:])
}

var refAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// credential is what the request brings to be known by. The caller says which kind they are (there is no fallback
// from one to another), and a request with a bearer token brings no cookies, whatever it sends.
func (s *Server) credential(r *http.Request, as api.As, org id.Organization) portal.Credential {
	rq := requestOf(r.Context())
	if as == api.AsToken {
		token, _ := bearer(r)
		return portal.Credential{As: as, Token: login.HashAPIToken(token), Address: rq.address.String(), Locale: string(rq.locale), Ref: rq.ref}
	}
	c := portal.Credential{
		As: as, Address: rq.address.String(), Locale: string(rq.locale), Ref: rq.ref, Background: r.Header.Get(headerBackground) == "1",
		ViewAs: id.Contact(r.Header.Get(headerViewAs)), Login: id.Login(r.Header.Get(api.HeaderLogin)),
	}
	if as != api.AsCustomer { // whose sign-ins are bound to nothing
		c.Bound, c.Browser = bound(rq.address, r.UserAgent()), browserName(r.UserAgent())
	}
	var session, support string
	if token, ok := bearer(r); ok {
		session, support = token, r.Header.Get(headerSupport)
	} else {
		session, support = s.fromCookies(r, as, org)
	}
	c.Session = login.HashToken(session)
	if as == api.AsSupport {
		c.Support = login.HashToken(support)
	}
	return c
}

// fromCookies picks the tokens of the named kind of caller. A support session hangs on the agent's sign-in, so it
// needs both.
func (s *Server) fromCookies(r *http.Request, as api.As, org id.Organization) (session, support string) {
	switch as {
	case api.AsCustomer:
		return s.cookies.token(r, api.AsCustomer, ""), ""
	case api.AsStaff:
		return s.cookies.token(r, api.AsStaff, ""), ""
	case api.AsSupport:
		if org == "" {
			org = id.Organization(r.Header.Get(headerOrg))
		}
		if org == "" {
			if all := s.cookies.insides(r); len(all) == 1 {
				org = all[0]
			}
		}
		return s.cookies.token(r, api.AsStaff, ""), s.cookies.token(r, api.AsSupport, org)
	}
	return "", ""
}

// bearer is the token of clients that keep it themselves, such as the desktop app.
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// callerKey names the caller for the buckets.
func callerKey(c portal.Credential) string {
	return cmp.Or(c.Token, c.Support, c.Session)
}

// address of the client. Only proxies that are listed are believed, from the nearest on (X-Forwarded-For).
func (s *Server) address(r *http.Request) netip.Addr {
	addr := parseAddress(r.RemoteAddr)
	if !s.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddress(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break // what stands left of it cannot be believed either
		}
		addr = hop
		if !s.trusts(hop) {
			break
		}
	}
	return addr
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func parseAddress(s string) netip.Addr {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// bound is what a staff sign-in is bound to: the network and the browser's family. A stolen cookie is worth nothing
// elsewhere; an update of the browser or a new address from the same provider changes nothing.
func bound(addr netip.Addr, userAgent string) string {
	family, _ := browser(userAgent)
	return login.Prefix(addr).String() + " " + family
}

// browserName is what people are shown in the list of their sign-ins.
func browserName(userAgent string) string {
	family, system := browser(userAgent)
	if system == "" {
		return family
	}
	return family + ", " + system
}

// browser reads family and system. The order matters: most browsers name others too.
func browser(userAgent string) (family, system string) {
	return first(userAgent, "Other",
			"Countersign", "Countersign", "Edg/", "Edge", "EdgA/", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet",
			"Firefox/", "Firefox", "FxiOS", "Firefox", "CriOS", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl",
			"Go-http-client", "Go"),
		first(userAgent, "",
			"iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "ChromeOS",
			"Macintosh", "macOS", "Linux", "Linux")
}

func first(s, otherwise string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(s, pairs[i]) {
			return pairs[i+1]
		}
	}
	return otherwise
}
