package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// Profile is the account data of an organization, beside what the provider keeps of it.
type Profile struct {
	Org       id.Organization
	Phone     string
	Address   contact.Address
	Fields    map[string]string
	Version   int64
	CreatedAt time.Time
	ChangedAt time.Time
	ChangedBy string
}

// Profile is the account data of the organization.
func (tx *Tx) Profile(ctx context.Context, oid id.Organization) (*Profile, error) {
	p := Profile{Org: oid}
	var fields string
	var created, changed int64
	err := tx.QueryRow(ctx, `SELECT phone, street, postcode, city, country, fields, version, created_at, changed_at, changed_by FROM organization WHERE id = ?`, oid).
		Scan(&p.Phone, &p.Address.Street, &p.Address.Postcode, &p.Address.City, &p.Address.Country, &fields, &p.Version, &created, &changed, &p.ChangedBy)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(fields), &p.Fields); err != nil {
		return nil, fmt.Errorf("custom fields of organization %s: %w", oid, err)
	}
	p.CreatedAt, p.ChangedAt = at(created), at(changed)
	return &p, nil
}

// SaveProfile writes changed account data over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveProfile(ctx context.Context, p *Profile) error {
	n, err := tx.Exec(ctx, `UPDATE organization SET phone = ?, phone_digits = ?, street = ?, postcode = ?, city = ?, country = ?, fields = ?,
version = version + 1, changed_at = ?, changed_by = ?, moved_at = ? WHERE id = ? AND version = ?`,
		p.Phone, Digits(p.Phone), p.Address.Street, p.Address.Postcode, p.Address.City, p.Address.Country, texts(p.Fields),
		ms(tx.Now()), p.ChangedBy, ms(tx.Now()), p.Org, p.Version)
	if err != nil {
		return fmt.Errorf("save account data: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "contact.error.changed")
	}
	p.Version++
	return nil
}
