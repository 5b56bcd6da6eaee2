// Package outbox sends the mails that changes left in the outbox table: each at least once, as the same message at
// every attempt, for as long as it makes sense. A mail is written in the transaction of its cause, so none is lost
// and none is sent for a change that did not happen.
//
// A mail can arrive twice only when the process dies, or the mail server's answer is lost, between the server's
// taking it and the row's saying so. After its expiry a mail is never sent.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/i18n"
)

// Queue is the outbox table; *store.DB is one.
type Queue interface {
	LeaseMails(ctx context.Context, n int, lease time.Duration) ([]store.DueMail, error)
	MailSent(ctx context.Context, m store.DueMail) error
	RetryMail(ctx context.Context, m store.DueMail, after time.Duration, why string) error
	MailDead(ctx context.Context, m store.DueMail, why string) error
	ReclaimMails(ctx context.Context) error
	NextMailAt(ctx context.Context) (time.Time, error)
	PruneMails(ctx context.Context, age time.Duration) (int64, error)
}

const (
	maxAttempts  = 10
	firstRetry   = time.Minute
	longestRetry = 6 * time.Hour
	sendLimit    = 2 * time.Minute // one attempt; well within the lease, so no mail is in two hands
	leaseFor     = 5 * time.Minute
	atOnce       = 4                // mails under way; a crash can double no more than these
	grace        = 10 * time.Second // for those under way at the stop
	lookAgain    = time.Minute      // when nothing wakes the worker: the clock may have been corrected
	afterTrouble = 5 * time.Second  // the table could not be read or written
	keepFor      = 90 * 24 * time.Hour
	pruneEvery   = 24 * time.Hour
	longestWhy   = 500
)

// Worker sends what is due. Make it with New; start it with Run.
type Worker struct {
	queue    Queue
	keys     *vault.Keys
	renderer *mail.Renderer
	sender   mail.Sender
	now      func() time.Time
	log      *slog.Logger

	wake   chan struct{} // one place: a wake-up that nobody has seen yet stands for all
	places chan struct{}
	lanes  sync.WaitGroup

	sent, retried, dead atomic.Int64
}

// Config is what a Worker works with.
type Config struct {
	Queue    Queue
	Keys     *vault.Keys
	Renderer *mail.Renderer
	Sender   mail.Sender
	Now      func() time.Time // the store's guarded clock
	Log      *slog.Logger
}

// New makes a worker.
func New(c Config) *Worker {
	return &Worker{
		queue: c.Queue, keys: c.Keys, renderer: c.Renderer, sender: c.Sender, now: c.Now, log: c.Log,
		wake: make(chan struct{}, 1), places: make(chan struct{}, atOnce),
	}
}

// Wake tells the worker that the table may hold something new. Call it after the commit; it never waits.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Stats are counts since the start.
type Stats struct{ Sent, Retried, Dead int64 }

// Stats tells what the worker did.
func (w *Worker) Stats() Stats { return Stats{w.sent.Load(), w.retried.Load(), w.dead.Load()} }

// Run sends until ctx ends, then leaves those under way a little time, and returns when no goroutine of it is left.
// Call it once, and close the store after it returned.
func (w *Worker) Run(ctx context.Context) {
	// Sends outlive ctx by the grace, so that a stop does not double mails.
	sends, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()

	for reclaimed := false; ctx.Err() == nil; {
		err := w.guard(func() error {
			if !reclaimed {
				if err := w.queue.ReclaimMails(ctx); err != nil {
					return err
				}
				reclaimed = true
			}
			return w.loop(ctx, sends)
		})
		if err != nil && ctx.Err() == nil {
			w.log.Error("the outbox is in trouble and tries again", "error", err)
			sleep(ctx, afterTrouble)
		}
	}

	stop := time.AfterFunc(grace, cut)
	defer stop.Stop()
	w.lanes.Wait()
}

// guard turns a panic into an error: a fault in one mail must not end the delivery of all.
func (w *Worker) guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// loop leases as many mails as there are free places and has each sent in its own goroutine.
func (w *Worker) loop(ctx, sends context.Context) error {
	var pruned time.Time
	for ctx.Err() == nil {
		if now := w.now(); now.Sub(pruned) >= pruneEvery {
			if err := w.prune(ctx); err != nil {
				return err
			}
			pruned = now
		}
		mails, err := w.lease(ctx)
		if err != nil || ctx.Err() != nil && len(mails) == 0 {
			return err
		}
		for _, m := range mails {
			w.lanes.Go(func() {
				defer w.release(1)
				w.deliver(sends, m)
			})
		}
		if len(mails) == 0 {
			if err := w.idle(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// lease waits for free places and leases a mail for each. Places without a mail are free again, whatever happens.
func (w *Worker) lease(ctx context.Context) (mails []store.DueMail, err error) {
	free := w.take(ctx)
	defer func() { w.release(free - len(mails)) }()
	if free == 0 {
		return nil, nil
	}
	return w.queue.LeaseMails(ctx, free, leaseFor)
}

// take waits for a free place and takes all that are free; 0 when ctx ended.
func (w *Worker) take(ctx context.Context) (free int) {
	select {
	case w.places <- struct{}{}:
		free++
	case <-ctx.Done():
		return 0
	}
	for {
		select {
		case w.places <- struct{}{}:
			free++
		default:
			return free
		}
	}
}

func (w *Worker) release(n int) {
	for range n {
		<-w.places
	}
}

// idle waits for the next mail: one that is due, a wake-up, or the time to look again anyway.
func (w *Worker) idle(ctx context.Context) error {
	next, err := w.queue.NextMailAt(ctx)
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
		n, err := w.queue.PruneMails(ctx, keepFor)
		if err != nil || n == 0 {
			return err
		}
	}
}

// deliver makes one attempt and writes down what became of it.
func (w *Worker) deliver(sends context.Context, m store.DueMail) {
	err := w.guard(func() error { return w.attempt(sends, m) })
	if err == nil {
		w.sent.Add(1)
		w.settle(sends, m, func(ctx context.Context) error { return w.queue.MailSent(ctx, m) })
		return
	}

	why := err.Error()
	why = strings.ToValidUTF8(why[:min(len(why), longestWhy)], "")
	if errors.Is(err, mail.ErrUnsendable) || errors.Is(err, errExpired) || m.Attempts >= maxAttempts {
		w.dead.Add(1)
		w.log.Error("a mail is given up", "mail", m.ID, "template", m.Template, "attempts", m.Attempts, "error", err)
		w.settle(sends, m, func(ctx context.Context) error { return w.queue.MailDead(ctx, m, why) })
		return
	}
	w.retried.Add(1)
	after := retryAfter(m.Attempts)
	w.log.Warn("a mail could not be sent and is tried again", "mail", m.ID, "template", m.Template,
		"attempts", m.Attempts, "after", after.String(), "error", err)
	w.settle(sends, m, func(ctx context.Context) error { return w.queue.RetryMail(ctx, m, after, why) })
	w.Wake() // the loop may be waiting for a later mail than this one
}

var errExpired = errors.New("the mail expired before it could be sent")

func (w *Worker) attempt(sends context.Context, m store.DueMail) error {
	if m.Attempts > maxAttempts {
		return fmt.Errorf("%w: the process ended during each of %d attempts", mail.ErrUnsendable, maxAttempts)
	}
	limit := sendLimit
	if !m.ExpiresAt.IsZero() {
		left := m.ExpiresAt.Sub(w.now())
		if left <= 0 {
			return errExpired
		}
		limit = min(limit, left)
	}
	token, err := unseal(w.keys, m.ID, m.Sealed)
	if err != nil {
		return fmt.Errorf("%w: %w", mail.ErrUnsendable, err)
	}
	letter, err := w.renderer.Render(mail.Message{
		ID: m.ID, CreatedAt: m.CreatedAt, To: m.To, Locale: i18n.Parse(m.Locale), Template: mail.Template(m.Template), Args: m.Args, Token: token,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(sends, limit)
	defer cancel()
	return w.sender.Send(ctx, letter)
}

// settle writes an outcome down, again and again while the table can't be written: a mail that was sent and is not
// marked comes a second time.
func (w *Worker) settle(sends context.Context, m store.DueMail, write func(context.Context) error) {
	for wait := time.Second; ; wait = min(2*wait, leaseFor/4) {
		err := w.guard(func() error { return write(context.WithoutCancel(sends)) })
		if err == nil {
			return
		}
		w.log.Error("what became of a mail could not be written down", "mail", m.ID, "error", err)
		if sleep(sends, wait); sends.Err() != nil {
			return
		}
	}
}

// retryAfter is the pause after the n-th failed attempt: one minute, then three times as long each, at most six
// hours, a fifth more or less at random so that mails that failed together don't come back together. Ten attempts
// span a day.
func retryAfter(n int) time.Duration {
	d := firstRetry
	for range n - 1 {
		d = min(3*d, longestRetry)
	}
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
