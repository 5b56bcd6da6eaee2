package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// NewTicket opens a ticket: what it is about, for whom, in the person's words, with files. What is typed stays in this browser
// until it is sent.
type NewTicket struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	choices loaded[api.TicketChoices]
	c       composer
	gets    recipientsDialog
	errors  map[string]string
	problem string
	busy    bool
}

// CompoID tells go-app that a ticket in another organization is another page.
func (p *NewTicket) CompoID() string { return p.At.Key(pageNewTicket) }

// OnMount takes up what was typed before.
func (p *NewTicket) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.c.open(ctx, p.At, p.At.Org, newTicket, newCustomerSide(p.At, api.TicketIn{Org: p.At.OrgIn()}))
	if d := &p.c.draft; d.Category == "" {
		d.Category = routing.Technical
	}
	if of := p.At.Param("service"); of != "" {
		p.c.draft.Service = id.Service(of)
	}
	if of := routing.Category(p.At.Param("category")); of.Known() {
		p.c.draft.Category = of
	}
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Services, live.Contacts),
		p.At.Session.Keep("ticket-new", p.c.unsent),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	p.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *NewTicket) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount keeps what is typed.
func (p *NewTicket) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.c.close()
}

func (p *NewTicket) load(ctx app.Context, background bool) {
	load(ctx, p.At, &p.choices, api.GetTicketChoices, p.At.OrgIn(), background, func(app.Context) {
		if list := p.choices.value; p.choices.err == nil && p.c.draft.Service != "" &&
			!slices.ContainsFunc(list.Services, func(s api.TicketService) bool { return s.ID == p.c.draft.Service }) {
			p.c.draft.Service = "" // it has ended meanwhile
		}
	})
}

// changed is called with each change of what would be sent.
func (p *NewTicket) changed(field string) {
	p.problem = ""
	delete(p.errors, field)
	p.c.changed()
}

func (p *NewTicket) send(ctx app.Context) {
	d := &p.c.draft
	if p.busy || offlineReason(p.At) != "" || p.At.Eyes != "" {
		return
	}
	p.errors, p.problem = map[string]string{}, ""
	if strings.TrimSpace(d.Subject) == "" {
		p.errors["subject"] = ui.T("ticket.error.subject", "max", ticket.MaxSubject)
	}
	if ready := p.c.check(); !ready || len(p.errors) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	if d.Ticket == "" { // made once, so that sending again after a lost answer opens no second one
		d.Ticket, d.Message = id.New[id.Ticket](ui.ServerNow(), random{}), id.New[id.Message](ui.ServerNow(), random{})
	}
	p.c.keep()
	in := api.OpenTicketIn{Org: p.At.OrgIn()}
	b := &in.Body
	b.ID, b.Ticket, b.Category, b.Service, b.Subject, b.Text = d.Message, d.Ticket, d.Category, d.Service, strings.TrimSpace(d.Subject), strings.TrimSpace(d.Text)
	for _, f := range d.Files {
		b.Files = append(b.Files, f.ID)
	}
	for _, c := range d.Copies {
		b.Copies = append(b.Copies, c.ID)
	}
	p.busy = true
	client.Call(p.ctx, p.At.Session, api.OpenTicket, in, func(ctx app.Context, out api.Conversation, err error) {
		p.busy = false
		if err != nil {
			p.errors, p.problem = formFailure(err, "subject", "text", "category", "service", "copies", "files")
			p.c.wrong = p.errors["text"]
			ui.FocusInvalid(ctx)
			return
		}
		p.keepEdited(b.Text, out)
		p.c.clear()
		p.c.box.change(func(k *keptTicket) { k.Draft = ticketDraft{} })
		ui.ShowToast(ui.Toast{Text: ui.T("ticket.opened", "number", ticketNumber(&out.Ticket.Ticket))})
		ctx.Navigate(p.At.Href(pageTickets + "/" + string(out.Ticket.ID)))
	})
}

// keepEdited keeps a text as the draft of an answer when the ticket has another one: it was opened by an earlier try, whose answer
// was lost, and the text was edited since.
func (p *NewTicket) keepEdited(text string, out api.Conversation) {
	if len(out.Messages) == 0 || out.Messages[0].ID != p.c.draft.Message || strings.TrimSpace(out.Messages[0].Text) == text {
		return
	}
	box := openBox(p.At, p.At.Org, string(out.Ticket.ID))
	box.change(func(k *keptTicket) { k.Subject, k.Draft = out.Ticket.Subject, ticketDraft{Text: text} })
}

// Render implements app.Composer.
func (p *NewTicket) Render() app.UI {
	p.c.at = p.At // rights may have changed
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("ticket.open"), Lead: ui.T("ticket.new_lead"), Crumbs: []ui.Crumb{{Label: ui.T("nav.tickets"), Href: p.At.Href(pageTickets)}}},
		slot(formError(p.problem)),
		ui.Columns([]app.UI{p.renderForm()}, []app.UI{p.renderCopies(), p.renderHint()}),
		p.gets.render(),
	)
}

func (p *NewTicket) renderForm() app.UI {
	d := &p.c.draft
	choices := make([]ui.Choice, 0, 3)
	for _, c := range routing.Categories() {
		choices = append(choices, ui.Choice{Value: string(c), Label: categoryName(c), Hint: ui.T("ticket.category." + string(c) + ".text")})
	}
	services := []ui.Option{{Label: ui.T("ticket.no_service")}}
	known := d.Service == ""
	for _, s := range p.choices.value.Services {
		known = known || s.ID == d.Service
		services = append(services, ui.Option{Value: string(s.ID), Label: s.Name})
	}
	if !known {
		services = append(services, ui.Option{Value: string(d.Service), Label: "…"})
	}
	body := []app.UI{
		&ui.RadioGroup{ID: "ticket-category", Label: ui.T("ticket.category"), Value: string(d.Category), Choices: choices, Error: p.errors["category"],
			OnChange: func(_ app.Context, v string) { d.Category = routing.Category(v); p.changed("category") }},
		&ui.Select{ID: "ticket-service", Label: ui.T("ticket.service"), Value: string(d.Service), Options: services, Error: p.errors["service"],
			OnChange: func(_ app.Context, v string) { d.Service = id.Service(v); p.changed("service") }},
		&ui.Field{ID: "ticket-subject", Label: ui.T("ticket.subject"), Value: d.Subject, Required: true, MaxLength: ticket.MaxSubject, Autocomplete: "off", Error: p.errors["subject"],
			OnInput: func(_ app.Context, v string) { d.Subject = v; p.changed("subject") }},
		p.c.renderText(ui.T("ticket.text"), p.send),
		p.c.renderFiles(),
		slot(formError(p.errors["files"])),
	}
	reason := offlineReason(p.At)
	if p.At.Eyes != "" {
		reason = ui.T("view_as.error.read_only")
	}
	if reason == "" && p.c.busy() {
		reason = ui.T("ticket.uploading")
	}
	return &ui.Card{ID: "ticket-form", Title: ui.T("ticket.new_title"), Body: []app.UI{ui.Stack(body...)}, Footer: []app.UI{
		app.Div().Class("composer-foot").Body(p.c.attach(), p.c.state(),
			&ui.Button{ID: "ticket-send", Label: ui.T("ticket.send_new"), Kind: ui.Primary, Icon: ui.IconSend, Busy: p.busy, Disabled: reason,
				OnClick: func(ctx app.Context, _ app.Event) { p.send(ctx) }})}}
}

func (p *NewTicket) renderCopies() app.UI {
	d := &p.c.draft
	if !p.At.Can(perm.ContactsView) {
		return slot(nil)
	}
	return &ui.Card{ID: "ticket-copies", Title: ui.T("ticket.copies"), Body: []app.UI{ui.Stack(ui.Hint(ui.T("ticket.copies_text")),
		copiesList(d.Copies, p.choices.value.Contacts, "", p.errors["copies"], func(list []api.Named) { d.Copies = list; p.changed("copies") }))}}
}

// renderHint leads to who would get its mail.
func (p *NewTicket) renderHint() app.UI {
	if !p.At.Can(perm.ContactsView) {
		return slot(ui.Hint(ui.T("ticket.mail_text")))
	}
	return slot(ui.Stack(ui.Hint(ui.T("ticket.mail_text")), ui.Row(&ui.Button{ID: "ticket-gets", Label: ui.T("recipients.title"), Icon: ui.IconMail, Small: true,
		OnClick: func(app.Context, app.Event) {
			name := ""
			for _, s := range p.choices.value.Services {
				if s.ID == p.c.draft.Service {
					name = s.Name
				}
			}
			p.gets.show(p.ctx, p.At, p.c.draft.Service, name, p.c.draft.Category)
		}})))
}

// copiesList are the contacts who get a ticket's mail besides, each with a way out, and a select that adds one. fixed says why
// nothing can be changed.
func copiesList(chosen, from []api.Named, fixed, wrong string, set func([]api.Named)) app.UI {
	var items []app.UI
	for _, c := range chosen {
		remove := app.UI(nil)
		if fixed == "" {
			remove = &ui.Button{ID: "copy-remove-" + string(c.ID), Label: ui.T("ticket.copy_remove", "name", c.Name), Icon: ui.IconX, IconOnly: true, Small: true, Kind: ui.Quiet,
				OnClick: func(ctx app.Context, _ app.Event) {
					set(slices.DeleteFunc(slices.Clone(chosen), func(n api.Named) bool { return n.ID == c.ID }))
					ui.FocusLater(ctx, "copy-add")
				}}
		}
		items = append(items, &keyed{Key: "copy-" + string(c.ID), Body: func() app.UI {
			return app.Li().Class("copy").Body(app.Span().Class("wrap").Text(c.Name), slot(remove))
		}})
	}
	list := app.UI(nil)
	if items != nil {
		list = app.Ul().Class("copies").Body(items...)
	}
	if fixed != "" {
		if list == nil {
			list = ui.Hint(ui.T("ticket.copies_none"))
		}
		return slot(list)
	}
	options := []ui.Option{{Label: ui.T("ticket.copy_choose")}}
	for _, c := range from {
		if !slices.ContainsFunc(chosen, func(n api.Named) bool { return n.ID == c.ID }) {
			options = append(options, ui.Option{Value: string(c.ID), Label: c.Name})
		}
	}
	full := ""
	if len(chosen) >= ticket.MaxCopies {
		full = ui.T("ticket.error.copies", "max", ticket.MaxCopies)
	}
	return app.Div().Class("stack", "sm").Body(slot(list), &ui.Select{ID: "copy-add", Label: ui.T("ticket.copy_add"), Options: options, Disabled: full, Error: wrong,
		OnChange: func(ctx app.Context, v string) {
			for _, c := range from {
				if string(c.ID) == v {
					set(append(slices.Clone(chosen), c))
				}
			}
		}})
}
