package ui

import (
	"sync"

	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ThemeChoice is the person's choice of light or dark.
type ThemeChoice string

// The themes; ThemeSystem follows the system's setting.
const (
	ThemeSystem ThemeChoice = "system"
	ThemeLight  ThemeChoice = "light"
	ThemeDark   ThemeChoice = "dark"
)

var preference struct {
	sync.Mutex
	locale i18n.Locale
}

// Boot prepares the document: it waits for the sentences of the person's language, which come along with the program,
// and makes the live region. main calls it before the first render; calling it again is harmless. Language and theme are
// on <html> by then, web/start.js puts them there before the first paint.
func Boot() {
	bootSentences(Locale())
	if document().Truthy() {
		statusRegion()
	}
}

// Locale is the language of the whole app: the stored choice, else the browser's, else English.
func Locale() i18n.Locale {
	preference.Lock()
	defer preference.Unlock()
	if preference.locale == "" {
		preference.locale = i18n.Parse(root().Get("lang").String())
	}
	return preference.locale
}

// SetLocale changes the language and stores the choice. The page that calls it in an event is rendered again by
// that event. Soon after the start the sentences of every language are there; should they still have to come, it waits,
// and when they can't be had, the language stays.
func SetLocale(l i18n.Locale) {
	if !bringSentences(l) {
		return
	}
	preference.Lock()
	preference.locale = l
	preference.Unlock()
	if script := app.Window().Get("countersign"); script.Truthy() {
		script.Call("setLocale", string(l))
	}
}

// T is the sentence of a key in the current language: `ui.T("ui.cancel")`.
func T(key string, args ...any) string { return Locale().T(key, args...) }

// Theme is the person's choice, ThemeSystem when there is none.
func Theme() ThemeChoice {
	if !document().Truthy() {
		return ThemeSystem
	}
	switch t := ThemeChoice(root().Get("dataset").Get("theme").String()); t {
	case ThemeLight, ThemeDark:
		return t
	}
	return ThemeSystem
}

// SetTheme stores the choice and applies it at once.
func SetTheme(t ThemeChoice) {
	if t == ThemeSystem {
		t = ""
	}
	if script := app.Window().Get("countersign"); script.Truthy() {
		script.Call("setTheme", string(t))
	}
}

func root() app.Value { return document().Get("documentElement") }

// SingleKeys reports whether shortcuts of one key ("/", "?", "g h") are on. They are unless switched off: people who
// dictate or touch keys by accident must be able to (WCAG 2.1.4).
func SingleKeys() bool { return Stored("countersign.keys") != "off" }

// SetSingleKeys stores the choice.
func SetSingleKeys(on bool) {
	if on {
		Store("countersign.keys", "")
		return
	}
	Store("countersign.keys", "off")
}
