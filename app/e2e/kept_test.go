//go:build !js

package e2e

import (
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// onEachPage runs a script before those of each page that the tab loads from now on.
func onEachPage(tab *uitest.Tab, script string) {
	command(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// painted notes the rows of numbers that are seen before the portal was asked who is there, which it is only after a while.
const painted = `
	const fetched = window.fetch;
	let asked = false;
	window.paintedBefore = 0;
	window.fetch = async (...request) => {
		if (!String(request[0]).startsWith("/api/me")) return fetched(...request);
		await new Promise((ok) => setTimeout(ok, 2000));
		asked = true;
		return fetched(...request);
	};
	new MutationObserver(() => {
		if (!asked) paintedBefore = Math.max(paintedBefore, document.querySelectorAll("#numbers [role=row]").length);
	}).observe(document, {subtree: true, childList: true, characterData: true});`

// N13: the browser shows at once who was there last, and what it keeps of theirs, unless somebody else has signed in since:
// then nothing of the first is seen, nor sent in the other one's name from a tab that was open all the while.
func TestKept_is_shown_to_nobody_else(t *testing.T) {
	l := i18n.EN
	s := play(t)
	n := s.number("+33184882010", "Line A", number.Place{})
	browser := uitest.NewProfile(t, s.URL)
	first := browser.Tab()
	s.signIn(first, s.Marie)
	path := "/o/" + string(s.Acme) + "/numbers"
	onEachPage(first, painted)
	first.Go(path)
	numbersReady(first, "1 number")
	pillSays(first, l.T("sync.pill_saved"))
	if seen := uitest.Eval[int](first, `paintedBefore`); seen == 0 {
		t.Error("Marie waits for the portal to see what the browser keeps")
	}

	offline(first, true)
	renames(first, l, "+33 1 84 88 20 10", "Of Marie")
	pillSays(first, l.T("sync.pill_offline", "n", 1))
	first.Run(`window.before = true`)
	second := browser.Tab()
	onEachPage(second, painted)
	second.Do(chromedp.Navigate(s.URL + "/sign-in?next=" + path))
	s.enter(second, s.Jonas)
	numbersReady(second, "1 number")
	if seen := uitest.Eval[int](second, `paintedBefore`); seen > 0 {
		t.Errorf("%d rows were shown before it was known who is there", seen)
	}

	offline(first, false)
	first.Run(`setTimeout(() => window.dispatchEvent(new Event("online")))`)
	across(t, first, `!window.before && document.querySelector("#numbers [role=row]")`)
	numbersReady(first, "1 number")
	says(first, "main", s.Marie.Email) // has edits here that were not sent
	says(first, "#numbers", "Line A")
	if c := s.card(n); c.DisplayName != "Line A" {
		t.Errorf("what Marie edited went out in the name of Jonas: %q", c.DisplayName)
	}

	first.Do(chromedp.Navigate(s.URL + "/sign-in?next=" + path))
	s.enter(first, s.Marie)
	numbersReady(first, "1 number")
	says(first, "#numbers", "Of Marie")
	first.Wait(`!document.querySelector("#numbers .tag:not(.ok)")`)
	pillSays(first, l.T("sync.pill_saved"))
	if c := s.card(n); c.DisplayName != "Of Marie" {
		t.Errorf("what Marie edited is lost: %q", c.DisplayName)
	}
}

// N13: a browser that refuses storage shows the portal all the same; what would be kept lasts as long as the page.
func TestPortal_where_the_browser_refuses_storage(t *testing.T) {
	l := i18n.EN
	s := play(t)
	n := s.number("+33184882010", "Line A", number.Place{})
	tab := uitest.Open(t, s.URL)
	onEachPage(tab, `for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
		Object.defineProperty(window, name, {configurable: true, get() { throw new DOMException("Access is denied for this document.", "SecurityError"); }});
	}`)
	tab.Do(chromedp.Navigate(s.URL + "/"))
	across(t, tab, `document.querySelector("input[type=email]")`)
	tab.Type("input[type=email]", s.Marie.Email)
	tab.Type("input[type=password]", backendtest.Password)
	tab.Run(`setTimeout(() => document.querySelector("form:has([type=password])").requestSubmit())`)
	across(t, tab, `document.getElementById("page-title") && !document.querySelector("main .skeleton")`)
	says(tab, "main", "Acme Telecom")
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	says(tab, "main", l.T("offline.trouble.unreadable"))
	if c := s.card(n); c.DisplayName != "Line A" {
		t.Errorf("it is called %q", c.DisplayName)
	}
}
