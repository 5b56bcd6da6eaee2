//go:build !js

package pages_test

import (
	"regexp"
	"strings"
	"testing"

	"countersign/app/uitest"

	"github.com/chromedp/chromedp/kb"
)

// go-app drops empty values: without the DOM property the field would keep its text.
func TestField_is_cleared_by_an_empty_value(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Type("#f-text", "#4821"+kb.Enter)
	if got := uitest.Eval[string](tab, `document.querySelector("#f-text").value`); got != "" {
		t.Errorf("the field holds %q", got)
	}
	tab.Press("again")
	if got := uitest.Eval[string](tab, `document.querySelector("#f-text").value`); got != "again" {
		t.Errorf("typed after clearing, it holds %q", got)
	}
}

func TestField_shows_the_password_and_keeps_the_caret(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Type("#f-password", "secret")
	tab.Click(".with-button .btn")
	if got := uitest.Eval[string](tab, `document.querySelector("#f-password").type + " " + document.querySelector("#f-password").value`); got != "text secret" {
		t.Errorf("got %q", got)
	}

	focus(tab, "f-note")
	tab.Press("ac" + kb.ArrowLeft + "b")
	if got := uitest.Eval[string](tab, `document.querySelector("#f-note").value`); got != "abc" {
		t.Errorf("typed in the middle: got %q", got)
	}
	if got := tab.Text("#f-note-note ~ .note"); got != "497 characters left" {
		t.Errorf("the counter says %q", got)
	}
}

func TestSelect_takes_and_shows_an_empty_value(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	if got := uitest.Eval[string](tab, `document.querySelector("#f-purpose").selectedOptions[0].text`); got != "Customer Service" {
		t.Errorf("at first %q is shown", got)
	}
	focus(tab, "f-purpose")
	tab.Press("N")
	if got := uitest.Eval[string](tab, `document.querySelector("#f-purpose").selectedOptions[0].text`); got != "None" {
		t.Errorf("after choosing it, %q is shown", got)
	}
}

// Every row's closure belongs to the row that is there now: after sorting, the first line's menu acts on the first line.
func TestRow_handlers_are_never_stale(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#numbers .sort")
	if got := tab.Text("#numbers tbody tr:first-child th"); got != "+41 22 518 30 02" {
		t.Fatalf("the first line is %q", got)
	}
	tab.Click("#numbers tbody tr:first-child .act .btn")
	tab.Click("#numbers tbody tr:first-child .menu-item")
	tab.Wait(`document.querySelector(".toast")`)
	if got := tab.Text(".toast-text"); got != "+41 22 518 30 02" {
		t.Errorf("the act was on %q", got)
	}

	tab.Click("#numbers tbody tr:first-child .tick")
	if got := tab.Text("#numbers tr.selected th"); got != "+41 22 518 30 02" {
		t.Errorf("selected %q first", got)
	}
}

func TestToast_is_spoken_and_can_be_undone(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#toast-undo")
	tab.Wait(`document.querySelector("#cs-status").textContent === "Call purpose changed to Customer Service. Undo is possible."`)
	tab.Click(".toast .btn")
	tab.Wait(`!document.querySelector(".toast")`)
	if got := tab.Text("#acts"); got != "Acts so far: 1" {
		t.Errorf("got %q", got)
	}
}

func TestToast_dismissed_by_keyboard_returns_the_focus(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#toast")
	tab.Click("#toast-undo")
	focus(tab, "primary")
	tab.Run(`document.querySelector(".toast .btn.icon-only").focus()`)
	tab.Press(kb.Enter)
	tab.Wait(`document.querySelectorAll(".toast").length === 1`)
	if !uitest.Eval[bool](tab, `!!document.activeElement.closest(".toast")`) {
		t.Errorf("the focus is on %q, want the next toast", tab.Focused())
	}
	tab.Run(`document.querySelector(".toast .btn.icon-only").focus()`)
	tab.Press(kb.Enter)
	tab.Wait(`!document.querySelector(".toast")`)
	expectFocus(t, tab, "primary", "all dismissed")
}

func TestToast_stands_above_a_dialog(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#toast-bad")
	tab.Click("#open-form")
	tab.Run(`document.querySelector("#toast").click()`)
	tab.Wait(`document.querySelectorAll(".toast").length === 2`)
	seen := uitest.Eval[bool](tab, `(() => {
		const r = document.querySelector(".toast:last-child").getBoundingClientRect();
		return r.width > 0 && document.querySelector("#toasts").matches(":popover-open");
	})()`)
	if !seen {
		t.Error("the toast is not in the top layer")
	}
}

// A panic in a handler never ends the app: it is logged and told with the same reference code.
func TestHandler_that_panics_gives_a_reference(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#panic")
	tab.Wait(`document.querySelector(".toast.bad")`)
	ref := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(tab.Text(".toast.bad"))
	if ref == "" {
		t.Fatalf("the toast says %q", tab.Text(".toast.bad"))
	}
	tab.Click("#toggle-busy")
	if got := uitest.Eval[string](tab, `document.querySelector("#toggle-busy").getAttribute("aria-busy")`); got != "true" {
		t.Error("the app does not live on")
	}
	if !strings.Contains(strings.Join(tab.Logged(), "\n"), ref) {
		t.Errorf("the console does not tell of %s", ref)
	}
}

func TestFeed_shows_new_entries_on_click_only(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	if got := tab.Text("#activity .feed-new"); got != "2 new entries" {
		t.Errorf("got %q", got)
	}
	tab.Click("#activity .feed-new")
	tab.Wait(`!document.querySelector("#activity .feed-new") && document.querySelectorAll("#activity li").length === 7`)
}

func TestTheme_and_language_are_kept(t *testing.T) {
	tab := gallery(t)
	tab.Scheme("light")
	tab.Go("/dev/gallery")
	tab.Click("#account-button")
	tab.Press("d" + kb.Enter)
	tab.Wait(`document.documentElement.dataset.theme === "dark"`)
	if got := uitest.Eval[string](tab, `getComputedStyle(document.documentElement).colorScheme`); got != "dark" {
		t.Errorf("color-scheme is %q", got)
	}

	tab.Click("#account-button")
	tab.Press("f" + kb.Enter)
	tab.Wait(`document.documentElement.lang === "fr" && document.querySelector("h1").textContent === "Système de design"`)
	if got := tab.Text(".skip"); got != "Aller au contenu" {
		t.Errorf("the frame still says %q", got)
	}

	tab.Go("/dev/gallery")
	if got := uitest.Eval[string](tab, `document.documentElement.lang + " " + document.documentElement.dataset.theme + " " + document.title`); got != "fr dark Système de design – Countersign" {
		t.Errorf("after loading again: %q", got)
	}
	tab.NoProblems()
}

// R09: the banner stays in view, counts down, and the frame is round the window.
func TestSupportFrame_is_permanent(t *testing.T) {
	tab := gallery(t)
	tab.Size(390, 844)
	tab.Go("/dev/gallery?support")
	tab.Run(`window.scrollTo(0, 3000)`)
	tab.Settle()
	at := uitest.Eval[[]float64](tab, `(() => {
		const banner = document.querySelector(".support").getBoundingClientRect(), bar = document.querySelector(".bar").getBoundingClientRect();
		return [banner.top, banner.bottom, bar.top];
	})()`)
	if at[0] != 0 || at[1] != at[2] {
		t.Errorf("scrolled, the banner is at %v to %v px and the bar at %v", at[0], at[1], at[2])
	}
	before := tab.Text(".support .countdown")
	if !strings.HasPrefix(before, "Ends in 4") {
		t.Errorf("the countdown says %q", before)
	}
	tab.Wait(`document.querySelector(".support .countdown").textContent !== ` + "`" + before + "`")
	tab.Run(`document.querySelector(".support .btn:last-of-type").click()`)
	tab.Wait(`!document.querySelector(".support")`)
	if got := uitest.Eval[string](tab, `document.documentElement.style.getPropertyValue("--support")`); got != "0px" {
		t.Errorf("without the banner its room is %q", got)
	}
	tab.NoProblems()
}

func TestNavigation_is_a_popover_on_phones(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	if !uitest.Eval[bool](tab, `document.querySelector("#nav").checkVisibility() && !document.querySelector(".nav-button").checkVisibility()`) {
		t.Error("on a screen the navigation stands beside the page")
	}
	tab.Size(390, 844)
	tab.Settle()
	if uitest.Eval[bool](tab, `document.querySelector("#nav").checkVisibility()`) {
		t.Error("on a phone the navigation is closed at first")
	}
	tab.Click(".nav-button")
	tab.Wait(`document.querySelector("#nav").checkVisibility()`)
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#nav").checkVisibility()`)
}
