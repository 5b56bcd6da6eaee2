package portal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/mail"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
)

// person is a contact as the model of the test knows them.
type person struct {
	*Persona
	email                 string
	active, owner         bool
	assistance, financial bool
	isolated, global      bool // of both
	supportOf, billingOf  map[string]bool
}

// queued are the mails of a template that wait; all that wait count as sent.
func queued(w *World, template mail.Template) (list []store.DueMail) {
	w.TB.Helper()
	var done []store.MailOutcome
	for {
		all, err := w.DB.TurnMails(context.Background(), done, 1000, time.Minute)
		if err != nil {
			w.TB.Fatal(err)
		}
		if len(all) == 0 {
			return list
		}
		done = nil
		for _, m := range all {
			if m.Template == string(template) {
				list = append(list, m)
			}
			done = append(done, store.MailOutcome{ID: m.ID, Outcome: store.MailSent})
		}
	}
}

// S03, S05: in random organizations, each message of a ticket goes by mail to exactly those whom the rule names: nobody is
// missing, nobody too many, the owner always, who is inactive never, each address once, and the author not.
func TestTicketMailGoesToExactlyTheRightContactsS05(t *testing.T) {
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	w := New(t, WithLimits(server.Limits{Usual: many, Costly: many, Address: many}))
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { mailWorld(t, w, rand.New(rand.NewPCG(seed, 6))) })
	}
	w.Verify()
}

func mailWorld(t *testing.T, w *World, r *rand.Rand) {
	services := map[string]id.Service{}
	for i := range 3 {
		name := fmt.Sprintf("svc-%d-%d", i, r.IntN(1<<30))
		services[name] = w.AddService(w.Acme, service.Service, name)
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for n := range services {
			if !yield(n) {
				return
			}
		}
	})
	w.Exec(`UPDATE contact SET active = FALSE, email = '' WHERE org = ? AND NOT owner`, w.Acme) // those of the rounds before
	people := []*person{{Persona: w.Marie, email: w.Marie.Email, active: true, owner: true}}
	for i := range 10 {
		p := &person{Persona: w.AddContact(w.Acme, fmt.Sprintf("Person %d of %d", i, r.IntN(1<<30)), perm.Tickets), supportOf: map[string]bool{}, billingOf: map[string]bool{}}
		p.email = p.Email
		switch r.IntN(6) {
		case 0:
			p.email = "shared@acme.example"
		case 1:
			p.email = ""
		}
		p.active, p.assistance, p.financial, p.isolated, p.global = r.IntN(4) > 0, r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4) == 0
		people = append(people, p)
	}
	for _, n := range names {
		if p := people[r.IntN(len(people))]; !p.owner {
			p.supportOf[n] = true
			w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, p.Contact, services[n])
		}
		if p := people[r.IntN(len(people))]; !p.owner {
			p.billingOf[n] = true
			w.Exec(`UPDATE service SET billing_contact = ? WHERE id = ?`, p.Contact, services[n])
		}
	}
	opener := people[r.IntN(len(people))]
	category, about := routing.Categories()[r.IntN(3)], append(names, "")[r.IntN(4)]
	actor := w.As(opener.Persona)
	conversation, err := actor.Open(w.Acme, category, services[about], "Subject", "Words.")
	if err != nil {
		t.Fatal(err)
	}
	k := conversation.Ticket.ID
	copied := people[r.IntN(len(people))]
	in := api.CopiesIn{TicketIn: ticketIn(w.Acme, k)}
	in.Body.Copies = []id.Contact{copied.Contact}
	Must(Call(w.As(w.Marie), api.SetTicketCopies, in))
	for _, p := range people { // after the opening: who can't sign in can't open
		if !p.owner {
			w.Exec(`UPDATE contact SET email = ?, active = ?, assistance = ?, assistance_isolated = ?, assistance_global = ?, financial = ?, financial_isolated = ?,
financial_global = ? WHERE id = ?`, p.email, p.active, p.assistance, p.isolated, p.global, p.financial, p.isolated, p.global, p.Contact)
		}
	}
	queued(w, mail.TicketMessage)

	// The rule, in the words of domain.md.
	expect := func(author *person) []string {
		to := map[string]bool{}
		for _, p := range people {
			on, assigned := p.assistance, p.supportOf[about]
			if category == routing.Financial {
				on, assigned = p.financial, p.billingOf[about]
			}
			in := p.owner || p == opener || p.Contact == copied.Contact
			if on {
				in = in || p.global || (p.isolated || !p.global) && about != "" && assigned
			}
			if in && p.active && p.email != "" && p != author {
				to[p.email] = true
			}
		}
		if author != nil && author.active {
			delete(to, author.email)
		}
		var list []string
		for e := range to {
			list = append(list, e)
		}
		slices.Sort(list)
		return list
	}
	check := func(what string, author *person) {
		t.Helper()
		var got []string
		for _, m := range queued(w, mail.TicketMessage) {
			if m.Args["what"] != what {
				t.Errorf("a mail tells %q, want %q", m.Args["what"], what)
			}
			got = append(got, m.To)
			for _, p := range people {
				if p.email != "" && p.email != m.To && strings.Contains(fmt.Sprint(m.Args, m.Thread), p.email) {
					t.Errorf("the mail to %s tells the address %s", m.To, p.email)
				}
			}
		}
		slices.Sort(got)
		if want := expect(author); !slices.Equal(got, want) {
			t.Errorf("%s by %v goes to %q, want %q", what, author != nil, got, want)
		}
	}
	Must(w.As(w.Sofia).Answer(w.Acme, k, "An answer."))
	check("answered", nil)
	Must(w.As(w.Sofia).Note(w.Acme, k, "Not for customers."))
	if n := len(queued(w, mail.TicketMessage)); n != 0 {
		t.Errorf("a note goes to %d contacts", n)
	}
	for _, p := range people {
		if p.active && (p.owner || r.IntN(3) == 0) {
			Must(w.As(p.Persona).Say(w.Acme, k, "A question."))
			check("asked", p)
		}
	}
	Must(Call(w.As(w.Marie), api.CloseTicket, ticketIn(w.Acme, k)))
	check("closed", people[0])
}

// S04: who is assigned, who was, and the owner hear of it, unless they did it.
func TestAssignmentIsToldS04(t *testing.T) {
	w := New(t)
	w.AddService(w.Acme, service.Service, "web-01")
	marie, manager := w.As(w.Marie), w.As(w.AddContact(w.Acme, "Sam Serv", perm.Services))
	told := func() string {
		var list []string
		for _, m := range queued(w, mail.ServiceContact) {
			list = append(list, strings.TrimSuffix(m.To, "@example.test")+" "+m.Args["what"]+" "+m.Args["contact"])
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	row := services(marie, w.Acme, api.ServiceFilter{}).Services[0]
	row = Must(assign(manager, w.Acme, row, service.Support, w.Jonas.Contact))
	if got := told(); got != "jonas.meier assigned_support Jonas Meier, marie.dubois assigned_support Jonas Meier" {
		t.Errorf("assigned: %s", got)
	}
	row = Must(assign(marie, w.Acme, row, service.Support, w.Paul.Contact))
	if got := told(); got != "jonas.meier unassigned_support Jonas Meier, paul.noir assigned_support Paul Noir" {
		t.Errorf("changed by the owner: %s", got)
	}
	Must(assign(manager, w.Acme, row, service.Support, ""))
	if got := told(); got != "marie.dubois unassigned_support Paul Noir, paul.noir unassigned_support Paul Noir" {
		t.Errorf("reset: %s", got)
	}
}
