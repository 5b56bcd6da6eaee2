package portal

import (
	"context"
	"maps"
	"strings"
	"unicode"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/field"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
)

// The account data of an organization with its custom fields; of the account-wide code only its state.

// GetProfile is the account data, and who may see the account-wide code now.
func (s *Service) GetProfile(tx *Tx, in *api.Org) (api.Profile, error) { return tx.profile(in.Org) }

func (tx *Tx) profile(oid id.Organization) (api.Profile, error) {
	o, err := tx.Organization(tx, oid)
	if err != nil {
		return api.Profile{}, err
	}
	p, err := tx.Profile(tx, oid)
	if err != nil {
		return api.Profile{}, err
	}
	out := api.Profile{Organization: *o, Phone: p.Phone, Address: p.Address, CreatedAt: p.CreatedAt, Fields: p.Fields, SeenBy: []api.Viewer{},
		Version: p.Version, ChangedAt: p.ChangedAt, ChangedBy: p.ChangedBy, Now: tx.Now()}
	owner, err := tx.Owner(tx, oid)
	if err != nil {
		return out, err
	}
	out.Owner = owner.Name
	viewers, err := tx.ContactsWith(tx, oid, perm.ProfileView)
	if err != nil {
		return out, err
	}
	for _, c := range viewers {
		out.SeenBy = append(out.SeenBy, api.Viewer{Contact: c.ID, Name: c.Name})
	}
	out.Code, err = tx.codeState(oid, "")
	return out, err
}

// UpdateProfile changes account data and custom fields, and sets, changes or removes the account-wide code.
func (s *Service) UpdateProfile(ctx context.Context, cred Credential, in *api.UpdateProfileIn) (api.Profile, error) {
	oid := in.Org.Org
	var by id.Contact
	err := s.view(ctx, api.UpdateProfile.Spec, cred, oid, func(tx *Tx) error {
		by = tx.editor().Contact
		_, _, err := tx.planProfile(in)
		return err
	})
	if err != nil {
		return api.Profile{}, err
	}
	var code *preparedCode
	if in.Body.Code != nil {
		if code, err = s.prepareCode(ctx, codeWish{org: oid, setter: by, body: in.Body.Code, field: "code.code"}); err != nil {
			return api.Profile{}, err
		}
	}
	var out api.Profile
	err = s.update(ctx, api.UpdateProfile.Spec, cred, oid, func(tx *Tx) error {
		p, what, err := tx.planProfile(in)
		if err != nil {
			return err
		}
		if len(what) > 0 {
			p.ChangedBy = tx.Actor.Name
			if err := tx.SaveProfile(tx, p); err != nil {
				return err
			}
			if err := tx.record(change{stream: live.Of(oid), kind: audit.OrganizationChanged, object: string(oid),
				detail: map[string]string{"what": strings.Join(what, ", ")}, pokes: both(live.Organization, oid, "")}); err != nil {
				return err
			}
		}
		if code != nil {
			if err := tx.applyCode(code); err != nil {
				return err
			}
		}
		out, err = tx.profile(oid)
		return err
	})
	if err != nil {
		return api.Profile{}, err
	}
	return out, nil
}

// planProfile gives the account data as they are to be, and names what changes.
func (tx *Tx) planProfile(in *api.UpdateProfileIn) (*store.Profile, []string, error) {
	b := &in.Body
	before, err := tx.Profile(tx, in.Org.Org)
	if err != nil {
		return nil, nil, err
	}
	if before.Version != b.Version {
		return nil, nil, changedMeanwhile(before.ChangedBy)
	}
	p := *before
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return nil, nil, err
	}
	if p.Phone, err = cleanPhone(b.Phone, before.Phone, o.Region); err != nil {
		return nil, nil, err
	}
	if international, err := internationalPhone(p.Phone, o.Region); err == nil && p.Phone != before.Phone { // what staff search by
		p.Phone = international
	}
	if p.Address, err = cleanAddress(b.Address); err != nil {
		return nil, nil, err
	}
	defined, err := tx.Fields(tx)
	if err != nil {
		return nil, nil, err
	}
	if p.Fields, err = field.Merge(defined, false, before.Fields, b.Fields); err != nil {
		return nil, nil, err
	}
	var what []string
	if p.Phone != before.Phone {
		what = append(what, "phone")
	}
	if p.Address != before.Address {
		what = append(what, "address")
	}
	if !maps.Equal(p.Fields, before.Fields) {
		what = append(what, "fields")
	}
	if b.Code == nil {
		return &p, what, nil
	}
	if tx.Inside != nil {
		return nil, nil, errs.New(errs.Forbidden, "support.error.barred")
	}
	return &p, what, tx.steppedUpLately()
}

// cleanReason checks why somebody does something: text of some lines.
func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", errs.BadField("reason", "organization.error.reason_needed")
	}
	odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) }
	if len([]rune(s)) > 500 || strings.ContainsFunc(s, odd) {
		return "", errs.BadField("reason", "contact.error.reason")
	}
	return s, nil
}
