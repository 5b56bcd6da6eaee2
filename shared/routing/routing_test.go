package routing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/routing"

	"pgregory.net/rapid"
)

// someContacts draws an organization: one owner, some of the others deactivated, without e-mail, or reading a shared
// address.
func someContacts(t *rapid.T) []contact.Contact {
	n := rapid.IntRange(1, 12).Draw(t, "contacts")
	owner := rapid.IntRange(0, n-1).Draw(t, "owner")
	list := make([]contact.Contact, n)
	subscription := func(name string) contact.Subscription {
		return contact.Subscription{On: rapid.Bool().Draw(t, name), Isolated: rapid.Bool().Draw(t, name+" isolated"), Global: rapid.Bool().Draw(t, name+" global")}
	}
	for i := range list {
		c := contact.Contact{ID: id.Contact(fmt.Sprintf("c%02d", i)), Active: true}
		c.Email = rapid.SampledFrom([]string{"", "shared@acme.example", "Shared@Acme.example ", fmt.Sprintf("c%d@acme.example", i), fmt.Sprintf("c%d@acme.example", i)}).Draw(t, "email")
		if c.Owner = i == owner; !c.Owner {
			c.Active = rapid.IntRange(0, 3).Draw(t, "active") > 0
		}
		c.Correspondence = contact.Correspondence{Assistance: subscription("assistance"), Financial: subscription("financial")}
		list[i] = c
	}
	return list
}

func someMessage(t *rapid.T, list []contact.Contact) *routing.Message {
	one := func(name string) id.Contact {
		if i := rapid.IntRange(-1, len(list)-1).Draw(t, name); i >= 0 {
			return list[i].ID
		}
		return ""
	}
	m := &routing.Message{Category: rapid.SampledFrom(routing.Categories()).Draw(t, "category"), Assigned: one("assigned"), Opener: one("opener"), Author: one("author")}
	for range rapid.IntRange(0, 3).Draw(t, "copies") {
		m.Copies = append(m.Copies, list[rapid.IntRange(0, len(list)-1).Draw(t, "copy")].ID)
	}
	return m
}

// addresses is the rule as domain.md writes it down: the set of addresses that a message goes to.
func addresses(m *routing.Message, list []contact.Contact) map[string]bool {
	to, author := map[string]bool{}, ""
	for _, c := range list {
		if c.ID == m.Author && c.Active {
			author = strings.ToLower(strings.TrimSpace(c.Email))
		}
	}
	for _, c := range list {
		in := c.Owner || c.ID == m.Opener || slices.Contains(m.Copies, c.ID)
		s := c.Correspondence.Assistance
		if m.Category == routing.Financial {
			s = c.Correspondence.Financial
		}
		if s.On {
			isolated := s.Isolated || !s.Global
			in = in || s.Global || isolated && m.Assigned == c.ID
		}
		if e := strings.ToLower(strings.TrimSpace(c.Email)); in && c.Active && e != "" && c.ID != m.Author {
			to[e] = true
		}
	}
	delete(to, author)
	return to
}

// S03, S05: nobody is missing and nobody is too many; the owner always, who is inactive never; one mail an address.
func TestRecipientsAreThoseOfTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someContacts(t)
		m := someMessage(t, list)
		want, got := addresses(m, list), map[string]bool{}
		for _, v := range routing.Recipients(m, list) {
			e := strings.ToLower(strings.TrimSpace(v.Contact.Email))
			if got[e] {
				t.Fatalf("%s gets two mails", e)
			}
			got[e] = true
			if !v.Contact.Active || v.Contact.ID == m.Author {
				t.Fatalf("%s gets mail", v.Contact.ID)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("goes to %v, the rule says %v", got, want)
		}
		for _, c := range list {
			e := strings.ToLower(strings.TrimSpace(c.Email))
			if c.Owner && c.ID != m.Author && e != "" && !got[e] && !slices.ContainsFunc(list, func(a contact.Contact) bool {
				return a.ID == m.Author && strings.ToLower(strings.TrimSpace(a.Email)) == e
			}) {
				t.Fatal("the owner is missing")
			}
		}
	})
}

// The order in which contacts are given changes nothing, nor do contacts who don't matter.
func TestRecipientsDoNotDependOnTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someContacts(t)
		m := someMessage(t, list)
		who := func(list []contact.Contact) string {
			var ids []string
			for _, v := range routing.Recipients(m, list) {
				ids = append(ids, string(v.Contact.ID)+" "+string(v.Why))
			}
			slices.Sort(ids)
			return strings.Join(ids, ", ")
		}
		if a, b := who(list), who(rapid.Permutation(list).Draw(t, "order")); a != b {
			t.Fatalf("%s in one order, %s in another", a, b)
		}
	})
}

// S03, S04: what is said to whoever assigns a contact that mail would not reach.
func TestReaches(t *testing.T) {
	on := contact.Subscription{On: true}
	for name, c := range map[string]struct {
		contact contact.Contact
		want    routing.Why
	}{
		"without_either_tick_counts_as_isolated": {contact.Contact{Active: true, Email: "a@b.example", Correspondence: contact.Correspondence{Assistance: on}}, routing.IsAssigned},
		"global":                                 {contact.Contact{Active: true, Email: "a@b.example", Correspondence: contact.Correspondence{Assistance: contact.Subscription{On: true, Global: true}}}, routing.IsGlobal},
		"ticks_below_an_unticked_one":            {contact.Contact{Active: true, Email: "a@b.example", Correspondence: contact.Correspondence{Assistance: contact.Subscription{Global: true}}}, routing.Off},
		"only_financial":                         {contact.Contact{Active: true, Email: "a@b.example", Correspondence: contact.Correspondence{Financial: on}}, routing.Off},
		"inactive":                               {contact.Contact{Email: "a@b.example", Correspondence: contact.Correspondence{Assistance: on}}, routing.Inactive},
		"no_email":                               {contact.Contact{Active: true, Correspondence: contact.Correspondence{Assistance: on}}, routing.NoEmail},
		"owner":                                  {contact.Contact{Active: true, Owner: true, Email: "a@b.example"}, routing.IsOwner},
	} {
		c.contact.ID = "c"
		if got := routing.Reaches(routing.Technical, &c.contact); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// S04: an address that two read gets one mail, in the name of the owner before the opener before any other.
func TestSharedAddress(t *testing.T) {
	list := []contact.Contact{
		{ID: "1", Active: true, Email: "office@acme.example", Correspondence: contact.Correspondence{Assistance: contact.Subscription{On: true, Global: true}}},
		{ID: "2", Active: true, Email: "office@acme.example"},
		{ID: "3", Active: true, Email: "OFFICE@acme.example", Owner: true},
		{ID: "4", Active: true, Email: "own@acme.example"},
	}
	got := map[id.Contact]routing.Why{}
	for _, v := range routing.Judge(&routing.Message{Category: routing.Technical, Opener: "2"}, list) {
		got[v.Contact.ID] = v.Why
	}
	want := map[id.Contact]routing.Why{"1": routing.SameAddress, "2": routing.SameAddress, "3": routing.IsOwner, "4": routing.Off}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
