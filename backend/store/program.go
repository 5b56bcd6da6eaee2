package store

import (
	"context"
	"fmt"

	"countersign/shared/id"
	"countersign/shared/number"
)

const programColumns = `id, business_unit, display_name, call_purpose, starts, ends, ver`

func scanProgram(row Scanner) (p number.Program, err error) {
	return p, row.Scan(&p.ID, &p.BusinessUnit, &p.DisplayName, &p.CallPurpose, &p.Starts, &p.Ends, &p.Ver)
}

// Program is one program of an organization; NotFound when there is none.
func (tx *Tx) Program(ctx context.Context, oid id.Organization, p id.Program) (*number.Program, error) {
	program, err := scanProgram(tx.QueryRow(ctx, `SELECT `+programColumns+` FROM program WHERE org = ? AND id = ?`, oid, p))
	if err != nil {
		return nil, err
	}
	return &program, nil
}

// Programs are the organization's programs by name.
func (tx *Tx) Programs(ctx context.Context, oid id.Organization) ([]number.Program, error) {
	return Collect(tx.Query(ctx, `SELECT `+programColumns+` FROM program WHERE org = ? ORDER BY name_key, id`, oid),
		func(r *Rows) (number.Program, error) { return scanProgram(r) })
}

// AddProgram writes a new program. A Violation (IsUnique) when its unit has one of that name.
func (tx *Tx) AddProgram(ctx context.Context, oid id.Organization, p *number.Program) error {
	if _, err := tx.Exec(ctx, `INSERT INTO program (id, org, business_unit, display_name, name_key, call_purpose, starts, ends, ver, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, p.ID, oid, p.BusinessUnit, p.DisplayName, NameKey(p.DisplayName), p.CallPurpose, p.Starts, p.Ends,
		p.Ver, tx.Now()); err != nil {
		return fmt.Errorf("write program: %w", err)
	}
	return nil
}

// SaveProgram writes what can change of a program: all but its unit. A Violation (IsUnique) when another one of the unit
// has that name.
func (tx *Tx) SaveProgram(ctx context.Context, oid id.Organization, p *number.Program) error {
	if _, err := tx.Exec(ctx, `UPDATE program SET display_name = ?, name_key = ?, call_purpose = ?, starts = ?, ends = ?, ver = ?
WHERE org = ? AND id = ?`, p.DisplayName, NameKey(p.DisplayName), p.CallPurpose, p.Starts, p.Ends, p.Ver, oid, p.ID); err != nil {
		return fmt.Errorf("save program: %w", err)
	}
	return nil
}

// DeleteProgram removes a program's row.
func (tx *Tx) DeleteProgram(ctx context.Context, oid id.Organization, p id.Program) error {
	if _, err := tx.Exec(ctx, `DELETE FROM program WHERE org = ? AND id = ?`, oid, p); err != nil {
		return fmt.Errorf("delete program: %w", err)
	}
	return nil
}
