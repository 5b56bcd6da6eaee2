package store

import (
	"errors"
	"fmt"
)

// errPartLost is what is left to say when SQLite has undone more than a part of a transaction.
var errPartLost = errors.New("the transaction was undone while a part of it ran")

// Part runs fn so that an error or panic of it undoes what fn did in this transaction, its record, events and callbacks
// too, and nothing else. Parts may stand in parts. In a View there is nothing to undo.
func (tx *Tx) Part(fn func() error) error {
	if tx.ended {
		return errEnded
	}
	if !tx.writable {
		return fn()
	}
	if err := tx.conn.run("SAVEPOINT part"); err != nil {
		return mapError(fmt.Errorf("begin a part: %w", err))
	}
	before := *tx
	open := len(tx.open)
	done := false
	defer func() {
		if !done { // a panic goes on to whoever knows what to do with it
			_ = tx.undoPart(&before, open, nil)
		}
	}()
	err := fn()
	done = true
	if err != nil {
		return tx.undoPart(&before, open, err)
	}
	if tx.conn.driver.AutoCommit() {
		return tx.losePart(nil)
	}
	if err := tx.conn.run("RELEASE part"); err != nil {
		return tx.losePart(err)
	}
	return nil
}

// undoPart goes back to where the part began. cause is why.
func (tx *Tx) undoPart(before *Tx, open int, cause error) error {
	for len(tx.open) > open {
		tx.release(tx.open[len(tx.open)-1])
	}
	if tx.conn.driver.AutoCommit() { // a full disk makes SQLite undo the whole transaction
		return tx.losePart(cause)
	}
	if err := errors.Join(tx.conn.run("ROLLBACK TO part"), tx.conn.run("RELEASE part")); err != nil {
		return tx.losePart(errors.Join(err, cause))
	}
	tx.recorded, tx.unwritten = before.recorded, before.unwritten
	tx.after, tx.published = tx.after[:len(before.after)], tx.published[:len(before.published)]
	return cause
}

// losePart ends the transaction: nothing of it can stand, and a statement now would run outside of any.
func (tx *Tx) losePart(cause error) error {
	tx.end()
	return errors.Join(errPartLost, cause)
}
