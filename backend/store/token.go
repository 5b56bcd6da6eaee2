package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
)

// TokenKind says what a token opens.
type TokenKind string

const (
	InvitationToken TokenKind = "invitation" // accepting an invitation, by a mailed link
	ResetToken      TokenKind = "reset"      // choosing a new password, by a mailed link
	FactorToken     TokenKind = "factor"     // entering the second factor, after a right password
)

// Token opens something once for whoever holds it. Its text is not kept, only the hash by which it is found.
type Token struct {
	ID        id.Token
	Kind      TokenKind
	Login     id.Login
	Org       id.Organization // invitation: of the contact; "" for staff
	Contact   id.Contact      // invitation: "" for staff
	Door      api.As          // factor: where the password was entered
	Inviter   audit.Actor     // invitation
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time
}

// Open reports whether the token can still be used.
func (t *Token) Open(now time.Time) bool { return t.UsedAt.IsZero() && now.Before(t.ExpiresAt) }

const tokenColumns = `id, kind, login, org, contact, door, inviter_kind, inviter, inviter_name, created_at, expires_at, used_at`

func scanToken(row Scanner) (*Token, error) {
	var t Token
	var created, expires, used int64
	if err := row.Scan(&t.ID, &t.Kind, &t.Login, &t.Org, &t.Contact, &t.Door, &t.Inviter.Kind, &t.Inviter.ID, &t.Inviter.Name,
		&created, &expires, &used); err != nil {
		return nil, err
	}
	t.CreatedAt, t.ExpiresAt, t.UsedAt = at(created), at(expires), at(used)
	return &t, nil
}

// AddToken writes a new token with its hash. That somebody is half way through a sign-in is no change worth telling,
// so a FactorToken is bookkeeping.
func (tx *Tx) AddToken(ctx context.Context, t *Token, hash string) error {
	write := tx.Exec
	if t.Kind == FactorToken {
		write = tx.Touch
	}
	if _, err := write(ctx, `INSERT INTO token (hash, `+tokenColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		hash, t.ID, t.Kind, t.Login, t.Org, t.Contact, t.Door, t.Inviter.Kind, t.Inviter.ID, t.Inviter.Name, ms(t.CreatedAt), ms(t.ExpiresAt)); err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	return nil
}

// Token finds a token by its hash, usable or not.
func (tx *Tx) Token(ctx context.Context, kind TokenKind, hash string) (*Token, error) {
	return scanToken(tx.QueryRow(ctx, `SELECT `+tokenColumns+` FROM token WHERE hash = ? AND kind = ?`, hash, kind))
}

// UseToken uses a token up. NotFound when it is not there, was used, replaced or has expired: of racing uses one wins.
func (tx *Tx) UseToken(ctx context.Context, kind TokenKind, hash string) (*Token, error) {
	return scanToken(tx.QueryRow(ctx, `UPDATE token SET used_at = ? WHERE hash = ? AND kind = ? AND used_at = 0 AND expires_at > ? RETURNING `+tokenColumns,
		ms(tx.Now()), hash, kind, ms(tx.Now())))
}

// VoidTokens makes all unused tokens of these kinds of a login useless.
func (tx *Tx) VoidTokens(ctx context.Context, l id.Login, kinds ...TokenKind) error {
	args := []any{ms(tx.Now()), l}
	for _, k := range kinds {
		args = append(args, k)
	}
	if _, err := tx.Exec(ctx, `UPDATE token SET used_at = ? WHERE login = ? AND used_at = 0 AND kind IN (`+
		strings.Repeat(", ?", len(kinds))[2:]+`)`, args...); err != nil {
		return fmt.Errorf("void tokens: %w", err)
	}
	return nil
}

// VoidInvitations makes the unused invitations of a login useless: those as a contact, or with no contact as staff.
func (tx *Tx) VoidInvitations(ctx context.Context, l id.Login, oid id.Organization, c id.Contact) error {
	if _, err := tx.Exec(ctx, `UPDATE token SET used_at = ? WHERE login = ? AND used_at = 0 AND kind = ? AND org = ? AND contact = ?`,
		ms(tx.Now()), l, InvitationToken, oid, c); err != nil {
		return fmt.Errorf("void invitations: %w", err)
	}
	return nil
}

// VoidContactInvitations makes the unused invitations for a contact useless, whoever they were sent to; it tells
// whether one could still be accepted.
func (tx *Tx) VoidContactInvitations(ctx context.Context, oid id.Organization, c id.Contact) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE token SET used_at = ? WHERE contact = ? AND org = ? AND kind = ? AND used_at = 0 AND expires_at > ?`,
		ms(tx.Now()), c, oid, InvitationToken, ms(tx.Now()))
	if err != nil {
		return false, fmt.Errorf("void invitations: %w", err)
	}
	return n > 0, nil
}

// LastInvitation is the newest invitation for a contact, open or not; NotFound when there was none.
func (tx *Tx) LastInvitation(ctx context.Context, oid id.Organization, c id.Contact) (*Token, error) {
	return scanToken(tx.QueryRow(ctx, `SELECT `+tokenColumns+` FROM token WHERE contact = ? AND org = ? AND kind = ? ORDER BY created_at DESC, id DESC LIMIT 1`,
		c, oid, InvitationToken))
}

// InvitedElsewhere reports whether a login is a contact of any organization, or has an open invitation to another one
// or to the staff.
func (tx *Tx) InvitedElsewhere(ctx context.Context, l id.Login, but id.Organization) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM contact WHERE login = ?) OR
EXISTS (SELECT 1 FROM token WHERE login = ? AND used_at = 0 AND kind = ? AND expires_at > ? AND org <> ?)`,
		l, l, InvitationToken, ms(tx.Now()), but).Scan(&yes)
	return yes, err
}

// HasOpenInvitation reports whether a login has an invitation that can still be accepted.
func (tx *Tx) HasOpenInvitation(ctx context.Context, l id.Login) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM token WHERE login = ? AND used_at = 0 AND kind = ? AND expires_at > ?)`,
		l, InvitationToken, ms(tx.Now())).Scan(&yes)
	return yes, err
}
