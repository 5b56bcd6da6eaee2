package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Card is a titled surface. With an ID it is a landmark named by its title.
type Card struct {
	app.Compo

	ID      string
	Title   string
	Level   int      // of the heading, 2 when 0
	Mark    app.UI   // a Tag or Badge at the right of the title
	Actions []app.UI // at the right end of the header
	Body    []app.UI
	Footer  []app.UI
	Flush   bool // the body has no padding: tables, feeds, lists
	Tone    Tone // Live or Bad draw an edge in their colour
}

// Render implements app.Composer.
func (c *Card) Render() app.UI {
	classes := []string{"card"}
	if c.Flush {
		classes = append(classes, "flush")
	}
	if c.Tone != Neutral {
		classes = append(classes, "edge", c.Tone.class())
	}
	section := app.Section().Class(classes...)
	parts := make([]app.UI, 0, 3)
	if c.Title != "" {
		title := Heading(max(c.Level, 2), c.Title)
		if c.ID != "" {
			section.ID(c.ID).Aria("labelledby", c.ID+"-title")
			title = heading(max(c.Level, 2), c.ID+"-title", c.Title)
		}
		parts = append(parts, app.Div().Class("card-head").Body(
			title,
			c.Mark,
			app.If(len(c.Actions) > 0, func() app.UI { return app.Div().Class("card-actions").Body(children(c.Actions)...) }),
		))
	}
	parts = append(parts, app.Div().Class("card-body").Body(children(c.Body)...))
	if len(c.Footer) > 0 {
		parts = append(parts, app.Div().Class("card-foot").Body(children(c.Footer)...))
	}
	return section.Body(parts...)
}

// Heading is a heading of level 2 to 4.
func Heading(level int, text string) app.UI { return heading(level, "", text) }

func heading(level int, id, text string) app.UI {
	tag := "h2"
	switch level {
	case 3:
		tag = "h3"
	case 4:
		tag = "h4"
	}
	h := app.Elem(tag).Class("heading").Text(text)
	if id != "" {
		h.ID(id)
	}
	return h
}

// Banner is a message in the flow of the page: Info, Warn, Bad, OK or Live.
type Banner struct {
	app.Compo

	Tone    Tone
	Icon    IconName // the tone's when empty
	Title   string   // in bold, a sentence
	Text    string
	Body    []app.UI // after the text
	Actions []app.UI
	Alert   bool // a blocking error: spoken at once
	OnClose func(ctx app.Context)
}

// Render implements app.Composer.
func (b *Banner) Render() app.UI {
	icon := b.Icon
	if icon == "" {
		icon = b.Tone.icon()
	}
	words := make([]app.UI, 0, 4)
	if b.Title != "" {
		words = append(words, app.Strong().Text(b.Title))
	}
	if b.Text != "" {
		if b.Title != "" {
			words = append(words, app.Text(" "))
		}
		words = append(words, app.Span().Text(b.Text))
	}
	words = append(words, children(b.Body)...)
	banner := app.Div().Class("banner", b.Tone.class())
	if b.Alert {
		banner.Role("alert")
	}
	return banner.Body(
		Icon(icon),
		app.Div().Class("banner-text").Body(words...),
		app.If(len(b.Actions) > 0, func() app.UI { return app.Div().Class("banner-actions").Body(children(b.Actions)...) }),
		app.If(b.OnClose != nil, func() app.UI {
			return &Button{Label: T("ui.dismiss"), Icon: IconX, IconOnly: true, Kind: Quiet,
				OnClick: func(ctx app.Context, _ app.Event) { b.OnClose(ctx) }}
		}),
	)
}

// PageHeader is the top of a page: where one is, its h1, what it is for, its actions. The h1 gets the focus when the
// page opens and names the document.
type PageHeader struct {
	app.Compo

	Title   string
	Lead    string
	Crumbs  []Crumb // the pages above; the page itself is added
	Mark    app.UI  // a Tag beside the title
	Actions []app.UI
}

// Crumb is one page above.
type Crumb struct {
	Label string
	Href  string
}

// Render implements app.Composer.
func (h *PageHeader) Render() app.UI {
	return app.Div().Class("page-head").Body(
		app.Div().Class("page-head-text").Body(
			app.If(len(h.Crumbs) > 0, h.renderCrumbs),
			app.Div().Class("page-title").Body(
				app.H1().ID(PageTitleID).TabIndex(-1).Text(h.Title),
				h.Mark,
			),
			app.If(h.Lead != "", func() app.UI { return app.P().Class("lead").Text(h.Lead) }),
		),
		app.If(len(h.Actions) > 0, func() app.UI { return app.Div().Class("page-actions").Body(children(h.Actions)...) }),
	)
}

// PageTitleID is the id of the h1, the target of the focus on a new page.
const PageTitleID = "page-title"

func (h *PageHeader) renderCrumbs() app.UI {
	items := make([]app.UI, 0, len(h.Crumbs)+1)
	for _, c := range h.Crumbs {
		items = append(items, app.Li().Body(Link(c.Href, c.Label)))
	}
	items = append(items, app.Li().Aria("current", "page").Text(h.Title))
	return app.Nav().Class("crumbs").Aria("label", T("ui.breadcrumb")).Body(app.Ol().Body(items...))
}
