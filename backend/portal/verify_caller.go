package portal

import (
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/spoken"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/significant"
	"countersign/shared/text"
	"countersign/shared/verification"
)

// Calls and chats in which an agent finds out who speaks. The customer sees each from its first moment.

// StartVerification begins one: the agent names who the caller says they are, and gets a phrase to read out that the
// customer finds in the portal. An agent speaks with one person of an organization at a time, so another open one ends.
func (s *Service) StartVerification(tx *Tx, in *api.StartVerificationIn) (api.AgentCall, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.AgentCall{}, err
	}
	if err := tx.works(o.ID); err != nil {
		return api.AgentCall{}, err
	}
	c, err := tx.ContactByID(tx, o.ID, in.Body.Contact)
	if err != nil {
		return api.AgentCall{}, err
	}
	switch {
	case !c.Active:
		return api.AgentCall{}, errs.InState("inactive", "verify.error.inactive")
	case c.Login != "" && c.Login == tx.SignIn.Login:
		return api.AgentCall{}, errs.New(errs.Forbidden, "verify.error.self")
	}
	mine, err := tx.AgentVerifications(tx, tx.Member.ID, tx.Now())
	if err != nil {
		return api.AgentCall{}, err
	}
	for i := range mine {
		if mine[i].Org != o.ID {
			continue
		}
		if err := tx.closeVerification(&mine[i], "next"); err != nil {
			return api.AgentCall{}, err
		}
	}

	counter, err := spoken.Draw(locale(in.Body.Locale), spoken.Phrase, s.Rand, nil)
	if err != nil {
		return api.AgentCall{}, err
	}
	now := tx.Now()
	v := &verification.Verification{ID: newID[id.Verification](tx), Org: o.ID, Staff: tx.Member.ID, StaffName: tx.Member.Name, Channel: in.Body.Channel,
		Ticket: strings.TrimSpace(text.Plain(in.Body.Ticket)), Contact: c.ID, ContactName: c.Name, Counter: counter, StartedAt: now, ExpiresAt: now.Add(verification.Life)}
	if err := tx.AddVerification(tx, v); err != nil {
		return api.AgentCall{}, err
	}
	s.ticker.at(tx, v.ExpiresAt)
	if err := tx.recordCall(v, audit.VerificationStarted, audit.Done, nil, nil); err != nil {
		return api.AgentCall{}, err
	}
	return tx.agentCall(v)
}

// works refuses for an organization that is suspended or closed: nobody of it may ask for anything.
func (tx *Tx) works(oid id.Organization) error {
	o, err := tx.Organization(tx, oid)
	if err == nil && o.State != org.Active {
		err = errs.InState(string(o.State), "organization.error.not_active")
	}
	return err
}

// recordCall records what happened in a call, told to both sides.
func (tx *Tx) recordCall(v *verification.Verification, kind audit.Kind, outcome audit.Outcome, mails []store.Mail, more map[string]string) error {
	detail := map[string]string{"caller": v.ContactName, "agent": v.StaffName, "channel": string(v.Channel)}
	if v.Ticket != "" {
		detail["ticket"] = v.Ticket
	}
	for k, text := range more {
		detail[k] = text
	}
	return tx.record(change{stream: live.Of(v.Org), kind: kind, object: string(v.ID), outcome: outcome, detail: detail, mails: mails,
		pokes: both(live.Verify, v.Org, string(v.ID))})
}

// closeVerification ends a call and its receipt. Why is "" when the agent ended it.
func (tx *Tx) closeVerification(v *verification.Verification, why string) error {
	v.ClosedAt = tx.Now()
	if err := tx.SaveVerification(tx, v); err != nil {
		return err
	}
	var more map[string]string
	if why != "" {
		more = map[string]string{"why": why}
	}
	return tx.recordCall(v, audit.VerificationClosed, audit.Done, nil, more)
}

// myCall is one of the agent's calls; another agent's is not there for them.
func (tx *Tx) myCall(in *api.VerificationIn) (*verification.Verification, error) {
	v, err := tx.Verification(tx, in.Org.Org, in.Verification)
	if err != nil {
		return nil, err
	}
	if v.Staff != tx.Member.ID {
		return nil, notFound()
	}
	return v, nil
}

// agentCall is a verification as its agent sees it; nothing in it tells a code.
func (tx *Tx) agentCall(v *verification.Verification) (api.AgentCall, error) {
	out := api.AgentCall{Verification: *v, Now: tx.Now()}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return out, err
	}
	out.OrgName, out.Reference = o.Name, o.Reference
	c, err := tx.ContactByID(tx, v.Org, v.Contact)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return out, err
	}
	if err == nil {
		out.Owner, out.Authority = c.Owner, c.Owner || c.PhoneChatAuthority
	}
	codes, err := tx.standing(v)
	if err != nil {
		return out, err
	}
	out.HasOwn, out.HasShared, out.HasPhrase, out.Left = codes.own.Stands(), codes.shared.Stands(), codes.phrase != nil, codes.left
	if out.Permits, err = tx.permits(v); err != nil {
		return out, err
	}
	if out.Changes, err = tx.ChangesOfCall(tx, v.Org, v.ID); err != nil {
		return out, err
	}
	out.Paused, err = tx.pausedTill(v.Staff)
	return out, err
}

// GetCall is one of the agent's calls.
func (s *Service) GetCall(tx *Tx, in *api.VerificationIn) (api.AgentCall, error) {
	v, err := tx.myCall(in)
	if err != nil {
		return api.AgentCall{}, err
	}
	return tx.agentCall(v)
}

// decidedLately is how long a decided change stays in the agent's list.
const decidedLately = 24 * time.Hour

// ListCalls are the agent's open calls and those of their changes that wait or were decided lately.
func (s *Service) ListCalls(tx *Tx, _ *api.None) (api.AgentCalls, error) {
	out := api.AgentCalls{Calls: []api.AgentCall{}, Changes: []significant.Change{}, Now: tx.Now()}
	open, err := tx.AgentVerifications(tx, tx.Member.ID, tx.Now())
	if err != nil {
		return out, err
	}
	for i := range open {
		call, err := tx.agentCall(&open[i])
		if err != nil {
			return out, err
		}
		out.Calls = append(out.Calls, call)
	}
	if out.Changes, err = tx.ChangesOfAgent(tx, tx.Member.ID, tx.Now().Add(-decidedLately)); err != nil {
		return out, err
	}
	for i := range out.Changes { // past its time and not yet written down
		out.Changes[i].Tick(tx.Now())
	}
	return out, nil
}

// CloseVerification ends the call, and with it the receipt.
func (s *Service) CloseVerification(tx *Tx, in *api.VerificationIn) (api.None, error) {
	v, err := tx.myCall(in)
	if err != nil {
		return api.None{}, err
	}
	if !v.ClosedAt.IsZero() {
		return api.None{}, callOver(v, tx.Now())
	}
	return api.None{}, tx.closeVerification(v, "")
}

// callOver says why nothing more can be done in a call.
func callOver(v *verification.Verification, now time.Time) error {
	switch {
	case !v.DeniedAt.IsZero():
		return errs.InState("denied", "verify.error.denied")
	case !v.ClosedAt.IsZero():
		return errs.InState("closed", "verify.error.closed")
	case v.Receipt(now):
		return errs.InState("match", "verify.error.match")
	}
	return errs.InState("expired", "verify.error.expired")
}

// DenyVerification is "That's not me": whoever is named as the caller, or the owner, ends the call. What was asked for in
// it and waits is taken back, the phrase is dead, and owner and leads hear of it.
func (s *Service) DenyVerification(tx *Tx, in *api.VerificationIn) (api.None, error) {
	v, err := tx.Verification(tx, in.Org.Org, in.Verification)
	if err != nil {
		return api.None{}, err
	}
	if tx.Contact == nil || v.Contact != tx.Contact.ID && !tx.Contact.Owner {
		return api.None{}, notFound()
	}
	if !v.Running(tx.Now()) && !v.Receipt(tx.Now()) {
		return api.None{}, callOver(v, tx.Now())
	}
	v.DeniedAt, v.ClosedAt = tx.Now(), tx.Now()
	if err := tx.SaveVerification(tx, v); err != nil {
		return api.None{}, err
	}
	if _, err := tx.EndPhrase(tx, v.Org, v.Contact); err != nil {
		return api.None{}, err
	}
	if err := tx.takeBackChanges(v); err != nil {
		return api.None{}, err
	}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return api.None{}, err
	}
	l := letter{mail.VerificationDenied, string(v.ID), "", mail.Args{"organization": o.Name, "caller": v.ContactName, "agent": v.StaffName,
		"by": tx.Contact.Name, "at": mail.At(tx.Now())}}
	mails, err := tx.toCodeOwner(o, l)
	if err != nil {
		return api.None{}, err
	}
	leads, err := tx.toLeadsOfCalls(l)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordCall(v, audit.VerificationDenied, audit.Done, append(mails, leads...), nil)
}
