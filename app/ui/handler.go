package ui

import (
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var registrations atomic.Uint64

// On makes an event handler safe for any element: `app.Button().OnClick(ui.On(p.save))`. A panic inside is logged and
// shown as a toast with a reference code, and the handler is renewed at each render. A nil handler attaches nothing.
//
// The second value is what keeps it fresh: go-app renews a handler only when its code address or its scope changes,
// and the address of a wrapper is always the same.
func On(h app.EventHandler) (app.EventHandler, app.EventOption) {
	scope := app.EventScope(strconv.FormatUint(registrations.Add(1), 36))
	if h == nil {
		return nil, scope
	}
	return func(ctx app.Context, e app.Event) {
		defer Recover()
		h(ctx, e)
	}, scope
}

// OnEvent is On for events that have no method of their own: `ui.OnEvent(app.Div(), "toggle", p.toggled)`.
func OnEvent[T interface {
	On(event string, h app.EventHandler, options ...app.EventOption) T
}](elem T, event string, h app.EventHandler) T {
	safe, fresh := On(h)
	return elem.On(event, safe, fresh)
}

// Go runs f beside the UI and survives its panic like On does. f brings results back with Dispatch of a context that
// the page keeps from OnMount; the page ends f by the context or the work that f does.
func Go(f func()) {
	go func() {
		defer Recover()
		f()
	}()
}

// Recover ends a panic: `defer ui.Recover()`. The cause goes to the console, the person gets a toast with a reference
// code that stands in both.
func Recover() {
	cause := recover()
	if cause == nil {
		return
	}
	ref := NewReference()
	app.Logf("failure %s: %v\n%s", ref, cause, debug.Stack())
	ShowToast(Toast{Tone: Bad, Text: T("ui.failed", "ref", ref)})
}

// NewReference makes a short code that a person can read out to support. It identifies a line in the console and
// protects nothing.
func NewReference() string {
	const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [8]byte
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
