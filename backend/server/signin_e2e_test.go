package server_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"testing"

	"countersign/app/uitest"
	"countersign/app/web"
	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/org"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openBuiltFront is a front with the built site behind it.
func openBuiltFront(t *testing.T) *front {
	w := backendtest.New(t)
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	site, err := server.Static(web.FS())
	if err != nil {
		t.Fatal(err)
	}
	f := &front{World: w, t: t}
	f.pages = server.NewSignIn(server.SignInOptions{Service: w.Service, PublicURL: backendtest.PublicURL, Assets: names,
		Demo: []server.DemoLogin{{Email: w.Marie.Email, Name: w.Marie.Name, About: "owner of Acme Telecom", Password: backendtest.Password}}})
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: site, Pages: f.pages, PublicURL: backendtest.PublicURL})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(s)
	t.Cleanup(func() { ts.Close(); f.pages.Wait() })
	f.url = ts.URL
	return f
}

// X06, X02: the pages in front of the app have no faults that axe finds, in both themes, widths and languages, and
// break no content policy.
func TestSignInPagesAreAccessible(t *testing.T) {
	f := openBuiltFront(t)
	in := api.InviteStaffIn{}
	in.Body.Name, in.Body.Email, in.Body.Role, in.Body.Locale = "Vera New", "vera@example.test", org.Agent, "en"
	backendtest.Must(backendtest.Call(f.As(f.Ada), api.InviteStaff, in))
	f.browser().send("/forgot", "email", f.Marie.Email)
	pages := []string{"/sign-in", "/staff/sign-in", "/forgot", "/reset?token=" + f.token("password_reset", f.Marie.Email),
		"/invitation?token=" + f.token("staff_invitation", "vera@example.test")}

	tab := uitest.Open(t, f.url)
	for _, scheme := range []string{"light", "dark"} {
		tab.Scheme(scheme)
		for _, width := range []int64{1280, 390, 320} {
			tab.Size(width, 844)
			for i, path := range pages {
				lang := []string{"en", "fr"}[i%2]
				mark := "?"
				if i > 2 {
					mark = "&"
				}
				tab.Go(path + mark + "lang=" + lang)
				where := fmt.Sprintf("%s %s %d px %s", path, lang, width, scheme)
				tab.NoViolations(where)
				tab.NoSidewaysScroll(where)
			}
		}
	}
	tab.NoProblems()
	tab.Go("/reset?token=gone")
	tab.NoViolations("a link that no longer works")
}

// X06: signing in by keyboard alone; what was wrong is said, and the cursor waits where to go on.
func TestSignInByKeyboard(t *testing.T) {
	f := openBuiltFront(t)
	tab := uitest.Open(t, f.url)
	tab.Go("/sign-in?lang=en&next=/account")
	if got := uitest.Eval[string](tab, `document.activeElement.id`); got != "email" {
		t.Errorf("the focus is on %q", got)
	}
	enter(t, tab, f.Marie.Email+kb.Tab+"wrong"+kb.Enter)
	tab.Wait(`document.querySelector("#wrong")`)
	tab.NoViolations("a wrong password")
	if got := uitest.Eval[[]string](tab, `[document.activeElement.id, document.querySelector("#email").value, document.querySelector("#password").value,
		document.title]`); got[0] != "password" || got[1] != f.Marie.Email || got[2] != "" || got[3] != "Error: Sign in – Countersign" {
		t.Errorf("after a wrong password: %q", got)
	}
	tab.ForgetProblems() // the browser logs the refusal's status
	enter(t, tab, backendtest.Password+kb.Enter)
	tab.Wait(`location.pathname === "/account"`)

	tab.Go("/sign-in?lang=en&email=" + url.QueryEscape(f.Marie.Email)) // where a demo login leads
	tab.Wait(`document.querySelector("#password").value && document.querySelector(".door-demo a").search.includes("email=")`)
}

// enter types into the form and waits for the page that it leads to.
func enter(t *testing.T, tab *uitest.Tab, keys string) {
	t.Helper()
	if _, err := chromedp.RunResponse(tab.Context(), chromedp.KeyEvent(keys)); err != nil {
		t.Fatal(err)
	}
}
