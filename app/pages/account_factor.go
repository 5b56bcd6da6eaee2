package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// factorSetup sets, renews and removes the second factor.
type factorSetup struct {
	starting  bool
	enrolment *api.Enrolment
	code      string
	err       string
	general   string
	busy      bool
	codes     []string // new recovery codes: shown once
	removing  bool
	renewing  bool
}

func (a *Account) renderFactor(me *api.Me) app.UI {
	f := &a.factor
	if !me.Factor {
		return &ui.Card{ID: "factor", Title: ui.T("me.factor"), Mark: ui.TagIcon(ui.Neutral, ui.IconShield, ui.T("me.factor_off")), Body: []app.UI{ui.Stack(
			app.P().Text(ui.T("me.factor_text")),
			app.Div().Body(&ui.Button{ID: "factor-start", Label: ui.T("me.factor_set_up"), Icon: ui.IconShieldCheck, Kind: ui.Primary, Busy: f.starting,
				OnClick: func(app.Context, app.Event) { f.start(a) }}),
		)}}
	}
	remove := &ui.Button{ID: "factor-remove", Label: ui.T("me.factor_remove"), OnClick: func(app.Context, app.Event) { f.removing = true }}
	if me.Staff != nil && !me.Demo {
		remove.Disabled = ui.T("me.factor_mandatory")
	}
	return &ui.Card{ID: "factor", Title: ui.T("me.factor"), Mark: ui.TagIcon(ui.OK, ui.IconShieldCheck, ui.T("me.factor_on")), Body: []app.UI{ui.Stack(
		app.P().Text(ui.T("me.factor_on_text")),
		ui.Row(
			&ui.Button{ID: "factor-renew", Label: ui.T("me.recovery_new"), Icon: ui.IconRefresh, OnClick: func(app.Context, app.Event) { f.renewing = true }},
			remove,
		),
	)}}
}

func (f *factorSetup) start(a *Account) {
	f.starting = true
	client.Call(a.ctx, a.At.Session, api.StartFactor, api.None{}, func(_ app.Context, e api.Enrolment, err error) {
		f.starting = false
		if err != nil {
			toastFailure(err)
			return
		}
		f.enrolment, f.code, f.err, f.general, f.codes = &e, "", "", "", nil
	})
}

func (f *factorSetup) close(a *Account) {
	done := f.codes != nil
	*f = factorSetup{}
	if done {
		a.At.Session.Refresh(a.ctx, false)
	}
}

// renderDialog is first the key with its code, then the recovery codes.
func (f *factorSetup) renderDialog(a *Account) app.UI {
	d := &ui.Dialog{ID: "factor-dialog", Open: f.enrolment != nil || f.codes != nil, Title: ui.T("me.factor_set_up"),
		OnClose: func(app.Context) { f.close(a) }}
	if f.codes != nil {
		d.Title, d.Cancel, d.Body = ui.T("me.recovery"), ui.T("me.recovery_done"), f.recoveryBody
		d.Actions = func() []app.UI {
			return []app.UI{&ui.Button{Label: ui.T("me.recovery_save"), Icon: ui.IconDownload, OnClick: func(app.Context, app.Event) {
				client.Save(ui.T("me.recovery_file"), "text/plain", strings.Join(f.codes, "\n")+"\n")
			}}}
		}
		return d
	}
	d.OnSubmit = func(ctx app.Context) { f.confirm(ctx, a) }
	d.Body = f.enrolBody
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{Label: ui.T("me.factor_confirm"), Kind: ui.Primary, Submit: true, Busy: f.busy}}
	}
	return d
}

func (f *factorSetup) enrolBody() []app.UI {
	if f.enrolment == nil {
		return nil
	}
	return []app.UI{ui.Stack(
		slot(formError(f.general)),
		app.P().Text(ui.T("me.factor_step_scan")),
		app.Img().Class("qr").Src(f.enrolment.QR).Alt(ui.T("me.factor_qr")).Width(200).Height(200),
		app.P().Class("hint").Text(ui.T("me.factor_step_type")),
		&ui.Copyable{Label: ui.T("me.factor_key"), Text: inFours(f.enrolment.Secret)},
		&ui.Field{ID: "factor-code", Label: ui.T("me.factor_step_code"), Value: f.code, Mono: true, Narrow: true, Required: true,
			Autocomplete: "one-time-code", Error: f.err, OnInput: func(_ app.Context, v string) { f.code = v }},
	)}
}

func (f *factorSetup) recoveryBody() []app.UI {
	rows := make([]app.UI, 0, len(f.codes))
	for _, c := range f.codes {
		rows = append(rows, app.Li().Body(app.Code().Text(c)))
	}
	return []app.UI{ui.Stack(
		app.P().Text(ui.T("me.recovery_text")),
		app.Ol().Class("recovery-codes").Body(rows...),
		ui.Row(&ui.Button{Label: ui.T("me.recovery_copy"), Icon: ui.IconCopy, OnClick: func(ctx app.Context, _ app.Event) {
			ui.Copy(ctx, strings.Join(f.codes, "\n"), func(_ app.Context, ok bool) {
				if !ok {
					ui.ShowToast(ui.Toast{Tone: ui.Warn, Text: ui.T("ui.copy_failed")})
					return
				}
				ui.ShowToast(ui.Toast{Text: ui.T("ui.copied")})
			})
		}}),
	)}
}

func (f *factorSetup) confirm(ctx app.Context, a *Account) {
	if f.busy {
		return
	}
	f.err, f.general = "", ""
	code := strings.ReplaceAll(f.code, " ", "")
	if len(code) < 6 {
		f.err = ui.T("me.factor_six")
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	var in api.FactorCodeIn
	in.Body.Code = code
	client.Call(a.ctx, a.At.Session, api.ConfirmFactor, in, func(ctx app.Context, out api.RecoveryCodes, err error) {
		f.busy = false
		if err != nil {
			fields, general := formFailure(err, "code")
			f.err, f.general = fields["code"], general
			ui.FocusInvalid(ctx)
			return
		}
		f.codes = out.Codes
	})
}

func (f *factorSetup) renderRemove(a *Account) app.UI {
	return &ui.Confirm{ID: "factor-remove-dialog", Open: f.removing, Title: ui.T("me.factor_remove_title"), Text: ui.T("me.factor_remove_text"),
		Action: ui.T("me.factor_remove"), Busy: f.busy, OnClose: func(app.Context) { f.removing = false },
		OnConfirm: func(app.Context) {
			f.busy = true
			client.Call(a.ctx, a.At.Session, api.RemoveFactor, api.None{}, func(ctx app.Context, _ api.None, err error) {
				f.busy, f.removing = false, false
				if err != nil {
					toastFailure(err)
					return
				}
				ui.ShowToast(ui.Toast{Text: ui.T("me.factor_removed")})
				a.At.Session.Refresh(a.ctx, true)
			})
		}}
}

func (f *factorSetup) renderRenew(a *Account) app.UI {
	return &ui.Confirm{ID: "factor-renew-dialog", Open: f.renewing, Title: ui.T("me.recovery_new_title"), Text: ui.T("me.recovery_new_text"),
		Action: ui.T("me.recovery_new"), Kind: ui.Primary, Busy: f.busy, OnClose: func(app.Context) { f.renewing = false },
		OnConfirm: func(app.Context) {
			f.busy = true
			client.Call(a.ctx, a.At.Session, api.NewRecoveryCodes, api.None{}, func(_ app.Context, out api.RecoveryCodes, err error) {
				f.busy, f.renewing = false, false
				if err != nil {
					toastFailure(err)
					return
				}
				f.codes = out.Codes
			})
		}}
}

// inFours writes a key as people copy it by hand: in groups of four.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
