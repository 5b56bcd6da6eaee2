package portal

import (
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
)

// Whom a message goes to: the same answer for sending it and for asking beforehand.

// recipients are the contacts of an organization who get a message.
func (tx *Tx) recipients(oid id.Organization, m *routing.Message) ([]routing.Verdict, error) {
	contacts, err := tx.RoutingContacts(tx, oid, m)
	if err != nil {
		return nil, err
	}
	return routing.Recipients(m, contacts), nil
}

// mostLeftOut is how many of those who get no mail are told of.
const mostLeftOut = 50

// GetRecipients answers "who gets this?" for a message of a category about a service.
func (s *Service) GetRecipients(tx *Tx, in *api.RecipientsIn) (api.Recipients, error) {
	m := &routing.Message{Category: in.Category, Opener: in.Opener}
	if in.Opener != "" {
		if _, err := tx.ContactByID(tx, in.Org.Org, in.Opener); err != nil {
			return api.Recipients{}, notThere(err, "query.opener")
		}
	}
	if in.Service != "" {
		o, err := tx.Tx.Service(tx, in.Org.Org, in.Service)
		if err != nil {
			return api.Recipients{}, notThere(err, "query.service")
		}
		m.Assigned = o.AssignedFor(in.Category)
	}
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return api.Recipients{}, err
	}
	contacts, err := tx.RoutingContacts(tx, in.Org.Org, m)
	if err != nil {
		return api.Recipients{}, err
	}
	more, err := tx.SubscribedContacts(tx, in.Org.Org, m.Category, mostLeftOut)
	if err != nil {
		return api.Recipients{}, err
	}
	have := map[id.Contact]bool{}
	for i := range contacts {
		have[contacts[i].ID] = true
	}
	for _, c := range more {
		if !have[c.ID] {
			contacts = append(contacts, c)
		}
	}
	return whoGets(m, contacts), nil
}

// whoGets shares verdicts out to those who get a message and those who don't.
func whoGets(m *routing.Message, contacts []contact.Contact) api.Recipients {
	out := api.Recipients{Gets: []api.Gets{}, Not: []api.Gets{}}
	for _, v := range routing.Judge(m, contacts) {
		g := api.Gets{Contact: v.Contact.ID, Name: v.Contact.Name, Email: v.Contact.Email, Why: v.Why}
		if v.Why.Gets() {
			out.Gets = append(out.Gets, g)
		} else {
			out.Not = append(out.Not, g)
		}
	}
	return out
}

// notThere turns an absent thing that the input names into a bad field.
func notThere(err error, path string) error {
	if errs.Is(err, errs.NotFound) {
		return errs.BadField(path, "error.field.not_here")
	}
	return err
}
