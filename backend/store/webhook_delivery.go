package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID          id.Delivery
	Webhook     id.Webhook
	Event       id.WebhookEvent
	Seq         int64
	Type        event.Type
	CreatedAt   time.Time
	Attempts    int
	NextAt      time.Time
	LeasedUntil time.Time
	DeliveredAt time.Time
	DeadAt      time.Time
	Status      int    // of the last answer, 0: none came
	Error       string // of the last attempt
}

const deliveryColumns = `id, webhook, event, seq, type, created_at, attempts, next_at, leased_until, delivered_at, dead_at, status, last_error`

func scanDelivery(row Scanner) (d Delivery, err error) {
	return d, row.Scan(&d.ID, &d.Webhook, &d.Event, &d.Seq, &d.Type, &d.CreatedAt, &d.Attempts, &d.NextAt, &d.LeasedUntil, &d.DeliveredAt,
		&d.DeadAt, &d.Status, &d.Error)
}

// TellWebhooks writes a delivery of one event for each of the webhooks; ids are as many, one for each.
func (tx *Tx) TellWebhooks(ctx context.Context, e id.WebhookEvent, t event.Type, payload []byte, hooks []id.Webhook, ids []id.Delivery) error {
	seq, err := tx.next(ctx, webhookEvents, 1)
	if err != nil {
		return err
	}
	args := make([]any, 0, 8*len(hooks))
	for i, w := range hooks {
		args = append(args, ids[i], w, e, seq, t, tx.Now(), tx.Now(), string(payload))
	}
	if _, err := tx.Exec(ctx, `INSERT INTO webhook_delivery (`+deliveryColumns+`, payload) VALUES `+
		strings.Repeat(", (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, 0, '', ?)", len(hooks))[2:], args...); err != nil {
		return fmt.Errorf("write what webhooks are to be told: %w", err)
	}
	return nil
}

// Deliveries are a webhook's, newest first, below a sequence number when one is given.
func (tx *Tx) Deliveries(ctx context.Context, w id.Webhook, before int64, limit int) ([]Delivery, error) {
	return Collect(tx.Query(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE webhook = ? AND (? = 0 OR seq < ?) ORDER BY seq DESC LIMIT ?`,
		w, before, before, limit), func(r *Rows) (Delivery, error) { return scanDelivery(r) })
}

// Delivery is one of a webhook's deliveries; NotFound when there is none.
func (tx *Tx) Delivery(ctx context.Context, w id.Webhook, d id.Delivery) (*Delivery, error) {
	row, err := scanDelivery(tx.QueryRow(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE webhook = ? AND id = ?`, w, d))
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// Redeliver lets a delivery begin anew, as the same event.
func (tx *Tx) Redeliver(ctx context.Context, d *Delivery) error {
	n, err := tx.Exec(ctx, `UPDATE webhook_delivery SET attempts = 0, next_at = ?, leased_until = 0, delivered_at = 0, dead_at = 0, status = 0, last_error = ''
WHERE id = ? AND leased_until <= ?`, tx.Now(), d.ID, tx.Now())
	if err != nil {
		return fmt.Errorf("deliver to a webhook anew: %w", err)
	}
	if n == 0 {
		return errs.InState("sending", "webhook.error.sending")
	}
	return nil
}

// DropDeliveries gives up what waits for a webhook, and says why.
func (tx *Tx) DropDeliveries(ctx context.Context, w id.Webhook, why string) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery SET dead_at = ?, leased_until = 0, last_error = ? WHERE webhook = ? AND delivered_at = 0 AND dead_at = 0`,
		tx.Now(), why, w); err != nil {
		return fmt.Errorf("give up what waits for a webhook: %w", err)
	}
	return nil
}

// WaitingDeliveries counts what waits for each webhook.
func (tx *Tx) WaitingDeliveries(ctx context.Context) (map[id.Webhook]int, error) {
	rows := tx.Query(ctx, `SELECT webhook, COUNT(*) FROM webhook_delivery WHERE delivered_at = 0 AND dead_at = 0 GROUP BY webhook`)
	defer rows.Close()
	out := map[id.Webhook]int{}
	for rows.Next() {
		var w id.Webhook
		var n int
		if err := rows.Scan(&w, &n); err != nil {
			return nil, err
		}
		out[w] = n
	}
	return out, rows.Err()
}
