package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// GridColumn is a column of a DataGrid. The first is the Title; Detail and Drop follow; one may be the State.
type GridColumn struct {
	Key   string // stays the same in every language: widths and the order are kept by it
	Title string
	Kind  ColumnKind // Title, Detail, State or Drop, as in a Table
	Width string     // of its track, "minmax(7rem, 1.2fr)", until the person chooses another
	Sort  bool       // can be sorted by
}

// GridTag is a sign in the state cell of a row.
type GridTag struct {
	Tone Tone
	Icon IconName
	Text string
}

// GridRow is what a row shows: a text for each column that is no State, in their order.
type GridRow struct {
	Name   string // of the row, for its menu
	Cells  []string
	Brief  string // the second line of a narrow row, beside its state: "Front desk Paris · Customer Service"
	Tags   []GridTag
	Badge  GridTag // beside the name, its icon alone; the text is heard, and shown to the pointer
	Picked bool
	Quiet  bool // greyed
	Usual  bool // its state is the normal one, which narrow grids leave out
}

// GridSource gives the rows; only those in view are asked for.
type GridSource interface {
	Len() int
	GridRow(i int) GridRow
}

// Picked says how many of the rows are picked: the tick of the header.
type Picked int

// The ticks.
const (
	PickedNone Picked = iota
	PickedSome
	PickedAll
)

// DataGrid is a list of up to a million rows that scrolls in a frame of its own, which fills what is left of the window.
// Rows that are in view are drawn straight into the page, beside go-app, and are used again while it scrolls; the page
// says through Handle when they have changed.
//
// It is an ARIA grid with one tab stop: arrows, PageUp, PageDown, Home and End move the active row, Space picks it, Shift
// picks all up to it, Ctrl+A picks all, Enter opens it, Shift+F10 opens its menu. Above the first row are the titles:
// left and right move between them, Enter sorts, Shift with left and right changes a column's width.
//
// Widths and the height of rows are kept in this browser by ID. Give Source and Handle as the same pointers each time:
// go-app compares what they point to otherwise.
type DataGrid struct {
	app.Compo

	ID         string // required, unique on the page, the same each time
	Label      string
	Columns    []GridColumn
	Source     GridSource
	Handle     *GridHandle // kept by the page
	Sort       string      // key of the column that rows are sorted by
	Descending bool
	Picked     Picked
	Loading    bool                      // there are no rows yet: their places are shown
	Shown      func(from, to int) string // what the foot says of the rows in view
	Empty      app.UI                    // shown when there are none
	Bar        app.UI                    // between rows and foot: what can be done with those that are picked; nil: none
	Keep       string                    // what is listed, its address: coming back to it in the history, the view is where it was

	OnSort    func(ctx app.Context, key string)
	OnPick    func(ctx app.Context, i int, through bool) // through: all from the one before; nil: rows can't be picked
	OnPickAll func(ctx app.Context, all bool)
	OnOpen    func(ctx app.Context, i int) // without it Enter opens the menu
	Menu      func(i int) []MenuItem       // of a row; nil: rows have none
	MenuName  func(r GridRow) string       // "Actions for +33 1 84 88 20 10"

	own    GridHandle
	menu   []MenuItem
	dense  bool
	widths gridWidths
}

// CompoID tells go-app that two grids with other ids are not the same.
func (g *DataGrid) CompoID() string { return g.ID }

// OnInit reads what the person chose before.
func (g *DataGrid) OnInit() {
	g.dense = Stored(g.key("density")) == "compact"
	g.widths = parseWidths(Stored(g.key("widths")))
}

// OnMount begins to draw.
func (g *DataGrid) OnMount(ctx app.Context) {
	g.handle().draw.comeBack()
	g.sync(ctx)
}

// OnUpdate draws what has changed.
func (g *DataGrid) OnUpdate(ctx app.Context) { g.sync(ctx) }

// OnDismount stops drawing.
func (g *DataGrid) OnDismount() { g.handle().detach() }

func (g *DataGrid) handle() *GridHandle {
	if g.Handle != nil {
		return g.Handle
	}
	return &g.own
}

func (g *DataGrid) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		defer Recover()
		g.handle().attach(g)
	})
}

// key is where a choice of the person is kept.
func (g *DataGrid) key(what string) string { return "countersign.grid." + g.ID + "." + what }

// Render implements app.Composer. What rows and their number decide is written by the drawing, never here: an attribute
// has one owner.
func (g *DataGrid) Render() app.UI {
	class := []string{"grid-frame"}
	if g.dense {
		class = append(class, "compact")
	}
	if g.OnPick == nil {
		class = append(class, "no-pick")
	}
	if g.Menu == nil {
		class = append(class, "no-act")
	}
	grid := app.Div().ID(g.ID).Class("grid-scroll").Role("grid").TabIndex(0).Aria("label", g.Label).
		Aria("describedby", g.ID+"-help").Aria("colcount", len(g.Columns)+2).
		OnKeyDown(On(g.keyDown)).OnKeyPress(On(g.keyPress)).OnClick(On(g.click)).OnDblClick(On(g.doubleClick)).
		OnMouseDown(On(g.mouseDown))
	if g.OnPick != nil {
		grid.Aria("multiselectable", true)
	}
	if g.Loading {
		grid.Aria("busy", true)
	}
	return app.Div().ID(g.ID+"-frame").Class(class...).Body(
		grid.Body(
			app.Div().Class("grid-head").Role("rowgroup").Body(app.Div().Class("grid-row").Role("row").Aria("rowindex", 1).Body(g.heads()...)),
			app.Div().ID(g.ID+"-body").Class("grid-body").Role("rowgroup"),
		),
		app.Div().Class("grid-empty").Body(g.instead()),
		app.Div().Class("grid-bar").Body(g.Bar),
		g.renderFoot(),
		app.Span().ID(g.ID+"-help").Class("sr-only").Text(T("ui.grid_help")),
		g.rowMenu().popover("", T("ui.grid_acts")),
	)
}

// instead is what stands where rows would be; it is seen while there are none.
func (g *DataGrid) instead() app.UI {
	if g.Loading {
		return Skeleton(8)
	}
	return g.Empty
}

// renderFoot is the line below: which rows are in view, which the drawing writes, and how high they are.
func (g *DataGrid) renderFoot() app.UI {
	value := "comfortable"
	if g.dense {
		value = "compact"
	}
	return app.Div().Class("grid-foot").Body(
		app.Span().ID(g.ID+"-foot"),
		app.Div().Class("grid-density").Body(&Select{ID: g.ID + "-density", Label: T("ui.grid_height"), Value: value, Options: []Option{
			{Value: "comfortable", Label: T("ui.grid_comfortable")}, {Value: "compact", Label: T("ui.grid_compact")}},
			OnChange: func(ctx app.Context, v string) {
				g.dense = v == "compact"
				if v = "compact"; !g.dense {
					v = ""
				}
				Store(g.key("density"), v)
				ctx.Defer(func(app.Context) { g.handle().resized() })
			}}),
	)
}
