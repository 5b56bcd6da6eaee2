package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (s *Services) renderFilters() app.UI {
	states := []ui.Option{{Label: ui.T("orgdetail.any")}}
	for _, st := range service.States() {
		states = append(states, ui.Option{Value: string(st), Label: serviceState(st)})
	}
	only := app.UI(nil)
	if c := s.At.Param("contact"); c != "" {
		only = &ui.Button{ID: "services-everybody", Label: ui.T("services.of_contact", "name", s.nameOf(c)), Icon: ui.IconX, Pressed: true,
			OnClick: func(ctx app.Context, _ app.Event) { ctx.Navigate(s.At.With("contact", "")) }}
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("services.filters")).Body(
		&ui.Field{ID: "services-search", Label: ui.T("services.search"), Kind: ui.Search, Value: s.query, MaxLength: 100, Autocomplete: "off", OnInput: s.search},
		&ui.Select{ID: "services-state", Label: ui.T("orgpage.state"), Value: s.At.Param("state"), Options: states,
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(s.At.With("q", s.query, "state", v)) }},
		slot(only),
	)
}

// nameOf is the contact whom the list is narrowed to.
func (s *Services) nameOf(c string) string {
	for i := range s.rows {
		for _, a := range []*api.AssignedContact{s.rows[i].Support, s.rows[i].Billing} {
			if a != nil && string(a.Contact) == c {
				return a.Name
			}
		}
	}
	return ui.T("services.one_contact")
}

func (s *Services) renderList(list api.Services) []app.UI {
	if len(s.rows) == 0 {
		if s.shown == (api.ServiceFilter{}) {
			return []app.UI{&ui.Empty{Icon: serviceIcon(s.Kind), Title: ui.T("services.none." + string(s.Kind)), Text: ui.T("services.none_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Actions: []app.UI{
			&ui.Button{ID: "services-clear", Label: ui.T("orgdetail.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				s.query = ""
				ctx.Navigate(s.At.With("q", "", "state", "", "contact", ""))
				ui.FocusLater(s.ctx, "services-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(s.rows))
	for i := range s.rows {
		lines = append(lines, s.line(&s.rows[i]))
	}
	foot := []app.UI{app.Span().Text(ui.T("services.shown", "n", len(s.rows), "total", list.Total))}
	if s.next != "" {
		foot = append(foot, &ui.Button{ID: "services-more", Label: ui.T("orgdetail.more"), Small: true, Busy: s.older, OnClick: s.more})
	}
	return []app.UI{&ui.Table{ID: "service-list", Label: ui.T("nav." + s.page()), Lines: lines, Foot: foot, Columns: append(serviceColumns(), ui.Column{
		Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act})}}
}

// serviceColumns are of all lists of services and domains.
func serviceColumns() []ui.Column {
	return []ui.Column{{Title: ui.T("orgpage.name"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State},
		{Title: ui.T("services.support_contact")}, {Title: ui.T("services.billing")}, {Title: ui.T("services.term"), Kind: ui.Drop}}
}

// serviceCells are the cells of serviceColumns.
func serviceCells(r *api.ServiceRow) []app.UI {
	return []app.UI{
		app.Span().Class("service-name").Body(app.Span().Class("wrap").Text(r.Name), ui.Hint(r.Product)),
		app.Span().Class("contact-state").Body(serviceTags(r)...),
		assignedCell(r.Support, ui.T("services.support_contact")), assignedCell(r.Billing, ui.T("services.billing")), app.Text(serviceTerm(&r.Owned)),
	}
}

func (s *Services) line(r *api.ServiceRow) ui.Line {
	act := app.UI(app.Text(""))
	if items := s.acts(r); len(items) > 0 {
		act = &keyed{Key: "acts-" + string(r.ID), Body: func() app.UI {
			return &ui.Menu{ID: "service-acts-" + string(r.ID), Label: ui.T("services.actions"), Name: ui.T("services.actions_of", "name", r.Name), Small: true, Kind: ui.Quiet,
				Items: items}
		}}
	}
	return ui.Line{ID: string(r.ID), Quiet: r.State == service.Ended, Usual: r.State == service.Active && r.Cancellation == nil, Cells: append(serviceCells(r), act)}
}

// acts are what the person can do about a service.
func (s *Services) acts(r *api.ServiceRow) (items []ui.MenuItem) {
	of := *r
	if s.mayAssign() {
		ended := ""
		if !of.State.Runs() {
			ended = ui.T("services.ended_text")
		}
		items = append(items,
			ui.MenuItem{Label: ui.T("services.contact_support"), Icon: ui.IconHeadset, Disabled: ended, OnSelect: func(app.Context) { s.assign.show(s, of, service.Support) }},
			ui.MenuItem{Label: ui.T("services.billing_contact"), Icon: ui.IconReceipt, Disabled: ended, OnSelect: func(app.Context) { s.assign.show(s, of, service.Billing) }})
	}
	if mayOpenTicket(s.At) {
		items = append(items, ui.MenuItem{Label: ui.T("services.ask"), Icon: ui.IconTicket, Href: s.At.Href(pageNewTicket) + "?service=" + string(of.ID)})
	}
	if s.At.Can(perm.ContactsView) {
		items = append(items, ui.MenuItem{Label: ui.T("recipients.title"), Icon: ui.IconMail, OnSelect: func(app.Context) { s.gets.show(s.ctx, s.At, of.ID, of.Name, routing.Technical) }})
	}
	if !s.mayAssign() {
		return items
	}
	if w := of.Cancellation; w != nil && w.Mine {
		return append(items, ui.MenuItem{Label: ui.T("services.take_back"), Icon: ui.IconUndo, Separator: true, Disabled: offlineReason(s.At), OnSelect: func(app.Context) { s.takeBack(of) }})
	}
	why := ""
	switch {
	case of.Cancellation != nil:
		why = ui.T("services.cancel_waits", "name", of.Cancellation.By)
	case of.MayCancel() != nil:
		why = ui.T("services.cancelled_already")
	}
	return append(items, ui.MenuItem{Label: ui.T("services.cancel." + string(of.Kind)), Icon: ui.IconBan, Danger: true, Separator: true, Disabled: why,
		OnSelect: func(app.Context) { s.cancel.show(of) }})
}

// takeBack withdraws the cancellation that the person asked for.
func (s *Services) takeBack(of api.ServiceRow) {
	in := api.ChangeIn{Org: s.At.OrgIn(), Change: of.Cancellation.Change}
	client.Call(s.ctx, s.At.Session, api.TakeBackChange, in, func(ctx app.Context, _ significant.Change, err error) {
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("services.taken_back", "name", of.Name)})
		}
		s.load(ctx, true)
	})
}

// assignedCell is a contact of a service, flagged when mail about it does not reach them.
func assignedCell(a *api.AssignedContact, label string) app.UI {
	lead := app.Span().Class("narrow-only").Text(label + ui.T("services.colon") + "\u00a0")
	if label == "" {
		lead = app.Span()
	}
	if a == nil {
		return app.Span().Class("nobody").Body(lead, app.Text(ui.T("services.nobody")))
	}
	parts := []app.UI{lead, app.Text(a.Name)}
	switch {
	case !a.Active:
		parts = append(parts, app.Text(" "), ui.TagIcon(ui.Warn, ui.IconUserX, ui.T("orgdetail.deactivated")))
	case !a.Mail.Gets():
		parts = append(parts, app.Text(" "), ui.TagIcon(ui.Warn, ui.IconMail, ui.T("services.no_mail")))
	}
	return app.Span().Class("assigned").Body(parts...)
}

func serviceState(s service.State) string { return ui.T("services.state." + string(s)) }

// serviceTags are the state of a service in words, and what waits about it.
func serviceTags(r *api.ServiceRow) []app.UI {
	tone, icon := ui.Neutral, ui.IconCircleMinus
	switch r.State {
	case service.Active:
		tone, icon = ui.OK, ui.IconCircleCheck
	case service.Pending:
		tone, icon = ui.Info, ui.IconClock
	case service.Suspended:
		tone, icon = ui.Bad, ui.IconBan
	case service.Ending:
		tone, icon = ui.Warn, ui.IconHourglass
	}
	tags := []app.UI{ui.TagIcon(tone, icon, serviceState(r.State))}
	if r.Cancellation != nil {
		tags = append(tags, ui.TagIcon(ui.Info, ui.IconClock, ui.T("services.cancellation_waits")))
	}
	return tags
}

// serviceTerm is when a service renews or ends.
func serviceTerm(o *service.Owned) string {
	switch {
	case o.EndsOn != "" && o.State == service.Ended:
		return ui.T("services.ended_on", "day", dayText(o.EndsOn))
	case o.EndsOn != "":
		return ui.T("services.ends_on", "day", dayText(o.EndsOn))
	case o.RenewsOn != "":
		return ui.T("services.renews_on", "day", dayText(o.RenewsOn))
	}
	return ""
}

func serviceIcon(k service.Kind) ui.IconName {
	if k == service.Domain {
		return ui.IconGlobe
	}
	return ui.IconServer
}
