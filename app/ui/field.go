package ui

import (
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// FieldKind is what a Field takes.
type FieldKind string

// The kinds. Number is digits only, for amounts and codes; Area has several lines; Secret is masked like a password, but
// no browser and no password manager offers to keep it.
const (
	Text     FieldKind = ""
	Email    FieldKind = "email"
	Password FieldKind = "password"
	Number   FieldKind = "number"
	Tel      FieldKind = "tel"
	Search   FieldKind = "search"
	Area     FieldKind = "area"
	Secret   FieldKind = "secret"
	Date     FieldKind = "date" // a day, "2026-11-22", by the browser's own picker
)

// Field is one labelled line (or area) of input with hint, error and confirmation. Value is owned by the page: take
// each keystroke from OnInput; what the page doesn't take is put back at the next render. Without OnInput the field
// keeps what was typed.
type Field struct {
	app.Compo

	ID           string // required, unique on the page
	Label        string
	HideLabel    bool // the label is only heard; for search fields
	Kind         FieldKind
	Value        string
	Placeholder  string
	Hint         string
	Error        string // what is wrong and what to do
	Confirmation string // what is right: "Available"
	Required     bool
	Optional     bool // says so beside the label
	ReadOnly     bool
	Disabled     string // the reason, shown in place of the hint
	Autocomplete string
	MaxLength    int // 0 is no limit; an Area with one counts
	Rows         int // of an Area, 3 when 0
	Mono         bool
	Narrow       bool // for a few digits
	Autofocus    bool
	Shown        bool // with OnShow: a Password or Secret is in plain text

	OnInput  func(ctx app.Context, value string)
	OnChange func(ctx app.Context, value string) // on leaving the field with another value
	OnBlur   func(ctx app.Context)
	OnEnter  func(ctx app.Context)
	OnShow   func(ctx app.Context, shown bool) // makes the page the owner of Shown

	shown bool
}

// CompoID tells go-app that two fields with other ids are not the same field.
func (f *Field) CompoID() string { return f.ID }

// OnMount puts the value into the element.
func (f *Field) OnMount(ctx app.Context) { f.sync(ctx) }

// OnUpdate puts the value into the element.
func (f *Field) OnUpdate(ctx app.Context) { f.sync(ctx) }

// sync writes the property, not the attribute: go-app drops empty attributes, so Value("") would never clear.
func (f *Field) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) { SetProperty(f.ID, "value", f.Value) })
}

// Render implements app.Composer.
func (f *Field) Render() app.UI {
	control := f.renderControl()
	if (f.Kind == Password || f.Kind == Secret) && f.Disabled == "" {
		control = app.Div().Class("with-button").Body(control, f.renderShow())
	}
	if f.Kind == Search {
		control = app.Div().Class("with-icon").Body(Icon(IconSearch), control)
	}
	note := fieldNote{id: f.ID, hint: f.Hint, err: f.Error, confirmation: f.Confirmation, disabled: f.Disabled}
	if f.Kind == Area && f.MaxLength > 0 {
		note.count = T("ui.characters_left", "n", max(0, f.MaxLength-utf8.RuneCountInString(f.Value)))
	}
	return fieldFrame(f.classes(), f.ID, f.Label, f.HideLabel, f.Required, f.Optional, control, note)
}

func (f *Field) classes() []string {
	classes := []string{"field"}
	if f.Narrow {
		classes = append(classes, "narrow")
	}
	if f.Mono {
		classes = append(classes, "mono")
	}
	return classes
}

func (f *Field) renderControl() app.UI {
	if f.Kind == Area {
		area := app.Textarea().ID(f.ID).Class("input").Rows(max(f.Rows, 3))
		if f.Placeholder != "" {
			area.Placeholder(f.Placeholder)
		}
		if f.MaxLength > 0 {
			area.MaxLength(f.MaxLength)
		}
		return controlled(area, f)
	}

	input := app.Input().ID(f.ID).Class("input").Type(f.htmlType())
	if f.Kind == Secret {
		input.Attr("autocomplete", "off")
		if !f.visible() {
			input.Class("masked")
		}
	}
	if f.Placeholder != "" {
		input.Placeholder(f.Placeholder)
	}
	if f.MaxLength > 0 {
		input.MaxLength(f.MaxLength)
	}
	if f.Kind == Number {
		input.Attr("inputmode", "numeric")
	}
	if f.Autocomplete != "" {
		input.Attr("autocomplete", f.Autocomplete)
	}
	if f.Kind == Password || f.Kind == Secret || f.Kind == Email || f.Kind == Tel || f.Mono {
		input.Attr("spellcheck", "false").Attr("autocapitalize", "none")
	}
	return controlled(input, f)
}

func (f *Field) htmlType() string {
	switch f.Kind {
	case Email:
		return "email"
	case Tel:
		return "tel"
	case Search:
		return "search"
	case Date:
		return "date"
	case Password:
		if !f.visible() {
			return "password"
		}
	}
	return "text"
}

// visible reports whether a masked field shows its text.
func (f *Field) visible() bool {
	if f.OnShow != nil {
		return f.Shown
	}
	return f.shown
}

func (f *Field) renderShow() app.UI {
	label, icon := T("ui.show"), IconEye
	if f.visible() {
		label, icon = T("ui.hide"), IconEyeOff
	}
	return app.Button().Type("button").Class("btn", "quiet", "small").
		Aria("label", label+" "+f.Label).
		Aria("controls", f.ID).
		OnClick(On(func(ctx app.Context, e app.Event) {
			if f.OnShow != nil {
				f.OnShow(ctx, !f.Shown)
				return
			}
			f.shown = !f.shown
		})).
		Body(Icon(icon), app.Span().Text(label))
}

// element is what input and textarea have in common.
type element[T any] interface {
	app.UI
	Attr(string, any) T
	OnInput(app.EventHandler, ...app.EventOption) T
	OnChange(app.EventHandler, ...app.EventOption) T
	OnBlur(app.EventHandler, ...app.EventOption) T
	OnKeyDown(app.EventHandler, ...app.EventOption) T
}

func controlled[T element[T]](el T, f *Field) app.UI {
	describe(el.Attr, f.ID, f.Error != "", f.Error != "" || f.Hint != "" || f.Confirmation != "" || f.Disabled != "")
	if f.Required {
		el.Attr("required", true)
	}
	if f.ReadOnly {
		el.Attr("readonly", true)
	}
	if f.Disabled != "" {
		el.Attr("disabled", true)
	}
	if f.Autofocus {
		el.Attr("data-autofocus", "1")
	}
	if f.OnInput != nil {
		el.OnInput(On(func(ctx app.Context, e app.Event) { f.OnInput(ctx, e.Get("target").Get("value").String()) }))
	}
	if f.OnChange != nil {
		el.OnChange(On(func(ctx app.Context, e app.Event) { f.OnChange(ctx, e.Get("target").Get("value").String()) }))
	}
	if f.OnBlur != nil {
		el.OnBlur(On(func(ctx app.Context, e app.Event) { f.OnBlur(ctx) }))
	}
	if f.OnEnter != nil {
		el.OnKeyDown(On(func(ctx app.Context, e app.Event) {
			if e.Get("key").String() == "Enter" && !e.Get("isComposing").Truthy() {
				e.PreventDefault()
				f.OnEnter(ctx)
			}
		}))
	}
	return el
}
