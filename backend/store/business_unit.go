package store

import (
	"context"
	"fmt"
	"strings"

	"countersign/shared/id"
	"countersign/shared/number"
)

// NameKey is what makes two names of units or programs the same one: neither case nor blanks tell them apart.
func NameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

const unitColumns = `id, name, ver`

func scanUnit(row Scanner) (u number.Unit, err error) {
	return u, row.Scan(&u.ID, &u.Name, &u.Ver)
}

// BusinessUnit is one unit of an organization; NotFound when there is none.
func (tx *Tx) BusinessUnit(ctx context.Context, oid id.Organization, u id.BusinessUnit) (*number.Unit, error) {
	unit, err := scanUnit(tx.QueryRow(ctx, `SELECT `+unitColumns+` FROM business_unit WHERE org = ? AND id = ?`, oid, u))
	if err != nil {
		return nil, err
	}
	return &unit, nil
}

// BusinessUnits are the organization's units by name.
func (tx *Tx) BusinessUnits(ctx context.Context, oid id.Organization) ([]number.Unit, error) {
	return Collect(tx.Query(ctx, `SELECT `+unitColumns+` FROM business_unit WHERE org = ? ORDER BY name_key`, oid),
		func(r *Rows) (number.Unit, error) { return scanUnit(r) })
}

// AddBusinessUnit writes a new unit. A Violation (IsUnique) when the organization has one of that name.
func (tx *Tx) AddBusinessUnit(ctx context.Context, oid id.Organization, u *number.Unit) error {
	if _, err := tx.Exec(ctx, `INSERT INTO business_unit (id, org, name, name_key, ver, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		u.ID, oid, u.Name, NameKey(u.Name), u.Ver, tx.Now()); err != nil {
		return fmt.Errorf("write business unit: %w", err)
	}
	return nil
}

// SaveBusinessUnit writes name and version of a unit. A Violation (IsUnique) when another one has that name.
func (tx *Tx) SaveBusinessUnit(ctx context.Context, oid id.Organization, u *number.Unit) error {
	if _, err := tx.Exec(ctx, `UPDATE business_unit SET name = ?, name_key = ?, ver = ? WHERE org = ? AND id = ?`,
		u.Name, NameKey(u.Name), u.Ver, oid, u.ID); err != nil {
		return fmt.Errorf("save business unit: %w", err)
	}
	return nil
}

// DeleteBusinessUnit removes a unit's row.
func (tx *Tx) DeleteBusinessUnit(ctx context.Context, oid id.Organization, u id.BusinessUnit) error {
	if _, err := tx.Exec(ctx, `DELETE FROM business_unit WHERE org = ? AND id = ?`, oid, u); err != nil {
		return fmt.Errorf("delete business unit: %w", err)
	}
	return nil
}
