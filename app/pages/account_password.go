package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// passwordForm changes one's own password. The new one can be looked at, so it is not asked twice.
type passwordForm struct {
	now, next string
	errors    map[string]string
	general   string
	busy      bool
}

// typed says that there is something to lose; the passwords themselves are handed to nobody.
func (f *passwordForm) typed() []client.Unsent {
	if f.next == "" {
		return nil
	}
	return []client.Unsent{{Label: ui.T("me.password"), Text: "••••••••"}}
}

func (f *passwordForm) render(a *Account) app.UI {
	return &ui.Card{ID: "password", Title: ui.T("me.password"), Body: []app.UI{&ui.Form{
		ID: "password-form", Label: ui.T("me.password"), Busy: f.busy, OnSubmit: func(ctx app.Context) { f.submit(ctx, a) },
		Body: []app.UI{
			slot(formError(f.general)),
			usernameField(a.At.Session),
			&ui.Field{ID: "password-now", Label: ui.T("me.password_now"), Kind: ui.Password, Value: f.now, Autocomplete: "current-password",
				Error: f.errors["current"], OnInput: func(_ app.Context, v string) { f.now = v }},
			&ui.Field{ID: "password-next", Label: ui.T("me.password_next"), Kind: ui.Password, Value: f.next, Autocomplete: "new-password",
				Hint: ui.T("me.password_hint"), Error: f.errors["new"], OnInput: func(_ app.Context, v string) { f.next = v }},
			app.Div().Body(&ui.Button{Label: ui.T("me.password_change"), Submit: true, Busy: f.busy}),
		},
	}}}
}

func (f *passwordForm) submit(ctx app.Context, a *Account) {
	f.errors, f.general = map[string]string{}, ""
	if f.now == "" {
		f.errors["current"] = ui.T("shell.password_needed")
	}
	if f.next == "" {
		f.errors["new"] = ui.T("me.password_next_needed")
	}
	if len(f.errors) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	var in api.PasswordIn
	in.Body.Current, in.Body.New = f.now, f.next
	client.Call(a.ctx, a.At.Session, api.ChangePassword, in, func(ctx app.Context, _ api.None, err error) {
		f.busy = false
		if err != nil {
			f.errors, f.general = formFailure(err, "current", "new")
			ui.FocusInvalid(ctx)
			return
		}
		*f = passwordForm{}
		ui.ShowToast(ui.Toast{Text: ui.T("me.password_changed")})
		a.load(ctx, true)
	})
}
