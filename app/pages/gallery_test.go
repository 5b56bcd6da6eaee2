//go:build !js

package pages_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/app/pages"
	"countersign/app/ui"
	"countersign/app/uitest"
	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// gallery opens the design system in a tab of its own.
func gallery(t *testing.T) *uitest.Tab {
	t.Helper()
	return uitest.Open(t, uitest.Serve(t, os.DirFS("../../build/bin/gallery")))
}

// X06: axe finds no fault in any component, in both themes and languages, on a screen and on a phone, and nothing
// breaks the content policy.
func TestGallery_has_no_faults_of_accessibility(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		tab := gallery(t)
		tab.Language(lang)
		tab.Go("/dev/gallery?support")
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 390} {
				tab.Scheme(theme)
				tab.Size(width, 860)
				tab.Settle()
				tab.NoViolations(fmt.Sprintf("%s, %s, %d px", lang, theme, width))
			}
		}
		tab.NoProblems()
		if got := uitest.Eval[int](tab, `document.querySelectorAll("body [style]").length`); got != 0 {
			t.Errorf("%d elements have a style attribute", got)
		}
	}
}

// What is only seen with the pointer or the keyboard has enough contrast too.
func TestGallery_states_have_no_faults_of_accessibility(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		tab := gallery(t)
		tab.Scheme(theme)
		tab.Go("/dev/gallery?support")
		const all = "main :is(button, a, input, select, textarea, tr), .nav-item, .support .btn, .search-button, .pill"
		for _, state := range [][]string{{"hover"}, {"hover", "active"}, {"focus", "focus-visible"}} {
			if n := tab.Force(all, state...); n < 80 {
				t.Fatalf("only %d elements to look at", n)
			}
			tab.Screenshot("state-"+theme+"-"+state[len(state)-1], false)
			tab.NoViolations(theme + " " + strings.Join(state, " "))
		}
	}
}

func TestGallery_overlays_have_no_faults_of_accessibility(t *testing.T) {
	tab := gallery(t)
	tab.Scheme("dark")
	for _, c := range []struct{ click, shown, within string }{
		{"#open-form", "#d-form[open]", "html"}, {"#open-tabs", "#d-tabs[open]", "html"}, {"#open-confirm", "#d-confirm[open]", "html"},
		{"#open-long", "#d-long[open]", "html"}, {".search-button", "#palette[open]", "html"},
		// what lies behind a menu or a message is covered as long as it is open
		{"#m-manage-button", "#m-manage:popover-open", "#m-manage"},
		{"#account-button", "#account:popover-open", "#account"}, {"#toast-undo", "#toasts:popover-open", "#toasts"},
	} {
		tab.Size(1280, 860)
		tab.Go("/dev/gallery")
		tab.Click(c.click)
		tab.Wait(`document.querySelector("` + c.shown + `")`)
		tab.NoViolations(c.shown+" on a screen", c.within)
		tab.Size(390, 844)
		tab.Settle()
		tab.NoViolations(c.shown+" on a phone", c.within)
		tab.NoSidewaysScroll(c.shown)
	}
	tab.NoProblems()
}

// X06: all works from 360 px, nothing scrolls sideways from 320 px, also with the text spacing of WCAG 1.4.12.
func TestGallery_never_scrolls_sideways(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		tab := gallery(t)
		tab.Language(lang)
		tab.Size(320, 700)
		tab.Go("/dev/gallery?support")
		for _, width := range []int64{320, 360, 390, 700, 768, 1023, 1024, 1280} {
			tab.Size(width, 800)
			tab.Settle()
			tab.NoSidewaysScroll(lang)
		}
		tab.Size(320, 700)
		tab.Run(`const sheet = new CSSStyleSheet();
			sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }");
			document.adoptedStyleSheets.push(sheet)`)
		tab.Settle()
		tab.NoSidewaysScroll(lang + " with text spacing")
		tab.Click("#open-form")
		tab.NoSidewaysScroll(lang + " with text spacing, dialog")
	}
}

// X06: touch targets are 24 px at least; on a phone, buttons are 44.
func TestGallery_targets_are_big_enough(t *testing.T) {
	tab := gallery(t)
	tab.Size(390, 844)
	tab.Go("/dev/gallery")
	small := uitest.Eval[[]string](tab, `[...document.querySelectorAll("main .btn, main .input, .bar .btn, .menu-item, .nav-item")]
		.filter(el => el.checkVisibility() && el.getBoundingClientRect().height < 43.5).map(el => el.outerHTML.slice(0, 120))`)
	for _, s := range small {
		t.Errorf("lower than 44 px: %s", s)
	}
}

// The HTML of the gallery holds no broken reference, no style and no picture, in any language.
func TestGallery_HTML_is_sound(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	for _, l := range i18n.Locales() {
		ui.SetLocale(l)
		e, g := app.NewTestEngine(), &pages.Gallery{}
		if err := e.Load(g); err != nil {
			t.Fatal(err)
		}
		e.ConsumeAll()
		html := app.HTMLString(g)

		var ids []string
		for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(html, -1) {
			if slices.Contains(ids, m[1]) {
				t.Errorf("%s: two elements have the id %q", l, m[1])
			}
			ids = append(ids, m[1])
		}
		for _, m := range regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|popovertarget)="([^"]+)"`).FindAllStringSubmatch(html, -1) {
			if !slices.Contains(ids, m[1]) {
				t.Errorf("%s: no element has the id %q, which is referred to", l, m[1])
			}
		}
		for _, never := range []string{" style=", "<img", `="undefined"`, "{left}", "{n}", ">ui."} {
			if strings.Contains(html, never) {
				t.Errorf("%s: the HTML contains %q", l, never)
			}
		}
	}
}
