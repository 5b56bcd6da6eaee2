package webhook_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/id"
)

func idsOf(list []webhooktest.Delivery) (ids []string) {
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}

// Events arrive signed, in the order of their commits, with an address per https and a certificate that is checked.
func TestDeliversInOrder(t *testing.T) {
	for _, tls := range []bool{false, true} {
		r := webhooktest.Start(t, webhooktest.Options{TLS: tls})
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			hook, secret := w.hook(r.URL + "/events?token=canary")
			r.Knows(secret)
			want := w.tell(40, hook)
			worker, _ := w.run(w.db, webhook.NewClient("test", r.Roots))
			w.settled(time.Minute)
			got := r.Taken()
			if !slices.Equal(idsOf(got), want) {
				t.Errorf("%d of %d arrived, or in another order", len(got), len(want))
			}
			for _, d := range got {
				if off := time.Since(d.Timestamp); off < -time.Second || off > time.Minute || d.Header.Get("User-Agent") != "Countersign/test" {
					t.Errorf("%v off, from %s", off, d.Header.Get("User-Agent"))
				}
			}
			if s := worker.Stats(); s.Delivered != 40 || s.Retried+s.Dead != 0 {
				t.Errorf("%+v", s)
			}
			for _, d := range w.rows(hook) {
				if d.DeliveredAt.IsZero() || d.Status != http.StatusNoContent || d.Attempts != 1 {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

// A receiver that defers, fails, redirects, drops connections, loses its answer or floods gets every event in the end, under
// the same id, and is let alone for as long as it asks. No redirect is followed.
func TestTriesAgain(t *testing.T) {
	trap := webhooktest.Start(t, webhooktest.Options{})
	for name, fault := range map[string]webhooktest.Fault{"defers": webhooktest.Defers, "fails": webhooktest.Fails, "redirects": webhooktest.Redirects,
		"drops": webhooktest.Drops, "loses_answer": webhooktest.LosesAnswer, "floods": webhooktest.Floods} {
		t.Run(name, func(t *testing.T) {
			var came []time.Time
			r := webhooktest.Start(t, webhooktest.Options{Elsewhere: trap.URL, Fault: func(n int, d webhooktest.Delivery) webhooktest.Fault {
				came = append(came, d.Timestamp)
				if n < 4 {
					return fault
				}
				return webhooktest.Works
			}})
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				hook, secret := w.hook(r.URL + "/events?token=canary")
				r.Knows(secret)
				want := w.tell(1, hook)
				w.run(w.db, webhook.NewClient("test", nil))
				w.settled(24 * time.Hour)
				attempts := 5
				if fault == webhooktest.Floods { // its status came, so it has the event
					attempts = 1
				}
				row := w.rows(hook)[0]
				if row.Attempts != attempts || row.DeliveredAt.IsZero() {
					t.Fatalf("%+v", row)
				}
				for _, d := range r.Taken() {
					if d.ID != want[0] {
						t.Errorf("came as %s, then as %s", want[0], d.ID)
					}
				}
				for i := 1; i < len(came); i++ {
					pause, least := came[i].Sub(came[i-1]), webhook.Pauses[i-1]*8/10
					if fault == webhooktest.Defers {
						least = max(least, 10*time.Minute)
					}
					if pause < least-time.Second || pause > max(webhook.Pauses[i-1]*12/10, least)+2*time.Second {
						t.Errorf("attempt %d came after %v", i+1, pause)
					}
				}
				if s := w.log.String(); strings.Contains(s, "canary") || strings.Contains(s, secret) || strings.Contains(s, "receiver's") {
					t.Errorf("the log tells %s", s)
				}
			})
		})
	}
	if trap.Seen() > 0 {
		t.Errorf("%d redirects were followed", trap.Seen())
	}
}

// What is never taken is given up after twelve attempts, which span a day.
func TestGivesUp(t *testing.T) {
	r := webhooktest.Start(t, webhooktest.Options{Fault: func(int, webhooktest.Delivery) webhooktest.Fault { return webhooktest.Fails }})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, _ := w.hook(r.URL)
		w.tell(1, hook)
		start := time.Now()
		worker, _ := w.run(w.db, webhook.NewClient("test", nil))
		w.settled(48 * time.Hour)
		took := time.Since(start)
		row := w.rows(hook)[0]
		if row.DeadAt.IsZero() || row.Attempts != 12 || row.Status != 500 || row.Error != "it answered 500" || r.Seen() != 12 {
			t.Errorf("%+v, %d came", row, r.Seen())
		}
		if took < 18*time.Hour || took > 32*time.Hour {
			t.Errorf("the attempts span %v", took)
		}
		if s := worker.Stats(); s.Retried != 11 || s.Dead != 1 {
			t.Errorf("%+v", s)
		}
		if w.why(hook) != "" {
			t.Error("the webhook was deactivated after a day")
		}
	})
}

// A receiver that says it is gone is asked no more, and what waited for it is given up.
func TestGone(t *testing.T) {
	r := webhooktest.Start(t, webhooktest.Options{Fault: func(n int, _ webhooktest.Delivery) webhooktest.Fault {
		if n == 2 {
			return webhooktest.Gone
		}
		return webhooktest.Works
	}})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, _ := w.hook(r.URL)
		w.tell(10, hook)
		w.run(w.db, webhook.NewClient("test", nil))
		w.settled(time.Minute)
		if w.why(hook) != webhook.Gone || r.Seen() != 3 {
			t.Errorf("%q, %d came", w.why(hook), r.Seen())
		}
		for i, d := range w.rows(hook) {
			if (i < 2) != d.DeadAt.IsZero() {
				t.Errorf("delivery %d: %+v", i, d)
			}
		}
	})
}

// A receiver that has taken nothing for five days is deactivated; one event taken meanwhile begins the count anew.
func TestFailsForDays(t *testing.T) {
	var works atomic.Bool
	r := webhooktest.Start(t, webhooktest.Options{Fault: func(int, webhooktest.Delivery) webhooktest.Fault {
		if works.Load() {
			return webhooktest.Works
		}
		return webhooktest.Fails
	}})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, _ := w.hook(r.URL)
		worker, _ := w.run(w.db, webhook.NewClient("test", nil))
		day := func() {
			w.tell(1, hook)
			worker.Wake()
			time.Sleep(24 * time.Hour)
			synctest.Wait()
		}
		for range 4 {
			day()
		}
		works.Store(true)
		day()
		works.Store(false)
		var after time.Duration
		for start := time.Now(); w.why(hook) == "" && after < 10*24*time.Hour; after = time.Since(start) {
			day()
		}
		if w.why(hook) != webhook.Failing || after < 5*24*time.Hour || after > 7*24*time.Hour {
			t.Errorf("deactivated as %q after %v", w.why(hook), after)
		}
	})
}

// A receiver that answers nothing holds up none of the others, and its attempt ends.
func TestSlowReceiversWaitAlone(t *testing.T) {
	slow := webhooktest.Start(t, webhooktest.Options{Fault: func(int, webhooktest.Delivery) webhooktest.Fault { return webhooktest.Hangs }})
	fast := webhooktest.Start(t, webhooktest.Options{KeepAlive: true})
	w := newWorld(t)
	var hanging []id.Webhook
	for range 5 {
		h, _ := w.hook(slow.URL)
		hanging = append(hanging, h)
	}
	quick, _ := w.hook(fast.URL)
	want := w.tell(100, append(hanging, quick)...)
	_, stop := w.run(w.db, webhook.NewClient("test", nil))
	fast.Wait(100)
	if got := idsOf(fast.Taken()); !slices.Equal(got, want) {
		t.Error("not all arrived in order")
	}
	slow.Wait(5)
	if slow.Seen() != 5 {
		t.Errorf("%d are on their way to 5 slow receivers", slow.Seen())
	}
	slow.Release()
	stop()
}

// An attempt ends after 15 seconds, whatever the receiver does.
func TestAnAttemptEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, _ := w.hook("http://localhost:9/")
		w.tell(1, hook)
		c := webhook.NewClient("test", nil)
		c.DialBy(func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			t.Cleanup(func() { far.Close() })
			return near, nil
		})
		w.run(w.db, c)
		time.Sleep(14 * time.Second)
		synctest.Wait()
		if row := w.rows(hook)[0]; row.Error != "" {
			t.Errorf("ended early: %+v", row)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if row := w.rows(hook)[0]; row.Error != "no answer within 15 seconds" || row.Attempts != 1 || !row.LeasedUntil.IsZero() {
			t.Errorf("%+v", row)
		}
	})
}

// Both secrets sign for a while after a new one was made, so that a receiver with either of them takes the event.
func TestBothSecretsSign(t *testing.T) {
	r := webhooktest.Start(t, webhooktest.Options{})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, first := w.hook(r.URL)
		second := webhook.NewSecret()
		w.must(w.change(func(tx *store.Tx) error {
			row, err := tx.Webhook(t.Context(), hook)
			if err != nil {
				return err
			}
			row.Former, row.FormerUntil = webhook.Seal(w.keys, hook, webhook.PlaceFormer, vault.NewSecret(first)), tx.Now().Add(24*time.Hour)
			row.Sealed = webhook.Seal(w.keys, hook, webhook.PlaceSecret, second)
			return tx.SaveWebhook(t.Context(), row)
		}))
		worker, _ := w.run(w.db, webhook.NewClient("test", nil))
		send := func(signatures int, secrets ...string) {
			r.Knows(secrets...)
			w.tell(1, hook)
			worker.Wake()
			w.settled(time.Minute)
			taken := r.Taken()
			if n := len(strings.Fields(taken[len(taken)-1].Header.Get("Webhook-Signature"))); n != signatures {
				t.Errorf("%d signatures, want %d", n, signatures)
			}
		}
		send(2, first, second.Reveal())
		time.Sleep(25 * time.Hour)
		send(1, second.Reveal())
	})
}

// Trouble with the tables delays events and loses none; a panic in one part ends nothing.
func TestTroubleWithTheTables(t *testing.T) {
	r := webhooktest.Start(t, webhooktest.Options{})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hook, _ := w.hook(r.URL)
		w.tell(20, hook)
		w.run(&faulty{DB: w.db}, webhook.NewClient("test", nil))
		w.settled(time.Hour)
		if got := len(r.Taken()); got != 20 {
			t.Errorf("%d of 20 arrived", got)
		}
		if !strings.Contains(w.log.String(), "disk") || !strings.Contains(w.log.String(), "panic") {
			t.Error("nothing went wrong")
		}
	})
}

// faulty is a queue where every third call fails, now by an error, now by a panic.
type faulty struct {
	*store.DB
	n atomic.Int64
}

func (f *faulty) fault() error {
	switch f.n.Add(1) % 6 {
	case 2:
		return errors.New("disk I/O error")
	case 5:
		panic("a fault of ours")
	}
	return nil
}

func (f *faulty) LeaseDeliveries(ctx context.Context, busy []id.Webhook, lease time.Duration) ([]store.DueDelivery, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	return f.DB.LeaseDeliveries(ctx, busy, lease)
}

func (f *faulty) Delivered(ctx context.Context, d store.DueDelivery, status int) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.DB.Delivered(ctx, d, status)
}

func (f *faulty) ReclaimDeliveries(ctx context.Context) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.DB.ReclaimDeliveries(ctx)
}

// Stopped in the middle, the worker lets what is under way end, and the rest waits for the next start.
func TestStop(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	r := webhooktest.Start(t, webhooktest.Options{Fault: func(n int, _ webhooktest.Delivery) webhooktest.Fault {
		if n == 3 {
			close(reached)
			<-goOn
		}
		return webhooktest.Works
	}})
	w := newWorld(t)
	hook, _ := w.hook(r.URL)
	want := w.tell(10, hook)
	_, stop := w.run(w.db, webhook.NewClient("test", nil))
	<-reached
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	close(goOn)
	<-stopped
	if n := r.Seen(); n < 4 || n > 5 {
		t.Errorf("%d came before the stop", n)
	}
	w.run(w.db, webhook.NewClient("test", nil))
	r.Wait(10)
	if got := idsOf(r.Taken()); !slices.Equal(got, want) {
		t.Errorf("%d arrived, want each of %d once, in order", len(got), len(want))
	}
}
