package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderOwn are the lines of the inbox that are not about remote access: significant changes, the ownership, the
// account-wide code.
func (h *Home) renderOwn(home api.Home) []app.UI {
	var rows []app.UI
	for i := range home.Changes {
		c := &home.Changes[i]
		rows = append(rows, &keyed{Key: string(c.ID), Body: func() app.UI {
			return h.cards.render(changeView{At: h.At, Ctx: h.ctx, Acted: h.again}, c)
		}})
	}
	if home.Transfer != nil {
		rows = append(rows, h.renderTransfer(home.Transfer))
	}
	if n := home.Tickets.Count; n > 0 {
		rows = append(rows, h.renderTickets(n, home.Tickets.Since))
	}
	if home.Rotate != nil && !home.Rotate.RotateAt.IsZero() {
		rows = append(rows, h.renderRotate(home.Rotate))
	}
	return rows
}

func (h *Home) renderTransfer(t *api.Transfer) app.UI {
	return ui.Split(
		ui.Person(t.FromName, ui.Neutral, []app.UI{app.Strong().Text(ui.T("owner.offers", "name", t.FromName))}, []app.UI{
			timeTag(t.CreatedAt), app.Text(" · "),
			&ui.Countdown{Until: t.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true, OnEnd: h.again}}),
		&ui.Button{ID: "accept", Label: ui.T("owner.accept"), Kind: ui.Primary, Disabled: offlineReason(h.At), OnClick: func(app.Context, app.Event) { h.accept.show(t) }},
		&ui.Button{ID: "decline", Label: ui.T("owner.decline"), Busy: h.busy == "decline", Disabled: offlineReason(h.At), OnClick: func(app.Context, app.Event) {
			h.busy = "decline"
			client.Call(h.ctx, h.At.Session, api.DeclineOwnership, api.TransferIn{Org: h.At.OrgIn(), Transfer: t.ID}, func(ctx app.Context, _ api.Ownership, err error) {
				h.busy = ""
				if err != nil {
					toastFailure(err)
				} else {
					ui.ShowToast(ui.Toast{Text: ui.T("owner.declined")})
				}
				h.load(ctx, true)
			})
		}},
	)
}

// renderTickets leads to the tickets that wait for an answer.
func (h *Home) renderTickets(n int, since time.Time) app.UI {
	text := ui.T("ticket.waiting_count", "n", n)
	return ui.Split(
		app.Div().Class("person").Body(app.Span().Class("avatar", "neutral").Body(ui.Icon(ui.IconTicket)), app.Div().Class("person-text").Body(
			app.Div().Body(app.Strong().Text(text)), app.Div().Class("hint").Body(app.Text(ui.T("ticket.since")+" "), timeTag(since)))),
		&ui.Button{ID: "tickets-review", Label: ui.T("shell.review"), Name: ui.T("shell.review") + ": " + text, Kind: ui.Primary, Href: h.At.Href(pageTickets) + "?state=pending"})
}

func (h *Home) renderRotate(c *api.CodeState) app.UI {
	return ui.Split(
		app.Div().Class("person").Body(app.Span().Class("avatar", "neutral").Body(ui.Icon(ui.IconKey)), app.Div().Class("person-text").Body(
			app.Div().Body(app.Strong().Text(rotateTitle(c))), app.Div().Class("hint").Text(ui.T("code.rotate_text")))),
		&ui.Button{ID: "rotate-change", Label: ui.T("code.change"), Kind: ui.Primary, Href: h.At.Href(pageProfile) + "?edit=code"},
		&ui.Button{ID: "rotate-keep", Label: ui.T("code.keep_it"), Busy: h.busy == "keep", Disabled: offlineReason(h.At), OnClick: func(app.Context, app.Event) {
			h.busy = "keep"
			keepCode(h.ctx, h.At, func(ctx app.Context) {
				h.busy = ""
				h.load(ctx, true)
			})
		}},
	)
}
