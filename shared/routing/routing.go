// Package routing decides who gets the mail of a message: the owner, whoever opened the conversation or was copied in,
// and the contacts whose correspondence asks for it (S03, S05). Reading tickets in the portal is another question, which
// package perm answers.
package routing

import (
	"slices"
	"strings"

	"countersign/shared/contact"
	"countersign/shared/id"
)

// Category is what a message is about. Technical and commercial ones follow the correspondence "Assistance", financial
// ones "Financial".
type Category string

const (
	Technical  Category = "technical"
	Commercial Category = "commercial"
	Financial  Category = "financial"
)

// Categories are all categories in the order in which people see them.
func Categories() []Category { return []Category{Technical, Commercial, Financial} }

// Known reports whether c is one of them.
func (c Category) Known() bool { return slices.Contains(Categories(), c) }

// Subscription is the part of a contact's correspondence that decides about messages of the category.
func (c Category) Subscription(of *contact.Contact) contact.Subscription {
	if c == Financial {
		return of.Correspondence.Financial
	}
	return of.Correspondence.Assistance
}

// Message is what is to be sent, as far as routing goes.
type Message struct {
	Category Category
	Assigned id.Contact   // to the message's service, for the category: its support or billing contact; "" without either
	Opener   id.Contact   // of the conversation, "" for none
	Copies   []id.Contact // who gets it because somebody said so
	Author   id.Contact   // gets no copy of their own words, "" for staff
}

// Why says why a contact gets a message, or does not.
type Why string

const (
	IsOwner     Why = "owner"
	IsOpener    Why = "opener"
	IsCopied    Why = "copied"
	IsGlobal    Why = "global"   // asked for all mail of the account
	IsAssigned  Why = "assigned" // asked for mail of services assigned to them, and this one is
	NotAssigned Why = "not_assigned"
	Off         Why = "off"            // the correspondence is not ticked
	Inactive    Why = "inactive"       // deactivated contacts get nothing, whatever else is said
	NoEmail     Why = "no_email"       // there is nowhere to write to
	IsAuthor    Why = "author"         // wrote it
	SameAddress Why = "same_address"   // somebody before them in the list reads the same address
	AuthorsOwn  Why = "author_address" // the author reads the same address
)

// Gets reports whether w is a reason to get the message.
func (w Why) Gets() bool {
	switch w {
	case IsOwner, IsOpener, IsCopied, IsGlobal, IsAssigned:
		return true
	}
	return false
}

// Verdict is what becomes of one contact.
type Verdict struct {
	Contact *contact.Contact
	Why     Why
}

// Judge says for each contact, in the order given, whether they get the message and why. One mail goes to each address:
// to the owner's name before the opener's before any other, and among others to who was there first (by id, which sorts
// by time), so that the answer is the same in whatever order contacts are given.
func Judge(m *Message, contacts []contact.Contact) []Verdict {
	out := make([]Verdict, len(contacts))
	byAge := make([]int, len(contacts))
	author := ""
	for i := range contacts {
		byAge[i] = i
		c := &contacts[i]
		out[i] = Verdict{c, m.judge(c)}
		if out[i].Why == IsAuthor {
			author = address(c)
		}
	}
	slices.SortFunc(byAge, func(a, b int) int { return strings.Compare(string(contacts[a].ID), string(contacts[b].ID)) })
	taken := map[string]bool{}
	for _, first := range []func(Why) bool{
		func(w Why) bool { return w == IsOwner },
		func(w Why) bool { return w == IsOpener },
		Why.Gets,
	} {
		for _, i := range byAge {
			v := &out[i]
			if !first(v.Why) || taken[string(v.Contact.ID)] {
				continue
			}
			taken[string(v.Contact.ID)] = true // an id is never an address
			switch to := address(v.Contact); {
			case author != "" && to == author:
				v.Why = AuthorsOwn
			case taken[to]:
				v.Why = SameAddress
			default:
				taken[to] = true
			}
		}
	}
	return out
}

// Recipients are the contacts who get the message, one for each address.
func Recipients(m *Message, contacts []contact.Contact) []Verdict {
	return slices.DeleteFunc(Judge(m, contacts), func(v Verdict) bool { return !v.Why.Gets() })
}

func (m *Message) judge(c *contact.Contact) Why {
	switch {
	case !c.Active:
		return Inactive
	case address(c) == "":
		return NoEmail
	case m.Author != "" && c.ID == m.Author:
		return IsAuthor
	case c.Owner:
		return IsOwner
	case m.Opener != "" && c.ID == m.Opener:
		return IsOpener
	case slices.Contains(m.Copies, c.ID):
		return IsCopied
	}
	switch s := m.Category.Subscription(c); {
	case !s.On:
		return Off
	case s.Global:
		return IsGlobal
	case m.Assigned != "" && c.ID == m.Assigned:
		return IsAssigned // also without either tick, which counts as Isolated
	}
	return NotAssigned
}

// Reaches reports whether a contact gets mail about a service that they are assigned to, and why they don't.
func Reaches(category Category, c *contact.Contact) Why {
	m := Message{Category: category, Assigned: c.ID}
	return m.judge(c)
}

// address is where mail to the contact goes, in the form in which two are the same one; "" for nowhere.
func address(c *contact.Contact) string { return strings.ToLower(strings.TrimSpace(c.Email)) }
