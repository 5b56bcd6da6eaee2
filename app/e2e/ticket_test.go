//go:build !js

package e2e

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
)

// seen is a ticket of Acme's as staff see it.
func (s *stage) seen(t id.Ticket) api.StaffConversation {
	s.t.Helper()
	return backendtest.Must(backendtest.Call(s.As(s.Anna), api.GetStaffTicket, api.ConversationIn{TicketIn: api.TicketIn{Org: api.Org{Org: s.Acme}, Ticket: t}, Limit: 50}))
}

// hears waits until the messages of the ticket that is open are these, "who: text", without what was done to it.
func (s *stage) hears(tab *uitest.Tab, want string) {
	s.t.Helper()
	got := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		got = uitest.Eval[string](tab, `[...document.querySelectorAll(".talk .message")].map((m) => m.querySelector("strong").innerText + ": " + (m.querySelector(".message-text")?.innerText ?? "")).join(" | ")`)
		if got == want {
			return
		}
	}
	s.t.Fatalf("the conversation is %q, want %q; the console said %v", got, want, tab.Problems())
}

// attach chooses a file for the message that is being written.
func attachFile(tab *uitest.Tab, name, text string) {
	tab.Run(`const d = new DataTransfer(); d.items.add(new File([` + js(text) + `], ` + js(name) + `, {type: "text/plain"}));
		const f = document.getElementById("answer-files"); f.files = d.files; f.dispatchEvent(new Event("change", {bubbles: true}))`)
	tab.Wait(`[...document.querySelectorAll(".files .file")].some((f) => f.innerText.includes(` + js(name) + `) && !f.innerText.includes("…") && f.querySelector("[id^=file-remove]"))`)
}

// S05, S06, X03: the whole way. A customer opens a ticket; its mail goes to exactly the right contacts; one of them, who has no
// portal access, answers from a mail program; the agent, who looks at it, sees that at once, writes a note and an answer, and the
// customer sees the answer, not the note. It is closed and taken up again.
func TestTicket_from_the_portal_by_mail_to_the_agent_and_back(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		post := s.withPost()
		web := s.AddService(s.Acme, service.Service, "web-01.acme.example")
		camille := s.AddContact(s.Acme, "Camille Roy") // the web designer, without portal access
		s.Exec(`UPDATE contact SET login = NULL, access = FALSE WHERE id = ?`, camille.Contact)
		s.corresponds(camille, true, true, false)
		s.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, camille.Contact, web)
		s.corresponds(s.Nadia, true, false, true) // all mail of the account
		gone := s.AddContact(s.Acme, "Gaston Lenoir")
		s.corresponds(gone, true, false, true)
		s.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, gone.Contact)
		isolated := s.AddContact(s.Acme, "Ines Duval") // of another service
		s.corresponds(isolated, true, true, false)

		asker := s.openIn(s.Jonas, w.lang)
		agent := s.openIn(s.Sofia, w.lang)
		visit(agent, "/hub/tickets")

		// By the Support button at the bottom of every page.
		press(asker, "main ~ *, main", l.T("ui.submit_request"))
		arrived(asker, "/o/"+string(s.Acme)+"/tickets/new")
		ready(asker)
		looks(asker, w, "new ticket")
		asker.Click("#ticket-send")
		says(asker, "#ticket-form", l.T("ticket.error.subject", "max", 150))
		says(asker, "#ticket-form", l.T("ticket.error.text"))
		pick(asker, "ticket-service", "web-01.acme.example")
		fill(asker, "#ticket-subject", "The site is slow")
		fill(asker, "#answer-text", "Since noon every page takes ten seconds.")
		attachFile(asker, "trace.txt", "hop 1")
		asker.Click("#ticket-send")
		asker.Wait(`/tickets\/[0-9a-f-]{36}$/.test(location.pathname)`)
		s.hears(asker, "Jonas Meier: Since noon every page takes ten seconds.")
		ready(asker)
		looks(asker, w, "ticket")

		letters := post.fetch(3)
		if got, want := slices.Sorted(maps.Keys(letters)), slices.Sorted(slices.Values([]string{s.Marie.Email, camille.Email, s.Nadia.Email})); !slices.Equal(got, want) {
			t.Fatalf("the mail went to %v, want %v", got, want)
		}
		for to, x := range letters {
			for _, other := range []string{s.Marie.Email, camille.Email, s.Nadia.Email, s.Jonas.Email} {
				if other != to && (strings.Contains(x.text, other) || strings.Contains(x.mail.Header.Get("To")+x.mail.Header.Get("Cc"), other)) {
					t.Errorf("the letter to %s tells the address of %s", to, other)
				}
			}
			if !strings.Contains(x.text, "ten seconds") {
				t.Errorf("the letter to %s reads %q", to, x.text)
			}
		}

		// The agent sees it come, and opens it.
		says(agent, "#queue-list", "The site is slow")
		looks(agent, w, "queue")
		press(agent, "#queue-list", l.T("hub.ticket.take")+": The site is slow")
		says(agent, "#queue-list", "Sofia Keller")
		press(agent, "#queue-list", "The site is slow")
		s.hears(agent, "Jonas Meier: Since noon every page takes ten seconds.")
		says(agent, "#opener", "Jonas Meier")
		says(agent, "#opener", l.T("services.by_ticket_only")) // S06
		says(agent, "#customer", "Acme Telecom")
		says(agent, "#ticket-about", "web-01.acme.example")
		says(agent, "#ticket-mail", "Camille Roy")

		// Camille answers from a mail program: it is there at once, without what was quoted.
		post.answer(letters[camille.Email], camille.Email, "It is the certificate check, see https://status.example/.")
		both := "Jonas Meier: Since noon every page takes ten seconds. | Camille Roy: It is the certificate check, see https://status.example/."
		s.hears(agent, both)
		says(agent, ".talk", l.T("ticket.by_mail"))
		says(agent, ".talk", l.T("ticket.trimmed"))
		s.hears(asker, both)
		agent.Wait(`document.querySelector('.talk a[href="https://status.example/"][target=_blank][rel=noopener]')`)

		// The agent writes a note, which no customer sees, and an answer, which both get.
		agent.Run(`document.querySelectorAll("#answer-kind input")[1].click()`)
		fill(agent, "#answer-text", "The same as in March: https://wiki.example/march")
		press(agent, "#composer", l.T("ticket.send_note"))
		s.hears(agent, both+" | Sofia Keller: The same as in March: https://wiki.example/march")
		agent.Run(`document.querySelectorAll("#answer-kind input")[0].click()`)
		agent.Click("#answer-text")
		below := `document.getElementById("composer").getBoundingClientRect().top`
		stays := uitest.Eval[float64](asker, below)
		agent.Press("Done, https://web-01.acme.example is fast.")
		says(asker, "#ticket-writing", l.T("ticket.writing", "n", 1, "names", "Sofia Keller"))
		if now := uitest.Eval[float64](asker, below); now != stays {
			t.Errorf("the composer moved from %v to %v when somebody wrote", stays, now)
		}
		press(agent, "#composer", l.T("ticket.send"))
		s.hears(asker, both+" | Sofia Keller: Done, https://web-01.acme.example is fast.")
		looks(agent, w, "staff ticket")
		says(asker, "main", l.T("ticket.state.pending"))
		says(asker, "nav", "1") // it waits for the customer
		answers := post.fetch(4 + 2)
		if x, ok := answers[camille.Email]; !ok || !strings.Contains(x.text, "Done, https://web-01.acme.example is fast.") || strings.Contains(x.text, "March") {
			t.Errorf("Camille is told %q", x.text)
		} else if first := letters[camille.Email].mail.Header.Get("Message-ID"); !strings.Contains(x.mail.Header.Get("References"), first) {
			t.Errorf("the answer refers to %s, not to %s", x.mail.Header.Get("References"), first)
		}

		// Closed by the customer, seen by the agent, and taken up again.
		press(asker, "main", l.T("ticket.close"))
		says(agent, "main", l.T("ticket.staff_state.closed"))
		says(agent, ".talk", l.T("ticket.event.closed", "name", "Jonas Meier"))
		press(asker, "main", l.T("ticket.reopen"))
		says(agent, "#ticket-facts", l.T("ticket.staff_state.open"))

		// The list tells where it stands; words of messages find it.
		visit(asker, "/o/"+string(s.Acme)+"/tickets")
		says(asker, "#ticket-list", l.T("ticket.state.open"))
		looks(asker, w, "tickets")
		fill(asker, "#tickets-search", "certificate")
		asker.Wait(`new URLSearchParams(location.search).get("q") === "certificate"`)
		says(asker, "#ticket-list", "The site is slow")
		fill(asker, "#tickets-search", "March") // of the note
		says(asker, "main", l.T("orgdetail.no_match"))
		asker.NoProblems()
		agent.NoProblems()
	})
}

// S05: drafts outlive a reload and work without a connection; an answer that is sent offline is kept, sent once when there is a
// connection, and told of at the sign-out before.
func TestTicket_answers_survive_reload_and_no_connection(t *testing.T) {
	l := i18n.EN
	s := playWired(t)
	k := backendtest.Must(s.As(s.Marie).Open(s.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
	page := "/o/" + string(s.Acme) + "/tickets/" + string(k.ID)
	owner := s.open(s.Marie)
	owner.Wait(`navigator.serviceWorker.ready.then(() => true)`)
	visit(owner, page)
	fill(owner, "#answer-text", "And now faxes, too.")
	says(owner, "#composer", l.T("ticket.draft_saved"))
	visit(owner, page)
	owner.Wait(`document.getElementById("answer-text").value === "And now faxes, too."`)
	visit(owner, "/o/"+string(s.Acme)+"/tickets")
	says(owner, "main .banner", l.T("ticket.kept_answer", "subject", "Calls fail"))

	// Without a connection it is kept, whatever page is opened meanwhile.
	press(owner, "main .banner", l.T("ticket.kept_answer", "subject", "Calls fail"))
	ready(owner)
	s.wire.Cut()
	pillSays(owner, l.T("shell.pill.offline"))
	owner.Click("#answer-send")
	says(owner, ".talk", l.T("ticket.waits"))
	fill(owner, "#answer-text", "And the doorbell.")
	owner.Click("#answer-send")
	says(owner, ".talk", "And the doorbell.")
	press(owner, "nav", l.T("nav.tickets"))
	says(owner, "main .banner", l.T("ticket.kept_answer", "subject", "Calls fail"))
	if n := len(s.seen(k.ID).Messages); n != 1 {
		t.Fatalf("the server has %d messages", n)
	}
	owner.ForgetProblems()

	// Signing out would lose it, and says so.
	press(owner, "header", l.T("ui.account"))
	pressItem(owner, l.T("shell.sign_out"))
	says(owner, "#sign-out-unsent", l.T("ticket.kept_answer", "subject", "Calls fail"))
	press(owner, "#sign-out-unsent", l.T("ui.cancel"))

	s.wire.Mend()
	owner.Wait(`!document.querySelector("main .banner")`)
	visit(owner, page)
	s.hears(owner, "Marie Dubois: Since noon. | Marie Dubois: And now faxes, too. | Marie Dubois: And the doorbell.")
	if got := s.seen(k.ID).Messages; len(got) != 3 {
		t.Errorf("the server has %d messages", len(got))
	}
	if left := uitest.Eval[int](owner, `Object.keys(localStorage).filter((k) => k.startsWith("countersign.ticket.")).length`); left != 0 {
		t.Errorf("%d drafts are left", left)
	}
}

// S05: a ticket whose answer was lost on the way is there once, however often it is sent; what was edited since waits as an answer.
func TestTicket_is_opened_once(t *testing.T) {
	l := i18n.EN
	s := play(t)
	owner := s.open(s.Marie)
	visit(owner, "/o/"+string(s.Acme)+"/tickets/new")
	owner.Run(`const fetched = window.fetch;
		window.losing = true;
		window.fetch = async (...request) => {
			const answer = await fetched(...request);
			if (window.losing && request[1]?.method === "POST" && String(request[0]).endsWith("/tickets")) {
				window.losing = false;
				throw new TypeError("lost");
			}
			return answer;
		}`)
	fill(owner, "#ticket-subject", "Calls fail")
	fill(owner, "#answer-text", "Since noon.")
	owner.Click("#ticket-send")
	says(owner, "main", l.T("shell.no_answer"))
	fill(owner, "#answer-text", "Since eleven.")
	owner.Click("#ticket-send")
	s.hears(owner, "Marie Dubois: Since noon.")
	owner.Wait(`document.getElementById("answer-text").value === "Since eleven."`)
	visit(owner, "/o/"+string(s.Acme)+"/tickets")
	if n := uitest.Eval[int](owner, `document.querySelectorAll("#ticket-list tbody tr").length`); n != 1 {
		t.Errorf("%d tickets", n)
	}
}

// S05: what the server does not take is told where it was written, and can be mended; nothing is lost.
func TestTicket_answer_that_is_refused(t *testing.T) {
	l := i18n.EN
	s := play(t)
	k := backendtest.Must(s.As(s.Marie).Open(s.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
	writer := s.AddContact(s.Acme, "Hugo Petit", perm.Tickets)
	tab := s.open(writer)
	visit(tab, "/o/"+string(s.Acme)+"/tickets/"+string(k.ID))
	tab.Run(`const fetched = window.fetch;
		window.fetch = (...request) => request[1]?.method === "POST" && String(request[0]).endsWith("/messages")
			? Promise.resolve(new Response(JSON.stringify({status: 409, code: "conflict", detail: "This ticket holds as many messages as one can."}), {status: 409, headers: {"Content-Type": "application/problem+json"}}))
			: fetched(...request)`)
	fill(tab, "#answer-text", "It works again.")
	tab.Click("#answer-send")
	says(tab, ".talk", l.T("ticket.refused"))
	says(tab, ".talk", "This ticket holds as many messages as one can.")
	says(tab, ".talk", "It works again.")
	visit(tab, "/o/"+string(s.Acme)+"/tickets/"+string(k.ID))
	tab.Click("#waiting-edit")
	tab.Wait(`document.getElementById("answer-text").value === "It works again."`)
	tab.Click("#answer-send")
	s.hears(tab, "Marie Dubois: Since noon. | Hugo Petit: It works again.")

	// What was being written when the right is taken away stays in view.
	fill(tab, "#answer-text", "Only the fax is silent.")
	says(tab, "#composer", l.T("ticket.draft_saved"))
	s.Exec(`UPDATE contact SET roles = '[]', overrides = '{"tickets.view":"allow"}' WHERE id = ?`, writer.Contact)
	backendtest.Must(s.As(s.Sofia).Answer(s.Acme, k.ID, "Thank you."))
	says(tab, "main", l.T("ticket.may_not_reply", "owner", "Marie Dubois"))
	says(tab, "main .banner", "Only the fax is silent.")
}

// S05: an answer for which the server has no time rests and is sent again by itself, before what was written after it.
func TestTicket_answer_waits_for_a_busy_server(t *testing.T) {
	l := i18n.EN
	s := play(t)
	k := backendtest.Must(s.As(s.Marie).Open(s.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
	tab := s.open(s.Marie)
	visit(tab, "/o/"+string(s.Acme)+"/tickets/"+string(k.ID))
	tab.Run(`const fetched = window.fetch;
		window.tries = 0;
		window.fetch = (...request) => request[1]?.method === "POST" && String(request[0]).endsWith("/messages") && ++window.tries === 1
			? Promise.resolve(new Response(JSON.stringify({status: 503, code: "unavailable", detail: "The portal is busy."}), {status: 503, headers: {"Content-Type": "application/problem+json"}}))
			: fetched(...request)`)
	fill(tab, "#answer-text", "It works again.")
	tab.Click("#answer-send")
	tab.Wait(`window.tries === 1`)
	says(tab, ".talk", l.T("ticket.sending"))
	if n := len(s.seen(k.ID).Messages); n != 1 {
		t.Errorf("the server has %d messages", n)
	}
	s.hears(tab, "Marie Dubois: Since noon. | Marie Dubois: It works again.") // as it waits
	tab.Wait(`window.tries === 2 && !document.querySelector(".talk .waiting")`)
	s.hears(tab, "Marie Dubois: Since noon. | Marie Dubois: It works again.")

	tab.Run(`window.tries = 0`)
	fill(tab, "#answer-text", "No, it does not.")
	tab.Click("#answer-send")
	tab.Wait(`window.tries === 1`)
	fill(tab, "#answer-text", "Now it does.")
	tab.Click("#answer-send")
	tab.Wait(`!document.querySelector(".talk .waiting")`)
	s.hears(tab, "Marie Dubois: Since noon. | Marie Dubois: It works again. | Marie Dubois: No, it does not. | Marie Dubois: Now it does.")
	if n := len(s.seen(k.ID).Messages); n != 4 {
		t.Errorf("the server has %d messages", n)
	}
}

// S05, X03: an answer that comes while the person reads further up is offered, and the offer goes once it is in view; on other
// pages a notice leads to the ticket, and Home keeps saying what waits.
func TestTicket_answers_are_told(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		marie, sofia := s.As(s.Marie), s.As(s.Sofia)
		k := backendtest.Must(marie.Open(s.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
		for i := range 12 {
			backendtest.Must(marie.Say(s.Acme, k.ID, "Call "+strconv.Itoa(i)+" failed, too."))
		}
		owner := s.openIn(s.Marie, w.lang)
		visit(owner, "/o/"+string(s.Acme)+"/tickets/"+string(k.ID))
		owner.Wait(`window.scrollY > 0`) // it opens at the newest message
		comes := func(text string) {
			t.Helper()
			owner.Run(`window.scrollTo(0, 0)`)
			owner.Wait(`window.scrollY === 0`)
			backendtest.Must(sofia.Answer(s.Acme, k.ID, text))
			says(owner, ".talk", text)
			owner.Wait(`(r => r.top > 0 && r.bottom < innerHeight)(document.getElementById("ticket-fresh").getBoundingClientRect())`)
			if at := uitest.Eval[float64](owner, `window.scrollY`); at != 0 {
				t.Errorf("the page went to %v by itself", at)
			}
		}
		comes("We look into it.")
		looks(owner, w, "new message")
		comes("It is the exchange.")
		press(owner, "main", l.T("ticket.new_message"))
		owner.Wait(`(r => r.top >= 0 && r.bottom <= innerHeight)([...document.querySelectorAll(".talk .message")].at(-1).getBoundingClientRect())`)
		owner.Wait(`!document.getElementById("ticket-fresh")`)
		comes("It is repaired.")
		owner.Run(`window.scrollTo(0, document.documentElement.scrollHeight)`)
		owner.Wait(`!document.getElementById("ticket-fresh")`)

		visit(owner, "/o/"+string(s.Acme)+"/contacts")
		other := backendtest.Must(marie.Open(s.Acme, routing.Financial, "", "Too much", "By ten.")).Ticket
		backendtest.Must(sofia.Answer(s.Acme, other.ID, "Which invoice?"))
		says(owner, "#toasts", l.T("ticket.waiting_count", "n", 2))
		says(owner, "nav", "2")
		press(owner, "#toasts", l.T("shell.review"))
		arrived(owner, "/o/"+string(s.Acme)+"/tickets?state=pending")
		says(owner, "#ticket-list", "Too much")
		says(owner, "#ticket-list", "Calls fail")
		visit(owner, "/o/"+string(s.Acme))
		says(owner, "#attention", l.T("ticket.waiting_count", "n", 2))
		owner.NoProblems()
	})
}

// S05: support inside an organization reads tickets; a contact of one service sees its tickets alone.
func TestTickets_are_seen_by_whom_they_concern(t *testing.T) {
	l := i18n.EN
	s := play(t)
	web := s.AddService(s.Acme, service.Service, "web-01.acme.example")
	s.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, s.Paul.Contact, web)
	s.Exec(`UPDATE contact SET overrides = '{"tickets.view":"allow"}', ticket_scope = 'assigned' WHERE id = ?`, s.Paul.Contact)
	marie := s.As(s.Marie)
	about := backendtest.Must(marie.Open(s.Acme, routing.Technical, web, "About the site", "Slow.")).Ticket
	secret := backendtest.Must(marie.Open(s.Acme, routing.Financial, "", "About the invoice", "Too much.")).Ticket
	reader := s.open(s.Paul)
	visit(reader, "/o/"+string(s.Acme)+"/tickets")
	says(reader, "#ticket-list", "About the site")
	if strings.Contains(reader.Text("#ticket-list"), "About the invoice") {
		t.Error("a ticket is listed that is none of Paul's")
	}
	visit(reader, "/o/"+string(s.Acme)+"/tickets/"+string(secret.ID))
	says(reader, "main", l.T("shell.no_right_title"))
	visit(reader, "/o/"+string(s.Acme)+"/tickets/"+string(about.ID))
	says(reader, "main", l.T("ticket.may_not_reply", "owner", "Marie Dubois"))
	if uitest.Eval[bool](reader, `!!document.getElementById("composer")`) {
		t.Error("who may only read has a composer")
	}

	backendtest.Must(s.As(s.Marie).Approve(backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, "")), time.Hour))
	agent := s.open(s.Sofia)
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	visit(agent, "/support/"+string(s.Acme)+"/tickets/"+string(about.ID))
	says(agent, "main", l.T("ticket.support_reads"))
	if uitest.Eval[bool](agent, `!!document.getElementById("composer")`) {
		t.Error("support inside an organization has a composer")
	}
	visit(agent, "/support/"+string(s.Acme)+"/services")
	act(agent, "web-01", l.T("recipients.title")) // the one thing that support can do there
	says(agent, "#recipients", "Marie Dubois")
	if n := uitest.Eval[int](agent, `document.querySelectorAll("[role=menu] [role=menuitem]").length`); n != 1 {
		t.Errorf("the menu of a service has %d entries for support", n)
	}
}

// S05: a canned answer is put in for the customer, in their language; state, agent and service are set beside, and a colleague's
// change is seen first.
func TestTicket_staff_work(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		s.AddService(s.Acme, service.Service, "web-01.acme.example")
		lead := s.openIn(s.Anna, w.lang)
		visit(lead, "/settings/canned-answers")
		press(lead, "main", l.T("settings.canned.new"))
		fill(lead, "#canned-title", "We look into it")
		lead.Click("#canned-send")
		says(lead, "#canned-edit", l.T("settings.needed"))
		fill(lead, "#canned-body_en", "Hello {name} of {organization}, we look into {ticket}. {agent}")
		fill(lead, "#canned-body_fr", "Bonjour {name} de {organization}, nous regardons {ticket}. {agent}")
		lead.Click("#canned-send")
		says(lead, "#canned-list", "We look into it")
		looks(lead, w, "canned answers")

		nina := s.AddContact(s.Acme, "Nina Morel", perm.Tickets)
		s.Exec(`UPDATE contact SET locale = 'fr' WHERE id = ?`, nina.Contact)
		k := backendtest.Must(s.As(nina).Open(s.Acme, routing.Technical, "", "Appels coupés", "Depuis midi."))
		number := "#" + strconv.FormatInt(k.Ticket.Number, 10)
		agent := s.openIn(s.Tom, w.lang)
		visit(agent, "/hub/tickets/"+string(s.Acme)+"/"+string(k.Ticket.ID))
		press(agent, "#composer", l.T("hub.ticket.canned"))
		pressItem(agent, "We look into it")
		agent.Wait(`document.getElementById("answer-text").value === ` + js("Bonjour Nina Morel de Acme Telecom, nous regardons "+number+". Tom Becker"))
		pick(agent, "answer-after", l.T("hub.ticket.after.on_hold"))
		agent.Click("#answer-send")
		says(agent, "#ticket-facts", l.T("ticket.staff_state.on_hold"))

		// What a colleague changed meanwhile is seen before one's own change is made.
		agent.Run(`const fetched = window.fetch;
			window.fetch = async (...request) => {
				if (request[1]?.method === "PATCH") {
					window.fetch = fetched;
					await new Promise((go) => { window.go = go });
				}
				return fetched(...request);
			}`)
		pick(agent, "ticket-state", l.T("ticket.staff_state.closed"))
		agent.Wait(`window.go`)
		sets := api.SetTicketIn{TicketIn: api.TicketIn{Org: api.Org{Org: s.Acme}, Ticket: k.Ticket.ID}}
		sets.Body.Version, sets.Body.Assignee = s.seen(k.Ticket.ID).Ticket.Version, &s.Sofia.Staff
		backendtest.Must(backendtest.Call(s.As(s.Sofia), api.SetTicket, sets))
		agent.Run(`window.go()`)
		says(agent, "#toasts", l.T("error.conflict"))
		chosen := func(id, want string) {
			t.Helper()
			agent.Wait(`document.getElementById(` + js(id) + `).selectedOptions[0].text === ` + js(want))
		}
		chosen("ticket-assignee", "Sofia Keller")
		chosen("ticket-state", l.T("ticket.staff_state.on_hold"))
		agent.ForgetProblems() // the browser tells of the conflict

		pick(agent, "ticket-assignee", "Anna Roth")
		pick(agent, "ticket-service", "web-01.acme.example")
		says(agent, "#ticket-about", "web-01.acme.example")
		pick(agent, "ticket-state", l.T("ticket.staff_state.closed"))
		says(agent, "main", l.T("ticket.staff_state.closed"))
		got := s.seen(k.Ticket.ID).Ticket
		if got.State != ticket.Closed || got.Assignee != s.Anna.Staff || got.ServiceName != "web-01.acme.example" {
			t.Errorf("%+v", got)
		}

		// The customer's panel leads on: verify the caller about this ticket, with who opened it chosen.
		agent.Click("#ticket-verify")
		says(agent, "main", "Nina Morel")
		agent.Wait(`document.getElementById("verify-ticket")?.value === ` + js(number))
		agent.NoProblems()
		lead.NoProblems()
	})
}

// X01: administrators make tokens and webhooks; each secret is shown once.
func TestSettings_tokens_and_webhooks(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		admin := s.openIn(s.Ada, w.lang)
		press(admin, "nav", l.T("nav.settings"))
		press(admin, "#settings-tabs", l.T("settings.tokens"))
		arrived(admin, "/settings/api-tokens")
		press(admin, "main", l.T("settings.tokens.new"))
		fill(admin, "#token-name", "Billing")
		admin.Click("#token-send")
		says(admin, "#token-make", l.T("settings.tokens.scopes_needed"))
		admin.Click("#scope-invoices-write")
		looks(admin, w, "new token")
		admin.Click("#token-send")
		admin.Wait(`document.querySelector("#secret[open] code")?.innerText.startsWith("cst_")`)
		token := uitest.Eval[string](admin, `document.querySelector("#secret code").innerText`)
		press(admin, "#secret", l.T("settings.secret_kept"))
		says(admin, "#token-list", "Billing")
		if strings.Contains(uitest.Eval[string](admin, `document.documentElement.outerHTML + JSON.stringify(localStorage)`), token) {
			t.Error("the token is still in the page")
		}
		press(admin, "#token-list", l.T("settings.tokens.revoke")+": Billing")
		press(admin, "#token-revoke", l.T("settings.tokens.revoke"))
		says(admin, "#token-list", l.T("settings.tokens.revoked"))
		looks(admin, w, "tokens")

		press(admin, "#settings-tabs", l.T("settings.webhooks"))
		press(admin, "main", l.T("settings.webhooks.new"))
		fill(admin, "#webhook-url", "https://crm.example.test/events")
		admin.Run(`document.querySelectorAll("#webhook-which input")[1].click()`)
		admin.Click("#webhook-type-ticket-created")
		admin.Click("#webhook-send")
		admin.Wait(`document.querySelector("#secret[open] code")?.innerText.startsWith("whsec_")`)
		press(admin, "#secret", l.T("settings.secret_kept"))
		says(admin, "#webhook-list", "ticket.created")
		backendtest.Must(s.As(s.Marie).Open(s.Acme, routing.Technical, "", "Calls fail", "Since noon."))
		admin.Run(`document.querySelector("[id^=webhook-acts-]").click()`)
		pressItem(admin, l.T("settings.webhooks.told"))
		says(admin, "#delivery-list", "ticket.created")
		looks(admin, w, "webhook")
		press(admin, "#deliveries", l.T("ui.close"))
		admin.NoProblems()

		// They are the administrators'.
		agent := s.openIn(s.Sofia, w.lang)
		visit(agent, "/settings/webhooks")
		says(agent, "main", l.T("shell.no_right_title"))
	})
}
