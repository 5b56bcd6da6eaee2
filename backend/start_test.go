package main_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"countersign/backend/store"
	"countersign/shared/api"
)

// X05: the first start needs nothing and makes everything; the key is private and beside the data, never inside.
func TestServeFromNothing(t *testing.T) {
	h := newHome(t)
	p := h.serve()
	for _, path := range []string{"/livez", "/readyz", "/sign-in", "/", "/api/openapi.json"} {
		resp, err := http.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	if status := p.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d after SIGTERM\n%s", status, p.log)
	}

	if info, err := os.Stat(h.path("data.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info, err)
	}
	for _, file := range []string{"data/" + store.FileName, "data/mail"} {
		if _, err := os.Stat(h.path(file)); err != nil {
			t.Error(err)
		}
	}
	if keys, _ := filepath.Glob(h.path("data/*key*")); len(keys) > 0 {
		t.Errorf("a key inside the data directory: %v", keys)
	}
	again := h.serve()
	if status := again.end(syscall.SIGINT); status != 0 {
		t.Errorf("second start: exit status %d", status)
	}
}

// Each refusal to start is one clear sentence and a status other than 0, and spoils nothing: the same start works once
// its cause is gone.
func TestRefusesToStart(t *testing.T) {
	real := newHome(t)
	real.must("admin", "create-administrator", "--name", "Ada Stone", "--email", "ada@example.test")
	other := newHome(t)
	other.must("admin", "create-administrator", "--name", "Ada Stone", "--email", "ada@example.test")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	write := func(h *home, name string, data []byte, perm os.FileMode) {
		h.t.Helper()
		if err := os.WriteFile(h.path(name), data, perm); err != nil {
			h.t.Fatal(err)
		}
		if err := os.Chmod(h.path(name), perm); err != nil {
			h.t.Fatal(err)
		}
	}
	read := func(h *home, name string) []byte {
		b, err := os.ReadFile(h.path(name))
		if err != nil {
			h.t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name  string
		spoil func(*home)
		args  []string
		want  string
	}{
		{"missing_key", func(h *home) { os.Remove(h.path("data.key")) }, nil, "there is no key file"},
		{"key_of_another_database", func(h *home) { write(h, "data.key", read(other, "data.key"), 0o600) }, nil, "belongs to another database"},
		{"key_that_others_can_read", func(h *home) { os.Chmod(h.path("data.key"), 0o644) }, nil, "data.key"},
		{"damaged_key", func(h *home) { write(h, "data.key", read(h, "data.key")[:60], 0o600) }, nil, "key file"},
		{"key_inside_the_data", nil, []string{"--key-file", "data/root.key"}, "inside the data directory"},
		{"newer_schema", func(h *home) {
			h.change("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
		}, nil, "newer Countersign"},
		{"not_a_database", func(h *home) {
			write(h, "data/"+store.FileName, []byte(strings.Repeat("not a database. ", 1000)), 0o600)
		}, nil, "damaged"},
		{"damaged_pages_after_a_crash", func(h *home) {
			db := read(h, "data/"+store.FileName)
			for i := 3 * 4096; i < len(db)-4096; i++ {
				db[i] = 0xa5
			}
			write(h, "data/"+store.FileName, db, 0o600)
			write(h, "data/countersign.lock", []byte("process 1\n"), 0o600)
		}, nil, "damaged"},
		{"port_taken", nil, []string{"--addr", taken.Addr().String()}, "choose another address with --addr"},
		{"metrics_port_taken", nil, []string{"--metrics-addr", taken.Addr().String()}, "choose another address with --metrics-addr"},
		{"no_place_for_data", nil, []string{"--data", "/proc/countersign"}, "data directory"},
		{"data_is_a_file", nil, []string{"--data", "data.key"}, "data.key"},
		{"plain_http_for_others", nil, []string{"--public-url", "http://portal.example.com"}, "https"},
		{"public_url_with_a_path", nil, []string{"--public-url", "https://example.com/portal"}, "public URL"},
		{"demo_in_real_data", nil, []string{"--demo"}, "is not the demo's"},
		{"mail_password_in_the_clear", nil, []string{"--smtp-host", "localhost", "--smtp-tls", "none", "--smtp-user", "x"}, "encrypted"},
		{"record_cut_short", func(h *home) {
			p := h.serve()
			p.end(syscall.SIGTERM) // anchors
			h.change("DELETE FROM audit_entry", "DELETE FROM event", "DELETE FROM stream")
		}, nil, "does not reach what was anchored"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := real.copyOf()
			h.t = t
			if c.spoil != nil {
				c.spoil(h)
			}
			status, out := h.run(append([]string{"serve"}, c.args...)...)
			if status != 1 || !strings.Contains(out, c.want) {
				t.Errorf("exit status %d, want 1 and %q:\n%s", status, c.want, out)
			}
			if strings.Contains(out, "goroutine ") {
				t.Errorf("it panicked:\n%s", out)
			}
			if c.spoil == nil {
				if p := h.serve(); p.end(syscall.SIGTERM) != 0 {
					t.Errorf("without the cause it does not stop well: %s", p.log)
				}
			}
		})
	}

	t.Run("lock_held", func(t *testing.T) {
		h := real.copyOf()
		h.t = t
		p := h.serve()
		for _, args := range [][]string{{"serve"}, {"migrate"}, {"admin", "create-administrator", "--name", "B", "--email", "b@example.test"}} {
			if status, out := h.run(args...); status != 1 || !strings.Contains(out, "another Countersign is running") {
				t.Errorf("%v: exit status %d\n%s", args, status, out)
			}
		}
		if status := p.end(syscall.SIGTERM); status != 0 {
			t.Errorf("the one that runs: exit status %d", status)
		}
	})

	t.Run("usage", func(t *testing.T) {
		for _, args := range [][]string{{"serve", "--port", "80"}, {"fly"}, {"serve", "--log-level", "loud"}, {"backup"}} {
			if status, out := real.run(args...); status != 2 || !strings.Contains(out, "--help") {
				t.Errorf("%v: exit status %d\n%s", args, status, out)
			}
		}
		for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"version"}} {
			if out := real.must(args...); out == "" {
				t.Errorf("%v says nothing", args)
			}
		}
	})
}

// The first administrator, and organizations, come to be without a browser; the printed link opens the invitation.
func TestAdmin(t *testing.T) {
	h := newHome(t)
	link := regexp.MustCompile(`http://localhost:8080(/invitation\?token=\S+)`)
	staff := link.FindStringSubmatch(h.must("admin", "create-administrator", "--name", "Ada Stone", "--email", "ada@example.test"))
	owner := link.FindStringSubmatch(h.must("admin", "create-organization", "--name", "Acme Telecom", "--reference", "20418",
		"--owner-name", "Marie Dubois", "--owner-email", "marie@example.test", "--region", "FR", "--phone", "+33 1 99 00 10 42"))
	if staff == nil || owner == nil {
		t.Fatal("no links")
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"admin", "create-administrator", "--name", "Ada", "--email", "ada@example.test"}, "--email"},
		{[]string{"admin", "create-administrator", "--name", "B", "--email", "not an address"}, "--email"},
		{[]string{"admin", "create-organization", "--name", "B", "--reference", "20418", "--owner-name", "B", "--owner-email", "b@example.test"}, "--reference"},
	} {
		if status, out := h.run(c.args...); status != 1 || !strings.Contains(out, c.want+":") {
			t.Errorf("%v: exit status %d\n%s", c.args, status, out)
		}
	}
	p := h.serve()
	for _, l := range []string{staff[1], owner[1]} {
		resp, err := http.Get(p.url + l)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("the invitation answers %d", resp.StatusCode)
		}
	}
	p.end(syscall.SIGTERM)
	h.must("audit", "verify")
}

// The demo is made once and complete, is not served as real, and its people can sign in and act.
func TestDemo(t *testing.T) {
	h := newHome(t)
	p := h.serve("--demo")
	sofia, marie := p.signIn(api.AsStaff, "sofia@demo.example"), p.signIn(api.AsCustomer, "marie@demo.example")
	acme := sofia.organization("20418")
	if r := story(sofia, marie, acme); r.Granted != 15 {
		t.Errorf("granted %d minutes, want 15", r.Granted)
	}
	if list := try(marie, api.ListAccessHistory, api.HistoryIn{Org: api.Org{Org: acme}, Limit: 20}); len(list.Requests) != 1 || list.Requests[0].State != "expired" {
		t.Errorf("history %+v", list.Requests)
	}
	if me := try(p.signIn(api.AsCustomer, "jonas@demo.example"), api.GetMe, api.None{}); len(me.Organizations) != 2 {
		t.Errorf("Jonas is in %d organizations, want 2", len(me.Organizations))
	}
	if found := try(sofia, api.SearchOrganizations, api.SearchIn{Query: "0199001042"}); len(found.Organizations) != 1 || found.Organizations[0].ID != acme {
		t.Errorf("by telephone number: %+v", found.Organizations)
	}
	if status := p.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, p.log)
	}

	again := h.serve("--demo")
	if found := try(again.signIn(api.AsStaff, "anna@demo.example"), api.SearchOrganizations, api.SearchIn{Query: "Acme"}); len(found.Organizations) != 1 {
		t.Errorf("%d organizations after the second start, want 1", len(found.Organizations))
	}
	again.end(syscall.SIGTERM)
	h.must("audit", "verify")
	if status, out := h.run("serve"); status != 1 || !strings.Contains(out, "the demo's") {
		t.Errorf("served as real: exit status %d\n%s", status, out)
	}
}
