package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/app/ui"
	"countersign/shared/access"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// length is a duration that somebody chooses: one of those offered, or typed.
type length struct {
	minutes int
	custom  bool
	hours   string
	rest    string
	problem string
}

const customLength = "custom"

func (l *length) set(minutes int) {
	*l = length{minutes: minutes, hours: strconv.Itoa(minutes / 60), rest: strconv.Itoa(minutes % 60)}
}

// lengthField is the drop-down and, for a duration of one's own, its fields. Nothing over Maximum minutes is offered.
type lengthField struct {
	ID      string
	Label   string
	Hint    string
	Maximum int
	Also    int // a duration to offer besides, 0 for none
}

func (l *length) render(f lengthField) app.UI {
	value, problem := strconv.Itoa(l.minutes), l.problem
	if l.custom {
		value, problem = customLength, "" // said of the typed hours
	}
	parts := []app.UI{&ui.Select{ID: f.ID, Label: f.Label, Value: value, Options: l.options(f), Hint: f.Hint, Error: problem,
		OnChange: func(_ app.Context, v string) { l.choose(v) }}}
	if l.custom {
		parts = append(parts, l.typed(f.ID+"-hours", ui.T("remote.hours"), &l.hours, l.problem), l.typed(f.ID+"-minutes", ui.T("remote.minutes"), &l.rest, ""))
	}
	return app.Div().Class("length").Body(parts...)
}

func (l *length) options(f lengthField) []ui.Option {
	offered := []int{f.Also}
	if !l.custom {
		offered = append(offered, l.minutes)
	}
	for _, d := range access.Durations() {
		offered = append(offered, int(d/time.Minute))
	}
	offered = slices.DeleteFunc(offered, func(n int) bool { return n < 1 || n > f.Maximum })
	if len(offered) == 0 && f.Maximum > 0 {
		offered = []int{f.Maximum}
	}
	slices.Sort(offered)
	var options []ui.Option
	for _, n := range slices.Compact(offered) {
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: span(minutes(n))})
	}
	return append(options, ui.Option{Value: customLength, Label: ui.T("remote.custom")})
}

func (l *length) choose(v string) {
	if v == customLength {
		l.custom, l.problem = true, ""
		l.hours, l.rest = strconv.Itoa(l.minutes/60), strconv.Itoa(l.minutes%60)
		return
	}
	if n, err := strconv.Atoi(v); err == nil {
		l.set(n)
	}
}

func (l *length) typed(id, label string, value *string, problem string) app.UI {
	return &ui.Field{ID: id, Label: label, Kind: ui.Number, Value: *value, MaxLength: 4, Error: problem, OnInput: func(_ app.Context, v string) {
		*value = v
		l.read()
	}}
}

// read takes what was typed; what is no number is no duration.
func (l *length) read() {
	h, errHours := typedNumber(l.hours)
	m, errMinutes := typedNumber(l.rest)
	l.minutes, l.problem = h*60+m, ""
	if errHours != nil || errMinutes != nil {
		l.minutes = 0
	}
}

func typedNumber(s string) (int, error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, nil
	}
	return strconv.Atoi(s)
}

// valid checks the duration as the server will, and keeps the sentence for the field.
func (l *length) valid(maximum int) bool {
	shortest := int(access.ShortestDuration / time.Minute)
	switch {
	case l.minutes < shortest:
		l.problem = ui.T("access.error.too_short", "minutes", shortest)
	case l.minutes > maximum:
		l.problem = ui.T("remote.too_long", "time", span(minutes(maximum)))
	default:
		l.problem = ""
	}
	return l.problem == ""
}

// text is the duration in words; of one that is being typed it may be none.
func (l *length) text() string {
	if l.minutes < 1 {
		return "–"
	}
	return span(minutes(l.minutes))
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
