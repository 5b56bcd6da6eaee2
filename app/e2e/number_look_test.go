//go:build !js

package e2e

import (
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// N01, N03, N04, N05, N06, X06: the dashboard and what opens from it, by mouse and by keyboard, in every look.
func TestNumbers_by_mouse_and_keyboard(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		for i, e := range []number.E164{"+33184882010", "+33184882011", "+33184882012"} {
			s.number(e, "Line "+string(rune('A'+i)), number.Place{})
		}
		tab := s.openIn(s.Marie, w.lang)
		tab.Go("/o/" + string(s.Acme) + "/numbers")
		numbersReady(tab, l.T("numbers.found", "n", 3))
		looks(tab, w, "numbers")

		tab.Run(`document.getElementById("numbers").focus()`)
		tab.Press(kb.ArrowDown)
		tab.Do(chromedp.KeyEvent(kb.F10, chromedp.KeyModifiers(8)))
		tab.Wait(`document.activeElement.getAttribute("role") === "menuitem"`)
		looks(tab, w, "numbers menu")
		tab.Press(kb.Enter) // View Assignments
		says(tab, "dialog[open]", "+33 1 84 88 20 11")
		looks(tab, w, "numbers assignments")
		press(tab, "dialog[open]", l.T("ui.close"))
		tab.Wait(`!document.querySelector("dialog[open]") && document.activeElement.id === "numbers"`)

		onRow(tab, "+33 1 84 88 20 12", l.T("numbers.edit"))
		tab.Wait(`document.querySelector("#number-edit[open]")`)
		looks(tab, w, "numbers edit")
		tab.Press(kb.Escape)
		onRow(tab, "+33 1 84 88 20 12", l.T("numbers.remove"))
		tab.Wait(`document.querySelector("#number-remove[open]")`)
		says(tab, "#number-remove", strings.Split(l.T("numbers.remove.one.business", "business", "Acme Telecom"), ".")[0])
		looks(tab, w, "numbers remove")
		tab.Press(kb.Escape)
		tab.Wait(`!document.querySelector("dialog[open]")`)

		tab.Run(`document.getElementById("numbers").focus()`)
		tab.Do(chromedp.KeyEvent("a", chromedp.KeyModifiers(2)))
		says(tab, ".bulk", l.T("numbers.selected", "n", 3))
		looks(tab, w, "numbers selected")
		tab.Click("#numbers-none")
		fill(tab, "#numbers-search", "nothing like this")
		says(tab, "#numbers-frame", l.T("numbers.none_match"))
		looks(tab, w, "numbers none")
		tab.Click("#numbers-widen")
		numbersReady(tab, l.T("numbers.found", "n", 3))
		fill(tab, "#numbers-search", "01 84 88 20 11")
		numbersReady(tab, l.T("numbers.found", "n", 1))
		tab.Wait(`new URLSearchParams(location.search).get("q") === "01 84 88 20 11"`)
		tab.NoProblems()
	})
}

// N01: on a phone, where no titles of columns are seen, the numbers are ordered by any of them, and what is done with a
// selection is in view wherever the page stands.
func TestNumbers_on_a_phone(t *testing.T) {
	s := play(t)
	for i := range 9 {
		s.number(number.E164("+3318488201"+string(rune('0'+i))), "Line "+string(rune('I'-i)), number.Place{})
	}
	tab := s.openIn(s.Marie, "en")
	tab.Size(390, 844)
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(tab, "9 numbers")
	tab.Click("#numbers-sort-button")
	press(tab, "#numbers-sort", "Display name")
	tab.Wait(`document.querySelector("#numbers-r0").textContent.includes("+33 1 84 88 20 18")`)
	tab.Click("#numbers-sort-button")
	press(tab, "#numbers-sort", "Descending")
	tab.Wait(`document.querySelector("#numbers-r0").textContent.includes("+33 1 84 88 20 10") && location.search === "?sort=-name"`)
	tab.NoSidewaysScroll("numbers on a phone")

	tab.Run(`scrollTo(0, 0)`)
	tab.Click("#numbers-r0 .pick")
	tab.Wait(`(() => { const r = document.querySelector(".bulk").getBoundingClientRect(); return r.height && r.bottom <= innerHeight })()`)
	tab.Size(1280, 860)
	tab.Wait(`!document.querySelector("#numbers-sort-button").checkVisibility()`)
	tab.NoProblems()
}

// N01: what is cut off in a cell is told to the pointer, and picking a range by the pointer marks no text.
func TestNumbers_under_the_pointer(t *testing.T) {
	s := play(t)
	long := strings.Repeat("Front desk ", 8)
	for _, e := range []number.E164{"+33184882010", "+33184882011", "+33184882012"} {
		s.number(e, long, number.Place{})
	}
	tab := s.openIn(s.Marie, "en")
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(tab, "3 numbers")
	tab.Hover("#numbers-r1 .cell")
	tab.Wait(`document.querySelector("#numbers-r1 .cell").title.startsWith("Front desk Front desk")`)
	tab.Hover("#numbers-r2 .title")
	tab.Wait(`!document.querySelector("#numbers [title^=Front]")`)
	tab.Click("#numbers-r0 .pick")
	at := uitest.Eval[[]float64](tab, `(() => { const r = document.querySelector("#numbers-r2 .pick").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`)
	tab.Do(chromedp.MouseClickXY(at[0], at[1], chromedp.ButtonModifiers(8)))
	says(tab, ".bulk", "3 selected")
	if marked := uitest.Eval[string](tab, `getSelection().toString()`); marked != "" {
		t.Errorf("marked: %q", marked)
	}
	tab.NoProblems()
}
