package store

import (
	"context"
	"encoding/json"
	"fmt"

	"countersign/shared/id"
	"countersign/shared/number"
)

// Call purposes are the provider's, the same for all organizations.

const purposeColumns = `key, labels, never_places, retired, position`

func scanPurpose(row Scanner) (p number.Purpose, err error) {
	var labels string
	if err := row.Scan(&p.Key, &labels, &p.NeverPlaces, &p.Retired, &p.Position); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(labels), &p.Labels); err != nil {
		return p, fmt.Errorf("labels of the call purpose %s: %w", p.Key, err)
	}
	return p, nil
}

// Purpose is one call purpose; NotFound when there is none.
func (tx *Tx) Purpose(ctx context.Context, key string) (*number.Purpose, error) {
	p, err := scanPurpose(tx.QueryRow(ctx, `SELECT `+purposeColumns+` FROM call_purpose WHERE key = ?`, key))
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Purposes are all call purposes in order, retired ones too.
func (tx *Tx) Purposes(ctx context.Context) ([]number.Purpose, error) {
	return Collect(tx.Query(ctx, `SELECT `+purposeColumns+` FROM call_purpose ORDER BY position, key`),
		func(r *Rows) (number.Purpose, error) { return scanPurpose(r) })
}

// AddPurpose writes a new call purpose. A Violation (IsUnique) when the key is taken.
func (tx *Tx) AddPurpose(ctx context.Context, p *number.Purpose) error {
	if _, err := tx.Exec(ctx, `INSERT INTO call_purpose (key, labels, never_places, retired, position) VALUES (?, ?, ?, ?, ?)`,
		p.Key, texts(p.Labels), p.NeverPlaces, p.Retired, p.Position); err != nil {
		return fmt.Errorf("write call purpose: %w", err)
	}
	return nil
}

// SavePurpose writes labels, position and whether the purpose is retired. What it means for calls never changes.
func (tx *Tx) SavePurpose(ctx context.Context, p *number.Purpose) error {
	if _, err := tx.Exec(ctx, `UPDATE call_purpose SET labels = ?, retired = ?, position = ? WHERE key = ?`,
		texts(p.Labels), p.Retired, p.Position, p.Key); err != nil {
		return fmt.Errorf("save call purpose: %w", err)
	}
	return nil
}

// NumberOrganizations are those that have a history of numbers, by id, at most limit beyond after.
func (tx *Tx) NumberOrganizations(ctx context.Context, after id.Organization, limit int) ([]id.Organization, error) {
	return Collect(tx.Query(ctx, `SELECT org FROM number_head WHERE org > ? ORDER BY org LIMIT ?`, after, limit),
		func(r *Rows) (o id.Organization, err error) { return o, r.Scan(&o) })
}
