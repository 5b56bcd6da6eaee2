package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
)

// DueDelivery is an event that it is time to send, with the webhook as it is now. The lease it came with keeps it from
// being handed out a second time.
type DueDelivery struct {
	ID       id.Delivery
	Event    id.WebhookEvent
	Type     event.Type
	Payload  []byte
	Attempts int // this one included
	Webhook  Webhook
}

const dueDelivery = `SELECT id, event, type, payload, attempts FROM webhook_delivery
WHERE webhook = ? AND delivered_at = 0 AND dead_at = 0 AND next_at <= ? AND leased_until <= ? ORDER BY next_at, seq LIMIT 1`

// LeaseDeliveries hands out what is due, at most one for each active webhook and none for those that are busy, and counts an
// attempt of each.
func (db *DB) LeaseDeliveries(ctx context.Context, busy []id.Webhook, lease time.Duration) (due []DueDelivery, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		due = nil
		hooks, err := tx.Webhooks(ctx)
		if err != nil {
			return fmt.Errorf("find the webhooks: %w", err)
		}
		now := tx.Now()
		for _, w := range hooks {
			if !w.Active || slices.Contains(busy, w.ID) {
				continue
			}
			d := DueDelivery{Webhook: w}
			var payload string
			err := tx.QueryRow(ctx, dueDelivery, w.ID, now, now).Scan(&d.ID, &d.Event, &d.Type, &payload, &d.Attempts)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("find what a webhook is to be told: %w", err)
			}
			d.Payload = []byte(payload)
			d.Attempts++
			if _, err := tx.Touch(ctx, `UPDATE webhook_delivery SET leased_until = ?, attempts = ? WHERE id = ?`, now.Add(lease), d.Attempts, d.ID); err != nil {
				return fmt.Errorf("lease delivery %s: %w", d.ID, err)
			}
			due = append(due, d)
		}
		return nil
	})
	return due, err
}

// Delivered says that a webhook took an event: it works.
func (db *DB) Delivered(ctx context.Context, d DueDelivery, status int) error {
	return db.touchDelivery(ctx, d, func(tx *Tx) error {
		if _, err := tx.Touch(ctx, `UPDATE webhook_delivery SET delivered_at = ?, dead_at = 0, leased_until = 0, status = ?, last_error = '' WHERE id = ?`,
			tx.Now(), status, d.ID); err != nil {
			return err
		}
		_, err := tx.Touch(ctx, `UPDATE webhook SET failing = 0 WHERE id = ? AND failing > 0`, d.Webhook.ID)
		return err
	})
}

// RetryDelivery says why an attempt failed and after which time the next one may come. It tells since when the webhook takes
// nothing.
func (db *DB) RetryDelivery(ctx context.Context, d DueDelivery, after time.Duration, status int, why string) (failing time.Time, err error) {
	return db.failed(ctx, d, func(tx *Tx) error {
		_, err := tx.Touch(ctx, `UPDATE webhook_delivery SET next_at = ?, leased_until = 0, status = ?, last_error = ?
WHERE id = ? AND delivered_at = 0 AND dead_at = 0`, tx.Now().Add(after), status, why, d.ID)
		return err
	})
}

// DeliveryDead says that an event is given up for a webhook, and why. It tells since when the webhook takes nothing.
func (db *DB) DeliveryDead(ctx context.Context, d DueDelivery, status int, why string) (failing time.Time, err error) {
	return db.failed(ctx, d, func(tx *Tx) error {
		_, err := tx.Touch(ctx, `UPDATE webhook_delivery SET dead_at = ?, leased_until = 0, status = ?, last_error = ?
WHERE id = ? AND delivered_at = 0 AND dead_at = 0`, tx.Now(), status, why, d.ID)
		return err
	})
}

// failed writes a failure down. One that another address or a former time is to blame for doesn't count against the webhook
// as it is now.
func (db *DB) failed(ctx context.Context, d DueDelivery, write func(*Tx) error) (failing time.Time, err error) {
	err = db.touchDelivery(ctx, d, func(tx *Tx) error {
		if err := write(tx); err != nil {
			return err
		}
		if _, err := tx.Touch(ctx, `UPDATE webhook SET failing = ? WHERE id = ? AND failing = 0 AND active AND version = ?`,
			tx.Now(), d.Webhook.ID, d.Webhook.Version); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT failing FROM webhook WHERE id = ? AND active`, d.Webhook.ID).Scan(&failing)
		if errs.Is(err, errs.NotFound) { // deleted or deactivated meanwhile
			failing, err = time.Time{}, nil
		}
		return err
	})
	return failing, err
}

func (db *DB) touchDelivery(ctx context.Context, d DueDelivery, fn func(*Tx) error) error {
	if err := db.Update(ctx, fn); err != nil {
		return fmt.Errorf("write what became of delivery %s: %w", d.ID, err)
	}
	return nil
}

// ReclaimDeliveries ends the leases of an earlier process. The one process that has the store open calls it once, before it
// leases any.
func (db *DB) ReclaimDeliveries(ctx context.Context) error {
	return db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Touch(ctx, `UPDATE webhook_delivery SET leased_until = 0 WHERE delivered_at = 0 AND dead_at = 0 AND leased_until > 0`); err != nil {
			return fmt.Errorf("take back the leases of deliveries: %w", err)
		}
		return nil
	})
}

// PruneDeliveries forgets deliveries that ended longer ago than age, some thousands at a time, and tells how many. It forgets
// former secrets that don't sign any more, too.
func (db *DB) PruneDeliveries(ctx context.Context, age time.Duration) (n int64, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Touch(ctx, `UPDATE webhook SET former = '' WHERE former <> '' AND former_until <= ?`, tx.Now()); err != nil {
			return fmt.Errorf("forget former secrets of webhooks: %w", err)
		}
		before := tx.Now().Add(-age)
		n, err = tx.Touch(ctx, `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery
WHERE (delivered_at > 0 AND delivered_at < ?) OR (dead_at > 0 AND dead_at < ?) LIMIT 2000)`, before, before)
		if err != nil {
			return fmt.Errorf("forget old deliveries: %w", err)
		}
		return nil
	})
	return n, err
}

// NextDeliveryAt is when the next event can be leased for a webhook that is not busy, the zero time when none waits.
func (db *DB) NextDeliveryAt(ctx context.Context, busy []id.Webhook) (next time.Time, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		hooks, err := tx.activeWebhooks(ctx)
		if err != nil {
			return err
		}
		for _, w := range hooks {
			if slices.Contains(busy, w) {
				continue
			}
			var t time.Time
			err := tx.QueryRow(ctx, `SELECT CASE WHEN leased_until > next_at THEN leased_until ELSE next_at END AS ready FROM webhook_delivery
WHERE webhook = ? AND delivered_at = 0 AND dead_at = 0 ORDER BY next_at, seq LIMIT 1`, w).Scan(&t)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("find when a webhook is told next: %w", err)
			}
			if next.IsZero() || t.Before(next) {
				next = t
			}
		}
		return nil
	})
	return next, err
}

// WebhookState is how the deliveries stand.
type WebhookState struct {
	Waiting int // neither taken nor given up
	Dead    int // given up
}

// WebhookState tells how the deliveries stand, for metrics.
func (db *DB) WebhookState(ctx context.Context) (s WebhookState, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM webhook_delivery WHERE delivered_at = 0 AND dead_at = 0`).Scan(&s.Waiting); err != nil {
			return fmt.Errorf("count deliveries that wait: %w", err)
		}
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM webhook_delivery WHERE dead_at > 0`).Scan(&s.Dead); err != nil {
			return fmt.Errorf("count dead deliveries: %w", err)
		}
		return nil
	})
	return s, err
}
