package portal

import (
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/contact"
	"countersign/shared/org"
	"countersign/shared/service"
	"countersign/shared/significant"
)

func servicesLink(o *service.Owned) string { return "/o/" + string(o.Org) + "/" + string(o.Kind) + "s" }

// assignmentMails tell who is assigned now and who was, and the owner, unless they did it themselves.
func (tx *Tx) assignmentMails(owned *service.Owned, r service.Role, was, now *contact.Contact) ([]store.Mail, error) {
	o, err := tx.Organization(tx, owned.Org)
	if err != nil {
		return nil, err
	}
	owner, err := tx.Owner(tx, o.ID)
	if err != nil {
		return nil, err
	}
	var mails []store.Mail
	for _, x := range []struct {
		what string
		who  *contact.Contact
	}{{"unassigned_", was}, {"assigned_", now}} {
		if x.who == nil {
			continue
		}
		to := []*contact.Contact{x.who}
		if now == nil || x.who == now {
			to = append(to, owner)
		}
		for i, c := range to {
			if tx.Contact != nil && c.ID == tx.Contact.ID {
				to[i] = nil
			}
		}
		more, err := tx.toContacts(letter{mail.ServiceContact, string(owned.ID), x.what + itoa(int(owned.Version)), mail.Args{"what": x.what + string(r),
			"service": owned.Name, "organization": o.Name, "by": tx.Actor.Name, "contact": x.who.Name}}, servicesLink(owned), to...)
		if err != nil {
			return nil, err
		}
		mails = append(mails, more...)
	}
	return mails, nil
}

// cancellationAsked tells those who decide that somebody wants a service cancelled.
func (tx *Tx) cancellationAsked(o *org.Organization, c *significant.Change) ([]store.Mail, error) {
	return tx.toDeciders(o, letter{mail.CancellationAsked, string(c.ID), "", mail.Args{"organization": o.Name, "by": c.CallerName, "service": c.Subject,
		"lapses": mail.At(c.LapsesAt), "note": c.Note}})
}

// cancellationDecided tells whoever asked what became of it.
func (tx *Tx) cancellationDecided(o *org.Organization, c *significant.Change, to *contact.Contact) ([]store.Mail, error) {
	by := c.DecidedName
	if by == "" {
		by = o.Name
	}
	return tx.toContacts(letter{mail.CancellationDecided, string(c.ID), string(c.State), mail.Args{"state": string(c.State), "organization": o.Name, "by": by,
		"service": c.Subject, "note": c.Reason}}, changesLink(o), to)
}
