//go:build js && wasm

package offline

import (
	"encoding/json"
	"errors"
	"syscall/js"
	"time"

	"countersign/app/ui"
)

// ears are handlers that Go lends to JavaScript, until forget.
type ears []func()

// on handles an event of a target by its on… property. Nothing is heard after forget.
func (e *ears) on(target js.Value, event string, handle func()) {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		handle()
		return nil
	})
	target.Set("on"+event, f)
	*e = append(*e, func() { target.Set("on"+event, js.Null()); f.Release() })
}

// after calls what is to be done when nothing was heard for so long.
func (e *ears) after(patience time.Duration, give func()) {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		defer ui.Recover()
		give()
		return nil
	})
	timer := js.Global().Call("setTimeout", f, patience.Milliseconds())
	*e = append(*e, func() { js.Global().Call("clearTimeout", timer); f.Release() })
}

// forget takes the handlers back, also from within one of them.
func (e *ears) forget() {
	for _, f := range *e {
		f()
	}
	*e = nil
}

// try calls the browser, and gives what it throws as an error.
func try(f func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case js.Error:
			err = wordsOf(cause.Value)
		case *js.ValueError: // something is not there in this browser
			err = cause
		default:
			panic(cause)
		}
	}()
	f()
	return nil
}

// domError is what the browser says of something that failed.
type domError struct{ name, words string }

func (e *domError) Error() string { return e.name + ": " + e.words }

const (
	abortError   = "AbortError"
	quotaError   = "QuotaExceededError"
	versionError = "VersionError"
)

// wordsOf is a DOMException, or the like, as an error.
func wordsOf(v js.Value) error {
	if v.Type() != js.TypeObject {
		return &domError{"Error", "no reason"}
	}
	return &domError{v.Get("name").String(), v.Get("message").String()}
}

func named(err error, name string) bool {
	var dom *domError
	return errors.As(err, &dom) && dom.name == name
}

func bytesToJS(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

func bytesFromJS(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

func list(values ...any) js.Value { return js.ValueOf(values) }

// toJSON is a record of this code, which always has a JSON form.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
