package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Option is one line of a Select. Its value may be empty.
type Option struct {
	Value string
	Label string
}

// Select is a labelled drop-down. Value is owned by the page.
type Select struct {
	app.Compo

	ID        string // required, unique on the page
	Label     string
	HideLabel bool
	Value     string
	Options   []Option
	Hint      string
	Error     string
	Required  bool
	Optional  bool
	Disabled  string // the reason
	Narrow    bool
	Autofocus bool
	OnChange  func(ctx app.Context, value string)
}

// CompoID tells go-app that two selects with other ids are not the same.
func (s *Select) CompoID() string { return s.ID }

// OnMount puts the value into the element.
func (s *Select) OnMount(ctx app.Context) { s.sync(ctx) }

// OnUpdate puts the value into the element.
func (s *Select) OnUpdate(ctx app.Context) { s.sync(ctx) }

func (s *Select) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) { SetProperty(s.ID, "value", s.index()) })
}

// Render implements app.Composer. Options are known to the browser by their position: an option with an empty value
// would otherwise submit its text.
func (s *Select) Render() app.UI {
	options := make([]app.UI, 0, len(s.Options))
	for i, o := range s.Options {
		option := app.Option().Value(strconv.Itoa(i)).Text(o.Label)
		if o.Value == s.Value {
			option.Selected(true)
		}
		options = append(options, option)
	}
	sel := app.Select().ID(s.ID).Class("input").Body(options...).
		OnChange(On(func(ctx app.Context, e app.Event) {
			i, err := strconv.Atoi(e.Get("target").Get("value").String())
			if err == nil && i >= 0 && i < len(s.Options) && s.OnChange != nil {
				s.OnChange(ctx, s.Options[i].Value)
			}
		}))
	describe(sel.Attr, s.ID, s.Error != "", s.Error != "" || s.Hint != "" || s.Disabled != "")
	if s.Required {
		sel.Required(true)
	}
	if s.Disabled != "" {
		sel.Disabled(true)
	}
	if s.Autofocus {
		sel.DataSet("autofocus", "1")
	}
	classes := []string{"field"}
	if s.Narrow {
		classes = append(classes, "narrow")
	}
	return fieldFrame(classes, s.ID, s.Label, s.HideLabel, s.Required, s.Optional,
		app.Div().Class("select").Body(sel, Icon(IconChevronDown)),
		fieldNote{id: s.ID, hint: s.Hint, err: s.Error, disabled: s.Disabled})
}

func (s *Select) index() string {
	for i, o := range s.Options {
		if o.Value == s.Value {
			return strconv.Itoa(i)
		}
	}
	return ""
}
