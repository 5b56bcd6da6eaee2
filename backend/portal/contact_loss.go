package portal

import (
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/live"
)

// What ends when a contact is deactivated, loses access, moves to another e-mail, or is deleted: all of it in the
// transaction of that change.

// shutOutContact ends what a contact had: invitations, the own code with phrase and open verifications, an offer of the
// ownership, mails that wait, and the way in. c is the contact as it was; the changed row must be written already. A
// person with nothing else in the portal is signed out; of anybody else only what is open here is cut, and the gate
// refuses the rest.
func (tx *Tx) shutOutContact(c *contact.Contact, why string) error {
	if _, err := tx.VoidContactInvitations(tx, c.Org, c.ID); err != nil {
		return err
	}
	if err := tx.dropHolder(c, why); err != nil {
		return err
	}
	if err := tx.dropOffer(c); err != nil {
		return err
	}
	if err := tx.dropMails(c); err != nil {
		return err
	}
	if c.Login == "" {
		return nil
	}
	l, err := tx.Login(tx, c.Login)
	if err != nil {
		return err
	}
	p, err := tx.person(l)
	if err != nil {
		return err
	}
	if len(p.contacts) > 0 {
		tx.AfterCommit(func() { tx.svc.Live.CutAt("session.ended.removed", live.Of(c.Org), c.Login) })
		return nil
	}
	if _, err := tx.endSignIns(p.ID, "", whyDeactivated, func(s *store.SignIn) bool { return p.staff == nil || s.Kind == api.AsCustomer }); err != nil {
		return err
	}
	if p.staff != nil {
		return nil
	}
	return tx.VoidTokens(tx, p.ID, store.ResetToken, store.FactorToken)
}

// dropMails keeps what was not sent yet from a contact who is shut out, unless somebody else of the organization reads
// the same address.
func (tx *Tx) dropMails(c *contact.Contact) error {
	if c.Email == "" {
		return nil
	}
	_, err := tx.ContactWithEmail(tx, c.Org, c.Email, c.ID)
	if errs.Is(err, errs.NotFound) {
		return tx.DropMails(tx, c.Email, c.Org, c.ID)
	}
	return err
}

// dropOffer takes an offer of the ownership back whose other side can't accept it any more.
func (tx *Tx) dropOffer(c *contact.Contact) error {
	t, err := tx.PendingTransfer(tx, c.Org)
	if errs.Is(err, errs.NotFound) || err == nil && t.To != c.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.endTransfer(t, api.TransferWithdrawn, audit.OwnershipWithdrawn)
}

// DeleteContact removes a contact for good, with a reason that stays in the record beside the name. The owner can't be
// deleted: the ownership has to move first.
func (s *Service) DeleteContact(tx *Tx, in *api.DeleteContactIn) (api.None, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.None{}, err
	}
	c, err := tx.ContactByID(tx, o.ID, in.Contact)
	if err != nil {
		return api.None{}, err
	}
	reason, err := cleanReason(in.Body.Reason)
	if err != nil {
		return api.None{}, err
	}
	if c.Owner {
		return api.None{}, errs.New(errs.Forbidden, "contact.error.delete_owner")
	}
	if err := tx.Tx.DeleteContact(tx, o.ID, c.ID); err != nil {
		return api.None{}, err
	}
	if err := tx.UnassignContact(tx, o.ID, c.ID); err != nil {
		return api.None{}, err
	}
	if err := tx.shutOutContact(c, "deleted"); err != nil {
		return api.None{}, err
	}
	if c.Login != "" && contact.SeesAccountCode(c.Rights()) {
		if err := tx.proposeRotation(o.ID, c.Name); err != nil {
			return api.None{}, err
		}
	}
	mails, err := tx.toOwnerAt(o, letter{mail.ContactDeleted, string(c.ID), "", mail.Args{"contact": c.Name, "organization": o.Name, "by": tx.Member.Name,
		"at": mail.At(tx.Now()), "note": reason}}, contactsLink(o))
	if err != nil {
		return api.None{}, err
	}
	detail := map[string]string{"name": c.Name, "reason": reason, "organization": o.Name}
	for i, stream := range []live.Stream{live.Of(o.ID), live.Provider} {
		entry := change{stream: stream, kind: audit.ContactDeleted, object: string(c.ID), detail: detail}
		if i == 0 {
			entry.pokes, entry.mails = append(both(live.Contacts, o.ID, string(c.ID)), both(live.Services, o.ID, "")...), mails
		}
		if err := tx.record(entry); err != nil {
			return api.None{}, err
		}
	}
	if c.Login != "" {
		tx.pokeLogin(c.Login)
	}
	return api.None{}, nil
}
