//go:build js && wasm

package offline

import (
	"strings"
	"syscall/js"

	"countersign/app/ui"
)

// listKey is where the names of databases are kept for browsers that don't tell them, one a line.
const listKey = "countersign.copies"

// Databases tells the names of all copies in this browser.
func Databases(told func(names []string)) {
	var promise js.Value
	if !tellsDatabases() || try(func() { promise = factory().Call("databases") }) != nil {
		soon(func() { told(listed()) })
		return
	}
	then(promise, func(all js.Value) {
		var names []string
		for i := range all.Length() {
			if name := all.Index(i).Get("name").String(); strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
		told(names)
	}, func() { told(listed()) })
}

func listed() []string { return strings.Fields(ui.Stored(listKey)) }

// enlist notes that there is a database.
func enlist(name string) {
	if !tellsDatabases() && strings.HasPrefix(name, prefix) {
		unlist(name)
		ui.Store(listKey, strings.TrimSpace(ui.Stored(listKey)+"\n"+name))
	}
}

// unlist notes that there is one no more.
func unlist(name string) {
	names := listed()
	for i, n := range names {
		if n == name {
			ui.Store(listKey, strings.Join(append(names[:i], names[i+1:]...), "\n"))
			return
		}
	}
}

func tellsDatabases() bool {
	there := false
	_ = try(func() { there = factory().Get("databases").Truthy() })
	return there
}
