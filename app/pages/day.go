package pages

import (
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// dayField chooses a day, "2026-11-22", by the browser's own picker; "" is none.
func dayField(id, label, value string, choose func(app.Context, string)) app.UI {
	return &dayInput{ID: id, Label: label, Value: value, OnChange: choose}
}

type dayInput struct {
	app.Compo

	ID, Label, Value string
	OnChange         func(app.Context, string)
}

// CompoID tells go-app that two fields are not the same.
func (d *dayInput) CompoID() string { return d.ID }

// OnMount puts the value into the element.
func (d *dayInput) OnMount(ctx app.Context) { d.sync(ctx) }

// OnUpdate puts the value into the element.
func (d *dayInput) OnUpdate(ctx app.Context) { d.sync(ctx) }

func (d *dayInput) sync(ctx app.Context) {
	ctx.Defer(func(app.Context) { ui.SetProperty(d.ID, "value", d.Value) })
}

// Render implements app.Composer.
func (d *dayInput) Render() app.UI {
	return app.Div().Class("field").Body(
		app.Label().For(d.ID).Class("label").Text(d.Label),
		app.Input().ID(d.ID).Class("input").Type("date").OnChange(ui.On(func(ctx app.Context, e app.Event) {
			d.OnChange(ctx, e.Get("target").Get("value").String())
		})),
	)
}
