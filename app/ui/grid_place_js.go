//go:build js && wasm

package ui

import (
	"math"
	"strconv"
	"syscall/js"
)

// tallest is how high an element is made: Firefox ends at 17 million px. A longer list moves by more than the person
// scrolls.
const tallest = 16_000_000

// placing is where the list is, in px.
type placing struct {
	count  int     // rows there are
	tall   int     // of a row
	room   int     // of the rows' view
	above  int     // of the titles, which stay above it
	scroll float64 // how far it is scrolled
	full   bool    // the window's share was measured
	share  int     // of the window for the frame
}

// read asks the browser how far the list is scrolled.
func (p *placing) read(grid js.Value) { p.scroll = grid.Get("scrollTop").Float() }

// height is that of all rows, as the browser is told.
func (p *placing) height() int { return min(p.count*p.tall, tallest) }

// scale is how many px of rows a px of scrolling is.
func (p *placing) scale() float64 {
	if h := p.height(); h == tallest && h > p.room {
		return float64(p.count*p.tall-p.room) / float64(h-p.room)
	}
	return 1
}

// at is how many px of rows are above the view.
func (p *placing) at() int { return int(p.scroll * p.scale()) }

// offset is where a row stands within all of them, as the browser is told.
func (p *placing) offset(row int) string {
	if p.scale() == 1 {
		return strconv.Itoa(row * p.tall)
	}
	return strconv.Itoa(row*p.tall - p.at() + int(p.scroll))
}

// measure reads the sizes that drawing needs; scrolling reads none of them.
func (d *drawing) measure() {
	if d.grid.IsUndefined() || d.proto.IsUndefined() {
		return
	}
	p := &d.place
	p.read(d.grid)
	was := p.tall
	sample := d.block.Get("firstElementChild")
	if made := !sample.Truthy(); made {
		sample = d.proto.Call("cloneNode", true)
		d.block.Call("appendChild", sample)
		defer sample.Call("remove")
	}
	p.tall = max(1, sample.Get("offsetHeight").Int())
	p.above = d.head.Get("offsetHeight").Int()
	p.room = max(0, d.grid.Get("clientHeight").Int()-p.above)
	if was == p.tall {
		return
	}
	d.stretch()
	if was > 0 { // rows of another height: the first in view stays
		d.scrollTo(int(math.Round(p.scroll * p.scale() / float64(was))))
	}
}

// settle lets the frame fill what is left of the window below what stands above it.
func (d *drawing) settle() {
	if d.grid.IsUndefined() {
		return
	}
	window := js.Global()
	top := d.frame.Call("getBoundingClientRect").Get("top").Float() + window.Get("scrollY").Float()
	share := window.Get("innerHeight").Int() - int(math.Ceil(top))
	if p := &d.place; !p.full || p.share != share {
		p.full, p.share = true, share
		d.frame.Get("style").Call("setProperty", "--grid-share", strconv.Itoa(share)+"px")
	}
}

// resize takes over how many rows there are.
func (d *drawing) resize(n int) {
	if d.grid.IsUndefined() || d.place.count == n && d.grid.Call("hasAttribute", "aria-rowcount").Bool() {
		return
	}
	d.place.count = n
	d.grid.Call("setAttribute", "aria-rowcount", n+1)
	d.flag(d.frame, "none", n == 0)
	d.stretch()
	if n > 0 {
		d.restore()
	}
}

// stretch makes the list as high as its rows.
func (d *drawing) stretch() {
	d.space.Get("style").Set("height", strconv.Itoa(d.place.height())+"px")
}

// scrollTo brings a row to the top of the view.
func (d *drawing) scrollTo(row int) { d.scrollToPx(row * d.place.tall) }

func (d *drawing) scrollToPx(at int) {
	if !d.grid.IsUndefined() {
		d.grid.Set("scrollTop", float64(at)/d.place.scale())
		d.place.read(d.grid)
	}
}

// scrollBy moves the view by rows.
func (d *drawing) scrollBy(rows int) {
	if !d.grid.IsUndefined() {
		d.place.read(d.grid)
		d.grid.Set("scrollTop", d.place.scroll+float64(rows*d.place.tall)/d.place.scale())
	}
}

// show scrolls as little as brings a row into view.
func (d *drawing) show(row int) {
	if d.grid.IsUndefined() {
		return
	}
	p := &d.place
	p.read(d.grid)
	switch at, top := row*p.tall, p.at(); {
	case at < top:
		d.scrollToPx(at)
	case at+p.tall > top+p.room:
		d.scrollToPx(at + p.tall - p.room)
	}
}

// shown are the first and the last row that are in view, were it by more than half.
func (d *drawing) shown() (from, to int) {
	p := &d.place
	if p.count == 0 || p.tall == 0 {
		return 0, 0
	}
	last := p.count - 1
	from = min((p.at()+p.tall/2)/p.tall, last)
	return from, max(from, min((p.at()+p.room+p.tall/2)/p.tall-1, last))
}

// anchor is the row under the pointer, or the first in view.
func (d *drawing) anchor() int {
	p := &d.place
	if d.grid.IsUndefined() || p.tall == 0 {
		return 0
	}
	p.read(d.grid)
	from, to := d.shown()
	if d.over < 0 {
		return from
	}
	top := d.grid.Call("getBoundingClientRect").Get("top").Float() + float64(p.above)
	if row := (p.at() + int(d.over-top)) / p.tall; d.over >= top && row <= to {
		return row
	}
	return from
}
