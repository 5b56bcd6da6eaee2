//go:build js && wasm

package ui

import (
	"strconv"
	"syscall/js"
)

// slot is an element that shows a row.
type slot struct {
	el, tick, act, badge, state js.Value
	texts                       []js.Value // text nodes of the cells
	brief                       js.Value   // text node
	row                         int        // -1: none
	last                        GridRow
	active, open                bool
}

// prototype makes the element that all rows are copies of.
func (d *drawing) prototype() js.Value {
	document := js.Global().Get("document")
	g := d.h.grid
	row := makeElement("div", "grid-row", "row")
	column := 0
	add := func(class, role string) js.Value {
		cell := makeElement("div", class, role)
		column++
		cell.Call("setAttribute", "aria-colindex", column)
		row.Call("appendChild", cell)
		return cell
	}
	text := func(cell js.Value) { cell.Call("appendChild", document.Call("createTextNode", "")) }

	pick := add("pick", "gridcell")
	tick := makeElement("span", "grid-tick", "checkbox")
	tick.Call("setAttribute", "aria-label", T("ui.grid_pick"))
	tick.Call("setAttribute", "aria-checked", "false")
	pick.Call("appendChild", tick)
	for _, c := range g.Columns {
		role := "gridcell"
		if c.Kind == Title {
			role = "rowheader"
		}
		cell := add(c.class(), role)
		if c.Kind == State {
			continue
		}
		if c.Kind != Title {
			text(cell)
			continue
		}
		name := makeElement("span", "grid-name", "")
		text(name)
		cell.Call("append", name, makeElement("span", "grid-badges", ""))
		brief := makeElement("div", "brief", "gridcell")
		text(brief)
		row.Call("appendChild", brief)
	}
	act := add("act", "gridcell")
	button := makeElement("button", "btn quiet icon-only", "")
	button.Set("type", "button")
	button.Set("tabIndex", -1)
	button.Call("setAttribute", "aria-haspopup", "menu")
	button.Call("appendChild", makeElement("span", "grid-dots", ""))
	act.Call("appendChild", button)
	if g.OnPick == nil {
		pick.Call("remove")
	}
	if g.Menu == nil {
		act.Call("remove")
	}
	return row
}

func drawIcon(name IconName) js.Value {
	document := js.Global().Get("document")
	svg := document.Call("createElementNS", svgNamespace, "svg")
	svg.Call("setAttribute", "class", "icon")
	svg.Call("setAttribute", "aria-hidden", "true")
	use := document.Call("createElementNS", svgNamespace, "use")
	use.Call("setAttribute", "href", spriteURL()+"#"+string(name))
	svg.Call("appendChild", use)
	return svg
}

// newSlot adds a row element at the end.
func (d *drawing) newSlot() *slot {
	g := d.h.grid
	s := &slot{el: d.proto.Call("cloneNode", true), row: -1}
	cell := s.el.Get("firstElementChild")
	next := func() js.Value {
		now := cell
		cell = cell.Get("nextElementSibling")
		return now
	}
	if g.OnPick != nil {
		s.tick = next().Get("firstElementChild")
	}
	for _, c := range g.Columns {
		el := next()
		switch c.Kind {
		case State:
			s.state = el
		case Title:
			s.texts = append(s.texts, el.Get("firstChild").Get("firstChild"))
			s.badge = el.Get("lastChild")
			s.brief = next().Get("firstChild")
		default:
			s.texts = append(s.texts, el.Get("firstChild"))
		}
	}
	if g.Menu != nil {
		s.act = next().Get("firstElementChild")
	}
	d.block.Call("appendChild", s.el)
	return s
}

// fill shows a row in a slot, writing what is not there yet.
func (d *drawing) fill(s *slot, i int, again bool) {
	if active := i == d.h.active; active != s.active {
		s.active = active
		s.el.Get("classList").Call("toggle", "active", active)
	}
	if open := i == d.open; open != s.open {
		s.open = open
		s.el.Get("classList").Call("toggle", "open", open)
		if !s.act.IsUndefined() {
			s.act.Call("setAttribute", "aria-expanded", strconv.FormatBool(open))
		}
	}
	if s.row == i && !again {
		return
	}
	g := d.h.grid
	r := g.Source.GridRow(i)
	last, fresh := &s.last, s.row < 0
	if s.row != i {
		s.row = i
		s.el.Set("id", g.ID+"-r"+strconv.Itoa(i))
		s.el.Call("setAttribute", "aria-rowindex", i+2)
	}
	for k, text := range s.texts {
		now := ""
		if k < len(r.Cells) {
			now = r.Cells[k]
		}
		if k >= len(last.Cells) && now != "" || k < len(last.Cells) && last.Cells[k] != now {
			text.Set("nodeValue", now)
		}
	}
	if r.Brief != last.Brief && !s.brief.IsUndefined() {
		s.brief.Set("nodeValue", r.Brief)
	}
	if (fresh || last.Picked != r.Picked) && !s.tick.IsUndefined() {
		picked := strconv.FormatBool(r.Picked)
		s.el.Call("setAttribute", "aria-selected", picked)
		s.tick.Call("setAttribute", "aria-checked", picked)
	}
	if last.Quiet != r.Quiet {
		s.el.Get("classList").Call("toggle", "quiet", r.Quiet)
	}
	if last.Usual != r.Usual {
		s.el.Get("classList").Call("toggle", "usual", r.Usual)
	}
	if (fresh || last.Name != r.Name) && g.MenuName != nil && !s.act.IsUndefined() {
		s.act.Call("setAttribute", "aria-label", g.MenuName(r))
	}
	if !sameTags(last.Tags, r.Tags) && !s.state.IsUndefined() {
		made := make([]any, len(r.Tags))
		for k, t := range r.Tags {
			made[k] = d.sign(t, false)
		}
		s.state.Call("replaceChildren", made...)
	}
	if last.Badge != r.Badge && !s.badge.IsUndefined() {
		if r.Badge == (GridTag{}) {
			s.badge.Call("replaceChildren")
		} else {
			s.badge.Call("replaceChildren", d.sign(r.Badge, true))
		}
	}
	s.last = r
}

func sameTags(a, b []GridTag) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// madeTag is a sign that was drawn before.
type madeTag struct {
	tag   GridTag
	small bool
	el    js.Value
}

// mostSigns is how many are kept; a list has a few kinds.
const mostSigns = 64

// sign draws a tag, or copies one that was drawn before.
func (d *drawing) sign(t GridTag, small bool) js.Value {
	for i := range d.signs {
		if d.signs[i].small == small && d.signs[i].tag == t {
			return d.signs[i].el.Call("cloneNode", true)
		}
	}
	el := makeElement("span", "tag "+t.Tone.class(), "")
	el.Set("title", t.Text)
	text := makeElement("span", "", "")
	if small {
		el.Set("className", "grid-badge "+t.Tone.class())
		text.Set("className", "sr-only")
	}
	text.Set("textContent", t.Text)
	el.Call("append", drawIcon(t.Icon), text)
	if len(d.signs) >= mostSigns {
		d.signs = d.signs[:0]
	}
	d.signs = append(d.signs, madeTag{t, small, el})
	return el.Call("cloneNode", true)
}
