package server

import (
	"net/http"
	"strings"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
)

// cookies writes and reads the cookies that carry tokens: one for each kind of caller, and one for each organization
// that an agent is inside. They travel together, so the client names the kind it means. Over https their names carry
// the prefix that binds them to this host and to https (RFC 6265bis, section 4.1.3.2); only on http://localhost they
// are plain.
type cookies struct{ secure bool }

func newCookies(publicURL string) cookies {
	return cookies{secure: strings.HasPrefix(publicURL, "https://")}
}

// name of the cookie of a kind of caller; org matters for support sessions only.
func (c cookies) name(as api.As, org id.Organization) string {
	name := "cs_" + string(as)
	if as == api.AsSupport {
		name += "_" + string(org)
	}
	return c.host(name)
}

func (c cookies) host(name string) string {
	if c.secure {
		return "__Host-" + name
	}
	return name
}

// token that the request brings for a kind of caller, "" without one.
func (c cookies) token(r *http.Request, as api.As, org id.Organization) string {
	ck, err := r.Cookie(c.name(as, org))
	if err != nil {
		return ""
	}
	return ck.Value
}

// set gives the browser the token of a kind of caller until its end; the zero time lasts until the browser closes.
func (c cookies) set(w http.ResponseWriter, as api.As, org id.Organization, token string, now, ends time.Time) {
	ck := c.cookie(as, org)
	ck.Value = token
	if !ends.IsZero() {
		ck.MaxAge = max(1, int(ends.Sub(now)/time.Second))
	}
	http.SetCookie(w, ck)
}

// clear takes the token of a kind of caller away.
func (c cookies) clear(w http.ResponseWriter, as api.As, org id.Organization) {
	ck := c.cookie(as, org)
	ck.MaxAge = -1
	http.SetCookie(w, ck)
}

// cookie without a value. Staff follow no link from elsewhere into the portal signed in; customers do, from mails.
func (c cookies) cookie(as api.As, org id.Organization) *http.Cookie {
	ck := &http.Cookie{Name: c.name(as, org), Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode}
	if as == api.AsCustomer {
		ck.SameSite = http.SameSiteLaxMode
	}
	return ck
}

// insides are the organizations that the request brings a support session's cookie of.
func (c cookies) insides(r *http.Request) []id.Organization {
	var orgs []id.Organization
	for _, ck := range r.Cookies() {
		if org, ok := strings.CutPrefix(ck.Name, c.host("cs_support_")); ok {
			orgs = append(orgs, id.Organization(org))
		}
	}
	return orgs
}
