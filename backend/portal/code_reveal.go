package portal

import (
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// customerTx is a transaction in which a code can be opened: of a contact who acts for themselves. Staff, support
// sessions and an owner who looks at the portal as somebody else never get one, so that no use case of theirs can be
// written that shows a code: a test walks the source for it.
type customerTx struct {
	*Tx
	viewer vault.Viewer
}

// asCustomer is the only maker of a customerTx.
func (tx *Tx) asCustomer() (*customerTx, error) {
	switch {
	case tx.As != api.AsCustomer || tx.Inside != nil || tx.Member != nil || tx.Contact == nil || tx.Contact.Org != tx.Org:
		return nil, forbidden()
	case tx.Viewing != "":
		return nil, errs.New(errs.Forbidden, "view_as.error.read_only")
	case tx.SignIn.Staff != "" && tx.SignIn.StaffActive:
		return nil, errs.New(errs.Forbidden, "code.error.staff")
	}
	return &customerTx{tx, vault.NewViewer(string(tx.Org), string(tx.Contact.ID))}, nil
}

// open gives a code in plain text; nothing else in the portal does.
func (tx *customerTx) open(c *store.Code) (vault.Secret, error) {
	ok, err := tx.genuine(c)
	if err != nil {
		return vault.Secret{}, err
	}
	key, err := tx.orgKey(c.Org)
	if err != nil {
		return vault.Secret{}, err
	}
	plain, err := vault.OpenCode(tx.viewer, key, place(c), c.Sealed)
	if err != nil || !ok {
		tx.svc.Log.Error("a stored code does not belong where it lies", "org", c.Org, "holder", codeObject(c.Org, c.Contact), "ref", tx.Ref)
		// Refused like a missing right, so that the refusal is recorded.
		return vault.Secret{}, errs.New(errs.Forbidden, "code.error.tampered").Because(err)
	}
	return plain, nil
}

// reveal shows a holder's code to the caller, who was found to have the right. It is recorded, and told to the owner and
// the holder when it was somebody else. Whoever looks has seen the misses: they don't lock any more.
func (tx *customerTx) reveal(holder id.Contact) (api.CodeShown, error) {
	o, err := tx.Organization(tx, tx.Org)
	if err != nil {
		return api.CodeShown{}, err
	}
	code, err := tx.codeOf(o.ID, holder)
	if err != nil {
		return api.CodeShown{}, err
	}
	if !code.Stands() {
		return api.CodeShown{}, errs.New(errs.NotFound, "code.error.none")
	}
	plain, err := tx.open(code)
	if err != nil {
		return api.CodeShown{}, err
	}
	code.RevealedAt, code.RevealedBy, code.ReleasedAt = tx.Now(), tx.Contact.Name, tx.Now()
	if err := tx.SaveCode(tx, code); err != nil {
		return api.CodeShown{}, err
	}
	c, err := tx.codeChange(o, holder, audit.CodeRevealed)
	if err != nil {
		return api.CodeShown{}, err
	}
	c.mails, err = tx.toldOfCode(o, holder, letter{mail.CodeRevealed, string(o.ID), unique(tx.Tx), mail.Args{"organization": o.Name,
		"holder": c.detail["holder"], "by": tx.Contact.Name, "at": mail.At(tx.Now())}})
	if err != nil {
		return api.CodeShown{}, err
	}
	return api.CodeShown{Code: plain.Reveal()}, tx.record(c)
}

// RevealAccountCode shows the account-wide code to whoever may see it (C06).
func (s *Service) RevealAccountCode(tx *Tx, _ *api.Org) (api.CodeShown, error) {
	c, err := tx.asCustomer()
	if err != nil {
		return api.CodeShown{}, err
	}
	if !contact.SeesAccountCode(tx.Rights) {
		return api.CodeShown{}, forbidden()
	}
	return c.reveal(account)
}

// RevealContactCode shows a contact's code to the owner.
func (s *Service) RevealContactCode(tx *Tx, in *api.ContactIn) (api.CodeShown, error) {
	c, err := tx.asCustomer()
	if err != nil {
		return api.CodeShown{}, err
	}
	who, err := tx.ContactByID(tx, tx.Org, in.Contact)
	if err != nil {
		return api.CodeShown{}, err
	}
	if !tx.Contact.Owner {
		return api.CodeShown{}, forbidden()
	}
	return c.reveal(who.ID)
}

// RevealMyCode shows the caller's own code, by the line "My code" or by viewing and updating all contacts (C08).
func (s *Service) RevealMyCode(tx *Tx, _ *api.Org) (api.CodeShown, error) {
	c, err := tx.asCustomer()
	if err != nil {
		return api.CodeShown{}, err
	}
	if !contact.SeesOwnCode(tx.Rights) {
		return api.CodeShown{}, forbidden()
	}
	return c.reveal(tx.Contact.ID)
}

// KeepAccountCode puts the proposal to change the account-wide code aside.
func (s *Service) KeepAccountCode(tx *Tx, in *api.Org) (api.None, error) {
	o, err := tx.Organization(tx, in.Org)
	if err != nil {
		return api.None{}, err
	}
	code, err := tx.codeOf(o.ID, account)
	if err != nil {
		return api.None{}, err
	}
	if !code.Stands() || code.RotateAt.IsZero() {
		return api.None{}, errs.InState("kept", "code.error.no_proposal")
	}
	why := code.RotateWhy
	code.RotateAt, code.RotateWhy = time.Time{}, ""
	if err := tx.SaveCode(tx, code); err != nil {
		return api.None{}, err
	}
	c, err := tx.codeChange(o, account, audit.CodeKept)
	if err != nil {
		return api.None{}, err
	}
	c.detail["name"] = why
	return api.None{}, tx.record(c)
}

// ReleaseCode unlocks what misses have locked: the owner has looked at them.
func (s *Service) ReleaseCode(tx *Tx, in *api.CodeReleaseIn) (api.None, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.None{}, err
	}
	if (in.Body.Contact == "") == !in.Body.Account {
		return api.None{}, errs.BadField("contact", "error.invalid")
	}
	if in.Body.Account {
		if err := tx.SeeMisses(tx, o.ID); err != nil {
			return api.None{}, err
		}
	}
	code, err := tx.codeOf(o.ID, in.Body.Contact)
	if err != nil {
		return api.None{}, err
	}
	if code.Stands() {
		code.ReleasedAt = tx.Now()
		if err := tx.SaveCode(tx, code); err != nil {
			return api.None{}, err
		}
	}
	c, err := tx.codeChange(o, in.Body.Contact, audit.CodeUnlocked)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(c)
}

// ListCodeActivity is what happened to the codes and by whom they were used; never a code.
func (s *Service) ListCodeActivity(tx *Tx, in *api.ActivityIn) (api.CodeActivity, error) {
	entries, more, err := tx.AuditEntries(tx, store.AuditQuery{Stream: live.Of(in.Org.Org), Before: in.Before, Limit: in.Limit, Codes: true})
	if entries == nil {
		entries = []audit.Entry{}
	}
	return api.CodeActivity{Entries: entries, More: more}, err
}
