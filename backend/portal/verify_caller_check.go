package portal

import (
	"context"
	"time"

	"countersign/backend/login"
	"countersign/backend/mail"
	"countersign/backend/spoken"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/code"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/verification"
)

// Checking what a caller says. First a transaction counts the try, as a miss, and decides what may be compared; then the
// hashing, outside the writer and always the same amount of it; then a transaction for the outcome. Whatever happens
// between them leaves a miss. What was typed is in none of the rows, records, mails or errors.

// checkTime is how long a check takes at least: longer than its hashes on a server that is not overloaded.
const checkTime = 900 * time.Millisecond

// codeReadings is how many readings of what was heard are hashed for each code, however many there are.
const codeReadings = 4

// standing is what a caller could be verified by at this moment.
type standing struct {
	own, shared *store.Code // nil, or void, or locked: locked ones are not compared
	phrase      *store.Phrase
	ownLocked   bool
	allLocked   bool // of the organization
	sharedLock  bool
	left        int
}

// holder is whose misses count: the caller's own code where they have one, else the account-wide one.
func (s *standing) holder() id.Contact {
	if s.own.Stands() {
		return s.own.Contact
	}
	return account
}

// compare are the codes that are compared. While the code that misses count against is locked, no standing code of the
// caller answers.
func (s *standing) compare() (own, shared *store.Code) {
	if s.allLocked || s.own.Stands() && s.ownLocked {
		return nil, nil
	}
	if s.own.Stands() {
		own = s.own
	}
	if s.shared.Stands() && !s.sharedLock {
		shared = s.shared
	}
	return own, shared
}

// standing loads what a caller could be verified by.
func (tx *Tx) standing(v *verification.Verification) (*standing, error) {
	var s standing
	var err error
	if s.own, err = tx.usableCode(v.Org, v.Contact); err != nil {
		return nil, err
	}
	if s.shared, err = tx.usableCode(v.Org, account); err != nil {
		return nil, err
	}
	all, err := tx.orgLimit(v.Org)
	if err != nil {
		return nil, err
	}
	s.allLocked, s.left = all.reached(), all.left()
	for _, c := range []*store.Code{s.own, s.shared} {
		if !c.Stands() {
			continue
		}
		l, err := tx.holderLimit(c)
		if err != nil {
			return nil, err
		}
		if c.Contact == account {
			s.sharedLock = l.reached()
		} else {
			s.ownLocked = l.reached()
		}
		if c.Contact == s.holder() {
			s.left = min(s.left, l.left())
		}
	}
	if !s.own.Stands() && !s.shared.Stands() {
		s.left = 0
	}
	p, err := tx.Phrase(tx, v.Org, v.Contact)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err == nil && tx.Now().Before(p.ExpiresAt) && p.Tries < phraseTries {
		s.phrase = p
	}
	return &s, nil
}

// usableCode is a code as the record knows it, nil when there is none: one that was put into the database from outside
// counts as none.
func (tx *Tx) usableCode(oid id.Organization, c id.Contact) (*store.Code, error) {
	code, err := tx.codeOf(oid, c)
	if err != nil || !code.Stands() {
		return nil, err
	}
	ok, err := tx.genuine(code)
	if err != nil || ok {
		return code, err
	}
	tx.svc.Log.Error("a stored code does not belong where it lies", "org", oid, "holder", codeObject(oid, c), "ref", tx.Ref)
	return nil, nil
}

// check is one try on its way.
type check struct {
	attempt     store.Attempt
	own, shared *store.Code
	phrase      *store.Phrase
	key         *vault.OrgKey
	locale      i18n.Locale // of the person whom the caller says to be
	miss        verification.Outcome
}

// CheckCaller holds what the caller says against the codes of whom they say to be. A wrong code is an outcome, not an
// error.
func (s *Service) CheckCaller(ctx context.Context, cred Credential, in *api.CheckCallerIn) (out api.AgentCall, err error) {
	defer s.answerLater(ctx)()
	// Who may not check, or has nothing to check, takes no place among those that hash.
	err = s.view(ctx, api.CheckCaller.Spec, cred, in.Org.Org, func(tx *Tx) error {
		_, _, err := tx.checkable(&in.VerificationIn)
		return err
	})
	if err != nil {
		return out, err
	}
	turn, err := s.Hasher.Turn(ctx)
	if err != nil {
		return out, err
	}
	defer turn.End()
	ctx = context.WithoutCancel(ctx) // what was counted gets its outcome, even when nobody waits for it

	var c check
	err = s.update(ctx, api.CheckCaller.Spec, cred, in.Org.Org, func(tx *Tx) error {
		c = check{}
		return tx.beginCheck(&c, &in.VerificationIn)
	})
	if err != nil {
		return out, err
	}
	matched := c.compare(s.Keys, turn, in.Body.Heard)
	err = s.update(ctx, api.CheckCaller.Spec, cred, in.Org.Org, func(tx *Tx) error {
		v, err := tx.myCall(&in.VerificationIn)
		if err != nil {
			return err
		}
		if err := tx.finishCheck(&c, v, matched); err != nil {
			return err
		}
		out, err = tx.agentCall(v)
		return err
	})
	return out, err
}

// answerLater starts the clock of an answer; what it gives waits for the rest of the time. Whoever stops listening is
// not waited for.
func (s *Service) answerLater(ctx context.Context) (wait func()) {
	d := s.CheckTime
	if d == 0 {
		d = checkTime
	}
	t := time.NewTimer(d)
	return func() {
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
}

// checkable is the agent's call in which something can be checked now, with whom the caller says to be.
func (tx *Tx) checkable(in *api.VerificationIn) (*verification.Verification, *contact.Contact, error) {
	v, err := tx.myCall(in)
	if err != nil {
		return nil, nil, err
	}
	if !v.Running(tx.Now()) || v.Receipt(tx.Now()) {
		return nil, nil, callOver(v, tx.Now())
	}
	if err := tx.works(v.Org); err != nil {
		return nil, nil, err
	}
	paused, err := tx.pausedTill(v.Staff)
	if err != nil {
		return nil, nil, err
	}
	if !paused.IsZero() {
		e := errs.New(errs.TooMany, "verify.error.paused")
		e.RetryAfter = int(paused.Sub(tx.Now())/time.Second) + 1
		return nil, nil, e
	}
	who, err := tx.ContactByID(tx, v.Org, v.Contact)
	if err != nil {
		return nil, nil, err
	}
	if !who.Active {
		return nil, nil, errs.InState("inactive", "verify.error.inactive")
	}
	return v, who, nil
}

// beginCheck counts the try and decides what it may be compared with.
func (tx *Tx) beginCheck(c *check, in *api.VerificationIn) error {
	v, who, err := tx.checkable(in)
	if err != nil {
		return err
	}
	st, err := tx.standing(v)
	if err != nil {
		return err
	}
	c.own, c.shared = st.compare()
	c.phrase, c.locale, c.miss = st.phrase, locale(who.Locale), verification.NoMatch
	c.attempt = store.Attempt{ID: unique(tx), Org: v.Org, Contact: st.holder(), Staff: v.Staff, Verification: v.ID, At: tx.Now(), Outcome: store.Counted}
	switch {
	case c.own != nil || c.shared != nil:
		if c.key, err = tx.orgKey(v.Org); err != nil {
			return err
		}
	case st.own.Stands() || st.shared.Stands():
		c.miss = verification.Locked
		c.attempt.Outcome = string(verification.Locked)
	case c.phrase == nil:
		c.miss = verification.NoCode
		c.attempt.Outcome = string(verification.NoCode)
	}
	if c.phrase != nil {
		if err := tx.TryPhrase(tx, v.Org, c.phrase.ID); err != nil {
			return err
		}
		c.phrase.Tries++
	}
	return tx.AddAttempt(tx, &c.attempt)
}

// compare tells what fits, "" when nothing does. It does the same work whatever there is to compare.
func (c *check) compare(keys *vault.Keys, turn *login.Turn, heard string) (matched verification.Matched) {
	for _, x := range []struct {
		code *store.Code
		is   verification.Matched
	}{{c.own, verification.OwnCode}, {c.shared, verification.AccountCode}} {
		salt, generated := "00000000-0000-7000-8000-000000000000", true
		if x.code != nil {
			salt, generated = string(x.code.ID), x.code.Generated
		}
		readings := c.readings(heard, generated)
		for i := range codeReadings {
			said := "\x00" // fits nothing, since no code holds it
			if i < len(readings) {
				said = readings[i]
			}
			h := vault.HashOf(turn.Spoken(said, salt))
			if x.code != nil && c.key.Fits(place(x.code), h, x.code.Tag) && i < len(readings) && matched == "" {
				matched = x.is
			}
		}
	}
	if p := c.phrase; p != nil {
		for _, said := range c.readings(heard, true) {
			if keys.PhraseFits(p.RootKey, string(p.Org), string(p.Contact), p.ID, vault.NewSecret(said), p.Tag) && matched == "" {
				matched = verification.Phrase
			}
		}
	}
	return matched
}

// readings are what was heard as it may have been meant, the person's language first.
func (c *check) readings(heard string, generated bool) []string {
	first := []i18n.Locale{c.locale}
	for _, l := range i18n.Locales() {
		if l != c.locale {
			first = append(first, l)
		}
	}
	all := spoken.Readings(heard, generated, first...)
	return all[:min(len(all), codeReadings)]
}

// finishCheck writes the outcome down, with all that follows from it.
func (tx *Tx) finishCheck(c *check, v *verification.Verification, matched verification.Matched) error {
	if !v.Running(tx.Now()) || v.Receipt(tx.Now()) {
		return callOver(v, tx.Now())
	}
	ok, err := tx.still(c, matched)
	if err != nil {
		return err
	}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return err
	}
	if ok {
		return tx.callMatched(c, v, o, matched)
	}
	return tx.callMissed(c, v, o)
}

// still reports whether what fitted a moment ago stands yet; a phrase is used up by it.
func (tx *Tx) still(c *check, matched verification.Matched) (bool, error) {
	var code *store.Code
	switch matched {
	case verification.OwnCode:
		code = c.own
	case verification.AccountCode:
		code = c.shared
	case verification.Phrase:
		return tx.UsePhrase(tx, c.phrase.Org, c.phrase.ID)
	default:
		return false, nil
	}
	now, err := tx.codeOf(code.Org, code.Contact)
	if err != nil || !now.Stands() || now.ID != code.ID {
		return false, err
	}
	now.MatchedAt = tx.Now()
	return true, tx.SaveCode(tx, now)
}

func (tx *Tx) callMatched(c *check, v *verification.Verification, o *org.Organization, matched verification.Matched) error {
	v.MatchNow(matched, tx.Now())
	if err := tx.SaveVerification(tx, v); err != nil {
		return err
	}
	if err := tx.SettleAttempt(tx, v.Org, c.attempt.ID, string(verification.Match)); err != nil {
		return err
	}
	tx.svc.ticker.at(tx, v.Until)
	mails, err := tx.toCodeOwner(o, letter{mail.CodeUsed, string(v.ID), unique(tx), mail.Args{"matched": string(matched), "organization": o.Name,
		"caller": v.ContactName, "agent": v.StaffName, "at": mail.At(tx.Now())}})
	if err != nil {
		return err
	}
	return tx.recordCall(v, audit.VerificationMatched, audit.Done, mails, map[string]string{"matched": string(matched)})
}

var missKinds = map[verification.Outcome]audit.Kind{verification.NoMatch: audit.VerificationFailed, verification.Locked: audit.VerificationLocked,
	verification.NoCode: audit.VerificationNoCode}

func (tx *Tx) callMissed(c *check, v *verification.Verification, o *org.Organization) error {
	v.Outcome = c.miss
	if err := tx.SaveVerification(tx, v); err != nil {
		return err
	}
	var mails []store.Mail
	var err error
	if c.miss == verification.NoMatch {
		if err := tx.SettleAttempt(tx, v.Org, c.attempt.ID, string(c.miss)); err != nil {
			return err
		}
		if mails, err = tx.toCodeOwner(o, letter{mail.CodeMissed, string(v.ID), "", mail.Args{"organization": o.Name, "caller": v.ContactName,
			"agent": v.StaffName, "at": mail.At(tx.Now())}}); err != nil {
			return err
		}
	}
	if err := tx.recordCall(v, missKinds[c.miss], audit.Refused, mails, nil); err != nil {
		return err
	}
	if c.phrase != nil && c.phrase.Tries >= phraseTries {
		if _, err := tx.EndPhrase(tx, v.Org, v.Contact); err != nil {
			return err
		}
	}
	if c.miss != verification.NoMatch {
		return nil
	}
	return tx.followMiss(c, v, o)
}

// followMiss does what a miss leads to: a code that locks or is void, all codes that lock, an agent who is paused.
func (tx *Tx) followMiss(c *check, v *verification.Verification, o *org.Organization) error {
	now := tx.Now()
	code, err := tx.codeOf(v.Org, c.attempt.Contact)
	if err != nil {
		return err
	}
	if code.Stands() {
		if err := tx.followHolder(code, o); err != nil {
			return err
		}
	}
	all, err := tx.orgLimit(v.Org)
	if err != nil {
		return err
	}
	if crossed(all.misses, orgMisses, now) {
		if err := tx.recordLock(o, string(o.ID), o.Name, "all", all.till()); err != nil {
			return err
		}
	}
	misses, err := tx.MissesOfAgent(tx, v.Staff, now.Add(-agentWindow-agentPause))
	if err != nil {
		return err
	}
	settled := answered(misses, now)
	till := pauseOf(settled, now)
	if till.IsZero() || len(settled) > 0 && !pauseOf(settled[:len(settled)-1], now).IsZero() {
		return nil
	}
	return tx.recordPause(v, o, till)
}

func (tx *Tx) followHolder(code *store.Code, o *org.Organization) error {
	day, err := tx.holderLimit(code)
	if err != nil {
		return err
	}
	ever, err := tx.voidLimit(code)
	if err != nil {
		return err
	}
	holder, err := tx.codeChange(o, code.Contact, audit.CodeVoided)
	if errs.Is(err, errs.NotFound) { // deleted meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	if len(answered(ever.misses, tx.Now())) >= voidMisses {
		if err := tx.voidCode(code); err != nil {
			return err
		}
		holder.detail["id"], holder.detail["why"] = string(code.ID), "misses"
		l := letter{mail.CodeVoided, string(code.ID), "", mail.Args{"organization": o.Name, "holder": holder.detail["holder"], "at": mail.At(tx.Now())}}
		if code.Contact == account {
			holder.mails, err = tx.toCodeOwner(o, l)
		} else {
			holder.mails, err = tx.toHolderToo(o, code.Contact, l)
		}
		if err != nil {
			return err
		}
		return tx.record(holder)
	}
	if crossed(day.misses, holderMisses, tx.Now()) {
		return tx.recordLock(o, codeObject(o.ID, code.Contact), holder.detail["holder"], "one", day.till())
	}
	return nil
}

func (tx *Tx) recordLock(o *org.Organization, object, holder, which string, till time.Time) error {
	mails, err := tx.toCodeOwner(o, letter{mail.CodeLocked, object, unique(tx), mail.Args{"which": which, "organization": o.Name, "holder": holder,
		"until": mail.At(till)}})
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(o.ID), kind: audit.CodeLocked, object: object, mails: mails, pokes: codePokes(o.ID),
		detail: map[string]string{"holder": holder, "which": which, "until": stamp(till)}})
}

// recordPause is told on both sides: the organization sees that somebody tried, the provider has to look at the agent.
func (tx *Tx) recordPause(v *verification.Verification, o *org.Organization, till time.Time) error {
	mails, err := tx.toLeadsOfCalls(letter{mail.AgentPaused, string(v.Staff), unique(tx), mail.Args{"agent": v.StaffName, "organization": o.Name,
		"until": mail.At(till)}})
	if err != nil {
		return err
	}
	detail := map[string]string{"agent": v.StaffName, "until": stamp(till)}
	if err := tx.record(change{stream: live.Of(o.ID), kind: audit.AgentPaused, object: string(v.Staff), detail: detail}); err != nil {
		return err
	}
	return tx.record(change{stream: live.Provider, kind: audit.AgentPaused, object: string(v.Staff), detail: detail, mails: mails})
}

// canonicalPhrase is the form in which a phrase is compared; a drawn one always has it.
func canonicalPhrase(text string) (vault.Secret, error) {
	c, err := code.Canonical(text, spoken.NFKC)
	return vault.NewSecret(c), err
}
