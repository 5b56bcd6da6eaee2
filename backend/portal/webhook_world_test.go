package portal_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/webhook"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/api"
	"countersign/shared/event"
	"countersign/shared/id"
)

// ear is a world whose webhooks are told, with a receiver that hears everything.
type ear struct {
	*desk
	*webhooktest.Receiver
	ada  *backendtest.Actor
	hook api.WebhookSecret
	log  *heap
	stop func() // ends the deliveries
}

func newEar(t *testing.T, o webhooktest.Options) *ear {
	t.Helper()
	e := &ear{desk: newDesk(t), log: &heap{}}
	o.Now = func() time.Time { return e.World.DB.Clock().Now() }
	e.Receiver = webhooktest.Start(t, o)
	e.ada = e.As(e.Ada)
	e.run()
	e.hook = e.listen(e.Receiver.URL)
	e.Knows(e.hook.Secret)
	return e
}

// run starts the deliveries.
func (e *ear) run() {
	w := webhook.New(webhook.Config{Queue: e.World.DB, Keys: e.World.Keys, Client: webhook.NewClient("test", e.Roots), Now: e.World.DB.Clock().Now,
		Log: slog.New(slog.NewTextHandler(e.log, nil)), Deactivate: e.Service.DeactivateWebhook})
	e.Service.Told = w.Wake
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	e.stop = func() {
		cancel()
		<-ended
	}
	e.t.Cleanup(e.stop)
}

// listen makes a webhook.
func (e *ear) listen(url string, types ...event.Type) api.WebhookSecret {
	e.t.Helper()
	in := api.CreateWebhookIn{}
	in.Body.URL, in.Body.Types = url, types
	if types == nil {
		in.Body.Types = []event.Type{}
	}
	return backendtest.Must(backendtest.Call(e.ada, api.CreateWebhook, in))
}

// heard are the events that the first webhook was told: a test event comes after all of them.
func (e *ear) heard() (list []event.Event) {
	e.t.Helper()
	d := backendtest.Must(backendtest.Call(e.ada, api.TestWebhook, api.WebhookIn{Webhook: e.hook.ID}))
	for n := 1; ; n++ {
		e.Wait(n)
		taken := e.Taken()
		if !slices.ContainsFunc(taken, func(t webhooktest.Delivery) bool { return t.ID == string(d.Event) }) {
			continue
		}
		for _, t := range taken {
			if t.Event.Type != event.Test {
				list = append(list, t.Event)
			}
		}
		return list
	}
}

func (e *ear) deliveries(w id.Webhook) []api.Delivery {
	e.t.Helper()
	return backendtest.Must(backendtest.Call(e.ada, api.ListDeliveries, api.DeliveriesIn{WebhookIn: api.WebhookIn{Webhook: w}, Page: api.Page{Limit: 200}})).Deliveries
}

func (e *ear) shown(w id.Webhook) api.Webhook {
	e.t.Helper()
	for _, x := range backendtest.Must(backendtest.Call(e.ada, api.ListWebhooks, api.None{})).Webhooks {
		if x.ID == w {
			return x
		}
	}
	e.t.Fatalf("there is no webhook %s", w)
	return api.Webhook{}
}

func (e *ear) update(w api.Webhook, change func(*api.UpdateWebhookIn)) (api.Webhook, error) {
	in := api.UpdateWebhookIn{WebhookIn: api.WebhookIn{Webhook: w.ID}}
	in.Body.URL, in.Body.Types, in.Body.Active, in.Body.Version = w.URL, w.Types, w.Active, w.Version
	change(&in)
	return backendtest.Call(e.ada, api.UpdateWebhook, in)
}
