//go:build js && wasm

package pages

import "syscall/js"

// randomBytes fills b by the browser's cryptographic source; Go's own would bring 0.2 MB of code along.
func randomBytes(b []byte) {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.Global().Get("crypto").Call("getRandomValues", array)
	js.CopyBytesToGo(b, array)
}
