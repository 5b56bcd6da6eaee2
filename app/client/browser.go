package client

import (
	"slices"
	"strings"

	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// wipeFiles has the worker forget the files of the app.
func wipeFiles() {
	if script := app.Window().Get("countersign"); script.Truthy() {
		script.Call("wipe")
	}
}

// Reload takes the new version of the app and loads the page again.
func Reload() {
	if script := app.Window().Get("countersign"); script.Truthy() {
		script.Call("reload")
	}
}

// StoredKeys are the keys of the local storage with a prefix, in their order.
func StoredKeys(prefix string) (keys []string) {
	defer ui.Recover()
	storage := app.Window().Get("localStorage")
	if !storage.Truthy() {
		return nil
	}
	for i := range storage.Get("length").Int() {
		if key := storage.Call("key", i).String(); strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// byteOrderMark tells spreadsheets that a file is UTF-8.
const byteOrderMark = "\ufeff"

// Save hands a text to the person as a file. The desktop window saves nothing from links; there the bridge does it.
func Save(name, mediaType, text string) {
	defer ui.Recover()
	document := app.Window().Get("document")
	if !document.Truthy() {
		return
	}
	if strings.HasPrefix(text, byteOrderMark) {
		text = byteOrderMark + text // the first one is lost on the way to JavaScript
	}
	saveBlob(name, app.Window().Get("Blob").New([]any{text}, map[string]any{"type": mediaType}))
}

// SaveBytes hands a file to the person. It is never shown here, whatever it holds.
func SaveBytes(name string, data []byte) {
	defer ui.Recover()
	if !app.Window().Get("document").Truthy() {
		return
	}
	view := app.Window().Get("Uint8Array").New(len(data))
	app.CopyBytesToJS(view, data)
	saveBlob(name, app.Window().Get("Blob").New([]any{view}, map[string]any{"type": "application/octet-stream"}))
}

func saveBlob(name string, blob app.Value) {
	document := app.Window().Get("document")
	url := app.Window().Get("URL").Call("createObjectURL", blob)
	link := document.Call("createElement", "a")
	link.Set("href", url)
	link.Set("download", name)
	document.Get("body").Call("appendChild", link)
	link.Call("click")
	link.Call("remove")
	app.Window().Get("URL").Call("revokeObjectURL", url)
}
