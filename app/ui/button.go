package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ButtonKind is the weight of a button. A page has one Primary in view; Danger removes or revokes; Create is the
// green one that adds something.
type ButtonKind string

// The kinds.
const (
	Secondary ButtonKind = ""
	Primary   ButtonKind = "primary"
	Danger    ButtonKind = "danger"
	Create    ButtonKind = "create"
	Quiet     ButtonKind = "quiet"
)

// Button is a button, or a link that looks like one when Href is set. Its label is a verb.
//
// Disabled holds the reason why it can't be used; there is no way to disable a button without one. The button keeps
// the focus then, shows the reason when hovered or focused, and does nothing. Busy keeps the label, shows a spinner
// and does nothing.
type Button struct {
	app.Compo

	ID        string
	Label     string
	Name      string // for screen readers, when the label alone says too little: "Edit Jonas Meier". Begins with Label.
	Icon      IconName
	IconEnd   IconName
	Kind      ButtonKind
	IconOnly  bool // shows Icon alone; Label is its name and tooltip
	Small     bool
	Block     bool // as wide as its container
	Busy      bool
	Disabled  string
	Submit    bool   // submits the form around it
	Href      string // a link inside the app
	NewWindow bool   // with Href: opens beside the app
	Download  string // with Href: saves under this name
	Popover   string // id of the popover that it opens
	HasMenu   bool   // the popover is a menu
	Pressed   bool   // a filter that is on
	Autofocus bool   // has the focus first when its dialog opens
	OnClick   app.EventHandler
	OnKeyDown app.EventHandler
}

// Render implements app.Composer.
func (b *Button) Render() app.UI {
	if b.Href != "" && b.Disabled == "" {
		return b.renderLink()
	}
	button := app.Button().Type(b.kindOfSubmit()).Class(b.classes()...).OnClick(On(b.click)).OnKeyDown(On(b.OnKeyDown))
	if b.ID != "" {
		button.ID(b.ID)
	}
	if name := b.name(); name != "" {
		button.Aria("label", name)
	}
	if b.IconOnly {
		button.Title(b.Label)
	}
	if b.Popover != "" {
		button.Attr("popovertarget", b.Popover)
	}
	if b.HasMenu {
		button.Aria("haspopup", "menu")
	}
	if b.Pressed {
		button.Aria("pressed", true)
	}
	if b.Autofocus {
		button.DataSet("autofocus", "1")
	}
	if b.Busy {
		button.Aria("busy", true)
	}
	if b.Busy || b.Disabled != "" {
		button.Aria("disabled", true)
	}
	if b.Disabled == "" {
		return button.Body(b.content()...)
	}
	// The reason is part of the button, so that it needs no id and no wrapper; it comes last in what is read.
	return button.Body(append(b.content(), app.Span().Class("btn-reason").Text(b.Disabled))...)
}

func (b *Button) renderLink() app.UI {
	link := app.A().Class(b.classes()...).Href(b.Href)
	if b.ID != "" {
		link.ID(b.ID)
	}
	if name := b.name(); name != "" {
		link.Aria("label", name)
	}
	if b.IconOnly {
		link.Title(b.Label)
	}
	if b.NewWindow {
		link.Target("_blank").Rel("noopener")
	}
	if b.Download != "" {
		link.Download(b.Download)
	}
	if b.Autofocus {
		link.DataSet("autofocus", "1")
	}
	if b.OnClick != nil {
		link.OnClick(On(b.OnClick))
	}
	return link.Body(b.content()...)
}

func (b *Button) click(ctx app.Context, e app.Event) {
	if b.Busy || b.Disabled != "" {
		e.PreventDefault()
		return
	}
	if b.OnClick != nil {
		b.OnClick(ctx, e)
	}
}

func (b *Button) content() []app.UI {
	icon := b.Icon
	if b.Busy {
		icon = IconLoader
	}
	if b.IconOnly {
		return []app.UI{Icon(icon)}
	}
	parts := make([]app.UI, 0, 4)
	if icon != "" {
		parts = append(parts, Icon(icon))
	}
	parts = append(parts, app.Span().Class("btn-label").Text(b.Label))
	if b.IconEnd != "" {
		parts = append(parts, Icon(b.IconEnd))
	}
	return parts
}

func (b *Button) name() string {
	name := b.Name
	if name == "" && b.IconOnly {
		name = b.Label
	}
	if name != "" && b.Disabled != "" {
		return name + ". " + b.Disabled // a label of its own hides the reason inside the button
	}
	return name
}

func (b *Button) kindOfSubmit() string {
	if b.Submit {
		return "submit"
	}
	return "button"
}

func (b *Button) classes() []string {
	classes := []string{"btn"}
	if b.Kind != Secondary {
		classes = append(classes, string(b.Kind))
	}
	if b.IconOnly {
		classes = append(classes, "icon-only")
	}
	if b.Small {
		classes = append(classes, "small")
	}
	if b.Block {
		classes = append(classes, "block")
	}
	if b.Busy {
		classes = append(classes, "busy")
	}
	return classes
}
