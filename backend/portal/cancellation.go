package portal

import (
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/significant"
	"countersign/shared/ticket"
)

// Cancelling a service or domain: asked for in the portal by whoever manages it, decided as a significant change, and then
// carried out by the provider, who is told by a ticket.

// CancelService asks for the cancellation of a service.
func (s *Service) CancelService(tx *Tx, in *api.CancelServiceIn) (significant.Change, error) {
	return tx.askCancellation(service.Service, in)
}

// CancelDomain asks for the cancellation of a domain.
func (s *Service) CancelDomain(tx *Tx, in *api.CancelServiceIn) (significant.Change, error) {
	return tx.askCancellation(service.Domain, in)
}

func (tx *Tx) askCancellation(k service.Kind, in *api.CancelServiceIn) (significant.Change, error) {
	owned, err := tx.owned(k, &in.ServiceIn)
	if err != nil {
		return significant.Change{}, err
	}
	if err := owned.MayCancel(); err != nil {
		return significant.Change{}, err
	}
	c, err := significant.New(significant.Change{ID: newID[id.Change](tx), Org: owned.Org, Caller: tx.Contact.ID, CallerName: tx.Contact.Name,
		Kind: significant.Cancellation, Service: owned.ID, Subject: owned.Name, Note: in.Body.Note}, tx.Now())
	if err != nil {
		return significant.Change{}, err
	}
	if err := tx.AddSignificantChange(tx, c); err != nil {
		return significant.Change{}, err
	}
	tx.svc.ticker.at(tx, c.LapsesAt)
	o, err := tx.Organization(tx, owned.Org)
	if err != nil {
		return significant.Change{}, err
	}
	mails, err := tx.cancellationAsked(o, c)
	if err != nil {
		return significant.Change{}, err
	}
	return *c, tx.recordChange(c, audit.CancellationAsked, mails)
}

// TakeBackChange withdraws a cancellation that the caller asked for and that waits.
func (s *Service) TakeBackChange(tx *Tx, in *api.ChangeIn) (significant.Change, error) {
	c, err := tx.SignificantChange(tx, in.Org.Org, in.Change)
	if err != nil {
		return significant.Change{}, err
	}
	var by id.Contact
	if tx.Contact != nil {
		by = tx.Contact.ID
	}
	if err := c.TakeBack(by, tx.Now()); err != nil {
		return significant.Change{}, err
	}
	return *c, tx.saveChange(c, audit.CancellationTaken, nil)
}

// carryOut does what an approved cancellation means: the service is ending, and the Support team has a ticket about it, in
// the name of whoever asked.
func (tx *Tx) carryOut(o *org.Organization, c *significant.Change) error {
	owned, err := tx.Tx.Service(tx, o.ID, c.Service)
	if errs.Is(err, errs.NotFound) {
		return errs.InState(string(service.Ended), "service.error.cancelled")
	}
	if err != nil {
		return err
	}
	before := *owned
	if err := owned.CancellationApproved(); err != nil {
		return err
	}
	if err := tx.changeOwned(&before, owned); err != nil {
		return err
	}
	opener, err := tx.ContactByID(tx, o.ID, c.Caller)
	if errs.Is(err, errs.NotFound) {
		opener, err = tx.Contact, nil // whoever approved
	}
	if err != nil {
		return err
	}
	return tx.cancellationTicket(o, owned, c, opener)
}

func (tx *Tx) cancellationTicket(o *org.Organization, owned *service.Owned, c *significant.Change, opener *contact.Contact) error {
	l := locale(opener.Locale)
	t, err := ticket.New(ticket.Ticket{ID: newID[id.Ticket](tx), Org: o.ID, Service: owned.ID, Category: routing.Commercial,
		Subject: l.T("service.cancellation.subject", "service", owned.Name), Opener: opener.ID, OpenerName: opener.Name}, tx.Now())
	if err != nil {
		return err
	}
	text := l.T("service.cancellation.text", "service", owned.Name, "by", c.CallerName, "approver", c.DecidedName)
	if c.Note != "" {
		text += "\n\n" + strings.TrimSpace(c.Note)
	}
	if err := tx.AddTicket(tx, t); err != nil {
		return err
	}
	return tx.say(o, t, &words{id: newID[id.Message](tx), text: text, via: ticket.ViaPortal,
		by: ticket.Author{Side: ticket.ByContact, ID: string(opener.ID), Name: opener.Name}})
}

// toAsker tells whoever asked for a cancellation in the portal what became of it.
func (tx *Tx) toAsker(o *org.Organization, c *significant.Change) ([]store.Mail, error) {
	who, err := tx.ContactByID(tx, o.ID, c.Caller)
	if errs.Is(err, errs.NotFound) || err == nil && tx.Contact != nil && tx.Contact.ID == who.ID {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tx.cancellationDecided(o, c, who)
}
