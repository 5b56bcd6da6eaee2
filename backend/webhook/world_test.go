package webhook_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/shared/audit"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"
)

// world is webhooks on a real store.
type world struct {
	testing.TB
	db   *store.DB
	keys *vault.Keys
	log  *safeBuffer

	mu          sync.Mutex
	deactivated map[id.Webhook]string
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	return openWorld(t, dir, keys)
}

func openWorld(t testing.TB, dir string, keys *vault.Keys) *world {
	t.Helper()
	w := &world{TB: t, keys: keys, log: &safeBuffer{}, deactivated: map[id.Webhook]string{}}
	var err error
	if w.db, err = store.Open(context.Background(), store.Options{Dir: dir, Ballast: -1, Housekeeping: 1000 * time.Hour, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) now() time.Time { return w.db.Clock().Now() }

// run starts a worker and gives the way to stop it, which waits for its end. The test's end stops it too.
func (w *world) run(q webhook.Queue, c *webhook.Client) (worker *webhook.Worker, stop func()) {
	w.Helper()
	worker = webhook.New(webhook.Config{Queue: q, Keys: w.keys, Client: c, Now: w.now, Log: slog.New(slog.NewTextHandler(w.log, nil)), Deactivate: w.deactivate})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		worker.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.Cleanup(stop)
	return worker, stop
}

// deactivate is as much as the worker relies on of what the portal does.
func (w *world) deactivate(ctx context.Context, hook id.Webhook, version int64, why string) error {
	w.mu.Lock()
	w.deactivated[hook] = why
	w.mu.Unlock()
	return w.change(func(tx *store.Tx) error {
		row, err := tx.Webhook(ctx, hook)
		if err != nil || row.Version != version {
			return err
		}
		row.Active, row.Why = false, why
		if err := tx.SaveWebhook(ctx, row); err != nil {
			return err
		}
		return tx.DropDeliveries(ctx, hook, "the webhook was deactivated")
	})
}

func (w *world) why(hook id.Webhook) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deactivated[hook]
}

func (w *world) change(fn func(*store.Tx) error) error {
	return w.db.Update(context.Background(), func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Record(context.Background(), w.keys.Derive(vault.Audit), store.Change{
			Entry: audit.Entry{Stream: live.Provider, Kind: audit.WebhookChanged, Actor: audit.Actor{Kind: audit.BySystem}},
		})
	})
}

// hook makes a webhook and gives its secret.
func (w *world) hook(url string) (id.Webhook, string) {
	w.Helper()
	secret := webhook.NewSecret()
	h := store.Webhook{ID: id.New[id.Webhook](w.now(), rand.Reader), URL: url, Active: true}
	h.Sealed = webhook.Seal(w.keys, h.ID, webhook.PlaceSecret, secret)
	w.must(w.change(func(tx *store.Tx) error { return tx.AddWebhook(context.Background(), &h) }))
	return h.ID, secret.Reveal()
}

// tell writes events for webhooks, each in a transaction of its own, and gives their ids.
func (w *world) tell(n int, hooks ...id.Webhook) []string {
	w.Helper()
	var ids []string
	for range n {
		e := id.New[id.WebhookEvent](w.now(), rand.Reader)
		ids = append(ids, string(e))
		w.must(w.change(func(tx *store.Tx) error {
			payload, err := json.Marshal(event.Event{Type: event.ContactCreated, Timestamp: tx.Now(), Data: event.Data{Kind: audit.ContactCreated, At: tx.Now()}})
			if err != nil {
				return err
			}
			var deliveries []id.Delivery
			for range hooks {
				deliveries = append(deliveries, id.New[id.Delivery](tx.Now(), rand.Reader))
			}
			return tx.TellWebhooks(context.Background(), e, event.ContactCreated, payload, hooks, deliveries)
		}))
	}
	return ids
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// rows are a webhook's deliveries, oldest first.
func (w *world) rows(hook id.Webhook) (list []store.Delivery) {
	w.Helper()
	w.must(w.db.View(context.Background(), func(tx *store.Tx) error {
		newest, err := tx.Deliveries(context.Background(), hook, 0, 10_000)
		for i := len(newest) - 1; i >= 0; i-- {
			list = append(list, newest[i])
		}
		return err
	}))
	return list
}

// settled waits in a bubble until nothing waits, at most for the given time.
func (w *world) settled(within time.Duration) {
	w.Helper()
	for end := time.Now().Add(within); ; time.Sleep(15 * time.Second) {
		synctest.Wait()
		s, err := w.db.WebhookState(context.Background())
		w.must(err)
		if s.Waiting == 0 {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("%d deliveries still wait after %v", s.Waiting, within)
		}
	}
}
