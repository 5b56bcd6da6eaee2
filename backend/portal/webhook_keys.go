package portal

import (
	"context"

	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/shared/id"
)

// rotateWebhooks moves the secrets of webhooks to the new root key.
func (s *Service) rotateWebhooks(ctx context.Context) (moved int, err error) {
	return s.rotateRows(ctx, func(tx *Tx, after string) (last string, n int, err error) {
		rows, err := tx.SealedWebhooks(tx, id.Webhook(after), rotateAtOnce)
		for _, w := range rows {
			last = string(w.ID)
			again, changed := w, false
			for _, x := range []struct {
				text  *string
				place string
			}{{&again.Sealed, webhook.PlaceSecret}, {&again.Former, webhook.PlaceFormer}} {
				if *x.text == "" {
					continue
				}
				text, moved, err := s.Keys.Reseal(vault.Webhook, *x.text, "webhook", x.place, last)
				if err != nil {
					s.Log.Error("the secret of a webhook does not open and was not moved to the new key", "webhook", w.ID, "error", err)
					continue
				}
				*x.text, changed = text, changed || moved
			}
			if !changed {
				continue
			}
			if err := tx.ResealWebhook(tx, again); err != nil {
				return "", n, err
			}
			n++
		}
		return last, n, err
	})
}
