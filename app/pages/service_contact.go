package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// assignDialog is "Contact Support" and "Billing Contact": who is assigned to a service, with what follows from the choice
// before it is made (S04).
type assignDialog struct {
	page    *Services
	open    bool
	of      api.ServiceRow
	role    service.Role
	chosen  id.Contact
	theirs  bool // somebody else has changed it while the dialog was open
	query   string
	pause   func()
	found   loaded[api.Candidates]
	busy    string // "yes" or "reset"
	problem string
}

func (d *assignDialog) show(page *Services, of api.ServiceRow, role service.Role) {
	*d = assignDialog{page: page, open: true, of: of, role: role}
	d.chosen = d.of.Assigned(role)
	d.loadCandidates(false)
}

func (d *assignDialog) close() {
	if d.pause != nil {
		d.pause()
	}
	*d = assignDialog{}
}

const mostCandidates = 200

func (d *assignDialog) loadCandidates(background bool) {
	if !d.open {
		return
	}
	p := d.page
	load(p.ctx, p.At, &d.found, api.ListCandidates, api.CandidatesIn{Org: p.At.OrgIn(), Query: d.query, Limit: mostCandidates}, background)
}

// now is who is assigned.
func (d *assignDialog) now() *api.AssignedContact {
	if d.role == service.Billing {
		return d.of.Billing
	}
	return d.of.Support
}

// follow takes over what others have made of the service.
func (d *assignDialog) follow(now *api.ServiceRow) {
	if !d.open || d.busy != "" || now.Version <= d.of.Version {
		return
	}
	was := d.of.Assigned(d.role)
	untouched := d.chosen == was
	if d.of = *now; d.of.Assigned(d.role) != was {
		if d.theirs = !untouched; untouched {
			d.chosen = d.of.Assigned(d.role)
		}
	}
}

// candidate is the one who is chosen, nil while they are not among those that were found.
func (d *assignDialog) candidate() *api.Candidate {
	list := d.found.value.Contacts
	if i := slices.IndexFunc(list, func(c api.Candidate) bool { return c.ID == d.chosen }); i >= 0 {
		return &list[i]
	}
	return nil
}

func (d *assignDialog) render(s *Services) app.UI {
	w := &ui.Dialog{ID: "service-contact", Open: d.open, OnClose: func(app.Context) { d.close() }}
	if !d.open {
		return w
	}
	w.Title = ui.T("services.assign_title."+string(d.role), "name", d.of.Name)
	w.Dirty = d.chosen != d.of.Assigned(d.role)
	w.Body = d.body
	w.Actions = func() []app.UI {
		reset := offlineReason(s.At)
		if d.now() == nil {
			reset = ui.T("services.nothing_to_reset")
		}
		return []app.UI{
			&ui.Button{ID: "service-contact-reset", Label: ui.T("services.reset"), Busy: d.busy == "reset", Disabled: reset,
				OnClick: func(app.Context, app.Event) { d.send("reset", "") }},
			&ui.Button{ID: "service-contact-yes", Label: ui.T("services.yes"), Kind: ui.Primary, Submit: true, Busy: d.busy == "yes", Disabled: d.cannotSave()},
		}
	}
	w.OnSubmit = func(app.Context) {
		if d.cannotSave() == "" {
			d.send("yes", d.chosen)
		}
	}
	return w
}

func (d *assignDialog) cannotSave() string {
	switch {
	case d.chosen == "":
		return ui.T("services.choose_first")
	case d.chosen == d.of.Assigned(d.role):
		return ui.T("services.is_assigned")
	}
	return offlineReason(d.page.At)
}

func (d *assignDialog) body() []app.UI {
	who := app.UI(app.Strong().Text(ui.T("services.nobody")))
	if a := d.now(); a != nil {
		who = app.Strong().Text(a.Name)
	}
	notice := formError(d.problem)
	if d.theirs {
		notice = &ui.Banner{Tone: ui.Warn, Text: ui.T("services.changed_meanwhile"), Alert: true}
	}
	parts := []app.UI{
		slot(notice),
		&ui.Description{Terms: []ui.Term{{Label: ui.T("services.now"), Body: []app.UI{who}}}},
	}
	if d.query != "" || d.found.value.Next != "" {
		parts = append(parts, &ui.Field{ID: "service-contact-search", Label: ui.T("orgdetail.search"), Kind: ui.Search, Value: d.query, MaxLength: 100, Autocomplete: "off",
			OnInput: func(_ app.Context, v string) {
				if d.query = v; d.pause != nil {
					d.pause()
				}
				d.pause = ui.After(d.page.ctx, searchPause, func(app.Context) {
					d.pause = nil
					d.loadCandidates(false)
				})
			}})
	}
	parts = append(parts, &ui.Select{ID: "service-contact-choice", Label: ui.T("services.contact"), Value: string(d.chosen), Options: d.options(), Autofocus: true,
		OnChange: func(_ app.Context, v string) { d.chosen, d.problem = id.Contact(v), "" }})
	if d.found.err != nil {
		parts = append(parts, staleNotice(d.found.at, d.found.err, d.found.busy, func(app.Context) { d.loadCandidates(false) }))
	}
	parts = append(parts, app.Div().Class("stack", "sm").Aria("live", "polite").Body(d.warnings()...))
	if d.page.At.Can(perm.ContactsView) {
		category := routing.Technical
		if d.role == service.Billing {
			category = routing.Financial
		}
		parts = append(parts, ui.Row(&ui.Button{ID: "service-contact-gets", Label: ui.T("recipients.title"), Icon: ui.IconMail, Kind: ui.Quiet, Small: true,
			OnClick: func(app.Context, app.Event) { d.page.gets.show(d.page.ctx, d.page.At, d.of.ID, d.of.Name, category) }}))
	}
	return []app.UI{ui.Stack(parts...)}
}

func (d *assignDialog) options() []ui.Option {
	options := []ui.Option{{Value: "", Label: ui.T("services.choose")}}
	if d.chosen != "" && d.candidate() == nil {
		name := "…"
		if a := d.now(); a != nil && a.Contact == d.chosen {
			name = a.Name
		}
		options = append(options, ui.Option{Value: string(d.chosen), Label: name})
	}
	for i := range d.found.value.Contacts {
		c := &d.found.value.Contacts[i]
		label := c.Name
		if c.Company != "" && c.Company != c.Name {
			label += " · " + c.Company
		}
		if c.Type != "" {
			label += " · " + typeName(c.Type)
		}
		if !c.Active {
			label += " · " + ui.T("orgdetail.deactivated")
		}
		options = append(options, ui.Option{Value: string(c.ID), Label: label})
	}
	return options
}

// warnings are what follows from the choice, before it is made.
func (d *assignDialog) warnings() []app.UI {
	effect := "services.effect.support"
	if d.role == service.Billing {
		effect = "services.effect.billing"
	}
	list := []app.UI{ui.Hint(ui.T(effect))}
	c := d.candidate()
	if c == nil {
		return list
	}
	why := c.Support
	if d.role == service.Billing {
		why = c.Billing
	}
	if !why.Gets() {
		list = append(list, &ui.Banner{Tone: ui.Warn, Text: noMailText(c.Name, why, d.role)})
	}
	if d.role == service.Support && !c.Authority {
		list = append(list, &ui.Banner{Tone: ui.Info, Text: ui.T("services.by_ticket_only")})
	}
	return list
}

// noMailText says why somebody would get no mail in a role.
func noMailText(name string, why routing.Why, r service.Role) string {
	if why == routing.Off {
		return ui.T("services.no_mail.off."+string(r), "name", name)
	}
	return ui.T("services.no_mail."+string(why), "name", name)
}

// send assigns a contact, nobody for "".
func (d *assignDialog) send(act string, who id.Contact) {
	if d.busy != "" {
		return
	}
	d.busy, d.problem, d.theirs = act, "", false
	before, of, role, page := d.of.Assigned(d.role), d.of, d.role, d.page
	page.assignTo(of, role, who, func(ctx app.Context, now api.ServiceRow, err error) {
		d.busy = ""
		if err == nil {
			d.close()
			page.put(now)
			page.assigned(now, role, before)
			return
		}
		if e := client.Explain(err); e.State == "changed" || e.Code == errs.NotFound {
			page.load(ctx, true)
		}
		_, d.problem = formFailure(err)
	})
}

func (s *Services) assignTo(of api.ServiceRow, role service.Role, who id.Contact, done func(app.Context, api.ServiceRow, error)) {
	ep := api.AssignServiceContact
	if s.Kind == service.Domain {
		ep = api.AssignDomainContact
	}
	in := api.AssignIn{ServiceIn: api.ServiceIn{Org: s.At.OrgIn(), Service: of.ID}}
	in.Body.Role, in.Body.Contact, in.Body.Version = role, who, of.Version
	client.Call(s.ctx, s.At.Session, ep, in, done)
}

// assigned tells what was done, and offers to take it back.
func (s *Services) assigned(now api.ServiceRow, role service.Role, before id.Contact) {
	key, who := "services.removed."+string(role), now.Support
	if role == service.Billing {
		who = now.Billing
	}
	name := ""
	if who != nil {
		key, name = "services.assigned."+string(role), who.Name
	}
	ui.ShowToast(ui.Toast{Text: ui.T(key, "name", name, "service", now.Name), Action: ui.T("services.undo"), OnAction: func(app.Context) {
		s.assignTo(now, role, before, func(ctx app.Context, back api.ServiceRow, err error) {
			if err != nil {
				toastFailure(err)
				s.load(ctx, true)
				return
			}
			s.put(back)
			ui.ShowToast(ui.Toast{Text: ui.T("services.undone", "service", back.Name)})
		})
	}})
}
