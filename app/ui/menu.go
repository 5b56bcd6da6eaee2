package ui

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// MenuItem is one line of a Menu: an act (OnSelect) or a link (Href).
type MenuItem struct {
	Label     string
	Icon      IconName
	Hint      string // small, at the right
	Href      string
	Danger    bool
	Disabled  string // the reason
	Separator bool   // a line above
	Radio     bool   // one of several; Checked says which
	Checked   bool
	OnSelect  func(ctx app.Context)
}

// Menu is a button that opens a list of acts. Arrow keys, Home, End and first letters move, Enter and Space choose,
// Esc and Tab close. It closes itself before OnSelect runs.
type Menu struct {
	app.Compo

	ID       string // required, unique on the page
	Label    string
	Name     string // for screen readers: "Actions for +33 1 84 88 20 10"
	Icon     IconName
	IconOnly bool
	Kind     ButtonKind
	Small    bool
	Start    bool // lines up with the button's left edge instead of its right one
	Head     []app.UI
	Items    []MenuItem
	Class    string
}

// CompoID tells go-app that two menus with other ids are not the same.
func (m *Menu) CompoID() string { return m.ID }

// Render implements app.Composer.
func (m *Menu) Render() app.UI {
	button := &Button{
		ID: m.ID + "-button", Label: m.Label, Name: m.Name, Icon: m.Icon, IconOnly: m.IconOnly, Kind: m.Kind, Small: m.Small,
		Popover: m.ID, HasMenu: true,
		OnKeyDown: func(ctx app.Context, e app.Event) {
			if key := e.Get("key").String(); key == "ArrowDown" || key == "ArrowUp" {
				e.PreventDefault()
				quiet(func() { byID(m.ID).Call("showPopover", map[string]any{"source": byID(m.ID + "-button")}) })
			}
		},
	}
	if !m.IconOnly {
		button.IconEnd = IconChevronDown
	}
	return app.Div().Class("menu-anchor", m.Class).Body(button, m.popover(m.ID+"-button", ""))
}

// popover is the list that opens, named by an element or a text.
func (m *Menu) popover(labelledBy, name string) app.UI {
	classes := []string{"menu"}
	if m.Start {
		classes = append(classes, "start")
	}
	items := make([]app.UI, 0, len(m.Items))
	for i, item := range m.Items {
		if item.Separator {
			items = append(items, app.Div().Class("menu-line").Role("separator"))
		}
		items = append(items, m.renderItem(i, item))
	}
	popover := app.Div().ID(m.ID).Class(classes...).Attr("popover", "auto").Body(
		app.If(len(m.Head) > 0, func() app.UI { return app.Div().Class("menu-head").Body(children(m.Head)...) }),
		named(app.Div().Role("menu"), labelledBy, name).OnKeyDown(On(m.keyDown)).Body(items...),
	)
	return OnEvent(popover, "toggle", m.toggled)
}

func named(el app.HTMLDiv, by, name string) app.HTMLDiv {
	if by != "" {
		return el.Aria("labelledby", by)
	}
	return el.Aria("label", name)
}

func (m *Menu) renderItem(i int, item MenuItem) app.UI {
	class := "menu-item"
	if item.Danger {
		class = "menu-item danger"
	}
	role := "menuitem"
	if item.Radio {
		role = "menuitemradio"
	}
	icon := item.Icon
	if item.Radio && item.Checked {
		icon = IconCheck
	}
	content := []app.UI{
		app.Span().Class("menu-icon").Body(Icon(icon)),
		app.Span().Class("menu-label").Body(
			app.Span().Text(item.Label),
			app.If(item.Disabled != "", func() app.UI { return app.Span().Class("menu-reason").Text(item.Disabled) }),
		),
		app.If(item.Hint != "", func() app.UI { return app.Span().Class("menu-hint").Text(item.Hint) }),
	}
	choose := func(ctx app.Context, e app.Event) {
		if item.Disabled != "" {
			e.PreventDefault()
			return
		}
		quiet(func() { byID(m.ID).Call("hidePopover") })
		if item.OnSelect != nil {
			item.OnSelect(ctx)
		}
	}
	if item.Href != "" && item.Disabled == "" {
		return app.A().Class(class).Role(role).TabIndex(-1).Href(item.Href).DataSet("i", strconv.Itoa(i)).
			OnClick(On(choose)).Body(content...)
	}
	button := app.Button().Type("button").Class(class).Role(role).TabIndex(-1).DataSet("i", strconv.Itoa(i)).
		OnClick(On(choose))
	if item.Radio {
		button.Aria("checked", item.Checked)
	}
	if item.Disabled != "" {
		button.Aria("disabled", true)
	}
	return button.Body(content...)
}

// toggled focuses the first line, or the chosen one, when the menu has opened.
func (m *Menu) toggled(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if e.Get("newState").String() != "open" {
		return
	}
	for i, item := range m.Items {
		if item.Checked {
			m.focus(i)
			return
		}
	}
	m.focus(0)
}

func (m *Menu) keyDown(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	n := len(m.Items)
	if n == 0 {
		return
	}
	at := m.focused()
	switch key := e.Get("key").String(); key {
	case "ArrowDown":
		at = (at + 1) % n
	case "ArrowUp":
		at = (at - 1 + n) % n
	case "Home":
		at = 0
	case "End":
		at = n - 1
	case "Tab":
		quiet(func() { byID(m.ID).Call("hidePopover") })
		return
	default:
		if at = m.startingWith(key, at); at < 0 {
			return
		}
	}
	e.PreventDefault()
	m.focus(at)
}

func (m *Menu) startingWith(key string, from int) int {
	if len([]rune(key)) != 1 || key == " " {
		return -1
	}
	for step := 1; step <= len(m.Items); step++ {
		i := (from + step + len(m.Items)) % len(m.Items)
		if strings.HasPrefix(fold(m.Items[i].Label), fold(key)) {
			return i
		}
	}
	return -1
}

func (m *Menu) focused() int {
	i, err := strconv.Atoi(document().Get("activeElement").Get("dataset").Get("i").String())
	if err != nil {
		return -1
	}
	return i
}

func (m *Menu) focus(i int) {
	quiet(func() { byID(m.ID).Call("querySelector", `[data-i="`+strconv.Itoa(i)+`"]`).Call("focus") })
}

// fold makes texts comparable for people: small letters without the accents of French.
func fold(s string) string { return unaccented.Replace(strings.ToLower(s)) }

var unaccented = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"î", "i", "ï", "i", "ô", "o", "ö", "o", "ù", "u", "û", "u", "ü", "u", "œ", "oe", "æ", "ae", "’", "'")
