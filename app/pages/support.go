package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// supportFrame is the permanent banner of the remote support view, nil elsewhere.
func supportFrame(at client.Seat) app.UI {
	me := at.Session.Me()
	if at.As != api.AsSupport || me == nil || me.Support == nil || at.Session.Ended() != "" {
		return nil
	}
	return &supportBanner{At: at, View: *me.Support}
}

// supportBanner says where the agent is, as what, by whose word and until when, and lets them out (R09).
type supportBanner struct {
	app.Compo

	At   client.Seat
	View api.SupportView

	ctx     app.Context
	mounted bool
	leaving bool
	told    string // the page that the customer was told of
	near    func() // stops the wait for the last minutes
	more    moreDialog
	before  api.SupportView
}

// moreFrom is how long before its end a session offers to ask for more time.
const moreFrom = 5 * time.Minute

// OnMount says where the agent has come to, and tells the customer which page is open.
func (b *supportBanner) OnMount(ctx app.Context) {
	b.ctx, b.mounted, b.before = ctx, true, b.View
	ui.Announce(ui.T("shell.support_entered", "organization", b.View.Name, "role", roleName(b.View.Role)))
	ctx.Defer(func(app.Context) {
		if activeElement() == nil {
			ui.Focus(ui.PageTitleID)
		}
	})
	b.follow()
}

// OnUpdate tells the customer when another page was opened, and the agent when the end has changed.
func (b *supportBanner) OnUpdate(app.Context) {
	b.follow()
	b.tellEnd()
}

// OnDismount stops the wait. Whoever is leaving goes on to the hub: the end may reach this window before the answer.
func (b *supportBanner) OnDismount() {
	if b.near != nil {
		b.near()
	}
	if b.leaving {
		client.Leave("/" + client.PageHub)
	}
}

// tellEnd says what the customer decided about the end.
func (b *supportBanner) tellEnd() {
	was, is := b.before, b.View
	b.before = is
	if was.Session != is.Session {
		return
	}
	tone, key := ui.Live, ""
	switch moved := !was.EndsAt.Equal(is.EndsAt); {
	case was.MoreAsked && !is.MoreAsked && is.EndsAt.After(was.EndsAt):
		key = "shell.support_more_given"
	case was.MoreAsked && !is.MoreAsked && !moved:
		tone, key = ui.Warn, "shell.support_more_refused"
	case moved:
		key = "shell.support_end_moved"
	}
	if key != "" {
		ui.ShowToast(ui.Toast{Tone: tone, Text: ui.T(key, "until", until(is.EndsAt))})
	}
}

func (b *supportBanner) follow() {
	if !b.mounted {
		return
	}
	b.tell()
	if b.near != nil {
		b.near()
		b.near = nil
	}
	if left := b.View.EndsAt.Sub(ui.ServerNow()) - moreFrom; left > 0 {
		b.near = ui.After(b.ctx, left, func(app.Context) {}) // draws the banner again
	}
}

func (b *supportBanner) tell() {
	if b.told == b.At.Page {
		return
	}
	b.told = b.At.Page
	in := api.ViewingIn{Org: b.At.OrgIn()}
	in.Body.Page = b.At.Page
	client.Load(b.ctx, b.At.Session, api.TellViewing, in, true, func(_ app.Context, _ api.None, err error) {
		if err != nil && b.told == in.Body.Page {
			b.told = "" // told again at the next occasion
		}
	})
}

// mayAsk reports whether more time can be asked for now.
func (b *supportBanner) mayAsk() bool {
	return b.View.Source != access.Managed && !b.View.MoreAsked && b.View.MoreAtMost >= int(access.ShortestDuration/time.Minute) &&
		b.View.EndsAt.Sub(ui.ServerNow()) <= moreFrom
}

// Render implements app.Composer.
func (b *supportBanner) Render() app.UI {
	text := []app.UI{app.Text(ui.T("shell.support_in") + " "), app.Strong().Text(b.View.Name),
		app.Text(" " + ui.T("shell.support_as") + " "), app.Strong().Text(roleName(b.View.Role)), app.Text(".")}
	if b.View.ApprovedBy != "" {
		key := "shell.support_by"
		if b.View.Source == access.Invited {
			key = "shell.support_invited"
		}
		text = append(text, app.Text(" "+ui.T(key, "name", b.View.ApprovedBy)))
	}
	more := ""
	switch {
	case b.View.MoreAsked:
		text = append(text, app.Text(" "+ui.T("shell.support_more_waits")))
	case b.mayAsk():
		more = ui.T("shell.support_more")
	}
	return app.Div().Body(&ui.SupportFrame{
		More: more, OnMore: func(app.Context) { b.more.show(b.View.MoreAtMost) },
		Label: ui.T("shell.support_view"), Text: text, Until: b.View.EndsAt, Ends: ui.T("shell.support_ends"),
		Leave: ui.T("shell.support_leave"), Leaving: b.leaving, OnLeave: b.leave,
		OnEnd: func(app.Context) { b.At.Session.Refresh(b.ctx, true) },
	}, b.more.render(b))
}

func (b *supportBanner) leave(app.Context) {
	if b.leaving {
		return
	}
	b.leaving = true
	b.At.Session.Leaving(true)
	client.Call(b.ctx, b.At.Session, api.LeaveSupport, b.At.OrgIn(), func(ctx app.Context, _ api.None, err error) {
		if err != nil {
			b.leaving = false
			b.At.Session.Leaving(false)
			toastFailure(err)
			return
		}
		client.Leave("/" + client.PageHub)
	})
}

// moreDialog asks the customer for more time.
type moreDialog struct {
	open    bool
	most    int
	length  length
	busy    bool
	problem string
}

func (d *moreDialog) show(most int) {
	d.open, d.most, d.problem = true, most, ""
	d.length.set(min(int(access.Durations()[0]/time.Minute), most))
}

func (d *moreDialog) render(b *supportBanner) app.UI {
	return &ui.Dialog{ID: "more-time", Open: d.open, Title: ui.T("shell.support_more"), Size: ui.Small,
		OnClose: func(app.Context) { d.open = false },
		OnSubmit: func(ctx app.Context) {
			if d.busy {
				return
			}
			if !d.length.valid(d.most) {
				ui.FocusInvalid(ctx)
				return
			}
			d.send(b)
		},
		Body: func() []app.UI {
			return []app.UI{slot(formError(d.problem)), app.P().Text(ui.T("shell.support_more_text", "until", until(b.View.EndsAt))),
				d.length.render(lengthField{ID: "more-duration", Label: ui.T("remote.select_duration"), Maximum: d.most})}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "more-send", Label: ui.T("hub.submit"), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *moreDialog) send(b *supportBanner) {
	d.busy, d.problem = true, ""
	in := api.MoreTimeIn{Org: b.At.OrgIn()}
	in.Body.Minutes = d.length.minutes
	client.Call(b.ctx, b.At.Session, api.AskMoreTime, in, func(ctx app.Context, _ access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "minutes")
			d.length.problem, d.problem = fields["minutes"], general
			ui.FocusInvalid(ctx)
			return
		}
		d.open = false
		ui.ShowToast(ui.Toast{Text: ui.T("shell.support_more_asked")})
		b.At.Session.Refresh(ctx, true)
	})
}
