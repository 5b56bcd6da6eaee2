package pages

import (
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// success is the message at the top of a page that something was saved. It stays until it is closed, replaced, or the
// page is left.
type success struct{ text string }

// say shows the message and brings it into view.
func (s *success) say(ctx app.Context, text string) {
	s.text = text
	ui.Announce(text)
	ctx.Defer(func(app.Context) { app.Window().Call("scrollTo", 0, 0) })
}

// render is always in its place below the header, empty or not.
func (s *success) render() app.UI {
	if s.text == "" {
		return slot(nil)
	}
	return slot(&ui.Banner{Tone: ui.OK, Text: s.text, OnClose: func(ctx app.Context) {
		s.text = ""
		ui.FocusLater(ctx, ui.PageTitleID)
	}})
}
