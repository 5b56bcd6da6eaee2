package portal

import (
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// "View as this contact": the owner sees the portal as one of the contacts would see it, reading only. It is the
// owner's own sign-in all the time; the gate only answers with the other's rights.

// viewable reports why a call can't be made while looking as somebody else, nil when it can.
func viewable(spec api.Spec, as api.As) error {
	switch {
	case spec.Mutates(), spec.Policy.Device: // a copy would outlast the look
		return errs.New(errs.Forbidden, "view_as.error.read_only")
	case as != api.AsCustomer:
		return errs.New(errs.Forbidden, "view_as.error.owner")
	}
	return nil
}

// viewAs turns the owner who was loaded into an onlooker with the rights of a contact, also of one who can't enter yet.
func (tx *Tx) viewAs(c id.Contact) error {
	if !tx.Rights.Has(perm.OwnershipTransfer) {
		return errs.New(errs.Forbidden, "view_as.error.owner")
	}
	target, err := tx.ContactByID(tx, tx.Org, c)
	if err != nil {
		return err
	}
	tx.Contact, tx.Rights, tx.Viewing = target, target.Granted(), target.ID
	return nil
}

// GetViewAs is the organization as the switcher shows it to a contact, with what they may do.
func (s *Service) GetViewAs(tx *Tx, in *api.ContactIn) (api.Membership, error) {
	c, err := tx.ContactByID(tx, in.Org.Org, in.Contact)
	if err != nil {
		return api.Membership{}, err
	}
	rows, err := tx.FindOrganizations(tx, string(in.Org.Org), 1)
	if err != nil || len(rows) == 0 {
		return api.Membership{}, err
	}
	m := membership(&rows[0], c.Granted())
	m.Contact, m.Person, m.Owner = c.ID, c.Name, c.Owner
	if c.Granted().Has(perm.RemoteSupportApprove) {
		m.Waiting, err = tx.waiting(in.Org.Org)
	}
	if err == nil && c.Granted().Has(perm.TicketsView) {
		m.Tickets, _, err = tx.CountWaiting(tx, in.Org.Org, sightOf(c))
	}
	return m, err
}
