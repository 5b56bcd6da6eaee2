package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/verification"
)

const verificationColumns = `id, org, staff, staff_name, channel, ticket, contact, contact_name, counter, started_at, expires_at, outcome, matched,
matched_at, receipt_until, closed_at, denied_at`

func scanVerification(row Scanner) (*verification.Verification, error) {
	var v verification.Verification
	if err := row.Scan(&v.ID, &v.Org, &v.Staff, &v.StaffName, &v.Channel, &v.Ticket, &v.Contact, &v.ContactName, &v.Counter, &v.StartedAt, &v.ExpiresAt,
		&v.Outcome, &v.Matched, &v.MatchedAt, &v.Until, &v.ClosedAt, &v.DeniedAt); err != nil {
		return nil, err
	}
	return &v, nil
}

// Verification is one of the organization.
func (tx *Tx) Verification(ctx context.Context, oid id.Organization, v id.Verification) (*verification.Verification, error) {
	return scanVerification(tx.QueryRow(ctx, `SELECT `+verificationColumns+` FROM verification WHERE org = ? AND id = ?`, oid, v))
}

// AddVerification writes a new one.
func (tx *Tx) AddVerification(ctx context.Context, v *verification.Verification) error {
	if _, err := tx.Exec(ctx, `INSERT INTO verification (`+verificationColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.ID, v.Org, v.Staff, v.StaffName, v.Channel, v.Ticket, v.Contact, v.ContactName, v.Counter, v.StartedAt, v.ExpiresAt, v.Outcome, v.Matched,
		v.MatchedAt, v.Until, v.ClosedAt, v.DeniedAt); err != nil {
		return fmt.Errorf("write a verification: %w", err)
	}
	return nil
}

// SaveVerification writes outcome, receipt and end. One that was closed or denied meanwhile stays so: a Conflict.
func (tx *Tx) SaveVerification(ctx context.Context, v *verification.Verification) error {
	n, err := tx.Exec(ctx, `UPDATE verification SET outcome = ?, matched = ?, matched_at = ?, receipt_until = ?, closed_at = ?, denied_at = ?
WHERE org = ? AND id = ? AND closed_at = 0`, v.Outcome, v.Matched, v.MatchedAt, v.Until, v.ClosedAt, v.DeniedAt, v.Org, v.ID)
	if err != nil {
		return fmt.Errorf("save a verification: %w", err)
	}
	if n != 1 {
		return errs.InState("closed", "verify.error.closed")
	}
	return nil
}

// OpenVerifications are those of the organization that are not over: of one contact, or ("") of all.
func (tx *Tx) OpenVerifications(ctx context.Context, oid id.Organization, c id.Contact, now time.Time) ([]verification.Verification, error) {
	if c == "" {
		return tx.verifications(ctx, `WHERE org = ? AND closed_at = 0 AND (expires_at > ? OR receipt_until > ?) ORDER BY started_at DESC, id DESC`, oid, now, now)
	}
	return tx.verifications(ctx, `WHERE org = ? AND contact = ? AND closed_at = 0 AND (expires_at > ? OR receipt_until > ?) ORDER BY started_at DESC, id DESC`, oid, c, now, now)
}

// AgentVerifications are the agent's that are not over, newest first.
func (tx *Tx) AgentVerifications(ctx context.Context, s id.Staff, now time.Time) ([]verification.Verification, error) {
	return tx.verifications(ctx, `WHERE staff = ? AND closed_at = 0 AND (expires_at > ? OR receipt_until > ?) ORDER BY started_at DESC, id DESC`, s, now, now)
}

// DueVerifications are those of all organizations whose time is over and that nobody closed, some at a time.
func (tx *Tx) DueVerifications(ctx context.Context, now time.Time) ([]verification.Verification, error) {
	return tx.verifications(ctx, `WHERE closed_at = 0 AND expires_at <= ? AND receipt_until <= ? ORDER BY expires_at LIMIT 500`, now, now)
}

// NextVerificationEnd is when the next open one is over; zero when none is open.
func (tx *Tx) NextVerificationEnd(ctx context.Context) (t time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(CASE WHEN receipt_until > expires_at THEN receipt_until ELSE expires_at END), 0) FROM verification
WHERE closed_at = 0`).Scan(&t)
	return t, err
}

func (tx *Tx) verifications(ctx context.Context, where string, args ...any) ([]verification.Verification, error) {
	return Collect(tx.Query(ctx, `SELECT `+verificationColumns+` FROM verification `+where, args...), func(r *Rows) (verification.Verification, error) {
		v, err := scanVerification(r)
		if err != nil {
			return verification.Verification{}, fmt.Errorf("read verification: %w", err)
		}
		return *v, nil
	})
}
