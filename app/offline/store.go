package offline

import (
	"errors"

	"countersign/shared/replica"
)

// Store keeps one copy, as replica.Tx demands of a device's store: in the browser it is an IndexedDB database that all tabs
// share. What is asked of one Store is done in that order, one after the other. Callbacks come later, never from within the
// call, on the one thread.
type Store interface {
	// Load reads everything. The database is made when there is none: it has nothing then, and counts transactions and mids
	// from the beginning. Chunks are not looked into; one that is missing is given as an empty one, which is no frame.
	Load(done func(*replica.Stored, error))

	// Commit does all of tx, for good once done is told, or none of it and says why: one of replica.Failed… . On a database
	// that is not the one that was loaded, because that was deleted, every transaction is stale; Commit makes none anew.
	Commit(tx *replica.Tx, done func(c Committed, why string))

	// Drop deletes the database and closes the store. The error says that it is not deleted yet: a frozen tab has it open
	// still, and the browser deletes it when that is gone.
	Drop(done func(error))

	// Rest lets go of the database, so that this tab is in nobody's way, until something is asked of it again.
	Rest()

	// Close lets go of the database once all is done that was asked for. Later calls fail.
	Close()
}

// Committed is what a store tells of a transaction.
type Committed struct {
	No   int64         // Meta.Tx after it
	Mids []replica.Mid // see replica.Committed
}

// Why a store can't be read, for errors.Is. Others are the browser's own words.
var (
	ErrNoStorage = errors.New("this browser keeps no databases here") // as in some private modes
	ErrNewer     = errors.New("a newer version of the app made this database")
	ErrClosed    = errors.New("the store is closed")
)
