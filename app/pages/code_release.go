package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// releaseDialog lets the owner unlock a code after looking at the misses.
type releaseDialog struct {
	open bool
	busy bool
	view releaseView
}

// releaseView is which code, with the misses that the owner looks at.
type releaseView struct {
	At     client.Seat
	Ctx    app.Context // the page's own
	In     api.CodeReleaseIn
	Misses []ui.Entry
	Done   func(app.Context)
}

func (d *releaseDialog) show(v releaseView) { d.open, d.view = true, v }

func (d *releaseDialog) render() app.UI {
	return &ui.Confirm{ID: "release", Open: d.open, Title: ui.T("code.unlock_title"), Text: ui.T("code.unlock_text"), Kind: ui.Primary, Busy: d.busy,
		Action:  ui.T("code.unlock"),
		OnClose: func(app.Context) { d.open = false },
		Body: func() []app.UI {
			return []app.UI{&ui.Feed{Label: ui.T("code.misses_title"), Entries: d.view.Misses, Empty: ui.T("code.misses_unseen")}}
		},
		OnConfirm: func(app.Context) {
			if d.busy {
				return
			}
			d.busy = true
			client.Call(d.view.Ctx, d.view.At.Session, api.ReleaseCode, d.view.In, func(ctx app.Context, _ api.None, err error) {
				d.busy = false
				if err != nil {
					toastFailure(err)
					return
				}
				d.open = false
				ui.ShowToast(ui.Toast{Text: ui.T("code.unlocked")})
				d.view.Done(ctx)
			})
		}}
}
