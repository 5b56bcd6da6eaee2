package portal_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/hub"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"
)

// A webhook from its making to its end: the secret is shown once and never again, what is changed must be as it was shown,
// everything is in the record, which tells of the address the host alone.
func TestWebhookIsKept(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	w := e.listen("https://crm.example.com/events?token=canaryqza", event.ContactCreated)
	if !strings.HasPrefix(w.Secret, "whsec_") || !w.Active || w.Version != 1 || w.CreatedBy != "Ada Stone" {
		t.Errorf("%+v", w)
	}
	raw := Must(e.ada.Do(t.Context(), api.Call{Method: "GET", Path: api.ListWebhooks.Path}))
	if strings.Contains(string(raw.Body), w.Secret) || strings.Contains(string(raw.Body), "secret") {
		t.Errorf("the list shows %s", raw.Body)
	}
	if got := e.shown(w.ID); got.URL != "https://crm.example.com/events?token=canaryqza" || got.Version != 1 {
		t.Errorf("%+v", got)
	}

	changed := Must(e.update(w.Webhook, func(in *api.UpdateWebhookIn) { in.Body.URL = "https://erp.example.com/" }))
	_, err := e.update(w.Webhook, func(in *api.UpdateWebhookIn) { in.Body.Active = false })
	says(t, err, errs.Conflict, "webhook.error.changed")
	if same := Must(e.update(changed, func(*api.UpdateWebhookIn) {})); same.Version != changed.Version {
		t.Error("nothing was changed, and that was written down")
	}
	rolled := Must(Call(e.ada, api.RollWebhookSecret, api.WebhookIn{Webhook: w.ID}))
	if rolled.Secret == w.Secret || rolled.FormerUntil.Sub(rolled.CreatedAt) < 23*time.Hour {
		t.Errorf("%+v", rolled)
	}
	off := Must(e.update(rolled.Webhook, func(in *api.UpdateWebhookIn) { in.Body.Active = false }))
	_, err = Call(e.ada, api.TestWebhook, api.WebhookIn{Webhook: off.ID})
	says(t, err, errs.Conflict, "webhook.error.inactive")
	Must(Call(e.ada, api.DeleteWebhook, api.WebhookIn{Webhook: w.ID}))
	_, err = Call(e.ada, api.ListDeliveries, api.DeliveriesIn{WebhookIn: api.WebhookIn{Webhook: w.ID}, Page: api.Page{Limit: 10}})
	Refused(t, err, errs.NotFound)

	var kinds []audit.Kind
	e.World.DB.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.AuditAfter(t.Context(), live.Provider, 0, 10_000)
		for _, x := range all {
			if x.Object != string(w.ID) {
				continue
			}
			kinds = append(kinds, x.Kind)
			for k, text := range x.Detail {
				if strings.Contains(text, "canary") || strings.Contains(text, "/") {
					t.Errorf("the record of %s tells %s = %s", x.Kind, k, text)
				}
			}
		}
		return err
	})
	if want := []audit.Kind{audit.WebhookCreated, audit.WebhookChanged, audit.WebhookSecretRolled, audit.WebhookChanged, audit.WebhookDeleted}; !slices.Equal(kinds, want) {
		t.Errorf("recorded %v", kinds)
	}
	e.Verify()
}

// What can't be: addresses that are none, types that there are not, more webhooks than a provider needs.
func TestWebhooksThatAreRefused(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	in := api.CreateWebhookIn{}
	in.Body.Types = []event.Type{}
	for url, key := range map[string]string{"http://crm.example.com/": "webhook.error.https", "https://169.254.169.254/": "webhook.error.address"} {
		in.Body.URL = url
		_, err := Call(e.ada, api.CreateWebhook, in)
		badField(t, err, "url", key)
		_, err = e.update(e.hook.Webhook, func(in *api.UpdateWebhookIn) { in.Body.URL = url })
		badField(t, err, "url", key)
	}
	in.Body.URL = "https://crm.example.com/"
	for _, unknown := range []event.Type{"contact.revealed", event.Test, ""} {
		in.Body.Types = []event.Type{event.ContactCreated, unknown}
		_, err := Call(e.ada, api.CreateWebhook, in)
		badField(t, err, "types", "webhook.error.type")
	}
	for range 31 {
		e.listen("https://crm.example.com/")
	}
	in.Body.Types = []event.Type{}
	_, err := Call(e.ada, api.CreateWebhook, in)
	says(t, err, errs.Conflict, "webhook.error.too_many", "max", 32)
	e.World.Exec(`UPDATE session SET stepped_at = stepped_at - 3600000 WHERE id = ?`, e.ada.Session)
	_, err = Call(e.ada, api.RollWebhookSecret, api.WebhookIn{Webhook: e.hook.ID})
	Refused(t, err, errs.StepUp)
}

// What was told is listed, newest first and by pages, and can be sent again as the same event; what is on its way or was
// sent to a deactivated webhook can't.
func TestDeliveriesAreListedAndSentAgain(t *testing.T) {
	release := make(chan struct{})
	reached := make(chan struct{}, 1)
	e := newEar(t, webhooktest.Options{Fault: func(n int, d webhooktest.Delivery) webhooktest.Fault {
		if d.Event.Data.Kind == audit.UnitCreated && d.Event.Data.Detail["name"] == "Held" {
			reached <- struct{}{}
			<-release
		}
		return webhooktest.Works
	}})
	for _, name := range []string{"A", "B", "C"} {
		e.unit(name)
	}
	e.heard()
	list := e.deliveries(e.hook.ID)
	page := Must(Call(e.ada, api.ListDeliveries, api.DeliveriesIn{WebhookIn: api.WebhookIn{Webhook: e.hook.ID}, Page: api.Page{Limit: 2, Before: list[0].Seq}}))
	if len(page.Deliveries) != 2 || !page.More || page.Deliveries[0].ID != list[1].ID {
		t.Errorf("%+v", page)
	}
	first := list[3]
	if first.State != api.DeliveryDelivered || first.Status != http.StatusNoContent || first.Type != event.NumbersChanged || first.EndedAt.IsZero() {
		t.Errorf("%+v", first)
	}
	again := Must(Call(e.ada, api.Redeliver, api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: e.hook.ID}, Delivery: first.ID}))
	if again.Event != first.Event || again.State == api.DeliveryDelivered {
		t.Errorf("%+v", again)
	}
	e.Wait(5)
	if got := e.Taken(); got[4].ID != string(first.Event) || string(got[4].Body) != string(got[0].Body) {
		t.Errorf("sent again was %s", got[4].Body)
	}

	e.unit("Held")
	<-reached
	held := e.deliveries(e.hook.ID)[0]
	if held.State != api.DeliverySending {
		t.Errorf("%+v", held)
	}
	_, err := Call(e.ada, api.Redeliver, api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: e.hook.ID}, Delivery: held.ID})
	says(t, err, errs.Conflict, "webhook.error.sending")
	close(release)
	e.heard()

	other := e.listen("https://crm.example.com/")
	_, err = Call(e.ada, api.Redeliver, api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: other.ID}, Delivery: first.ID})
	Refused(t, err, errs.NotFound)
	Must(e.update(e.shown(e.hook.ID), func(in *api.UpdateWebhookIn) { in.Body.Active = false }))
	_, err = Call(e.ada, api.Redeliver, api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: e.hook.ID}, Delivery: first.ID})
	says(t, err, errs.Conflict, "webhook.error.inactive")
}

// A receiver that says it is gone: its webhook is deactivated at once, with an entry of the server's own, told live; what
// waited is given up. Activated again, it begins with a clean slate and is told what happens from then on.
func TestGoneWebhookIsDeactivated(t *testing.T) {
	e := newEar(t, webhooktest.Options{Fault: func(n int, _ webhooktest.Delivery) webhooktest.Fault {
		if n == 0 {
			return webhooktest.Gone
		}
		return webhooktest.Works
	}})
	l := listen(t, e.ada, e.Listen(), e.Acme)
	e.unit("France")
	if !l.hears(live.Webhooks) {
		t.Error("administrators are not told")
	}
	w := e.shown(e.hook.ID)
	if w.Active || w.Why != webhook.Gone || w.Waiting != 0 {
		t.Errorf("%+v", w)
	}
	list := entries(t, e.World, live.Provider, audit.WebhookDeactivated)
	if len(list) != 1 || list[0].Actor.Kind != audit.BySystem || list[0].Detail["why"] != webhook.Gone || list[0].Object != string(w.ID) {
		t.Errorf("%+v", list)
	}
	e.unit("Spain")
	if got := e.deliveries(w.ID); len(got) != 1 || got[0].State != api.DeliveryDead || got[0].Status != http.StatusGone {
		t.Errorf("%+v", got)
	}
	if w = Must(e.update(w, func(in *api.UpdateWebhookIn) { in.Body.Active = true })); !w.Active || w.Why != "" {
		t.Errorf("%+v", w)
	}
	e.unit("Italy")
	if got := e.heard(); len(got) != 1 || got[0].Data.Detail["name"] != "Italy" {
		t.Errorf("%+v", got)
	}
	// What is decided of a webhook as it was does not touch it as it is now.
	if err := e.Service.DeactivateWebhook(t.Context(), w.ID, w.Version-1, webhook.Failing); err != nil || !e.shown(w.ID).Active {
		t.Errorf("deactivated for what is past: %v", err)
	}
	if err := e.Service.DeactivateWebhook(t.Context(), "018f0000-0000-7000-8000-000000000000", 1, webhook.Gone); err != nil {
		t.Error(err)
	}
	e.Verify()
}

// X03: of webhooks administrators hear, and nobody else.
func TestWhoHearsOfWebhooks(t *testing.T) {
	w := New(t)
	for p, want := range map[*Persona]bool{w.Ada: true, w.Anna: false, w.Sofia: false} {
		sub := &hub.Subscription{Stream: live.Provider, Session: w.As(p).Session, Login: p.Login}
		v, err := w.Service.Authorize(context.Background(), live.Provider, []live.Kind{live.Webhooks}, []*hub.Subscription{sub})
		if err != nil || v[0].Kinds.Has(0) != want {
			t.Errorf("%s hears: %v, %v", p.Name, v[0].Kinds.Has(0), err)
		}
	}
	sub := &hub.Subscription{Stream: live.Of(w.Acme), Session: w.As(w.Marie).Session, Login: w.Marie.Login}
	v, err := w.Service.Authorize(context.Background(), live.Of(w.Acme), []live.Kind{live.Webhooks}, []*hub.Subscription{sub})
	if err != nil || v[0].Kinds.Has(0) {
		t.Errorf("an owner hears: %v", err)
	}
}

// A new root key takes the secrets along, the former ones too: what is sent is signed as before, and the old key opens none.
func TestRootKeyTakesWebhooksAlong(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	rolled := Must(Call(e.ada, api.RollWebhookSecret, api.WebhookIn{Webhook: e.hook.ID}))
	e.Knows(e.hook.Secret, rolled.Secret)
	next, err := vault.CreateNext(filepath.Join(e.Dir, "next"), e.World.Keys)
	if err != nil {
		t.Fatal(err)
	}
	old := e.World.Keys
	e.stop()
	e.Restart(next)
	if moved := Must(e.Service.RotateKeys(t.Context())); moved == 0 {
		t.Error("nothing was moved")
	}
	uses := Must(e.Service.KeyUses(t.Context()))
	if uses[old.ID()].Total() != 0 || uses[next.ID()].Webhooks != 2 {
		t.Errorf("%+v", uses)
	}
	e.World.Keys = next
	e.Restart(nil)
	e.run()
	e.marie, e.ada = e.As(e.Marie), e.As(e.Ada)
	e.unit("France")
	if got := e.heard(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	err = e.World.DB.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Webhooks(t.Context())
		for _, w := range list {
			for place, sealed := range map[string]string{webhook.PlaceSecret: w.Sealed, webhook.PlaceFormer: w.Former} {
				if _, err := webhook.Unseal(old, w.ID, place, sealed); err == nil {
					t.Error("the old key opens a secret")
				}
				if _, err := webhook.Unseal(next, id.Webhook("another"), place, sealed); !errors.Is(err, vault.ErrRefused) {
					t.Error("a secret opens in another row")
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Verify()
}

// X05: what a backup still wanted to tell is of another time: it is given up once the backup is in place, and can be sent by
// hand.
func TestDeliveriesOfARestoredBackup(t *testing.T) {
	e := newEar(t, webhooktest.Options{})
	w := e.listen("https://0.0.0.0.example.invalid/")
	e.unit("France")
	e.stop()
	backup := e.Backup()
	e.Rewind(backup)
	Must(e.Service.Restored(t.Context(), "backup.db"))
	e.ada = e.As(e.Ada)
	if d := e.deliveries(w.ID)[0]; d.State != api.DeliveryDead || d.Error != "database_restored" {
		t.Errorf("%+v", d)
	}
	if again := Must(Call(e.ada, api.Redeliver, api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: w.ID}, Delivery: e.deliveries(w.ID)[0].ID})); again.State != api.DeliveryWaiting {
		t.Errorf("%+v", again)
	}
}
