package portal

import (
	"context"
	"errors"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Replacing the root key while the portal serves. Each organization moves in one transaction: a new key of its own,
// everything sealed anew and new tags, made inside the vault. So nothing is ever in between, and a rotation that was
// stopped goes on where it was.

const rotateAtOnce = 200

// RotateKeys seals everything anew that the key before this one sealed. It may run beside everything else, be stopped at
// any time and run again; without a key before, or with nothing left, it does nothing. moved is how many rows it changed.
func (s *Service) RotateKeys(ctx context.Context) (moved int, err error) {
	if s.Keys.Previous() == "" {
		return 0, nil
	}
	for _, part := range []func(context.Context) (int, error){s.rotateOrgs, s.rotateLogins, s.rotateMails, s.rotateWebhooks} {
		n, err := part(ctx)
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func (s *Service) rotateOrgs(ctx context.Context) (moved int, err error) {
	for {
		var todo []id.Organization
		err := s.DB.View(ctx, func(st *store.Tx) (err error) {
			todo, err = st.OrgKeysOf(ctx, s.Keys.ID(), rotateAtOnce)
			return err
		})
		if err != nil {
			return moved, err
		}
		before := moved
		for _, oid := range todo {
			if err := ctx.Err(); err != nil {
				return moved, err
			}
			err := s.system(ctx, func(tx *Tx) error { return tx.rotateOrg(oid) })
			if errors.Is(err, vault.ErrRefused) { // damaged: it must not keep the others from moving
				s.Log.Error("the key of an organization does not open and was not replaced", "org", oid)
				continue
			}
			if err != nil {
				return moved, err
			}
			moved++
		}
		if moved == before {
			return moved, nil
		}
	}
}

// rotateOrg moves one organization's codes to a new key under the new root key. What doesn't open, because somebody has
// changed it, stays as useless as it was: it must not keep the others from moving.
func (tx *Tx) rotateOrg(oid id.Organization) error {
	from, err := tx.orgKey(oid)
	if err != nil {
		return err
	}
	if from.RootID() == tx.svc.Keys.ID() { // another rotation was here
		return nil
	}
	to, wrapped, err := tx.svc.Keys.NewOrgKey(string(oid))
	if err != nil {
		return err
	}
	codes, err := tx.Codes(tx, oid)
	if err != nil {
		return err
	}
	for i := range codes {
		if err := tx.rotateCode(from, to, &codes[i]); err != nil {
			return err
		}
	}
	past, err := tx.AllPastCodes(tx, oid)
	if err != nil {
		return err
	}
	for i := range past {
		if err := tx.rotatePast(from, to, &past[i]); err != nil {
			return err
		}
	}
	if err := tx.SaveOrgKey(tx, &store.OrgKey{Org: oid, RootKey: to.RootID(), Wrapped: wrapped}); err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(oid), kind: audit.KeysRotated, object: string(oid), detail: map[string]string{"key": to.RootID()}})
}

func (tx *Tx) rotateCode(from, to *vault.OrgKey, c *store.Code) error {
	c.RootKey = to.RootID()
	if c.Sealed != "" {
		again, tag, err := vault.MoveCode(from, to, place(c), c.Sealed)
		if err != nil {
			tx.svc.Log.Error("a stored code does not open and was not moved to the new key", "org", c.Org, "holder", codeObject(c.Org, c.Contact))
			again, tag = "", ""
		}
		c.Sealed, c.Tag = again, tag
	}
	return tx.SaveCode(tx, c)
}

func (tx *Tx) rotatePast(from, to *vault.OrgKey, p *store.PastCode) error {
	again, tag, err := vault.MoveHash(from, to, pastPlace(p), p.Sealed)
	if err != nil {
		again, tag = "", ""
	}
	p.RootKey, p.Sealed, p.Tag = to.RootID(), again, tag
	return tx.SavePastCode(tx, p)
}

// rotateLogins moves the seeds of second factors.
func (s *Service) rotateLogins(ctx context.Context) (moved int, err error) {
	return s.rotateRows(ctx, func(tx *Tx, after string) (last string, n int, err error) {
		rows, err := tx.SealedLogins(tx, id.Login(after), rotateAtOnce)
		for _, l := range rows {
			last = string(l.Login)
			again, changed := l, false
			for _, x := range []struct {
				text  *string
				place string
			}{{&again.Factor, placeFactor}, {&again.Pending, placePending}} {
				if *x.text == "" {
					continue
				}
				text, moved, err := s.Keys.Reseal(vault.Factor, *x.text, "login", x.place, last)
				if err != nil {
					s.Log.Error("a second factor does not open and was not moved to the new key", "login", l.Login, "error", err)
					continue
				}
				*x.text, changed = text, changed || moved
			}
			if !changed {
				continue
			}
			if err := tx.ResealLogin(tx, again); err != nil {
				return "", n, err
			}
			n++
		}
		return last, n, err
	})
}

// rotateMails moves the tokens of mails that wait.
func (s *Service) rotateMails(ctx context.Context) (moved int, err error) {
	return s.rotateRows(ctx, func(tx *Tx, after string) (last string, n int, err error) {
		rows, err := tx.SealedMails(tx, id.Mail(after), rotateAtOnce)
		for _, m := range rows {
			last = string(m.ID)
			again, moved, err := s.Keys.Reseal(vault.Mail, m.Sealed, "outbox_mail", "sealed", last)
			if err != nil {
				s.Log.Error("the token of a mail does not open and was not moved to the new key", "mail", m.ID, "error", err)
			}
			if err != nil || !moved {
				continue
			}
			if err := tx.ResealMail(tx, store.SealedMail{ID: m.ID, Sealed: again}); err != nil {
				return "", n, err
			}
			n++
		}
		return last, n, err
	})
}

// rotateRows goes through a table in parts, each a transaction of its own; part gives the last row that it saw, "" at
// the end, and how many it changed.
func (s *Service) rotateRows(ctx context.Context, part func(tx *Tx, after string) (last string, n int, err error)) (moved int, err error) {
	after := ""
	for {
		last, n := "", 0
		err := s.system(ctx, func(tx *Tx) (err error) {
			if last, n, err = part(tx, after); err != nil || n == 0 {
				return err
			}
			return tx.record(change{stream: live.Provider, kind: audit.KeysRotated, detail: map[string]string{"key": s.Keys.ID()}})
		})
		if err != nil {
			return moved, err
		}
		moved += n
		if last == "" {
			return moved, nil
		}
		after = last
	}
}

// KeyUse is what a root key is still needed for.
type KeyUse struct {
	store.KeyUse
	Logins, Mails, Webhooks int
}

// Total is how many rows need the key.
func (u KeyUse) Total() int {
	return u.Orgs + u.Codes + u.History + u.Phrases + u.Logins + u.Mails + u.Webhooks
}

// KeyUses counts by id of the root key what is sealed with it.
func (s *Service) KeyUses(ctx context.Context) (map[string]KeyUse, error) {
	out := map[string]KeyUse{}
	err := s.DB.View(ctx, func(st *store.Tx) error {
		uses, err := st.KeyUses(ctx)
		if err != nil {
			return err
		}
		for key, u := range uses {
			out[key] = KeyUse{KeyUse: u}
		}
		count := func(text string, add func(*KeyUse)) {
			if text == "" {
				return
			}
			key := vault.SealedWith(text)
			u := out[key]
			add(&u)
			out[key] = u
		}
		for after := id.Login(""); ; {
			rows, err := st.SealedLogins(ctx, after, rotateAtOnce)
			if err != nil {
				return err
			}
			for _, l := range rows {
				after = l.Login
				count(l.Factor, func(u *KeyUse) { u.Logins++ })
				count(l.Pending, func(u *KeyUse) { u.Logins++ })
			}
			if len(rows) < rotateAtOnce {
				break
			}
		}
		for after := id.Mail(""); ; {
			rows, err := st.SealedMails(ctx, after, rotateAtOnce)
			if err != nil {
				return err
			}
			for _, m := range rows {
				after = m.ID
				count(m.Sealed, func(u *KeyUse) { u.Mails++ })
			}
			if len(rows) < rotateAtOnce {
				break
			}
		}
		hooks, err := st.SealedWebhooks(ctx, "", mostWebhooks)
		for _, w := range hooks {
			count(w.Sealed, func(u *KeyUse) { u.Webhooks++ })
			count(w.Former, func(u *KeyUse) { u.Webhooks++ })
		}
		return err
	})
	return out, err
}
