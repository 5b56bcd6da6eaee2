package store

import (
	"context"
	"fmt"

	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
)

const cannedColumns = `id, title, body_en, body_fr, version, changed_at, changed_by`

func scanCanned(row Scanner) (a api.CannedAnswer, err error) {
	return a, row.Scan(&a.ID, &a.Title, &a.BodyEN, &a.BodyFR, &a.Version, &a.ChangedAt, &a.ChangedBy)
}

// CannedAnswers are all texts for answers, by title.
func (tx *Tx) CannedAnswers(ctx context.Context) ([]api.CannedAnswer, error) {
	return Collect(tx.Query(ctx, `SELECT `+cannedColumns+` FROM canned_answer ORDER BY title_key`), func(r *Rows) (api.CannedAnswer, error) { return scanCanned(r) })
}

// CannedAnswer is one of them.
func (tx *Tx) CannedAnswer(ctx context.Context, a id.CannedAnswer) (*api.CannedAnswer, error) {
	out, err := scanCanned(tx.QueryRow(ctx, `SELECT `+cannedColumns+` FROM canned_answer WHERE id = ?`, a))
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// AddCanned writes a new one. A Violation (IsUnique) when the title is taken.
func (tx *Tx) AddCanned(ctx context.Context, a *api.CannedAnswer) error {
	a.Version = 1
	if _, err := tx.Exec(ctx, `INSERT INTO canned_answer (id, title, title_key, body_en, body_fr, version, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Title, NameKey(a.Title), a.BodyEN, a.BodyFR, a.Version, a.ChangedAt, a.ChangedBy); err != nil {
		return fmt.Errorf("write canned answer: %w", err)
	}
	return nil
}

// SaveCanned writes a changed one over the version that it was loaded as. A Violation (IsUnique) when the title is taken.
func (tx *Tx) SaveCanned(ctx context.Context, a *api.CannedAnswer) error {
	n, err := tx.Exec(ctx, `UPDATE canned_answer SET title = ?, title_key = ?, body_en = ?, body_fr = ?, version = version + 1, changed_at = ?, changed_by = ?
WHERE id = ? AND version = ?`, a.Title, NameKey(a.Title), a.BodyEN, a.BodyFR, a.ChangedAt, a.ChangedBy, a.ID, a.Version)
	if err != nil {
		return fmt.Errorf("save canned answer: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "error.conflict")
	}
	a.Version++
	return nil
}

// DeleteCanned removes one.
func (tx *Tx) DeleteCanned(ctx context.Context, a id.CannedAnswer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM canned_answer WHERE id = ?`, a); err != nil {
		return fmt.Errorf("delete canned answer: %w", err)
	}
	return nil
}
