package pages

import (
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// keyed ties elements to what they are about. go-app compares by position: without it, a button that has the focus
// would come to act on the next request when the one above is gone.
type keyed struct {
	app.Compo

	Key  string
	Body func() app.UI
}

// CompoID tells go-app that what has another key is something else.
func (k *keyed) CompoID() string { return k.Key }

// Render implements app.Composer.
func (k *keyed) Render() app.UI { return k.Body() }

// holdFocus keeps the keyboard where it is although the next render may take away what has the focus: it goes back to
// the element of the same id, else to the title of the card with the id fallback, else to the one that it was in. It
// must be called before that render.
func holdFocus(ctx app.Context, fallback string) {
	held := activeElement()
	if held == nil {
		return
	}
	id := held.Get("id").String()
	if card := held.Call("closest", "section[id]"); fallback == "" && card.Truthy() {
		fallback = card.Get("id").String()
	}
	ctx.Defer(func(app.Context) {
		if activeElement() != nil {
			return
		}
		if id != "" {
			ui.Focus(id)
		}
		if activeElement() == nil && fallback != "" {
			focusTitle(fallback)
		}
		if activeElement() == nil {
			ui.Focus(ui.PageTitleID)
		}
	})
}

// focusTitle focuses the title of a card, which is then read out.
func focusTitle(card string) {
	ui.SetProperty(card+"-title", "tabIndex", -1)
	ui.Focus(card + "-title")
}

// activeElement has the focus; nil when nothing has.
func activeElement() app.Value {
	document := app.Window().Get("document")
	if !document.Truthy() {
		return nil
	}
	el := document.Get("activeElement")
	if !el.Truthy() || el.Equal(document.Get("body")) {
		return nil
	}
	return el
}
