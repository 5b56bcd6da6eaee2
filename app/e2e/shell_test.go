//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"

	"github.com/chromedp/chromedp/kb"
)

// X06: every page is free of faults that axe finds, in both themes and languages, on a screen and on a phone, scrolls
// only downwards, and breaks no content policy.
func TestPages_have_no_faults_of_accessibility(t *testing.T) {
	s := play(t)
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, 4*time.Hour, "Calls to +33 1 84 88 20 10 fail. I need to look at the program assignment with you."))
	customer, staff := s.open(s.Marie), s.open(s.Ada)
	org := "/o/" + string(s.Acme)
	for _, c := range []struct {
		tab  *uitest.Tab
		path string
	}{
		{customer, org + "/home"}, {customer, org + "/manage/audit"}, {customer, "/account?as=customer"}, {customer, org + "/nothing"},
		{staff, "/organizations?q=a"}, {staff, "/staff"}, {staff, "/audit"}, {staff, "/account?as=staff"},
	} {
		for _, lang := range []string{"en", "fr"} {
			c.tab.Run(`countersign.setLocale(` + js(lang) + `)`)
			visit(c.tab, c.path)
			for _, theme := range []string{"light", "dark"} {
				for _, width := range []int64{1280, 390} {
					c.tab.Scheme(theme)
					c.tab.Size(width, 860)
					c.tab.Settle()
					where := fmt.Sprintf("%s, %s, %s, %d px", c.path, lang, theme, width)
					c.tab.NoViolations(where)
					c.tab.NoSidewaysScroll(where)
					name := strings.NewReplacer("/", "-", "?", "-", string(s.Acme), "acme").Replace(strings.Trim(c.path, "/"))
					c.tab.Screenshot(fmt.Sprintf("%s-%s-%s-%d", name, lang, theme, width), true)
				}
			}
		}
		c.tab.NoProblems()
	}
}

// R04, X03: a request that comes while the owner is on any page shows at once: a card, the badge, the title.
func TestShell_shows_a_new_request_on_any_page(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	press(tab, "#nav", "Audit")
	ready(tab)

	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, 4*time.Hour, ""))
	says(tab, "#toasts", "Sofia Keller asks to sign in for 4 hours")
	says(tab, "#nav", "1 decision waits for you")
	tab.Wait(`document.title.startsWith("(1) ")`)
	says(tab, "#audit-new", "1 new entry")

	press(tab, "#toasts", "Review")
	arrived(tab, "/o/"+string(s.Acme)+"/manage/remote-support")

	s.As(s.Nadia) // she may decide too; the owner's badge goes when she has
	r := s.As(s.Marie).Remote(s.Acme).Pending[0]
	backendtest.Must(s.As(s.Nadia).Reject(r, "Not today."))
	tab.Wait(`!document.querySelector("#nav .badge") && !document.title.startsWith("(")`)
	tab.NoProblems()
}

func TestShell_palette_and_keys_lead_to_pages(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	home := at(tab)

	tab.Run(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true}))`)
	tab.Wait(`document.querySelector("#palette[open]")`)
	tab.Press("aud")
	tab.Press(kb.Enter)
	arrived(tab, "/o/"+string(s.Acme)+"/manage/audit")
	if got := tab.Focused(); got != "page-title" {
		t.Errorf("the focus is on %q, not on the title of the new page", got)
	}
	if got := uitest.Eval[string](tab, "document.title"); got != "Audit – Countersign" {
		t.Errorf("title %q", got)
	}

	tab.Press("g")
	tab.Press("h")
	arrived(tab, home)
	tab.NoProblems()
}

// K12: one person in two organizations switches between them without signing in again.
func TestShell_switches_between_organizations(t *testing.T) {
	s := play(t)
	s.Exec(`UPDATE contact SET login = ? WHERE id = ?`, s.Marie.Login, s.Luc.Contact)
	tab := s.open(s.Marie)
	press(tab, "header", "Acme Telecom. Switch organization")
	tab.Wait(`document.querySelector("#places:popover-open")`)
	tab.Screenshot("places", false)
	press(tab, "#places", "Bêta SA\n20533")
	arrived(tab, "/o/"+string(s.Beta)+"/home")
	says(tab, "#organization", "Bêta SA")
	tab.NoProblems()
}

// K13: what one may not view is not in the menu; a link to it says who can allow it.
func TestShell_hides_what_one_may_not_view(t *testing.T) {
	s := play(t)
	tab := s.open(s.AddContact(s.Acme, "Rita Blanc", "billing"))
	if nav := tab.Text("#nav"); strings.Contains(nav, "Audit") || strings.Contains(nav, "Remote Support") {
		t.Errorf("the menu says %q", nav)
	}
	visit(tab, "/o/"+string(s.Acme)+"/manage/audit")
	says(tab, "main", "You can’t view this.")
	says(tab, "main", "Marie Dubois or another account administrator can allow it.")
	tab.NoProblems()
}

// An organization of others looks like one that does not exist, and like a page that does not.
func TestShell_tells_nothing_about_foreign_organizations(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	pages := map[string]string{}
	for _, path := range []string{"/o/" + string(s.Beta) + "/home", "/o/0198d5a0-0000-7000-8000-000000000000/home", "/o/" + string(s.Acme) + "/nowhere"} {
		tab.Go(path)
		says(tab, "main", "Page not found")
		pages[path] = tab.Text("main")
	}
	for path, text := range pages {
		if text != pages["/o/"+string(s.Beta)+"/home"] {
			t.Errorf("%s says %q", path, text)
		}
	}
	tab.NoProblems()
}

// A right that is taken away while the page is open takes the page away at the next thing that needs it.
func TestShell_follows_changed_rights(t *testing.T) {
	s := play(t)
	tab := s.open(s.Paul)
	press(tab, "#nav", "Audit")
	ready(tab)
	s.Exec(`UPDATE contact SET roles = ? WHERE id = ?`, `["billing"]`, s.Paul.Contact)
	press(tab, "main", "Check the record")
	says(tab, "main", "You can’t view this.")
	if nav := tab.Text("#nav"); strings.Contains(nav, "Audit") {
		t.Errorf("the menu says %q", nav)
	}
}

// X03, C09: a page that was left holds no place among the live connections, however the browser keeps it; who comes back to
// it is live again and sees no code that was revealed there.
func TestShell_pages_that_were_left_hold_nothing(t *testing.T) {
	s := play(t)
	set := api.SetMyCodeIn{Org: api.Org{Org: s.Acme}, Body: api.CodeBody{Code: "obtuse mongoose bulk 62"}}
	backendtest.Must(backendtest.Call(s.As(s.Marie), api.SetMyCode, set))
	tab := s.open(s.Marie)
	for _, page := range []string{"profile", "contacts", "manage/ownership", "manage/audit", "profile", "my-code"} {
		visit(tab, "/o/"+string(s.Acme)+"/"+page)
	}
	tab.Click("#my-code-reveal")
	says(tab, "#my-code", "mongoose")
	visit(tab, "/o/"+string(s.Acme)+"/contacts")
	for end := time.Now().Add(30 * time.Second); s.Hub.Stats().Open != 1; time.Sleep(50 * time.Millisecond) { // others are closing
		if time.Now().After(end) {
			t.Fatalf("one window holds %d connections", s.Hub.Stats().Open)
		}
	}
	tab.Run(`setTimeout(() => history.back())`)
	page := `document.querySelector("main")?.textContent`
	across(t, tab, page+`?.includes("One-time phrase") && document.querySelector(".pill.ok") && !`+page+`.includes("mongoose")`)
	in := api.StartVerificationIn{Org: api.Org{Org: s.Acme}}
	in.Body.Contact, in.Body.Channel, in.Body.Locale = s.Marie.Contact, "phone", "en"
	call := backendtest.Must(backendtest.Call(s.As(s.Tom), api.StartVerification, in))
	across(t, tab, page+`?.includes(`+js(call.Counter)+`)`)
}

// X02: the language changes at once, and what the browser keeps of it needs no network.
func TestShell_switches_the_language(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	says(tab, "#nav", i18n.EN.T("nav.home"))
	press(tab, "header", i18n.EN.T("ui.account"))
	tab.Run(`[...document.querySelectorAll("[role=menuitemradio]")].find((i) => i.textContent.includes("Français")).click()`)
	says(tab, "#nav", i18n.FR.T("nav.home"))
	tab.Wait(`document.documentElement.lang === "fr"`)
	tab.NoProblems()
}
