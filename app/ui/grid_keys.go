package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// keyDown moves and acts on the active row, or on the active title.
func (g *DataGrid) keyDown(ctx app.Context, e app.Event) {
	h := g.handle()
	command := e.Get("ctrlKey").Truthy() || e.Get("metaKey").Truthy()
	shift := e.Get("shiftKey").Truthy()
	key := e.Get("key").String()
	if e.Get("altKey").Truthy() || h.active < 0 && g.headKey(ctx, e, key, shift) {
		return
	}
	switch key {
	case " ":
		e.PreventDefault()
		g.pick(ctx, h.active, shift)
	case "Enter":
		e.PreventDefault()
		switch {
		case h.active < 0 || h.active >= h.len():
			ctx.PreventUpdate()
		case g.OnOpen != nil:
			g.OnOpen(ctx, h.active)
		default:
			g.openMenu(ctx, h.active)
		}
	case "a", "A":
		if !command {
			ctx.PreventUpdate()
			return
		}
		e.PreventDefault()
		g.pickAll(ctx, true)
	case "F10", "ContextMenu":
		if key == "F10" && !shift {
			ctx.PreventUpdate()
			return
		}
		e.PreventDefault()
		g.openMenu(ctx, h.active)
	default:
		g.move(ctx, e, key, shift)
	}
}

// move makes another row the active one; with Shift all rows up to it are picked.
func (g *DataGrid) move(ctx app.Context, e app.Event, key string, shift bool) {
	h := g.handle()
	from := h.active
	to, least := from, 0
	switch key {
	case "ArrowDown":
		to++
	case "ArrowUp":
		if to--; !shift {
			least = -1 // the titles
		}
	case "PageDown":
		to = max(to, 0) + h.page()
	case "PageUp":
		to -= h.page()
	case "Home":
		to = 0
	case "End":
		to = h.len() - 1
	default:
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	to = max(min(to, h.len()-1), least)
	if to < 0 {
		h.column = max(h.column, 1)
	}
	if !shift || from < 0 || to < 0 || g.OnPick == nil || h.len() == 0 {
		h.activate(to, true)
		ctx.PreventUpdate()
		return
	}
	if !g.Source.GridRow(from).Picked {
		g.OnPick(ctx, from, false)
	}
	h.activate(to, true)
	g.pick(ctx, to, true)
}

// headKey is a key while one of the titles is active.
func (g *DataGrid) headKey(ctx app.Context, e app.Event, key string, shift bool) bool {
	h := g.handle()
	least := 1
	if g.OnPick != nil {
		least = 0
	}
	switch key {
	case "ArrowLeft", "ArrowRight":
		step := 1
		if key == "ArrowLeft" {
			step = -1
		}
		if shift {
			g.widen(step * widthStep)
			break
		}
		for to := h.column + step; to >= least && to <= len(g.Columns); to += step {
			if h.draw.seen(to) {
				h.column = to
				break
			}
		}
		h.activate(-1, false)
	case "Delete":
		if h.column > 0 {
			g.setWidth(h.column-1, 0, true)
		}
	case "Enter", " ":
		e.PreventDefault()
		if h.column == 0 {
			g.pickAll(ctx, g.Picked != PickedAll)
			return true
		}
		if c := g.Columns[h.column-1]; c.Sort {
			g.sortBy(ctx, c.Key)
			return true
		}
	default:
		return false
	}
	e.PreventDefault()
	ctx.PreventUpdate()
	return true
}

// widen changes the width of the active column by a step and says how wide it is.
func (g *DataGrid) widen(by int) {
	i := g.handle().column - 1
	if i < 0 || g.Columns[i].Kind == State {
		return
	}
	now := g.handle().draw.columnWidth(i)
	if now == 0 {
		return
	}
	g.setWidth(i, now+by, true)
	Announce(T("ui.grid_width", "column", g.Columns[i].Title, "n", g.widths.of(g.Columns[i].Key)))
}

// keyPress keeps Space from scrolling, for those that send it apart from the key itself.
func (g *DataGrid) keyPress(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if e.Get("key").String() == " " {
		e.PreventDefault()
	}
}
