//go:build !js

package offline

import (
	"time"

	"countersign/shared/replica"
)

// OpenStore opens a copy's database. There is none outside a browser: every call fails, on a goroutine of its own.
func OpenStore(string) Store { return noStore{} }

// Databases tells the names of all copies in this browser.
func Databases(told func(names []string)) { later(func() { told(nil) }) }

// Queued tells how many edits in a copy's database have no outcome yet.
func Queued(_ string, told func(int, error)) { later(func() { told(0, ErrNoStorage) }) }

type noStore struct{}

func (noStore) Load(done func(*replica.Stored, error)) { later(func() { done(nil, ErrNoStorage) }) }

func (noStore) Commit(_ *replica.Tx, done func(Committed, string)) {
	later(func() { done(Committed{}, replica.FailedIO) })
}

func (noStore) Drop(done func(error)) { later(func() { done(nil) }) }

func (noStore) Rest() {}

func (noStore) Close() {}

func later(f func()) { time.AfterFunc(0, f) }
