package portal

import (
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/live"
)

// Organizations as the provider's billing system keeps them.

// PutProviderOrganization makes an organization of a reference, or says how it is to be. Who manages it and who owns it is
// said once: afterwards the one is the owner's decision, the other moves by a transfer that the other side accepts.
func (s *Service) PutProviderOrganization(tx *Tx, in *api.PutOrganizationIn) (api.PutOrganizationAnswer, error) {
	if in.Body.Owner != nil {
		if err := tx.allowMachine(api.ContactsWrite); err != nil {
			return api.PutOrganizationAnswer{}, err
		}
	}
	before, err := tx.referred(in.Reference)
	created := errs.Is(err, errs.NotFound)
	switch {
	case created:
		err = tx.addReferred(in)
	case err == nil:
		err = tx.changeReferred(before, in)
	}
	if err != nil {
		return api.PutOrganizationAnswer{}, err
	}
	now, err := tx.referred(in.Reference)
	if err != nil {
		return api.PutOrganizationAnswer{}, err
	}
	return api.PutOrganizationAnswer{ProviderOrganization: tx.toldOrganization(now), Created: created}, nil
}

// toldOrganization is what the caller's scopes tell of an organization.
func (tx *Tx) toldOrganization(k *store.KnownOrganization) api.ProviderOrganization {
	out := api.ProviderOrganization{ID: k.ID, Reference: k.Reference, Name: k.Name, ManagedBy: k.ManagedBy, Region: k.Region, Phone: k.Phone,
		Address: k.Address, State: k.State, CreatedAt: k.CreatedAt, ChangedAt: k.MovedAt}
	if tx.Machine.Covers(api.ContactsRead) {
		out.Owner = &api.ProviderOwner{Name: k.OwnerName, Email: k.OwnerEmail, Accepted: k.OwnerAccepted}
	}
	return out
}

// addReferred makes the organization and invites its owner.
func (tx *Tx) addReferred(in *api.PutOrganizationIn) error {
	b := &in.Body
	switch {
	case b.ManagedBy == "":
		return errs.BadField("managed_by", "error.field.required")
	case b.Owner == nil:
		return errs.BadField("owner", "error.field.required")
	}
	if taken, err := tx.ReferenceTaken(tx, in.Reference); err != nil || taken {
		if err == nil { // by one that differs in case: nobody tells them apart
			err = errs.BadField("path.reference", "organization.error.reference_taken")
		}
		return err
	}
	var wish api.CreateOrganizationIn
	w := &wish.Body
	w.Name, w.Reference, w.ManagedBy, w.Region = b.Name, in.Reference, b.ManagedBy, b.Region
	w.OwnerName, w.OwnerEmail, w.Locale = b.Owner.Name, b.Owner.Email, b.Owner.Locale
	if b.Phone != nil {
		w.Phone = *b.Phone
	}
	o, _, err := tx.createOrganization(&wish)
	if err != nil {
		return located(err, "reference", "path.reference", "owner_name", "owner.name", "owner_email", "owner.email")
	}
	if o.Reference != in.Reference { // it had blanks around it
		return errs.BadField("path.reference", "organization.error.reference")
	}
	now, err := tx.referred(o.Reference)
	if err != nil {
		return err
	}
	return tx.changeReferred(now, in)
}

// changeReferred brings an organization to what is said of it.
func (tx *Tx) changeReferred(k *store.KnownOrganization, in *api.PutOrganizationIn) error {
	b := &in.Body
	if b.ManagedBy != "" && b.ManagedBy != k.ManagedBy {
		return errs.BadField("managed_by", "provider.error.managed_by")
	}
	if b.Owner != nil {
		email, err := cleanEmail("owner.email", b.Owner.Email)
		if err != nil {
			return err
		}
		if email != strings.ToLower(k.OwnerEmail) {
			return &errs.Error{Code: errs.Conflict, Key: "provider.error.owner", State: "owned",
				Fields: []errs.Field{{Path: "owner.email", Key: "provider.error.owner"}}}
		}
	}
	if err := tx.describeReferred(k, in); err != nil {
		return err
	}
	if b.State == "" || b.State == k.State {
		return nil
	}
	reason, err := cleanReason(b.Reason)
	if err != nil {
		return err
	}
	var wish api.OrganizationStateIn
	wish.Org.Org, wish.Body.State, wish.Body.Reason = k.ID, b.State, reason
	_, err = tx.svc.SetOrganizationState(tx, &wish)
	return err
}

// describeReferred brings name, region, phone and address to what is said of them.
func (tx *Tx) describeReferred(k *store.KnownOrganization, in *api.PutOrganizationIn) (err error) {
	b, o := &in.Body, k.Organization
	p, err := tx.Profile(tx, k.ID)
	if err != nil {
		return err
	}
	if o.Name, err = cleanName("name", b.Name); err != nil {
		return err
	}
	o.Region = b.Region
	if b.Phone != nil && strings.TrimSpace(*b.Phone) != p.Phone {
		if p.Phone, err = internationalPhone(*b.Phone, b.Region); err != nil {
			return err
		}
	}
	if b.Address != nil {
		if p.Address, err = cleanAddress(*b.Address); err != nil {
			return err
		}
	}
	var d difference
	d.note("name", k.Name, o.Name)
	d.note("region", k.Region, o.Region)
	if p.Phone != k.Phone {
		d.mark("phone")
	}
	if p.Address != k.Address {
		d.mark("address")
	}
	if len(d.what) == 0 {
		return nil
	}
	if err := tx.DescribeOrganization(tx, &o); err != nil {
		return err
	}
	p.ChangedBy = tx.Actor.Name
	if err := tx.SaveProfile(tx, p); err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(k.ID), kind: audit.OrganizationChanged, object: string(k.ID), detail: d.told(o.Name),
		pokes: both(live.Organization, k.ID, "")})
}

// GetProviderOrganization is one organization.
func (s *Service) GetProviderOrganization(tx *Tx, in *api.Referred) (api.ProviderOrganization, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderOrganization{}, err
	}
	return tx.toldOrganization(k), nil
}

// ListProviderOrganizations is a page of organizations by reference. What until of the first page is given as since the next
// time misses nothing that happened meanwhile, also behind the page that was being read.
func (s *Service) ListProviderOrganizations(tx *Tx, in *api.ProviderOrganizationsIn) (api.ProviderOrganizations, error) {
	var since time.Time
	if in.Since != "" {
		t, err := time.Parse(time.RFC3339, in.Since)
		if err != nil {
			return api.ProviderOrganizations{}, errs.BadField("query.since", "error.field.time")
		}
		since = t
	}
	list, err := tx.KnownOrganizations(tx, in.After, since, in.Limit+1)
	if err != nil {
		return api.ProviderOrganizations{}, err
	}
	out := api.ProviderOrganizations{Organizations: []api.ProviderOrganization{}}
	list, out.Next = next(list, in.Limit, func(k **store.KnownOrganization) string { return (*k).Reference })
	for _, k := range list {
		out.Organizations = append(out.Organizations, tx.toldOrganization(k))
	}
	if in.After == "" {
		out.Until, err = tx.OrganizationsMoved(tx)
	}
	return out, err
}
