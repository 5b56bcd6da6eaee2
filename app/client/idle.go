package client

import (
	"time"

	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The server ends a sign-in that is unused for so long. It alone decides; the app only warns in time.
const (
	customerIdle = 60 * time.Minute
	staffIdle    = 15 * time.Minute

	// touchEvery is how often typing and pointing alone are told to the server.
	touchEvery = time.Minute
)

// IdleEnd is when the sign-in ends unless the person does something.
func (s *Session) IdleEnd() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.As == api.AsCustomer {
		return s.lastMove.Add(customerIdle)
	}
	return s.lastMove.Add(staffIdle)
}

// Touch tells the server that the person is at work, at most once a minute.
func (s *Session) Touch(ctx app.Context) {
	s.mu.Lock()
	due := time.Since(s.lastMove) >= touchEvery && s.ended == "" && s.me != nil && s.link != LinkDown
	s.mu.Unlock()
	if due {
		s.moved()
		s.Refresh(ctx, false)
	}
}

// OnActivity calls f when the person types or points, until stop is called.
func OnActivity(f func()) (stop func()) {
	handler := app.FuncOf(func(app.Value, []app.Value) any {
		defer ui.Recover()
		f()
		return nil
	})
	window := app.Window()
	events := []string{"keydown", "pointerdown"}
	for _, e := range events {
		window.Call("addEventListener", e, handler, map[string]any{"capture": true, "passive": true})
	}
	return func() {
		for _, e := range events {
			window.Call("removeEventListener", e, handler, map[string]any{"capture": true})
		}
		handler.Release()
	}
}

// OnScroll calls f when the page was scrolled, until stop is called.
func OnScroll(f func()) (stop func()) {
	handler := app.FuncOf(func(app.Value, []app.Value) any {
		defer ui.Recover()
		f()
		return nil
	})
	window := app.Window()
	window.Call("addEventListener", "scroll", handler, map[string]any{"passive": true})
	return func() {
		window.Call("removeEventListener", "scroll", handler)
		handler.Release()
	}
}

// OnNetwork calls f when the browser says that the network is there or gone, until stop is called.
func OnNetwork(f func(online bool)) (stop func()) {
	handlers := map[string]app.Func{}
	for event, online := range map[string]bool{"online": true, "offline": false} {
		handlers[event] = app.FuncOf(func(app.Value, []app.Value) any {
			defer ui.Recover()
			f(online)
			return nil
		})
		app.Window().Call("addEventListener", event, handlers[event])
	}
	return func() {
		for event, h := range handlers {
			app.Window().Call("removeEventListener", event, h)
			h.Release()
		}
	}
}

// NetworkChanged tells the session what the browser says of the network. Only an answer proves that it is there.
func (s *Session) NetworkChanged(ctx app.Context, online bool) {
	if !online {
		s.setLink(LinkDown)
		return
	}
	if s.SignOutPending() {
		s.FinishSignOut(ctx)
		return
	}
	s.Refresh(ctx, true)
}

// Stay says that the person is still there.
func (s *Session) Stay(ctx app.Context) {
	s.moved()
	s.Refresh(ctx, false)
}
