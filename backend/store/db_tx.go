package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Tx is one transaction. It belongs to the function it was given to: one goroutine, and not after that returned.
type Tx struct {
	conn *conn
	ctx  context.Context // ends a View at its limit; a writer's never ends, because what has begun must stand
	now  time.Time

	writable  bool
	urgent    bool
	ended     bool
	recorded  bool
	unwritten string // first statement that changed rows while nothing is recorded
	after     []func()
	published []Published
	open      []*stmt
}

// ErrUnrecorded is a programming error: a transaction changed rows without recording what it did, and was undone.
var ErrUnrecorded = errors.New("a change was not recorded in the audit chain, so it was undone")

var (
	errEnded    = errors.New("the transaction has ended")
	errReading  = errors.New("a View changes nothing")
	errReadOnce = errors.New("the result was read already")
)

// Now is the transaction's time, the same for all of it, in whole milliseconds. On the writer it is taken when the
// transaction's turn has come, so it never runs against the order of commits.
func (tx *Tx) Now() time.Time { return tx.now }

// Writable reports whether the transaction may change rows.
func (tx *Tx) Writable() bool { return tx.writable }

// Urgent reports whether the transaction runs as UpdateCritical.
func (tx *Tx) Urgent() bool { return tx.urgent }

// MarkRecorded says that the transaction's changes are in the audit chain. Only Record calls it.
func (tx *Tx) MarkRecorded() { tx.recorded = true }

// AfterCommit has fn run once the transaction is safe on the disk, before its caller is answered, in the order of
// commits. It runs on the writer, so it must not wait for anything nor call Update; it pokes and returns.
func (tx *Tx) AfterCommit(fn func()) {
	if !tx.writable {
		panic("store: AfterCommit in a View")
	}
	tx.after = append(tx.after, fn)
}

// Exec changes rows and returns how many. What it changes must be recorded before the transaction ends.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := tx.exec(ctx, query, args)
	if n > 0 {
		tx.changed(query)
	}
	return n, err
}

// Touch is Exec for bookkeeping that the audit chain does not tell: when a session was last seen, counters, leases,
// marks. Never use it for a thing that a person did.
func (tx *Tx) Touch(ctx context.Context, query string, args ...any) (int64, error) {
	return tx.exec(ctx, query, args)
}

func (tx *Tx) exec(ctx context.Context, query string, args []any) (int64, error) {
	st, err := tx.ready(ctx, query, args)
	if err != nil {
		return 0, err
	}
	if !tx.writable {
		return 0, fmt.Errorf("%w: %s", errReading, query)
	}
	if st.returning {
		return 0, fmt.Errorf("a statement with RETURNING goes through Query or QueryRow: %s", query)
	}
	res, err := st.driver.ExecContext(context.Background(), st.in)
	if !st.kept {
		st.free()
	}
	if err != nil {
		return 0, mapError(err)
	}
	n, err := res.RowsAffected()
	if err != nil || !st.writes {
		return 0, err
	}
	return n, nil
}

// QueryRow reads one row; its Scan gives errs.NotFound when there is none. It is also the way to run a statement with
// RETURNING, which counts as a change when it gives a row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	st, err := tx.query(ctx, query, args)
	if err != nil {
		return Row{err: err}
	}
	return Row{tx: tx, st: st, turn: st.turn}
}

// Query reads rows. Give the result to Collect, or loop over Next and Scan, ask Err and Close it.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) *Rows {
	st, err := tx.query(ctx, query, args)
	if err != nil {
		return &Rows{err: err}
	}
	return &Rows{tx: tx, st: st, turn: st.turn}
}

func (tx *Tx) query(ctx context.Context, query string, args []any) (*stmt, error) {
	st, err := tx.ready(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if st.writes && !tx.writable {
		return nil, fmt.Errorf("%w: %s", errReading, query)
	}
	rows, err := st.driver.QueryContext(tx.ctx, st.in)
	if err != nil {
		if !st.kept {
			st.free()
		}
		return nil, mapError(err)
	}
	st.rows = rows
	if st.out == nil {
		st.out = make([]driver.Value, len(rows.Columns()))
	}
	tx.open = append(tx.open, st)
	return st, nil
}

// ready gives the statement with its arguments filled in.
func (tx *Tx) ready(ctx context.Context, query string, args []any) (*stmt, error) {
	if tx.ended {
		return nil, errEnded
	}
	if !tx.writable {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	st, err := tx.conn.prepare(query)
	if err != nil {
		return nil, mapError(fmt.Errorf("prepare %s: %w", query, err))
	}
	if cap(st.in) < len(args) {
		st.in = make([]driver.NamedValue, len(args))
	}
	st.in = st.in[:len(args)]
	for i, a := range args {
		v, err := toDriver(a)
		if err != nil {
			if !st.kept {
				st.free()
			}
			return nil, fmt.Errorf("argument %d of %s: %w", i+1, query, err)
		}
		st.in[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return st, nil
}

func (tx *Tx) changed(query string) {
	if tx.unwritten == "" {
		tx.unwritten = query
	}
}

// check refuses changes that were not recorded.
func (tx *Tx) check() error {
	if tx.unwritten != "" && !tx.recorded {
		return fmt.Errorf("%w: %s", ErrUnrecorded, tx.unwritten)
	}
	return nil
}

// release ends a result.
func (tx *Tx) release(st *stmt) {
	for i := len(tx.open) - 1; i >= 0; i-- {
		if tx.open[i] == st {
			tx.open = append(tx.open[:i], tx.open[i+1:]...)
			break
		}
	}
	st.free()
}

// end closes what was left open; the transaction can't be used any more.
func (tx *Tx) end() {
	for _, st := range tx.open {
		st.free()
	}
	tx.open = nil
	tx.ended = true
}
