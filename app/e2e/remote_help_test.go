//go:build !js

package e2e

import (
	"fmt"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/id"
)

type organization = id.Organization

// openIn is open with the portal in a language.
func (s *stage) openIn(p *backendtest.Persona, lang string) *uitest.Tab {
	s.t.Helper()
	tab := uitest.Open(s.t, s.URL)
	tab.Language(lang)
	s.signIn(tab, p)
	return tab
}

// search types into the search of the hub, in place of what is there, and waits for its answer.
func search(tab *uitest.Tab, text string) {
	replace(tab, "hub-search", text)
	tab.Wait(`new URLSearchParams(location.search).get("q") === ` + js(text))
}

// pick chooses the option of a drop-down that has this text.
func pick(tab *uitest.Tab, id, text string) {
	find := `[...document.getElementById(` + js(id) + `)?.options ?? []].findIndex(o => o.text === ` + js(text) + `)`
	tab.Wait(find + ` >= 0`)
	tab.Run(`const s = document.getElementById(` + js(id) + `); s.selectedIndex = ` + find + `; s.dispatchEvent(new Event("change", {bubbles: true}))`)
	tab.Settle()
}

// replace types into a field, in place of what is there.
func replace(tab *uitest.Tab, id, text string) {
	tab.Click("#" + id)
	tab.Run(`document.getElementById(` + js(id) + `).select()`)
	tab.Press(text)
}

// dismiss puts away all messages.
func dismiss(tab *uitest.Tab) {
	tab.Run(`document.querySelectorAll("#toasts .toast > .btn:last-child").forEach(b => b.click())`)
	tab.Wait(`!document.querySelector("#toasts .toast")`)
}

// looks checks the page as it stands with axe, in both themes, on a screen and on a phone, and that it scrolls only
// downwards from 360 px on. What differs in French are the lengths of words: there half of it shows as much.
func looks(tab *uitest.Tab, w words, where string) {
	for _, theme := range []string{"light", "dark"} {
		tab.Scheme(theme)
		for _, width := range []int64{1280, 390} {
			if w.lang != "en" && (theme == "dark") != (width == 1280) {
				continue
			}
			tab.Size(width, 860)
			tab.Settle()
			name := fmt.Sprintf("%s %s %s %d", w.lang, where, theme, width)
			tab.NoViolations(name)
			tab.Screenshot(fmt.Sprintf("story-%s-%s-%s-%d", w.lang, where, theme, width), false)
		}
	}
	tab.Size(360, 740)
	tab.Settle()
	tab.NoSidewaysScroll(w.lang + " " + where)
	tab.Scheme("light")
	tab.Size(1280, 860)
	tab.Settle()
}
