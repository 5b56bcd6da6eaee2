package server_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
)

var origins = []struct{ name, value string }{
	{"absent", ""},
	{"same", "http://localhost:8080"},
	{"null", "null"},
	{"sub-domain", "http://evil.localhost:8080"},
	{"look-alike", "http://localhost.evil.example:8080"},
	{"scheme", "https://localhost:8080"},
	{"port", "http://localhost:9090"},
	{"app", "wails://wails"},
}

// TH12: of all combinations of where a request says that it comes from, only the listed ones pass, at every unsafe
// endpoint and at every form; cookies travel by themselves, a bearer token does not.
func TestCrossSite(t *testing.T) {
	w := backendtest.New(t, backendtest.WithLimits(unlimited))
	s := withPages(t, w)
	sites := []string{"", "same-origin", "same-site", "cross-site", "none"}
	passes := func(origin, site string, cookie bool) bool {
		switch site {
		case "same-origin", "none":
			return origin == "absent" || origin == "same" || origin == "null"
		case "":
			return origin == "same" || origin == "absent" && !cookie
		}
		return false
	}

	type target struct{ method, path, body, kind string }
	var targets []target
	for _, spec := range api.Specs() {
		if spec.Mutates() {
			targets = append(targets, target{spec.Method, path(spec, w.Acme), inputs(t)[spec.Name], "application/json"})
		}
	}
	for _, form := range []string{"/sign-in", "/staff/sign-in", "/sign-in/factor", "/forgot", "/reset", "/invitation", "/sign-out"} {
		targets = append(targets, target{"POST", form, "email=&password=", "application/x-www-form-urlencoded"})
	}
	cells := 0
	for _, to := range targets {
		for _, origin := range origins {
			for _, site := range sites {
				for _, cookie := range []bool{true, false} {
					r := request(to.method, to.path, to.body, http.Header{http.CanonicalHeaderKey(api.HeaderAs): {"customer"}})
					r.Header.Set("Content-Type", to.kind)
					if cookie {
						r.Header.Set("Cookie", "cs_customer=nobody")
					} else {
						r.Header.Set("Authorization", "Bearer nobody")
					}
					if origin.value != "" {
						r.Header.Set("Origin", origin.value)
					}
					if site != "" {
						r.Header.Set("Sec-Fetch-Site", site)
					}
					want := passes(origin.name, site, cookie)
					if to.kind != "application/json" && origin.name == "absent" && site == "" {
						want = false // forms need no cookie, so they always say where they are sent from
					}
					got := send(s, r)
					if passed := got.StatusCode != 403; passed != want {
						t.Errorf("%s %s: origin %s, site %q, cookie %v: %d, want it to pass: %v", to.method, to.path, origin.name, site, cookie, got.StatusCode, want)
					}
					cells++
				}
			}
		}
	}
	t.Logf("%d cells", cells)
}

// withPages is the world's portal with its sign-in pages.
func withPages(t testing.TB, w *backendtest.World) *server.Server {
	t.Helper()
	pages := server.NewSignIn(server.SignInOptions{Service: w.Service, PublicURL: backendtest.PublicURL, Log: slog.New(slog.DiscardHandler)})
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: http.NotFoundHandler(), Pages: pages,
		PublicURL: backendtest.PublicURL, Limits: unlimited, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TH12: a websocket opens for pages of the portal, and for clients without a page that bring a bearer token.
func TestCrossSiteSocket(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	for _, origin := range origins {
		for _, cookie := range []bool{true, false} {
			r := request("GET", "/api/live?as=customer&org="+string(w.Acme), "", signed(marie))
			if cookie {
				r.Header.Del("Authorization")
				r.Header.Set("Cookie", "cs_customer="+marie.Token)
			}
			if origin.value != "" {
				r.Header.Set("Origin", origin.value)
			}
			want := origin.name == "same" || origin.name == "absent" && !cookie
			got := send(w.Server, r)
			// Past the check the handshake fails, because a recorder has no connection.
			if passed := got.StatusCode == 422; passed != want || !passed && got.StatusCode != 403 {
				t.Errorf("origin %s, cookie %v: %d %s, want it to pass: %v", origin.name, cookie, got.StatusCode, got.body, want)
			}
		}
	}
}

// TH12: reading changes nothing but when sign-ins were last used, and the record of what was refused.
func TestReadingChangesNothing(t *testing.T) {
	w := backendtest.New(t, backendtest.WithLimits(unlimited))
	s := withPages(t, w)
	sofia := w.As(w.Sofia)
	asked := backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, "x"))
	inside := backendtest.Must(sofia.EnterManaged(w.Gamma, "x"))
	n := 0
	for _, method := range []string{"GET", "HEAD"} {
		for _, who := range []*backendtest.Actor{w.As(w.Marie), sofia, inside, w.As(w.Ada), w.As(w.Nobody)} {
			before := tables(t, w) // signing the actor in wrote rows
			for _, spec := range api.Specs() {
				if spec.Mutates() {
					continue
				}
				org := w.Acme
				if who == inside {
					org = w.Gamma
				}
				p := strings.ReplaceAll(strings.ReplaceAll(spec.Path, "{org}", string(org)), "{request}", string(asked.ID))
				send(s, request(method, p, "", signed(who)))
				n++
			}
			for _, p := range []string{"/sign-in", "/staff/sign-in", "/forgot", "/reset?token=x", "/invitation?token=x", "/sign-in/factor", "/readyz"} {
				send(s, request(method, p, "", browserOf(who)))
				n++
			}
			after := tables(t, w)
			for name, hash := range after {
				if before[name] != hash && !slices.Contains([]string{"session", "clock_mark", "audit_entry", "stream", "event"}, name) {
					t.Errorf("%s as %s changed %s", method, who.Name, name)
				}
			}
		}
	}
	t.Logf("%d reads", n)
}

// tables are the hashes of all rows.
func tables(t testing.TB, w *backendtest.World) map[string]string {
	t.Helper()
	m, err := w.DB.Backup(t.Context(), filepath.Join(t.TempDir(), store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for _, table := range m.Tables {
		hashes[table.Name] = table.Hash
	}
	return hashes
}

// X07: every answer carries what keeps a browser from doing more with it than was meant, whoever gives it.
func TestHeadersOnEveryAnswer(t *testing.T) {
	w := backendtest.New(t)
	files := http.NewServeMux()
	files.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			panic("broken")
		}
		w.Write([]byte("a page"))
	})
	pages := server.NewSignIn(server.SignInOptions{Service: w.Service, PublicURL: "https://portal.example"})
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: files, Pages: pages, PublicURL: "https://portal.example", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
			"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; " +
			"form-action 'self'; object-src 'none'",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000",
	}
	marie := signed(w.As(w.Marie))
	foreign := marie.Clone()
	foreign.Set("Sec-Fetch-Site", "cross-site")
	for _, c := range []struct {
		name, method, path, body string
		header                   http.Header
		status                   int
	}{
		{"page", "GET", "/", "", nil, 200},
		{"sign-in", "GET", "/sign-in", "", nil, 200},
		{"api", "GET", "/api/me", "", marie, 200},
		{"nothing_to_say", "PATCH", "/api/me", `{"locale":"fr"}`, marie, 204},
		{"document", "GET", "/api/openapi.json", "", nil, 200},
		{"refused", "GET", "/api/me", "", nil, 401},
		{"not_there", "GET", "/api/nothing", "", nil, 404},
		{"wrong_method", "DELETE", "/api/me", "", marie, 405},
		{"cross-site", "PATCH", "/api/me", `{}`, foreign, 403},
		{"wrong_input", "PATCH", "/api/me", `{}`, marie, 422},
		{"socket_refused", "GET", "/api/live?as=staff", "", nil, 401},
		{"panic", "GET", "/broken", "", nil, 500},
		{"live", "GET", "/livez", "", nil, 200},
		{"ready", "GET", "/readyz", "", nil, 200},
		{"moved", "GET", "/api//me", "", nil, 307},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(s, request(c.method, c.path, c.body, c.header))
			if got.StatusCode != c.status {
				t.Errorf("%d, want %d: %s", got.StatusCode, c.status, got.body)
			}
			for name, value := range want {
				if c.name == "sign-in" && name == "Referrer-Policy" {
					value = "same-origin" // so that its forms say where they come from, in old browsers too
				}
				if v := got.Header.Values(name); len(v) != 1 || v[0] != value {
					t.Errorf("%s: %q", name, v)
				}
			}
			if got.Header.Get("X-Request-Id") == "" {
				t.Error("no reference")
			}
			for name := range got.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("lets other sites read: %s", name)
				}
			}
			if api := strings.HasPrefix(c.path, "/api/") && c.status != 307; api && !strings.Contains(got.Header.Get("Cache-Control"), "no-") {
				t.Errorf("Cache-Control: %q", got.Header.Get("Cache-Control"))
			}
		})
	}
}
