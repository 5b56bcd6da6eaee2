package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// StaffTicket is one ticket for the Support team: the conversation with its notes, the answer, and beside it who asks, how
// that is known and what they may ask for.
type StaffTicket struct {
	app.Compo

	At client.Seat

	ctx      app.Context
	stop     []func()
	in       api.TicketIn
	ticket   loaded[api.StaffConversation]
	members  loaded[api.Staff]
	services loaded[api.Services]
	canned   loaded[api.CannedAnswers]
	talk     conversation
	after    ticket.State // in which the answer leaves the ticket
	busy     string       // what is being changed
}

// staffTicketOf is the ticket of an address.
func staffTicketOf(page string) (in api.TicketIn, ok bool) {
	of, found := strings.CutPrefix(page, pageQueue+"/")
	org, t, two := strings.Cut(of, "/")
	in = api.TicketIn{Org: api.Org{Org: id.Organization(org)}, Ticket: id.Ticket(t)}
	return in, found && two && id.Valid(in.Org.Org) && id.Valid(in.Ticket)
}

// CompoID tells go-app that another ticket is another page.
func (p *StaffTicket) CompoID() string { return p.At.Key(p.At.Page) }

// OnMount loads the ticket and follows it.
func (p *StaffTicket) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.in, _ = staffTicketOf(p.At.Page)
	p.after = ticket.Pending
	p.talk.open(ctx, p.At, p.in, func(ctx app.Context) { p.load(ctx, true) })
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.in.Org.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Tickets, live.Writing, live.Services, live.Contacts, live.Access, live.Verify, live.Organization),
		p.At.Session.Watch(ctx, "", func(ctx app.Context) { p.loadCanned(ctx) }, live.Canned),
		p.At.Session.Keep("staff-ticket", p.talk.composer.unsent),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { p.talk.composer.flush() }) }),
	}
	load(ctx, p.At, &p.members, api.ListStaff, api.None{}, true)
	load(ctx, p.At, &p.services, api.ListStaffServices, api.StaffServicesIn{Org: p.in.Org, ServiceFilter: api.ServiceFilter{Limit: 200}}, true)
	p.loadCanned(ctx)
	p.load(ctx, false)
	p.talk.composer.flush()
}

// OnPreRender is OnMount outside a browser.
func (p *StaffTicket) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount keeps what is typed.
func (p *StaffTicket) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.talk.close()
}

func (p *StaffTicket) loadCanned(ctx app.Context) {
	load(ctx, p.At, &p.canned, api.ListCanned, api.None{}, true)
}

func (p *StaffTicket) load(ctx app.Context, background bool) {
	load(ctx, p.At, &p.ticket, api.GetStaffTicket, api.ConversationIn{TicketIn: p.in, Limit: conversationPage}, background, func(ctx app.Context) {
		if p.ticket.err == nil {
			p.take(ctx, p.ticket.value)
		}
	})
}

func (p *StaffTicket) take(ctx app.Context, v api.StaffConversation) {
	holdFocus(ctx, "")
	p.talk.take(ctx, v.Messages, v.Earlier, v.Writing, len(p.talk.messages) == 0)
	p.talk.composer.subject = v.Ticket.Subject
}

// set changes something of the ticket, as it was shown: what a colleague changed meanwhile is seen first.
func (p *StaffTicket) set(what, said string, change func(*api.SetTicketIn)) {
	if p.busy != "" {
		return
	}
	p.busy = what
	in := api.SetTicketIn{TicketIn: p.in}
	in.Body.Version = p.ticket.value.Ticket.Version
	change(&in)
	client.Call(p.ctx, p.At.Session, api.SetTicket, in, func(ctx app.Context, out api.StaffConversation, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
			if client.CodeOf(err) == errs.Conflict {
				p.load(ctx, true)
			}
			return
		}
		p.ticket.put(out)
		p.take(ctx, out)
		ui.Announce(said)
	})
}

func (p *StaffTicket) assign(to id.Staff) {
	p.set("assignee", ui.T("hub.ticket.changed"), func(in *api.SetTicketIn) { in.Body.Assignee = &to })
}

// Render implements app.Composer.
func (p *StaffTicket) Render() app.UI {
	p.talk.seat(p.At)
	header := &ui.PageHeader{Title: ui.T("ticket.one"), Crumbs: []ui.Crumb{{Label: ui.T("nav.support_hub"), Href: p.At.Href(client.PageHub)},
		{Label: ui.T("nav.tickets"), Href: p.At.Href(pageQueue)}}}
	if t := &p.ticket.value.Ticket; p.ticket.has() {
		header.Title, header.Mark = t.Subject, ticketTag(t.State, true)
		header.Lead = ticketNumber(&t.TicketRow.Ticket) + " · " + t.OrgName
		if me := p.At.Session.Me(); me != nil && me.Staff != nil && t.Assignee != me.Staff.ID && t.State != ticket.Closed {
			header.Actions = []app.UI{&ui.Button{ID: "ticket-take", Label: ui.T("hub.ticket.take"), Icon: ui.IconUserCheck, Busy: p.busy == "assignee", Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { p.assign(me.Staff.ID) }}}
		}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(p.At, &p.ticket, 6, func(ctx app.Context) { p.load(ctx, false) }, p.show),
	)
}

func (p *StaffTicket) show(v api.StaffConversation) []app.UI {
	return []app.UI{ui.Columns([]app.UI{p.talk.render(), p.renderAnswer(&v)},
		[]app.UI{p.renderTicket(&v), p.renderCustomer(&v), p.renderOpener(&v), slot(p.renderService(&v)), p.renderGets(&v), slot(p.renderOthers(&v))})}
}

// renderAnswer is where an answer or a note is written; its colour says which.
func (p *StaffTicket) renderAnswer(v *api.StaffConversation) app.UI {
	d := &p.talk.composer.draft
	if v.Ticket.State == ticket.Closed && !v.Ticket.MayReopen(ui.ServerNow()) && !d.Note {
		d.Note = true
	}
	kind := "reply"
	label := ui.T("hub.ticket.answer_to", "name", v.Ticket.OpenerName)
	if d.Note {
		kind, label = "note", ui.T("hub.ticket.note_label")
	}
	above := &ui.RadioGroup{ID: "answer-kind", Label: ui.T("hub.ticket.kind"), HideLabel: true, Horizontal: true, Value: kind, Choices: []ui.Choice{
		{Value: "reply", Label: ui.T("hub.ticket.kind.reply")}, {Value: "note", Label: ui.T("hub.ticket.kind.note")}},
		OnChange: func(_ app.Context, v string) {
			d.Note = v == "note"
			p.talk.composer.changed()
		}}
	more := []app.UI{}
	if !d.Note {
		more = append(more, p.renderCanned(v), &ui.Select{ID: "answer-after", Label: ui.T("hub.ticket.after"), HideLabel: true, Value: string(p.after), Options: p.afters(),
			OnChange: func(_ app.Context, v string) { p.after = ticket.State(v) }})
	}
	return p.talk.renderComposer(label, above, func(ctx app.Context) {
		after := p.after
		if d.Note {
			after = ""
		}
		p.talk.composer.send(ctx, after)
	}, more...)
}

func (p *StaffTicket) afters() (options []ui.Option) {
	for _, s := range []ticket.State{ticket.Pending, ticket.OnHold, ticket.Open, ticket.Closed} {
		options = append(options, ui.Option{Value: string(s), Label: ui.T("hub.ticket.after." + string(s))})
	}
	return options
}

// renderCanned puts a canned answer into the text, in the language of whoever opened the ticket.
func (p *StaffTicket) renderCanned(v *api.StaffConversation) app.UI {
	if len(p.canned.value.Answers) == 0 {
		return slot(nil)
	}
	items := make([]ui.MenuItem, 0, len(p.canned.value.Answers))
	for _, a := range p.canned.value.Answers {
		items = append(items, ui.MenuItem{Label: a.Title, OnSelect: func(ctx app.Context) { p.insert(ctx, v, &a) }})
	}
	return &ui.Menu{ID: "answer-canned", Label: ui.T("hub.ticket.canned"), Icon: ui.IconFileText, Start: true, Items: items}
}

func (p *StaffTicket) insert(ctx app.Context, v *api.StaffConversation, a *api.CannedAnswer) {
	text, name := a.BodyEN, v.Ticket.OpenerName
	if o := v.Panel.Opener; o != nil {
		name = o.Name
		if i18n.Parse(o.Locale) == i18n.FR {
			text = a.BodyFR
		}
	}
	agent := ""
	if me := p.At.Session.Me(); me != nil {
		agent = me.Name
	}
	text = strings.NewReplacer("{name}", name, "{organization}", v.Ticket.OrgName, "{ticket}", ticketNumber(&v.Ticket.TicketRow.Ticket), "{agent}", agent).Replace(text)
	c := &p.talk.composer
	if strings.TrimSpace(c.draft.Text) != "" {
		text = strings.TrimRight(c.draft.Text, "\n ") + "\n\n" + text
	}
	c.typed(text)
	ui.FocusLater(ctx, "answer-text")
}

// renderTicket is what the Support team sets: state, who looks after it, what it is about.
func (p *StaffTicket) renderTicket(v *api.StaffConversation) app.UI {
	t := &v.Ticket
	offline := offlineReason(p.At)
	said := ui.T("hub.ticket.changed")
	states := make([]ui.Option, 0, 4)
	for _, s := range ticket.States() {
		states = append(states, ui.Option{Value: string(s), Label: ticketState(s, true)})
	}
	agents, known := []ui.Option{{Label: ui.T("hub.ticket.nobody")}}, t.Assignee == ""
	for _, m := range p.members.value.Members {
		if m.Active || m.ID == t.Assignee {
			known = known || m.ID == t.Assignee
			agents = append(agents, ui.Option{Value: string(m.ID), Label: m.Name})
		}
	}
	if !known {
		agents = append(agents, ui.Option{Value: string(t.Assignee), Label: t.AssigneeName})
	}
	services, listed := []ui.Option{{Label: ui.T("ticket.no_service")}}, t.Service == ""
	for i := range p.services.value.Services {
		s := &p.services.value.Services[i]
		listed = listed || s.ID == t.Service
		services = append(services, ui.Option{Value: string(s.ID), Label: s.Name})
	}
	if !listed {
		services = append(services, ui.Option{Value: string(t.Service), Label: t.ServiceName})
	}
	return &ui.Card{ID: "ticket-facts", Title: ui.T("hub.ticket.facts"), Body: []app.UI{ui.Stack(
		&ui.Description{Terms: []ui.Term{
			{Label: ui.T("ticket.opened_at"), Body: []app.UI{timeTag(t.CreatedAt)}}, {Label: ui.T("ticket.waiting"), Body: []app.UI{ticketWaits(&t.TicketRow.Ticket)}}}},
		&ui.Select{ID: "ticket-state", Label: ui.T("orgpage.state"), Value: string(t.State), Options: states, Disabled: offline, OnChange: func(_ app.Context, v string) {
			s := ticket.State(v)
			p.set("state", said, func(in *api.SetTicketIn) { in.Body.State = &s })
		}},
		&ui.Select{ID: "ticket-assignee", Label: ui.T("hub.ticket.assignee"), Value: string(t.Assignee), Options: agents, Disabled: offline, OnChange: func(_ app.Context, v string) { p.assign(id.Staff(v)) }},
		&ui.Select{ID: "ticket-category", Label: ui.T("ticket.category"), Value: string(t.Category), Options: categoryOptions(), Disabled: offline, OnChange: func(_ app.Context, v string) {
			c := routing.Category(v)
			p.set("category", said, func(in *api.SetTicketIn) { in.Body.Category = &c })
		}},
		&ui.Select{ID: "ticket-service", Label: ui.T("ticket.service"), Value: string(t.Service), Options: services, Disabled: offline, OnChange: func(_ app.Context, v string) {
			s := id.Service(v)
			p.set("service", said, func(in *api.SetTicketIn) { in.Body.Service = &s })
		}},
	)}}
}
