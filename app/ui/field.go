package ui

import (
	"strconv"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// FieldKind is what a Field takes.
type FieldKind string

// The kinds. Number is digits only, for amounts and codes; Area has several lines.
const (
	Text     FieldKind = ""
	Email    FieldKind = "email"
	Password FieldKind = "password"
	Number   FieldKind = "number"
	Tel      FieldKind = "tel"
	Search   FieldKind = "search"
	Area     FieldKind = "area"
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

	OnInput  func(ctx app.Context, value string)
	OnChange func(ctx app.Context, value string) // on leaving the field with another value
	OnBlur   func(ctx app.Context)
	OnEnter  func(ctx app.Context)

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
	if f.Kind == Password {
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
	if f.Kind == Password || f.Kind == Email || f.Kind == Tel || f.Mono {
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
	case Password:
		if !f.shown {
			return "password"
		}
	}
	return "text"
}

func (f *Field) renderShow() app.UI {
	label, icon := T("ui.show"), IconEye
	if f.shown {
		label, icon = T("ui.hide"), IconEyeOff
	}
	return app.Button().Type("button").Class("btn", "quiet", "small").
		Aria("label", label+" "+f.Label).
		Aria("controls", f.ID).
		OnClick(On(func(ctx app.Context, e app.Event) { f.shown = !f.shown })).
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

// describe ties the note below a control to it.
func describe[T any](attr func(string, any) T, id string, wrong, noted bool) {
	if noted {
		attr("aria-describedby", id+"-note")
	}
	if wrong {
		attr("aria-invalid", true)
	}
}

type fieldNote struct {
	id, hint, err, confirmation, disabled, count string
}

func (n fieldNote) render() app.UI {
	var lines []app.UI
	switch {
	case n.err != "":
		lines = append(lines, app.Span().Class("note", "bad").Body(Icon(IconCircleAlert), app.Span().Text(n.err)))
	case n.disabled != "":
		lines = append(lines, app.Span().Class("note").Body(Icon(IconLock), app.Span().Text(n.disabled)))
	case n.confirmation != "":
		lines = append(lines, app.Span().Class("note", "ok").Body(Icon(IconCheck), app.Span().Text(n.confirmation)))
	case n.hint != "":
		lines = append(lines, app.Span().Class("note").Text(n.hint))
	}
	note := app.Div().Class("notes").Body(
		app.Div().ID(n.id + "-note").Body(lines...),
	)
	if n.count != "" {
		return note.Body(app.Div().ID(n.id+"-note").Body(lines...), app.Span().Class("note").Text(n.count))
	}
	return note
}

// fieldFrame is label, control and note. The note's place is always there, so that an error does not remount the
// control above it.
func fieldFrame(classes []string, id, label string, hide, required, optional bool, control app.UI, note fieldNote) app.UI {
	labelClass := "label"
	if hide {
		labelClass = "sr-only"
	}
	words := []app.UI{app.Span().Text(label)}
	if required && !hide {
		words = append(words, app.Span().Class("required").Aria("hidden", "true").Text("*"))
	}
	if optional {
		words = append(words, app.Span().Class("optional").Text(T("ui.optional")))
	}
	return app.Div().Class(classes...).Body(
		app.Label().For(id).Class(labelClass).Body(words...),
		control,
		note.render(),
	)
}

// Form groups fields and submits them by Enter or by a Button with Submit. The browser's own validation is off:
// errors are shown by the fields.
type Form struct {
	app.Compo

	ID       string
	Label    string
	Busy     bool // a second submit does nothing
	Body     []app.UI
	OnSubmit func(ctx app.Context)
}

// Render implements app.Composer.
func (f *Form) Render() app.UI {
	form := app.Form().Class("stack").Attr("novalidate", true).OnSubmit(On(func(ctx app.Context, e app.Event) {
		e.PreventDefault()
		if !f.Busy && f.OnSubmit != nil {
			f.OnSubmit(ctx)
		}
	}))
	if f.ID != "" {
		form.ID(f.ID)
	}
	if f.Label != "" {
		form.Aria("label", f.Label)
	}
	return form.Body(children(f.Body)...)
}

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
