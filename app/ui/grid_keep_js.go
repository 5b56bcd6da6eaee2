//go:build js && wasm

package ui

import (
	"strconv"
	"strings"
	"syscall/js"
)

// keeping remembers where the view was, for when the person comes back in the history.
type keeping struct {
	back bool   // the person came back, and the view is not there yet
	came string // the path, when it is there by a step in the history
}

// cameTo is the path that the latest step in the history led to, until a list that was there has gone again: who comes
// by a link then begins at the top.
var cameTo string

// looked is set once a list was there.
var looked bool

// Heard before go-app hears it and shows the page.
func init() {
	if !js.Global().Get("document").Truthy() {
		return // a test without a browser
	}
	js.Global().Call("addEventListener", "popstate", js.FuncOf(func(js.Value, []js.Value) any {
		cameTo = location("pathname")
		return nil
	}), true)
}

func location(part string) string { return js.Global().Get("location").Get(part).String() }

// comeBack finds out whether the grid is there because the person went back or forth, or loaded the page again.
func (d *drawing) comeBack() {
	path := location("pathname")
	if d.keep.back = cameTo == path; d.keep.back {
		d.keep.came = path
	}
	if looked {
		return
	}
	looked = true
	if entry := js.Global().Get("performance").Call("getEntriesByType", "navigation").Index(0); entry.Truthy() {
		how := entry.Get("type").String()
		same := entry.Get("name").String() == location("href")
		d.keep.back = d.keep.back || same && (how == "reload" || how == "back_forward")
	}
}

// leave forgets the step in the history that led here.
func (k *keeping) leave() {
	if k.came == cameTo {
		cameTo = ""
	}
}

// store remembers the first row in view.
func (k *keeping) store(d *drawing) {
	if d.h == nil || d.h.grid == nil || d.h.grid.Keep == "" || d.place.count == 0 || k.back {
		return
	}
	from, _ := d.shown()
	at := strconv.Itoa(from) + " " + strconv.Itoa(d.h.active) + " " + d.h.grid.Keep
	quiet(func() { js.Global().Get("sessionStorage").Call("setItem", d.h.grid.key("at"), at) })
}

// restore goes to where the view was, once.
func (d *drawing) restore() {
	if !d.keep.back || d.grid.IsUndefined() || d.h.grid.Keep == "" || d.place.count == 0 || d.place.tall == 0 {
		return
	}
	d.keep.back = false
	at := ""
	quiet(func() {
		if v := js.Global().Get("sessionStorage").Call("getItem", d.h.grid.key("at")); v.Type() == js.TypeString {
			at = v.String()
		}
	})
	from, rest, _ := strings.Cut(at, " ")
	active, keep, _ := strings.Cut(rest, " ")
	row, err := strconv.Atoi(from)
	if err != nil || keep != d.h.grid.Keep {
		return
	}
	d.scrollTo(min(row, d.place.count-1))
	if row, err = strconv.Atoi(active); err == nil && row < d.place.count {
		d.h.active = row
	}
	d.rows(false)
}
