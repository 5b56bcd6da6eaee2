package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"countersign/backend/failpoint"
)

// run is one commit and the requests in it.
type run struct {
	w      *writer
	urgent bool
	reqs   []*request
	mark   bool  // something recorded is in it: the clock's mark goes along
	lost   error // why none of it counts
	safe   bool  // committed
}

func (r *run) begin() bool {
	if err := r.w.conn.run("BEGIN IMMEDIATE"); err != nil {
		r.lost = err
		return false
	}
	return true
}

// do runs one request under its savepoint; false when the whole transaction is gone.
func (r *run) do(req *request) bool {
	c := r.w.conn
	if err := c.run("SAVEPOINT request"); err != nil {
		r.lost = err
		return false
	}
	tx := &Tx{conn: c, ctx: context.Background(), now: r.w.db.now(), writable: true, urgent: r.urgent}
	req.err = r.call(req, tx)
	tx.end()
	if req.err == nil {
		req.err = tx.check()
	}
	if c.driver.AutoCommit() { // a full disk makes SQLite undo the whole transaction
		r.lost = errors.Join(errors.New("the transaction was undone"), req.err)
		return false
	}

	if req.err != nil {
		r.w.refused.Add(1)
		if err := c.run("ROLLBACK TO request"); err != nil {
			r.lost = err
			return false
		}
	}
	if err := c.run("RELEASE request"); err != nil {
		r.lost = err
		return false
	}
	if req.err == nil {
		r.mark = r.mark || tx.recorded
		req.after = tx.after
	}
	return true
}

// call runs the function and turns a panic into an error.
func (r *run) call(req *request, tx *Tx) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		tx.end()
		if p := recover(); p != nil {
			r.w.db.log.Error("a change panicked and was undone", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in a change: %v", p)
			return
		}
		r.lost = errors.New("the goroutine of the writer was ended by a change")
	}()
	err = req.fn(tx)
	returned = true
	return err
}

func (r *run) commit() {
	c := r.w.conn
	if r.mark {
		if err := r.w.saveMark(); err != nil {
			r.lost = err
			return
		}
	}
	failpoint.Hit("store.commit")
	if err := c.run("COMMIT"); err != nil {
		r.lost = err
		return
	}
	failpoint.Hit("store.committed")
	r.safe = true
}

// close ends the transaction whatever happened and answers every request of the run.
func (r *run) close() {
	w := r.w
	if !r.safe && !w.conn.driver.AutoCommit() {
		if err := w.conn.run("ROLLBACK"); err != nil {
			w.db.log.Error("roll back", "error", err)
		}
	}
	if r.safe {
		w.commits.Add(1)
		w.requests.Add(int64(len(r.reqs)))
		w.largest.Store(max(w.largest.Load(), int64(len(r.reqs))))
	} else {
		w.failed.Add(1)
		if r.lost == nil {
			r.lost = errors.New("the transaction did not end")
		}
		r.lost = w.db.note(mapError(fmt.Errorf("commit: %w", r.lost)))
		w.markAt = time.Time{}
		w.sinceHouse = houseEvery // look at once: the disk may be full
	}

	for _, req := range r.reqs {
		if !r.safe && req.err == nil {
			req.err = r.lost
		}
		if req.err == nil {
			for _, fn := range req.after {
				w.notify(fn)
			}
		} else {
			w.db.note(req.err)
		}
		close(req.done)
	}

	w.sinceHouse++
	if w.sinceHouse >= houseEvery {
		w.housekeep()
	}
}

// notify runs one callback; its panic is its own.
func (w *writer) notify(fn func()) {
	defer func() {
		if p := recover(); p != nil {
			w.db.log.Error("a callback after a commit panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	fn()
}
