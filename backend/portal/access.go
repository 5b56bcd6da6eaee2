package portal

import (
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

// The customer's side of remote access: deciding, ending, inviting, and seeing what waits and who is inside.

// GetRemoteSupport shows what waits, what runs and who manages the organization.
func (s *Service) GetRemoteSupport(tx *Tx, in *api.Org) (api.RemoteSupport, error) {
	o, err := tx.Organization(tx, in.Org)
	if err != nil {
		return api.RemoteSupport{}, err
	}
	out := api.RemoteSupport{ManagedBy: o.ManagedBy, MaximumMinutes: int(o.MaximumGrant / time.Minute), Now: tx.Now(), Pending: []access.Request{}}
	if o.ProposedBy != "" {
		out.Proposal = &api.Proposal{By: o.ProposedByName, At: o.ProposedAt}
	}
	out.Pending, out.Active, err = tx.open(in.Org)
	return out, err
}

// open splits the organization's open requests as of now: what is past its time but not yet swept counts as over.
func (tx *Tx) open(oid id.Organization) (pending []access.Request, active []api.Grant, err error) {
	list, err := tx.OpenAccess(tx, oid)
	if err != nil {
		return nil, nil, err
	}
	pending, active = []access.Request{}, []api.Grant{}
	for _, r := range list {
		if r.Tick(tx.Now()) {
			continue
		}
		if r.State == access.Pending {
			pending = append(pending, r)
			continue
		}
		sessions, err := tx.insideNow(&r)
		if err != nil {
			return nil, nil, err
		}
		active = append(active, api.Grant{Request: r, Sessions: sessions})
	}
	return pending, active, nil
}

// insideNow are the sessions of a grant that let somebody act at this moment.
func (tx *Tx) insideNow(r *access.Request) ([]access.Session, error) {
	all, err := tx.OpenSessions(tx, r.ID)
	if err != nil {
		return nil, err
	}
	open := []access.Session{}
	for _, x := range all {
		if x.Open(r, tx.Now()) {
			open = append(open, x)
		}
	}
	return open, nil
}

// ListAccessHistory pages through requests that are over.
func (s *Service) ListAccessHistory(tx *Tx, in *api.HistoryIn) (api.History, error) {
	list, err := tx.PastAccess(tx, in.Org.Org, in.Before, in.Limit+1)
	if err != nil {
		return api.History{}, err
	}
	out := api.History{Requests: list}
	if len(list) > in.Limit {
		out.Requests = list[:in.Limit]
		out.Next = string(out.Requests[in.Limit-1].ID)
	}
	return out, nil
}

// ListSupportActivity is the action feed: what was done through and about remote access.
func (s *Service) ListSupportActivity(tx *Tx, in *api.ActivityIn) (api.Activity, error) {
	entries, more, err := tx.AuditEntries(tx, store.AuditQuery{Stream: live.Of(in.Org.Org), Before: in.Before, Limit: in.Limit, Support: true})
	if entries == nil {
		entries = []audit.Entry{}
	}
	return api.Activity{Entries: entries, More: more}, err
}

// ApproveAccess starts the grant. The card that was decided must be the one that was shown.
func (s *Service) ApproveAccess(tx *Tx, in *api.ApproveIn) (access.Request, error) {
	return tx.decide(in.RequestIn, func(r *access.Request, o *org.Organization) (change, error) {
		if err := seen(r, in.Body.Seen); err != nil {
			return change{}, err
		}
		d := time.Duration(in.Body.Minutes) * time.Minute
		if err := r.Approve(tx.approver(), d, o.MaximumGrant, in.Body.NamedOnly, tx.Now()); err != nil {
			return change{}, err
		}
		tx.svc.ticker.at(tx, r.EndsAt)
		mails, err := tx.started(r, o)
		return change{kind: audit.AccessApproved, mails: mails, detail: map[string]string{
			"agents": names(r), "minutes": itoa(r.Granted), "asked": itoa(r.Requested)}}, err
	})
}

// seen refuses a decision about a card that has changed since it was shown.
func seen(r *access.Request, fingerprint string) error {
	if r.State == access.Pending && r.Fingerprint() != fingerprint {
		return errs.InState(string(r.State), "access.error.card_changed")
	}
	return nil
}

// RejectAccess refuses a request.
func (s *Service) RejectAccess(tx *Tx, in *api.RejectIn) (access.Request, error) {
	return tx.decide(in.RequestIn, func(r *access.Request, o *org.Organization) (change, error) {
		if err := seen(r, in.Body.Seen); err != nil {
			return change{}, err
		}
		if err := r.Reject(tx.approver(), in.Body.Reason, tx.Now()); err != nil {
			return change{}, err
		}
		mails, err := tx.toAgents(r, o, letter{mail.AccessRejected, string(r.ID), "", mail.Args{"organization": o.Name,
			"by": r.DecidedBy.Name, "note": r.Reason}})
		return change{kind: audit.AccessRejected, mails: mails, detail: map[string]string{"agents": names(r), "reason": r.Reason}}, err
	})
}

// RevokeAccess ends a grant and every session of it.
func (s *Service) RevokeAccess(tx *Tx, in *api.RequestIn) (access.Request, error) {
	return tx.decide(*in, func(r *access.Request, o *org.Organization) (change, error) {
		if err := r.Revoke(tx.approver(), tx.Now()); err != nil {
			return change{}, err
		}
		mails, err := tx.ended(r, o, "revoked")
		return change{kind: audit.AccessRevoked, mails: mails, detail: map[string]string{"agents": names(r)}}, err
	})
}

// ChangeAccessEnd moves the end of a running grant, and of the sessions under it.
func (s *Service) ChangeAccessEnd(tx *Tx, in *api.ChangeEndIn) (access.Request, error) {
	return tx.decide(in.RequestIn, func(r *access.Request, o *org.Organization) (change, error) {
		from := r.EndsAt
		if err := r.ChangeEnd(tx.approver(), in.Body.EndsAt.UTC().Truncate(time.Millisecond), o.MaximumGrant, tx.Now()); err != nil {
			return change{}, err
		}
		tx.svc.ticker.at(tx, r.EndsAt)
		mails, err := tx.endChanged(r, o, tx.Contact.Name)
		return change{kind: audit.AccessEndChanged, mails: mails, detail: map[string]string{"agents": names(r), "from": stamp(from),
			"to": stamp(r.EndsAt)}}, err
	})
}

// ApproveMoreTime grants the wish for more time that waits.
func (s *Service) ApproveMoreTime(tx *Tx, in *api.MinutesIn) (access.Request, error) {
	return tx.decide(in.RequestIn, func(r *access.Request, o *org.Organization) (change, error) {
		x, err := r.ApproveMore(tx.approver(), time.Duration(in.Body.Minutes)*time.Minute, o.MaximumGrant, tx.Now())
		if err != nil {
			return change{}, err
		}
		if err := tx.DecideExtension(tx, x); err != nil {
			return change{}, err
		}
		tx.svc.ticker.at(tx, r.EndsAt)
		mails, err := tx.endChanged(r, o, tx.Contact.Name)
		return change{kind: audit.AccessMoreApproved, mails: mails, detail: map[string]string{"agent": x.By.Name, "minutes": itoa(in.Body.Minutes),
			"asked": itoa(x.Asked), "to": stamp(r.EndsAt)}}, err
	})
}

// RejectMoreTime refuses the wish for more time that waits.
func (s *Service) RejectMoreTime(tx *Tx, in *api.RequestIn) (access.Request, error) {
	return tx.decide(*in, func(r *access.Request, o *org.Organization) (change, error) {
		x, err := r.RejectMore(tx.approver(), tx.Now())
		if err != nil {
			return change{}, err
		}
		if err := tx.DecideExtension(tx, x); err != nil {
			return change{}, err
		}
		mails, err := tx.toAgents(r, o, letter{mail.AccessExtensionRejected, string(r.ID), string(x.ID), mail.Args{"organization": o.Name,
			"by": tx.Contact.Name, "ends": mail.At(r.EndsAt)}})
		return change{kind: audit.AccessMoreRejected, mails: mails, detail: map[string]string{"agent": x.By.Name, "asked": itoa(x.Asked)}}, err
	})
}

// InviteSupport opens the organization to support without a request. Whoever invites decides, so it takes the right to
// approve beside the right to invite.
func (s *Service) InviteSupport(tx *Tx, in *api.InviteIn) (access.Request, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return access.Request{}, err
	}
	r, err := access.Invite(newID[id.AccessRequest](tx), o, tx.approver(), time.Duration(in.Body.Minutes)*time.Minute, in.Body.Note, tx.Now())
	if err != nil {
		return access.Request{}, err
	}
	if err := tx.AddAccessRequest(tx, r); err != nil {
		return access.Request{}, err
	}
	tx.svc.ticker.at(tx, r.EndsAt)
	mails, err := tx.toLeads(o, letter{mail.AccessInvited, string(r.ID), "", mail.Args{"organization": o.Name, "by": r.DecidedBy.Name,
		"duration": span(r.Granted), "ends": mail.At(r.EndsAt), "note": r.Note}})
	if err != nil {
		return access.Request{}, err
	}
	own, err := tx.started(r, o)
	if err != nil {
		return access.Request{}, err
	}
	mails = append(mails, own...)
	err = tx.record(change{stream: live.Of(o.ID), kind: audit.AccessInvited, object: string(r.ID), grant: r.ID,
		detail: map[string]string{"minutes": itoa(r.Granted), "note": r.Note}, pokes: both(live.Access, o.ID, string(r.ID)), mails: mails})
	return *r, err
}

// decide loads one request, lets act change it, saves it over the state it was loaded in, ends or moves its sessions,
// and records. Racing acts meet at the save: one wins, the others are told the state that it left.
func (tx *Tx) decide(in api.RequestIn, act func(*access.Request, *org.Organization) (change, error)) (access.Request, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return access.Request{}, err
	}
	r, err := tx.AccessRequest(tx, o.ID, in.Request)
	if err != nil {
		return access.Request{}, err
	}
	loaded := r.State
	c, err := act(r, o)
	if err != nil {
		return access.Request{}, err
	}
	return *r, tx.save(r, loaded, c)
}

// save writes a changed request with everything that follows from it.
func (tx *Tx) save(r *access.Request, loaded access.State, c change) error {
	if err := tx.SaveAccessRequest(tx, r, loaded); err != nil {
		return err
	}
	if loaded == access.Active {
		if err := tx.followGrant(r); err != nil {
			return err
		}
	}
	c.stream, c.object, c.grant = live.Of(r.Org), string(r.ID), r.ID
	c.pokes = append(c.pokes, both(live.Access, r.Org, string(r.ID))...)
	return tx.record(c)
}

// followGrant ends the sessions of a grant that is over, and moves the ends of the others.
func (tx *Tx) followGrant(r *access.Request) error {
	sessions, err := tx.OpenSessions(tx, r.ID)
	if err != nil {
		return err
	}
	var ended []id.SupportSession
	for i := range sessions {
		x := &sessions[i]
		if r.State.Final() {
			x.End(access.WhyOf(r.State), tx.Now())
			ended = append(ended, x.ID)
		} else {
			signIn, err := tx.SignedIn(tx, x.StaffSession)
			if err != nil {
				return err
			}
			x.Follow(r, signIn.EndsAt)
			end := x.EndsAt
			tx.AfterCommit(func() { tx.svc.Live.Reschedule(x.ID, end) })
		}
		if err := tx.SaveSupportSession(tx, x); err != nil {
			return err
		}
	}
	if len(ended) > 0 {
		why := "support.ended." + access.WhyOf(r.State)
		tx.AfterCommit(func() { tx.svc.Live.CutSupport(why, ended...) })
	}
	return nil
}

// endSession ends one support session and cuts its sockets.
func (tx *Tx) endSession(x *access.Session, why string) error {
	x.End(why, tx.Now())
	if err := tx.SaveSupportSession(tx, x); err != nil {
		return err
	}
	tx.AfterCommit(func() { tx.svc.Live.CutSupport("support.ended."+x.EndedWhy, x.ID) })
	err := tx.record(change{stream: live.Of(x.Org), kind: audit.SupportLeft, object: string(x.ID), grant: x.Request, session: x.ID,
		detail: map[string]string{"agent": x.Name, "why": x.EndedWhy},
		pokes:  both(live.Access, x.Org, string(x.Request))})
	if err != nil || why == access.WhyDeactivated { // then the agent is dropped from all that names them
		return err
	}
	return tx.endUnasked(x)
}

// endUnasked ends the grant of an unasked entry with the stay that it is: nobody could use it any more.
func (tx *Tx) endUnasked(x *access.Session) error {
	r, err := tx.AccessRequest(tx, x.Org, x.Request)
	if err != nil || r.Source != access.Managed || r.State != access.Active {
		return err
	}
	loaded := r.State
	if !r.Tick(tx.Now()) {
		if tx.Member != nil && tx.Member.ID == x.Staff {
			err = r.Finish(tx.agent(), true, tx.Now())
		} else {
			r.Stop("", tx.Now())
		}
	}
	if err != nil {
		return err
	}
	return tx.save(r, loaded, change{kind: kindOf(r.State), detail: map[string]string{"agents": names(r)}})
}
