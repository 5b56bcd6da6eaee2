package portal

import (
	"context"
	"time"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Invitations: a person becomes a contact with portal access, or staff, only by accepting a mailed link. Whoever has a
// password already signs in to accept; anybody else chooses one.

const invitationFor = 7 * 24 * time.Hour

// invite makes an invitation and its mail; earlier ones for the same place stop working. The caller records it.
func (tx *Tx) invite(l *store.Login, by audit.Actor, o *org.Organization, c id.Contact) (vault.Secret, store.Mail, error) {
	template, args := mail.StaffInvitation, mail.Args{"by": by.Name}
	t := &store.Token{ID: newID[id.Token](tx), Kind: store.InvitationToken, Login: l.ID, Contact: c, Inviter: by,
		CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(invitationFor)}
	if o != nil {
		template, t.Org, args["organization"] = mail.Invitation, o.ID, o.Name
	}
	args["expires"] = mail.At(t.ExpiresAt)
	if err := tx.VoidInvitations(tx, l.ID, t.Org, t.Contact); err != nil {
		return vault.Secret{}, store.Mail{}, err
	}
	token, hash := login.NewToken(tx.svc.Rand)
	if err := tx.AddToken(tx, t, hash); err != nil {
		return vault.Secret{}, store.Mail{}, err
	}
	m, err := tx.send(letter{template, string(t.ID), "", args}, l.Email, l.Locale, "/invitation")
	if err != nil {
		return vault.Secret{}, store.Mail{}, err
	}
	tx.svc.carry(&m, token, t.ExpiresAt)
	return token, m, nil
}

// loginFor is the login of an e-mail; one without a password is made when there is none.
func (tx *Tx) loginFor(email, name, locale string) (*store.Login, error) {
	l, err := tx.LoginByEmail(tx, email)
	if !errs.Is(err, errs.NotFound) {
		return l, err
	}
	l = &store.Login{ID: newID[id.Login](tx), Email: email, Name: name, Locale: locale}
	return l, tx.AddLogin(tx, l)
}

// Invited is what the page of an invitation shows.
type Invited struct {
	Email        string
	Name         string // as the inviter wrote it
	By           string
	Organization string // "" for staff
	Known        bool   // has a password already: signs in to accept
	Kind         api.As // as what the person will come in
}

func invitationGone() error { return errs.New(errs.NotFound, "invitation.error.gone") }

// Invitation is what a link invites to. Looking at it uses nothing up. NotFound when it no longer works.
func (s *Service) Invitation(ctx context.Context, token string) (Invited, error) {
	var out Invited
	err := s.DB.View(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: ctx, Caller: &Caller{}, svc: s}
		t, err := tx.Token(tx, store.InvitationToken, login.HashToken(token))
		if errs.Is(err, errs.NotFound) || err == nil && !t.Open(tx.Now()) {
			return invitationGone()
		}
		if err != nil {
			return err
		}
		l, err := tx.Login(tx, t.Login)
		if err != nil {
			return err
		}
		out, err = tx.invited(t, l)
		return err
	})
	return out, err
}

// invited checks an open token against the rows of the moment: the inviter may still invite, and there is still
// something to accept.
func (tx *Tx) invited(t *store.Token, l *store.Login) (Invited, error) {
	out := Invited{Email: l.Email, By: t.Inviter.Name, Known: ownPassword(l, t)}
	if ok, err := tx.mayInvite(t); err != nil || !ok {
		return out, goneUnless(err)
	}
	if t.Org == "" {
		s, err := tx.StaffOfLogin(tx, l.ID)
		if err != nil || !s.Active || !s.AcceptedAt.IsZero() {
			return out, goneUnless(err)
		}
		out.Name, out.Kind = s.Name, api.AsStaff
		return out, nil
	}
	o, err := tx.Organization(tx, t.Org)
	if err != nil || o.State == org.Closed {
		return out, goneUnless(err)
	}
	name, linked, active, err := tx.InvitedContact(tx, t.Org, t.Contact)
	if err != nil || linked || !active {
		return out, goneUnless(err)
	}
	out.Name, out.Organization, out.Kind = name, o.Name, api.AsCustomer
	return out, nil
}

// ownPassword reports whether an invited person has a password to sign in with. One that somebody of another organization
// chose for them doesn't count: who knows it must not come in here, too.
func ownPassword(l *store.Login, t *store.Token) bool {
	return l.PasswordHash != "" && (l.PasswordBy == "" || l.PasswordBy == t.Org)
}

func goneUnless(err error) error {
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return invitationGone()
}

// mayInvite reports whether who invited could do it now, too: an administrator who left takes their invitations along.
func (tx *Tx) mayInvite(t *store.Token) (bool, error) {
	switch t.Inviter.Kind {
	case audit.BySystem:
		return true, nil
	case audit.ByStaff:
		s, err := tx.Staff(tx, id.Staff(t.Inviter.ID))
		if errs.Is(err, errs.NotFound) {
			return false, nil
		}
		return err == nil && s.Works() && s.Rank.AtLeast(org.Administrator), err
	case audit.ByContact:
		return tx.mayStillInvite(t)
	}
	return false, nil
}

// mayStillInvite is mayInvite for a contact who invited another: they are still one who can sign in and give access, and
// hold everything that the invited contact would.
func (tx *Tx) mayStillInvite(t *store.Token) (bool, error) {
	by, err := tx.ContactByID(tx, t.Org, id.Contact(t.Inviter.ID))
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	invited, err := tx.ContactByID(tx, t.Org, t.Contact)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rights := by.Rights()
	if by.Login == "" || !rights.Has(perm.ContactsCreate) && !rights.Has(perm.ContactsUpdate) {
		return false, nil
	}
	actor := contact.Actor{Contact: by.ID, Owner: by.Owner, Rights: rights, Authority: by.PhoneChatAuthority}
	return actor.MayEnable(invited) == nil, nil
}

// AcceptInvitation accepts for somebody without a password, who chooses one. It doesn't sign in.
func (s *Service) AcceptInvitation(ctx context.Context, v Visitor, token, name, password string) (Invited, error) {
	shown, err := s.Invitation(ctx, token)
	if err != nil {
		return shown, err
	}
	if shown.Known {
		return shown, errs.New(errs.Unauthenticated, "invitation.error.sign_in")
	}
	if shown.Kind == api.AsStaff {
		name = shown.Name // colleagues and customers know a member of staff by the name that an administrator gave
	}
	if name, err = cleanName("name", name); err != nil {
		return shown, err
	}
	alone, err := s.checkPassword(&store.Login{Name: name, Email: shown.Email}, password, shown.Name, shown.Organization)
	if err != nil {
		return shown, err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return shown, err
	}
	return s.accept(ctx, v, token, func(tx *Tx, _ *store.Token, l *store.Login) (string, error) {
		ok, err := tx.SetFirstPassword(tx, l.ID, name, hash, alone)
		if err == nil && !ok {
			err = errs.New(errs.Unauthenticated, "invitation.error.sign_in")
		}
		if err == nil { // of whoever knew the one before
			_, err = tx.endSignIns(l.ID, "", whyPasswordChanged, every)
		}
		return name, err
	})
}

// AcceptSignedIn accepts for somebody who has a password and is signed in; the sign-in must be of the invited person.
func (s *Service) AcceptSignedIn(ctx context.Context, v Visitor, token string, cred Credential) (Invited, error) {
	return s.accept(ctx, v, token, func(tx *Tx, t *store.Token, l *store.Login) (string, error) {
		address, ref := tx.Address, tx.Ref
		if err := tx.enter(api.GetMe.Spec, cred); err != nil {
			return "", err
		}
		tx.Address, tx.Ref = address, ref
		if tx.SignIn.Login != l.ID {
			return "", errs.New(errs.Forbidden, "invitation.error.other", "email", l.Email)
		}
		if l.PasswordBy != "" && l.PasswordBy != t.Org {
			return "", errs.New(errs.Forbidden, "invitation.error.choose")
		}
		return l.Name, nil
	})
}

// accept uses the invitation up, lets prove find out that this is the invited person, and makes them what they were
// invited to be: all of it or nothing.
func (s *Service) accept(ctx context.Context, v Visitor, token string, prove func(*Tx, *store.Token, *store.Login) (name string, err error)) (Invited, error) {
	var out Invited
	err := s.visit(ctx, v, func(tx *Tx) error {
		t, err := tx.UseToken(tx, store.InvitationToken, login.HashToken(token))
		if err != nil {
			return goneUnless(err)
		}
		l, err := tx.Login(tx, t.Login)
		if err != nil {
			return err
		}
		if out, err = tx.invited(t, l); err != nil {
			return err
		}
		name, err := prove(tx, t, l)
		if err != nil {
			return err
		}
		if t.Org == "" {
			return tx.becomeStaff(t, l)
		}
		return tx.becomeContact(t, l, name)
	})
	return out, err
}

func (tx *Tx) becomeStaff(t *store.Token, l *store.Login) error {
	if ok, err := tx.AcceptStaff(tx, l.ID); err != nil || !ok {
		return goneUnless(err)
	}
	s, err := tx.StaffOfLogin(tx, l.ID)
	if err != nil {
		return err
	}
	tx.Actor = audit.Actor{Kind: audit.ByStaff, ID: string(s.ID), Name: s.Name}
	tx.pokeLogin(l.ID)
	return tx.record(change{stream: live.Provider, kind: audit.InvitationAccepted, object: string(s.ID), detail: map[string]string{"by": t.Inviter.Name},
		pokes: []store.Poke{{Stream: live.Provider, Kind: live.Staff, Ref: string(s.ID)}}})
}

func (tx *Tx) becomeContact(t *store.Token, l *store.Login, name string) error {
	ok, err := tx.LinkContact(tx, t.Org, t.Contact, l.ID, name)
	if store.IsUnique(err) {
		return errs.InState("contact", "invitation.error.already_contact")
	}
	if err != nil || !ok {
		return goneUnless(err)
	}
	tx.Actor = audit.Actor{Kind: audit.ByContact, ID: string(t.Contact), Name: name}
	tx.pokeLogin(l.ID)
	return tx.record(change{stream: live.Of(t.Org), kind: audit.InvitationAccepted, object: string(t.Contact), detail: map[string]string{"by": t.Inviter.Name},
		pokes: []store.Poke{
			{Stream: live.Of(t.Org), Kind: live.Contacts, Org: t.Org, Ref: string(t.Contact)},
			{Stream: live.Provider, Kind: live.Organization, Org: t.Org},
		}})
}
