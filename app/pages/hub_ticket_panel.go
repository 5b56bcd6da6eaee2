package pages

import (
	"net/url"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/perm"
	"countersign/shared/service"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The customer's panel beside a ticket.

// renderCustomer is the organization, whether support may sign in there, and which callers were verified.
func (p *StaffTicket) renderCustomer(v *api.StaffConversation) app.UI {
	f := &v.Panel.Organization
	terms := []ui.Term{
		{Label: ui.T("hub.col_organization"), Body: []app.UI{ui.Link("/"+pageOrganizations+"/"+string(f.ID), f.Name)}},
		{Label: ui.T("orgpage.reference"), Text: f.Reference},
		{Label: ui.T("orgpage.managed_by"), Text: managedText(f)},
	}
	remote := []app.UI{app.Span().Class("hint").Text(ui.T("hub.no_access_yet"))}
	if r := f.Request; r != nil {
		remote = []app.UI{app.Div().Class("hub-state").Body(stateTag(r.State), app.Span().Class("hint").Text(stateDetail(f, r)))}
	}
	terms = append(terms, ui.Term{Label: ui.T("nav.remote_support"), Body: remote}, ui.Term{Label: ui.T("hub.ticket.receipts"), Body: p.receipts(v)})
	verify := url.Values{"org": {string(f.ID)}, "ticket": {ticketNumber(&v.Ticket.TicketRow.Ticket)}}
	if o := v.Panel.Opener; o != nil && o.Active {
		verify.Set("contact", string(o.ID))
	}
	ask := "/" + client.PageHub + "?q=" + f.Reference
	if f.Request == nil || f.Request.State != access.Active && f.Request.State != access.Pending {
		ask += "&ask=1"
	}
	return &ui.Card{ID: "customer", Title: ui.T("hub.ticket.customer"), Mark: organizationState(f.State), Body: []app.UI{&ui.Description{Terms: terms}}, Footer: []app.UI{ui.Row(
		&ui.Button{ID: "ticket-verify", Label: ui.T("nav.verify_caller"), Icon: ui.IconShieldCheck, Small: true, Href: "/" + pageVerify + "?" + verify.Encode()},
		&ui.Button{ID: "ticket-remote", Label: ui.T("nav.remote_support"), Icon: ui.IconHeadset, Small: true, Href: ask})}}
}

// receipts are the open verifications with the organization.
func (p *StaffTicket) receipts(v *api.StaffConversation) []app.UI {
	if len(v.Panel.Receipts) == 0 {
		return []app.UI{app.Span().Class("hint").Text(ui.T("hub.ticket.no_receipt"))}
	}
	var list []app.UI
	for i := range v.Panel.Receipts {
		r := &v.Panel.Receipts[i]
		href := "/" + pageVerify + "?org=" + string(p.in.Org.Org) + "&call=" + string(r.Verification)
		state := app.UI(ui.TagIcon(ui.Neutral, ui.IconClock, ui.T("hub.ticket.unproven")))
		if !r.Until.IsZero() {
			state = app.Span().Class("hub-state").Body(ui.TagIcon(ui.OK, ui.IconShieldCheck, ui.T("hub.ticket.proven")),
				app.Span().Class("hint").Text(ui.T("verify.tier."+tierKey(r.Permits))+", "+until(r.Until)))
		}
		list = append(list, app.Div().Class("panel-receipt").Body(ui.Link(href, r.Name), state))
	}
	return []app.UI{app.Div().Class("stack", "sm").Body(list...)}
}

func tierKey(t verification.Tier) string {
	switch t {
	case verification.Minor:
		return "t1"
	case verification.Significant:
		return "t2"
	case verification.Never:
		return "t3"
	}
	return "t0"
}

// renderOpener is who opened the ticket, and what they may ask for by which way (S06).
func (p *StaffTicket) renderOpener(v *api.StaffConversation) app.UI {
	card := &ui.Card{ID: "opener", Title: ui.T("ticket.opened_by")}
	o := v.Panel.Opener
	if o == nil {
		card.Body = []app.UI{app.P().Text(v.Ticket.OpenerName), ui.Hint(ui.T("hub.ticket.opener_gone"))}
		return card
	}
	switch {
	case !o.Active:
		card.Mark = ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("orgdetail.deactivated"))
	case o.Owner:
		card.Mark = ui.TagIcon(ui.Info, ui.IconUserCheck, ui.T("verify.is_owner"))
	}
	name := o.Name
	if o.Company != "" && o.Company != o.Name {
		name += ", " + o.Company
	}
	terms := []ui.Term{{Label: ui.T("orgpage.name"), Text: name}}
	if o.Email != "" {
		terms = append(terms, ui.Term{Label: ui.T("staffpage.email"), Body: []app.UI{app.Span().Class("wrap").Text(o.Email)}})
	}
	if o.Phone != "" {
		terms = append(terms, ui.Term{Label: ui.T("profile.phone"), Text: o.Phone})
	}
	for _, role := range o.Assigned {
		key := "services.support_contact"
		if role == service.Billing {
			key = "services.billing"
		}
		terms = append(terms, ui.Term{Label: ui.T(key), Text: v.Ticket.ServiceName})
	}
	voice := &ui.Banner{Tone: ui.Info, Icon: ui.IconTicket, Text: ui.T("services.by_ticket_only")}
	if o.Owner || o.Authority {
		voice = &ui.Banner{Tone: ui.OK, Text: ui.T("hub.ticket.by_voice")}
	}
	card.Body = []app.UI{ui.Stack(voice, &ui.Description{Terms: terms},
		app.Details().Class("fold").Body(app.Summary().Text(ui.T("hub.ticket.rights")), app.Div().Body(rightsLines(o.Rights)...)))}
	return card
}

// rightsLines are rights as the permission matrix names them, a line each.
func rightsLines(rights []perm.Right) []app.UI {
	var set perm.Set
	for _, r := range rights {
		if r.Known() { // a newer server may know more
			set |= perm.Of(r)
		}
	}
	columns := [4]string{"view", "create", "update", "delete"}
	var lines []app.UI
	for _, l := range perm.Lines() {
		var may []string
		for i, r := range l.Columns() {
			if r != "" && set.Has(r) {
				may = append(may, ui.T("perm.column."+columns[i]))
			}
		}
		if may != nil {
			lines = append(lines, app.Li().Body(app.Text(ui.T("perm.line."+l.Key)+": "), app.Span().Class("hint").Text(strings.Join(may, ", "))))
		}
	}
	if lines == nil {
		return []app.UI{app.Span().Class("hint").Text(ui.T("hub.ticket.no_rights"))}
	}
	return []app.UI{app.Ul().Class("facts").Body(lines...)}
}

// renderService is the service that the ticket is about, nil without one.
func (p *StaffTicket) renderService(v *api.StaffConversation) app.UI {
	s := v.Panel.Service
	if s == nil {
		return nil
	}
	terms := []ui.Term{{Label: ui.T("orgpage.state"), Body: []app.UI{app.Span().Class("contact-state").Body(serviceTags(s)...)}},
		{Label: ui.T("services.support_contact"), Body: []app.UI{assignedCell(s.Support, "")}}, {Label: ui.T("services.billing"), Body: []app.UI{assignedCell(s.Billing, "")}}}
	if term := serviceTerm(&s.Owned); term != "" {
		terms = append(terms, ui.Term{Label: ui.T("services.term"), Text: term})
	}
	return &ui.Card{ID: "ticket-about", Title: s.Name, Body: []app.UI{&ui.Description{Terms: terms}}}
}

// renderGets is who gets the mail of an answer.
func (p *StaffTicket) renderGets(v *api.StaffConversation) app.UI {
	names := make([]app.UI, 0, len(v.Panel.Gets))
	for i := range v.Panel.Gets {
		g := &v.Panel.Gets[i]
		names = append(names, app.Li().Class("verdict").Body(app.Span().Class("verdict-sign", "tone-ok").Body(ui.Icon(ui.IconMail)),
			app.Div().Body(app.Strong().Text(g.Name), ui.Hint(ui.T("recipients.why."+string(g.Why))))))
	}
	card := &ui.Card{ID: "ticket-mail", Title: ui.T("hub.ticket.mail_to")}
	if len(names) == 0 {
		card.Body = []app.UI{ui.Hint(ui.T("recipients.nobody"))}
		return card
	}
	card.Body = []app.UI{app.Ul().Class("verdicts").Body(names...)}
	return card
}

// renderOthers are the organization's other tickets, nil without any.
func (p *StaffTicket) renderOthers(v *api.StaffConversation) app.UI {
	if len(v.Panel.Tickets) == 0 {
		return nil
	}
	items := make([]app.UI, 0, len(v.Panel.Tickets))
	for i := range v.Panel.Tickets {
		t := &v.Panel.Tickets[i]
		items = append(items, app.Li().Class("stack", "sm").Body(ticketTitle(t, "/"+staffTicketPage(p.in.Org.Org, t.ID)), app.Span().Class("contact-state").Body(ticketTag(t.State, true))))
	}
	return &ui.Card{ID: "ticket-others", Title: ui.T("hub.ticket.others"), Body: []app.UI{app.Ul().Class("verdicts").Body(items...)}, Footer: []app.UI{
		ui.Link("/"+pageQueue+"?org="+string(p.in.Org.Org)+"&state="+anyState, ui.T("hub.ticket.all_of_org"))}}
}
