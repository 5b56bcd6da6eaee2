package portal

import (
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// The ownership of an organization moves by a transfer only: offered by the owner, accepted by the other side. What
// asks the owner for decisions follows at once, because rights are read from the rows of the moment.

// transferFor is how long an offer waits.
const transferFor = 7 * 24 * time.Hour

// GetOwnership is who owns the organization. A transfer that waits is seen by its two sides alone.
func (s *Service) GetOwnership(tx *Tx, in *api.Org) (api.Ownership, error) {
	return tx.ownership(in.Org)
}

func (tx *Tx) ownership(oid id.Organization) (api.Ownership, error) {
	out := api.Ownership{Past: []api.Transfer{}, Candidates: []api.Viewer{}, Now: tx.Now()}
	owner, err := tx.Owner(tx, oid)
	if err != nil {
		return out, err
	}
	out.Owner, out.OwnerName = owner.ID, owner.Name
	if out.Pending, err = tx.offer(oid); err != nil {
		return out, err
	}
	if out.Past, err = tx.PastTransfers(tx, oid, 50); err != nil {
		return out, err
	}
	if tx.Contact == nil || tx.Contact.ID != owner.ID || tx.Viewing != "" {
		return out, nil
	}
	list, err := tx.OwnershipCandidates(tx, oid)
	for _, c := range list {
		out.Candidates = append(out.Candidates, api.Viewer{Contact: c.ID, Name: c.Name})
	}
	return out, err
}

// offer is the transfer that waits, for its two sides; nil for everybody else, and once it has lapsed.
func (tx *Tx) offer(oid id.Organization) (*api.Transfer, error) {
	t, err := tx.PendingTransfer(tx, oid)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if tx.Contact == nil || t.From != tx.Contact.ID && t.To != tx.Contact.ID || !tx.Now().Before(t.LapsesAt) {
		return nil, nil
	}
	return &t.Transfer, nil
}

// OfferOwnership offers the ownership to a contact who can sign in and doesn't work for the provider.
func (s *Service) OfferOwnership(tx *Tx, in *api.OfferOwnershipIn) (api.Ownership, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.Ownership{}, err
	}
	to, err := tx.ContactByID(tx, o.ID, in.Body.Contact)
	if errs.Is(err, errs.NotFound) {
		return api.Ownership{}, errs.BadField("contact", "ownership.error.target")
	}
	if err != nil {
		return api.Ownership{}, err
	}
	if ok, err := tx.mayOwn(to); err != nil || !ok {
		if err == nil {
			err = errs.BadField("contact", "ownership.error.target")
		}
		return api.Ownership{}, err
	}
	if before, err := tx.PendingTransfer(tx, o.ID); err == nil && !tx.Now().Before(before.LapsesAt) {
		if err := tx.endTransfer(before, api.TransferLapsed, audit.OwnershipLapsed); err != nil {
			return api.Ownership{}, err
		}
	}
	t := &store.Transfer{Org: o.ID, Transfer: api.Transfer{ID: newID[id.Transfer](tx), From: tx.Contact.ID, FromName: tx.Contact.Name,
		To: to.ID, ToName: to.Name, State: api.TransferPending, CreatedAt: tx.Now(), LapsesAt: tx.Now().Add(transferFor)}}
	if err := tx.AddTransfer(tx, t); err != nil {
		if store.IsUnique(err) {
			err = errs.InState(string(api.TransferPending), "ownership.error.pending")
		}
		return api.Ownership{}, err
	}
	m, err := tx.send(letter{mail.OwnershipOffered, string(t.ID), "", mail.Args{"organization": o.Name, "by": t.FromName, "expires": mail.At(t.LapsesAt)}},
		to.Email, to.Locale, ownershipLink(o.ID))
	if err != nil {
		return api.Ownership{}, err
	}
	tx.svc.ticker.at(tx, t.LapsesAt)
	tx.pokeLogin(to.Login)
	err = tx.record(change{stream: live.Of(o.ID), kind: audit.OwnershipOffered, object: string(t.ID), detail: map[string]string{"to": t.ToName},
		pokes: ownershipPokes(o.ID), mails: []store.Mail{m}})
	if err != nil {
		return api.Ownership{}, err
	}
	return tx.ownership(o.ID)
}

func ownershipLink(o id.Organization) string { return "/o/" + string(o) + "/manage/ownership" }

func ownershipPokes(o id.Organization) []store.Poke {
	return []store.Poke{{Stream: live.Of(o), Kind: live.Ownership, Org: o}}
}

// mayOwn reports whether a contact can become the owner: signs in, isn't it yet, doesn't work for the provider, whose
// staff approve nothing, and has a password that nobody else chose, who could accept in their place.
func (tx *Tx) mayOwn(c *contact.Contact) (bool, error) {
	if c.Owner || !c.Active || !c.Access || c.Login == "" {
		return false, nil
	}
	l, err := tx.Login(tx, c.Login)
	if err != nil || l.PasswordBy != "" {
		return false, err
	}
	s, err := tx.StaffOfLogin(tx, c.Login)
	if errs.Is(err, errs.NotFound) {
		return true, nil
	}
	return err == nil && !s.Active, err
}

// WithdrawOwnership takes the offer back.
func (s *Service) WithdrawOwnership(tx *Tx, in *api.TransferIn) (api.Ownership, error) {
	t, err := tx.waitingTransfer(in)
	if err == nil {
		err = tx.endTransfer(t, api.TransferWithdrawn, audit.OwnershipWithdrawn)
	}
	if err != nil {
		return api.Ownership{}, err
	}
	return tx.ownership(in.Org.Org)
}

// DeclineOwnership is the other side's no.
func (s *Service) DeclineOwnership(tx *Tx, in *api.TransferIn) (api.Ownership, error) {
	t, err := tx.transferToMe(in)
	if err == nil {
		err = tx.endTransfer(t, api.TransferDeclined, audit.OwnershipDeclined)
	}
	if err != nil {
		return api.Ownership{}, err
	}
	return tx.ownership(in.Org.Org)
}

// AcceptOwnership makes the caller the owner. The owner before stays an administrator of the account, without approvals.
func (s *Service) AcceptOwnership(tx *Tx, in *api.TransferIn) (api.Ownership, error) {
	t, err := tx.transferToMe(in)
	if err != nil {
		return api.Ownership{}, err
	}
	o, err := tx.Organization(tx, t.Org)
	if err != nil {
		return api.Ownership{}, err
	}
	before, err := tx.Owner(tx, o.ID)
	if err != nil {
		return api.Ownership{}, err
	}
	if ok, err := tx.mayOwn(tx.Contact); err != nil || !ok || before.ID != t.From {
		if err == nil {
			err = errs.InState("changed", "ownership.error.target")
		}
		return api.Ownership{}, err
	}
	if err := tx.EndTransfer(tx, t, api.TransferAccepted); err != nil {
		return api.Ownership{}, err
	}
	if err := tx.MoveOwnership(tx, o.ID, before.ID, tx.Contact.ID, []perm.Role{perm.Admin}); err != nil {
		return api.Ownership{}, err
	}
	mails, err := tx.aboutTransfer(o, t, before)
	if err != nil {
		return api.Ownership{}, err
	}
	pokes := append(ownershipPokes(o.ID), both(live.Contacts, o.ID, "")...)
	pokes = append(append(pokes, both(live.Organization, o.ID, "")...), both(live.Access, o.ID, "")...)
	pokes = append(pokes, both(live.Changes, o.ID, "")...)
	err = tx.record(change{stream: live.Of(o.ID), kind: audit.OwnershipTransferred, object: string(t.ID),
		detail: map[string]string{"from": t.FromName, "to": t.ToName}, pokes: pokes, mails: mails})
	if err != nil {
		return api.Ownership{}, err
	}
	tx.pokeLogin(before.Login)
	tx.pokeLogin(tx.Contact.Login)
	c, err := tx.ContactByID(tx, o.ID, tx.Contact.ID)
	if err != nil {
		return api.Ownership{}, err
	}
	tx.Contact, tx.Rights = c, c.Rights()
	return tx.ownership(o.ID)
}

// waitingTransfer is a transfer of the path that can still be decided.
func (tx *Tx) waitingTransfer(in *api.TransferIn) (*store.Transfer, error) {
	t, err := tx.Transfer(tx, in.Org.Org, in.Transfer)
	if err != nil {
		return nil, err
	}
	if t.State == api.TransferPending && !tx.Now().Before(t.LapsesAt) {
		t.State = api.TransferLapsed
	}
	if t.State != api.TransferPending {
		return nil, errs.InState(string(t.State), "ownership.error.over")
	}
	return t, nil
}

// transferToMe is a transfer that is offered to the caller; to anybody else it is not there.
func (tx *Tx) transferToMe(in *api.TransferIn) (*store.Transfer, error) {
	if tx.Contact == nil {
		return nil, errs.New(errs.Forbidden, "support.error.barred")
	}
	t, err := tx.Transfer(tx, in.Org.Org, in.Transfer)
	if err != nil {
		return nil, err
	}
	if t.To != tx.Contact.ID {
		return nil, notFound()
	}
	return tx.waitingTransfer(in)
}

// endTransfer ends a transfer that was not accepted; the other side hears of it.
func (tx *Tx) endTransfer(t *store.Transfer, to api.TransferState, kind audit.Kind) error {
	if err := tx.EndTransfer(tx, t, to); err != nil {
		return err
	}
	o, err := tx.Organization(tx, t.Org)
	if err != nil {
		return err
	}
	var sides []*contact.Contact
	for _, side := range []id.Contact{t.From, t.To} {
		c, err := tx.ContactByID(tx, t.Org, side)
		if errs.Is(err, errs.NotFound) { // deleted
			continue
		}
		if err != nil {
			return err
		}
		sides = append(sides, c)
	}
	mails, err := tx.aboutTransfer(o, t, sides...)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(t.Org), kind: kind, object: string(t.ID),
		detail: map[string]string{"from": t.FromName, "to": t.ToName, "state": string(to)}, pokes: ownershipPokes(t.Org), mails: mails})
}

// aboutTransfer tells sides of a transfer how it ended, but for the one whose doing it was.
func (tx *Tx) aboutTransfer(o *org.Organization, t *store.Transfer, sides ...*contact.Contact) ([]store.Mail, error) {
	var mails []store.Mail
	for _, c := range sides {
		if !c.Active || !c.Access || c.Login == "" || c.Email == "" {
			continue
		}
		tx.pokeLogin(c.Login)
		if tx.Contact != nil && tx.Contact.ID == c.ID {
			continue
		}
		m, err := tx.send(letter{mail.OwnershipEnded, string(t.ID), "", mail.Args{"state": string(t.State), "organization": o.Name, "by": t.FromName,
			"contact": t.ToName, "at": mail.At(tx.Now())}}, c.Email, c.Locale, ownershipLink(o.ID))
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// lapseTransfers ends the offers that waited too long.
func (tx *Tx) lapseTransfers() error {
	due, err := tx.DueTransfers(tx, tx.Now())
	if err != nil {
		return err
	}
	for i := range due {
		if err := tx.endTransfer(&due[i], api.TransferLapsed, audit.OwnershipLapsed); err != nil {
			return err
		}
	}
	return nil
}
