package client

import (
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Guard asks before typed text is thrown away: the browser asks when the window is closed, and stopped is called with
// the address of a link that was clicked. Only one guard is on at a time: the shell's.
func (s *Session) Guard(stopped func(href string)) (stop func()) {
	closing := app.FuncOf(func(_ app.Value, args []app.Value) any {
		defer ui.Recover()
		if s.Ended() == "" && len(s.Unsent()) > 0 {
			args[0].Call("preventDefault")
		}
		return nil
	})
	// In the capture phase of the document: go-app follows links in a handler of the window.
	clicked := app.FuncOf(func(_ app.Value, args []app.Value) any {
		defer ui.Recover()
		link := args[0].Get("target").Call("closest", "a[href]")
		if !link.Truthy() || opensBeside(args[0], link) || len(s.Unsent()) == 0 {
			return nil
		}
		args[0].Call("preventDefault")
		args[0].Call("stopPropagation")
		stopped(link.Get("href").String())
		return nil
	})
	window, document := app.Window(), app.Window().Get("document")
	window.Call("addEventListener", "beforeunload", closing)
	document.Call("addEventListener", "click", clicked, true)
	return func() {
		window.Call("removeEventListener", "beforeunload", closing)
		document.Call("removeEventListener", "click", clicked, true)
		closing.Release()
		clicked.Release()
	}
}

// opensBeside reports whether a click leaves the page where it is.
func opensBeside(event, link app.Value) bool {
	for _, key := range []string{"metaKey", "ctrlKey", "shiftKey"} {
		if event.Get(key).Truthy() {
			return true
		}
	}
	return link.Get("target").String() == "_blank" || link.Call("hasAttribute", "download").Truthy() ||
		link.Get("hash").Truthy() && link.Get("pathname").String() == app.Window().Get("location").Get("pathname").String()
}
