//go:build js && wasm

package offline

import (
	"errors"
	"syscall/js"
)

var (
	errSlow  = errors.New("another tab keeps the database busy")
	errTaken = errors.New("the browser took the database away")
	errRest  = errors.New("this tab lets go of the database")
)

// transaction is one of the database. It lives as long as a request of it is on its way, so nothing else is waited for.
type transaction struct {
	tx      js.Value
	ears    ears
	done    func(error) // nil once it was told
	reason  error       // why this code aborted it
	written bool        // all is asked for
}

// transact has ask issue the first requests of a transaction over everything. done is told how it ended, and never from
// within the call: nil once all is written, the error that this code gave, or the browser's.
func transact(db js.Value, mode, durability string, ask func(t *transaction) error, done func(error)) *transaction {
	t := &transaction{done: done}
	err := try(func() {
		t.tx = db.Call("transaction", list(inMeta, inLog, inAttention, inChunk, inOver), mode, map[string]any{"durability": durability})
	})
	if err != nil {
		soon(func() { t.end(err) })
		return t
	}
	t.ears.on(t.tx, "complete", func() { t.end(nil) })
	t.ears.on(t.tx, "abort", func() {
		if t.reason == nil {
			t.reason = wordsOf(t.tx.Get("error"))
		}
		t.end(t.reason)
	})
	t.ears.after(commitPatience, func() {
		if !t.written { // else it may still become true
			t.abort(errSlow)
			t.end(errSlow)
		}
	})
	t.carryOn(func() error { return ask(t) })
	return t
}

func (t *transaction) end(err error) {
	t.ears.forget()
	if done := t.done; done != nil {
		t.done = nil
		done(err)
	}
}

func (t *transaction) store(name string) js.Value { return t.tx.Call("objectStore", name) }

// then goes on when a request, and all before it, were answered.
func (t *transaction) then(request js.Value, do func() error) {
	t.ears.on(request, "success", func() { t.carryOn(do) })
}

func (t *transaction) carryOn(do func() error) {
	var reason error
	if err := try(func() { reason = do() }); err != nil {
		reason = err
	}
	if reason != nil {
		t.abort(reason)
	}
}

// abort undoes everything, unless it is being written already: then that will be told.
func (t *transaction) abort(reason error) {
	if try(func() { t.tx.Call("abort") }) == nil {
		t.reason = reason
	}
}

// commit says that no request follows, so that nobody waits for one.
func (t *transaction) commit() {
	t.written = true
	if t.tx.Get("commit").Truthy() {
		t.tx.Call("commit")
	}
}
