package ui

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// part is what of the grid was pressed.
type part int

const (
	partNone part = iota
	partAll       // the tick for all rows
	partSort      // a title
	partGrip      // the edge of a column
	partRow
	partPick // the tick of a row
	partMenu // the button of a row
)

// at tells what of the grid an event is on: of a row which, of a column its key.
func (g *DataGrid) at(e app.Event) (p part, row int, column string) {
	target := e.Get("target")
	within := func(css string) app.Value {
		if el := target.Call("closest", css); el.Truthy() {
			return el
		}
		return nil
	}
	if el := within("[data-sort]"); el != nil {
		return partSort, -1, el.Get("dataset").Get("sort").String()
	}
	if el := within("[data-grip]"); el != nil {
		return partGrip, -1, el.Get("dataset").Get("grip").String()
	}
	if within(".grid-head .pick") != nil {
		return partAll, -1, ""
	}
	el := within(".grid-row[id]")
	if el == nil {
		return partNone, -1, ""
	}
	number, _ := strings.CutPrefix(el.Get("id").String(), g.ID+"-r")
	row, err := strconv.Atoi(number)
	switch {
	case err != nil || row >= g.handle().len():
		return partNone, -1, ""
	case within(".act button") != nil:
		return partMenu, row, ""
	case within(".pick") != nil:
		return partPick, row, ""
	}
	return partRow, row, ""
}

func (g *DataGrid) click(ctx app.Context, e app.Event) {
	p, row, column := g.at(e)
	if p == partSort || p == partMenu || p == partPick || p == partAll {
		g.handle().draw.takeFocus() // from the button, which may show another row soon
	}
	switch p {
	case partSort:
		g.sortBy(ctx, column)
	case partAll:
		g.pickAll(ctx, g.Picked != PickedAll)
	case partMenu:
		g.handle().activate(row, false)
		if !g.handle().draw.wasOpen(row) {
			g.openMenu(ctx, row)
		}
	case partPick:
		g.handle().activate(row, false)
		g.pick(ctx, row, e.Get("shiftKey").Truthy())
	case partRow:
		g.handle().activate(row, false)
		through := e.Get("shiftKey").Truthy()
		if !through && !e.Get("ctrlKey").Truthy() && !e.Get("metaKey").Truthy() {
			ctx.PreventUpdate()
			return
		}
		g.pick(ctx, row, through)
	default:
		ctx.PreventUpdate()
	}
}

// mouseDown keeps a click that picks several rows from marking the text between them.
func (g *DataGrid) mouseDown(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if e.Get("shiftKey").Truthy() {
		e.PreventDefault()
		g.handle().draw.takeFocus()
	}
}

func (g *DataGrid) doubleClick(ctx app.Context, e app.Event) {
	switch p, row, column := g.at(e); {
	case p == partRow && g.OnOpen != nil:
		g.OnOpen(ctx, row)
	case p == partGrip:
		for i, c := range g.Columns {
			if c.Key == column {
				g.setWidth(i, 0, true)
			}
		}
		ctx.PreventUpdate()
	default:
		ctx.PreventUpdate()
	}
}

func (g *DataGrid) pick(ctx app.Context, row int, through bool) {
	if g.OnPick == nil || row < 0 || row >= g.handle().len() {
		ctx.PreventUpdate()
		return
	}
	g.OnPick(ctx, row, through)
	g.handle().Refresh()
}

func (g *DataGrid) pickAll(ctx app.Context, all bool) {
	if g.OnPickAll != nil {
		g.OnPickAll(ctx, all)
		g.handle().Refresh()
	}
}

func (g *DataGrid) sortBy(ctx app.Context, key string) {
	if g.OnSort != nil {
		g.OnSort(ctx, key)
	}
}

// rowMenu is the one menu of all rows.
func (g *DataGrid) rowMenu() *Menu {
	return &Menu{ID: g.ID + "-menu", Items: g.menu}
}

// openMenu opens the menu of a row at its button, once its lines are rendered. The focus is on the grid then, and comes
// back to it when the menu closes.
func (g *DataGrid) openMenu(ctx app.Context, row int) {
	if g.Menu == nil || row < 0 || row >= g.handle().len() {
		ctx.PreventUpdate()
		return
	}
	if g.menu = g.Menu(row); len(g.menu) == 0 {
		return
	}
	g.handle().activate(row, true)
	ctx.Defer(func(app.Context) {
		defer Recover()
		g.handle().draw.openMenu(row)
	})
}
