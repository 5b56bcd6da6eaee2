package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
)

// Webhook is where one of the provider's other systems is told what happens.
type Webhook struct {
	ID          id.Webhook
	URL         string
	Types       []event.Type // none: all
	Sealed      string       // the secret that signs
	Former      string       // the one before it, "" for none
	FormerUntil time.Time
	Active      bool
	Why         string    // the server deactivated it, and for what; "" otherwise
	Failing     time.Time // since when nothing was delivered; zero: it works
	Version     int64
	CreatedAt   time.Time
	CreatedBy   string
}

const webhookColumns = `id, url, types, sealed, former, former_until, active, why, failing, version, created_at, created_by`

func scanWebhook(row Scanner) (w Webhook, err error) {
	var types string
	if err := row.Scan(&w.ID, &w.URL, &types, &w.Sealed, &w.Former, &w.FormerUntil, &w.Active, &w.Why, &w.Failing, &w.Version,
		&w.CreatedAt, &w.CreatedBy); err != nil {
		return w, err
	}
	if err := json.Unmarshal([]byte(types), &w.Types); err != nil {
		return w, fmt.Errorf("types of the webhook %s: %w", w.ID, err)
	}
	return w, nil
}

// Webhook is one webhook; NotFound when there is none.
func (tx *Tx) Webhook(ctx context.Context, w id.Webhook) (*Webhook, error) {
	row, err := scanWebhook(tx.QueryRow(ctx, `SELECT `+webhookColumns+` FROM webhook WHERE id = ?`, w))
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// Webhooks are all webhooks, oldest first.
func (tx *Tx) Webhooks(ctx context.Context) ([]Webhook, error) {
	return Collect(tx.Query(ctx, `SELECT `+webhookColumns+` FROM webhook ORDER BY id`), func(r *Rows) (Webhook, error) { return scanWebhook(r) })
}

// Listening are the active webhooks that want to be told events of a type. It is asked at every change that is an event, so
// the database compares: in the list of types each stands in quotation marks.
func (tx *Tx) Listening(ctx context.Context, t event.Type) ([]id.Webhook, error) {
	return Collect(tx.Query(ctx, `SELECT id FROM webhook WHERE active AND (types = '[]' OR types LIKE ?) ORDER BY id`, `%"`+string(t)+`"%`),
		func(r *Rows) (w id.Webhook, err error) { return w, r.Scan(&w) })
}

// activeWebhooks are those that are told anything.
func (tx *Tx) activeWebhooks(ctx context.Context) ([]id.Webhook, error) {
	return Collect(tx.Query(ctx, `SELECT id FROM webhook WHERE active ORDER BY id`), func(r *Rows) (w id.Webhook, err error) { return w, r.Scan(&w) })
}

// AddWebhook writes a new webhook.
func (tx *Tx) AddWebhook(ctx context.Context, w *Webhook) error {
	w.Version, w.CreatedAt = 1, tx.Now()
	types, err := typesText(w.Types)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO webhook (`+webhookColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.URL, types, w.Sealed, w.Former, w.FormerUntil, w.Active, w.Why, w.Failing, w.Version, w.CreatedAt, w.CreatedBy); err != nil {
		return fmt.Errorf("write webhook: %w", err)
	}
	return nil
}

// SaveWebhook writes a changed webhook over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveWebhook(ctx context.Context, w *Webhook) error {
	types, err := typesText(w.Types)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE webhook SET url = ?, types = ?, sealed = ?, former = ?, former_until = ?, active = ?, why = ?, failing = ?,
version = version + 1 WHERE id = ? AND version = ?`, w.URL, types, w.Sealed, w.Former, w.FormerUntil, w.Active, w.Why, w.Failing, w.ID, w.Version)
	if err != nil {
		return fmt.Errorf("save webhook: %w", err)
	}
	if n == 0 {
		return errs.InState("changed", "webhook.error.changed")
	}
	w.Version++
	return nil
}

func typesText(types []event.Type) (string, error) {
	if types == nil {
		types = []event.Type{}
	}
	b, err := json.Marshal(types)
	if err != nil {
		return "", fmt.Errorf("write the types of a webhook: %w", err)
	}
	return string(b), nil
}

// DeleteWebhook forgets a webhook with all that it was told.
func (tx *Tx) DeleteWebhook(ctx context.Context, w id.Webhook) error {
	if _, err := tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE webhook = ?`, w); err != nil {
		return fmt.Errorf("forget what a webhook was told: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM webhook WHERE id = ?`, w); err != nil {
		return fmt.Errorf("delete webhook: %w", err)
	}
	return nil
}

// SealedWebhook is a webhook with what is sealed of it.
type SealedWebhook struct {
	ID             id.Webhook
	Sealed, Former string
}

// SealedWebhooks are webhooks with their secrets, after one of them, some at a time.
func (tx *Tx) SealedWebhooks(ctx context.Context, after id.Webhook, limit int) ([]SealedWebhook, error) {
	return Collect(tx.Query(ctx, `SELECT id, sealed, former FROM webhook WHERE id > ? ORDER BY id LIMIT ?`, after, limit),
		func(r *Rows) (w SealedWebhook, err error) { return w, r.Scan(&w.ID, &w.Sealed, &w.Former) })
}

// ResealWebhook writes secrets that were sealed with another key.
func (tx *Tx) ResealWebhook(ctx context.Context, w SealedWebhook) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook SET sealed = ?, former = ? WHERE id = ?`, w.Sealed, w.Former, w.ID); err != nil {
		return fmt.Errorf("seal the secrets of a webhook: %w", err)
	}
	return nil
}
