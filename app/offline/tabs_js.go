//go:build js && wasm

package offline

import (
	"syscall/js"

	"countersign/app/ui"
)

// wireVersion is part of the name by which tabs find each other, so that a tab that runs another version of the program hears
// nothing that it would read otherwise. Each version then has a tab of its own that speaks to the server, which does no harm.
const wireVersion = "1"

// browserLine is a BroadcastChannel and a Web Lock of one name.
type browserLine struct {
	name    string
	channel js.Value // undefined where the browser has none
	message js.Func

	request int      // counts requests for the lock
	abort   js.Value // ends the one that waits; undefined without one
	release js.Value // gives the lock back; undefined without it
}

func newBrowserLine(name string, heard func([]byte)) Line {
	name += "#" + wireVersion
	l := &browserLine{name: name}
	if class := js.Global().Get("BroadcastChannel"); class.Truthy() {
		l.channel = class.New(name)
		l.message = js.FuncOf(func(_ js.Value, args []js.Value) any {
			defer ui.Recover()
			data := args[0].Get("data")
			if data.InstanceOf(js.Global().Get("Uint8Array")) {
				b := make([]byte, data.Length())
				js.CopyBytesToGo(b, data)
				heard(b)
			}
			return nil
		})
		l.channel.Set("onmessage", l.message)
	}
	return l
}

// Send implements Line.
func (l *browserLine) Send(b []byte) {
	if l.channel.IsUndefined() {
		return
	}
	data := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(data, b)
	l.channel.Call("postMessage", data)
}

// Hold implements Line.
func (l *browserLine) Hold(steal bool, held, lost func()) bool {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() || l.channel.IsUndefined() {
		return false
	}
	l.LetGo()
	l.request++
	mine := l.request

	options := js.Global().Get("Object").New()
	if steal {
		options.Set("steal", true) // goes with no signal
	} else {
		l.abort = js.Global().Get("AbortController").New()
		options.Set("signal", l.abort.Get("signal"))
	}
	var granted, until js.Func
	granted = js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		if l.request != mine {
			return nil // too late: it is given back at once
		}
		l.abort = js.Undefined()
		until = js.FuncOf(func(_ js.Value, args []js.Value) any {
			l.release = args[0]
			return nil
		})
		promise := js.Global().Get("Promise").New(until)
		until.Release()
		soon(func() {
			if l.request == mine {
				held()
			}
		})
		return promise
	})
	over := func() {
		granted.Release()
		switch {
		case l.request != mine:
		case l.release.IsUndefined():
			held() // the browser refuses locks here: this tab does without
		default:
			l.abort, l.release = js.Undefined(), js.Undefined()
			lost()
		}
	}
	then(locks.Call("request", l.name, options, granted), func(js.Value) { over() }, over)
	return true
}

// LetGo implements Line.
func (l *browserLine) LetGo() {
	l.request++
	if !l.abort.IsUndefined() {
		l.abort.Call("abort")
		l.abort = js.Undefined()
	}
	if !l.release.IsUndefined() {
		l.release.Invoke()
		l.release = js.Undefined()
	}
}

// Close implements Line.
func (l *browserLine) Close() {
	l.LetGo()
	if !l.channel.IsUndefined() {
		l.channel.Set("onmessage", js.Null())
		l.channel.Call("close")
		l.channel = js.Undefined()
		l.message.Release()
	}
}
