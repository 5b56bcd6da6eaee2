package ui

import (
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// go-app's Window is a set of inert values outside the browser, so everything here compiles and runs natively and
// does nothing there.

func document() app.Value { return app.Window().Get("document") }

func byID(id string) app.Value { return app.Window().GetElementByID(id) }

// quiet runs f and ignores a JavaScript exception: storage may be refused, an element may be gone.
func quiet(f func()) {
	defer func() { _ = recover() }()
	f()
}

// Focus moves the keyboard focus to the element with the id, when it is there. Call it in ctx.Defer.
func Focus(id string) {
	if el := byID(id); el.Truthy() {
		quiet(func() { el.Call("focus") })
	}
}

// FocusLater focuses the element after the pending render.
func FocusLater(ctx app.Context, id string) {
	ctx.Defer(func(app.Context) { Focus(id) })
}

// FocusAtTop shows the page from its top after the pending render and focuses the first of the elements that is there,
// without scrolling to it: for what takes the place of the page and is read from its heading on.
func FocusAtTop(ctx app.Context, ids ...string) {
	ctx.Defer(func(app.Context) {
		quiet(func() { app.Window().Call("scrollTo", 0, 0) })
		for _, id := range ids {
			if el := byID(id); el.Truthy() {
				quiet(func() { el.Call("focus", map[string]any{"preventScroll": true}) })
				return
			}
		}
	})
}

// FocusInvalid focuses the first field of the page that shows an error, after the pending render.
func FocusInvalid(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		if el := document().Call("querySelector", "[aria-invalid=true]"); el.Truthy() {
			el.Call("focus")
		}
	})
}

// SetProperty sets a DOM property (not an attribute) of the element with the id, when it differs. This is how empty
// values reach the browser: go-app drops empty attributes.
func SetProperty(id, name string, value any) {
	el := byID(id)
	if !el.Truthy() {
		return
	}
	now := el.Get(name)
	switch v := value.(type) {
	case string:
		if now.String() == v {
			return
		}
	case bool:
		if now.Truthy() == v {
			return
		}
	}
	el.Set(name, value)
}

// Stored reads a value from the browser's local storage, "" when there is none or storage is refused.
func Stored(key string) (value string) {
	quiet(func() {
		if v := app.Window().Get("localStorage").Call("getItem", key); v.Truthy() {
			value = v.String()
		}
	})
	return value
}

// Store writes a value to the browser's local storage; an empty value removes the key.
func Store(key, value string) {
	quiet(func() {
		storage := app.Window().Get("localStorage")
		if value == "" {
			storage.Call("removeItem", key)
			return
		}
		storage.Call("setItem", key, value)
	})
}

// After calls f on the UI goroutine once d has passed, unless the element of ctx is gone by then or stop was called.
func After(ctx app.Context, d time.Duration, f func(app.Context)) (stop func()) {
	timer := time.AfterFunc(d, func() {
		ctx.Dispatch(func(ctx app.Context) {
			defer Recover()
			f(ctx)
		})
	})
	return func() { timer.Stop() }
}

// Copy puts text on the clipboard and tells done whether it worked. The desktop window has no clipboard API on its
// scheme, so the old selection command is the second way.
func Copy(ctx app.Context, text string, done func(ctx app.Context, ok bool)) {
	finish := func(ok bool) { ctx.Dispatch(func(ctx app.Context) { done(ctx, ok) }) }
	board := app.Window().Get("navigator").Get("clipboard")
	if !board.Truthy() {
		finish(copySelected(text))
		return
	}
	promise := board.Call("writeText", text)
	var yes, no app.Func
	settle := func(ok bool) {
		yes.Release()
		no.Release()
		finish(ok)
	}
	yes = app.FuncOf(func(app.Value, []app.Value) any { settle(true); return nil })
	no = app.FuncOf(func(app.Value, []app.Value) any { settle(copySelected(text)); return nil })
	promise.Call("then", yes, no)
}

func copySelected(text string) (ok bool) {
	quiet(func() {
		area := document().Call("createElement", "textarea")
		area.Set("value", text)
		area.Set("className", "sr-only")
		// Inside the open dialog when there is one: the rest of the page is inert and can't be selected.
		host := document().Call("querySelector", "dialog:modal")
		if !host.Truthy() {
			host = document().Get("body")
		}
		before := document().Get("activeElement")
		host.Call("appendChild", area)
		area.Call("select")
		ok = document().Call("execCommand", "copy").Truthy()
		area.Call("remove")
		if before.Truthy() {
			before.Call("focus")
		}
	})
	return ok
}

// SetTitle sets the document's title: "Remote Support – Countersign".
func SetTitle(title string) { document().Set("title", title) }

// BringIntoView scrolls as little as shows the element with this id once the page has been drawn: for what appears as the
// consequence of a choice and may lie out of sight.
func BringIntoView(ctx app.Context, id string) {
	ctx.Defer(func(app.Context) {
		quiet(func() { byID(id).Call("scrollIntoView", map[string]any{"block": "nearest"}) })
	})
}

// ReducedMotion reports whether the person asked the system for less motion.
func ReducedMotion() bool {
	reduced := false
	quiet(func() {
		reduced = app.Window().Call("matchMedia", "(prefers-reduced-motion: reduce)").Get("matches").Truthy()
	})
	return reduced
}

var announcing sync.Mutex

// Announce lets screen readers speak text politely. It goes to the region of the open dialog when there is one,
// because everything outside a modal dialog is inert and silent.
func Announce(text string) {
	if !document().Truthy() || text == "" {
		return
	}
	// The region is emptied first and filled a moment later, so that the same text is spoken twice, and so that the
	// dialog whose button was pressed is closed by then.
	statusRegion().Set("textContent", "")
	time.AfterFunc(60*time.Millisecond, func() {
		announcing.Lock()
		defer announcing.Unlock()
		quiet(func() { statusRegion().Set("textContent", text) })
	})
}

// statusRegion is the one live region of the document. It lives beside go-app's tree, so that it survives the change
// of pages: a region that is inserted together with its text is not spoken.
func statusRegion() app.Value {
	if region := document().Call("querySelector", "dialog:modal [data-status]"); region.Truthy() {
		return region
	}
	if region := byID("cs-status"); region.Truthy() {
		return region
	}
	region := document().Call("createElement", "div")
	region.Set("id", "cs-status")
	region.Set("className", "sr-only")
	region.Call("setAttribute", "role", "status")
	document().Get("body").Call("appendChild", region)
	return region
}
