//go:build !js

package pages_test

import (
	"strings"
	"testing"

	"countersign/app/uitest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func expectFocus(t *testing.T, tab *uitest.Tab, want, when string) {
	t.Helper()
	if got := tab.Focused(); got != want {
		t.Errorf("%s: the focus is on %q, want %q", when, got, want)
	}
}

// focus puts the focus on an element as Tab would.
func focus(tab *uitest.Tab, id string) { tab.Run(`document.getElementById("` + id + `").focus()`) }

// X06.
func TestDialog_by_keyboard(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "open-form")
	tab.Press(kb.Enter)
	expectFocus(t, tab, "d-name", "opened")

	for range 12 {
		tab.Press(kb.Tab)
		if !uitest.Eval[bool](tab, `document.activeElement === document.body || !!document.activeElement.closest("#d-form")`) {
			t.Fatalf("Tab left the dialog for %q", tab.Focused())
		}
	}

	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#d-form").open`)
	expectFocus(t, tab, "open-form", "closed by Esc")
	tab.NoProblems()
}

func TestDialog_asks_before_it_discards(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "open-form")
	tab.Press(kb.Enter)
	tab.Press(" the second")
	if got := tab.Text("#d-form .dialog-status"); got != "1 unsaved change" {
		t.Errorf("the status says %q", got)
	}

	tab.Press(kb.Escape)
	expectFocus(t, tab, "d-form-keep", "asked")
	tab.Press(kb.Escape)
	if uitest.Eval[bool](tab, `!!document.querySelector(".asking")`) || !uitest.Eval[bool](tab, `document.querySelector("#d-form").open`) {
		t.Error("Esc in the question must go back to editing")
	}
	if got := uitest.Eval[string](tab, `document.querySelector("#d-name").value`); got != "Jonas Meier the second" {
		t.Errorf("the field holds %q: typed text was lost", got)
	}

	// The cross asks too, and the third Esc in a row, which Chromium would take as an order.
	tab.Press(kb.Escape)
	tab.Press(kb.Escape)
	tab.Press(kb.Escape)
	if !uitest.Eval[bool](tab, `document.querySelector("#d-form").open`) {
		t.Fatal("Esc closed the dialog against the question")
	}
	tab.Click(".asking .btn.danger")
	tab.Wait(`!document.querySelector("#d-form").open`)
	expectFocus(t, tab, "open-form", "discarded")

	tab.Press(kb.Enter)
	if got := uitest.Eval[string](tab, `document.querySelector("#d-name").value`); got != "Jonas Meier" {
		t.Errorf("opened again, the field holds %q", got)
	}
}

func TestDialog_Esc_closes_only_the_menu_inside(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Click("#open-form")
	tab.Click("#d-menu-button")
	tab.Wait(`document.querySelector("#d-menu:popover-open")`)
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#d-menu:popover-open")`)
	if !uitest.Eval[bool](tab, `document.querySelector("#d-form").open`) {
		t.Error("Esc closed the dialog with the menu")
	}
	expectFocus(t, tab, "d-menu-button", "menu closed")
}

func TestDialog_Enter_submits(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "open-form")
	tab.Press(kb.Enter)
	tab.Press("!" + kb.Enter)
	tab.Wait(`!document.querySelector("#d-form").open`)
	if got := tab.Text("#acts"); got != "Acts so far: 1" {
		t.Errorf("got %q", got)
	}
	expectFocus(t, tab, "open-form", "submitted")
	tab.Wait(`document.querySelector("#cs-status").textContent.startsWith("Success: Contact updated.")`)
}

func TestConfirm_starts_on_Cancel_and_wants_the_count(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "open-confirm")
	tab.Press(kb.Enter)
	expectFocus(t, tab, "d-confirm-cancel", "opened")
	tab.Click("#d-confirm .btn.danger")
	if !uitest.Eval[bool](tab, `document.querySelector("#d-confirm").open`) {
		t.Fatal("deleted without the count")
	}
	tab.Type("#d-confirm-match", "812")
	tab.Click("#d-confirm .btn.danger")
	tab.Wait(`!document.querySelector("#d-confirm").open`)
	if got := tab.Text("#acts"); got != "Acts so far: 1" {
		t.Errorf("got %q", got)
	}
}

func TestMenu_by_keyboard(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "m-manage-button")
	tab.Press(kb.Enter)
	tab.Wait(`document.activeElement.textContent.startsWith("View Assignments")`)

	for _, step := range []struct{ key, want string }{
		{kb.ArrowDown, "Edit"}, {kb.ArrowUp, "View"}, {kb.ArrowUp, "Remove"}, {kb.ArrowDown, "View"}, {kb.End, "Remove"}, {kb.Home, "View"}, {"r", "Reveal"}, {"r", "Remove"}, {"e", "Edit"},
	} {
		tab.Press(step.key)
		if got := tab.Focused(); !strings.HasPrefix(got, step.want) {
			t.Errorf("after %q: the focus is on %q, want %q", step.key, got, step.want)
		}
	}
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#m-manage:popover-open")`)
	expectFocus(t, tab, "m-manage-button", "closed by Esc")

	// A disabled line says why and does nothing; Enter on another opens its dialog, whose closing returns here.
	tab.Press(kb.ArrowDown)
	tab.Wait(`document.activeElement.textContent.startsWith("View Assignments")`)
	tab.Press("r" + kb.Enter)
	if !uitest.Eval[bool](tab, `document.querySelector("#m-manage").matches(":popover-open")`) {
		t.Error("a disabled line acted")
	}
	tab.Press("e" + kb.Enter)
	tab.Wait(`document.querySelector("#d-form").open`)
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#d-form").open`)
	expectFocus(t, tab, "m-manage-button", "dialog closed")
}

func TestTabs_by_keyboard(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "g-tabs-details")
	for _, step := range []struct{ key, want string }{
		{kb.ArrowRight, "g-tabs-rights"}, {kb.ArrowLeft, "g-tabs-details"}, {kb.ArrowLeft, "g-tabs-mail"}, {kb.Home, "g-tabs-details"}, {kb.End, "g-tabs-mail"},
	} {
		tab.Press(step.key)
		expectFocus(t, tab, step.want, step.key)
		if got := uitest.Eval[string](tab, `document.querySelector("#g-tabs [aria-selected=true]").id`); got != step.want {
			t.Errorf("after %q the tab %q is chosen, want %q", step.key, got, step.want)
		}
		if got := uitest.Eval[string](tab, `document.querySelector("[role=tabpanel]").getAttribute("aria-labelledby")`); got != step.want {
			t.Errorf("after %q the view is of %q", step.key, got)
		}
	}
	tab.Press(kb.Tab)
	expectFocus(t, tab, "g-tabs-mail-panel", "Tab from the tabs")
}

func TestPalette_by_keyboard(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "primary")
	tab.Press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	expectFocus(t, tab, "palette-query", "opened")
	tab.Press("contacts")
	if got := uitest.Eval[int](tab, `document.querySelectorAll("#palette [role=option]").length`); got != 1 {
		t.Errorf("%d lines match", got)
	}
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#palette").open`)
	expectFocus(t, tab, "primary", "closed")

	tab.Press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	if got := uitest.Eval[string](tab, `document.querySelector("#palette-query").value`); got != "" {
		t.Errorf("opened again, the field holds %q", got)
	}
	tab.Press(kb.ArrowDown + kb.ArrowDown + kb.ArrowUp)
	if got := uitest.Eval[string](tab, `document.getElementById(document.querySelector("#palette-query").getAttribute("aria-activedescendant")).textContent`); got != "View Profile" {
		t.Errorf("the active line is %q", got)
	}
	tab.Press("nothing like it")
	if got := tab.Text(".palette-none"); got != "Nothing matches." {
		t.Errorf("got %q", got)
	}
	for range len("nothing like it") {
		tab.Do(chromedp.KeyEvent(kb.Backspace))
	}
	tab.Press("toast" + kb.Enter)
	tab.Wait(`document.querySelector(".toast")`)
	tab.NoProblems()
}

func TestShortcuts_of_a_single_key(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	focus(tab, "primary")
	tab.Press("/")
	expectFocus(t, tab, "f-search", "/")
	tab.Press("?")
	if uitest.Eval[bool](tab, `document.querySelector("#keyboard-help").open`) {
		t.Error("a key typed into a field opened the help")
	}
	focus(tab, "primary")
	tab.Press("gt")
	tab.Wait(`location.search === "?tickets"`)

	focus(tab, "primary")
	tab.Press("?")
	tab.Wait(`document.querySelector("#keyboard-help").open`)
	tab.Click("#keyboard-help-single")
	tab.Press(kb.Escape)
	tab.Wait(`!document.querySelector("#keyboard-help").open`)
	focus(tab, "primary")
	tab.Press("?")
	if uitest.Eval[bool](tab, `document.querySelector("#keyboard-help").open`) {
		t.Error("switched off, the key still opens the help")
	}
}

func TestSkipLink_leads_to_the_content(t *testing.T) {
	tab := gallery(t)
	tab.Go("/dev/gallery")
	tab.Press(kb.Tab)
	if got := tab.Focused(); got != "Skip to the content" {
		t.Fatalf("the first stop is %q", got)
	}
	tab.Press(kb.Enter)
	expectFocus(t, tab, "main", "skipped")
}
