// Package outbox sends the mails that changes left in the outbox table: each at least once, as the same message at
// every attempt, for as long as it makes sense. A mail is written in the transaction of its cause, so none is lost
// and none is sent for a change that did not happen.
//
// A mail can arrive twice only when the process dies, or the mail server's answer is lost, between the server's
// taking it and the row's saying so. After its expiry a mail is never sent.
package outbox

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Queue is the outbox table; *store.DB is one.
type Queue interface {
	TurnMails(ctx context.Context, done []store.MailOutcome, n int, lease time.Duration) ([]store.DueMail, error)
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
	atOnce       = 4                    // mails under way, until what became of them is written; a crash can double no more than these
	grace        = 10 * time.Second     // for those under way at the stop
	lookAgain    = time.Minute          // when nothing wakes the worker: the clock may have been corrected
	afterTrouble = 5 * time.Second      // the table could not be read or written
	longestWait  = 5 * time.Millisecond // for other mails' outcomes, to be written together
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
	files    func(ctx context.Context, t *mail.Thread) ([]mail.File, error)
	now      func() time.Time
	log      *slog.Logger

	wake  chan struct{}          // one place: a wake-up that nobody has seen yet stands for all
	ended chan store.MailOutcome // a place for each mail under way, so that none waits
	lanes sync.WaitGroup

	// Run's own.
	underWay int                 // mails that were handed out and what became of them is not written
	outcomes []store.MailOutcome // of those, what is known
	turn     time.Duration       // how long it took to write the last

	sent, retried, dead atomic.Int64
}

// Config is what a Worker works with.
type Config struct {
	Queue    Queue
	Keys     *vault.Keys
	Renderer *mail.Renderer
	Sender   mail.Sender // one that is an io.Closer is closed when Run ends
	// Files gives the files of the message that a mail is about: all of them, or none when they are more than
	// mail.MostFiles. It is asked only for mails whose thread says that there are some; nil when none are sent.
	Files func(ctx context.Context, t *mail.Thread) ([]mail.File, error)
	Now   func() time.Time // the store's guarded clock
	Log   *slog.Logger
}

// New makes a worker.
func New(c Config) *Worker {
	return &Worker{
		queue: c.Queue, keys: c.Keys, renderer: c.Renderer, sender: c.Sender, files: c.Files, now: c.Now, log: c.Log,
		wake: make(chan struct{}, 1), ended: make(chan store.MailOutcome, atOnce),
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
	w.finish(sends)
	w.lanes.Wait()
	if c, ok := w.sender.(io.Closer); ok {
		if err := c.Close(); err != nil {
			w.log.Warn("the mail sender could not be closed", "error", err)
		}
	}
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

// loop takes turns: in one transaction it writes what became of mails and leases as many as there are then free places.
// Each is sent in its own goroutine, so that one that takes long holds up no other.
func (w *Worker) loop(ctx, sends context.Context) error {
	var pruned time.Time
	for ctx.Err() == nil {
		if now := w.now(); now.Sub(pruned) >= pruneEvery {
			if err := w.prune(ctx); err != nil {
				return err
			}
			pruned = now
		}
		w.gather()
		free := atOnce - w.underWay + len(w.outcomes)
		if free > 0 {
			mails, err := w.take(ctx, free)
			if err != nil {
				return err
			}
			for _, m := range mails {
				w.lanes.Go(func() { w.ended <- w.deliver(sends, m) })
			}
			if len(mails) < free {
				if err := w.idle(ctx); err != nil {
					return err
				}
				continue
			}
		}
		select {
		case o := <-w.ended:
			w.outcomes = append(w.outcomes, o)
		case <-ctx.Done():
		}
	}
	return nil
}

// gather takes in what became of mails, if of any; then it waits for the others for as long as it may take to write. To
// write it of four costs what it costs of one, and those that are fast would never meet otherwise.
func (w *Worker) gather() {
	var late <-chan time.Time
	for len(w.outcomes) < w.underWay {
		select {
		case o := <-w.ended:
			w.outcomes = append(w.outcomes, o)
			continue
		default:
		}
		if len(w.outcomes) == 0 {
			return
		}
		if late == nil {
			t := time.NewTimer(min(w.turn, longestWait))
			defer t.Stop()
			late = t.C
		}
		select {
		case o := <-w.ended:
			w.outcomes = append(w.outcomes, o)
		case <-late:
			return
		}
	}
}

// take writes what became of mails and leases up to n. When it fails, the outcomes are kept for the next time, and no
// mail is leased before they are written: one that was sent and is not marked would come a second time.
func (w *Worker) take(ctx context.Context, n int) ([]store.DueMail, error) {
	if len(w.outcomes) > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	began := w.now()
	mails, err := w.queue.TurnMails(ctx, w.outcomes, n, leaseFor)
	if err != nil {
		return nil, err
	}
	w.turn = w.now().Sub(began)
	w.underWay += len(mails) - len(w.outcomes)
	w.outcomes = w.outcomes[:0]
	return mails, nil
}

// finish waits for those under way and writes what became of them, for as long as sends goes on, and once more then.
func (w *Worker) finish(sends context.Context) {
	for w.underWay > 0 {
		if len(w.outcomes) == 0 {
			w.outcomes = append(w.outcomes, <-w.ended)
		}
		w.gather()
		err := w.guard(func() error {
			_, err := w.take(context.WithoutCancel(sends), 0)
			return err
		})
		if err == nil {
			continue
		}
		w.log.Error("what became of mails could not be written down", "mails", len(w.outcomes), "error", err)
		if sends.Err() != nil {
			return
		}
		sleep(sends, time.Second)
	}
}

// idle waits until there is something to do: what became of a mail, one that is due, a wake-up, or the time to look again
// anyway.
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
	case o := <-w.ended:
		w.outcomes = append(w.outcomes, o)
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
