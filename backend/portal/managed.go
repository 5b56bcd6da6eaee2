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

// Who manages an organization (R01) and how long a grant may last: the owner's decisions.

// SetManagedBy says who manages the organization. Giving it to the provider needs the owner's recorded consent; it
// also answers a proposal, whose author then counts as who changed it. Either way open access ends, since it was given
// under the other rule.
func (s *Service) SetManagedBy(tx *Tx, in *api.ManagedByIn) (api.None, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.None{}, err
	}
	to := in.Body.ManagedBy
	if to == o.ManagedBy {
		return api.None{}, errs.InState(string(o.ManagedBy), "organization.error.managed_already")
	}
	if to == org.ServiceProvider && !in.Body.Consent {
		return api.None{}, errs.BadField("consent", "organization.error.consent_needed")
	}
	from := o.ManagedBy
	o.ManagedBy, o.ManagedByAt, o.ManagedByStaff = to, tx.Now(), o.ProposedBy
	o.ProposedBy, o.ProposedByName, o.ProposedAt = "", "", time.Time{}
	if err := tx.SaveOrganization(tx, o); err != nil {
		return api.None{}, err
	}
	if err := tx.stopAccess(o.ID, "managed_by_changed"); err != nil {
		return api.None{}, err
	}
	mails, err := tx.toOwner(o, letter{mail.ManagedByChanged, string(o.ID), stamp(tx.Now()), mail.Args{"to": string(to), "organization": o.Name,
		"by": tx.Contact.Name, "at": mail.At(tx.Now())}})
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(change{stream: live.Of(o.ID), kind: audit.ManagedByChanged, object: string(o.ID),
		detail: map[string]string{"from": string(from), "to": string(to), "consent": yes(in.Body.Consent)},
		pokes:  both(live.Organization, o.ID, ""), mails: mails})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// stopAccess ends everything open in an organization because something around it changed. Whoever had access, or gave
// it, hears of it by mail.
func (tx *Tx) stopAccess(oid id.Organization, reason string) error {
	o, err := tx.Organization(tx, oid)
	if err != nil {
		return err
	}
	list, err := tx.OpenAccess(tx, oid)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		loaded := r.State
		if !r.Tick(tx.Now()) {
			r.Stop(reason, tx.Now())
		}
		var mails []store.Mail
		if loaded == access.Active {
			if mails, err = tx.ended(r, o, "system"); err != nil {
				return err
			}
		}
		if err := tx.save(r, loaded, change{kind: kindOf(r.State), detail: map[string]string{"agents": names(r), "reason": reason}, mails: mails}); err != nil {
			return err
		}
	}
	return nil
}

// kindOf is the audit kind of a final state.
func kindOf(s access.State) audit.Kind {
	switch s {
	case access.Withdrawn:
		return audit.AccessWithdrawn
	case access.Lapsed:
		return audit.AccessLapsed
	case access.Expired:
		return audit.AccessExpired
	case access.Revoked:
		return audit.AccessRevoked
	case access.Rejected:
		return audit.AccessRejected
	}
	return audit.AccessEnded
}

// ProposeManagedBy asks the owner to let the provider manage the organization. Nothing changes until they consent.
func (s *Service) ProposeManagedBy(tx *Tx, in *api.Org) (api.None, error) {
	o, err := tx.Organization(tx, in.Org)
	if err != nil {
		return api.None{}, err
	}
	if o.State != org.Active {
		return api.None{}, errs.InState(string(o.State), "organization.error.not_active")
	}
	if o.ManagedBy == org.ServiceProvider {
		return api.None{}, errs.InState(string(o.ManagedBy), "organization.error.managed_already")
	}
	if o.ProposedBy != "" {
		return api.None{}, errs.InState("proposed", "organization.error.proposed_already")
	}
	o.ProposedBy, o.ProposedByName, o.ProposedAt = tx.Member.ID, tx.Member.Name, tx.Now()
	if err := tx.SaveOrganization(tx, o); err != nil {
		return api.None{}, err
	}
	mails, err := tx.toOwner(o, letter{mail.ManagedByProposed, string(o.ID), stamp(tx.Now()), mail.Args{"organization": o.Name, "by": tx.Member.Name}})
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(change{stream: live.Of(o.ID), kind: audit.ManagedByProposed, object: string(o.ID),
		pokes: both(live.Organization, o.ID, ""), mails: mails})
}

// DeclineProposal answers the provider's proposal with no.
func (s *Service) DeclineProposal(tx *Tx, in *api.Org) (api.None, error) {
	o, err := tx.Organization(tx, in.Org)
	if err != nil {
		return api.None{}, err
	}
	if o.ProposedBy == "" {
		return api.None{}, errs.InState("none", "organization.error.no_proposal")
	}
	by := o.ProposedByName
	o.ProposedBy, o.ProposedByName, o.ProposedAt = "", "", time.Time{}
	if err := tx.SaveOrganization(tx, o); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(change{stream: live.Of(o.ID), kind: audit.ManagedByDeclined, object: string(o.ID),
		detail: map[string]string{"by": by}, pokes: both(live.Organization, o.ID, "")})
}

// SetMaximum bounds every grant from now on; what runs keeps its end.
func (s *Service) SetMaximum(tx *Tx, in *api.MaximumIn) (api.None, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.None{}, err
	}
	d := time.Duration(in.Body.Minutes) * time.Minute
	if err := access.CheckDuration("minutes", d, access.GreatestMaximum); err != nil {
		return api.None{}, err
	}
	from := o.MaximumGrant
	if d == from {
		return api.None{}, nil
	}
	o.MaximumGrant = d
	if err := tx.SaveOrganization(tx, o); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.record(change{stream: live.Of(o.ID), kind: audit.AccessMaximumChanged, object: string(o.ID),
		detail: map[string]string{"from": itoa(int(from / time.Minute)), "to": itoa(in.Body.Minutes)}, pokes: both(live.Access, o.ID, "")})
}
