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
	blob := app.Window().Get("Blob").New([]any{text}, map[string]any{"type": mediaType})
	url := app.Window().Get("URL").Call("createObjectURL", blob)
	link := document.Call("createElement", "a")
	link.Set("href", url)
	link.Set("download", name)
	document.Get("body").Call("appendChild", link)
	link.Call("click")
	link.Call("remove")
	app.Window().Get("URL").Call("revokeObjectURL", url)
}
