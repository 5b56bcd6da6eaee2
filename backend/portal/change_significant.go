package portal

import (
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// What a verified caller asks for. A minor change is written down and done; a significant one or a cancellation waits
// until the organization decides in the portal. Credentials, codes and ownership change by no voice: for them there is
// no use case here.

// RecordMinorChange writes a minor change down. The gate has seen the receipt.
func (s *Service) RecordMinorChange(tx *Tx, in *api.MinorChangeIn) (api.None, error) {
	v, err := tx.myCall(&in.VerificationIn)
	if err != nil {
		return api.None{}, err
	}
	// The same bounds as for a significant change.
	c, err := significant.New(significant.Change{Kind: significant.Significant, Subject: in.Body.Subject}, tx.Now())
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordCall(v, audit.MinorChangeAsked, audit.Done, nil, map[string]string{"subject": c.Subject})
}

// AskChange asks the organization to decide about what the caller wants. The gate has seen the receipt.
func (s *Service) AskChange(tx *Tx, in *api.AskChangeIn) (significant.Change, error) {
	v, err := tx.myCall(&in.VerificationIn)
	if err != nil {
		return significant.Change{}, err
	}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return significant.Change{}, err
	}
	c, err := significant.New(significant.Change{ID: newID[id.Change](tx), Org: o.ID, Verification: v.ID, Staff: v.Staff, StaffLogin: tx.SignIn.Login,
		StaffName: tx.Member.Name, Caller: v.Contact, CallerName: v.ContactName, Channel: v.Channel, Matched: v.Matched, Kind: in.Body.Kind, Subject: in.Body.Subject, Note: in.Body.Note,
		Ticket: v.Ticket}, tx.Now())
	if err != nil {
		return significant.Change{}, err
	}
	if err := tx.AddSignificantChange(tx, c); err != nil {
		return significant.Change{}, err
	}
	s.ticker.at(tx, c.LapsesAt)
	mails, err := tx.toDeciders(o, letter{mail.ChangeAsked, string(c.ID), "", mail.Args{"kind": string(c.Kind), "organization": o.Name, "caller": c.CallerName,
		"agent": c.StaffName, "subject": c.Subject, "lapses": mail.At(c.LapsesAt), "note": c.Note}})
	if err != nil {
		return significant.Change{}, err
	}
	return *c, tx.recordChange(c, audit.ChangeAsked, mails)
}

// recordChange records what became of a change, told to both sides.
func (tx *Tx) recordChange(c *significant.Change, kind audit.Kind, mails []store.Mail) error {
	detail := map[string]string{"subject": c.Subject, "caller": c.CallerName, "kind": string(c.Kind)}
	for k, text := range map[string]string{"agent": c.StaffName, "verification": string(c.Verification), "note": c.Note, "reason": c.Reason, "ticket": c.Ticket} {
		if text != "" {
			detail[k] = text
		}
	}
	pokes := both(live.Changes, c.Org, string(c.ID))
	if c.InPortal() {
		pokes = append(pokes, both(live.Services, c.Org, string(c.Service))...)
	} else {
		pokes = append(pokes, both(live.Verify, c.Org, string(c.Verification))...)
	}
	return tx.record(change{stream: live.Of(c.Org), kind: kind, object: string(c.ID), detail: detail, mails: mails, pokes: pokes})
}

// WithdrawChange takes a change back that waits: its agent may, and a lead.
func (s *Service) WithdrawChange(tx *Tx, in *api.ChangeIn) (significant.Change, error) {
	c, err := tx.SignificantChange(tx, in.Org.Org, in.Change)
	if err != nil {
		return significant.Change{}, err
	}
	if err := c.Withdraw(tx.Member.ID, tx.Member.Rank.AtLeast(org.Lead), tx.Now()); err != nil {
		return significant.Change{}, err
	}
	return *c, tx.saveChange(c, audit.ChangeWithdrawn, nil)
}

func (tx *Tx) saveChange(c *significant.Change, kind audit.Kind, mails []store.Mail) error {
	if err := tx.SaveSignificantChange(tx, c); err != nil {
		return err
	}
	return tx.recordChange(c, kind, mails)
}

// takeBackChanges withdraws what waits of a call whose caller was somebody else.
func (tx *Tx) takeBackChanges(v *verification.Verification) error {
	changes, err := tx.ChangesOfCall(tx, v.Org, v.ID)
	if err != nil {
		return err
	}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return err
	}
	for i := range changes {
		c := &changes[i]
		if c.State != significant.Pending || !tx.Now().Before(c.LapsesAt) {
			continue
		}
		if err := c.Withdraw(c.Staff, false, tx.Now()); err != nil {
			return err
		}
		mails, err := tx.toChangeAgent(o, c, string(c.State))
		if err != nil {
			return err
		}
		if err := tx.saveChange(c, audit.ChangeWithdrawn, mails); err != nil {
			return err
		}
	}
	return nil
}

// ListChanges are the organization's changes: those that wait, then the newest decided ones.
func (s *Service) ListChanges(tx *Tx, in *api.ChangesIn) (api.Changes, error) {
	out := api.Changes{Changes: []significant.Change{}}
	if in.Before == "" {
		waiting, err := tx.waitingChanges(in.Org.Org)
		if err != nil {
			return out, err
		}
		out.Changes = waiting
	}
	decided, err := tx.DecidedChanges(tx, in.Org.Org, in.Before, in.Limit+1)
	if err != nil {
		return out, err
	}
	if len(decided) > in.Limit {
		decided = decided[:in.Limit]
		out.Next = string(decided[in.Limit-1].ID)
	}
	out.Changes = append(out.Changes, decided...)
	return out, nil
}

// waitingChanges are those that can be decided now; what is past its time and not yet written down is not among them.
func (tx *Tx) waitingChanges(oid id.Organization) ([]significant.Change, error) {
	all, err := tx.PendingChanges(tx, oid)
	out := []significant.Change{}
	for _, c := range all {
		if !c.Tick(tx.Now()) {
			out = append(out, c)
		}
	}
	return out, err
}

// ApproveChange lets the agent make the change.
func (s *Service) ApproveChange(tx *Tx, in *api.DecideChangeIn) (significant.Change, error) {
	return tx.decideChange(in, audit.ChangeApproved, func(c *significant.Change, by significant.Decider) error {
		return c.Approve(by, in.Body.Seen, tx.Now())
	})
}

// RejectChange refuses it; the agent sees the reason.
func (s *Service) RejectChange(tx *Tx, in *api.DecideChangeIn) (significant.Change, error) {
	return tx.decideChange(in, audit.ChangeRejected, func(c *significant.Change, by significant.Decider) error {
		return c.Reject(by, in.Body.Seen, in.Body.Reason, tx.Now())
	})
}

func (tx *Tx) decideChange(in *api.DecideChangeIn, kind audit.Kind, decide func(*significant.Change, significant.Decider) error) (significant.Change, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return significant.Change{}, err
	}
	c, err := tx.SignificantChange(tx, o.ID, in.Change)
	if err != nil {
		return significant.Change{}, err
	}
	if err := decide(c, tx.decider()); err != nil {
		return significant.Change{}, err
	}
	mails, err := tx.toWhoAsked(o, c)
	if err != nil {
		return significant.Change{}, err
	}
	if err := tx.saveChange(c, kind, mails); err != nil {
		return significant.Change{}, err
	}
	if c.InPortal() && c.State == significant.Approved {
		err = tx.carryOut(o, c)
	}
	return *c, err
}

// toWhoAsked tells the agent, or the contact who asked in the portal, what became of a change.
func (tx *Tx) toWhoAsked(o *org.Organization, c *significant.Change) ([]store.Mail, error) {
	if c.InPortal() {
		return tx.toAsker(o, c)
	}
	return tx.toChangeAgent(o, c, string(c.State))
}

// decider is the caller as the state machine knows whoever decides.
func (c *Caller) decider() significant.Decider {
	d := significant.Decider{Login: c.SignIn.Login, MayApprove: c.Rights.Has(perm.SignificantChangesApprove),
		IsStaff: c.SignIn.Staff != "" && c.SignIn.StaffActive, InSupport: c.Inside != nil}
	if c.Contact != nil {
		d.Contact, d.Name = c.Contact.ID, c.Contact.Name
	}
	return d
}

// decidesChanges reports whether changes wait for the caller. Who works for the provider decides nothing for a customer.
func (c *Caller) decidesChanges() bool {
	d := c.decider()
	return d.MayApprove && !d.IsStaff && !d.InSupport
}

// sweepCalls writes down what time has ended of calls and changes.
func (tx *Tx) sweepCalls() error {
	changes, err := tx.DueChanges(tx, tx.Now())
	if err != nil {
		return err
	}
	for i := range changes {
		c := &changes[i]
		if !c.Tick(tx.Now()) {
			continue
		}
		o, err := tx.Organization(tx, c.Org)
		if err != nil {
			return err
		}
		mails, err := tx.toWhoAsked(o, c)
		if err != nil {
			return err
		}
		if err := tx.saveChange(c, audit.ChangeLapsed, mails); err != nil {
			return err
		}
	}
	over, err := tx.DueVerifications(tx, tx.Now())
	if err != nil {
		return err
	}
	for i := range over {
		if err := tx.closeVerification(&over[i], "over"); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// mayChangeAccount reports whether the caller may change the account data, and so the account-wide code.
func (c *Caller) mayChangeAccount() bool { return c.Rights.Has(perm.ProfileUpdate) }
