package pages

import (
	"errors"

	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// chosenFile is a file that the person has chosen. It stays on the device and is read piece by piece: memory that a browser
// once gave to WebAssembly never comes back.
type chosenFile interface {
	name() string
	bytes() int64
	modified() int64 // Unix ms: with name and size, what tells the same file from another one
	read(from, to int64, done func([]byte, error))
}

// browserFile is a File of the browser.
type browserFile struct{ app.Value }

func (f browserFile) name() string    { return f.Get("name").String() }
func (f browserFile) bytes() int64    { return int64(f.Get("size").Float()) }
func (f browserFile) modified() int64 { return int64(f.Get("lastModified").Float()) }

var errUnreadable = errors.New("the file can't be read any more")

// read gives the bytes later, on the UI thread. A file that was changed or taken away since it was chosen can't be read.
func (f browserFile) read(from, to int64, done func([]byte, error)) {
	var came, failed app.Func
	end := func(data []byte, err error) any {
		defer ui.Recover()
		came.Release()
		failed.Release()
		done(data, err)
		return nil
	}
	came = app.FuncOf(func(_ app.Value, args []app.Value) any {
		view := app.Window().Get("Uint8Array").New(args[0])
		data := make([]byte, view.Get("length").Int())
		app.CopyBytesToGo(data, view)
		return end(data, nil)
	})
	failed = app.FuncOf(func(app.Value, []app.Value) any { return end(nil, errUnreadable) })
	f.Call("slice", from, to).Call("arrayBuffer").Call("then", came, failed)
}

// firstFile is the first file of a list of the browser, nil without one.
func firstFile(list app.Value) chosenFile {
	if !list.Truthy() || list.Get("length").Int() == 0 {
		return nil
	}
	return browserFile{list.Index(0)}
}
