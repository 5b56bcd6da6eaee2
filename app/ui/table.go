package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// ColumnKind is what becomes of a column when its table is narrow and a row is two lines.
type ColumnKind string

// The kinds. Title is the first line; Detail joins the second; State leads the second; Act stands at the right,
// Pick at the left; Drop is left out, and already below 1088 px.
const (
	Detail ColumnKind = ""
	Title  ColumnKind = "title"
	State  ColumnKind = "state"
	Act    ColumnKind = "act"
	Pick   ColumnKind = "pick"
	Drop   ColumnKind = "drop"
)

// SortOrder is how a column is sorted.
type SortOrder string

// The orders.
const (
	Unsorted   SortOrder = ""
	Ascending  SortOrder = "ascending"
	Descending SortOrder = "descending"
)

// Column is the head of a column.
type Column struct {
	Title     string
	HideTitle bool   // only heard: a column of buttons
	Head      app.UI // instead of the title: the tick for all rows
	Kind      ColumnKind
	Right     bool // numbers
	Sort      SortOrder
	OnSort    func(ctx app.Context) // makes the title a button
}

// Line is a row of a Table.
type Line struct {
	ID       string
	Cells    []app.UI // one a column
	Selected bool
	Quiet    bool // greyed: on its way out
	Usual    bool // its state is the normal one, which narrow tables leave out
}

// Table is a table of tens of rows. In a container under 768 px each row becomes two lines. The first Title column
// names its row. Acts within take their row from closures.
type Table struct {
	app.Compo

	ID      string
	Label   string // what the table lists, for screen readers
	Columns []Column
	Lines   []Line
	Compact bool
	Empty   app.UI // shown instead of the body when there are no lines
	Foot    []app.UI
}

// Render implements app.Composer. The roles are written out because the two-line form changes the display of rows
// and cells, which takes their meaning away in browsers.
func (t *Table) Render() app.UI {
	class := "table"
	if t.Compact {
		class = "table compact"
	}
	if len(t.Lines) == 0 && t.Empty != nil {
		return app.Div().Class("table-frame").Body(t.Empty)
	}
	heads := make([]app.UI, 0, len(t.Columns))
	for _, c := range t.Columns {
		heads = append(heads, c.render())
	}
	rows := make([]app.UI, 0, len(t.Lines))
	for _, l := range t.Lines {
		rows = append(rows, t.renderLine(l))
	}
	table := app.Table().Class(class).Role("table").Aria("label", t.Label).Body(
		app.THead().Role("rowgroup").Body(app.Tr().Role("row").Body(heads...)),
		app.TBody().Role("rowgroup").Body(rows...),
	)
	if t.ID != "" {
		table.ID(t.ID)
	}
	return app.Div().Class("table-frame").Body(
		table,
		app.If(len(t.Foot) > 0, func() app.UI { return app.Div().Class("table-foot").Body(children(t.Foot)...) }),
	)
}

func (c Column) render() app.UI {
	th := app.Th().Role("columnheader").Scope("col").Class(c.classes()...)
	if c.Sort != Unsorted {
		th.Aria("sort", string(c.Sort))
	}
	switch {
	case c.Head != nil:
		return th.Body(c.Head)
	case c.HideTitle:
		return th.Body(app.Span().Class("sr-only").Text(c.Title))
	case c.OnSort == nil:
		return th.Text(c.Title)
	}
	icon := IconName("")
	switch c.Sort {
	case Ascending:
		icon = IconChevronUp
	case Descending:
		icon = IconChevronDown
	}
	return th.Body(app.Button().Type("button").Class("sort").
		OnClick(On(func(ctx app.Context, _ app.Event) { c.OnSort(ctx) })).
		Body(app.Span().Text(c.Title), Icon(icon)))
}

func (c Column) classes() []string {
	classes := []string{"detail"}
	if c.Kind != Detail {
		classes = []string{string(c.Kind)}
	}
	if c.Right {
		classes = append(classes, "right")
	}
	return classes
}

func (t *Table) renderLine(l Line) app.UI {
	cells := make([]app.UI, 0, len(l.Cells))
	for i, content := range l.Cells {
		if i >= len(t.Columns) {
			break
		}
		c := t.Columns[i]
		if c.Kind == Title {
			cells = append(cells, app.Th().Role("rowheader").Scope("row").Class(c.classes()...).Body(content))
			continue
		}
		cells = append(cells, app.Td().Role("cell").Class(c.classes()...).Body(content))
	}
	row := app.Tr().Role("row").Body(cells...)
	if l.ID != "" {
		row.ID(l.ID).DataSet("id", l.ID)
	}
	if l.Selected {
		row.Class("selected")
	}
	if l.Quiet {
		row.Class("quiet")
	}
	if l.Usual {
		row.Class("usual")
	}
	return row
}

// Term is a name and its value in a Description.
type Term struct {
	Label string
	Text  string
	Body  []app.UI // instead of Text
}

// Description lists names and values: the facts of one thing.
type Description struct {
	app.Compo

	Terms []Term
}

// Render implements app.Composer.
func (d *Description) Render() app.UI {
	rows := make([]app.UI, 0, len(d.Terms))
	for _, t := range d.Terms {
		value := app.Dd().Text(t.Text)
		if len(t.Body) > 0 {
			value = app.Dd().Body(children(t.Body)...)
		}
		rows = append(rows, app.Div().Body(app.Dt().Text(t.Label), value))
	}
	return app.Dl().Class("description").Body(rows...)
}

// Entry is a line of a Feed.
type Entry struct {
	ID   string
	Time string // as people read it: "14:03", "Yesterday"
	At   string // the exact time, RFC 3339
	Body []app.UI
	Tone Tone
}

// Feed lists what happened, the newest first. New entries are counted in a pill and shown on its click, never pushed
// under somebody's pointer: the page keeps them back.
type Feed struct {
	app.Compo

	Label   string
	Entries []Entry
	New     int
	Empty   string
	OnNew   func(ctx app.Context)
}

// Render implements app.Composer.
func (f *Feed) Render() app.UI {
	return app.Div().Class("feed").Body(
		app.If(f.New > 0, func() app.UI {
			return app.Button().Type("button").Class("feed-new").
				OnClick(On(func(ctx app.Context, _ app.Event) {
					if f.OnNew != nil {
						f.OnNew(ctx)
					}
				})).Text(T("ui.new_entries", "n", f.New))
		}),
		app.If(len(f.Entries) == 0 && f.Empty != "", func() app.UI { return app.P().Class("hint").Text(f.Empty) }),
		app.Ol().Aria("label", f.Label).Body(f.renderEntries()...),
	)
}

func (f *Feed) renderEntries() []app.UI {
	items := make([]app.UI, 0, len(f.Entries))
	for _, e := range f.Entries {
		time := app.Time().Text(e.Time)
		if e.At != "" {
			time.DateTime(e.At)
		}
		item := app.Li().Class(e.Tone.class()).Body(time, app.Div().Body(children(e.Body)...))
		if e.ID != "" {
			item.DataSet("id", e.ID)
		}
		items = append(items, item)
	}
	return items
}
