package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// OrgKey is an organization's key as it is stored: wrapped by the root key with that id.
type OrgKey struct {
	Org     id.Organization
	RootKey string
	Wrapped string
}

// OrgKey is the organization's key, NotFound before its first code.
func (tx *Tx) OrgKey(ctx context.Context, oid id.Organization) (*OrgKey, error) {
	k := OrgKey{Org: oid}
	if err := tx.QueryRow(ctx, `SELECT root_key, wrapped FROM org_key WHERE org = ?`, oid).Scan(&k.RootKey, &k.Wrapped); err != nil {
		return nil, err
	}
	return &k, nil
}

// SaveOrgKey writes an organization's key, also over the one before.
func (tx *Tx) SaveOrgKey(ctx context.Context, k *OrgKey) error {
	if _, err := tx.Exec(ctx, `INSERT INTO org_key (org, root_key, wrapped, created_at) VALUES (?, ?, ?, ?)
ON CONFLICT (org) DO UPDATE SET root_key = excluded.root_key, wrapped = excluded.wrapped, created_at = excluded.created_at`,
		k.Org, k.RootKey, k.Wrapped, ms(tx.Now())); err != nil {
		return fmt.Errorf("save the key of an organization: %w", err)
	}
	return nil
}

// OrgKeysOf are organizations whose key another root key wraps than the one named, some at a time.
func (tx *Tx) OrgKeysOf(ctx context.Context, not string, limit int) ([]id.Organization, error) {
	return Collect(tx.Query(ctx, `SELECT org FROM org_key WHERE root_key <> ? ORDER BY org LIMIT ?`, not, limit),
		func(r *Rows) (o id.Organization, err error) { return o, r.Scan(&o) })
}

// KeyUse counts what needs each root key.
type KeyUse struct {
	Orgs, Codes, History, Phrases int
}

// KeyUses counts, by id of the root key, what it wraps or made tags for. Phrases that are over need none.
func (tx *Tx) KeyUses(ctx context.Context) (map[string]KeyUse, error) {
	out := map[string]KeyUse{}
	for i, q := range []string{
		`SELECT root_key, COUNT(*) FROM org_key GROUP BY root_key`,
		`SELECT root_key, COUNT(*) FROM code WHERE sealed <> '' GROUP BY root_key`,
		`SELECT root_key, COUNT(*) FROM code_history GROUP BY root_key`,
		`SELECT root_key, COUNT(*) FROM phrase WHERE ended_at = 0 AND expires_at > ? GROUP BY root_key`,
	} {
		var args []any
		if i == 3 {
			args = append(args, ms(tx.Now()))
		}
		rows := tx.Query(ctx, q, args...)
		for rows.Next() {
			var key string
			var n int
			if err := rows.Scan(&key, &n); err != nil {
				rows.Close()
				return nil, fmt.Errorf("count what a key is used for: %w", err)
			}
			u := out[key]
			*[]*int{&u.Orgs, &u.Codes, &u.History, &u.Phrases}[i] = n
			out[key] = u
		}
		err := rows.Err()
		rows.Close()
		if err != nil {
			return nil, fmt.Errorf("count what a key is used for: %w", err)
		}
	}
	return out, nil
}

// SealedLogin is a login with what is sealed of its second factor.
type SealedLogin struct {
	Login           id.Login
	Factor, Pending string
}

// SealedLogins are logins with a second factor, after one of them, some at a time.
func (tx *Tx) SealedLogins(ctx context.Context, after id.Login, limit int) ([]SealedLogin, error) {
	return Collect(tx.Query(ctx, `SELECT id, totp_sealed, totp_pending FROM login WHERE id > ? AND (totp_sealed <> '' OR totp_pending <> '') ORDER BY id LIMIT ?`, after, limit),
		func(r *Rows) (l SealedLogin, err error) { return l, r.Scan(&l.Login, &l.Factor, &l.Pending) })
}

// ResealLogin writes a second factor that was sealed with another key.
func (tx *Tx) ResealLogin(ctx context.Context, l SealedLogin) error {
	if _, err := tx.Exec(ctx, `UPDATE login SET totp_sealed = ?, totp_pending = ? WHERE id = ?`, l.Factor, l.Pending, l.Login); err != nil {
		return fmt.Errorf("seal a second factor: %w", err)
	}
	return nil
}

// SealedMail is a mail that waits with a sealed token.
type SealedMail struct {
	ID     id.Mail
	Sealed string
}

// SealedMails are mails with a sealed token, after one of them, some at a time.
func (tx *Tx) SealedMails(ctx context.Context, after id.Mail, limit int) ([]SealedMail, error) {
	return Collect(tx.Query(ctx, `SELECT id, sealed FROM outbox_mail WHERE id > ? AND sealed <> '' AND sent_at = 0 AND dead_at = 0 ORDER BY id LIMIT ?`, after, limit),
		func(r *Rows) (m SealedMail, err error) { return m, r.Scan(&m.ID, &m.Sealed) })
}

// ResealMail writes a mail's token that was sealed with another key.
func (tx *Tx) ResealMail(ctx context.Context, m SealedMail) error {
	if _, err := tx.Exec(ctx, `UPDATE outbox_mail SET sealed = ? WHERE id = ? AND sealed <> ''`, m.Sealed, m.ID); err != nil {
		return fmt.Errorf("seal a mail: %w", err)
	}
	return nil
}

// SeeMisses notes that somebody of the organization has looked at the misses: those before don't lock its codes.
func (tx *Tx) SeeMisses(ctx context.Context, oid id.Organization) error {
	if _, err := tx.Exec(ctx, `UPDATE organization SET misses_seen_at = ? WHERE id = ?`, ms(tx.Now()), oid); err != nil {
		return fmt.Errorf("acknowledge misses: %w", err)
	}
	return nil
}

// MissesSeen is when somebody of the organization last looked at the misses.
func (tx *Tx) MissesSeen(ctx context.Context, oid id.Organization) (t time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT misses_seen_at FROM organization WHERE id = ?`, oid).Scan(&t)
	if errs.Is(err, errs.NotFound) {
		return t, gone()
	}
	return t, err
}
