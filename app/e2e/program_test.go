//go:build !js

package e2e

import (
	"io/fs"
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/app/web"
	"countersign/shared/i18n"
)

// loaded are the programs that a browser has had, from the network or for the worker to keep.
func loaded(tab *uitest.Tab) string {
	return uitest.Eval[string](tab, `(async () => {
		const kept = (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => r.url)))).flat();
		const seen = performance.getEntriesByType("resource").map((r) => r.name);
		const names = [...kept, ...seen].map((url) => (url.match(/web\/(app|staff)\.[0-9a-f]+\.wasm/) ?? [])[1]).filter(Boolean);
		return [...new Set(names)].sort().join(" ");
	})()`)
}

// X01: customers load their own program alone, and find it again without a connection. Staff have theirs, and cross over
// into an organization and back.
func TestPrograms_of_customers_and_of_staff(t *testing.T) {
	l := i18n.EN
	s := playWired(t)
	marie := s.open(s.Marie)
	working := `navigator.serviceWorker.ready.then(() => true)`
	marie.Wait(working)
	marie.Go("/o/" + string(s.Acme) + "/contacts")
	if got := loaded(marie); got != "app" {
		t.Errorf("a customer's browser has %q", got)
	}
	offline(marie, true)
	marie.Go("/o/" + string(s.Acme) + "/contacts")
	pillSays(marie, l.T("shell.pill.offline"))
	offline(marie, false)

	sofia := s.open(s.Sofia)
	sofia.Wait(working)
	sofia.Go("/hub/remote-support")
	sofia.Go("/organizations")
	if got := loaded(sofia); !strings.Contains(got, "staff") {
		t.Errorf("staff's browser has %q", got)
	}
	if seen := uitest.Eval[int](sofia, `performance.getEntriesByType("resource").filter((r) => /web\/app\.[0-9a-f]+\.wasm/.test(r.name)).length`); seen != 0 {
		t.Error("the staff's page itself loads the customers' program")
	}
	offline(sofia, true)
	sofia.Go("/organizations/" + string(s.Acme)) // theirs is kept as well
	offline(sofia, false)

	// The root, and an account page that does not say whose it is, lead to the program of who was here last.
	leave := func(to string) { sofia.Run(`setTimeout(() => { location.href = ` + js(to) + ` })`) }
	leave("/")
	across(t, sofia, `location.pathname === "/hub/remote-support" && document.getElementById("page-title")`)
	leave("/account")
	across(t, sofia, `location.href.endsWith("/account?as=staff") && document.querySelector("nav a[href='/organizations']")`)
}

// Both programs are in the site, each with a page that starts it and not the other.
func TestPrograms_have_their_own_page(t *testing.T) {
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	for page, script := range map[string]string{"index.html": "app.js", "staff.html": "staff.js"} {
		text, err := fs.ReadFile(web.FS(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"app.js", "staff.js"} {
			if strings.Contains(string(text), names[name]) != (name == script) {
				t.Errorf("%s and %s", page, name)
			}
		}
	}
}
