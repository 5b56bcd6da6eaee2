package ui

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Toast is a short message about what has just happened. It goes after ten seconds, but stays while the pointer or
// the focus is on it.
type Toast struct {
	Tone     Tone // OK when empty
	Text     string
	Action   string // "Undo"
	OnAction func(ctx app.Context)
	OnGone   func() // it went without its action: what could be taken back until then is final
	Sticky   bool   // stays until dismissed
}

const (
	toastLife = 10 * time.Second
	toastMost = 3
)

// toasts live outside the components, because the page that raised one may be gone when it is shown.
var toasts toastList

type toastList struct {
	mu      sync.Mutex
	next    int
	items   []*shownToast
	held    bool
	changed func()
}

type shownToast struct {
	Toast
	id    string
	timer *time.Timer
	acted bool
}

// ShowToast shows a toast and speaks it. It may be called from any goroutine and any page.
func ShowToast(t Toast) {
	spoken := t.Text
	if t.Action != "" {
		spoken += " " + T("ui.toast_action", "action", t.Action)
	}
	Announce(spoken)
	toasts.add(t)
}

func (l *toastList) add(t Toast) {
	l.mu.Lock()
	l.next++
	item := &shownToast{Toast: t, id: "toast-" + strconv.Itoa(l.next)}
	l.items = append(l.items, item)
	var gone []*shownToast
	for len(l.items) > toastMost { // the oldest, but of those that go by themselves if there are any
		old := l.items[max(0, slices.IndexFunc(l.items[:toastMost], func(t *shownToast) bool { return !t.Sticky }))]
		gone = append(gone, old)
		l.drop(old)
	}
	if !l.held {
		l.start(item)
	}
	l.mu.Unlock()
	l.notify()
	tellGone(gone...)
}

// tellGone says of toasts that they went. Each goes once.
func tellGone(list ...*shownToast) {
	for _, t := range list {
		if t.OnGone != nil && !t.acted {
			Go(t.OnGone)
		}
	}
}

// start lets the toast's time run; the lock is held.
func (l *toastList) start(t *shownToast) {
	if t.Sticky {
		return
	}
	t.timer = time.AfterFunc(toastLife, func() { l.remove(t.id) })
}

// drop takes the toast out; the lock is held.
func (l *toastList) drop(t *shownToast) {
	if t.timer != nil {
		t.timer.Stop()
	}
	l.items = slices.DeleteFunc(l.items, func(other *shownToast) bool { return other == t })
}

func (l *toastList) remove(id string) {
	l.mu.Lock()
	var gone []*shownToast
	for _, t := range l.items {
		if t.id == id {
			l.drop(t)
			gone = append(gone, t)
			break
		}
	}
	if l.held {
		// What was hovered or focused may be what has gone, and then sends no event. The next movement holds again.
		l.held = false
		for _, t := range l.items {
			if t.timer != nil {
				t.timer.Stop()
			}
			l.start(t)
		}
	}
	l.mu.Unlock()
	l.notify()
	tellGone(gone...)
}

// ClearToasts takes away the toasts that would go by themselves, and what was spoken last: they tell of what is not to be
// shown any more.
func ClearToasts() {
	toasts.mu.Lock()
	var gone []*shownToast
	for _, t := range slices.Clone(toasts.items) {
		if !t.Sticky {
			toasts.drop(t)
			gone = append(gone, t)
		}
	}
	toasts.mu.Unlock()
	toasts.notify()
	tellGone(gone...)
	if document().Truthy() {
		quiet(func() { statusRegion().Set("textContent", "") })
	}
}

// hold stops the time of all toasts, release starts it anew.
func (l *toastList) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = true
	for _, t := range l.items {
		if t.timer != nil {
			t.timer.Stop()
		}
	}
}

func (l *toastList) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.held {
		return
	}
	l.held = false
	for _, t := range l.items {
		l.start(t)
	}
}

func (l *toastList) observe(changed func()) {
	l.mu.Lock()
	l.changed = changed
	l.mu.Unlock()
}

func (l *toastList) notify() {
	l.mu.Lock()
	changed := l.changed
	l.mu.Unlock()
	if changed != nil {
		changed()
	}
}

func (l *toastList) shown() []*shownToast {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.items)
}

// ToastHost shows the toasts; Shell has one. It is a popover, so that toasts stand above an open dialog, where they
// can be read.
type ToastHost struct {
	app.Compo

	ctx    app.Context
	before app.Value // what had the focus before it came here
}

// OnMount starts following the toasts.
func (h *ToastHost) OnMount(ctx app.Context) {
	h.ctx = ctx
	toasts.observe(func() {
		ctx.Dispatch(func(ctx app.Context) { ctx.Defer(func(app.Context) { h.raise() }) })
	})
	ctx.Defer(func(app.Context) { h.raise() })
}

// raise puts the host on top of the top layer while there is something in it.
func (h *ToastHost) raise() {
	quiet(func() {
		el := byID("toasts")
		if el.Call("matches", ":popover-open").Truthy() && !el.Call("contains", document().Get("activeElement")).Truthy() {
			el.Call("hidePopover")
		}
		if len(toasts.shown()) > 0 {
			el.Call("showPopover")
		}
	})
}

// Render implements app.Composer.
func (h *ToastHost) Render() app.UI {
	items := []app.UI{}
	for _, t := range toasts.shown() {
		items = append(items, t.render(h))
	}
	host := app.Section().ID("toasts").Class("toasts").Attr("popover", "manual").Aria("label", T("ui.messages")).
		OnMouseOver(On(func(ctx app.Context, _ app.Event) { ctx.PreventUpdate(); toasts.hold() })).
		OnMouseLeave(On(func(ctx app.Context, _ app.Event) { ctx.PreventUpdate(); toasts.release() }))
	host = OnEvent(host, "focusin", h.focused)
	host = OnEvent(host, "focusout", func(ctx app.Context, _ app.Event) { ctx.PreventUpdate(); toasts.release() })
	return host.Body(items...)
}

func (h *ToastHost) focused(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	toasts.hold()
	if from := e.Get("relatedTarget"); from.Truthy() && !byID("toasts").Call("contains", from).Truthy() {
		h.before = from
	}
}

// dismiss takes the toast away and keeps the focus: on the next toast, or where it was before.
func (h *ToastHost) dismiss(t *shownToast) {
	toasts.remove(t.id)
	h.ctx.Defer(func(app.Context) {
		quiet(func() {
			if !document().Get("activeElement").Equal(document().Get("body")) {
				return
			}
			if next := byID("toasts").Call("querySelector", ".btn"); next.Truthy() {
				next.Call("focus")
				return
			}
			if h.before != nil && h.before.Get("isConnected").Truthy() {
				h.before.Call("focus")
				return
			}
			Focus(PageTitleID)
		})
	})
}

func (t *shownToast) render(h *ToastHost) app.UI {
	tone := t.Tone
	if tone == Neutral {
		tone = OK
	}
	return app.Div().ID(t.id).Class("toast", tone.class()).Body(
		Icon(tone.icon()),
		app.Span().Class("toast-text").Text(t.Text),
		app.If(t.Action != "", func() app.UI {
			return &Button{Label: t.Action, Small: true, OnClick: func(ctx app.Context, _ app.Event) {
				t.acted = true
				h.dismiss(t)
				if t.OnAction != nil {
					t.OnAction(ctx)
				}
			}}
		}),
		&Button{Label: T("ui.dismiss"), Icon: IconX, IconOnly: true, Kind: Quiet, Small: true,
			OnClick: func(app.Context, app.Event) { h.dismiss(t) }},
	)
}
