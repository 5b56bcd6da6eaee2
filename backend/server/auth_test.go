package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"countersign/backend/login"
	"countersign/shared/api"
	"countersign/shared/id"
)

func TestAddress(t *testing.T) {
	s := &Server{trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"direct", "203.0.113.7:1234", nil, "203.0.113.7"},
		{"direct_with_a_forged_header", "203.0.113.7:1234", []string{"198.51.100.1"}, "203.0.113.7"},
		{"through_a_proxy", "10.0.0.1:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"through_two", "10.0.0.1:1234", []string{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"two_header_lines", "10.0.0.1:1234", []string{"198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
		{"the_client_forged_more_on_the_left", "10.0.0.1:1234", []string{"192.0.2.66, 198.51.100.1"}, "198.51.100.1"},
		{"nonsense_in_the_header", "10.0.0.1:1234", []string{"198.51.100.1, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"proxy_without_the_header", "10.0.0.1:1234", nil, "10.0.0.1"},
		{"six", "[fd00::1]:1234", []string{"2001:db8::7"}, "2001:db8::7"},
		{"six_with_port", "[fd00::1]:1234", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"four_in_six", "[::ffff:203.0.113.7]:1234", nil, "203.0.113.7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.remote
			r.Header["X-Forwarded-For"] = c.forwarded
			if got := s.address(r).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestBrowser(t *testing.T) {
	for _, c := range []struct{ agent, want string }{
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, macOS"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1", "Safari, iPhone"},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"},
		{"Countersign/1 (Linux)", "Countersign, Linux"},
		{"curl/8.14.1", "curl"},
		{"", "Other"},
	} {
		if got := browserName(c.agent); got != c.want {
			t.Errorf("%s: got %q, want %q", c.agent, got, c.want)
		}
	}
}

// TH16: a new address of the same network and a new version of the same browser are the same place; everything else is
// another.
func TestBound(t *testing.T) {
	const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	at := func(addr, agent string) string { return bound(netip.MustParseAddr(addr), agent) }
	home := at("203.0.113.7", chrome)
	for _, c := range []struct {
		name, got string
		same      bool
	}{
		{"same_network", at("203.0.113.200", chrome), true},
		{"newer_browser", at("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"), true},
		{"other_network", at("203.0.114.7", chrome), false},
		{"other_browser", at("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"), false},
	} {
		if (c.got == home) != c.same {
			t.Errorf("%s: %q beside %q", c.name, c.got, home)
		}
	}
	if at("2001:db8:1:2::7", chrome) != at("2001:db8:1:ffff::9", chrome) {
		t.Error("two addresses of one /48 are different places")
	}
}

// The kind of caller that the client names picks its cookie, and nothing else is looked at.
func TestCredentialOfTheNamedKind(t *testing.T) {
	s := &Server{cookies: newCookies("https://portal.example")}
	token := func(c byte) string {
		b := make([]byte, 43)
		for i := range b {
			b[i] = c
		}
		b[42] = 'A'
		return string(b)
	}
	const acme, beta = "01890000-0000-7000-8000-00000000000a", "01890000-0000-7000-8000-00000000000b"
	customer, staff, inAcme, inBeta, held, heldSupport := token('c'), token('s'), token('a'), token('b'), token('h'), token('i')
	cookies := map[string]string{"__Host-cs_customer": customer, "__Host-cs_staff": staff,
		"__Host-cs_support_" + acme: inAcme, "__Host-cs_support_" + beta: inBeta}

	for _, c := range []struct {
		name             string
		as               api.As
		org              string
		header           map[string]string
		without          string // this cookie
		session, support string
	}{
		{name: "customer", as: api.AsCustomer, session: customer},
		{name: "staff", as: api.AsStaff, session: staff},
		{name: "support_in_the_path's_organization", as: api.AsSupport, org: beta, session: staff, support: inBeta},
		{name: "support_named_by_header", as: api.AsSupport, header: map[string]string{headerOrg: acme}, session: staff, support: inAcme},
		{name: "support_in_two_and_none_named", as: api.AsSupport, session: staff},
		{name: "support_in_the_only_one", as: api.AsSupport, without: "__Host-cs_support_" + beta, session: staff, support: inAcme},
		{name: "no_fallback_from_customer_to_staff", as: api.AsCustomer, without: "__Host-cs_customer"},
		{name: "no_fallback_from_staff_to_customer", as: api.AsStaff, without: "__Host-cs_staff"},
		{name: "nobody", as: ""},
		{name: "bearer", as: api.AsStaff, header: map[string]string{"Authorization": "Bearer " + held}, session: held},
		{name: "bearer_inside", as: api.AsSupport, header: map[string]string{"Authorization": "bearer " + held, headerSupport: heldSupport},
			session: held, support: heldSupport},
		{name: "bearer_brings_no_cookies", as: api.AsSupport, org: acme, header: map[string]string{"Authorization": "Bearer " + held}, session: held},
		{name: "not_a_token", as: api.AsStaff, header: map[string]string{"Authorization": "Bearer 123"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			for name, value := range cookies {
				if name != c.without {
					r.AddCookie(&http.Cookie{Name: name, Value: value})
				}
			}
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			got := s.credential(r, c.as, id.Organization(c.org))
			if got.Session != login.HashToken(c.session) || got.Support != login.HashToken(c.support) {
				t.Errorf("session right: %v, support right: %v", got.Session == login.HashToken(c.session), got.Support == login.HashToken(c.support))
			}
		})
	}
}
