package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// View runs fn on one snapshot: everything it reads is of the same moment. It changes nothing. It ends with
// Unavailable when it takes longer than Options.ReadLimit or no connection comes free in that time.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return db.ViewWithin(ctx, db.opt.ReadLimit, fn)
}

// ViewWithin is View for what may take another time than Options.ReadLimit: the few reads that go over everything.
func (db *DB) ViewWithin(ctx context.Context, limit time.Duration, fn func(*Tx) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	select {
	case db.tokens <- struct{}{}:
	case <-db.closing:
		return errClosed()
	case <-limited.Done():
		return db.cutShort(ctx, limit, limited.Err())
	}
	defer func() { <-db.tokens }()
	if db.closed.Load() { // a select with two ways takes either
		return errClosed()
	}

	c := db.takeConn()
	defer db.putConn(c)
	tx := &Tx{conn: c, ctx: limited, now: db.now()}
	if err := c.run("BEGIN"); err != nil {
		return db.note(mapError(err))
	}
	defer func() { // also when fn panics
		tx.end()
		if err := c.run("COMMIT"); err != nil {
			c.broken = true
		}
	}()

	err := fn(tx)
	if err != nil && limited.Err() != nil && errors.Is(err, limited.Err()) {
		return db.cutShort(ctx, limit, err)
	}
	return db.note(err)
}

// cutShort tells the caller's own end from the limit's.
func (db *DB) cutShort(ctx context.Context, limit time.Duration, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("read: %w", ctx.Err())
	}
	return unavailable(fmt.Errorf("read took longer than %v: %w", limit, err))
}

func (db *DB) takeConn() *conn {
	db.mu.Lock()
	defer db.mu.Unlock()
	c := db.idle[len(db.idle)-1]
	db.idle = db.idle[:len(db.idle)-1]
	return c
}

func (db *DB) putConn(c *conn) {
	if c.broken {
		if fresh, err := openConn(readerDSN(db.path), db.opt); err == nil {
			c.close()
			c = fresh
		}
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.idle = append(db.idle, c)
}
