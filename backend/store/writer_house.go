package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/shared/errs"
)

// The mark is the highest time that anybody was told. It is stored so that a restart with a machine clock set back
// neither revives what had ended nor starts a window again.
const (
	loadMark = "SELECT mark FROM clock_mark WHERE one = 1"
	saveMark = "INSERT INTO clock_mark (one, mark) VALUES (1, ?)" +
		" ON CONFLICT (one) DO UPDATE SET mark = excluded.mark WHERE excluded.mark > clock_mark.mark"
)

func (db *DB) loadMark(ctx context.Context) error {
	var mark time.Time
	err := db.View(ctx, func(tx *Tx) error { return tx.QueryRow(ctx, loadMark).Scan(&mark) })
	if err != nil && !errs.Is(err, errs.NotFound) {
		return fmt.Errorf("read the clock's mark: %w", err)
	}
	db.clock.Raise(mark)
	return nil
}

// saveMark writes the mark inside the open transaction.
func (w *writer) saveMark() error {
	mark := w.db.clock.Mark()
	tx := &Tx{conn: w.conn, ctx: context.Background(), writable: true}
	defer tx.end()
	if _, err := tx.Touch(tx.ctx, saveMark, mark); err != nil {
		return fmt.Errorf("save the clock's mark: %w", err)
	}
	w.markAt = mark
	return nil
}

// housekeep runs between commits: the clock's mark, the disk, the WAL.
func (w *writer) housekeep() {
	w.sinceHouse = 0
	w.db.disk.look(w.db.log)

	if w.db.clock.Now().Sub(w.markAt) >= w.db.opt.Housekeeping {
		if err := w.alone(w.saveMark); err != nil {
			w.db.log.Error("save the clock's mark", "error", w.db.note(mapError(err)))
		}
	}
	if fileSize(w.db.path+"-wal") > w.db.opt.TruncateOver {
		if err := w.checkpoint("200"); err != nil {
			w.db.log.Warn("the WAL stays long", "error", err)
		}
	}
}

// alone runs fn in a transaction of its own.
func (w *writer) alone(fn func() error) error {
	if err := w.conn.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn()
	if err == nil {
		err = w.conn.run("COMMIT")
	}
	if err != nil && !w.conn.driver.AutoCommit() {
		err = errors.Join(err, w.conn.run("ROLLBACK"))
	}
	return err
}

// checkpoint writes the WAL back and cuts it to nothing. It waits no longer than wait (milliseconds) for readers,
// because all changes wait with it.
func (w *writer) checkpoint(wait string) error {
	c := w.conn
	if _, err := c.text("PRAGMA busy_timeout = " + wait); err != nil {
		return err
	}
	busy, err := c.text("PRAGMA wal_checkpoint(TRUNCATE)")
	if err == nil && busy != "0" {
		err = errors.New("readers are in the way of the checkpoint")
	}
	if err == nil {
		w.checkpoints.Add(1)
	}
	_, back := c.text("PRAGMA busy_timeout = 5000")
	return errors.Join(err, back)
}

// finish is the last work on the writer's connection, when nobody uses the database any more.
func (w *writer) finish() error {
	err := w.alone(w.saveMark)
	if cerr := w.checkpoint("5000"); cerr != nil {
		err = errors.Join(err, fmt.Errorf("checkpoint: %w", cerr))
	}
	return err
}
