// Package webhook tells the provider's other systems what happened, by the Standard Webhooks specification: signed HTTP
// requests, each at least once and under the same id at every attempt, for as long as it makes sense. An event is written
// in the transaction of its cause, so none is lost and none is sent for a change that did not happen.
//
// An event can arrive twice only when the process dies, or the answer is lost, between its taking and the row's saying so,
// or when somebody sends it again. A webhook is told one event at a time, in the order of the commits. One that it doesn't
// take comes again later, and those after it go on meanwhile: receivers that need the order have the timestamp. Webhooks
// don't wait for each other.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/id"
)

// Queue is the tables of webhooks; *store.DB is one.
type Queue interface {
	LeaseDeliveries(ctx context.Context, busy []id.Webhook, lease time.Duration) ([]store.DueDelivery, error)
	Delivered(ctx context.Context, d store.DueDelivery, status int) error
	RetryDelivery(ctx context.Context, d store.DueDelivery, after time.Duration, status int, why string) (failing time.Time, err error)
	DeliveryDead(ctx context.Context, d store.DueDelivery, status int, why string) (failing time.Time, err error)
	ReclaimDeliveries(ctx context.Context) error
	NextDeliveryAt(ctx context.Context, busy []id.Webhook) (time.Time, error)
	PruneDeliveries(ctx context.Context, age time.Duration) (int64, error)
}

// Why the server deactivates a webhook.
const (
	Gone    = "gone"    // it answered 410
	Failing = "failing" // nothing was delivered for days
)

const (
	longestPause = 6 * time.Hour
	failingFor   = 5 * 24 * time.Hour // and then it is deactivated
	leaseFor     = 5 * time.Minute    // well beyond an attempt, so no event is in two hands
	grace        = 10 * time.Second   // for those under way at the stop
	lookAgain    = time.Minute        // when nothing wakes the worker: the clock may have been corrected
	afterTrouble = 5 * time.Second    // the table could not be read or written
	keepFor      = 30 * 24 * time.Hour
	pruneEvery   = 24 * time.Hour
	longestWhy   = 300
)

// pauses follow the failed attempts, a fifth more or less at random: twelve attempts span a day.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
	3 * time.Hour, 5 * time.Hour, longestPause, longestPause}

const maxAttempts = 12

// Worker sends what is due. Make it with New; start it with Run.
type Worker struct {
	queue      Queue
	keys       *vault.Keys
	client     *Client
	deactivate func(context.Context, id.Webhook, int64, string) error
	now        func() time.Time
	log        *slog.Logger

	wake  chan struct{} // one place: a wake-up that nobody has seen yet stands for all
	lanes sync.WaitGroup

	mu   sync.Mutex
	busy map[id.Webhook]bool // that an event is on its way to

	delivered, retried, dead atomic.Int64
}

// Config is what a Worker works with.
type Config struct {
	Queue  Queue
	Keys   *vault.Keys
	Client *Client

	// Deactivate stops a webhook that is as it was at a version, and records why.
	Deactivate func(ctx context.Context, w id.Webhook, version int64, why string) error

	Now func() time.Time // the store's guarded clock
	Log *slog.Logger
}

// New makes a worker.
func New(c Config) *Worker {
	return &Worker{queue: c.Queue, keys: c.Keys, client: c.Client, deactivate: c.Deactivate, now: c.Now, log: c.Log,
		wake: make(chan struct{}, 1), busy: map[id.Webhook]bool{}}
}

// Wake tells the worker that there may be something new. Call it after the commit; it never waits.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Stats are counts since the start.
type Stats struct{ Delivered, Retried, Dead int64 }

// Stats tells what the worker did.
func (w *Worker) Stats() Stats { return Stats{w.delivered.Load(), w.retried.Load(), w.dead.Load()} }

// Run sends until ctx ends, then leaves those under way a little time, and returns when no goroutine of it is left.
// Call it once, and close the store after it returned.
func (w *Worker) Run(ctx context.Context) {
	// Sends outlive ctx by the grace, so that a stop does not double events.
	sends, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer w.client.Close()

	for reclaimed := false; ctx.Err() == nil; {
		err := guard(func() error {
			if !reclaimed {
				if err := w.queue.ReclaimDeliveries(ctx); err != nil {
					return err
				}
				reclaimed = true
			}
			return w.loop(ctx, sends)
		})
		if err != nil && ctx.Err() == nil {
			w.log.Error("the deliveries to webhooks are in trouble and are tried again", "error", err)
			sleep(ctx, afterTrouble)
		}
	}

	stop := time.AfterFunc(grace, cut)
	defer stop.Stop()
	w.lanes.Wait()
}

// guard turns a panic into an error: a fault in one delivery must not end all.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// loop leases an event for each webhook that is not busy and sends each in its own goroutine.
func (w *Worker) loop(ctx, sends context.Context) error {
	var pruned time.Time
	for ctx.Err() == nil {
		if now := w.now(); now.Sub(pruned) >= pruneEvery {
			if err := w.prune(ctx); err != nil {
				return err
			}
			pruned = now
		}
		due, err := w.queue.LeaseDeliveries(ctx, w.underWay(), leaseFor)
		if err != nil {
			return err
		}
		for _, d := range due {
			w.mark(d.Webhook.ID, true)
			w.lanes.Go(func() {
				defer w.Wake() // for the next one of this webhook
				defer w.mark(d.Webhook.ID, false)
				w.deliver(sends, d)
			})
		}
		if err := w.idle(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) underWay() []id.Webhook {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.busy))
}

func (w *Worker) mark(hook id.Webhook, busy bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if busy {
		w.busy[hook] = true
	} else {
		delete(w.busy, hook)
	}
}

// idle waits for the next event: one that is due, a wake-up, or the time to look again anyway.
func (w *Worker) idle(ctx context.Context) error {
	next, err := w.queue.NextDeliveryAt(ctx, w.underWay())
	if err != nil {
		return err
	}
	wait := lookAgain
	if !next.IsZero() {
		wait = min(lookAgain, max(time.Millisecond, next.Sub(w.now())))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.wake:
	case <-ctx.Done():
	}
	return nil
}

// sleep waits, whoever wakes the worker: trouble is not made worse by trying at each change.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (w *Worker) prune(ctx context.Context) error {
	for {
		n, err := w.queue.PruneDeliveries(ctx, keepFor)
		if err != nil || n == 0 {
			return err
		}
	}
}

// deliver makes one attempt and writes down what became of it.
func (w *Worker) deliver(sends context.Context, d store.DueDelivery) {
	var a Answer
	err := guard(func() (err error) {
		a, err = w.attempt(sends, d)
		return err
	})
	if err != nil && sends.Err() != nil {
		return // cut off by the stop, which is not the receiver's fault: the next start takes the lease back
	}
	if err == nil {
		w.delivered.Add(1)
		w.settle(sends, d, func(ctx context.Context) error { return w.queue.Delivered(ctx, d, a.Status) })
		return
	}

	why := strings.ToValidUTF8(err.Error()[:min(len(err.Error()), longestWhy)], "")
	log := w.log.With("webhook", d.Webhook.ID, "delivery", d.ID, "type", d.Type, "attempts", d.Attempts, "error", err)
	var failing time.Time
	if a.Status == http.StatusGone || d.Attempts >= maxAttempts {
		w.dead.Add(1)
		log.Error("a delivery to a webhook is given up")
		w.settle(sends, d, func(ctx context.Context) (err error) {
			failing, err = w.queue.DeliveryDead(ctx, d, a.Status, why)
			return err
		})
	} else {
		w.retried.Add(1)
		after := max(pauseAfter(d.Attempts), a.RetryAfter)
		log.Warn("a webhook did not take an event, which is sent again", "after", after.String())
		w.settle(sends, d, func(ctx context.Context) (err error) {
			failing, err = w.queue.RetryDelivery(ctx, d, after, a.Status, why)
			return err
		})
	}
	w.judge(sends, d, a, failing)
}

// judge deactivates a webhook that says it is gone, or has taken nothing for too long.
func (w *Worker) judge(sends context.Context, d store.DueDelivery, a Answer, failing time.Time) {
	why := ""
	switch {
	case a.Status == http.StatusGone:
		why = Gone
	case !failing.IsZero() && w.now().Sub(failing) >= failingFor:
		why = Failing
	default:
		return
	}
	w.log.Error("a webhook is deactivated", "webhook", d.Webhook.ID, "why", why)
	w.settle(sends, d, func(ctx context.Context) error { return w.deactivate(ctx, d.Webhook.ID, d.Webhook.Version, why) })
}

var errDied = errors.New("the portal was killed during each attempt")

func (w *Worker) attempt(sends context.Context, d store.DueDelivery) (Answer, error) {
	if d.Attempts > maxAttempts {
		return Answer{}, errDied
	}
	hook, now := &d.Webhook, w.now()
	secret, err := Unseal(w.keys, hook.ID, PlaceSecret, hook.Sealed)
	if err != nil {
		return Answer{}, err
	}
	secrets := []vault.Secret{secret}
	if hook.Former != "" && now.Before(hook.FormerUntil) {
		former, err := Unseal(w.keys, hook.ID, PlaceFormer, hook.Former)
		if err != nil {
			return Answer{}, err
		}
		secrets = append(secrets, former)
	}
	h := http.Header{}
	if err := Sign(h, d.Event, now, d.Payload, secrets...); err != nil {
		return Answer{}, err
	}
	return w.client.post(sends, hook.URL, h, d.Payload, now)
}

// settle writes an outcome down, again and again while the table can't be written: an event that was taken and is not
// marked comes a second time.
func (w *Worker) settle(sends context.Context, d store.DueDelivery, write func(context.Context) error) {
	for wait := time.Second; ; wait = min(2*wait, leaseFor/4) {
		err := guard(func() error { return write(context.WithoutCancel(sends)) })
		if err == nil {
			return
		}
		w.log.Error("what became of a delivery could not be written down", "webhook", d.Webhook.ID, "delivery", d.ID, "error", err)
		if sleep(sends, wait); sends.Err() != nil {
			return
		}
	}
}

// pauseAfter is the pause after the n-th failed attempt.
func pauseAfter(n int) time.Duration {
	d := pauses[min(n, len(pauses))-1]
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
