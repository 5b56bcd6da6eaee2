package portal

import (
	"countersign/backend/inventory"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/replica"
)

// Who kept a copy of an organization's numbers on a device and has lost the right to it must hear that it goes, where a
// stranger hears nothing. That holds for a sign-in, too, which was ended because its person was shut out.

// wipeOr is the answer to a caller who may not call: wipe where it is about a device's copy and their login ever kept one
// in the organization of the path, else what the gate says.
func (tx *Tx) wipeOr(spec api.Spec, refused error) error {
	if !spec.Policy.Device || tx.Viewing != "" {
		return refused
	}
	known, err := tx.SyncKnown(tx, tx.Org, tx.SignIn.Login)
	if err != nil {
		return err
	}
	if !known {
		return refused
	}
	return errs.New(errs.Wipe, "error.wipe")
}

// wipeEnded is wipeOr for a sign-in that counts no more. Who was shut out and let in again signs in anew, as do those
// whose sign-in ended for another reason: their copies stay.
func (tx *Tx) wipeEnded(spec api.Spec, cred Credential, refused error) error {
	if !spec.Policy.Device || cred.As != api.AsCustomer || cred.ViewAs != "" || tx.Org == "" || !errs.Is(refused, errs.Unauthenticated) {
		return refused
	}
	s, err := maybe(tx.SignedInByToken(tx, cred.Session))
	if err != nil {
		return err
	}
	if s == nil || s.Kind != api.AsCustomer || !cred.of(s) || s.EndedWhy != whyDeactivated {
		return refused
	}
	tx.SignIn = s
	tx.Actor = audit.Actor{Kind: audit.ByLogin, ID: string(s.Login), Name: s.Name}
	c, err := tx.contactInside()
	if err != nil {
		return err
	}
	if c != nil {
		return refused
	}
	return tx.wipeOr(spec, refused)
}

// numbersActor is the caller as the core of the numbers knows who acts.
func (tx *Tx) numbersActor(cred Credential) inventory.Actor {
	return inventory.Actor{Login: tx.SignIn.Login, Name: tx.Actor.Name, Rights: tx.Rights, Browser: cred.Browser}
}

// checkSchema refuses a program that speaks an older protocol than this server understands.
func checkSchema(schema int) error {
	if schema < replica.MinSchema {
		return errs.New(errs.Upgrade, "error.upgrade_required")
	}
	return nil
}

// maybe gives nil for what is absent.
func maybe[T any](v *T, err error) (*T, error) {
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return v, err
}
