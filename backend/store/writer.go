package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxRun     = 256                  // requests in one commit
	maxRunTime = 5 * time.Millisecond // work in one commit: nobody waits longer for others than a flush takes
	urgentLane = 64                   // revocations that wait together are few
	houseEvery = 256                  // commits between two looks at disk and WAL under load
)

// request is one Update on its way through the writer.
type request struct {
	fn    func(*Tx) error
	state atomic.Int32
	err   error
	after []func()
	done  chan struct{} // closed when err and the effect are final
}

// A request is waiting until either the writer takes it or its caller leaves; only one of them can.
const (
	waiting int32 = iota
	taken
	left
)

// writer owns the one connection that changes rows. Requests that wait together share a commit.
type writer struct {
	db   *DB
	conn *conn

	gate     sync.RWMutex // held for reading while sending, so that stop closes the lanes after the last send
	stopped  bool
	ordinary chan *request
	urgent   chan *request
	ended    chan struct{} // closed when the goroutine is gone
	ticker   *time.Ticker

	sinceHouse int
	markAt     time.Time // the mark that is on the disk

	commits, requests, refused, failed, largest, checkpoints atomic.Int64
}

func newWriter(db *DB, c *conn) *writer {
	return &writer{
		db: db, conn: c,
		ordinary: make(chan *request, db.opt.Queue),
		urgent:   make(chan *request, urgentLane),
		ended:    make(chan struct{}),
	}
}

func (w *writer) start() {
	w.ticker = time.NewTicker(w.db.opt.Housekeeping)
	go w.loop()
}

// Update runs fn in a transaction of its own on the writer and returns when its changes are safe on the disk. An
// error or panic of fn undoes what fn did and nothing else. When ctx ends before fn's turn, fn does not run; once it
// runs, its result stands and Update waits for it.
//
// Refusals: ReadOnly when the disk is nearly full or fails, Unavailable when the store is closed or fn's turn did not
// come within Options.WaitLimit, ErrUnrecorded when fn changed rows without recording it.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := db.mayChange(); err != nil {
		return err
	}
	if db.disk.full.Load() {
		return readOnly(errors.New("the disk is nearly full"))
	}
	return db.writer.submit(ctx, &request{fn: fn}, db.writer.ordinary)
}

// UpdateCritical is Update for what must work on a full disk: revoking, signing out, voiding, and the audit of it.
// It overtakes ordinary changes and may use the disk space that was kept back.
func (db *DB) UpdateCritical(ctx context.Context, fn func(*Tx) error) error {
	if db.opt.ReadOnly {
		return readOnly(errors.New("the store is open for reading only"))
	}
	return db.writer.submit(ctx, &request{fn: fn}, db.writer.urgent)
}

// Ping goes once through the writer, without a change: it tells whether changes are answered.
func (db *DB) Ping(ctx context.Context) error {
	return db.UpdateCritical(ctx, func(*Tx) error { return nil })
}

func (db *DB) mayChange() error {
	if db.opt.ReadOnly {
		return readOnly(errors.New("the store is open for reading only"))
	}
	if db.damaged.Load() {
		return readOnly(ErrDamaged)
	}
	return nil
}

func (w *writer) submit(ctx context.Context, r *request, lane chan *request) error {
	if err := ctx.Err(); err != nil {
		return leaving(ctx)
	}
	r.done = make(chan struct{})
	limit := time.NewTimer(w.db.opt.WaitLimit)
	defer limit.Stop()
	if err := w.send(ctx, r, lane, limit.C); err != nil {
		return err
	}

	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
	case <-limit.C:
	}
	if r.state.CompareAndSwap(waiting, left) {
		return leaving(ctx)
	}
	<-r.done
	return r.err
}

// leaving is the answer to who did not get a turn.
func leaving(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait for the writer: %w", err)
	}
	return unavailable(errors.New("the writer is busy"))
}

func (w *writer) send(ctx context.Context, r *request, lane chan *request, limit <-chan time.Time) error {
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.stopped {
		return errClosed()
	}
	select {
	case lane <- r:
		return nil
	case <-ctx.Done():
	case <-limit:
	}
	return leaving(ctx)
}

// stop takes no more requests and waits until those that are in have ended.
func (w *writer) stop() {
	w.gate.Lock()
	w.stopped = true
	close(w.urgent)
	close(w.ordinary)
	w.gate.Unlock()
	<-w.ended
}

// loop is the writer's goroutine. It ends when both lanes are closed and empty.
func (w *writer) loop() {
	again := true
	defer func() {
		if again { // a function left by runtime.Goexit and took this goroutine with it
			go w.loop()
		}
	}()

	urgent, ordinary := w.urgent, w.ordinary
	for urgent != nil || ordinary != nil {
		lane := &urgent
		r, ok, got := (*request)(nil), false, false
		select { // revocations first
		case r, ok = <-urgent:
			got = true
		default:
		}
		if !got {
			select {
			case r, ok = <-urgent:
			case r, ok = <-ordinary:
				lane = &ordinary
			case <-w.ticker.C:
				w.housekeep()
				continue
			}
		}
		if !ok {
			*lane = nil
			continue
		}
		w.serve(r, *lane)
	}
	again = false
	w.ticker.Stop()
	close(w.ended)
}

// serve commits the request with those that wait behind it in the same lane.
func (w *writer) serve(r *request, lane chan *request) {
	urgent := lane == w.urgent
	if urgent {
		w.db.disk.makeRoom()
	}
	if !r.state.CompareAndSwap(waiting, taken) {
		return
	}

	run := &run{w: w, urgent: urgent, reqs: []*request{r}}
	defer run.close() // answers everybody, also when a function ends this goroutine
	if !run.begin() {
		return
	}
	started := w.db.clock.Now()
	for i := 0; i < len(run.reqs); i++ {
		if !run.do(run.reqs[i]) {
			return
		}
		if len(run.reqs) >= maxRun || w.db.clock.Now().Sub(started) > maxRunTime || (!urgent && len(w.urgent) > 0) {
			break
		}
		select {
		case next, ok := <-lane:
			if ok && next.state.CompareAndSwap(waiting, taken) {
				run.reqs = append(run.reqs, next)
			}
		default:
		}
	}
	run.commit()
}
