package hub_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"countersign/backend/hub"
	"countersign/shared/id"
)

// TH23: how many sockets one login, one address and all together may hold.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		limits hub.Limits
		sub    func(i int) hub.Subscription
		fits   int
	}{
		"ten_a_login": {hub.Limits{}, func(i int) hub.Subscription {
			return hub.Subscription{Stream: acme, Login: "ana", Address: fmt.Sprint("192.0.2.", i)}
		}, 10},
		"fifty_an_address": {hub.Limits{}, func(i int) hub.Subscription {
			return hub.Subscription{Stream: acme, Login: id.Login(fmt.Sprint(i)), Address: "192.0.2.7"}
		}, 50},
		"fifty_an_IPv6_network": {hub.Limits{}, func(i int) hub.Subscription {
			return hub.Subscription{Stream: acme, Login: id.Login(fmt.Sprint(i)), Address: fmt.Sprintf("2001:db8::%x:1", i)}
		}, 50},
		"an_IPv4_address_in_IPv6_form_is_the_same": {hub.Limits{PerAddress: 2}, func(i int) hub.Subscription {
			return hub.Subscription{Stream: acme, Login: id.Login(fmt.Sprint(i)), Address: []string{"192.0.2.7", "::ffff:192.0.2.7"}[i%2]}
		}, 2},
		"in_all": {hub.Limits{Total: 60}, func(i int) hub.Subscription {
			return hub.Subscription{Stream: acme, Login: id.Login(fmt.Sprint(i)), Address: fmt.Sprint("192.0.2.", i)}
		}, 60},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *hub.Options) { o.Limits = story.limits })
			var last *client
			for i := range story.fits {
				last = w.join(t, story.sub(i))
			}
			sub := story.sub(story.fits)
			sub.Bearer = true
			if _, status, err := w.try(sub, nil); err == nil || status != http.StatusTooManyRequests {
				t.Fatalf("got %d, %v", status, err)
			}
			_ = last.Close()
			for {
				c, status, err := w.try(sub, nil) // a place is free as soon as the server has noticed
				if err == nil {
					_ = c.Close()
					return
				}
				if status != http.StatusTooManyRequests {
					t.Fatalf("got %d, %v", status, err)
				}
			}
		})
	}
}

// TH12, F4: only the server's own pages may open a socket with a cookie. Exactly one Origin of the same scheme, host and
// port passes; a missing one only with a bearer token.
func TestOrigin_TH12(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *hub.Options) { o.Origin = hub.SameOrigin("https://portal.example", "http://localhost:8080") })
	own := "http" + w.url[len("ws"):]
	for _, cell := range []struct {
		name   string
		origin []string
		bearer bool
		passes bool
	}{
		{"same_as_the_request", []string{own}, false, true},
		{"public_origin", []string{"https://portal.example"}, false, true},
		{"public_origin_with_its_port", []string{"https://portal.example:443"}, false, true},
		{"public_origin_in_capitals", []string{"https://PORTAL.example"}, false, true},
		{"second_public_origin", []string{"http://localhost:8080"}, false, true},
		{"absent_with_cookie", nil, false, false},
		{"absent_with_bearer", nil, true, true},
		{"empty", []string{""}, true, false},
		{"null", []string{"null"}, false, false},
		{"null_with_bearer", []string{"null"}, true, false},
		{"foreign", []string{"https://evil.example"}, false, false},
		{"foreign_with_bearer", []string{"https://evil.example"}, true, false},
		{"sub_domain", []string{"https://x.portal.example"}, false, false},
		{"parent_domain", []string{"https://example"}, false, false},
		{"look_alike_suffix", []string{"https://portal.example.evil.example"}, false, false},
		{"look_alike_prefix", []string{"https://evilportal.example"}, false, false},
		{"trailing_dot", []string{"https://portal.example."}, false, false},
		{"user_part", []string{"https://portal.example@evil.example"}, false, false},
		{"own_user_part", []string{"https://evil@portal.example"}, false, false},
		{"http_of_https", []string{"http://portal.example"}, false, false},
		{"other_port", []string{"https://portal.example:8443"}, false, false},
		{"other_local_port", []string{"http://localhost:8081"}, false, false},
		{"empty_port", []string{"https://portal.example:"}, false, false},
		{"with_path", []string{"https://portal.example/"}, false, false},
		{"with_query", []string{"https://portal.example?"}, false, false},
		{"with_fragment", []string{"https://portal.example#"}, false, false},
		{"desktop_window", []string{"wails://wails"}, false, false},
		{"desktop_window_with_bearer", []string{"wails://wails"}, true, false},
		{"websocket_scheme", []string{"wss://portal.example"}, false, false},
		{"file", []string{"file://"}, false, false},
		{"extension", []string{"chrome-extension://abcdefgh"}, false, false},
		{"two", []string{"https://portal.example", "https://evil.example"}, false, false},
		{"two_in_one", []string{"https://portal.example, https://evil.example"}, false, false},
		{"tab", []string{"https://portal.example\tx"}, false, false},
	} {
		t.Run(cell.name, func(t *testing.T) {
			sub := ana()
			sub.Bearer = cell.bearer
			c, status, err := w.try(sub, http.Header{"Origin": cell.origin})
			switch {
			case cell.passes && err != nil:
				t.Errorf("got %d, %v", status, err)
			case cell.passes:
				_ = c.Close()
			case err == nil || status != http.StatusForbidden:
				t.Errorf("got %d, %v", status, err)
			}
		})
	}
}

// The request's own origin is https where the server itself speaks TLS.
func TestSameOrigin_of_the_request(t *testing.T) {
	t.Parallel()
	same := hub.SameOrigin()
	r := httptest.NewRequest(http.MethodGet, "/api/live", nil)
	r.Host = "portal.example"
	if !same("http://portal.example", r) || same("https://portal.example", r) {
		t.Error("wrong without TLS")
	}
	r.TLS = &tls.ConnectionState{}
	if same("http://portal.example", r) || !same("https://portal.example", r) {
		t.Error("wrong with TLS")
	}
	r.Host = ""
	if same("https://", r) || same("", r) {
		t.Error("wrong without a host")
	}
}
