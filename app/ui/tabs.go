package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Tab is one of Tabs. With Href it is a page of its own.
type Tab struct {
	ID         string
	Label      string
	Href       string
	Count      int    // a badge when not 0
	CountLabel string // what is counted: "1 request waits"
	CountTone  Tone
}

// Tabs switch between views of one thing. When the tabs have Href they are links with addresses (a navigation); else
// they are ARIA tabs: arrows, Home and End move and choose, and the view stands in TabPanel.
type Tabs struct {
	app.Compo

	ID       string // required, unique on the page
	Label    string
	Tabs     []Tab
	Selected string // a Tab.ID
	OnSelect func(ctx app.Context, id string)

	inSight string // the tab that was last brought into sight
}

// CompoID tells go-app that two sets of tabs with other ids are not the same.
func (t *Tabs) CompoID() string { return t.ID }

// OnMount brings the chosen tab into sight where the tabs are wider than the screen.
func (t *Tabs) OnMount(ctx app.Context) { t.reveal(ctx) }

// OnUpdate brings the chosen tab into sight when another one was chosen, by the person or by the page.
func (t *Tabs) OnUpdate(ctx app.Context) { t.reveal(ctx) }

// reveal scrolls the tabs alone, sideways: the page stays where it is.
func (t *Tabs) reveal(ctx app.Context) {
	if t.inSight == t.Selected {
		return
	}
	t.inSight = t.Selected
	ctx.Defer(func(app.Context) {
		quiet(func() {
			tab := byID(t.tabID(t.inSight))
			strip := tab.Call("closest", ".tabs")
			at, frame := tab.Call("getBoundingClientRect"), strip.Call("getBoundingClientRect")
			before := at.Get("left").Float() - frame.Get("left").Float()
			after := at.Get("right").Float() - frame.Get("right").Float()
			switch {
			case before < 0:
				strip.Set("scrollLeft", strip.Get("scrollLeft").Float()+before)
			case after > 0:
				strip.Set("scrollLeft", strip.Get("scrollLeft").Float()+min(before, after))
			}
		})
	})
}

// Render implements app.Composer.
func (t *Tabs) Render() app.UI {
	if len(t.Tabs) > 0 && t.Tabs[0].Href != "" {
		return t.renderLinks()
	}
	tabs := make([]app.UI, 0, len(t.Tabs))
	for _, tab := range t.Tabs {
		selected := tab.ID == t.Selected
		button := app.Button().Type("button").ID(t.tabID(tab.ID)).Class("tab").Role("tab").
			Aria("selected", selected).
			OnClick(On(func(ctx app.Context, e app.Event) { t.choose(ctx, tab.ID) }))
		if selected {
			button.Aria("controls", t.tabID(tab.ID)+"-panel").TabIndex(0)
		} else {
			button.TabIndex(-1)
		}
		tabs = append(tabs, button.Body(tab.content()...))
	}
	return app.Div().ID(t.ID).Class("tabs").Role("tablist").Aria("label", t.Label).OnKeyDown(On(t.keyDown)).Body(tabs...)
}

func (t *Tabs) renderLinks() app.UI {
	tabs := make([]app.UI, 0, len(t.Tabs))
	for _, tab := range t.Tabs {
		link := app.A().ID(t.tabID(tab.ID)).Class("tab").Href(tab.Href)
		if tab.ID == t.Selected {
			link.Aria("current", "page")
		}
		tabs = append(tabs, app.Li().Body(link.Body(tab.content()...)))
	}
	return app.Nav().ID(t.ID).Aria("label", t.Label).Body(app.Ul().Class("tabs").Body(tabs...))
}

func (t Tab) content() []app.UI {
	parts := []app.UI{app.Span().Text(t.Label)}
	if t.Count > 0 {
		parts = append(parts, Badge(t.CountTone, t.Count, t.CountLabel))
	}
	return parts
}

func (t *Tabs) choose(ctx app.Context, id string) {
	if id != t.Selected && t.OnSelect != nil {
		t.OnSelect(ctx, id)
	}
}

func (t *Tabs) keyDown(ctx app.Context, e app.Event) {
	at, n := 0, len(t.Tabs)
	for i, tab := range t.Tabs {
		if tab.ID == t.Selected {
			at = i
		}
	}
	switch e.Get("key").String() {
	case "ArrowRight":
		at = (at + 1) % n
	case "ArrowLeft":
		at = (at - 1 + n) % n
	case "Home":
		at = 0
	case "End":
		at = n - 1
	default:
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	t.choose(ctx, t.Tabs[at].ID)
	FocusLater(ctx, t.tabID(t.Tabs[at].ID))
}

func (t *Tabs) tabID(id string) string { return t.ID + "-" + id }

// TabPanel is the view of the chosen tab. Render only that one.
func TabPanel(tabsID, tabID string, body ...app.UI) app.UI {
	id := tabsID + "-" + tabID
	return app.Div().ID(id+"-panel").Class("tab-panel").Role("tabpanel").Aria("labelledby", id).TabIndex(0).
		Body(children(body)...)
}
