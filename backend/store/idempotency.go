package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/id"
)

// Answered is the answer that a call with a key was given. Sum tells what was asked.
type Answered struct {
	Sum    string
	Answer string
	At     time.Time
}

// Answered is what a token's call with a key was answered; NotFound when there was none.
func (tx *Tx) Answered(ctx context.Context, t id.APIToken, key string) (a Answered, err error) {
	return a, tx.QueryRow(ctx, `SELECT sum, answer, created_at FROM idempotency_key WHERE token = ? AND name = ?`, t, key).Scan(&a.Sum, &a.Answer, &a.At)
}

// KeepAnswer keeps what a token's call with a key is answered, in place of an older one. What the call did is recorded with
// it, so that this is bookkeeping.
func (tx *Tx) KeepAnswer(ctx context.Context, t id.APIToken, key string, a Answered) error {
	if _, err := tx.Touch(ctx, `INSERT INTO idempotency_key (token, name, sum, answer, created_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (token, name) DO UPDATE SET sum = excluded.sum, answer = excluded.answer, created_at = excluded.created_at`,
		t, key, a.Sum, a.Answer, tx.Now()); err != nil {
		return fmt.Errorf("keep the answer to a call: %w", err)
	}
	return nil
}

// DropAnswers forgets answers that were given before a time.
func (tx *Tx) DropAnswers(ctx context.Context, before time.Time) error {
	if _, err := tx.Touch(ctx, `DELETE FROM idempotency_key WHERE created_at < ?`, before); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	return nil
}
