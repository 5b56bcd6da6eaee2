package ui

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// heads are the titles of the columns. The one that is active has the id to which the grid points.
func (g *DataGrid) heads() []app.UI {
	tick := app.Span().ID(g.ID+"-h0").Class("grid-tick").Role("checkbox").Aria("label", T("ui.grid_pick_all")).DataSet("pick", "all")
	switch g.Picked {
	case PickedSome:
		tick.Aria("checked", "mixed")
	case PickedAll:
		tick.Aria("checked", "true")
	default:
		tick.Aria("checked", "false")
	}
	heads := []app.UI{app.Div().Class("pick").Role("columnheader").Aria("colindex", 1).Body(tick)}
	for i, c := range g.Columns {
		head := app.Div().ID(g.ID+"-h"+strconv.Itoa(i+1)).Class(c.class()).Role("columnheader").Aria("colindex", i+2)
		title := []app.UI{app.Span().Class("grid-title").Text(c.Title)}
		if c.Sort {
			icon := IconName("")
			if c.Key == g.Sort {
				order := Ascending
				if icon = IconChevronUp; g.Descending {
					order, icon = Descending, IconChevronDown
				}
				head.Aria("sort", string(order))
			}
			title = []app.UI{app.Span().Class("sort").DataSet("sort", c.Key).Body(title[0], Icon(icon))}
		}
		if c.Kind != State { // the last one takes what is left
			title = append(title, app.Span().Class("grid-grip").DataSet("grip", c.Key).Aria("hidden", "true"))
		}
		heads = append(heads, head.Body(title...))
	}
	return append(heads, app.Div().Class("act").Role("columnheader").Aria("colindex", len(g.Columns)+2).Body(app.Span().Class("sr-only").Text(T("ui.grid_acts"))))
}

func (c GridColumn) class() string {
	if c.Kind == Detail {
		return "cell"
	}
	return string(c.Kind)
}

// tracks are the widths of all columns for the style sheet; few leaves out what narrow grids drop.
func (g *DataGrid) tracks(few bool) string {
	var b strings.Builder
	if g.OnPick != nil {
		b.WriteString("var(--grid-pick) ")
	}
	for _, c := range g.Columns {
		if few && c.Kind == Drop {
			continue
		}
		if px := g.widths.of(c.Key); px > 0 {
			b.WriteString("minmax(4rem, " + strconv.Itoa(px) + "px) ")
			continue
		}
		b.WriteString(c.Width + " ")
	}
	if g.Menu != nil {
		b.WriteString("var(--grid-act)")
	}
	return b.String()
}

// Limits of a column's width and the step of the keyboard, px.
const (
	widthLeast = 64
	widthMost  = 720
	widthStep  = 16
)

// setWidth makes a column as wide as the person wants; 0 gives it back its own width. done: kept for the next time.
func (g *DataGrid) setWidth(column, px int, done bool) {
	if px != 0 {
		px = max(widthLeast, min(px, widthMost))
	}
	g.widths = g.widths.with(g.Columns[column].Key, px)
	g.handle().draw.setTracks(g)
	if done {
		Store(g.key("widths"), g.widths.String())
	}
}

// gridWidths are the widths that the person chose.
type gridWidths []gridWidth

type gridWidth struct {
	column string
	px     int
}

func parseWidths(s string) (list gridWidths) {
	for s != "" {
		var one string
		one, s, _ = strings.Cut(s, ",")
		column, width, _ := strings.Cut(one, ":")
		if px, err := strconv.Atoi(width); err == nil && px >= widthLeast && px <= widthMost {
			list = append(list, gridWidth{column, px})
		}
	}
	return list
}

// String is what parseWidths reads.
func (l gridWidths) String() string {
	s := ""
	for i, w := range l {
		if i > 0 {
			s += ","
		}
		s += w.column + ":" + strconv.Itoa(w.px)
	}
	return s
}

func (l gridWidths) of(column string) int {
	for _, w := range l {
		if w.column == column {
			return w.px
		}
	}
	return 0
}

func (l gridWidths) with(column string, px int) (list gridWidths) {
	for _, w := range l {
		if w.column != column {
			list = append(list, w)
		}
	}
	if px > 0 {
		list = append(list, gridWidth{column, px})
	}
	return list
}
