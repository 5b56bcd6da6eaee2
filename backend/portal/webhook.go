package portal

import (
	"context"
	"net/url"
	"slices"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Webhooks: the provider's administrators say where other systems are told what happens.

const (
	mostWebhooks  = 32
	formerSignsOn = 24 * time.Hour // after its secret was rolled: time to bring the new one to the receiver
)

// ListWebhooks are all webhooks, and what one can subscribe to.
func (s *Service) ListWebhooks(tx *Tx, _ *api.None) (api.Webhooks, error) {
	list, err := tx.Webhooks(tx)
	if err != nil {
		return api.Webhooks{}, err
	}
	waiting, err := tx.WaitingDeliveries(tx)
	if err != nil {
		return api.Webhooks{}, err
	}
	out := api.Webhooks{Webhooks: make([]api.Webhook, 0, len(list)), Types: event.Types()}
	for i := range list {
		w := tx.shownWebhook(&list[i])
		w.Waiting = waiting[w.ID]
		out.Webhooks = append(out.Webhooks, w)
	}
	return out, nil
}

func (tx *Tx) shownWebhook(w *store.Webhook) api.Webhook {
	out := api.Webhook{ID: w.ID, URL: w.URL, Types: w.Types, Active: w.Active, Why: w.Why, FailingSince: w.Failing, Version: w.Version,
		CreatedAt: w.CreatedAt, CreatedBy: w.CreatedBy}
	if w.Former != "" && tx.Now().Before(w.FormerUntil) {
		out.FormerUntil = w.FormerUntil
	}
	return out
}

// CreateWebhook makes a webhook. Its secret is in the answer, and can't be read again.
func (s *Service) CreateWebhook(tx *Tx, in *api.CreateWebhookIn) (api.WebhookSecret, error) {
	list, err := tx.Webhooks(tx)
	if err != nil {
		return api.WebhookSecret{}, err
	}
	w := store.Webhook{ID: newID[id.Webhook](tx), Active: true, CreatedBy: tx.Actor.Name}
	if err := aim(&w, in.Body.URL, in.Body.Types); err != nil {
		return api.WebhookSecret{}, err
	}
	if len(list) >= mostWebhooks {
		return api.WebhookSecret{}, errs.InState("full", "webhook.error.too_many", "max", mostWebhooks)
	}
	secret := webhook.NewSecret()
	w.Sealed = webhook.Seal(s.Keys, w.ID, webhook.PlaceSecret, secret)
	if err := tx.AddWebhook(tx, &w); err != nil {
		return api.WebhookSecret{}, err
	}
	return tx.withSecret(&w, secret), tx.recordWebhook(&w, audit.WebhookCreated, nil)
}

func (tx *Tx) withSecret(w *store.Webhook, secret vault.Secret) api.WebhookSecret {
	return api.WebhookSecret{Webhook: tx.shownWebhook(w), Secret: secret.Reveal()}
}

// aim sets where a webhook leads and what it is told.
func aim(w *store.Webhook, address string, types []event.Type) error {
	address, err := webhook.CheckURL("url", address)
	if err != nil {
		return err
	}
	some := []event.Type{}
	for _, t := range types {
		if !t.Known() {
			return errs.BadField("types", "webhook.error.type")
		}
		if !slices.Contains(some, t) {
			some = append(some, t)
		}
	}
	slices.Sort(some)
	w.URL, w.Types = address, some
	return nil
}

// recordWebhook records what was done with a webhook. Of its address only the host is told: the rest may be as good as a
// password.
func (tx *Tx) recordWebhook(w *store.Webhook, kind audit.Kind, detail map[string]string) error {
	d := map[string]string{"host": hostOf(w.URL)}
	for k, v := range detail {
		d[k] = v
	}
	return tx.record(change{stream: live.Provider, kind: kind, object: string(w.ID), detail: d,
		pokes: []store.Poke{{Stream: live.Provider, Kind: live.Webhooks, Ref: string(w.ID)}}})
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// UpdateWebhook changes a webhook. Reactivated, or with another address, it begins with a clean slate; deactivated, it is
// told nothing, also of what waits.
func (s *Service) UpdateWebhook(tx *Tx, in *api.UpdateWebhookIn) (api.Webhook, error) {
	w, err := tx.Webhook(tx, in.Webhook)
	if err != nil {
		return api.Webhook{}, err
	}
	if w.Version != in.Body.Version {
		return api.Webhook{}, errs.InState("changed", "webhook.error.changed")
	}
	before := *w
	if err := aim(w, in.Body.URL, in.Body.Types); err != nil {
		return api.Webhook{}, err
	}
	w.Active = in.Body.Active
	d := map[string]string{}
	if w.URL != before.URL {
		d["address"] = "changed"
		if from := hostOf(before.URL); from != hostOf(w.URL) {
			d["from"] = from
		}
	}
	if !slices.Equal(w.Types, before.Types) {
		d["types"] = typeList(w.Types)
	}
	if w.Active != before.Active {
		d["active"] = yes(w.Active)
	}
	if len(d) == 0 {
		return tx.shownWebhook(w), nil
	}
	if w.URL != before.URL || w.Active != before.Active {
		w.Why, w.Failing = "", time.Time{}
	}
	if err := tx.SaveWebhook(tx, w); err != nil {
		return api.Webhook{}, err
	}
	if before.Active && !w.Active {
		if err := tx.DropDeliveries(tx, w.ID, whyInactive); err != nil {
			return api.Webhook{}, err
		}
	}
	return tx.shownWebhook(w), tx.recordWebhook(w, audit.WebhookChanged, d)
}

// whyInactive stands at deliveries that waited when their webhook was deactivated.
const whyInactive = "the webhook was deactivated"

func typeList(types []event.Type) string {
	if len(types) == 0 {
		return "*"
	}
	text := ""
	for i, t := range types {
		if i > 0 {
			text += ", "
		}
		text += string(t)
	}
	return text
}

// RollWebhookSecret gives a webhook a new secret. The one before it signs too for a day; one before that no more.
func (s *Service) RollWebhookSecret(tx *Tx, in *api.WebhookIn) (api.WebhookSecret, error) {
	w, err := tx.Webhook(tx, in.Webhook)
	if err != nil {
		return api.WebhookSecret{}, err
	}
	old, err := webhook.Unseal(s.Keys, w.ID, webhook.PlaceSecret, w.Sealed)
	if err != nil {
		return api.WebhookSecret{}, err
	}
	secret := webhook.NewSecret()
	w.Former, w.FormerUntil = webhook.Seal(s.Keys, w.ID, webhook.PlaceFormer, old), tx.Now().Add(formerSignsOn)
	w.Sealed = webhook.Seal(s.Keys, w.ID, webhook.PlaceSecret, secret)
	if err := tx.SaveWebhook(tx, w); err != nil {
		return api.WebhookSecret{}, err
	}
	return tx.withSecret(w, secret), tx.recordWebhook(w, audit.WebhookSecretRolled, nil)
}

// DeleteWebhook forgets a webhook with what it was told.
func (s *Service) DeleteWebhook(tx *Tx, in *api.WebhookIn) (api.None, error) {
	w, err := tx.Webhook(tx, in.Webhook)
	if err != nil {
		return api.None{}, err
	}
	if err := tx.Tx.DeleteWebhook(tx, w.ID); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordWebhook(w, audit.WebhookDeleted, nil)
}

// DeactivateWebhook stops a webhook because of what its receiver answers, or because none does. One that somebody has
// changed since that version is left alone.
func (s *Service) DeactivateWebhook(ctx context.Context, hook id.Webhook, version int64, why string) error {
	return s.system(ctx, func(tx *Tx) error {
		w, err := tx.Webhook(tx, hook)
		if errs.Is(err, errs.NotFound) || err == nil && (!w.Active || w.Version != version) {
			return nil
		}
		if err != nil {
			return err
		}
		w.Active, w.Why = false, why
		if err := tx.SaveWebhook(tx, w); err != nil {
			return err
		}
		if err := tx.DropDeliveries(tx, w.ID, whyInactive); err != nil {
			return err
		}
		return tx.recordWebhook(w, audit.WebhookDeactivated, map[string]string{"why": why})
	})
}
