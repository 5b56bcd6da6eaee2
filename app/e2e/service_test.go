//go:build !js

package e2e

import (
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/service"
)

// serviceRow is the row of a service in the list.
func serviceRow(name string) string {
	return `[...document.querySelectorAll("#service-list tbody tr")].find(r => r.innerText.includes(` + js(name) + `))`
}

// act opens the Actions menu of a service and chooses from it.
func act(tab *uitest.Tab, name, what string) {
	tab.Wait(serviceRow(name) + `?.querySelector("[id^=service-acts-]")`)
	tab.Run(serviceRow(name) + `.querySelector("[id^=service-acts-]").click()`)
	pressItem(tab, what)
}

// corresponds says what mail a contact asks for.
func (s *stage) corresponds(c *backendtest.Persona, assistance, isolated, global bool) {
	s.Exec(`UPDATE contact SET assistance = ?, assistance_isolated = ?, assistance_global = ? WHERE id = ?`, assistance, isolated, global, c.Contact)
}

// S01, S04, X03: each service has its support contact, by Actions, Contact Support and Yes, changed by choosing another one, taken
// away by Reset. What follows is said before, and another person's page shows it at once.
func TestServices_have_a_support_contact(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		s.AddService(s.Acme, service.Service, "web-01.acme.example")
		s.AddService(s.Acme, service.Domain, "acme.example")
		hugo := s.AddContact(s.Acme, "Hugo Petit")
		s.corresponds(hugo, true, true, false)
		s.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, s.Jonas.Contact)
		owner, other := s.openIn(s.Marie, w.lang), s.openIn(s.Jonas, w.lang)
		visit(other, "/o/"+string(s.Acme)+"/services")
		press(owner, "nav", l.T("nav.domains"))
		arrived(owner, "/o/"+string(s.Acme)+"/domains")
		says(owner, "#service-list", "acme.example")
		says(owner, "#service-list", l.T("services.state.active"))
		press(owner, "nav", l.T("nav.services"))
		arrived(owner, "/o/"+string(s.Acme)+"/services")
		says(owner, "#service-list", say(t, l, "nobody", "services.nobody"))
		looks(owner, w, "services")

		act(owner, "web-01", say(t, l, "contact support", "services.contact_support"))
		says(owner, "#service-contact", l.T("services.assign_title.support", "name", "web-01.acme.example"))
		says(owner, "#service-contact", l.T("services.nobody"))
		says(owner, "#service-contact", l.T("services.effect.support"))
		pick(owner, "service-contact-choice", "Paul Noir")
		says(owner, "#service-contact", l.T("services.no_mail.off.support", "name", "Paul Noir"))
		says(owner, "#service-contact", l.T("services.by_ticket_only"))
		looks(owner, w, "contact support")
		pick(owner, "service-contact-choice", "Hugo Petit")
		owner.Wait(`!document.querySelector("#service-contact").innerText.includes(` + js(l.T("services.no_mail.off.support", "name", "Hugo Petit")) + `)`)
		press(owner, "#service-contact", say(t, l, "yes", "services.yes"))
		says(owner, "#toasts", l.T("services.assigned.support", "name", "Hugo Petit", "service", "web-01.acme.example"))
		says(owner, "#service-list", "Hugo Petit")
		says(other, "#service-list", "Hugo Petit")
		dismiss(owner)

		// Somebody who would get no mail is flagged in the list; the toast takes it back.
		act(owner, "web-01", l.T("services.contact_support"))
		pick(owner, "service-contact-choice", "Paul Noir")
		press(owner, "#service-contact", l.T("services.yes"))
		says(other, "#service-list", l.T("services.no_mail"))
		press(owner, "#toasts", l.T("services.undo"))
		says(other, "#service-list", "Hugo Petit")
		dismiss(owner)

		act(owner, "web-01", l.T("services.contact_support"))
		press(owner, "#service-contact", say(t, l, "reset", "services.reset"))
		says(owner, "#toasts", l.T("services.removed.support", "service", "web-01.acme.example"))
		other.Wait(`!document.querySelector("#service-list").innerText.includes("Hugo Petit")`)

		// One billing contact besides.
		act(owner, "web-01", l.T("services.billing_contact"))
		pick(owner, "service-contact-choice", "Jonas Meier")
		press(owner, "#service-contact", l.T("services.yes"))
		says(other, "#service-list", "Jonas Meier")
		owner.NoProblems()
		other.NoProblems()
	})
}

// S01: a service that somebody changed meanwhile is shown as it is now, with the choice kept.
func TestServices_assigned_by_two_at_once(t *testing.T) {
	l := i18n.EN
	s := play(t)
	web := s.AddService(s.Acme, service.Service, "web-01.acme.example")
	owner := s.open(s.Marie)
	visit(owner, "/o/"+string(s.Acme)+"/services")
	act(owner, "web-01", l.T("services.contact_support"))
	pick(owner, "service-contact-choice", "Jonas Meier")
	in := api.AssignIn{ServiceIn: api.ServiceIn{Org: api.Org{Org: s.Acme}, Service: web}}
	in.Body.Role, in.Body.Contact, in.Body.Version = service.Support, s.Nadia.Contact, 1
	backendtest.Must(backendtest.Call(s.As(s.Jonas), api.AssignServiceContact, in))
	says(owner, "#service-contact", l.T("services.changed_meanwhile"))
	says(owner, "#service-contact", "Nadia Benali")
	if got := uitest.Eval[string](owner, `document.getElementById("service-contact-choice").selectedOptions[0].text`); !strings.Contains(got, "Jonas Meier") {
		t.Errorf("the choice has become %q", got)
	}
	press(owner, "#service-contact", l.T("services.yes"))
	says(owner, "#service-list", "Jonas Meier")
	owner.NoProblems()
}

// S01: a cancellation is a significant change: it waits, is told as asked for in the portal, and is taken back or approved.
func TestServices_are_cancelled_by_approval(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		s.AddService(s.Acme, service.Service, "web-01.acme.example")
		manager := s.AddContact(s.Acme, "Hugo Petit", perm.Services)
		owner, asker := s.openIn(s.Marie, w.lang), s.openIn(manager, w.lang)
		visit(asker, "/o/"+string(s.Acme)+"/services")
		ask := func() {
			act(asker, "web-01", l.T("services.cancel.service"))
			says(asker, "#service-cancel", l.T("services.cancel_text"))
			fill(asker, "#service-cancel-note", "We move it to another place.")
			press(asker, "#service-cancel", l.T("services.cancel_send"))
			says(asker, "#service-list", l.T("services.cancellation_waits"))
		}
		ask()
		says(owner, "#attention", l.T("changes.asks_for.cancellation"))
		says(owner, "#attention", "web-01.acme.example")
		says(owner, "#attention", "We move it to another place.")
		act(asker, "web-01", l.T("services.take_back"))
		says(asker, "#toasts", l.T("services.taken_back", "name", "web-01.acme.example"))
		owner.Wait(`!document.querySelector("#attention .request")`)

		ask()
		visit(owner, "/o/"+string(s.Acme)+"/manage/changes")
		looks(owner, w, "cancellation")
		press(owner, "#pending", l.T("changes.approve")+": "+uitest.Eval[string](owner, `document.querySelector(".change-subject").innerText`))
		says(owner, "#toasts", l.T("changes.approved_portal"))
		says(owner, "#history", "Hugo Petit")
		says(asker, "#service-list", l.T("services.state.ending"))
	})
}

// S02: "User" section, "Associated Contacts" at the bottom of the page, "New Contact", as an individual or a legal entity.
func TestAssociated_contacts_are_created_on_the_user_page(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner := s.openIn(s.Marie, w.lang)
		press(owner, "nav", say(t, l, "user", "nav.account"))
		says(owner, "#associated-contacts", say(t, l, "associated", "associated.title"))
		if below := uitest.Eval[bool](owner, `[...document.querySelectorAll("main section.card")].at(-1).id === "associated-contacts"`); !below {
			t.Error("the Associated Contacts are not at the bottom of the page")
		}
		looks(owner, w, "associated contacts")
		press(owner, "#associated-contacts", say(t, l, "new contact", "associated.new"))
		pressItem(owner, l.T("contact.kind.legal_entity"))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		fill(owner, "#contact-company", "Studio Nord SARL")
		press(owner, "#contact-dialog", l.T("contact.save"))
		says(owner, "main", l.T("contact.created"))
		says(owner, "#associated-contacts", "Studio Nord SARL")
		press(owner, "#associated-contacts", l.T("associated.new"))
		pressItem(owner, l.T("contact.kind.individual"))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		fill(owner, "#contact-name", "Camille Roy")
		press(owner, "#contact-dialog", l.T("contact.save"))
		says(owner, "#associated-contacts", "Camille Roy")
		owner.NoProblems()

		// Who may only see contacts creates none; who may not see them has no such list.
		for who, want := range map[*backendtest.Persona]string{s.Paul: "list", s.AddContact(s.Acme, "Ida Blanc"): ""} {
			reader := s.openIn(who, w.lang)
			press(reader, "nav", l.T("nav.account"))
			reader.Wait(`document.getElementById("sign-in-list")`)
			if want != "" {
				says(reader, "#associated-contacts", "Camille Roy")
			}
			got := uitest.Eval[string](reader, `!document.getElementById("associated-contacts") ? "" : document.getElementById("associated-new") ? "button" : "list"`)
			if got != want {
				t.Errorf("%s has %q, not %q", who.Name, got, want)
			}
		}
	})
}

// S03, S05: "Assistance" opens "Isolated" and "Global"; who gets a message about a service follows, and the simulator says so.
func TestCorrespondence_decides_who_gets_a_message(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		web := s.AddService(s.Acme, service.Service, "web-01.acme.example")
		s.AddService(s.Acme, service.Service, "web-02.acme.example")
		s.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, s.Jonas.Contact, web)
		owner := s.openIn(s.Marie, w.lang)
		visit(owner, "/o/"+string(s.Acme)+"/contacts")
		edit := func(who id.Contact) {
			owner.Click("#contact-edit-" + string(who))
			owner.Wait(`document.querySelector("#contact-dialog[open]")`)
			dialogTab(owner, "correspondence")
		}
		edit(s.Jonas.Contact)
		if uitest.Eval[bool](owner, `!!document.getElementById("contact-assistance_isolated")`) {
			t.Error("Isolated is there before Assistance is ticked")
		}
		owner.Click("#contact-assistance")
		says(owner, "#contact-dialog", say(t, l, "isolated", "correspondence.assistance_isolated"))
		says(owner, "#contact-dialog", say(t, l, "global", "correspondence.assistance_global"))
		says(owner, "#contact-dialog", l.T("correspondence.counts_as_isolated"))
		looks(owner, w, "correspondence")
		press(owner, "#contact-dialog", l.T("contact.update"))
		says(owner, "main .banner", l.T("contact.updated"))
		edit(s.Nadia.Contact)
		owner.Click("#contact-assistance")
		owner.Click("#contact-assistance_global")
		press(owner, "#contact-dialog", l.T("contact.update"))
		owner.Wait(`!document.querySelector("#contact-dialog[open]")`)

		edit(s.Jonas.Contact)
		owner.Click("#contact-gets")
		owner.Wait(`document.querySelector("#recipients[open]")`)
		pick(owner, "recipients-service", "web-01.acme.example")
		gets := func(want, not string) {
			t.Helper()
			owner.Wait(`[...document.querySelectorAll("#recipients .verdicts")].map(v => [...v.querySelectorAll("strong")].map(x => x.innerText).sort().join(", ")).join(" / ") === ` + js(strings.TrimSuffix(want+" / "+not, " / ")))
		}
		gets("Jonas Meier, Marie Dubois, Nadia Benali", "")
		says(owner, "#recipients", l.T("recipients.why.owner"))
		says(owner, "#recipients", l.T("recipients.why.assigned"))
		says(owner, "#recipients", l.T("recipients.why.global"))
		looks(owner, w, "who gets this")
		pick(owner, "recipients-service", "web-02.acme.example")
		gets("Marie Dubois, Nadia Benali", "Jonas Meier")
		says(owner, "#recipients", l.T("recipients.why.not_assigned"))
		pick(owner, "recipients-category", l.T("ticket.category.financial"))
		owner.Wait(`document.querySelectorAll("#recipients .tone-ok").length === 1`)
		owner.NoProblems()

		// Staff ask the same of an organization.
		agent := s.openIn(s.Sofia, w.lang)
		visit(agent, "/organizations/"+string(s.Acme))
		says(agent, "#services", "web-01.acme.example")
		agent.Click("#organization-gets")
		pick(agent, "recipients-service", "web-01.acme.example")
		says(agent, "#recipients", "Jonas Meier")
		agent.NoProblems()
	})
}

// K13, S05: a contact sees all tickets, or only their own and those of their services; the dialog keeps what is chosen.
func TestContacts_see_all_tickets_or_their_own(t *testing.T) {
	l := i18n.EN
	s := play(t)
	owner := s.open(s.Marie)
	visit(owner, "/o/"+string(s.Acme)+"/contacts")
	open := func() {
		owner.Click("#contact-edit-" + string(s.Jonas.Contact))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		dialogTab(owner, "permissions")
	}
	open()
	owner.Wait(`document.querySelector("#contact-tickets input")?.checked`)
	owner.Run(`document.querySelectorAll("#contact-tickets input")[1].click()`)
	says(owner, "#contact-dialog", l.T("contact.unsaved", "n", 1))
	press(owner, "#contact-dialog", l.T("contact.update"))
	says(owner, "main .banner", l.T("contact.updated"))
	card := backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetContact, api.ContactIn{Org: api.Org{Org: s.Acme}, Contact: s.Jonas.Contact}))
	if card.TicketScope != contact.AssignedTickets {
		t.Fatalf("stored is %q", card.TicketScope)
	}
	open()
	owner.Wait(`document.querySelectorAll("#contact-tickets input")[1]?.checked`)
	dialogTab(owner, "details")
	fill(owner, "#contact-phone", "+33 6 39 98 01 55")
	press(owner, "#contact-dialog", l.T("contact.update"))
	says(owner, "main .banner", l.T("contact.updated"))
	card = backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetContact, api.ContactIn{Org: api.Org{Org: s.Acme}, Contact: s.Jonas.Contact}))
	if card.TicketScope != contact.AssignedTickets || card.Phone == "" {
		t.Errorf("another change made of it %q, %q", card.TicketScope, card.Phone)
	}
	owner.NoProblems()
}
