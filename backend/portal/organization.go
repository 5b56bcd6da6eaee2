package portal

import (
	"context"
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

// Organizations as the provider keeps them: creating, suspending, closing and reopening.

var noTime time.Time

// CreateOrganization makes an organization and invites its owner by mail. Until the owner has accepted, nobody can
// decide anything in it.
func (s *Service) CreateOrganization(tx *Tx, in *api.CreateOrganizationIn) (org.Organization, error) {
	o, _, err := tx.createOrganization(in)
	if err != nil {
		return org.Organization{}, err
	}
	return *o, nil
}

// CreateOrganizationAsSystem is CreateOrganization without a caller, from the command line of the server's machine. The
// link is the one in the owner's mail.
func (s *Service) CreateOrganizationAsSystem(ctx context.Context, in *api.CreateOrganizationIn) (o *org.Organization, link string, err error) {
	err = s.system(ctx, func(tx *Tx) error {
		made, token, err := tx.createOrganization(in)
		o, link = made, s.invitationLink(token)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return o, link, nil
}

func (tx *Tx) createOrganization(in *api.CreateOrganizationIn) (*org.Organization, vault.Secret, error) {
	b := in.Body
	o, phone, err := tx.newOrganization(in)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	ownerName, err := cleanName("owner_name", b.OwnerName)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	email, err := cleanEmail("owner_email", b.OwnerEmail)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	l, err := tx.loginFor(email, ownerName, string(locale(b.Locale)))
	if err != nil {
		return nil, vault.Secret{}, err
	}
	if p, err := tx.person(l); err != nil || p.staff != nil {
		if err == nil { // staff approve nothing, so an organization of theirs could let nobody in
			err = errs.BadField("owner_email", "organization.error.owner_is_staff")
		}
		return nil, vault.Secret{}, err
	}
	if err := tx.AddOrganization(tx, o, phone); err != nil {
		return nil, vault.Secret{}, err
	}
	owner := &contact.Contact{ID: newID[id.Contact](tx), Org: o.ID, Name: ownerName, Email: email, Locale: string(locale(b.Locale)), Active: true, Access: true, Owner: true}
	if err := tx.AddContact(tx, owner); err != nil {
		return nil, vault.Secret{}, err
	}
	return tx.recordOrganization(o, owner, l)
}

// newOrganization checks what was typed.
func (tx *Tx) newOrganization(in *api.CreateOrganizationIn) (*org.Organization, string, error) {
	b := in.Body
	name, err := cleanName("name", b.Name)
	if err != nil {
		return nil, "", err
	}
	reference := strings.TrimSpace(b.Reference)
	switch {
	case reference == "" || len(reference) > 40 || strings.ContainsFunc(reference, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, "", errs.BadField("reference", "organization.error.reference")
	case b.ManagedBy != org.Customer && b.ManagedBy != org.ServiceProvider:
		return nil, "", errs.BadField("managed_by", "error.invalid")
	case len(b.Region) != 2 || strings.Trim(b.Region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return nil, "", errs.BadField("region", "organization.error.region")
	}
	phone, err := internationalPhone(b.Phone, b.Region)
	if err != nil {
		return nil, "", err
	}
	o := &org.Organization{ID: newID[id.Organization](tx), Name: name, Reference: reference, ManagedBy: b.ManagedBy, State: org.Active,
		Region: b.Region, MaximumGrant: access.DefaultMaximum}
	if o.ManagedBy == org.ServiceProvider {
		// Whoever chose that support need not ask is not who enters first.
		o.ManagedByAt = tx.Now()
		if tx.Member != nil {
			o.ManagedByStaff = tx.Member.ID
		}
	}
	return o, phone, nil
}

// recordOrganization writes the beginning of the organization's own record, the provider's entry, and the invitation.
func (tx *Tx) recordOrganization(o *org.Organization, owner *contact.Contact, l *store.Login) (*org.Organization, vault.Secret, error) {
	detail := map[string]string{"name": o.Name, "reference": o.Reference, "managed_by": string(o.ManagedBy)}
	for _, stream := range []live.Stream{live.Of(o.ID), live.Provider} {
		c := change{stream: stream, kind: audit.OrganizationCreated, object: string(o.ID), detail: detail}
		if stream == live.Provider {
			c.pokes = []store.Poke{{Stream: live.Provider, Kind: live.Organization, Org: o.ID}}
		}
		if err := tx.record(c); err != nil {
			return nil, vault.Secret{}, err
		}
	}
	token, letter, err := tx.invite(l, tx.inviter(), o, owner.ID)
	if err != nil {
		return nil, vault.Secret{}, err
	}
	return o, token, tx.record(change{stream: live.Of(o.ID), kind: audit.ContactInvited, object: string(owner.ID),
		detail: map[string]string{"name": owner.Name, "email": owner.Email}, mails: []store.Mail{letter}})
}

// SetOrganizationState suspends, closes or reopens an organization. In one that is not active nobody changes anything,
// so open access ends at once.
func (s *Service) SetOrganizationState(tx *Tx, in *api.OrganizationStateIn) (api.None, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.None{}, err
	}
	from, to := o.State, in.Body.State
	reason := strings.TrimSpace(in.Body.Reason)
	switch {
	case to != org.Active && to != org.Suspended && to != org.Closed:
		return api.None{}, errs.BadField("state", "error.invalid")
	case reason == "":
		return api.None{}, errs.BadField("reason", "organization.error.reason_needed")
	case to == from:
		return api.None{}, errs.InState(string(from), "organization.error.same_state")
	}
	o.State = to
	if err := tx.SaveOrganization(tx, o); err != nil {
		return api.None{}, err
	}
	detail := map[string]string{"name": o.Name, "from": string(from), "to": string(to), "reason": reason}
	for i, stream := range []live.Stream{live.Of(o.ID), live.Provider} {
		c := change{stream: stream, kind: audit.OrganizationState, object: string(o.ID), detail: detail}
		if i == 0 {
			c.pokes = both(live.Organization, o.ID, "")
		}
		if err := tx.record(c); err != nil {
			return api.None{}, err
		}
	}
	if to == org.Active {
		return api.None{}, nil
	}
	return api.None{}, tx.stopAccess(o.ID, "organization_"+string(to))
}
