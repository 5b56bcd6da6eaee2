//go:build !js

package e2e

import (
	"fmt"
	"testing"

	"countersign/app/uitest"
	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// N13: numbers that were seen once open without a network, are edited, added to by nobody and removed there; the browser
// dies; what was edited is there when it is started again, still without a network; and once there is one, all of it is at
// the portal.
func TestNumbers_outlive_the_network_and_the_browser(t *testing.T) {
	const all, single = 300, 12
	l := i18n.EN
	s := playWired(t).stocked(all)
	page := "/o/" + string(s.Acme) + "/numbers"
	browser := uitest.NewProfile(t, s.URL)
	tab := browser.Tab()
	s.signIn(tab, s.Marie)
	tab.Go(page)
	numbersReady(tab, "300 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	tab.Wait(`navigator.serviceWorker.controller`)

	s.wire.Cut()
	offline(tab, true)
	tab.Go(page + "?q=" + "33970")
	numbersReady(tab, "300 numbers")
	for i := range single {
		renames(tab, l, s.at(i).International(), fmt.Sprintf("Renamed %d", i))
	}
	onRow(tab, s.at(0).International(), l.T("numbers.remove"))
	press(tab, "#number-remove", l.T("numbers.remove"))
	numbersReady(tab, "299 numbers")

	// the others get another purpose at once
	tab.Run(`document.getElementById("numbers").focus()`)
	tab.Do(chromedp.KeyEvent("a", chromedp.KeyModifiers(2)))
	tab.Settle()
	says(tab, ".bulk", l.T("numbers.selected", "n", all-1))
	tab.Click("#numbers-edit")
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	tab.Run(`const s = document.getElementById("number-purpose");
		s.selectedIndex = [...s.options].findIndex(o => o.text === "Charity");
		s.dispatchEvent(new Event("change", {bubbles: true}))`)
	tab.Settle()
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	pillSays(tab, l.T("sync.pill_offline", "n", single+2))
	tab.Press(kb.Escape)
	browser.Kill()

	tab = browser.Tab()
	offline(tab, true)
	tab.Go(page)
	numbersReady(tab, "299 numbers")
	pillSays(tab, l.T("sync.pill_offline", "n", single+2))
	says(tab, "#numbers", "Renamed 1")
	says(tab, "#numbers", l.T("numbers.badge.here"))

	// meanwhile the sign-in has ended: the page stays, and says what waits for the next one
	command(tab, network.ClearBrowserCookies, cdp.Empty{})
	offline(tab, false)
	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	pillSays(tab, l.T("sync.pill_sign_in", "n", single+2))
	says(tab, "#numbers", "Renamed 1")
	press(tab, ".notice", l.T("shell.sign_in"))
	across(t, tab, `document.querySelector("input[type=email]")`)
	s.enter(tab, s.Marie)
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	if len(kept) != all-1 {
		t.Errorf("the portal has %d numbers", len(kept))
	}
	for i := range all {
		row, is := kept[s.at(i)]
		name := fmt.Sprintf("Line %d", i)
		if i < single {
			name = fmt.Sprintf("Renamed %d", i)
		}
		switch {
		case i == 0 && is:
			t.Errorf("%s was removed and is there: %+v", s.at(i), row)
		case i > 0 && (row.DisplayName != name || row.CallPurpose != "charity" || row.Status != number.Active):
			t.Errorf("%s is %+v", s.at(i), row.Number)
		}
	}
}
