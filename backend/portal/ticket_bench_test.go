package portal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
)

// Who gets a message in an organization of 10,000 contacts, a hundred of whom ask for all mail: against reading all
// contacts and judging each.
func BenchmarkRouting(b *testing.B) {
	w := New(b)
	web := w.AddService(w.Acme, service.Service, "web-01")
	var support id.Contact
	w.Seed(func(tx *store.Tx) error {
		for i := range 10_000 {
			c := contact.Contact{ID: Fresh[id.Contact](w), Org: w.Acme, Name: fmt.Sprintf("Contact %05d", i), Email: fmt.Sprintf("c%d@acme.example", i), Locale: "en", Active: true}
			c.Correspondence.Assistance = contact.Subscription{On: i%3 == 0, Isolated: true, Global: i%300 == 0}
			if i == 7_503 {
				support = c.ID
			}
			if err := tx.AddContact(b.Context(), &c); err != nil {
				return err
			}
		}
		return nil
	})
	w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, support, web)
	m := &routing.Message{Category: routing.Technical, Assigned: support, Opener: w.Jonas.Contact, Copies: []id.Contact{w.Paul.Contact}}
	judge := func(b *testing.B, read func(tx *store.Tx) ([]contact.Contact, error)) {
		for b.Loop() {
			err := w.DB.View(b.Context(), func(tx *store.Tx) error {
				list, err := read(tx)
				if n := len(routing.Recipients(m, list)); n != 34+4 { // owner, opener, copy and support besides
					b.Fatalf("%d recipients", n)
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("ours", func(b *testing.B) {
		judge(b, func(tx *store.Tx) ([]contact.Contact, error) { return tx.RoutingContacts(b.Context(), w.Acme, m) })
	})
	b.Run("all", func(b *testing.B) {
		judge(b, func(tx *store.Tx) ([]contact.Contact, error) {
			rows, _, err := tx.ListContacts(b.Context(), w.Acme, store.ContactQuery{Limit: 20_000})
			list := make([]contact.Contact, len(rows))
			for i := range rows {
				list[i] = rows[i].Contact
			}
			return list, err
		})
	})
}

// Lists and searches of 100,000 tickets with 200,000 messages: a page of an organization's, of the queue, of a rare and a
// frequent word, against the point read of one ticket.
func BenchmarkTickets(b *testing.B) {
	w := New(b)
	orgs := []id.Organization{w.Acme, w.Beta, w.Gamma}
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 5_000)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprintf("word%04d", i)
	}
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64())] // some are frequent
		}
		return strings.Join(words, " ")
	}
	var one ticket.Ticket
	const tickets, together = 100_000, 2_000
	for from := 0; from < tickets; from += together {
		w.Seed(func(tx *store.Tx) error {
			for i := from; i < from+together; i++ {
				now := tx.Now().Add(-time.Duration(tickets-i) * time.Minute)
				t, err := ticket.New(ticket.Ticket{ID: Fresh[id.Ticket](w), Org: orgs[r.IntN(3)], Category: routing.Technical, Subject: text(6), Opener: w.Marie.Contact, OpenerName: "Marie Dubois"}, now)
				if err != nil {
					return err
				}
				if i%10 != 0 {
					t.State, t.ClosedAt = ticket.Closed, now
				}
				if err := tx.AddTicket(b.Context(), t); err != nil {
					return err
				}
				for range 2 {
					m := ticket.Message{ID: Fresh[id.Message](w), Kind: ticket.Reply, Author: ticket.Author{Side: ticket.ByContact, ID: "x", Name: "x"}, Via: ticket.ViaPortal, Text: text(60), At: now}
					if i == 55_555 {
						m.Text += " needle"
					}
					if err := tx.AddTicketMessage(b.Context(), t, &m); err != nil {
						return err
					}
				}
				one = *t
			}
			return nil
		})
	}
	run := func(name string, want int, do func(tx *store.Tx) (int, error)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				err := w.DB.View(b.Context(), func(tx *store.Tx) error {
					n, err := do(tx)
					if err == nil && n != want {
						b.Fatalf("%d rows, want %d", n, want)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	list := func(q store.TicketQuery) func(*store.Tx) (int, error) {
		return func(tx *store.Tx) (int, error) {
			q.Limit = 30
			rows, _, err := tx.ListTickets(context.Background(), q)
			return len(rows), err
		}
	}
	running := []ticket.State{ticket.Open, ticket.Pending, ticket.OnHold}
	run("point", 1, func(tx *store.Tx) (int, error) {
		_, err := tx.Ticket(context.Background(), one.Org, one.ID, store.Sight{})
		return 1, err
	})
	run("list", 30, list(store.TicketQuery{Org: w.Acme, States: running}))
	run("queue", 30, list(store.TicketQuery{States: []ticket.State{ticket.Open}, ByWaiting: true}))
	run("search/rare", 1, list(store.TicketQuery{Words: "needle"}))
	run("search/frequent", 30, list(store.TicketQuery{Org: w.Acme, Words: "word0001"}))
	run("search/two", 30, list(store.TicketQuery{Org: w.Acme, Words: "word0001 word0002", States: running}))
	run("search/beginning", 30, list(store.TicketQuery{Org: w.Acme, Words: "wo"}))
	run("search/none", 0, list(store.TicketQuery{Org: w.Acme, Words: "nowhere"}))
}
