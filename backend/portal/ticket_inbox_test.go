package portal_test

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/mail"
	"countersign/backend/mailin"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
)

// answerOf is a mail as a contact's program writes it.
func answerOf(p *Persona, messageID, text string) *mailin.Message {
	return &mailin.Message{ID: messageID, EnvelopeFrom: p.Email, From: netmail.Address{Name: p.Name, Address: p.Email}, Text: text, Whole: text}
}

// S05: the whole way of an answer by mail: a support contact without portal access is told by mail, answers by mail, and the
// agent sees it; sent twice it is there once.
func TestAnswerByMailS05(t *testing.T) {
	w := New(t)
	web := w.AddService(w.Acme, service.Service, "web-01")
	camille := w.AddContact(w.Acme, "Camille Roy")
	w.Exec(`UPDATE contact SET login = NULL, access = FALSE, assistance = TRUE, assistance_isolated = TRUE WHERE id = ?`, camille.Contact)
	w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, camille.Contact, web)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	k := Must(marie.Open(w.Acme, routing.Technical, web, "Calls fail", "Since noon.")).Ticket
	sent := queued(w, mail.TicketMessage)
	if len(sent) != 1 || sent[0].To != camille.Email {
		t.Fatalf("told are %+v", sent)
	}
	thread, err := mail.ParseThread(sent[0].Thread)
	if err != nil || thread.Contact != camille.Contact || thread.Ticket != k.ID {
		t.Fatalf("%v, %+v", err, thread)
	}
	to := w.Replies.Address(thread.Ticket, thread.Contact)
	if strings.Contains(sent[0].Thread, strings.Split(to, "@")[0]) {
		t.Error("the row holds the address for answers")
	}
	inbox := w.Service.Inbox()
	if err := inbox.Check(t.Context(), strings.ToUpper(to)); err != nil {
		t.Fatal(err)
	}
	m := answerOf(camille, "abc@mail.example", "It is the route of the carrier.")
	m.Attachments = []mailin.Attachment{{Name: "trace.txt", Type: "text/plain", Data: []byte("hop 1")}, {Name: "empty.txt"}}
	m.Dropped, m.Trimmed = []string{"video.mov"}, true
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := inbox.Take(t.Context(), to, m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := Must(Call(sofia, api.GetStaffTicket, api.ConversationIn{TicketIn: ticketIn(w.Acme, k.ID), Limit: 50}))
	want := "Marie Dubois: Since noon. | Camille Roy: It is the route of the carrier.\n\n[Not taken from the mail, because too large or too many: video.mov, empty.txt]"
	if got := said(seen.Messages); got != want {
		t.Fatalf("the agent sees %s", got)
	}
	last := seen.Messages[1]
	if last.Via != ticket.ViaMail || !last.Trimmed || len(last.Files) != 1 || last.Files[0].Name != "trace.txt" {
		t.Errorf("%+v", last)
	}
	if got := string(Must(Call(marie, api.GetFile, api.FileIn{TicketIn: ticketIn(w.Acme, k.ID), File: last.Files[0].ID})).Data); got != "hop 1" {
		t.Errorf("the file is %q", got)
	}
	entries := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 5}, AuditFilter: api.AuditFilter{Kind: string(audit.TicketReplied)}})).Entries
	if len(entries) != 1 || entries[0].Actor.Name != "Camille Roy" || entries[0].Detail["via"] != "mail" {
		t.Errorf("the record has %+v", entries)
	}
	// The owner is told, whose mail names the answer by the id that it came with.
	told := queued(w, mail.TicketMessage)
	if len(told) != 1 || told[0].To != w.Marie.Email {
		t.Fatalf("told are %+v", told)
	}
	Must(sofia.Answer(w.Acme, k.ID, "Thank you."))
	for _, out := range queued(w, mail.TicketMessage) {
		th, err := mail.ParseThread(out.Thread)
		if err != nil {
			t.Fatal(err)
		}
		if own := strings.Contains(fmt.Sprint(th.Refs), "abc@mail.example"); own != (out.To == camille.Email) {
			t.Errorf("the mail to %s stands after %v", out.To, th.Refs)
		}
	}
	w.Verify()
}

// Whoever can't or may not answer is told why, and nothing is stored.
func TestAnswersByMailAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, jonas, luc := w.As(w.Marie), w.Jonas, w.Luc
		w.Exec(`UPDATE contact SET assistance = TRUE, assistance_global = TRUE WHERE id = ?`, jonas.Contact)
		k := Must(marie.Open(w.Acme, routing.Technical, "", "Calls fail", "Since noon.")).Ticket
		to := w.Replies.Address(k.ID, jonas.Contact)
		inbox := w.Service.Inbox()
		n := 0
		take := func(to string, m *mailin.Message) string {
			t.Helper()
			n++
			if m.ID == "" {
				m.ID = fmt.Sprintf("%d@mail.example", n)
			}
			err := inbox.Take(t.Context(), to, m)
			r, ok := errors.AsType[*mailin.Refusal](err)
			switch {
			case err == nil:
				return ""
			case !ok:
				return "later"
			}
			return fmt.Sprintf("%d %v", r.Code, r.Enhanced)
		}
		count := func() int { return len(Must(marie.Ticket(w.Acme, k.ID)).Messages) }
		for name, x := range map[string]struct {
			to   string
			m    *mailin.Message
			want string
		}{
			"no_address_of_ours":  {"reply@portal.example.test", answerOf(jonas, "", "x"), "550 [5 1 1]"},
			"guessed":             {"reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@portal.example.test", answerOf(jonas, "", "x"), "550 [5 1 1]"},
			"never_told":          {w.Replies.Address(k.ID, w.Paul.Contact), answerOf(w.Paul, "", "x"), "550 [5 1 1]"},
			"other_ticket":        {w.Replies.Address(id.Ticket(strings.Repeat("0", 36)), jonas.Contact), answerOf(jonas, "", "x"), "550 [5 1 1]"},
			"somebody_else":       {to, answerOf(luc, "", "x"), "550 [5 7 1]"},
			"forwarded_colleague": {to, answerOf(w.Paul, "", "x"), "550 [5 7 1]"},
			"nothing":             {to, answerOf(jonas, "", " \n"), "554 [5 6 0]"},
			"too_long":            {to, answerOf(jonas, "", strings.Repeat("a", ticket.MaxText+1)), "554 [5 6 0]"},
		} {
			before := count()
			if got := take(x.to, x.m); got != x.want {
				t.Errorf("%s: %q, want %q", name, got, x.want)
			}
			if count() != before {
				t.Errorf("%s was stored", name)
			}
		}
		for _, auto := range []mailin.Auto{mailin.AutoReply, mailin.Bulk, mailin.Bounce, mailin.Loop} {
			m := answerOf(jonas, "", "I am on holiday.")
			m.Auto = auto
			if got := take(to, m); got != "" || count() != 1 {
				t.Errorf("%s: %q, %d messages", auto, got, count())
			}
		}
		if got := take(to, answerOf(jonas, "one@mail.example", "A question.")); got != "" || count() != 2 {
			t.Fatalf("a good one: %q, %d messages", got, count())
		}
		Must(Call(marie, api.CloseTicket, ticketIn(w.Acme, k.ID)))
		if got := take(to, answerOf(jonas, "", "Not yet.")); got != "" {
			t.Errorf("an answer takes a closed ticket up again: %q", got)
		}
		Must(Call(marie, api.CloseTicket, ticketIn(w.Acme, k.ID)))
		time.Sleep(ticket.ReopenDays*24*time.Hour + time.Minute)
		if got := take(to, answerOf(jonas, "", "Late.")); got != "550 [5 7 1]" {
			t.Errorf("a month later: %q", got)
		}
		marie = w.As(w.Marie)
		k = Must(marie.Open(w.Acme, routing.Technical, "", "Again", "x")).Ticket
		to = w.Replies.Address(k.ID, jonas.Contact)
		for i := range 60 {
			if got := take(to, answerOf(jonas, "", fmt.Sprint("Question ", i))); got != "" {
				t.Fatalf("question %d: %q", i, got)
			}
		}
		if got := take(to, answerOf(jonas, "", "One too many.")); got != "later" {
			t.Errorf("the 61st in an hour: %q", got)
		}
		time.Sleep(time.Hour + time.Minute)
		if got := take(to, answerOf(jonas, "", "An hour later.")); got != "" {
			t.Errorf("an hour later: %q", got)
		}
		w.Exec(`UPDATE organization SET state = ? WHERE id = ?`, org.Suspended, w.Acme)
		if got := take(to, answerOf(jonas, "", "x")); got != "550 [5 7 1]" {
			t.Errorf("in a suspended organization: %q", got)
		}
		w.Exec(`UPDATE organization SET state = ? WHERE id = ?`, org.Active, w.Acme)
		w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, jonas.Contact)
		if err := inbox.Check(t.Context(), to); err == nil {
			t.Error("a deactivated contact is let in")
		}
		if got := take(to, answerOf(jonas, "", "x")); got != "550 [5 7 1]" {
			t.Errorf("a deactivated contact: %q", got)
		}
		w.Verify()
	})
}
