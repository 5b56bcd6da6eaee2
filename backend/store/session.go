package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/org"
)

// SignedIn is a sign-in with the person behind it, as one row: what the gate needs of every request.
type SignedIn struct {
	Session   id.Session
	Kind      api.As
	Login     id.Login
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time
	SteppedAt time.Time
	Bound     string
	EndedAt   time.Time
	EndedWhy  string

	Email  string
	Name   string
	Locale string
	Factor bool // a second factor is set

	Staff       id.Staff // "" when the login doesn't work for the provider
	StaffName   string
	Rank        org.Rank
	StaffActive bool // and has accepted the invitation
}

const signedIn = `SELECT session.id, session.kind, session.login, session.created_at, session.seen_at, session.ends_at, session.stepped_at,
session.bound, session.ended_at, session.ended_why, login.email, login.name, login.locale, login.totp_sealed <> '',
COALESCE(staff.id, ''), COALESCE(staff.name, ''), COALESCE(staff.role, ''), COALESCE(staff.active AND staff.accepted_at > 0, FALSE)
FROM session JOIN login ON login.id = session.login LEFT JOIN staff ON staff.login = login.id `

func scanSignedIn(row Scanner) (*SignedIn, error) {
	var s SignedIn
	var created, seen, ends, stepped, ended int64
	if err := row.Scan(&s.Session, &s.Kind, &s.Login, &created, &seen, &ends, &stepped, &s.Bound, &ended, &s.EndedWhy, &s.Email, &s.Name,
		&s.Locale, &s.Factor, &s.Staff, &s.StaffName, &s.Rank, &s.StaffActive); err != nil {
		return nil, err
	}
	s.CreatedAt, s.SeenAt, s.EndsAt, s.SteppedAt, s.EndedAt = at(created), at(seen), at(ends), at(stepped), at(ended)
	return &s, nil
}

// SignedInByToken finds the sign-in of a token, open or ended.
func (tx *Tx) SignedInByToken(ctx context.Context, hash string) (*SignedIn, error) {
	return scanSignedIn(tx.QueryRow(ctx, signedIn+`WHERE session.token_hash = ?`, hash))
}

// SignedIn finds a sign-in by its id, open or ended.
func (tx *Tx) SignedIn(ctx context.Context, sid id.Session) (*SignedIn, error) {
	return scanSignedIn(tx.QueryRow(ctx, signedIn+`WHERE session.id = ?`, sid))
}

// Inside is a support session with its grant's state and the agent's sign-in, as one row: what the gate needs of
// every request inside an organization.
type Inside struct {
	Session access.Session
	Grant   access.Request // state, source, ends: not its requesters
	SignIn  SignedIn
}

// InsideByToken finds the support session of a token with its grant and sign-in, open or ended.
func (tx *Tx) InsideByToken(ctx context.Context, hash string) (*Inside, error) {
	s, err := tx.SupportSessionByToken(ctx, hash)
	if err != nil {
		return nil, err
	}
	return tx.inside(ctx, s)
}

// InsideByID finds a support session by its id, with its grant and sign-in, open or ended.
func (tx *Tx) InsideByID(ctx context.Context, sid id.SupportSession) (*Inside, error) {
	s, err := tx.SupportSession(ctx, sid)
	if err != nil {
		return nil, err
	}
	return tx.inside(ctx, s)
}

func (tx *Tx) inside(ctx context.Context, s *access.Session) (*Inside, error) {
	in := &Inside{Session: *s}
	r, err := scanRequest(tx.QueryRow(ctx, `SELECT `+requestColumns+` FROM access_request WHERE id = ?`, s.Request))
	if err != nil {
		return nil, fmt.Errorf("grant of support session %s: %w", s.ID, err)
	}
	in.Grant = *r
	si, err := tx.SignedIn(ctx, s.StaffSession)
	if err != nil {
		return nil, fmt.Errorf("sign-in of support session %s: %w", s.ID, err)
	}
	in.SignIn = *si
	return in, nil
}

// TouchSession notes that a sign-in was used. It is bookkeeping: no audit entry tells it.
func (tx *Tx) TouchSession(ctx context.Context, sid id.Session) error {
	_, err := tx.Touch(ctx, `UPDATE session SET seen_at = ? WHERE id = ? AND ended_at = 0`, ms(tx.Now()), sid)
	return err
}
