package portal

import (
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/verification"
)

// Phone/Chat Codes: what may be said of them, and what ends them. They are set in code_set.go, shown in code_reveal.go,
// and compared in verify_caller_check.go.

// account is the holder of the account-wide code.
const account = id.Contact("")

// codeOf is the holder's code, nil when none was set.
func (tx *Tx) codeOf(oid id.Organization, c id.Contact) (*store.Code, error) {
	code, err := tx.Code(tx, oid, c)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return code, err
}

// codeState is what may be said of a holder's code; the empty contact is the account-wide code.
func (tx *Tx) codeState(oid id.Organization, c id.Contact) (api.CodeState, error) {
	code, err := tx.codeOf(oid, c)
	if err != nil || code == nil {
		return api.CodeState{}, err
	}
	out := api.CodeState{Set: code.Stands(), SetAt: code.SetAt, SetBy: code.SetByName, RevealedAt: code.RevealedAt, RevealedBy: code.RevealedBy,
		Void: !code.VoidAt.IsZero(), RotateAt: code.RotateAt, RotateWhy: code.RotateWhy}
	if !out.Set {
		return out, nil
	}
	own, err := tx.holderLimit(code)
	if err != nil {
		return out, err
	}
	all, err := tx.orgLimit(oid)
	if err != nil {
		return out, err
	}
	out.Misses = own.count
	for _, l := range []limit{own, all} {
		if l.reached() {
			out.Locked = true
			out.LockedTill = later(out.LockedTill, l.till())
		}
	}
	return out, nil
}

// place is where the code belongs, for the vault.
func place(c *store.Code) vault.CodePlace {
	return vault.CodePlace{Org: string(c.Org), Holder: string(c.Contact), Code: string(c.ID), Version: c.Version}
}

// codeObject is what the record names as the thing: the contact, or the organization for the account-wide code.
func codeObject(oid id.Organization, c id.Contact) string {
	if c == account {
		return string(oid)
	}
	return string(c)
}

// genuine reports whether the code is the one that the record knows of. A row that somebody put back into the database
// from before, or copied there, is not.
func (tx *Tx) genuine(c *store.Code) (bool, error) {
	kind, last, err := tx.LastCodeEntry(tx, c.Org, codeObject(c.Org, c.Contact))
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return (kind == audit.CodeSet || kind == audit.CodeChanged) && last == c.ID, err
}

// orgKey opens the organization's key, and makes it with the first code.
func (tx *Tx) orgKey(oid id.Organization) (*vault.OrgKey, error) {
	stored, err := tx.OrgKey(tx, oid)
	if err == nil {
		return tx.svc.Keys.OpenOrgKey(string(oid), stored.Wrapped)
	}
	if !errs.Is(err, errs.NotFound) || !tx.Writable() {
		return nil, err
	}
	key, wrapped, err := tx.svc.Keys.NewOrgKey(string(oid))
	if err != nil {
		return nil, err
	}
	return key, tx.SaveOrgKey(tx, &store.OrgKey{Org: oid, RootKey: key.RootID(), Wrapped: wrapped})
}

// codeChange is what every change about a code records: its holder by name, and whose it is.
func (tx *Tx) codeChange(o *org.Organization, c id.Contact, kind audit.Kind) (change, error) {
	holder := o.Name
	if c != account {
		who, err := tx.ContactByID(tx, o.ID, c)
		if err != nil {
			return change{}, err
		}
		holder = who.Name
	}
	return change{stream: live.Of(o.ID), kind: kind, object: codeObject(o.ID, c), detail: map[string]string{"holder": holder},
		pokes: codePokes(o.ID)}, nil
}

// codePokes tell the organization's people that a code changed, and the agents who verify a caller of it.
func codePokes(oid id.Organization) []store.Poke {
	return []store.Poke{{Stream: live.Of(oid), Kind: live.Codes, Org: oid}, {Stream: live.Provider, Kind: live.Verify, Org: oid}}
}

// voidCode makes a code useless: nothing of it is kept but that it was there.
func (tx *Tx) voidCode(code *store.Code) error {
	code.VoidAt, code.Sealed, code.Tag = tx.Now(), "", ""
	code.RotateAt, code.RotateWhy = time.Time{}, ""
	return tx.SaveCode(tx, code)
}

// dropHolder ends what a contact could prove themselves with: their own code, an open phrase, open verifications. Why
// is for the record. Of a contact whose row is gone nothing is kept.
func (tx *Tx) dropHolder(c *contact.Contact, why string) error {
	o, err := tx.Organization(tx, c.Org)
	if err != nil {
		return err
	}
	code, err := tx.codeOf(c.Org, c.ID)
	if err != nil {
		return err
	}
	if code.Stands() {
		if err := tx.voidCode(code); err != nil {
			return err
		}
		ch := change{stream: live.Of(o.ID), kind: audit.CodeVoided, object: string(c.ID),
			detail: map[string]string{"holder": c.Name, "why": why, "id": string(code.ID)}, pokes: codePokes(o.ID)}
		if err := tx.record(ch); err != nil {
			return err
		}
	}
	if _, err := tx.EndPhrase(tx, c.Org, c.ID); err != nil {
		return err
	}
	open, err := tx.OpenVerifications(tx, c.Org, c.ID, tx.Now())
	if err != nil {
		return err
	}
	for i := range open {
		if err := tx.closeVerification(&open[i], why); err != nil {
			return err
		}
	}
	if _, err := tx.ContactByID(tx, c.Org, c.ID); !errs.Is(err, errs.NotFound) {
		return err
	}
	if err := tx.RemoveCode(tx, c.Org, c.ID); err != nil {
		return err
	}
	return tx.DropPastCodes(tx, c.Org, c.ID)
}

// proposeRotation notes that the account-wide code should be changed, because who could see it may not any more.
func (tx *Tx) proposeRotation(oid id.Organization, who string) error {
	code, err := tx.codeOf(oid, account)
	if err != nil || !code.Stands() {
		return err
	}
	if code.RotateAt.IsZero() {
		code.RotateAt = tx.Now()
	}
	code.RotateWhy = who
	if err := tx.SaveCode(tx, code); err != nil {
		return err
	}
	o, err := tx.Organization(tx, oid)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(oid), kind: audit.CodeRotationProposed, object: string(oid),
		detail: map[string]string{"holder": o.Name, "name": who}, pokes: codePokes(oid)})
}

// checkReceipt refuses unless the verification is the calling agent's proof, at this moment, that the caller may ask
// for the tier.
func (tx *Tx) checkReceipt(tier verification.Tier, v id.Verification) error {
	refused := errs.New(errs.Forbidden, "verify.error.receipt")
	if tx.Member == nil || tx.Inside != nil || tx.Org == "" {
		return refused
	}
	call, err := tx.Verification(tx, tx.Org, v)
	if errs.Is(err, errs.NotFound) {
		return refused
	}
	if err != nil {
		return err
	}
	permits, err := tx.permits(call)
	if err != nil {
		return err
	}
	if call.Staff != tx.Member.ID || permits < tier || tier >= verification.Never {
		return refused
	}
	return tx.works(tx.Org)
}

// permits is the highest tier that the call opens now. Whether the caller may ask by voice is asked again each time: the
// authority may have been taken away meanwhile.
func (tx *Tx) permits(v *verification.Verification) (verification.Tier, error) {
	if !v.Receipt(tx.Now()) {
		return verification.Information, nil
	}
	c, err := tx.ContactByID(tx, v.Org, v.Contact)
	if errs.Is(err, errs.NotFound) {
		return verification.Information, nil
	}
	if err != nil {
		return verification.Information, err
	}
	return verification.Permits(v.Outcome, c.Active && (c.Owner || c.PhoneChatAuthority)), nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
