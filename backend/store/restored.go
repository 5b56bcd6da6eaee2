package store

import (
	"context"
	"fmt"

	"countersign/shared/id"
)

// OrganizationsOpen are those where a request waits or a grant runs.
func (tx *Tx) OrganizationsOpen(ctx context.Context) ([]id.Organization, error) {
	return Collect(tx.Query(ctx, `SELECT DISTINCT org FROM access_request WHERE state IN ('pending', 'active') ORDER BY org`),
		func(r *Rows) (oid id.Organization, err error) { return oid, r.Scan(&oid) })
}

// Voided counts what VoidAll ended.
type Voided struct{ SignIns, Links, Mails, Tokens int64 }

// VoidAll ends every sign-in, every call with its receipt and every one-time phrase, uses up every mailed link, revokes every
// API token, and gives up every mail and every delivery to a webhook that waits: what a backup brings back may have been
// revoked, used or sent since it was taken.
func (tx *Tx) VoidAll(ctx context.Context, why string) (v Voided, err error) {
	now := ms(tx.Now())
	if v.SignIns, err = tx.Exec(ctx, `UPDATE session SET ended_at = ?, ended_why = ? WHERE ended_at = 0`, now, why); err != nil {
		return v, fmt.Errorf("end the sign-ins: %w", err)
	}
	if v.Links, err = tx.Exec(ctx, `UPDATE token SET used_at = ? WHERE used_at = 0`, now); err != nil {
		return v, fmt.Errorf("use up the links: %w", err)
	}
	if v.Mails, err = tx.Exec(ctx, `UPDATE outbox_mail SET dead_at = ?, sealed = '', leased_until = 0, last_error = ?
WHERE sent_at = 0 AND dead_at = 0`, now, why); err != nil {
		return v, fmt.Errorf("give up the mails: %w", err)
	}
	if _, err = tx.Exec(ctx, `UPDATE webhook_delivery SET dead_at = ?, leased_until = 0, last_error = ?
WHERE delivered_at = 0 AND dead_at = 0`, now, why); err != nil {
		return v, fmt.Errorf("give up the deliveries to webhooks: %w", err)
	}
	if v.Tokens, err = tx.Exec(ctx, `UPDATE api_token SET revoked_at = ? WHERE revoked_at = 0`, now); err != nil {
		return v, fmt.Errorf("revoke the API tokens: %w", err)
	}
	if _, err = tx.Exec(ctx, `UPDATE verification SET closed_at = ? WHERE closed_at = 0`, now); err != nil {
		return v, fmt.Errorf("end the calls: %w", err)
	}
	if _, err = tx.Exec(ctx, `UPDATE phrase SET ended_at = ?, tag = '' WHERE ended_at = 0`, now); err != nil {
		return v, fmt.Errorf("end the phrases: %w", err)
	}
	return v, nil
}
