package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

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
