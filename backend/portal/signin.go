package portal

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// Signing in: every try is counted in a transaction of its own before a password or code is looked at, the password
// is compared outside, and what follows from it is one transaction again.

// Visitor is what a form brings before anybody is known.
type Visitor struct {
	Address netip.Addr
	Browser string // family and system, for people
	Bound   string // as Credential.Bound
	Device  string // the cookie that remembers on which device a login was used
	Ref     string
}

// Entry is what a right password or code leads to: a sign-in, or the question for the second factor (Ticket).
type Entry struct {
	Ticket vault.Secret // not empty: ask for the second factor, and bring this with the code
	Token  vault.Secret // of the sign-in
	Kind   api.As
	Login  id.Login
	Now    time.Time
	EndsAt time.Time // of the sign-in, or of the ticket
	Device string    // new value of the device cookie
}

const (
	ticketFor   = 5 * time.Minute
	mostSignIns = 10 // of one login
)

// visit is a transaction of somebody who is not known yet. It runs even on a full disk: whoever wants to revoke access
// has to sign in first.
func (s *Service) visit(ctx context.Context, v Visitor, fn func(*Tx) error) error {
	return s.system(ctx, func(tx *Tx) error {
		tx.Ref = v.Ref
		if v.Address.IsValid() {
			tx.Address = v.Address.String()
		}
		return fn(tx)
	})
}

// SignIn compares the password. A wrong password, an unknown e-mail and one without a password get the same answer
// after the same work; TooMany says when to come back.
func (s *Service) SignIn(ctx context.Context, v Visitor, door api.As, email, password string) (Entry, error) {
	var known store.Login // zero for an unknown e-mail: it has no hash, so nothing matches
	var buckets []login.Bucket
	err := s.visit(ctx, v, func(tx *Tx) error {
		known = store.Login{}
		l, err := tx.LoginByEmail(tx, normalEmail(email))
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		device := ""
		if err == nil {
			known = *l
			device = s.device(v.Device, l.ID, tx.Now())
		}
		buckets = login.SignInBuckets(email, v.Address, device)
		return login.Begin(attempts{tx}, tx.Now(), buckets...)
	})
	if err != nil {
		return Entry{}, err
	}
	verdict, err := s.Hasher.Verify(ctx, password, known.PasswordHash)
	if err != nil {
		return Entry{}, err
	}
	if !verdict.Match {
		return Entry{}, s.signInFailed(ctx, v, door, known.ID, buckets)
	}
	fresh := ""
	if verdict.Stale {
		if fresh, err = s.Hasher.Hash(ctx, password); err != nil {
			return Entry{}, err
		}
	}
	return s.passwordRight(ctx, v, door, known, fresh, buckets)
}

// passwordRight goes on after a right password: to the second factor where one is set, else in.
func (s *Service) passwordRight(ctx context.Context, v Visitor, door api.As, known store.Login, fresh string, buckets []login.Bucket) (Entry, error) {
	var out Entry
	err := s.visit(ctx, v, func(tx *Tx) error {
		l, err := tx.Login(tx, known.ID)
		if err != nil {
			return err
		}
		if l.PasswordHash != known.PasswordHash {
			return wrongPassword() // it was changed while this one was compared
		}
		if fresh != "" {
			if err := tx.Rehash(tx, l.ID, l.PasswordHash, fresh); err != nil {
				return err
			}
		}
		if err := login.Succeed(attempts{tx}, buckets...); err != nil {
			return err
		}
		p, err := tx.person(l)
		if err != nil {
			return err
		}
		if l.FactorSealed != "" {
			out, err = tx.giveTicket(p, door)
		} else {
			out, err = tx.signIn(p, door, v)
		}
		return err
	})
	return out, err
}

func wrongPassword() error { return errs.New(errs.Unauthenticated, "signin.error.wrong") }

// signInFailed records a failure where the person's organizations see it. For an unknown e-mail it writes a row too, so
// that the time of the answer does not tell which of both it was; it never writes what was typed.
func (s *Service) signInFailed(ctx context.Context, v Visitor, door api.As, l id.Login, buckets []login.Bucket) error {
	err := s.visit(ctx, v, func(tx *Tx) error {
		if l != "" {
			return tx.recordFailure(l, door, "password")
		}
		rows := attempts{tx}
		a, err := rows.Attempts(buckets[0].Key)
		if err != nil {
			return err
		}
		return rows.SaveAttempts(buckets[0].Key, a, buckets[0].ExpiresAt(a))
	})
	if err != nil {
		return err
	}
	return wrongPassword()
}

func (tx *Tx) recordFailure(lid id.Login, door api.As, what string) error {
	l, err := tx.Login(tx, lid)
	if err != nil {
		return err
	}
	p, err := tx.person(l)
	if err != nil {
		return err
	}
	kind, _ := p.kind(door)
	sides := p.sides(kind)
	for i := range sides { // it is not proven who this was
		sides[i].actor = audit.Actor{Kind: audit.ByLogin, ID: string(p.ID), Name: p.Name}
	}
	return tx.recordSides(sides, change{kind: audit.SignInFailed, object: string(p.ID), outcome: audit.Refused, detail: map[string]string{"what": what}})
}

func (tx *Tx) giveTicket(p *person, door api.As) (Entry, error) {
	ticket, hash := login.NewToken(tx.svc.Rand)
	t := &store.Token{ID: newID[id.Token](tx), Kind: store.FactorToken, Login: p.ID, Door: door, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(ticketFor)}
	return Entry{Ticket: ticket, Now: tx.Now(), EndsAt: t.ExpiresAt}, tx.AddToken(tx, t, hash)
}

// SignInFactor takes the second step: six digits of the authenticator, or a recovery code. The ticket is used up only
// by a right one; Unauthenticated with "signin.error.start_again" when it is too late for that.
func (s *Service) SignInFactor(ctx context.Context, v Visitor, ticket, code string) (Entry, error) {
	hash := login.HashToken(ticket)
	err := s.visit(ctx, v, func(tx *Tx) error {
		t, err := tx.ticket(hash)
		if err != nil {
			return err
		}
		return login.Begin(attempts{tx}, tx.Now(), login.FactorBucket(t.Login))
	})
	if err != nil {
		return Entry{}, err
	}
	var out Entry
	var wrong error
	err = s.visit(ctx, v, func(tx *Tx) error {
		out, wrong = Entry{}, nil
		t, err := tx.ticket(hash)
		if err != nil {
			return err
		}
		l, err := tx.Login(tx, t.Login)
		if err != nil {
			return err
		}
		recovery := false
		if recovery, wrong, err = tx.useFactor(l, code); err != nil {
			return err
		}
		if wrong != nil {
			return tx.recordFailure(l.ID, t.Door, "factor")
		}
		if _, err := tx.UseToken(tx, store.FactorToken, hash); err != nil {
			return err
		}
		if err := login.Succeed(attempts{tx}, login.FactorBucket(l.ID)); err != nil {
			return err
		}
		p, err := tx.person(l)
		if err != nil {
			return err
		}
		if recovery {
			if err := tx.recordSides(p.allSides(), change{kind: audit.RecoveryCodeUsed, object: string(p.ID)}); err != nil {
				return err
			}
		}
		out, err = tx.signIn(p, t.Door, v)
		return err
	})
	if err == nil {
		err = wrong
	}
	return out, err
}

// ticket is the open ticket of a sign-in half way.
func (tx *Tx) ticket(hash string) (*store.Token, error) {
	t, err := tx.Token(tx, store.FactorToken, hash)
	if errs.Is(err, errs.NotFound) || err == nil && !t.Open(tx.Now()) {
		return nil, errs.New(errs.Unauthenticated, "signin.error.start_again")
	}
	return t, err
}

// useFactor holds a typed code against the second factor and uses it up. wrong is the refusal to show.
func (tx *Tx) useFactor(l *store.Login, code string) (recovery bool, wrong, err error) {
	if len(code) == 6 && strings.Trim(code, "0123456789") == "" {
		secret, err := tx.svc.unsealFactor(l.ID, placeFactor, l.FactorSealed)
		if err != nil {
			return false, nil, err
		}
		step, ok := login.VerifyTOTP(secret, code, l.FactorStep, tx.Now())
		if ok {
			ok, err = tx.UseFactorStep(tx, l.ID, step)
		}
		if err == nil && !ok {
			wrong = errs.BadField("code", "factor.wrong")
		}
		return false, wrong, err
	}
	hash, ok := login.HashRecoveryCode(tx.svc.Keys.Derive(vault.Pepper), l.ID, code)
	if ok {
		ok, err = tx.UseRecoveryCode(tx, l.ID, hash)
	}
	if err == nil && !ok {
		wrong = errs.BadField("code", "factor.recovery_wrong")
	}
	return true, wrong, err
}

// signIn opens the sign-in of somebody who proved who they are.
func (tx *Tx) signIn(p *person, door api.As, v Visitor) (Entry, error) {
	kind, ok := p.kind(door)
	if !ok {
		// Whoever is nobody yet may come in to accept what they were invited to.
		invited, err := tx.HasOpenInvitation(tx, p.ID)
		if err != nil {
			return Entry{}, err
		}
		if !invited {
			return Entry{}, errs.New(errs.Forbidden, "signin.error.no_access")
		}
		kind = api.AsCustomer
	}
	now, most := tx.Now(), CustomerMost
	if kind == api.AsStaff {
		most = StaffMost
	}
	device := tx.svc.device(v.Device, p.ID, now)
	mails, err := tx.noticeOfNewDevice(p, device, v)
	if err != nil {
		return Entry{}, err
	}
	token, hash := login.NewToken(tx.svc.Rand)
	s := &store.SignIn{ID: newID[id.Session](tx), Kind: kind, Login: p.ID, CreatedAt: now, SeenAt: now, EndsAt: now.Add(most), SteppedAt: now,
		Address: tx.Address, Browser: v.Browser, Bound: v.Bound}
	if err := tx.AddSignIn(tx, s, hash); err != nil {
		return Entry{}, err
	}
	if err := tx.boundSignIns(p, s.ID); err != nil {
		return Entry{}, err
	}
	detail := map[string]string{"browser": v.Browser}
	if device == "" {
		detail["new_device"] = "yes"
	}
	if err := tx.recordSides(p.sides(kind), change{kind: audit.SignedIn, object: string(s.ID), detail: detail, mails: mails}); err != nil {
		return Entry{}, err
	}
	tx.pokeLogin(p.ID)
	return Entry{Token: token, Kind: kind, Login: p.ID, Now: now, EndsAt: s.EndsAt, Device: tx.svc.remember(v.Device, p.ID, device, now)}, nil
}

// boundSignIns keeps the number of a login's sign-ins in bounds: the oldest ends for the newest.
func (tx *Tx) boundSignIns(p *person, newest id.Session) error {
	list, err := tx.SignInsOfLogin(tx, p.ID)
	if err != nil {
		return err
	}
	var others []store.SignIn
	for i := range list {
		if list[i].ID == newest {
			continue
		}
		if p.counts(&list[i], tx.Now()) {
			others = append(others, list[i])
		} else if err := tx.endSignIn(&list[i], whyOver); err != nil {
			return err
		}
	}
	for i := 0; i < len(others)+1-mostSignIns; i++ {
		if err := tx.endSignIn(&others[i], whyTooManySignIns); err != nil {
			return err
		}
	}
	return nil
}

// counts reports whether a sign-in that was not ended still lets the person act.
func (p *person) counts(s *store.SignIn, now time.Time) bool {
	row := &store.SignedIn{Kind: s.Kind, SeenAt: s.SeenAt, EndsAt: s.EndsAt}
	if p.staff != nil {
		row.Staff, row.StaffActive = p.staff.ID, true
	}
	return openSignIn(row, now)
}

// noticeOfNewDevice is the mail about a sign-in from a device that the login was not used on before. Of the very first
// sign-in it tells nothing new.
func (tx *Tx) noticeOfNewDevice(p *person, device string, v Visitor) ([]store.Mail, error) {
	if device != "" {
		return nil, nil
	}
	before, err := tx.EverSignedIn(tx, p.ID)
	if err != nil || !before {
		return nil, err
	}
	m, err := tx.send(letter{mail.NewSignIn, string(p.ID), stamp(tx.Now()), mail.Args{"at": mail.At(tx.Now()), "device": v.Browser,
		"address": shownAddress(tx.Address)}}, p.Email, p.Locale, accountLink)
	return []store.Mail{m}, err
}

const accountLink = "/account"

// shownAddress is a network address as mails tell it.
func shownAddress(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// Recognize tells who a browser is signed in as, for pages that say so: the e-mail, or NotFound.
func (s *Service) Recognize(ctx context.Context, cred Credential) (email string, err error) {
	err = s.view(ctx, api.GetMe.Spec, cred, "", func(tx *Tx) error {
		email = tx.SignIn.Email
		return nil
	})
	return email, err
}
