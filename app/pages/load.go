package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// loaded is what a page has from the server: a value with its time, or why there is none. What was loaded stays when a
// later load fails.
type loaded[T any] struct {
	value T
	loading
}

// loading is how far a loaded value is. What needs no more than that is in the program once and not for every type.
type loading struct {
	at   time.Time // when the value came; zero before the first answer
	err  error     // of the newest load
	busy bool
	turn int // of the newest load: an older answer that comes later is dropped
}

func (d *loading) has() bool { return !d.at.IsZero() }

func (d *loading) begin() (turn int) {
	d.turn++
	d.busy = true
	return d.turn
}

// end notes what came of a load, and reports false for one that a newer one has overtaken.
func (d *loading) end(turn int, err error) bool {
	if turn != d.turn {
		return false
	}
	if d.busy, d.err = false, err; err == nil {
		d.at = ui.ServerNow()
	}
	return true
}

// put shows what came with an act: what was asked for before is older.
func (d *loaded[T]) put(value T) {
	d.value = value
	d.end(d.begin(), nil)
}

// load fetches into d and then calls then, whether or not it succeeded.
func load[In, Out any](ctx app.Context, at client.Seat, d *loaded[Out], ep api.Endpoint[In, Out], in In, background bool,
	then ...func(app.Context)) {
	turn := d.begin()
	client.Load(ctx, at.Session, ep, in, background, func(ctx app.Context, out Out, err error) {
		if !d.end(turn, err) {
			return
		}
		if err == nil {
			d.value = out
		}
		for _, f := range then {
			f(ctx)
		}
	})
}

// region shows a loaded value, with a word above it when it is old, or what stands in its place: the skeleton of so many
// rows, or the reason with a way to try again.
func region[T any](at client.Seat, d *loaded[T], rows int, retry func(app.Context), show func(T) []app.UI) app.UI {
	return d.region(at, rows, retry, func() []app.UI { return show(d.value) })
}

func (d *loading) region(at client.Seat, rows int, retry func(app.Context), show func() []app.UI) app.UI {
	code := client.CodeOf(d.err)
	switch {
	case code == errs.Forbidden || code == errs.NotFound:
		return app.Div().Class("stack", "lg").Body(noRight(at))
	case d.has():
		return app.Div().Class("stack", "lg").Body(append([]app.UI{slot(staleNotice(d.at, d.err, d.busy, retry))}, show()...)...)
	case d.err != nil && !d.busy:
		return app.Div().Class("stack", "lg").Body(failed(d.err, d.busy, retry))
	}
	return app.Div().Class("stack", "lg").Body(ui.Skeleton(rows))
}

// staleNotice says that what is shown is of an earlier time, and why; nil when it is not.
func staleNotice(at time.Time, err error, busy bool, retry func(app.Context)) app.UI {
	f := client.Explain(err)
	if f.Code == errs.Unauthenticated || f.Text == "" {
		return nil // the shell says so
	}
	if f.Offline {
		return ui.Hint(ui.T("shell.offline_data", "time", clock(at))) // the shell says why
	}
	return &ui.Banner{Tone: ui.Warn, Text: f.Text, Actions: []app.UI{retryButton(busy, retry)}}
}

// failed stands in place of what could not be loaded.
func failed(err error, busy bool, retry func(app.Context)) app.UI {
	f := client.Explain(err)
	switch {
	case f.Offline:
		return &ui.Empty{Icon: ui.IconWifiOff, Title: ui.T("shell.offline_title"), Text: ui.T("shell.offline_text"),
			Actions: []app.UI{retryButton(busy, retry)}}
	case f.Code == errs.Unauthenticated:
		return &ui.Empty{Icon: ui.IconLock, Title: f.Text}
	}
	return &ui.Failure{Title: ui.T("shell.failed_title"), Text: f.Text, Reference: f.Reference, Busy: busy, OnRetry: retry}
}

func retryButton(busy bool, retry func(app.Context)) app.UI {
	return &ui.Button{Label: ui.T("ui.try_again"), Icon: ui.IconRefresh, Small: true, Busy: busy,
		OnClick: func(ctx app.Context, _ app.Event) { retry(ctx) }}
}

// noRight says who can allow what the person may not see.
func noRight(at client.Seat) app.UI {
	text := ui.T("shell.no_right_staff")
	if m, ok := at.Member(); ok {
		text = ui.T("shell.no_right", "owner", m.OwnerName)
		if at.As == api.AsSupport {
			text = ui.T("shell.no_right_support")
		}
	}
	return &ui.Empty{Icon: ui.IconLock, Title: ui.T("shell.no_right_title"), Text: text}
}

// toastFailure shows why an act failed; nothing for one that the person gave up, or after the end of the sign-in, which
// the shell shows.
func toastFailure(err error) {
	f := client.Explain(err)
	if f.Text == "" || f.Code == errs.Unauthenticated {
		return
	}
	text := f.Text
	if f.Reference != "" && f.Code == errs.Internal {
		text += " " + ui.T("ui.reference") + " " + f.Reference
	}
	ui.ShowToast(ui.Toast{Tone: ui.Bad, Text: text})
}

// formFailure shares a failed act out to its form: the sentence of each field, and the one for the whole form when it is
// not about a field.
func formFailure(err error, fields ...string) (byField map[string]string, general string) {
	f := client.Explain(err)
	byField = map[string]string{}
	for _, name := range fields {
		if text := f.Fields[name]; text != "" {
			byField[name] = text
		}
	}
	if len(byField) == 0 || len(byField) < len(f.Fields) {
		general = f.Text
	}
	return byField, general
}

// formError is the sentence above a form, nil without one.
func formError(text string) app.UI {
	if text == "" {
		return nil
	}
	return &ui.Banner{Tone: ui.Bad, Text: text, Alert: true}
}

// slot keeps the place of what comes and goes, so that its neighbours are not drawn anew, which would take the focus out
// of them. Empty it takes no room.
func slot(content app.UI) app.UI {
	if content == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Body(content)
}

// usernameField tells password managers whose password the form is about; people do not see it.
func usernameField(at *client.Session) app.UI {
	email := ""
	if me := at.Me(); me != nil {
		email = me.Email
	}
	return app.Input().Type("text").Hidden(true).ReadOnly(true).Attr("autocomplete", "username").Attr("value", email)
}
