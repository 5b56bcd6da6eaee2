package ui

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Command is a line of the palette: a page to go to or an act.
type Command struct {
	Label string
	Group string // "Go to", "Do"
	Words string // more words by which it is found
	Icon  IconName
	Keys  string // its shortcut: "g h"
	Href  string
	OnRun func(ctx app.Context)
}

const paletteMost = 50

// Palette finds and runs commands by typing; Shell opens it with Ctrl K or ⌘ K.
type Palette struct {
	app.Compo

	ID       string
	Open     bool
	Commands []Command
	OnClose  func(ctx app.Context)

	query  string
	active int
}

// OnMount opens the window when Open is true from the start.
func (p *Palette) OnMount(ctx app.Context) { p.sync(ctx) }

// OnUpdate opens or closes the window.
func (p *Palette) OnUpdate(ctx app.Context) { p.sync(ctx) }

func (p *Palette) sync(ctx app.Context) {
	if !p.Open {
		p.query, p.active = "", 0
	}
	ctx.Defer(func(app.Context) {
		el := byID(p.ID)
		if !el.Truthy() {
			return
		}
		open := el.Get("open").Truthy()
		if p.Open && !open {
			quiet(func() { el.Call("showModal") })
			SetProperty(p.ID+"-query", "value", p.query)
			Focus(p.ID + "-query")
		}
		if !p.Open && open {
			el.Call("close")
		}
	})
}

// Render implements app.Composer.
func (p *Palette) Render() app.UI {
	dialog := app.Dialog().ID(p.ID).Class("palette").Aria("label", T("ui.palette")).OnKeyDown(On(p.keyDown)).
		OnClick(On(func(ctx app.Context, e app.Event) {
			if e.Get("target").Equal(ctx.JSSrc()) {
				p.close(ctx) // on the backdrop, which belongs to the dialog element itself
			}
		}))
	dialog = OnEvent(dialog, "close", func(ctx app.Context, _ app.Event) {
		if p.Open {
			p.close(ctx)
		}
	})
	if !p.Open {
		return dialog
	}
	found := p.found()
	input := app.Input().ID(p.ID+"-query").Type("text").Class("palette-input").
		Attr("autocomplete", "off").Attr("spellcheck", "false").
		Placeholder(T("ui.search_or_go")).
		Aria("label", T("ui.search_or_go")).
		Role("combobox").Aria("autocomplete", "list").Aria("expanded", len(found) > 0).
		OnInput(On(func(ctx app.Context, e app.Event) {
			p.query, p.active = e.Get("target").Get("value").String(), 0
		}))
	if len(found) > 0 {
		input.Aria("controls", p.ID+"-list").Aria("activedescendant", p.optionID(p.active))
	}
	return dialog.Body(app.Div().Class("palette-frame").Body(
		app.Div().Class("palette-head").Body(Icon(IconSearch), input),
		p.renderList(found),
		app.Div().Class("sr-only").Role("status").DataSet("status", "1"),
	))
}

func (p *Palette) renderList(found []Command) app.UI {
	if len(found) == 0 {
		return app.P().Class("palette-none").Text(T("ui.nothing_matches"))
	}
	options := make([]app.UI, 0, len(found))
	group := ""
	for i, c := range found {
		if c.Group != group {
			group = c.Group
			options = append(options, app.Div().Class("palette-group").Role("presentation").Text(group))
		}
		options = append(options, app.Div().ID(p.optionID(i)).Class("palette-item").Role("option").
			Aria("selected", i == p.active).
			OnClick(On(func(ctx app.Context, _ app.Event) { p.run(ctx, c) })).
			Body(
				Icon(c.Icon),
				app.Span().Class("palette-label").Text(c.Label),
				app.If(c.Keys != "", func() app.UI { return Keys(c.Keys) }),
			))
	}
	return app.Div().ID(p.ID+"-list").Class("palette-list").Role("listbox").Aria("label", T("ui.palette")).Body(options...)
}

// found is what matches every typed word, in the given order.
func (p *Palette) found() []Command {
	words := strings.Fields(fold(p.query))
	var found []Command
	for _, c := range p.Commands {
		text := fold(c.Label + " " + c.Group + " " + c.Words)
		matches := true
		for _, w := range words {
			matches = matches && strings.Contains(text, w)
		}
		if matches && len(found) < paletteMost {
			found = append(found, c)
		}
	}
	return found
}

func (p *Palette) keyDown(ctx app.Context, e app.Event) {
	found := p.found()
	switch e.Get("key").String() {
	case "Escape":
		e.PreventDefault()
		p.close(ctx)
		return
	case "ArrowDown":
		p.active++
	case "ArrowUp":
		p.active--
	case "Enter":
		e.PreventDefault()
		if p.active < len(found) {
			p.run(ctx, found[p.active])
		}
		return
	default:
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	if n := len(found); n > 0 {
		p.active = (p.active + n) % n
	}
	ctx.Defer(func(app.Context) {
		quiet(func() { byID(p.optionID(p.active)).Call("scrollIntoView", map[string]any{"block": "nearest"}) })
	})
}

func (p *Palette) run(ctx app.Context, c Command) {
	quiet(func() { byID(p.ID).Call("close") }) // now, not a frame later: closing takes the focus from the page that opens
	p.close(ctx)
	if c.OnRun != nil {
		c.OnRun(ctx)
	}
	if c.Href != "" {
		ctx.Navigate(c.Href)
	}
}

func (p *Palette) close(ctx app.Context) {
	if p.OnClose != nil {
		p.OnClose(ctx)
	}
}

func (p *Palette) optionID(i int) string { return p.ID + "-" + strconv.Itoa(i) }

// Keys draws the keys of a shortcut, given with spaces between them: Keys("g h").
func Keys(keys string) app.UI {
	parts := []app.UI{}
	for _, k := range strings.Fields(keys) {
		parts = append(parts, app.Kbd().Text(k))
	}
	return app.Span().Class("keys").Body(parts...)
}

// Shortcut is a line of the keyboard help.
type Shortcut struct {
	Keys  string
	Label string
}

// KeyboardHelp lists the shortcuts and holds the switch for those of a single key; Shell opens it with "?".
type KeyboardHelp struct {
	app.Compo

	ID        string
	Open      bool
	Shortcuts []Shortcut
	OnClose   func(ctx app.Context)
}

// Render implements app.Composer.
func (k *KeyboardHelp) Render() app.UI {
	return &Dialog{
		ID: k.ID, Open: k.Open, Title: T("ui.shortcuts"), Cancel: T("ui.close"), OnClose: k.OnClose,
		Body: func() []app.UI {
			rows := make([]app.UI, 0, len(k.Shortcuts))
			for _, s := range k.Shortcuts {
				rows = append(rows, app.Div().Body(app.Dt().Text(s.Label), app.Dd().Body(Keys(s.Keys))))
			}
			return []app.UI{
				&Checkbox{ID: k.ID + "-single", Label: T("ui.single_keys"), Hint: T("ui.single_keys_hint"), Switch: true,
					Checked: SingleKeys(), OnChange: func(_ app.Context, on bool) { SetSingleKeys(on) }},
				app.Dl().Class("description").Body(rows...),
			}
		},
	}
}
