package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/errs"
	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// stepUpDialog asks for the password again when an act needs it. The act goes on by itself afterwards.
type stepUpDialog struct {
	app.Compo

	Session *client.Session
	Open    bool
	Locale  i18n.Locale

	password, code string
	errPassword    string
	errCode        string
	general        string
	busy           bool
}

// OnUpdate forgets what was typed when the dialog closes.
func (d *stepUpDialog) OnUpdate(app.Context) {
	if !d.Open {
		d.reset()
	}
}

func (d *stepUpDialog) reset() {
	d.password, d.code, d.errPassword, d.errCode, d.general, d.busy = "", "", "", "", "", false
}

// Render implements app.Composer.
func (d *stepUpDialog) Render() app.UI {
	return &ui.Dialog{
		ID: "step-up", Open: d.Open, Title: ui.T("shell.step_up_title"), Lead: ui.T("shell.step_up_lead"), Size: ui.Small,
		OnClose: func(app.Context) { d.Session.CancelStepUp() },
		OnSubmit: func(ctx app.Context) {
			if !d.busy {
				d.submit(ctx)
			}
		},
		Body: d.body,
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: ui.T("shell.continue"), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		},
	}
}

func (d *stepUpDialog) body() []app.UI {
	parts := []app.UI{
		slot(formError(d.general)),
		usernameField(d.Session),
		&ui.Field{ID: "step-up-password", Label: ui.T("shell.password"), Kind: ui.Password, Value: d.password, Required: true,
			Autocomplete: "current-password", Error: d.errPassword, Autofocus: true,
			OnInput: func(_ app.Context, v string) { d.password = v }},
	}
	if me := d.Session.Me(); me != nil && me.Factor {
		parts = append(parts, &ui.Field{ID: "step-up-code", Label: ui.T("shell.factor_code"), Hint: ui.T("shell.factor_code_hint"),
			Value: d.code, Required: true, Autocomplete: "one-time-code", Mono: true, Narrow: true, Error: d.errCode,
			OnInput: func(_ app.Context, v string) { d.code = v }})
	}
	return parts
}

func (d *stepUpDialog) submit(ctx app.Context) {
	d.errPassword, d.errCode, d.general = "", "", ""
	me := d.Session.Me()
	if d.password == "" {
		d.errPassword = ui.T("shell.password_needed")
	}
	if me != nil && me.Factor && d.code == "" {
		d.errCode = ui.T("shell.factor_code_needed")
	}
	if d.errPassword != "" || d.errCode != "" {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy = true
	d.Session.StepUp(ctx, d.password, d.code, func(ctx app.Context, err error) {
		d.busy = false
		if err == nil {
			return // the session closes the dialog
		}
		fields, general := formFailure(err, "password", "code")
		d.errPassword, d.errCode, d.general = fields["password"], fields["code"], general
		if client.CodeOf(err) != errs.TooMany {
			d.code = ""
		}
		ui.FocusInvalid(ctx)
	})
}

// leaveDialog asks before a link throws typed text away.
func (p *Portal) leaveDialog() app.UI {
	return &ui.Confirm{ID: "leave", Open: p.leaving != "", Title: ui.T("shell.leave_title"), Text: ui.T("shell.leave_text"),
		Action: ui.T("ui.discard"),
		OnConfirm: func(ctx app.Context) {
			href := p.leaving
			p.leaving = ""
			ctx.Navigate(href)
		},
		OnClose: func(app.Context) { p.leaving = "" },
	}
}

func (p *Portal) signOut(ctx app.Context) {
	if len(p.session.Unsent()) > 0 {
		p.askOut = true
		return
	}
	p.guardSignOut(ctx)
}

// guardSignOut asks what becomes of edits that were not sent, and signs out when there are none.
func (p *Portal) guardSignOut(ctx app.Context) {
	p.askOut = false
	if !p.guard.ask(p.ctx, p.session, p.reallySignOut) {
		p.reallySignOut(ctx)
	}
}

// reallySignOut deletes what this browser keeps, and ends the sign-in.
func (p *Portal) reallySignOut(app.Context) {
	p.guard.close()
	s := p.session
	offline.SignOut(p.ctx, s, func(_ app.Context, others bool) {
		others = forgetLists(s) || others
		others = forgetTickets(s) || others
		s.SignOut(p.ctx, others, func(app.Context, error) {})
	})
}

func (p *Portal) signOutDialog() app.UI {
	return &ui.Confirm{ID: "sign-out", Open: p.askOut, Title: ui.T("shell.sign_out_title"), Text: ui.T("shell.leave_text"),
		Action: ui.T("shell.sign_out"), OnConfirm: p.guardSignOut, OnClose: func(app.Context) { p.askOut = false }}
}

// warnBefore is how long before the end of an unused sign-in the person is asked whether they are still there.
const warnBefore = 2 * time.Minute

// arm sets the clock for the next warning about the end of the sign-in.
func (p *Portal) arm() {
	p.disarm()
	me := p.session.Me()
	left := min(time.Until(p.session.IdleEnd()), me.SignedInUntil.Sub(ui.ServerNow()))
	ctx := p.ctx
	p.idleTime = time.AfterFunc(max(time.Second, left-warnBefore), func() {
		ctx.Dispatch(func(ctx app.Context) {
			defer ui.Recover()
			p.warn(ctx)
		})
	})
	if time.Until(p.session.IdleEnd()) > warnBefore {
		p.idleEnd = time.Time{}
	}
}

func (p *Portal) disarm() {
	if p.idleTime != nil {
		p.idleTime.Stop()
	}
}

// warn says that the end is near: of an unused sign-in, which can be kept, or of any sign-in, which can't.
func (p *Portal) warn(ctx app.Context) {
	me := p.session.Me()
	if me == nil || p.session.Ended() != "" {
		return
	}
	if me.SignedInUntil.Sub(ui.ServerNow()) <= warnBefore+time.Second {
		if !p.warned.Equal(me.SignedInUntil) {
			p.warned = me.SignedInUntil
			ui.ShowToast(ui.Toast{Tone: ui.Warn, Sticky: true, Text: ui.T("shell.sign_in_ends", "time", clock(me.SignedInUntil))})
		}
		ui.After(ctx, max(time.Second, me.SignedInUntil.Sub(ui.ServerNow())+time.Second), func(ctx app.Context) { p.session.Refresh(ctx, true) })
		return
	}
	if time.Until(p.session.IdleEnd()) > warnBefore+time.Second {
		p.arm() // something was done meanwhile
		return
	}
	p.idleEnd = ui.ServerNow().Add(time.Until(p.session.IdleEnd()))
}

func (p *Portal) idleDialog() app.UI {
	stay := func(ctx app.Context) {
		p.idleEnd = time.Time{}
		p.session.Stay(p.ctx)
	}
	return &ui.Dialog{ID: "idle", Open: !p.idleEnd.IsZero() && p.session.Ended() == "", Title: ui.T("shell.idle_title"), Size: ui.Small, Alert: true,
		Cancel: ui.T("shell.idle_stay"), OnClose: stay,
		Body: func() []app.UI {
			return []app.UI{
				app.P().Text(ui.T("shell.idle_text")),
				&ui.Countdown{Until: p.idleEnd, Label: ui.T("shell.idle_left"), OnEnd: func(ctx app.Context) {
					p.session.Refresh(p.ctx, true)
				}},
			}
		},
	}
}
