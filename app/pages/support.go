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

// supportBanner says where the agent is, as what, by whose word and until when, and lets them out.
type supportBanner struct {
	app.Compo

	At   client.Seat
	View api.SupportView

	ctx     app.Context
	mounted bool
	leaving bool
	told    string // the page that the customer was told of
	more    moreDialog
	soon    bool // the end is near: more time is offered
}

// moreFrom is how long before its end a session offers to ask for more time.
const moreFrom = 5 * time.Minute

// OnMount keeps the context of the banner and tells the customer which page is open.
func (b *supportBanner) OnMount(ctx app.Context) {
	b.ctx, b.mounted = ctx, true
	b.tell()
	b.watchEnd()
}

// OnUpdate tells the customer when another page was opened.
func (b *supportBanner) OnUpdate(app.Context) {
	b.tell()
	b.watchEnd()
}

func (b *supportBanner) tell() {
	if !b.mounted || b.told == b.At.Page {
		return
	}
	b.told = b.At.Page
	in := api.ViewingIn{Org: b.At.OrgIn()}
	in.Body.Page = b.At.Page
	client.Load(b.ctx, b.At.Session, api.TellViewing, in, true, func(app.Context, api.None, error) {})
}

// watchEnd renders again when the last minutes begin.
func (b *supportBanner) watchEnd() {
	left := b.View.EndsAt.Sub(ui.ServerNow())
	if b.soon = left <= moreFrom; !b.soon && b.mounted {
		end := b.View.EndsAt
		ui.After(b.ctx, left-moreFrom, func(app.Context) { b.soon = b.View.EndsAt.Equal(end) || b.View.EndsAt.Sub(ui.ServerNow()) <= moreFrom })
	}
}

// Render implements app.Composer.
func (b *supportBanner) Render() app.UI {
	text := []app.UI{app.Text(ui.T("shell.support_in") + " "), app.Strong().Text(b.View.Name),
		app.Text(" " + ui.T("shell.support_as") + " "), app.Strong().Text(string(b.View.Role)), app.Text(".")}
	if b.View.ApprovedBy != "" {
		text = append(text, app.Text(" "+ui.T("shell.support_by", "name", b.View.ApprovedBy)))
	}
	more := ""
	if b.View.Source != access.Managed && b.soon && !b.View.MoreAsked {
		more = ui.T("shell.support_more")
	}
	if b.View.MoreAsked {
		text = append(text, app.Text(" "+ui.T("shell.support_more_waits")))
	}
	return app.Div().Body(&ui.SupportFrame{
		More: more, OnMore: func(app.Context) { b.more.show() },
		Label: ui.T("shell.support_view"), Text: text, Until: b.View.EndsAt, Ends: ui.T("shell.support_ends"),
		Leave: ui.T("shell.support_leave"), Leaving: b.leaving, OnLeave: b.leave,
		OnEnd: func(app.Context) { b.At.Session.Refresh(b.ctx, true) },
	}, b.more.render(b))
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

// moreDialog asks the customer for more time.
type moreDialog struct {
	open    bool
	length  length
	busy    bool
	problem string
}

func (d *moreDialog) show() {
	d.open, d.problem = true, ""
	d.length.set(int(access.Durations()[0] / time.Minute))
}

func (d *moreDialog) render(b *supportBanner) app.UI {
	most := int(access.GreatestMaximum / time.Minute)
	return &ui.Dialog{ID: "more-time", Open: d.open, Title: ui.T("shell.support_more"), Size: ui.Small,
		OnClose: func(app.Context) { d.open = false },
		OnSubmit: func(app.Context) {
			if !d.busy && d.length.valid(most) {
				d.send(b)
			}
		},
		Body: func() []app.UI {
			return []app.UI{app.P().Text(ui.T("shell.support_more_text")),
				d.length.render("more-duration", ui.T("remote.select_duration"), most, 0), formError(d.problem)}
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
			return
		}
		d.open = false
		ui.ShowToast(ui.Toast{Text: ui.T("shell.support_more_asked")})
		b.At.Session.Refresh(ctx, true)
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
