//go:build js && wasm

package offline

import (
	"syscall/js"

	"countersign/app/ui"
)

// turns is a channel to the page itself: what is posted there comes after the screen could be drawn, without the wait that
// browsers put before a timer, of a second in tabs that nobody sees.
var turns struct {
	port  js.Value
	queue []func()
}

func soon(f func()) {
	if turns.port.IsUndefined() {
		channel := js.Global().Get("MessageChannel").New()
		turns.port = channel.Get("port2")
		channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
			defer ui.Recover()
			next := turns.queue[0]
			turns.queue = turns.queue[1:]
			next()
			return nil
		}))
	}
	turns.queue = append(turns.queue, f)
	turns.port.Call("postMessage", 0)
}
