package portal

import (
	"context"
	"time"

	"countersign/backend/spoken"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/field"
	"countersign/shared/i18n"
	"countersign/shared/live"
	"countersign/shared/verification"
)

// What a person has to prove themselves with by phone: their own code, a phrase for one call, and who is asking.

// GetMyCode is the state of the caller's own code, their phrase, and who is verifying them.
func (s *Service) GetMyCode(tx *Tx, _ *api.Org) (api.MyCode, error) {
	if tx.Contact == nil {
		return api.MyCode{}, forbidden()
	}
	return tx.myCode()
}

func (tx *Tx) myCode() (api.MyCode, error) {
	c := tx.Contact
	out := api.MyCode{MaySee: contact.SeesOwnCode(tx.Rights), MaySet: contact.SetsOwnCode(tx.Rights), Authority: c.Owner || c.PhoneChatAuthority, Now: tx.Now()}
	var err error
	if out.LabelEN, out.LabelFR, err = tx.codeLabels(); err != nil {
		return out, err
	}
	if out.MaySee || out.MaySet {
		if out.Code, err = tx.codeState(c.Org, c.ID); err != nil {
			return out, err
		}
	}
	p, err := tx.Phrase(tx, c.Org, c.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return out, err
	}
	if err == nil && tx.Now().Before(p.ExpiresAt) && p.Tries < phraseTries {
		out.Phrase = &api.PhraseState{ExpiresAt: p.ExpiresAt}
	}
	out.Calls, err = tx.callsSeen()
	return out, err
}

// callsSeen are the open verifications of somebody who says to be this person; the owner sees all.
func (tx *Tx) callsSeen() ([]verification.Verification, error) {
	who := tx.Contact.ID
	if tx.Contact.Owner {
		who = ""
	}
	calls, err := tx.OpenVerifications(tx, tx.Contact.Org, who, tx.Now())
	if calls == nil {
		calls = []verification.Verification{}
	}
	return calls, err
}

// MakePhrase gives a one-time phrase in the caller's language. It is shown once; only a tag is kept. A new one replaces
// the one before and resets no count.
func (s *Service) MakePhrase(ctx context.Context, cred Credential, in *api.Org) (out api.Phrase, err error) {
	err = s.update(ctx, api.MakePhrase.Spec, cred, in.Org, func(tx *Tx) error {
		c := tx.Contact
		if c == nil {
			return forbidden()
		}
		if tx.SignIn.Staff != "" && tx.SignIn.StaffActive {
			return errs.New(errs.Forbidden, "code.error.staff")
		}
		made, first, err := tx.PhrasesMade(tx, c.Org, c.ID, tx.Now().Add(-time.Hour))
		if err != nil {
			return err
		}
		if made >= phrasesHour {
			e := errs.New(errs.TooMany, "code.error.phrases")
			e.RetryAfter = int(first.Add(time.Hour).Sub(tx.Now())/time.Second) + 1
			return e
		}
		out, err = tx.newPhrase()
		return err
	})
	return out, err
}

func (tx *Tx) newPhrase() (api.Phrase, error) {
	c := tx.Contact
	if _, err := tx.EndPhrase(tx, c.Org, c.ID); err != nil {
		return api.Phrase{}, err
	}
	l := locale(tx.SignIn.Locale)
	text, err := spoken.Draw(l, spoken.Phrase, tx.svc.Rand, nil)
	if err != nil {
		return api.Phrase{}, err
	}
	canonical, err := canonicalPhrase(text)
	if err != nil {
		return api.Phrase{}, err
	}
	p := &store.Phrase{ID: unique(tx), Org: c.Org, Contact: c.ID, RootKey: tx.svc.Keys.ID(), Locale: string(l), CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(phraseLife)}
	p.Tag = tx.svc.Keys.PhraseTag(string(c.Org), string(c.ID), p.ID, canonical)
	if err := tx.AddPhrase(tx, p); err != nil {
		return api.Phrase{}, err
	}
	err = tx.record(change{stream: live.Of(c.Org), kind: audit.PhraseMade, object: string(c.ID), pokes: codePokes(c.Org)})
	return api.Phrase{Phrase: text, ExpiresAt: p.ExpiresAt}, err
}

// homeCodes is what of codes and calls needs the person's attention.
func (tx *Tx) homeCodes(out *api.Home) error {
	if tx.Contact == nil {
		return nil
	}
	var err error
	if out.Calls, err = tx.callsSeen(); err != nil {
		return err
	}
	if tx.decidesChanges() {
		if out.Changes, err = tx.waitingChanges(tx.Contact.Org); err != nil {
			return err
		}
	}
	if !contact.SeesAccountCode(tx.Rights) || !tx.mayChangeAccount() {
		return nil
	}
	state, err := tx.codeState(tx.Contact.Org, account)
	if err == nil && state.Set && !state.RotateAt.IsZero() {
		out.Rotate = &state
	}
	return err
}

// codeLabels are what the provider calls a Phone/Chat Code in each language: which one is shown is known to the browser.
func (tx *Tx) codeLabels() (en, fr string, err error) {
	fields, err := tx.Fields(tx)
	if err != nil {
		return "", "", err
	}
	for i := range fields {
		if fields[i].Kind == field.Code {
			return fields[i].LabelEN, fields[i].LabelFR, nil
		}
	}
	return i18n.EN.T("code.label"), i18n.FR.T("code.label"), nil
}
