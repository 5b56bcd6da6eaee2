//go:build js && wasm

package ui

import (
	"strconv"
	"syscall/js"
)

// drawing keeps as many rows in the page as are in view, and some above and below. Each row element is used again for
// another row while the list scrolls; the order of elements is that of the rows. A frame reads where the list is scrolled
// to, then only writes.
type drawing struct {
	h     *GridHandle
	frame js.Value // of the grid
	grid  js.Value // scrolls
	head  js.Value // the titles
	space js.Value // as high as all rows
	block js.Value // the rows, moved to where they belong
	foot  js.Value
	menu  js.Value // the popover
	proto js.Value // of a row
	plan  string   // what the prototype was made for

	slots []*slot   // in the order of the page
	signs []madeTag // tags that were drawn before, to be copied
	first int       // row of the first slot
	moved string    // where the block is
	told  string    // what the foot says

	place   placing
	keep    keeping
	drag    dragging
	open    int      // row whose menu is open; -1: none
	wasDown int      // row whose menu was open when the pointer came down
	hinted  js.Value // the cell that tells the pointer what is cut off in it
	over    float64  // the pointer's height in the window; negative: elsewhere
	ring    string   // id of what is active and in the page
	keys    bool     // the keyboard was used last

	asked  bool // a frame of the browser was asked for
	onTick js.Func
	watch  js.Value // ResizeObserver
	stop   []func()
}

// begin takes the frame over that go-app has rendered, when it is another one than before.
func (d *drawing) begin(h *GridHandle) {
	d.h = h
	document := js.Global().Get("document")
	id := h.grid.ID
	grid := document.Call("getElementById", id)
	if !grid.Truthy() {
		return
	}
	if d.grid.IsUndefined() || !d.grid.Equal(grid) {
		keep := d.keep
		d.end()
		d.h, d.grid, d.keep = h, grid, keep
		d.open, d.wasDown, d.over = -1, -1, -1
		d.frame = document.Call("getElementById", id+"-frame")
		d.head = grid.Get("firstElementChild")
		d.foot = document.Call("getElementById", id+"-foot")
		d.menu = document.Call("getElementById", id+"-menu")
		d.space = makeElement("div", "grid-space", "presentation")
		d.block = makeElement("div", "grid-rows", "presentation")
		d.space.Call("appendChild", d.block)
		document.Call("getElementById", id+"-body").Call("appendChild", d.space)
		d.listenToAll()
	}
	if plan := d.h.grid.plan(); plan != d.plan {
		d.plan = plan
		d.block.Set("textContent", "")
		d.slots, d.signs = nil, nil
		d.proto = d.prototype()
		d.setTracks(h.grid)
		d.measure()
	}
}

func (d *drawing) listenToAll() {
	d.listen(d.grid, "scroll", func(js.Value) { d.soon() })
	d.listen(d.grid, "keydown", func(js.Value) { d.byKeys(true) })
	d.listen(d.grid, "pointerdown", func(e js.Value) {
		d.byKeys(false)
		d.wasDown = d.open
		d.grab(e)
	})
	d.listen(d.grid, "pointermove", func(e js.Value) {
		d.over = e.Get("clientY").Float()
		d.pull(e, false)
	})
	d.listen(d.grid, "mouseover", func(e js.Value) { d.hint(e.Get("target")) })
	d.listen(d.grid, "pointerup", func(e js.Value) { d.pull(e, true) })
	d.listen(d.grid, "pointercancel", func(e js.Value) { d.pull(e, true) })
	d.listen(d.grid, "pointerleave", func(js.Value) { d.over = -1 })
	d.listen(d.menu, "toggle", func(e js.Value) {
		if e.Get("newState").String() == "closed" {
			d.open = -1
			d.rows(false)
		}
	})
	d.listen(js.Global(), "pagehide", func(js.Value) { d.keep.store(d) })
	d.onTick = js.FuncOf(func(js.Value, []js.Value) any {
		defer Recover()
		d.asked = false
		d.rows(false)
		return nil
	})
	resized := js.FuncOf(func(js.Value, []js.Value) any {
		defer Recover()
		d.settle()
		d.measure()
		d.rows(false)
		return nil
	})
	d.watch = js.Global().Get("ResizeObserver").New(resized)
	d.watch.Call("observe", d.grid)
	d.watch.Call("observe", js.Global().Get("document").Get("body")) // what stands above may have become higher
	watch := d.watch
	d.stop = append(d.stop, func() {
		watch.Call("disconnect")
		resized.Release()
	})
}

func (d *drawing) listen(on js.Value, event string, f func(e js.Value)) {
	handler := js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer Recover()
		f(args[0])
		return nil
	})
	on.Call("addEventListener", event, handler, map[string]any{"passive": true})
	d.stop = append(d.stop, func() {
		on.Call("removeEventListener", event, handler)
		handler.Release()
	})
}

// hint has the cell under the pointer tell all of a text that is cut off.
func (d *drawing) hint(target js.Value) {
	if d.hinted.Truthy() {
		d.hinted.Call("removeAttribute", "title")
	}
	d.hinted = target
	if target.Get("scrollWidth").Int() > target.Get("clientWidth").Int() && target.Get("firstElementChild").IsNull() {
		target.Set("title", target.Get("textContent"))
	}
}

// byKeys shows which row is active only to those who use the keyboard. A browser alone would not, after a click.
func (d *drawing) byKeys(on bool) {
	if d.keys != on {
		d.keys = on
		d.flag(d.frame, "keys", on)
	}
}

// flag sets a data attribute, which go-app does not know of and leaves alone.
func (d *drawing) flag(el js.Value, name string, on bool) {
	if on {
		el.Get("dataset").Set(name, "")
	} else {
		el.Get("dataset").Delete(name)
	}
}

// soon draws with the next frame of the browser.
func (d *drawing) soon() {
	if !d.asked {
		d.asked = true
		js.Global().Call("requestAnimationFrame", d.onTick)
	}
}

// end lets go of the page. A frame that was asked for may still come: its function is given back when it has.
func (d *drawing) end() {
	if d.grid.IsUndefined() {
		return
	}
	d.keep.store(d)
	d.keep.leave()
	for _, stop := range d.stop {
		stop()
	}
	if !d.asked {
		d.onTick.Release()
	}
	*d = drawing{}
}

// rows puts the rows that are in view into the page. again: what they show may have changed.
func (d *drawing) rows(again bool) {
	if d.grid.IsUndefined() || d.h == nil || d.h.grid == nil || d.place.tall == 0 {
		return
	}
	p := &d.place
	p.read(d.grid)
	want := min(p.room/p.tall+2+2*overscan, p.count)
	first := max(0, min(p.at()/p.tall-overscan, p.count-want))
	d.turn(first, want)
	for k, s := range d.slots {
		d.fill(s, first+k, again)
	}
	if moved := "translateY(" + p.offset(first) + "px)"; moved != d.moved {
		d.moved = moved
		d.block.Get("style").Set("transform", moved)
	}
	d.point()
	if d.open >= 0 && (d.open < first || d.open >= first+want) {
		quiet(func() { d.menu.Call("hidePopover") })
	}
	d.tell()
}

// overscan is how many rows there are above and below the view.
const overscan = 4

// turn makes the slots stand for the rows from first on: those that scrolled out at one end come to the other.
func (d *drawing) turn(first, want int) {
	for len(d.slots) < want {
		d.slots = append(d.slots, d.newSlot())
	}
	for len(d.slots) > want {
		last := d.slots[len(d.slots)-1]
		last.el.Call("remove")
		d.slots = d.slots[:len(d.slots)-1]
	}
	switch by := first - d.first; {
	case by > 0 && by < want:
		out := append([]*slot(nil), d.slots[:by]...)
		d.slots = append(d.slots[:0], d.slots[by:]...)
		for _, s := range out {
			d.block.Call("appendChild", s.el)
		}
		d.slots = append(d.slots, out...)
	case by < 0 && -by < want:
		stay := len(d.slots) + by
		out := append([]*slot(nil), d.slots[stay:]...)
		before := d.slots[0].el
		for _, s := range out {
			d.block.Call("insertBefore", s.el, before)
		}
		d.slots = append(out, d.slots[:stay]...)
	}
	d.first = first
}

// point tells assistive technology what is active, as long as that is in the page.
func (d *drawing) point() {
	id, row := d.h.activeID(), d.h.active
	if row >= 0 && (row < d.first || row >= d.first+len(d.slots)) {
		id = ""
	}
	if id == d.ring {
		return
	}
	for _, title := range []string{d.ring, id} { // a row has a class of its own
		if el := js.Global().Get("document").Call("getElementById", title); el.Truthy() && d.head.Call("contains", el).Bool() {
			d.flag(el, "active", title == id)
		}
	}
	d.ring = id
	if id == "" {
		d.grid.Call("removeAttribute", "aria-activedescendant")
		return
	}
	d.grid.Call("setAttribute", "aria-activedescendant", id)
}

// tell writes which rows are in view into the foot.
func (d *drawing) tell() {
	text := ""
	if shown := d.h.grid.Shown; shown != nil && d.place.count > 0 {
		text = shown(d.shown())
	}
	if text != d.told {
		d.told = text
		d.foot.Set("textContent", text)
	}
}

// takeFocus puts the focus on the grid, where it stays while rows come and go.
func (d *drawing) takeFocus() {
	if !d.grid.IsUndefined() {
		d.grid.Call("focus", map[string]any{"preventScroll": true})
	}
}

// wasOpen reports whether the press that just ended closed the menu of a row.
func (d *drawing) wasOpen(row int) bool { return d.wasDown == row }

// openMenu opens the menu at the button of a row.
func (d *drawing) openMenu(row int) {
	k := row - d.first
	if d.grid.IsUndefined() || k < 0 || k >= len(d.slots) {
		return
	}
	d.takeFocus()
	d.open = row
	d.rows(false)
	quiet(func() { d.menu.Call("showPopover", map[string]any{"source": d.slots[k].act}) })
}

// moveMenu lets an open menu follow its row.
func (d *drawing) moveMenu(to func(int) int) {
	if !d.grid.IsUndefined() && d.open >= 0 {
		d.open = to(d.open)
	}
}

func makeElement(tag, class, role string) js.Value {
	el := js.Global().Get("document").Call("createElement", tag)
	el.Set("className", class)
	if role != "" {
		el.Call("setAttribute", "role", role)
	}
	return el
}

// plan tells apart what a prototype of a row depends on.
func (g *DataGrid) plan() string {
	plan := string(Locale()) + strconv.FormatBool(g.OnPick != nil) + strconv.FormatBool(g.Menu != nil)
	for _, c := range g.Columns {
		plan += " " + c.Key + "/" + c.class() + "/" + c.Width
	}
	return plan
}

// activeID is the id of what is active, "" when there is nothing.
func (h *GridHandle) activeID() string {
	if h.active < 0 {
		if h.column == 0 && h.grid.OnPick == nil {
			return ""
		}
		return h.grid.ID + "-h" + strconv.Itoa(h.column)
	}
	return h.grid.ID + "-r" + strconv.Itoa(h.active)
}
