package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
)

// ListDeliveries is a page of what a webhook was told and is to be told, newest first.
func (s *Service) ListDeliveries(tx *Tx, in *api.DeliveriesIn) (api.Deliveries, error) {
	if _, err := tx.Webhook(tx, in.Webhook); err != nil {
		return api.Deliveries{}, err
	}
	list, err := tx.Deliveries(tx, in.Webhook, in.Before, in.Limit+1)
	if err != nil {
		return api.Deliveries{}, err
	}
	out := api.Deliveries{Deliveries: make([]api.Delivery, 0, len(list)), More: len(list) > in.Limit}
	for i := range list[:min(len(list), in.Limit)] {
		out.Deliveries = append(out.Deliveries, tx.shownDelivery(&list[i]))
	}
	return out, nil
}

func (tx *Tx) shownDelivery(d *store.Delivery) api.Delivery {
	out := api.Delivery{ID: d.ID, Seq: d.Seq, Event: d.Event, Type: d.Type, At: d.CreatedAt, Attempts: d.Attempts, Status: d.Status, Error: d.Error}
	switch {
	case !d.DeliveredAt.IsZero():
		out.State, out.EndedAt = api.DeliveryDelivered, d.DeliveredAt
	case !d.DeadAt.IsZero():
		out.State, out.EndedAt = api.DeliveryDead, d.DeadAt
	case d.LeasedUntil.After(tx.Now()):
		out.State = api.DeliverySending
	default:
		out.State, out.NextAt = api.DeliveryWaiting, d.NextAt
	}
	return out
}

// TestWebhook sends a test event, whatever types the webhook subscribes to.
func (s *Service) TestWebhook(tx *Tx, in *api.WebhookIn) (api.Delivery, error) {
	w, err := tx.activeWebhook(in.Webhook)
	if err != nil {
		return api.Delivery{}, err
	}
	if err := tx.recordWebhook(w, audit.WebhookTested, nil); err != nil {
		return api.Delivery{}, err
	}
	if err := tx.post(event.Test, event.Data{Kind: audit.WebhookTested}, tx.Actor, []id.Webhook{w.ID}); err != nil {
		return api.Delivery{}, err
	}
	list, err := tx.Deliveries(tx, w.ID, 0, 1)
	if err != nil {
		return api.Delivery{}, err
	}
	return tx.shownDelivery(&list[0]), nil
}

func (tx *Tx) activeWebhook(hook id.Webhook) (*store.Webhook, error) {
	w, err := tx.Webhook(tx, hook)
	if err != nil {
		return nil, err
	}
	if !w.Active {
		return nil, errs.InState("inactive", "webhook.error.inactive")
	}
	return w, nil
}

// Redeliver sends an event again, at once and with as many attempts as a new one. It is the same event: a receiver that has
// it already can tell.
func (s *Service) Redeliver(tx *Tx, in *api.DeliveryIn) (api.Delivery, error) {
	w, err := tx.activeWebhook(in.Webhook)
	if err != nil {
		return api.Delivery{}, err
	}
	d, err := tx.Delivery(tx, w.ID, in.Delivery)
	if err != nil {
		return api.Delivery{}, err
	}
	if err := tx.Tx.Redeliver(tx, d); err != nil {
		return api.Delivery{}, err
	}
	if err := tx.recordWebhook(w, audit.WebhookResent, map[string]string{"type": string(d.Type), "event": string(d.Event)}); err != nil {
		return api.Delivery{}, err
	}
	if d, err = tx.Delivery(tx, w.ID, d.ID); err != nil {
		return api.Delivery{}, err
	}
	tx.AfterCommit(s.Told)
	return tx.shownDelivery(d), nil
}
