package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Checkbox is a labelled tick. Checked is owned by the page.
type Checkbox struct {
	app.Compo

	ID        string // required, unique on the page
	Label     string
	HideLabel bool // in tables
	Hint      string
	Error     string
	Checked   bool
	Mixed     bool   // some of many
	Disabled  string // the reason
	Switch    bool   // looks like and is announced as a switch that acts at once
	OnChange  func(ctx app.Context, checked bool)
}

// CompoID tells go-app that two checkboxes with other ids are not the same.
func (c *Checkbox) CompoID() string { return c.ID }

// OnMount puts the state into the element.
func (c *Checkbox) OnMount(ctx app.Context) { c.sync(ctx) }

// OnUpdate puts the state into the element.
func (c *Checkbox) OnUpdate(ctx app.Context) { c.sync(ctx) }

// sync writes properties: once ticked by hand, a checkbox no longer follows its attribute.
func (c *Checkbox) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		SetProperty(c.ID, "checked", c.Checked)
		SetProperty(c.ID, "indeterminate", c.Mixed)
	})
}

// Render implements app.Composer.
func (c *Checkbox) Render() app.UI {
	input := app.Input().Type("checkbox").ID(c.ID).Class("tick").
		OnChange(On(func(ctx app.Context, e app.Event) {
			if c.OnChange != nil {
				c.OnChange(ctx, e.Get("target").Get("checked").Truthy())
			}
		}))
	if c.Switch {
		input = input.Role("switch").Class("switch")
	}
	if c.Checked {
		input.Attr("checked", true)
	}
	if c.Disabled != "" {
		input.Disabled(true)
	}
	note := first(c.Error, c.Disabled, c.Hint)
	describe(input.Attr, c.ID, c.Error != "", note != "")
	labelClass := "choice-label"
	if c.HideLabel {
		labelClass = "sr-only"
	}
	return app.Div().Class("choice").Body(
		input,
		app.Div().Class("choice-text").Body(
			app.Label().For(c.ID).Class(labelClass).Text(c.Label),
			app.Div().ID(c.ID+"-note").Class("notes").Body(choiceNote(c.Error, note)),
		),
	)
}

func choiceNote(err, note string) app.UI {
	switch {
	case note == "":
		return nil
	case err != "":
		return app.Span().Class("note", "bad").Body(Icon(IconCircleAlert), app.Span().Text(err))
	}
	return app.Span().Class("note").Text(note)
}

// Choice is one line of a RadioGroup.
type Choice struct {
	Value    string
	Label    string
	Hint     string
	Disabled string // the reason
}

// RadioGroup is a labelled choice of one among few. Value is owned by the page.
type RadioGroup struct {
	app.Compo

	ID         string // required, unique on the page
	Label      string
	HideLabel  bool
	Value      string
	Choices    []Choice
	Error      string
	Horizontal bool
	OnChange   func(ctx app.Context, value string)
}

// CompoID tells go-app that two groups with other ids are not the same.
func (r *RadioGroup) CompoID() string { return r.ID }

// OnMount puts the state into the elements.
func (r *RadioGroup) OnMount(ctx app.Context) { r.sync(ctx) }

// OnUpdate puts the state into the elements.
func (r *RadioGroup) OnUpdate(ctx app.Context) { r.sync(ctx) }

func (r *RadioGroup) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		for i, c := range r.Choices {
			SetProperty(r.itemID(i), "checked", c.Value == r.Value)
		}
	})
}

// Render implements app.Composer.
func (r *RadioGroup) Render() app.UI {
	items := make([]app.UI, 0, len(r.Choices))
	for i, c := range r.Choices {
		items = append(items, r.renderChoice(r.itemID(i), c))
	}
	listClass := "choices"
	if r.Horizontal {
		listClass = "choices horizontal"
	}
	legendClass := "label"
	if r.HideLabel {
		legendClass = "sr-only"
	}
	group := app.FieldSet().ID(r.ID).Class("radio-group").Body(
		app.Legend().Class(legendClass).Text(r.Label),
		app.Div().Class(listClass).Body(items...),
		app.Div().ID(r.ID+"-note").Class("notes").Body(choiceNote(r.Error, r.Error)),
	)
	if r.Error != "" {
		group.Aria("describedby", r.ID+"-note")
	}
	return group
}

func (r *RadioGroup) renderChoice(id string, c Choice) app.UI {
	input := app.Input().Type("radio").ID(id).Name(r.ID).Class("dot").
		OnChange(On(func(ctx app.Context, e app.Event) {
			if r.OnChange != nil {
				r.OnChange(ctx, c.Value)
			}
		}))
	if c.Value == r.Value {
		input.Attr("checked", true)
	}
	if c.Disabled != "" {
		input.Disabled(true)
	}
	note := first(c.Disabled, c.Hint)
	describe(input.Attr, id, false, note != "")
	return app.Div().Class("choice").Body(
		input,
		app.Div().Class("choice-text").Body(
			app.Label().For(id).Class("choice-label").Text(c.Label),
			app.Div().ID(id+"-note").Class("notes").Body(choiceNote("", note)),
		),
	)
}

func (r *RadioGroup) itemID(i int) string { return r.ID + "-" + strconv.Itoa(i) }

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
