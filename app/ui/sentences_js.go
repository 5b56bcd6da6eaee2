package ui

import (
	"syscall/js"

	"countersign/shared/i18n"
)

// bootSentences takes the sentences of the person's language, which the page waited for before it started the program,
// and has it fetch the others when it has time.
func bootSentences(l i18n.Locale) {
	bringSentences(l)
	js.Global().Get("countersign").Call("fetchSentences")
}

// bringSentences waits for the sentences of a language and reports whether they came.
func bringSentences(l i18n.Locale) bool {
	if i18n.Given(l) {
		return true
	}
	came := make(chan string, 1)
	tell := js.FuncOf(func(_ js.Value, args []js.Value) any {
		came <- args[0].String()
		return nil
	})
	defer tell.Release()
	js.Global().Get("countersign").Call("sentences", string(l)).Call("then", tell)
	text := <-came
	if text == "" {
		return false
	}
	i18n.Use(l, text)
	return true
}
