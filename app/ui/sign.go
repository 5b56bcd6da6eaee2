package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/shared/text"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Tone is what a colour means. Colour never stands alone: each tone has its icon, and a word beside it.
type Tone string

// The tones. Live belongs to remote access alone.
const (
	Neutral Tone = ""
	OK      Tone = "ok"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
	Info    Tone = "info"
	Live    Tone = "live"
)

func (t Tone) class() string {
	if t == Neutral {
		return "neutral"
	}
	return string(t)
}

func (t Tone) icon() IconName {
	switch t {
	case OK:
		return IconCircleCheck
	case Warn:
		return IconTriangleAlert
	case Bad:
		return IconCircleAlert
	case Live:
		return IconActivity
	case Info:
		return IconInfo
	}
	return IconCircle
}

// Tag is a state in words on its soft ground, with the icon of its tone: Tag(ui.OK, "Active").
func Tag(t Tone, text string) app.UI { return TagIcon(t, t.icon(), text) }

// TagIcon is a Tag with an icon of its own: TagIcon(ui.Info, ui.IconClock, "Pending").
func TagIcon(t Tone, icon IconName, text string) app.UI {
	return app.Span().Class("tag", t.class()).Body(Icon(icon), app.Span().Text(text))
}

// Badge is a count in a pill; label says what is counted, for screen readers ("1 request waits for you").
func Badge(t Tone, n int, label string) app.UI {
	return app.Span().Class("badge", t.class()).Body(
		app.Span().Aria("hidden", "true").Text(Locale().Number(int64(n))),
		app.Span().Class("sr-only").Text(label),
	)
}

// Avatar is a person's initials in a circle; Live draws the ring of somebody who is inside now. The name must stand
// beside it, the circle itself is silent.
func Avatar(name string, t Tone) app.UI {
	return app.Span().Class("avatar", t.class()).Aria("hidden", "true").Text(Initials(name))
}

// Initials are the first letters of the first and the last word of a name, in capitals.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	var b strings.Builder
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// Quote is what somebody wrote, set apart from our own words.
func Quote(text string) app.UI { return app.Blockquote().Class("quote").Text(text) }

// Hint is a line of secondary text.
func Hint(text string) app.UI { return app.P().Class("hint").Text(text) }

// Person is an avatar with two lines: a main one and a quieter one below. Both may hold links and strong text.
func Person(name string, t Tone, main, below []app.UI) app.UI {
	return app.Div().Class("person").Body(
		Avatar(name, t),
		app.Div().Class("person-text").Body(
			app.Div().Body(children(main)...),
			app.Div().Class("hint").Body(children(below)...),
		),
	)
}

// Link is a text link inside the app.
func Link(href, text string) app.UI { return app.A().Class("link").Href(href).Text(text) }

// Written is a text that somebody wrote to others; addresses of the web in it can be followed, each in a tab of its own.
func Written(s string) []app.UI {
	var list []app.UI
	for _, p := range text.Pieces(s) {
		if p.Address {
			list = append(list, app.A().Class("link").Href(p.Text).Target("_blank").Rel("noopener").Text(p.Text))
		} else {
			list = append(list, app.Text(p.Text))
		}
	}
	return list
}

// Stack puts its children below one another with even space.
func Stack(body ...app.UI) app.UI { return app.Div().Class("stack").Body(children(body)...) }

// Row puts its children side by side and wraps them when the space ends; fields and buttons stand on one base line.
func Row(body ...app.UI) app.UI { return app.Div().Class("row").Body(children(body)...) }

// Split puts what is told at the left and what is done about it at the right; on phones below it.
func Split(main app.UI, end ...app.UI) app.UI {
	return app.Div().Class("split").Body(main, app.Div().Class("split-end").Body(children(end)...))
}

// Columns puts a wide main column beside a narrow one; below 1024 px they stand below one another.
func Columns(main, side []app.UI) app.UI {
	return app.Div().Class("columns").Body(
		app.Div().Class("stack", "lg").Body(children(main)...),
		app.Div().Class("stack", "lg").Body(children(side)...),
	)
}

// Grid puts fields into as many even columns as fit, at least 260 px each.
func Grid(body ...app.UI) app.UI { return app.Div().Class("grid").Body(children(body)...) }

// children copies a list before go-app filters it in place: a component that renders twice from the same field would
// otherwise lose elements.
func children(list []app.UI) []app.UI {
	if len(list) == 0 {
		return nil
	}
	return append(make([]app.UI, 0, len(list)), list...)
}
