package portal

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// Creating and changing a contact. What a save comes down to is decided twice by the same function: before the slow
// work of hashing, so that a refusal comes at once, and again in the writer, from the rows of that moment.

// edit is what a save of the dialog comes down to.
type edit struct {
	before, after *contact.Contact // before a new contact there is one who may and has nothing
	created       bool
	details       []string // names of the details that change
	permissions   bool     // roles, cells or authority change
	moved         bool     // the e-mail changes of somebody who has, or is offered, a way in
	opens         bool     // a way in opens that was closed
	password      bool     // it opens by a password that the caller chose
	closes        bool     // what was open closes: deactivated, access taken away, or moved
	code          *api.CodeBody
}

// changed reports whether anything does.
func (e *edit) changed() bool {
	return e.created || len(e.details) > 0 || e.permissions || e.switched() || e.opens || e.code != nil
}

func (e *edit) switched() bool {
	return e.before.Active != e.after.Active || e.before.Access != e.after.Access
}

// stopsOnly reports whether the save does nothing but take away: it must go through when nothing else does.
func (e *edit) stopsOnly() bool {
	return e.closes && !e.moved && !e.opens && !e.permissions && e.code == nil && len(e.details) == 0
}

// CreateContact makes a contact, with or without a way in.
func (s *Service) CreateContact(ctx context.Context, cred Credential, in *api.CreateContactIn) (api.Card, error) {
	oid := in.Org.Org
	return s.saveEdit(ctx, api.CreateContact.Spec, cred, oid, &in.Body, func(tx *Tx) (*edit, error) {
		before := &contact.Contact{Org: oid, Kind: in.Body.Kind, Active: true}
		return tx.plan(before, &in.Body)
	})
}

// UpdateContact changes a contact over the version that was shown.
func (s *Service) UpdateContact(ctx context.Context, cred Credential, in *api.UpdateContactIn) (api.Card, error) {
	return s.saveEdit(ctx, api.UpdateContact.Spec, cred, in.Org.Org, &in.Body.ContactBody, func(tx *Tx) (*edit, error) {
		before, err := tx.ContactByID(tx, in.Org.Org, in.Contact)
		if err != nil {
			return nil, err
		}
		if before.Version != in.Body.Version {
			return nil, changedMeanwhile(before.ChangedBy)
		}
		return tx.plan(before, &in.Body.ContactBody)
	})
}

func changedMeanwhile(by string) error {
	if by == "" {
		return errs.InState("changed", "contact.error.changed")
	}
	return errs.InState("changed", "contact.error.changed_by", "name", by)
}

// ready is what was made of an edit outside the writer.
type ready struct {
	hash  string // of a password
	alone bool
	code  *preparedCode
}

func (s *Service) saveEdit(ctx context.Context, spec api.Spec, cred Credential, oid id.Organization, b *api.ContactBody, decide func(*Tx) (*edit, error)) (api.Card, error) {
	var e *edit
	var by id.Contact
	var made ready
	err := s.view(ctx, spec, cred, oid, func(tx *Tx) (err error) {
		if e, err = decide(tx); err != nil || !e.password {
			by = tx.editor().Contact
			return err
		}
		by = tx.editor().Contact
		made.alone, err = tx.checkGivenPassword(e.after, b.Password)
		return err
	})
	if err != nil {
		return api.Card{}, err
	}
	if e.password {
		if made.hash, err = s.Hasher.Hash(ctx, b.Password); err != nil {
			return api.Card{}, err
		}
	}
	if e.code != nil {
		wish := codeWish{org: oid, contact: e.after.ID, setter: by, subject: e.after, body: e.code, field: "code.code"}
		if made.code, err = s.prepareCode(ctx, wish); err != nil {
			return api.Card{}, err
		}
	}
	spec.Stops = e.stopsOnly()
	var out api.Card
	err = s.update(ctx, spec, cred, oid, func(tx *Tx) error {
		e, err := decide(tx)
		if err != nil {
			return err
		}
		if e.password != (made.hash != "") || (e.code != nil) != (made.code != nil) {
			return changedMeanwhile(e.before.ChangedBy)
		}
		if e.changed() {
			if err := tx.saveContact(e, made); err != nil {
				return err
			}
		}
		out, err = tx.card(e.after)
		return err
	})
	if err != nil {
		return api.Card{}, err
	}
	return out, nil
}

// plan decides what saving the body over before means, and whether the caller may.
func (tx *Tx) plan(before *contact.Contact, b *api.ContactBody) (*edit, error) {
	after, err := tx.typed(before, b)
	if err != nil {
		return nil, err
	}
	e := &edit{before: before, after: after, created: before.ID == "", code: b.Code}
	e.details = changedDetails(before, after)
	e.permissions = !slices.Equal(before.Roles, after.Roles) || !maps.Equal(before.Overrides, after.Overrides) ||
		before.PhoneChatAuthority != after.PhoneChatAuthority || cmp.Or(before.TicketScope, contact.AllTickets) != after.TicketScope
	e.moved = !e.created && before.Email != after.Email && (before.Login != "" || before.Access)
	could, can := before.Active && before.Access, after.Active && after.Access
	e.closes = !e.created && (could && !can || before.Active && !after.Active || e.moved)
	linked := after.Login != "" && !e.moved
	e.password = can && !linked && b.Way == api.ByPassword
	e.opens = can && (!could || e.moved || e.password)

	if err := tx.mayEdit(e); err != nil {
		return nil, err
	}
	if err := tx.wayIn(e, b, linked); err != nil {
		return nil, err
	}
	if e.code != nil && !after.Active {
		return nil, errs.BadField("code.code", "contact.error.code_inactive")
	}
	if e.opens || e.permissions || e.moved || e.code != nil || before.Access != after.Access || !before.Active && after.Active {
		return e, tx.steppedUpLately()
	}
	return e, nil
}

// mayEdit holds the guards against the edit. An agent inside changes details of contacts, and nothing that lasts.
func (tx *Tx) mayEdit(e *edit) error {
	by := tx.editor()
	if !e.created {
		if err := by.MayChange(e.before); err != nil {
			return err
		}
		if e.switched() {
			if err := by.MaySwitch(e.before); err != nil {
				return err
			}
		}
	}
	if err := by.MayForward(e.before, e.after); err != nil {
		return err
	}
	if e.permissions {
		if err := by.MayPermit(e.before, e.after); err != nil {
			return err
		}
	}
	if e.moved {
		switch {
		case e.before.Owner:
			return errs.New(errs.Forbidden, "contact.guard.email_owner")
		case e.before.ID == by.Contact:
			return errs.New(errs.Forbidden, "contact.guard.email_own")
		}
	}
	if e.created && e.code != nil && !by.Support && !by.Rights.Has(perm.ContactsUpdate) {
		return forbidden()
	}
	own := by.Contact != "" && e.before.ID == by.Contact
	if e.opens || e.moved || e.after.Access && (e.created || !e.before.Active && e.after.Active) || e.code != nil && !(own && contact.SetsOwnCode(by.Rights)) {
		return by.MayEnable(e.after)
	}
	return nil
}

// hasSignIn is told where somebody wants to choose the password of a person who has a sign-in already. That an address
// has one can't be kept from whoever would otherwise wait for the password to work; it is told only to a contact who
// may give access and just entered their password, a few times a minute, and each time is in the record.
const hasSignIn = "contact.error.has_sign_in"

// wayIn checks how access is to be given.
func (tx *Tx) wayIn(e *edit, b *api.ContactBody, linked bool) error {
	if b.Password != "" && !e.password {
		if linked && b.Way == api.ByPassword {
			return errs.BadField("way", hasSignIn)
		}
		return errs.BadField("password", "contact.error.password_unused")
	}
	if !e.opens {
		return nil
	}
	other, err := tx.ContactWithEmail(tx, e.after.Org, e.after.Email, e.after.ID)
	if err == nil && other != nil {
		return errs.BadField("email", "contact.error.already_contact")
	}
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if !e.password {
		return nil
	}
	l, err := tx.LoginByEmail(tx, e.after.Email)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	free, err := tx.mayGivePassword(l, e.after)
	if err == nil && !free {
		err = errs.BadField("way", hasSignIn)
	}
	return err
}

// mayGivePassword reports whether nobody but this contact can be meant by a login that has no password: whoever is
// invited elsewhere, or works for the provider, chooses one themselves.
func (tx *Tx) mayGivePassword(l *store.Login, c *contact.Contact) (bool, error) {
	if l.PasswordHash != "" {
		return false, nil
	}
	if _, err := tx.StaffOfLogin(tx, l.ID); !errs.Is(err, errs.NotFound) {
		return false, err
	}
	elsewhere, err := tx.InvitedElsewhere(tx, l.ID, c.Org)
	return !elsewhere, err
}

// checkGivenPassword holds a password that is chosen for a contact against the policy.
func (tx *Tx) checkGivenPassword(c *contact.Contact, password string) (alone bool, err error) {
	o, err := tx.Organization(tx, c.Org)
	if err != nil {
		return false, err
	}
	return tx.svc.checkPassword(&store.Login{Name: c.Name, Email: c.Email}, password, o.Name, c.Company)
}

// changedDetails names the details that differ.
func changedDetails(a, b *contact.Contact) []string {
	var list []string
	for _, x := range []struct {
		name string
		same bool
	}{
		{"kind", a.Kind == b.Kind}, {"type", a.Type == b.Type}, {"name", a.Name == b.Name}, {"company", a.Company == b.Company},
		{"email", a.Email == b.Email}, {"phone", a.Phone == b.Phone}, {"address", a.Address == b.Address}, {"locale", a.Locale == b.Locale},
		{"correspondence", a.Correspondence == b.Correspondence}, {"fields", maps.Equal(a.Fields, b.Fields)},
	} {
		if !x.same {
			list = append(list, x.name)
		}
	}
	return list
}

// lost reports whether somebody who could see the account-wide code may not any more.
func (e *edit) lost() bool {
	return e.before.Login != "" && contact.SeesAccountCode(e.before.Rights()) && (e.moved || !contact.SeesAccountCode(e.after.Rights()))
}

// approval reports whether the save changes who decides about remote access.
func (e *edit) approval() bool {
	return e.before.Rights().Has(perm.RemoteSupportApprove) != e.after.Rights().Has(perm.RemoteSupportApprove)
}
