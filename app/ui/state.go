package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Empty says what goes here and offers the first act, or that nothing matches and how to widen the search.
type Empty struct {
	app.Compo

	Icon    IconName
	Title   string
	Text    string
	Actions []app.UI
}

// Render implements app.Composer.
func (e *Empty) Render() app.UI {
	return app.Div().Class("empty").Body(
		Icon(e.Icon),
		app.P().Class("empty-title").Text(e.Title),
		app.If(e.Text != "", func() app.UI { return app.P().Class("hint").Text(e.Text) }),
		app.If(len(e.Actions) > 0, func() app.UI { return app.Div().Class("row").Body(children(e.Actions)...) }),
	)
}

// Failure is a region that could not be loaded: what happened, how to try again, the reference for support.
type Failure struct {
	app.Compo

	Title     string
	Text      string
	Reference string
	Busy      bool
	OnRetry   func(ctx app.Context)
}

// Render implements app.Composer.
func (f *Failure) Render() app.UI {
	return app.Div().Class("empty", "bad").Role("alert").Body(
		Icon(IconCircleAlert),
		app.P().Class("empty-title").Text(f.Title),
		app.If(f.Text != "", func() app.UI { return app.P().Class("hint").Text(f.Text) }),
		app.If(f.Reference != "", func() app.UI {
			return app.P().Class("hint").Body(app.Text(T("ui.reference")+" "), app.Code().Text(f.Reference))
		}),
		app.If(f.OnRetry != nil, func() app.UI {
			return &Button{Label: T("ui.try_again"), Icon: IconRefresh, Busy: f.Busy,
				OnClick: func(ctx app.Context, _ app.Event) { f.OnRetry(ctx) }}
		}),
	)
}

// Skeleton holds the place of rows that are loading. It is invisible for the first 300 ms.
func Skeleton(rows int) app.UI {
	lines := make([]app.UI, rows)
	for i := range lines {
		lines[i] = app.Div().Class("skeleton-row").Body(app.Span(), app.Span(), app.Span())
	}
	return app.Div().Class("skeleton").Body(
		app.Span().Class("sr-only").Text(T("ui.loading")),
		app.Div().Aria("hidden", "true").Body(lines...),
	)
}

// Progress is how far a long act is: Done of Total in words, with a way to stop it. A Total of 0 is not known yet.
type Progress struct {
	app.Compo

	Label    string // "Checking 4,312 of 10,000"
	Done     int
	Total    int
	OnCancel func(ctx app.Context)
}

// Render implements app.Composer.
func (p *Progress) Render() app.UI {
	bar := app.Progress().Aria("label", p.Label)
	if p.Total > 0 {
		bar.Max(p.Total).Attr("value", strconv.Itoa(p.Done))
	}
	return app.Div().Class("progress").Body(
		app.Div().Class("progress-head").Body(
			app.Span().Text(p.Label),
			app.If(p.OnCancel != nil, func() app.UI {
				return &Button{Label: T("ui.cancel"), Small: true, OnClick: func(ctx app.Context, _ app.Event) { p.OnCancel(ctx) }}
			}),
		),
		bar,
	)
}

// Copyable is a code or an address in the system's monospace with a button that copies it.
type Copyable struct {
	app.Compo

	Label string // what it is, for the button's name
	Text  string
	Large bool // in large type, to be read out

	copied bool
}

// Render implements app.Composer.
func (c *Copyable) Render() app.UI {
	label, icon := T("ui.copy"), IconCopy
	if c.copied {
		label, icon = T("ui.copied"), IconCheck
	}
	class := "copyable"
	if c.Large {
		class = "copyable large"
	}
	return app.Div().Class(class).Body(
		app.Code().Text(c.Text),
		&Button{Label: label, Name: label + " " + c.Label, Icon: icon, Small: true, Kind: Quiet, OnClick: c.copy},
	)
}

func (c *Copyable) copy(ctx app.Context, _ app.Event) {
	Copy(ctx, c.Text, func(ctx app.Context, ok bool) {
		if !ok {
			ShowToast(Toast{Tone: Warn, Text: T("ui.copy_failed")})
			return
		}
		c.copied = true
		Announce(T("ui.copied"))
		After(ctx, toastLife, func(app.Context) { c.copied = false })
	})
}

// Pill is the connection in the bar: Tone OK "Online · all saved", Warn "Offline · …", Info with Busy "Sending 3 of 7".
// With Href it leads to the page of changes. On phones only the icon is seen.
type Pill struct {
	app.Compo

	Tone Tone
	Icon IconName // the tone's when empty
	Text string
	Busy bool
	Href string
}

// Render implements app.Composer.
func (p *Pill) Render() app.UI {
	icon := p.Icon
	if icon == "" {
		icon = p.Tone.icon()
	}
	classes := []string{"pill", p.Tone.class()}
	if p.Busy {
		icon, classes = IconLoader, append(classes, "busy")
	}
	content := []app.UI{Icon(icon), app.Span().Class("pill-text").Text(p.Text)}
	if p.Href != "" {
		return app.A().Class(classes...).Href(p.Href).Title(p.Text).Body(content...)
	}
	return app.Span().Class(classes...).Title(p.Text).Body(content...)
}
