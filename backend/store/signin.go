package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
)

// SignIn is the row of one sign-in, for opening, listing and ending. The gate reads SignedIn.
type SignIn struct {
	ID        id.Session
	Kind      api.As
	Login     id.Login
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time
	SteppedAt time.Time
	Address   string
	Browser   string
	Bound     string
}

// AddSignIn writes a new sign-in with the hash of its token.
func (tx *Tx) AddSignIn(ctx context.Context, s *SignIn, tokenHash string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO session (id, token_hash, kind, login, created_at, seen_at, ends_at, stepped_at, address, browser,
bound, ended_at, ended_why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')`,
		s.ID, tokenHash, s.Kind, s.Login, ms(s.CreatedAt), ms(s.SeenAt), ms(s.EndsAt), ms(s.SteppedAt), s.Address, s.Browser, s.Bound); err != nil {
		return fmt.Errorf("write sign-in: %w", err)
	}
	return nil
}

// SignInsOfLogin are a login's sign-ins that were not ended, oldest first: also those that time has ended.
func (tx *Tx) SignInsOfLogin(ctx context.Context, l id.Login) ([]SignIn, error) {
	return Collect(tx.Query(ctx, `SELECT id, kind, login, created_at, seen_at, ends_at, stepped_at, address, browser, bound
FROM session WHERE login = ? AND ended_at = 0 ORDER BY created_at, id`, l), func(r *Rows) (SignIn, error) {
		var s SignIn
		var created, seen, ends, stepped int64
		err := r.Scan(&s.ID, &s.Kind, &s.Login, &created, &seen, &ends, &stepped, &s.Address, &s.Browser, &s.Bound)
		s.CreatedAt, s.SeenAt, s.EndsAt, s.SteppedAt = at(created), at(seen), at(ends), at(stepped)
		return s, err
	})
}

// EverSignedIn reports whether a login was used before.
func (tx *Tx) EverSignedIn(ctx context.Context, l id.Login) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM session WHERE login = ?)`, l).Scan(&yes)
	return yes, err
}

// EndSignIn ends one sign-in; false when it was ended already.
func (tx *Tx) EndSignIn(ctx context.Context, s id.Session, why string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE session SET ended_at = ?, ended_why = ? WHERE id = ? AND ended_at = 0`, ms(tx.Now()), why, s)
	if err != nil {
		return false, fmt.Errorf("end sign-in: %w", err)
	}
	return n == 1, nil
}

// StepUpSignIn notes that the password was entered again.
func (tx *Tx) StepUpSignIn(ctx context.Context, s id.Session) error {
	if _, err := tx.Exec(ctx, `UPDATE session SET stepped_at = ? WHERE id = ? AND ended_at = 0`, ms(tx.Now()), s); err != nil {
		return fmt.Errorf("save step-up: %w", err)
	}
	return nil
}
