//go:build js && wasm

package offline

import (
	"syscall/js"

	"countersign/app/client"
	"countersign/app/ui"
)

const noteKey = "countersign.copy."

func browserGround() *Ground {
	return &Ground{
		Store:     OpenStore,
		Databases: Databases,
		Line:      newBrowserLine,
		Queued:    Queued,
		Visible:   func() bool { return document().Get("visibilityState").String() == "visible" },
		OnVisible: func(f func()) func() { return onDocument("visibilitychange", f) },
		OnFreeze: func(f func(bool)) func() {
			freeze, resume := onDocument("freeze", func() { f(true) }), onDocument("resume", func() { f(false) })
			return func() {
				freeze()
				resume()
			}
		},
		OnNetwork: func(f func()) func() {
			return client.OnNetwork(func(online bool) {
				if online {
					f()
				}
			})
		},
		OnReturn:   client.OnReturn,
		Soon:       soon,
		After:      after,
		Protected:  func(told func(bool)) { storagePromise("persisted", told) },
		Protect:    func(told func(bool)) { storagePromise("persist", told) },
		Note:       func(name string) string { return ui.Stored(noteKey + name) },
		SetNote:    func(name, text string) { ui.Store(noteKey+name, text) },
		RandomBits: randomBits,
	}
}

func document() js.Value { return js.Global().Get("document") }

func onDocument(event string, f func()) (stop func()) {
	happened := js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		f()
		return nil
	})
	document().Call("addEventListener", event, happened)
	return func() {
		document().Call("removeEventListener", event, happened)
		happened.Release()
	}
}

// randomBits fills b by the browser's cryptographic source; Go's own would bring 0.2 MB of code along.
func randomBits(b []byte) {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.Global().Get("crypto").Call("getRandomValues", array)
	js.CopyBytesToGo(b, array)
}

// storagePromise asks what the browser promises about its storage, where it says anything.
func storagePromise(method string, told func(bool)) {
	defer ui.Recover()
	storage := js.Global().Get("navigator").Get("storage")
	if !storage.Truthy() || !storage.Get(method).Truthy() {
		return
	}
	then(storage.Call(method), func(v js.Value) { told(v.Bool()) }, func() {})
}

// then calls one of two functions once a promise is settled.
func then(promise js.Value, yes func(js.Value), no func()) {
	var kept, broken js.Func
	release := func() { kept.Release(); broken.Release() }
	kept = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer ui.Recover()
		release()
		yes(args[0])
		return nil
	})
	broken = js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		release()
		no()
		return nil
	})
	promise.Call("then", kept, broken)
}
