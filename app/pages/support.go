package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
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

// supportBanner says where the agent is, as what, by whose word and until when, and lets them out.
type supportBanner struct {
	app.Compo

	At   client.Seat
	View api.SupportView

	ctx     app.Context
	leaving bool
}

// OnMount keeps the context of the banner.
func (b *supportBanner) OnMount(ctx app.Context) { b.ctx = ctx }

// Render implements app.Composer.
func (b *supportBanner) Render() app.UI {
	text := []app.UI{app.Text(ui.T("shell.support_in") + " "), app.Strong().Text(b.View.Name),
		app.Text(" " + ui.T("shell.support_as") + " "), app.Strong().Text(string(b.View.Role)), app.Text(".")}
	if b.View.ApprovedBy != "" {
		text = append(text, app.Text(" "+ui.T("shell.support_by", "name", b.View.ApprovedBy)))
	}
	return &ui.SupportFrame{
		Label: ui.T("shell.support_view"), Text: text, Until: b.View.EndsAt, Ends: ui.T("shell.support_ends"),
		Leave: ui.T("shell.support_leave"), Leaving: b.leaving, OnLeave: b.leave,
		OnEnd: func(app.Context) { b.At.Session.Refresh(b.ctx, true) },
	}
}

func (b *supportBanner) leave(app.Context) {
	b.leaving = true
	client.Call(b.ctx, b.At.Session, api.LeaveSupport, b.At.OrgIn(), func(ctx app.Context, _ api.None, err error) {
		b.leaving = false
		if err != nil {
			toastFailure(err)
			return
		}
		client.Leave("/" + client.PageHub)
	})
}

// supportEnded stands in place of the page once the access is over: nothing of the organization is shown any more, but
// what was typed can be copied.
func supportEnded(at client.Seat) app.UI {
	body := []app.UI{
		&ui.PageHeader{Title: ui.T("shell.support_over")},
		&ui.Banner{Tone: ui.Live, Title: at.Session.Ended(), Alert: true, Actions: []app.UI{
			&ui.Button{Label: ui.T("shell.support_back"), Kind: ui.Primary, Icon: ui.IconArrowLeft, Href: "/" + client.PageHub}}},
	}
	for _, u := range at.Session.Unsent() {
		body = append(body, &ui.Card{Title: u.Label, Body: []app.UI{&ui.Copyable{Label: u.Label, Text: u.Text}}})
	}
	return ui.Stack(body...)
}
