package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

func scanAttention(row Scanner) (*replica.Attention, error) {
	var item string
	if err := row.Scan(&item); err != nil {
		return nil, err
	}
	a := new(replica.Attention)
	return a, fault("read an attention item", json.Unmarshal([]byte(item), a))
}

func (s *numbers) Attention(item id.Attention) (*replica.Attention, error) {
	return maybe(scanAttention(s.tx.QueryRow(s.ctx, `SELECT item FROM sync_attention WHERE org = ? AND id = ? AND resolved_at = 0`,
		string(s.org), string(item))))
}

func (s *numbers) Attentions(l id.Login) ([]replica.Attention, error) {
	return Collect(s.tx.Query(s.ctx, `SELECT item FROM sync_attention WHERE org = ? AND login = ? AND resolved_at = 0 ORDER BY created_at, id`,
		string(s.org), string(l)), collectAttention)
}

func collectAttention(r *Rows) (replica.Attention, error) {
	a, err := scanAttention(r)
	if err != nil {
		return replica.Attention{}, err
	}
	return *a, nil
}

func (s *numbers) AttentionOn(l id.Login, n id.Number) (*replica.Attention, error) {
	return maybe(scanAttention(s.tx.QueryRow(s.ctx, `SELECT item FROM sync_attention
WHERE org = ? AND login = ? AND number = ? AND resolved_at = 0 ORDER BY created_at DESC, id DESC LIMIT 1`, string(s.org), string(l), string(n))))
}

func (s *numbers) PutAttention(a *replica.Attention) error {
	item, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an attention item: %w", err)
	}
	_, err = s.tx.Touch(s.ctx, `INSERT INTO sync_attention (id, org, login, number, device, item, created_at, resolved_at, resolution, resolved_by)
VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', '') ON CONFLICT (id) DO UPDATE SET number = excluded.number, item = excluded.item`,
		string(a.ID), string(s.org), string(a.Login), string(aboutOne(a)), a.Device, string(item), s.tx.now)
	return fault("write an attention item", err)
}

// aboutOne is the one number that an item is about, "" when it is about several.
func aboutOne(a *replica.Attention) (n id.Number) {
	for i := range a.Mutations {
		rows := a.Mutations[i].Rows
		if len(rows) != 1 || n != "" && rows[0].ID != n {
			return ""
		}
		n = rows[0].ID
	}
	return n
}

func (s *numbers) EndAttention(item id.Attention, how string, by id.Login) error {
	n, err := s.tx.Touch(s.ctx, `UPDATE sync_attention SET resolved_at = ?, resolution = ?, resolved_by = ?
WHERE org = ? AND id = ? AND resolved_at = 0`, s.tx.now, how, string(by), string(s.org), string(item))
	if err == nil && n != 1 {
		err = gone()
	}
	return fault("resolve an attention item", err)
}

func (s *numbers) AttentionVer(l id.Login) (ver int64, err error) {
	err = s.tx.QueryRow(s.ctx, `SELECT ver FROM sync_attention_ver WHERE org = ? AND login = ?`, string(s.org), string(l)).Scan(&ver)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return ver, err
}

func (s *numbers) RaiseAttention(l id.Login) error {
	_, err := s.tx.Touch(s.ctx, `INSERT INTO sync_attention_ver (org, login, ver) VALUES (?, ?, ?)
ON CONFLICT (org, login) DO UPDATE SET
ver = CASE WHEN sync_attention_ver.ver < excluded.ver THEN excluded.ver ELSE sync_attention_ver.ver + 1 END`,
		string(s.org), string(l), s.Now().UnixMilli())
	return fault("raise the version of the attention items", err)
}

// AttentionLogins are those who have open items in an organization, up to 1,000.
func (tx *Tx) AttentionLogins(ctx context.Context, oid id.Organization) ([]id.Login, error) {
	return Collect(tx.Query(ctx, `SELECT DISTINCT login FROM sync_attention WHERE org = ? AND resolved_at = 0 ORDER BY login LIMIT 1000`, string(oid)),
		func(r *Rows) (l id.Login, err error) { return l, r.Scan((*string)(&l)) })
}

// AttentionOf are the open items of some logins in an organization: all, or the one that is named. Oldest first, up to
// 1,000.
func (tx *Tx) AttentionOf(ctx context.Context, oid id.Organization, logins []id.Login, item id.Attention) ([]replica.Attention, error) {
	if len(logins) == 0 {
		return nil, nil
	}
	args := []any{string(oid)}
	for _, l := range logins {
		args = append(args, string(l))
	}
	where := ` AND login IN (?` + strings.Repeat(", ?", len(logins)-1) + `)`
	if item != "" {
		where, args = where+` AND id = ?`, append(args, string(item))
	}
	return Collect(tx.Query(ctx, `SELECT item FROM sync_attention WHERE org = ? AND resolved_at = 0`+where+` ORDER BY created_at, id LIMIT 1000`, args...),
		collectAttention)
}

// WaitingAttention counts the open items of a login.
func (tx *Tx) WaitingAttention(ctx context.Context, oid id.Organization, l id.Login) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM sync_attention WHERE org = ? AND login = ? AND resolved_at = 0`, string(oid), string(l)).Scan(&n)
	return n, err
}
