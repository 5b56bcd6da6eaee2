package portal_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
)

// ticketIn names a ticket in a path.
func ticketIn(o id.Organization, t id.Ticket) api.TicketIn {
	return api.TicketIn{Org: api.Org{Org: o}, Ticket: t}
}

// said are the texts of a conversation, events in brackets.
func said(list []ticket.Message) string {
	var out []string
	for _, m := range list {
		text := m.Author.Name + ": " + m.Text
		switch m.Kind {
		case ticket.Event:
			text = "[" + m.Author.Name + " " + m.Text + "]"
		case ticket.Note:
			text = "(" + text + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}

// S05: a ticket from its opening to its end, seen by both sides, with a note that one side never sees.
func TestTicketStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		web := w.AddService(w.Acme, service.Service, "web-01.acme.example")
		marie, sofia, tom := w.As(w.Marie), w.As(w.Sofia), w.As(w.Tom)
		opened := Must(marie.Open(w.Acme, routing.Technical, web, "Calls fail", "Since noon."))
		k := opened.Ticket.ID
		if opened.Ticket.State != ticket.Open || opened.Ticket.ServiceName != "web-01.acme.example" || opened.Ticket.Number < 1000 || !opened.MayReply {
			t.Fatalf("opened as %+v", opened.Ticket)
		}
		time.Sleep(10 * time.Minute)
		queue := Must(Call(sofia, api.ListStaffTickets, api.StaffTicketsIn{TicketFilter: api.TicketFilter{State: "open", Limit: 30}}))
		if len(queue.Tickets) != 1 || queue.Tickets[0].ID != k || queue.Tickets[0].OrgName != "Acme Telecom" || queue.Open != 1 || queue.Nobodys != 1 || queue.Mine != 0 {
			t.Fatalf("the queue is %+v", queue)
		}
		Must(tom.Note(w.Acme, k, "The switch of rack 4 again."))
		answered := Must(sofia.Answer(w.Acme, k, "We look at it."))
		if answered.Ticket.State != ticket.Pending || answered.Ticket.AssigneeName != "Sofia Keller" || said(answered.Messages) !=
			"Marie Dubois: Since noon. | (Tom Becker: The switch of rack 4 again.) | Sofia Keller: We look at it." {
			t.Fatalf("answered: %s, %s", said(answered.Messages), answered.Ticket.State)
		}
		seen := Must(marie.Ticket(w.Acme, k))
		if said(seen.Messages) != "Marie Dubois: Since noon. | Sofia Keller: We look at it." {
			t.Errorf("the customer sees %s", said(seen.Messages))
		}
		closed := Must(Call(marie, api.CloseTicket, ticketIn(w.Acme, k)))
		if closed.Ticket.State != ticket.Closed || !closed.MayReopen {
			t.Errorf("closed: %+v", closed)
		}
		again := Must(marie.Say(w.Acme, k, "It fails again."))
		if again.Ticket.State != ticket.Open || said(again.Messages) != "Marie Dubois: Since noon. | Sofia Keller: We look at it. | "+
			"[Marie Dubois closed] | [Marie Dubois reopened] | Marie Dubois: It fails again." {
			t.Errorf("taken up again: %s", said(again.Messages))
		}
		Must(Call(marie, api.CloseTicket, ticketIn(w.Acme, k)))
		time.Sleep(ticket.ReopenDays*24*time.Hour + time.Minute)
		marie = w.As(w.Marie)
		_, err := marie.Say(w.Acme, k, "And again.")
		Refused(t, err, errs.Conflict)
		if late := Must(marie.Ticket(w.Acme, k)); late.MayReply || late.MayReopen {
			t.Errorf("a month later: %+v", late)
		}
		w.Verify()
	})
}

// S05, N13: what is sent twice, or by many at once, is there once.
func TestMessageSentTwiceIsThereOnce(t *testing.T) {
	w := New(t)
	marie, jonas := w.As(w.Marie), w.As(w.Jonas)
	in := api.OpenTicketIn{Org: api.Org{Org: w.Acme}}
	in.Body.Ticket, in.Body.ID = Fresh[id.Ticket](w), Fresh[id.Message](w)
	in.Body.Category, in.Body.Subject, in.Body.Text = routing.Technical, "Calls fail", "Since noon."
	reply := api.ReplyIn{TicketIn: ticketIn(w.Acme, in.Body.Ticket)}
	reply.Body.ID, reply.Body.Text = Fresh[id.Message](w), "Still."
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Call(marie, api.OpenTicket, in); err != nil {
				t.Error(err)
			}
			if _, err := Call(marie, api.ReplyTicket, reply); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := said(Must(marie.Ticket(w.Acme, in.Body.Ticket)).Messages); got != "Marie Dubois: Since noon. | Marie Dubois: Still." {
		t.Errorf("%s", got)
	}
	if all := Must(Call(marie, api.ListTickets, api.TicketsIn{Org: api.Org{Org: w.Acme}, TicketFilter: api.TicketFilter{Limit: 30}})); len(all.Tickets) != 1 {
		t.Errorf("%d tickets", len(all.Tickets))
	}
	// Somebody else's id is nobody's business, and changes nothing.
	_, err := Call(jonas, api.ReplyTicket, reply)
	badTicketField(t, err, "id")
	_, err = Call(jonas, api.OpenTicket, in)
	badTicketField(t, err, "ticket")
	other := in
	other.Org.Org = w.Beta
	_, err = Call(w.As(w.Luc), api.OpenTicket, other)
	badTicketField(t, err, "ticket")
	w.Verify()
}

func badTicketField(t *testing.T, err error, path string) {
	t.Helper()
	if p := Refused(t, err, errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != path {
		t.Errorf("refused with %+v, want the field %s", p.Errors, path)
	}
}

// K13, S05: a contact who is kept to assigned tickets sees their own, those they are copied in and those of services
// assigned to them, in lists, searches, by address and by file; of the others they can't tell that they exist.
func TestTicketScope(t *testing.T) {
	w := New(t)
	web, mail := w.AddService(w.Acme, service.Service, "web-01"), w.AddService(w.Acme, service.Service, "mail-01")
	nina := w.AddContact(w.Acme, "Nina Sand", perm.Tickets)
	w.Exec(`UPDATE contact SET ticket_scope = 'assigned' WHERE id = ?`, nina.Contact)
	w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, nina.Contact, web)
	marie, narrow := w.As(w.Marie), w.As(nina)
	about := map[string]id.Ticket{}
	for name, s := range map[string]id.Service{"web": web, "mail": mail, "none": ""} {
		about[name] = Must(marie.Open(w.Acme, routing.Technical, s, "About "+name, "Zanzibar calls fail.")).Ticket.ID
	}
	about["copied"] = Must(marie.Open(w.Acme, routing.Technical, mail, "About copied", "Zanzibar.")).Ticket.ID
	Must(Call(marie, api.SetTicketCopies, api.CopiesIn{TicketIn: ticketIn(w.Acme, about["copied"]), Body: struct {
		Copies []id.Contact `json:"copies" maxItems:"20"`
	}{[]id.Contact{nina.Contact}}}))
	about["own"] = Must(narrow.Open(w.Acme, routing.Financial, "", "About own", "Zanzibar.")).Ticket.ID
	want := []string{"About copied", "About own", "About web"}
	for _, query := range []string{"", "zanzibar"} {
		list := Must(Call(narrow, api.ListTickets, api.TicketsIn{Org: api.Org{Org: w.Acme}, TicketFilter: api.TicketFilter{Query: query, Limit: 30}}))
		var got []string
		for _, k := range list.Tickets {
			got = append(got, k.Subject)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q lists %q, want %q", query, got, want)
		}
	}
	for name, k := range about {
		_, err := narrow.Ticket(w.Acme, k)
		if sees := slices.Contains(want, "About "+name); sees != (err == nil) {
			t.Errorf("%s: seen %v, %v", name, !sees, err)
		} else if !sees {
			Refused(t, err, errs.NotFound)
			_, err = narrow.Say(w.Acme, k, "Let me in.")
			Refused(t, err, errs.NotFound)
			_, err = Call(narrow, api.TellWriting, ticketIn(w.Acme, k))
			Refused(t, err, errs.NotFound)
		}
	}
	if _, err := narrow.Open(w.Acme, routing.Technical, mail, "About mail", "x"); err == nil {
		t.Error("opened about a service that is not theirs")
	}
	choices := Must(Call(narrow, api.GetTicketChoices, api.Org{Org: w.Acme}))
	if len(choices.Services) != 1 || choices.Services[0].ID != web || len(choices.Contacts) != 0 {
		t.Errorf("may choose %+v", choices)
	}
	// Taken off the service, the ticket is gone at the next look.
	w.Exec(`UPDATE service SET support_contact = '' WHERE id = ?`, web)
	_, err := narrow.Ticket(w.Acme, about["web"])
	Refused(t, err, errs.NotFound)
}

// K11: who sees only assigned tickets lets nobody see more.
func TestTicketScopeIsNotGivenByWhoLacksIt(t *testing.T) {
	d := newDesk(t)
	made, err := d.create(d.marie, func(b *api.ContactBody) {
		b.Kind, b.Name, b.Email, b.Access, b.TicketScope = contact.Individual, "Nina Sand", "nina@example.test", false, contact.AssignedTickets
		b.Roles = []perm.Role{perm.Tickets}
	})
	if err != nil || made.TicketScope != contact.AssignedTickets {
		t.Fatalf("%v, %s", err, made.TicketScope)
	}
	d.Exec(`UPDATE contact SET ticket_scope = 'assigned' WHERE id = ?`, d.Jonas.Contact)
	jonas := d.As(d.Jonas)
	_, err = d.create(jonas, func(b *api.ContactBody) {
		b.Kind, b.Name, b.Email, b.Roles = contact.Individual, "Otto Weit", "otto@example.test", []perm.Role{perm.Tickets}
	})
	Refused(t, err, errs.Forbidden)
	if _, err = d.create(jonas, func(b *api.ContactBody) {
		b.Kind, b.Name, b.Email, b.Roles, b.TicketScope = contact.Individual, "Otto Eng", "otto@example.test", []perm.Role{perm.Tickets}, contact.AssignedTickets
	}); err != nil {
		t.Error(err)
	}
}

// S05: notes are found by staff, and by nobody else; words are found by their beginnings, without marks, in subjects and
// messages; a number finds its ticket.
func TestTicketSearch(t *testing.T) {
	w := New(t)
	marie, luc, sofia := w.As(w.Marie), w.As(w.Luc), w.As(w.Sofia)
	a := Must(marie.Open(w.Acme, routing.Technical, "", "Échec des appels", "Depuis midi, vers Zürich."))
	b := Must(marie.Open(w.Acme, routing.Commercial, "", "New line", "Please connect Zürich and Bern."))
	c := Must(luc.Open(w.Beta, routing.Technical, "", "Zurich", "Beta only."))
	Must(sofia.Note(w.Acme, a.Ticket.ID, "Zuverlässig kaputt: secretword."))
	find := func(actor *Actor, o id.Organization, q string) string {
		t.Helper()
		var found []string
		if actor.Staff != "" {
			for _, k := range Must(Call(actor, api.ListStaffTickets, api.StaffTicketsIn{Org: o, TicketFilter: api.TicketFilter{Query: q, Limit: 30}})).Tickets {
				found = append(found, k.Subject)
			}
		} else {
			for _, k := range Must(Call(actor, api.ListTickets, api.TicketsIn{Org: api.Org{Org: o}, TicketFilter: api.TicketFilter{Query: q, Limit: 30}})).Tickets {
				found = append(found, k.Subject)
			}
		}
		return strings.Join(found, ", ")
	}
	for _, x := range []struct {
		actor *Actor
		org   id.Organization
		query string
		want  string
	}{
		{marie, w.Acme, "zurich", "New line, Échec des appels"},
		{marie, w.Acme, "ZÜR bern", "New line"},
		{marie, w.Acme, "echec", "Échec des appels"},
		{marie, w.Acme, "secretword", ""},
		{marie, w.Acme, "n" + strings.ReplaceAll(string(w.Acme), "-", ""), ""},
		{marie, w.Acme, `" OR scope : "`, ""},
		{marie, w.Acme, "-()*:^", ""},
		{marie, w.Acme, fmt.Sprintf("#%d", b.Ticket.Number), "New line"},
		{marie, w.Acme, fmt.Sprint(c.Ticket.Number), ""},
		{luc, w.Beta, "zur", "Zurich"},
		{sofia, "", "zurich", "Zurich, New line, Échec des appels"},
		{sofia, "", "secretword", "Échec des appels"},
		{sofia, w.Acme, "secretword", "Échec des appels"},
		{sofia, w.Beta, "secretword", ""},
	} {
		if got := find(x.actor, x.org, x.query); got != x.want {
			t.Errorf("%s finds by %q: %q, want %q", x.actor.Name, x.query, got, x.want)
		}
	}
	list := Must(Call(marie, api.ListTickets, api.TicketsIn{Org: api.Org{Org: w.Acme}, TicketFilter: api.TicketFilter{Query: "zürich", Limit: 1}}))
	if len(list.Tickets) != 1 || list.Next == "" || !strings.Contains(list.Tickets[0].Found, "connect Zürich") {
		t.Fatalf("the first page: %+v", list)
	}
	rest := Must(Call(marie, api.ListTickets, api.TicketsIn{Org: api.Org{Org: w.Acme}, TicketFilter: api.TicketFilter{Query: "zürich", Limit: 1, After: list.Next}}))
	if len(rest.Tickets) != 1 || rest.Tickets[0].ID != a.Ticket.ID {
		t.Errorf("the second page: %+v", rest)
	}
}

// Pages of lists and searches together have every ticket once, whatever is written between them.
func TestTicketPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		for i := range 25 {
			k := Must(marie.Open(w.Acme, routing.Technical, "", fmt.Sprintf("Ticket %d", i), "common words"))
			if i%3 == 0 {
				Must(marie.Say(w.Acme, k.Ticket.ID, "common again"))
			}
			time.Sleep(10 * time.Second)
		}
		for _, query := range []string{"", "common"} {
			seen, after := map[id.Ticket]bool{}, ""
			for {
				p := Must(Call(marie, api.ListTickets, api.TicketsIn{Org: api.Org{Org: w.Acme}, TicketFilter: api.TicketFilter{Query: query, Limit: 4, After: after}}))
				for _, k := range p.Tickets {
					if seen[k.ID] {
						t.Errorf("%q: %s twice", query, k.Subject)
					}
					seen[k.ID] = true
				}
				if after = p.Next; after == "" {
					break
				}
			}
			if len(seen) != 25 {
				t.Errorf("%q: %d of 25", query, len(seen))
			}
		}
		var order []string
		for after := ""; ; {
			p := Must(Call(sofia, api.ListStaffTickets, api.StaffTicketsIn{TicketFilter: api.TicketFilter{State: "open", Limit: 7, After: after}}))
			for _, k := range p.Tickets {
				order = append(order, k.Subject)
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if len(order) != 25 || order[0] != "Ticket 0" || order[24] != "Ticket 24" {
			t.Errorf("the queue is not by waiting: %q", order)
		}
	})
}

// S05: staff change assignee, state, category and service, over what they saw; the customer sees what concerns them.
func TestStaffSetTicket(t *testing.T) {
	w := New(t)
	web := w.AddService(w.Acme, service.Service, "web-01")
	foreign := w.AddService(w.Beta, service.Service, "web-02")
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	k := Must(marie.Open(w.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
	set := func(version int64, change func(*api.SetTicketIn)) (api.StaffConversation, error) {
		in := api.SetTicketIn{TicketIn: ticketIn(w.Acme, k.ID)}
		in.Body.Version = version
		change(&in)
		return Call(sofia, api.SetTicket, in)
	}
	hold, tom, financial := ticket.OnHold, w.Tom.Staff, routing.Financial
	first := Must(Call(sofia, api.GetStaffTicket, api.ConversationIn{TicketIn: ticketIn(w.Acme, k.ID), Limit: 50})).Ticket.Version
	out, err := set(first, func(in *api.SetTicketIn) {
		in.Body.State, in.Body.Assignee, in.Body.Category, in.Body.Service = &hold, &tom, &financial, &web
	})
	if err != nil || out.Ticket.State != ticket.OnHold || out.Ticket.AssigneeName != "Tom Becker" || out.Ticket.Category != routing.Financial || out.Ticket.ServiceName != "web-01" {
		t.Fatalf("%v, %+v", err, out.Ticket)
	}
	_, err = set(first, func(in *api.SetTicketIn) { in.Body.State = &hold })
	Refused(t, err, errs.Conflict)
	_, err = set(out.Ticket.Version, func(in *api.SetTicketIn) { in.Body.Service = &foreign })
	badTicketField(t, err, "service")
	marie.W.Exec(`UPDATE staff SET active = FALSE WHERE id = ?`, w.Tom.Staff)
	none := id.Staff("")
	out = Must(set(out.Ticket.Version, func(in *api.SetTicketIn) { in.Body.Assignee = &none }))
	_, err = set(out.Ticket.Version, func(in *api.SetTicketIn) { in.Body.Assignee = &tom })
	badTicketField(t, err, "assignee")
	seen := Must(marie.Ticket(w.Acme, k.ID))
	if got := said(seen.Messages); got != "Marie Dubois: Since noon. | [Sofia Keller on_hold]" || seen.Ticket.State != ticket.OnHold {
		t.Errorf("the customer sees %s, %s", got, seen.Ticket.State)
	}
	w.Verify()
}

// X03: who writes is told to the other side, but not to the writer, and forgotten.
func TestWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		k := Must(marie.Open(w.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket.ID
		staffSees := func() []string {
			return Must(Call(sofia, api.GetStaffTicket, api.ConversationIn{TicketIn: ticketIn(w.Acme, k), Limit: 50})).Writing
		}
		Must(Call(marie, api.TellWriting, ticketIn(w.Acme, k)))
		Must(Call(sofia, api.TellStaffWriting, ticketIn(w.Acme, k)))
		if got := staffSees(); !slices.Equal(got, []string{"Marie Dubois"}) {
			t.Errorf("staff see %q writing", got)
		}
		if got := Must(marie.Ticket(w.Acme, k)).Writing; !slices.Equal(got, []string{"Sofia Keller"}) {
			t.Errorf("the customer sees %q writing", got)
		}
		Must(marie.Say(w.Acme, k, "Still."))
		if got := staffSees(); len(got) != 0 {
			t.Errorf("after sending, staff see %q writing", got)
		}
		time.Sleep(9 * time.Second)
		if got := Must(marie.Ticket(w.Acme, k)).Writing; len(got) != 0 {
			t.Errorf("nine seconds later the customer sees %q writing", got)
		}
	})
}

// S06: the panel says what the opener may ask for by which way.
func TestTicketPanelEntitlementS06(t *testing.T) {
	w := New(t)
	web := w.AddService(w.Acme, service.Service, "web-01")
	w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, w.Jonas.Contact, web)
	jonas, sofia := w.As(w.Jonas), w.As(w.Sofia)
	k := Must(jonas.Open(w.Acme, routing.Technical, web, "Calls fail", "Since noon.")).Ticket.ID
	panel := func() api.TicketPanel {
		return Must(Call(sofia, api.GetStaffTicket, api.ConversationIn{TicketIn: ticketIn(w.Acme, k), Limit: 50})).Panel
	}
	p := panel()
	if o := p.Opener; o == nil || o.Authority || !slices.Equal(o.Assigned, []service.Role{service.Support}) || p.Organization.ID != w.Acme || len(p.Receipts) != 0 {
		t.Errorf("the panel is %+v", p)
	}
	if len(p.Gets) != 2 || p.Gets[0].Why != routing.IsOwner && p.Gets[1].Why != routing.IsOwner {
		t.Errorf("an answer goes to %+v", p.Gets)
	}
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Jonas.Contact)
	if p := panel(); !p.Opener.Authority {
		t.Error("the authority is not told")
	}
}

// Who gets what: the store reads few contacts of many, and the answer is that of all.
func TestRecipientsOfManyContacts(t *testing.T) {
	w := New(t)
	web := w.AddService(w.Acme, service.Service, "web-01")
	for i := range 40 {
		p := w.AddContact(w.Acme, fmt.Sprintf("Person %02d", i))
		w.Exec(`UPDATE contact SET assistance = ?, assistance_isolated = ?, assistance_global = ?, active = ? WHERE id = ?`,
			i%2 == 0, i%3 == 0, i%5 == 0, i%7 != 0, p.Contact)
		if i == 6 {
			w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, p.Contact, web)
		}
	}
	marie := w.As(w.Marie)
	got := Must(Call(marie, api.GetRecipients, api.RecipientsIn{Org: api.Org{Org: w.Acme}, Category: routing.Technical, Service: web}))
	var names []string
	for _, g := range got.Gets {
		names = append(names, g.Name+" "+string(g.Why))
	}
	slices.Sort(names)
	want := []string{"Marie Dubois owner", "Person 06 assigned", "Person 10 global", "Person 20 global", "Person 30 global"}
	if !slices.Equal(names, want) {
		t.Errorf("goes to %q, want %q", names, want)
	}
	for _, n := range got.Not {
		if n.Why.Gets() || n.Why == routing.Off {
			t.Errorf("%s is told as left out: %s", n.Name, n.Why)
		}
	}
}
