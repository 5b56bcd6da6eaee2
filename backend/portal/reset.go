package portal

import (
	"context"
	"time"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/outbox"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// A new password by a mailed link: for whoever forgot the old one. It ends at "sign in": the second factor is asked
// there as always.

const resetFor = 30 * time.Minute

// AskReset counts a wish for a reset link. What it gives is to be run after the visitor was answered, so that neither
// the answer nor its time tells whether the e-mail is known.
func (s *Service) AskReset(ctx context.Context, v Visitor, email string) (after func(context.Context) error, err error) {
	email = normalEmail(email)
	err = s.visit(ctx, v, func(tx *Tx) error {
		return login.Begin(attempts{tx}, tx.Now(), login.MailBuckets(email, v.Address)...)
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return s.visit(ctx, v, func(tx *Tx) error { return tx.sendReset(email) })
	}, nil
}

// sendReset mails a link to whoever has a password that they could have forgotten.
func (tx *Tx) sendReset(email string) error {
	l, err := tx.LoginByEmail(tx, email)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := tx.person(l)
	if err != nil || l.PasswordHash == "" || p.staff == nil && len(p.contacts) == 0 {
		return err
	}
	token, hash := login.NewToken(tx.svc.Rand)
	t := &store.Token{ID: newID[id.Token](tx), Kind: store.ResetToken, Login: p.ID, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(resetFor)}
	if err := tx.AddToken(tx, t, hash); err != nil {
		return err
	}
	m, err := tx.send(letter{mail.PasswordReset, string(t.ID), "", mail.Args{"expires": mail.At(t.ExpiresAt)}}, p.Email, p.Locale, "/reset")
	if err != nil {
		return err
	}
	tx.svc.carry(&m, token, t.ExpiresAt)
	sides := p.allSides()
	for i := range sides { // anybody can ask
		sides[i].actor = audit.Actor{Kind: audit.ByLogin, ID: string(p.ID), Name: p.Name}
	}
	return tx.recordSides(sides, change{kind: audit.PasswordResetAsked, object: string(p.ID), mails: []store.Mail{m}})
}

// carry puts a token into a mail, sealed for that mail alone; the mail dies with it.
func (s *Service) carry(m *store.Mail, token vault.Secret, expires time.Time) {
	m.Sealed, m.ExpiresAt = outbox.Seal(s.Keys, m.ID, token), expires
}

// Reset is whose password a link changes: the e-mail. Looking at a link uses nothing up. NotFound when it no longer
// works.
func (s *Service) Reset(ctx context.Context, token string) (email string, err error) {
	l, err := s.resetLogin(ctx, login.HashToken(token))
	if err != nil {
		return "", err
	}
	return l.Email, nil
}

func (s *Service) resetLogin(ctx context.Context, hash string) (*store.Login, error) {
	var l *store.Login
	err := s.DB.View(ctx, func(st *store.Tx) error {
		t, err := st.Token(ctx, store.ResetToken, hash)
		if errs.Is(err, errs.NotFound) || err == nil && !t.Open(st.Now()) {
			return resetGone()
		}
		if err != nil {
			return err
		}
		l, err = st.Login(ctx, t.Login)
		return err
	})
	return l, err
}

func resetGone() error { return errs.New(errs.NotFound, "signin.error.reset_gone") }

// ResetPassword uses a link to set a new password. It ends all sign-ins, and tells the person and the owners of their
// organizations by mail.
func (s *Service) ResetPassword(ctx context.Context, v Visitor, token, password string) error {
	hash := login.HashToken(token)
	known, err := s.resetLogin(ctx, hash)
	if err != nil {
		return err
	}
	alone, err := s.checkPassword(known, password)
	if err != nil {
		return err
	}
	made, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.visit(ctx, v, func(tx *Tx) error {
		t, err := tx.UseToken(tx, store.ResetToken, hash)
		if errs.Is(err, errs.NotFound) {
			return resetGone()
		}
		if err != nil {
			return err
		}
		l, err := tx.Login(tx, t.Login)
		if err != nil {
			return err
		}
		p, err := tx.person(l)
		if err != nil {
			return err
		}
		if p.staff == nil && len(p.contacts) == 0 || p.FactorSealed != known.FactorSealed {
			return resetGone()
		}
		mails, err := tx.tellOwners(p)
		if err != nil {
			return err
		}
		// Whoever reads the mailbox is not who used up the tries.
		if err := login.Succeed(attempts{tx}, login.SignInBuckets(p.Email, v.Address, "")[:1]...); err != nil {
			return err
		}
		return tx.setPassword(p, made, alone, "reset", mails)
	})
}

// tellOwners writes to the owners of a person's organizations that the person has a new password by a mailed link.
func (tx *Tx) tellOwners(p *person) ([]store.Mail, error) {
	var mails []store.Mail
	for _, c := range p.contacts {
		if c.Owner {
			continue
		}
		o, err := tx.Organization(tx, c.Org)
		if err != nil {
			return nil, err
		}
		owner, err := tx.owner(o.ID)
		if err != nil {
			return nil, err
		}
		if owner == nil || owner.Email == "" {
			continue
		}
		m, err := tx.send(letter{mail.ContactPasswordReset, string(c.ID), stamp(tx.Now()), mail.Args{"contact": c.Name, "organization": o.Name,
			"at": mail.At(tx.Now())}}, owner.Email, owner.Locale, "/o/"+string(o.ID)+"/manage/audit")
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// owner is the owner of an organization, nil until they accepted.
func (tx *Tx) owner(oid id.Organization) (*contact.Contact, error) {
	c, err := tx.Owner(tx, oid)
	if errs.Is(err, errs.NotFound) || err == nil && !(c.Active && c.Access && c.Login != "") {
		return nil, nil
	}
	return c, err
}
