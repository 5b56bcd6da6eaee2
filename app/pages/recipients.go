package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/service"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// recipientsDialog answers "who gets this?" for a message about any service, of any category, before it is written (S05).
type recipientsDialog struct {
	ctx      app.Context
	at       client.Seat
	org      id.Organization
	answers  api.Endpoint[api.RecipientsIn, api.Recipients]
	open     bool
	category routing.Category
	service  id.Service
	name     string // of the service that it was opened for
	services loaded[api.Services]
	domains  loaded[api.Services]
	answer   loaded[api.Recipients]
}

// show opens the dialog of the caller's organization; which may be "".
func (d *recipientsDialog) show(ctx app.Context, at client.Seat, which id.Service, name string, c routing.Category) {
	*d = recipientsDialog{ctx: ctx, at: at, org: at.Org, open: true, category: c, service: which, name: name, answers: api.GetRecipients}
	in := api.ServicesIn{Org: at.OrgIn(), ServiceFilter: api.ServiceFilter{Limit: 200}}
	if at.Can(service.Service.View()) {
		load(ctx, at, &d.services, api.ListServices, in, false)
	}
	if at.Can(service.Domain.View()) {
		load(ctx, at, &d.domains, api.ListDomains, in, false)
	}
	d.ask()
}

func (d *recipientsDialog) ask() {
	load(d.ctx, d.at, &d.answer, d.answers, api.RecipientsIn{Org: api.Org{Org: d.org}, Category: d.category, Service: d.service}, false)
}

func (d *recipientsDialog) render() app.UI {
	w := &ui.Dialog{ID: "recipients", Open: d.open, Cancel: ui.T("ui.close"), OnClose: func(app.Context) { *d = recipientsDialog{} }}
	if !d.open {
		return w
	}
	w.Title, w.Lead = ui.T("recipients.title"), ui.T("recipients.lead")
	w.Body = func() []app.UI {
		return []app.UI{ui.Stack(
			ui.Grid(
				&ui.Select{ID: "recipients-category", Label: ui.T("ticket.category"), Value: string(d.category), Options: categoryOptions(), Autofocus: true,
					OnChange: func(_ app.Context, v string) { d.category = routing.Category(v); d.ask() }},
				&ui.Select{ID: "recipients-service", Label: ui.T("ticket.service"), Value: string(d.service), Options: d.options(),
					OnChange: func(_ app.Context, v string) { d.service = id.Service(v); d.ask() }},
			),
			app.Div().Aria("live", "polite").Body(region(d.at, &d.answer, 3, func(app.Context) { d.ask() }, d.verdicts)),
		)}
	}
	return w
}

func (d *recipientsDialog) options() []ui.Option {
	options := []ui.Option{{Value: "", Label: ui.T("ticket.no_service")}}
	found := d.service == ""
	for _, list := range [][]api.ServiceRow{d.services.value.Services, d.domains.value.Services} {
		for i := range list {
			found = found || list[i].ID == d.service
			options = append(options, ui.Option{Value: string(list[i].ID), Label: list[i].Name})
		}
	}
	if !found {
		options = append(options, ui.Option{Value: string(d.service), Label: d.name})
	}
	return options
}

func (d *recipientsDialog) verdicts(r api.Recipients) []app.UI { return recipientLists(&r) }

// recipientLists are those who get a message, and those of whom one might expect it, with the reasons in words.
func recipientLists(r *api.Recipients) []app.UI {
	list := func(title string, of []api.Gets, icon ui.IconName, tone ui.Tone) app.UI {
		lines := []app.UI{}
		for i := range of {
			g := &of[i]
			lines = append(lines, app.Li().Class("verdict").Body(
				app.Span().Class("verdict-sign", "tone-"+string(tone)).Body(ui.Icon(icon)),
				app.Div().Body(app.Strong().Text(g.Name), app.Text(" "), app.Span().Class("hint", "wrap").Text(g.Email), ui.Hint(ui.T("recipients.why."+string(g.Why))))))
		}
		return ui.Stack(ui.Heading(3, title), app.Ul().Class("verdicts").Body(lines...))
	}
	parts := []app.UI{}
	if len(r.Gets) == 0 {
		parts = append(parts, &ui.Banner{Tone: ui.Warn, Text: ui.T("recipients.nobody")})
	} else {
		parts = append(parts, list(ui.T("recipients.gets", "n", len(r.Gets)), r.Gets, ui.IconCircleCheck, ui.OK))
	}
	if len(r.Not) > 0 {
		parts = append(parts, list(ui.T("recipients.not", "n", len(r.Not)), r.Not, ui.IconCircleMinus, ui.Neutral))
	}
	return parts
}

func categoryOptions() (options []ui.Option) {
	for _, c := range routing.Categories() {
		options = append(options, ui.Option{Value: string(c), Label: categoryName(c)})
	}
	return options
}

func categoryName(c routing.Category) string { return ui.T("ticket.category." + string(c)) }
