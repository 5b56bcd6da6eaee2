package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
)

// Attempts are the tries of a bucket of the sign-in throttle as they were saved, "" for a bucket never tried.
func (tx *Tx) Attempts(ctx context.Context, bucket string) (string, error) {
	var times string
	err := tx.QueryRow(ctx, `SELECT times FROM attempt WHERE bucket = ?`, bucket).Scan(&times)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return times, err
}

// SaveAttempts replaces the tries of a bucket; "" forgets it. It is bookkeeping, and tidies up a few that expired.
func (tx *Tx) SaveAttempts(ctx context.Context, bucket, times string, expires time.Time) error {
	if times == "" {
		_, err := tx.Touch(ctx, `DELETE FROM attempt WHERE bucket = ?`, bucket)
		return err
	}
	if _, err := tx.Touch(ctx, `INSERT INTO attempt (bucket, times, expires_at) VALUES (?, ?, ?)
ON CONFLICT (bucket) DO UPDATE SET times = excluded.times, expires_at = excluded.expires_at`, bucket, times, ms(expires)); err != nil {
		return fmt.Errorf("save tries: %w", err)
	}
	if _, err := tx.Touch(ctx, `DELETE FROM attempt WHERE bucket IN (SELECT bucket FROM attempt WHERE expires_at <= ? LIMIT 20)`, ms(tx.Now())); err != nil {
		return fmt.Errorf("forget old tries: %w", err)
	}
	return nil
}
