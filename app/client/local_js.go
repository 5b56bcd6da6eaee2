//go:build js && wasm

package client

import (
	"syscall/js"
	"time"
)

// Local is t in the person's time zone. Go in a browser knows only the offset of today; the browser knows that of any
// day.
func Local(t time.Time) time.Time {
	minutes := js.Global().Get("Date").New(t.UnixMilli()).Call("getTimezoneOffset").Int()
	return t.In(time.FixedZone("", -minutes*60))
}
