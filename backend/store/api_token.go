package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/org"
)

// APIToken is a credential of another system of the provider's, with what its maker is now.
type APIToken struct {
	ID         id.APIToken
	Name       string
	Scopes     []api.Scope
	MadeBy     id.Staff
	MadeByName string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	UsedAt     time.Time
	RevokedAt  time.Time

	Maker StaffRow // Rank, Active and AcceptedAt alone
}

// Usable reports whether the token opens anything: it was not revoked, has not expired, and whoever made it could make it
// now.
func (t *APIToken) Usable(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt)) &&
		t.Maker.Works() && t.Maker.Rank.AtLeast(org.Administrator)
}

// Covers reports whether one of the token's scopes covers what is needed.
func (t *APIToken) Covers(need api.Scope) bool {
	return slices.ContainsFunc(t.Scopes, func(s api.Scope) bool { return s.Covers(need) })
}

const apiTokenRows = `SELECT api_token.id, api_token.name, api_token.scopes, api_token.made_by, api_token.made_by_name, api_token.created_at,
api_token.expires_at, api_token.used_at, api_token.revoked_at, staff.role, staff.active, staff.accepted_at
FROM api_token JOIN staff ON staff.id = api_token.made_by `

func scanAPIToken(row Scanner) (*APIToken, error) {
	var t APIToken
	var scopes string
	if err := row.Scan(&t.ID, &t.Name, &scopes, &t.MadeBy, &t.MadeByName, &t.CreatedAt, &t.ExpiresAt, &t.UsedAt, &t.RevokedAt,
		&t.Maker.Rank, &t.Maker.Active, &t.Maker.AcceptedAt); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
		return nil, fmt.Errorf("scopes of token %s: %w", t.ID, err)
	}
	return &t, nil
}

// APITokenByHash is the token that a secret belongs to, usable or not.
func (tx *Tx) APITokenByHash(ctx context.Context, hash string) (*APIToken, error) {
	return scanAPIToken(tx.QueryRow(ctx, apiTokenRows+`WHERE api_token.hash = ?`, hash))
}

// APITokenByID is one token.
func (tx *Tx) APITokenByID(ctx context.Context, t id.APIToken) (*APIToken, error) {
	return scanAPIToken(tx.QueryRow(ctx, apiTokenRows+`WHERE api_token.id = ?`, t))
}

// AllAPITokens are all tokens, the newest first.
func (tx *Tx) AllAPITokens(ctx context.Context) ([]*APIToken, error) {
	return Collect(tx.Query(ctx, apiTokenRows+`ORDER BY api_token.id DESC`), func(r *Rows) (*APIToken, error) { return scanAPIToken(r) })
}

// CountAPITokens is how many tokens are not revoked.
func (tx *Tx) CountAPITokens(ctx context.Context) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM api_token WHERE revoked_at = 0`).Scan(&n)
	return n, err
}

// AddAPIToken writes a new token with its hash.
func (tx *Tx) AddAPIToken(ctx context.Context, t *APIToken, hash string) error {
	scopes, err := json.Marshal(t.Scopes)
	if err != nil {
		return fmt.Errorf("write scopes: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO api_token (id, name, hash, scopes, made_by, made_by_name, created_at, expires_at, used_at, revoked_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`, t.ID, t.Name, hash, string(scopes), t.MadeBy, t.MadeByName, t.CreatedAt, t.ExpiresAt); err != nil {
		return fmt.Errorf("write API token: %w", err)
	}
	return nil
}

// RevokeAPIToken ends a token; false when it was revoked already.
func (tx *Tx) RevokeAPIToken(ctx context.Context, t id.APIToken) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE api_token SET revoked_at = ? WHERE id = ? AND revoked_at = 0`, tx.Now(), t)
	if err != nil {
		return false, fmt.Errorf("revoke API token: %w", err)
	}
	return n == 1, nil
}

// TouchAPIToken notes that a token is in use.
func (tx *Tx) TouchAPIToken(ctx context.Context, t id.APIToken) error {
	if _, err := tx.Touch(ctx, `UPDATE api_token SET used_at = ? WHERE id = ? AND used_at < ?`, tx.Now(), t, tx.Now()); err != nil {
		return fmt.Errorf("note the use of an API token: %w", err)
	}
	return nil
}
