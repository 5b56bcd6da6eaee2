//go:build !js

package e2e

import (
	"context"
	"math"
	"testing"

	"countersign/app/uitest"
	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// X03, N13: what somebody else does to the numbers shows on an open dashboard, and the row under the pointer stays where it is.
func TestNumbers_of_others_come_without_moving_the_row_under_the_pointer(t *testing.T) {
	s := play(t).stocked(300)
	tab := s.open(s.Marie)
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(tab, "300 numbers")
	tab.Run(`document.getElementById("numbers").scrollTop = 4000`)
	tab.Settle()
	seen := s.at(95).International()
	line := `[...document.querySelectorAll("#numbers [role=row]")].find(r => r.innerText.includes(` + js(seen) + `))`
	tab.Wait(line)
	tab.Run(line + `.id = "under-the-pointer"`)
	tab.Hover("#under-the-pointer")
	top := uitest.Eval[float64](tab, line+`.getBoundingClientRect().top`)

	s.number("+33184882010", "Comes first", number.Place{})
	numbersReady(tab, "301 numbers")
	if now := uitest.Eval[float64](tab, line+`.getBoundingClientRect().top`); math.Abs(now-top) > 1 {
		t.Errorf("the row went from %v to %v", top, now)
	}
	tab.Run(`document.getElementById("numbers").scrollTop = 0`)
	says(tab, "#numbers", "Comes first")
	tab.NoProblems()
}

// N13: of several tabs one speaks to the portal. When it crashes, another one takes over, and what is edited there arrives.
func TestNumbers_are_sent_by_another_tab_when_one_crashes(t *testing.T) {
	l := i18n.EN
	s := play(t)
	n := s.number("+33184882010", "Line A", number.Place{})
	browser := uitest.NewProfile(t, s.URL)
	first := browser.Tab()
	s.signIn(first, s.Marie)
	path := "/o/" + string(s.Acme) + "/numbers"
	first.Go(path)
	numbersReady(first, "1 number")
	pillSays(first, l.T("sync.pill_saved"))
	second := browser.Tab()
	second.Go(path)
	numbersReady(second, "1 number")
	renames(second, l, "+33 1 84 88 20 10", "From the second tab")
	says(first, "#numbers", "From the second tab")

	first.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		go cdp.Call(ctx, t, page.Crash, cdp.Empty{}) // nobody is left to answer
		return nil
	}))
	renames(second, l, "+33 1 84 88 20 10", "After the first one")
	second.Wait(`!document.querySelector("#numbers .tag:not(.ok)")`)
	pillSays(second, l.T("sync.pill_saved"))
	if c := s.card(n); c.DisplayName != "After the first one" {
		t.Errorf("the portal has %q", c.DisplayName)
	}
}

// N13: the tab that speaks to the portal is frozen by the browser. Another one sends what is edited meanwhile; the first one shows
// it when it goes on, and its own edits arrive, too.
func TestNumbers_are_sent_by_another_tab_when_one_is_frozen(t *testing.T) {
	l := i18n.EN
	s := play(t)
	n := s.number("+33184882010", "Line A", number.Place{})
	browser := uitest.NewProfile(t, s.URL)
	first := browser.Tab()
	s.signIn(first, s.Marie)
	path := "/o/" + string(s.Acme) + "/numbers"
	first.Go(path)
	numbersReady(first, "1 number")
	second := browser.Tab()
	second.Go(path)
	numbersReady(second, "1 number")
	renames(second, l, "+33 1 84 88 20 10", "From the second tab")
	says(first, "#numbers", "From the second tab")
	for _, tab := range []*uitest.Tab{first, second} { // nothing is on its way, which a browser would wait for before it freezes a tab
		tab.Wait(`!document.querySelector("#numbers .tag:not(.ok)")`)
		pillSays(tab, l.T("sync.pill_saved"))
	}

	command(first, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen})
	for _, name := range []string{"While it is frozen", "And once more"} {
		renames(second, l, "+33 1 84 88 20 10", name)
		second.Wait(`!document.querySelector("#numbers .tag:not(.ok)")`)
		pillSays(second, l.T("sync.pill_saved"))
		if c := s.card(n); c.DisplayName != name {
			t.Errorf("the portal has %q", c.DisplayName)
		}
	}

	command(first, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive})
	command(first, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // it is seen again
	says(first, "#numbers", "And once more")
	pillSays(first, l.T("sync.pill_saved"))
	renames(first, l, "+33 1 84 88 20 10", "Going on")
	first.Wait(`!document.querySelector("#numbers .tag:not(.ok)")`)
	pillSays(first, l.T("sync.pill_saved"))
	says(second, "#numbers", "Going on")
	if c := s.card(n); c.DisplayName != "Going on" {
		t.Errorf("the portal has %q", c.DisplayName)
	}
}
