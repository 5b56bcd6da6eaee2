//go:build js && wasm

package ui

import (
	"strconv"
	"syscall/js"
)

// dragging is a column whose edge somebody pulls.
type dragging struct {
	on     bool
	column int
	width  int     // of the column when it began, px
	from   float64 // where the pointer was then
	pulled bool
}

// grab begins to pull when the pointer comes down on the edge of a column.
func (d *drawing) grab(e js.Value) {
	grip := e.Get("target").Call("closest", "[data-grip]")
	if !grip.Truthy() || e.Get("button").Int() != 0 {
		return
	}
	key := grip.Get("dataset").Get("grip").String()
	for i, c := range d.h.grid.Columns {
		if c.Key == key {
			d.drag = dragging{on: true, column: i, width: d.columnWidth(i), from: e.Get("clientX").Float()}
			quiet(func() { grip.Call("setPointerCapture", e.Get("pointerId")) })
		}
	}
}

// pull makes the column as wide as the pointer is far; done when it was let go. A mere press changes nothing.
func (d *drawing) pull(e js.Value, done bool) {
	if !d.drag.on || d.h.grid == nil {
		return
	}
	by := int(e.Get("clientX").Float() - d.drag.from)
	if d.drag.pulled = d.drag.pulled || by != 0; d.drag.pulled {
		d.h.grid.setWidth(d.drag.column, d.drag.width+by, done)
	}
	d.drag.on = !done
}

func (d *drawing) setTracks(g *DataGrid) {
	if d.grid.IsUndefined() {
		return
	}
	style := d.grid.Get("style")
	style.Call("setProperty", "--tracks", g.tracks(false))
	style.Call("setProperty", "--tracks-few", g.tracks(true))
}

// columnWidth is how wide a column is, px; 0 when it is not seen.
func (d *drawing) columnWidth(i int) int { return d.headWidth(i + 1) }

// seen reports whether a title is seen; 0 is the tick for all.
func (d *drawing) seen(title int) bool { return d.headWidth(title) > 0 }

func (d *drawing) headWidth(title int) int {
	el := js.Global().Get("document").Call("getElementById", d.h.grid.ID+"-h"+strconv.Itoa(title))
	if !el.Truthy() {
		return 0
	}
	return el.Get("offsetWidth").Int()
}
