package portal

import (
	"context"

	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/verification"
)

// codeWish is a Phone/Chat Code that somebody wants to set, change or remove.
type codeWish struct {
	org     id.Organization
	contact id.Contact       // holder; "" for the account-wide code, and for a contact that is not written yet
	setter  id.Contact       // who sets it
	subject *contact.Contact // holder as they will be after the same save; nil: as they are stored
	body    *api.CodeBody
	field   string // JSON path of the code in the request, for refusals
}

// preparedCode is a code that passed the rules and is hashed: what is slow has been done, the writer does the rest.
type preparedCode struct {
	codeWish
}

// holds says whose code it is to be, for a contact that was not written when the code was prepared.
func (p *preparedCode) holds(c id.Contact) { p.contact = c }

// prepareCode holds a code against the rules and everything on file, and hashes it.
func (s *Service) prepareCode(ctx context.Context, w codeWish) (*preparedCode, error) {
	return nil, errs.New(errs.Unavailable, "error.unavailable")
}

// applyCode writes a prepared code, with history, record, mails and pokes.
func (tx *Tx) applyCode(p *preparedCode) error {
	return errs.New(errs.Unavailable, "error.unavailable")
}

// codeState is what may be said of a holder's code; the empty contact is the account-wide code.
func (tx *Tx) codeState(oid id.Organization, c id.Contact) (api.CodeState, error) {
	return api.CodeState{}, nil
}

// dropHolder ends what a contact could prove themselves with: their own code, an open phrase, open verifications. Why
// is for the record.
func (tx *Tx) dropHolder(c *contact.Contact, why string) error {
	return nil
}

// proposeRotation notes that the account-wide code should be changed, because who could see it may not any more.
func (tx *Tx) proposeRotation(oid id.Organization, who string) error {
	return nil
}

// checkReceipt refuses unless the verification is the calling agent's proof, at this moment, that the caller may ask
// for the tier.
func (tx *Tx) checkReceipt(tier verification.Tier, v id.Verification) error {
	return errs.New(errs.Forbidden, "verify.error.receipt")
}
