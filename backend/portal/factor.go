package portal

import (
	"context"
	"encoding/base64"
	"fmt"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// The second factor of one's own sign-in. Changing it ends the other sign-ins and is told by mail.

// Where a secret of a second factor is sealed for, beside the login.
const (
	placeFactor  = "totp"
	placePending = "totp_pending"
)

func (s *Service) sealFactor(l id.Login, place string, secret vault.Secret) string {
	return base64.StdEncoding.EncodeToString(s.Keys.Seal(vault.Factor, []byte(secret.Reveal()), "login", place, string(l)))
}

func (s *Service) unsealFactor(l id.Login, place, sealed string) (vault.Secret, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.Keys.Unseal(vault.Factor, b, "login", place, string(l))
	}
	if err != nil {
		return vault.Secret{}, fmt.Errorf("open second factor of login %s: %w", l, err)
	}
	return vault.NewSecret(string(b)), nil
}

// StartFactor makes a new second factor, shown this once; it counts after ConfirmFactor. One that is set stays until
// then.
func (s *Service) StartFactor(tx *Tx, _ *api.None) (api.Enrolment, error) {
	t, err := login.NewTOTP(s.Settings.Brand, tx.SignIn.Email, s.Rand)
	if err != nil {
		return api.Enrolment{}, err
	}
	path, size, err := t.QR()
	if err != nil {
		return api.Enrolment{}, err
	}
	if err := tx.SetPendingFactor(tx, tx.SignIn.Login, s.sealFactor(tx.SignIn.Login, placePending, t.Secret)); err != nil {
		return api.Enrolment{}, err
	}
	return api.Enrolment{Secret: t.Secret.Reveal(), URL: t.URL.Reveal(), QR: drawing(path, size)}, nil
}

// drawing is a QR code as the address of an image; black on white in every theme, as cameras want it.
func drawing(path string, size int) string {
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dh-%dz"/><path d="%s"/></svg>`, size, size, size, size, size, path)
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

// ConfirmFactor sets the second factor by a first code of it and gives the recovery codes, shown this once.
func (s *Service) ConfirmFactor(ctx context.Context, cred Credential, in *api.FactorCodeIn) (api.RecoveryCodes, error) {
	err := s.update(ctx, api.ConfirmFactor.Spec, cred, "", func(tx *Tx) error {
		return login.Begin(attempts{tx}, tx.Now(), login.FactorBucket(tx.SignIn.Login))
	})
	if err != nil {
		return api.RecoveryCodes{}, err
	}
	var out api.RecoveryCodes
	err = s.update(ctx, api.ConfirmFactor.Spec, cred, "", func(tx *Tx) error {
		p, err := tx.me()
		if err != nil {
			return err
		}
		if p.FactorPending == "" {
			return errs.InState("none", "factor.error.not_started")
		}
		secret, err := s.unsealFactor(p.ID, placePending, p.FactorPending)
		if err != nil {
			return err
		}
		step, ok := login.VerifyTOTP(secret, in.Body.Code, 0, tx.Now())
		if !ok {
			return errs.BadField("code", "factor.wrong")
		}
		if err := tx.SetFactor(tx, p.ID, s.sealFactor(p.ID, placeFactor, secret), step); err != nil {
			return err
		}
		if err := login.Succeed(attempts{tx}, login.FactorBucket(p.ID)); err != nil {
			return err
		}
		if out, err = tx.newRecoveryCodes(p); err != nil {
			return err
		}
		return tx.factorChanged(p, audit.FactorAdded, "added")
	})
	return out, err
}

// RemoveFactor goes back to the password alone, for whom that is enough.
func (s *Service) RemoveFactor(tx *Tx, _ *api.None) (api.None, error) {
	p, err := tx.me()
	if err != nil {
		return api.None{}, err
	}
	switch {
	case p.FactorSealed == "":
		return api.None{}, errs.InState("none", "factor.error.none")
	case p.mustHaveFactor(s):
		return api.None{}, errs.New(errs.Forbidden, "factor.error.mandatory")
	case !p.PasswordAlone:
		return api.None{}, errs.InState("short_password", "factor.error.password_short")
	}
	if err := tx.SetFactor(tx, p.ID, "", 0); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.factorChanged(p, audit.FactorRemoved, "removed")
}

// factorChanged ends the other sign-ins, tells the person by mail and records it.
func (tx *Tx) factorChanged(p *person, kind audit.Kind, variant string) error {
	if _, err := tx.endSignIns(p.ID, tx.Session, whyFactorChanged, every); err != nil {
		return err
	}
	if err := tx.VoidTokens(tx, p.ID, store.FactorToken); err != nil {
		return err
	}
	return tx.recordFactor(p, kind, variant)
}

func (tx *Tx) recordFactor(p *person, kind audit.Kind, variant string) error {
	m, err := tx.send(letter{mail.FactorChanged, string(p.ID), stamp(tx.Now()), mail.Args{"change": variant, "at": mail.At(tx.Now()),
		"address": shownAddress(tx.Address)}}, p.Email, p.Locale, accountLink)
	if err != nil {
		return err
	}
	tx.pokeLogin(p.ID)
	return tx.recordSides(p.allSides(), change{kind: kind, object: string(p.ID), mails: []store.Mail{m}})
}

// NewRecoveryCodes replaces the recovery codes; the new ones are shown this once.
func (s *Service) NewRecoveryCodes(tx *Tx, _ *api.None) (api.RecoveryCodes, error) {
	p, err := tx.me()
	if err != nil {
		return api.RecoveryCodes{}, err
	}
	if p.FactorSealed == "" {
		return api.RecoveryCodes{}, errs.InState("none", "factor.error.none")
	}
	out, err := tx.newRecoveryCodes(p)
	if err != nil {
		return api.RecoveryCodes{}, err
	}
	return out, tx.recordFactor(p, audit.RecoveryCodesMade, "recovery_codes")
}

func (tx *Tx) newRecoveryCodes(p *person) (api.RecoveryCodes, error) {
	plain, hashes := login.NewRecoveryCodes(tx.svc.Keys.Derive(vault.Pepper), p.ID, tx.svc.Rand)
	if err := tx.SetRecoveryCodes(tx, p.ID, hashes); err != nil {
		return api.RecoveryCodes{}, err
	}
	out := api.RecoveryCodes{}
	for _, c := range plain {
		out.Codes = append(out.Codes, c.Reveal())
	}
	return out, nil
}

// checkPassword holds a new password against the policy, with the words that others know of the person. alone says
// that it would do without a second factor, too.
func (s *Service) checkPassword(l *store.Login, password string, also ...string) (alone bool, err error) {
	words := append([]string{l.Name, l.Email, s.Settings.Brand, "Countersign"}, also...)
	if err := login.CheckPolicy(password, l.FactorSealed != "", words...); err != nil {
		return false, err
	}
	return login.CheckPolicy(password, false, words...) == nil, nil
}
