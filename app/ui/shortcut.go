package ui

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// goWindow is how long "g" waits for its second letter.
const goWindow = 1500 * time.Millisecond

// shellKeys listens to the keyboard of the whole document for one Shell.
type shellKeys struct {
	handler app.Func
	g       time.Time // when "g" was pressed
}

func (k *shellKeys) listen(ctx app.Context, s *Shell) {
	k.handler = app.FuncOf(func(_ app.Value, args []app.Value) any {
		defer Recover()
		e := app.Event{Value: args[0]}
		if act := k.read(e, s); act != nil {
			e.PreventDefault()
			ctx.Dispatch(func(ctx app.Context) {
				defer Recover()
				act(ctx)
			})
		}
		return nil
	})
	document().Call("addEventListener", "keydown", k.handler)
}

func (k *shellKeys) stop() {
	if k.handler == nil {
		return
	}
	document().Call("removeEventListener", "keydown", k.handler)
	k.handler.Release()
	k.handler = nil
}

// read is the act that a key stands for, nil when it is none of ours.
func (k *shellKeys) read(e app.Event, s *Shell) func(ctx app.Context) {
	key := e.Get("key").String()
	control := e.Get("ctrlKey").Truthy() || e.Get("metaKey").Truthy()
	if control && (key == "k" || key == "K") {
		if modalOpen() && !s.palette {
			return nil
		}
		return func(app.Context) { s.palette = !s.palette }
	}
	if control || e.Get("altKey").Truthy() || !SingleKeys() || modalOpen() || typing(e) {
		return nil
	}
	if !k.g.IsZero() && time.Since(k.g) < goWindow {
		k.g = time.Time{}
		if href, ok := s.Go[key]; ok {
			return func(ctx app.Context) { ctx.Navigate(href) }
		}
	}
	switch key {
	case "g":
		k.g = time.Now()
	case "/":
		return func(app.Context) {
			if search := document().Call("querySelector", "main input[type=search]"); search.Truthy() {
				search.Call("focus")
				return
			}
			s.palette = true
		}
	case "?":
		return func(app.Context) { s.help = true }
	}
	return nil
}

func modalOpen() bool { return document().Call("querySelector", "dialog:modal").Truthy() }

// typing reports whether the key goes into a field.
func typing(e app.Event) bool {
	target := e.Get("target")
	switch target.Get("tagName").String() {
	case "INPUT":
		switch target.Get("type").String() {
		case "checkbox", "radio", "button", "submit":
			return false
		}
		return true
	case "TEXTAREA", "SELECT":
		return true
	}
	return target.Get("isContentEditable").Truthy()
}
