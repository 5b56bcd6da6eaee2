//go:build js && wasm

package pages

import "syscall/js"

// nfkc is the compatibility form of a text by the browser, which brings the tables along.
func nfkc(s string) string {
	return js.Global().Get("Object").Invoke(s).Call("normalize", "NFKC").String()
}
