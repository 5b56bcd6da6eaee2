package pages

import (
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

// TicketPage is one ticket for the customer: what was said, live, and the answer that is being written (S05).
type TicketPage struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	of      id.Ticket
	ticket  loaded[api.Conversation]
	choices loaded[api.TicketChoices]
	talk    conversation
	gets    recipientsDialog
	busy    string // "close", "reopen" or "copies"
}

func ticketOf(at client.Seat) id.Ticket {
	return id.Ticket(strings.TrimPrefix(at.Page, pageTickets+"/"))
}

// CompoID tells go-app that another ticket is another page.
func (p *TicketPage) CompoID() string { return p.At.Key(p.At.Page) }

// OnMount loads the ticket and follows it.
func (p *TicketPage) OnMount(ctx app.Context) {
	p.ctx, p.of = ctx, ticketOf(p.At)
	p.talk.open(ctx, p.At, p.in(), func(ctx app.Context) { p.load(ctx, true) })
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Tickets, live.Writing, live.Services, live.Contacts),
		p.At.Session.Keep("ticket", p.talk.composer.unsent),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { p.talk.composer.flush() }) }),
	}
	p.load(ctx, false)
	p.talk.composer.flush()
}

// OnPreRender is OnMount outside a browser.
func (p *TicketPage) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount keeps what is typed.
func (p *TicketPage) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.talk.close()
}

// writes reports whether the person takes part: support inside an organization and the owner with somebody else's eyes only read.
func (p *TicketPage) writes() bool { return p.At.As == api.AsCustomer && p.At.Eyes == "" }

func (p *TicketPage) load(ctx app.Context, background bool) {
	in := api.ConversationIn{TicketIn: p.in(), Limit: conversationPage}
	load(ctx, p.At, &p.ticket, api.GetTicket, in, background, func(ctx app.Context) {
		if p.ticket.err == nil {
			p.take(ctx, p.ticket.value)
		}
	})
	if p.writes() && p.At.Can(perm.TicketsCreate) && !background {
		load(ctx, p.At, &p.choices, api.GetTicketChoices, p.At.OrgIn(), true)
	}
}

func (p *TicketPage) in() api.TicketIn { return api.TicketIn{Org: p.At.OrgIn(), Ticket: p.of} }

func (p *TicketPage) take(ctx app.Context, v api.Conversation) {
	holdFocus(ctx, "")
	p.talk.take(ctx, v.Messages, v.Earlier, v.Writing, len(p.talk.messages) == 0)
	p.talk.composer.subject = v.Ticket.Subject
}

// act closes the ticket or takes it up again.
func (p *TicketPage) act(which string, ep api.Endpoint[api.TicketIn, api.Conversation], said string) {
	if p.busy != "" {
		return
	}
	p.busy = which
	client.Call(p.ctx, p.At.Session, ep, p.in(), func(ctx app.Context, out api.Conversation, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
			p.load(ctx, true)
			return
		}
		p.put(ctx, out)
		t := ui.Toast{Text: said}
		if which == "close" {
			t.Action, t.OnAction = ui.T("ticket.reopen"), func(app.Context) { p.act("reopen", api.ReopenTicket, ui.T("ticket.reopened")) }
		}
		ui.ShowToast(t)
	})
}

// put shows what an act came to.
func (p *TicketPage) put(ctx app.Context, out api.Conversation) {
	p.ticket.put(out)
	p.take(ctx, out)
}

func (p *TicketPage) copy(list []api.Named) {
	if p.busy != "" {
		return
	}
	p.busy = "copies"
	in := api.CopiesIn{TicketIn: p.in()}
	in.Body.Copies = []id.Contact{}
	for _, c := range list {
		in.Body.Copies = append(in.Body.Copies, c.ID)
	}
	client.Call(p.ctx, p.At.Session, api.SetTicketCopies, in, func(ctx app.Context, out api.Conversation, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
			p.load(ctx, true)
			return
		}
		p.put(ctx, out)
	})
}

// Render implements app.Composer.
func (p *TicketPage) Render() app.UI {
	p.talk.seat(p.At)
	header := &ui.PageHeader{Title: ui.T("ticket.one"), Crumbs: []ui.Crumb{{Label: ui.T("nav.tickets"), Href: p.At.Href(pageTickets)}}}
	if v := &p.ticket.value; p.ticket.has() {
		header.Title, header.Mark = v.Ticket.Subject, ticketTag(v.Ticket.State, false)
		offline := offlineReason(p.At)
		switch {
		case !p.writes():
		case v.Ticket.State != ticket.Closed && v.MayReply:
			header.Actions = []app.UI{&ui.Button{ID: "ticket-close", Label: ui.T("ticket.close"), Icon: ui.IconCheck, Busy: p.busy == "close", Disabled: offline,
				OnClick: func(app.Context, app.Event) { p.act("close", api.CloseTicket, ui.T("ticket.closed")) }}}
		case v.MayReopen:
			header.Actions = []app.UI{&ui.Button{ID: "ticket-reopen", Label: ui.T("ticket.reopen"), Icon: ui.IconRestore, Busy: p.busy == "reopen", Disabled: offline,
				OnClick: func(app.Context, app.Event) { p.act("reopen", api.ReopenTicket, ui.T("ticket.reopened")) }}}
		}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(p.At, &p.ticket, 6, func(ctx app.Context) { p.load(ctx, false) }, p.show),
		p.gets.render(),
	)
}

func (p *TicketPage) show(v api.Conversation) []app.UI {
	return []app.UI{ui.Columns([]app.UI{p.talk.render(), p.renderAnswer(v)}, []app.UI{p.renderFacts(v), p.renderCopies(v)})}
}

// renderAnswer is where the answer is written, or why none can be.
func (p *TicketPage) renderAnswer(v api.Conversation) app.UI {
	switch {
	case p.At.As == api.AsSupport:
		return slot(ui.Hint(ui.T("ticket.support_reads")))
	case !p.writes():
		return slot(nil)
	case v.Ticket.State == ticket.Closed && !v.MayReopen && p.At.Can(perm.TicketsUpdate):
		return slot(&ui.Banner{Tone: ui.Info, Text: ui.T("ticket.error.closed_long", "days", ticket.ReopenDays), Actions: []app.UI{
			&ui.Button{ID: "ticket-again", Label: ui.T("ticket.open"), Small: true, Href: p.At.Href(pageNewTicket) + "?service=" + string(v.Ticket.Service)}}})
	case !v.MayReply:
		m, _ := p.At.Member()
		return slot(ui.Stack(ui.Hint(ui.T("ticket.may_not_reply", "owner", m.OwnerName)), slot(p.renderTyped())))
	}
	label := ui.T("ticket.your_answer")
	if v.Ticket.State == ticket.Closed {
		label = ui.T("ticket.your_answer_reopens")
	}
	return p.talk.renderComposer(label, nil, func(ctx app.Context) { p.talk.composer.send(ctx, "") })
}

// renderTyped is what the person had begun to write when the right to answer was taken away; nil without anything.
func (p *TicketPage) renderTyped() app.UI {
	c := &p.talk.composer
	if strings.TrimSpace(c.draft.Text) == "" {
		return nil
	}
	return &ui.Banner{Tone: ui.Info, Icon: ui.IconPencil, Title: ui.T("ticket.kept"), Body: []app.UI{ui.Quote(c.draft.Text)}, Actions: []app.UI{
		&ui.Button{ID: "typed-drop", Label: ui.T("ui.discard"), Small: true, OnClick: func(app.Context, app.Event) {
			c.clear()
			c.keep()
		}}}}
}

func (p *TicketPage) renderFacts(v api.Conversation) app.UI {
	t := &v.Ticket
	service := app.UI(app.Text(ui.T("ticket.no_service")))
	if t.ServiceName != "" {
		service = app.Span().Class("wrap").Text(t.ServiceName)
	}
	terms := []ui.Term{
		{Label: ui.T("ticket.number"), Body: []app.UI{&ui.Copyable{Label: ui.T("ticket.number"), Text: ticketNumber(&t.Ticket)}}},
		{Label: ui.T("ticket.category"), Text: categoryName(t.Category)},
		{Label: ui.T("ticket.service"), Body: []app.UI{service}},
		{Label: ui.T("ticket.opened_by"), Text: t.OpenerName},
		{Label: ui.T("ticket.opened_at"), Body: []app.UI{timeTag(t.CreatedAt)}},
		{Label: ui.T("ticket.waiting"), Body: []app.UI{ticketWaits(&t.Ticket)}},
	}
	if t.AssigneeName != "" {
		terms = append(terms, ui.Term{Label: ui.T("ticket.agent"), Text: t.AssigneeName})
	}
	card := &ui.Card{ID: "ticket-facts", Title: ui.T("ticket.facts"), Body: []app.UI{&ui.Description{Terms: terms}}}
	if p.At.Can(perm.ContactsView) {
		card.Footer = []app.UI{&ui.Button{ID: "ticket-gets", Label: ui.T("recipients.title"), Icon: ui.IconMail, Small: true, OnClick: func(app.Context, app.Event) {
			p.gets.show(p.ctx, p.At, t.Service, t.ServiceName, routing.Category(t.Category))
		}}}
	}
	return card
}

func (p *TicketPage) renderCopies(v api.Conversation) app.UI {
	fixed := ""
	switch {
	case !p.writes() || !v.MayReply || v.Ticket.State == ticket.Closed || !p.choices.has() || !p.At.Can(perm.ContactsView):
		fixed = "fixed"
	case p.busy == "copies" || offlineReason(p.At) != "":
		fixed = "busy"
	}
	return &ui.Card{ID: "ticket-copies", Title: ui.T("ticket.copies"), Body: []app.UI{ui.Stack(ui.Hint(ui.T("ticket.copies_text")),
		copiesList(v.Copies, p.choices.value.Contacts, fixed, "", p.copy))}}
}
