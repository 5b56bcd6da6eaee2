//go:build js && wasm

package offline

import (
	"errors"
	"syscall/js"
	"time"
)

// schema is the version of the database. A newer one only adds to it, so that older code can go on with what it knows.
const schema = 1

// The database's object stores.
const (
	inMeta      = "meta"      // "meta" → JSON of replica.Meta, "own" → JSON of own
	inLog       = "log"       // mid → {entry: JSON of replica.Entry, queued: 1 while it has no outcome}
	inAttention = "attention" // id → JSON of replica.Attention
	inChunk     = "chunk"     // [number of the stage, n] → bytes
	inOver      = "over"      // number of the transaction → bytes: a frame of the rows that came on top of the chunks
)

const byQueued = "queued" // an index of the log

const allChunks = 1 << 30

// chunkKeys is the range of the first chunks of a stage.
func chunkKeys(stage, count int) js.Value {
	return js.Global().Get("IDBKeyRange").Call("bound", list(stage, -1), list(stage, count-1))
}

// own is what the store keeps about itself.
type own struct {
	Born string `json:"born"` // told when the database was made: another one says that it was deleted meanwhile
	Tx   int64  `json:"tx"`   // in place of Meta.Tx, so that edits leave Meta alone
	By   string `json:"by"`   // the Store that committed it
	Next int64  `json:"next"` // mid

	// A snapshot's chunks lie under a number of its own from the first one on, which is never given again: a swap says only
	// which number is base.
	Given  int `json:"given,omitempty"`
	Base   int `json:"base,omitempty"` // 0: no chunks
	Chunks int `json:"chunks,omitempty"`
	Stage  int `json:"stage,omitempty"` // being downloaded; 0: none is stored
}

// Patience is how long the browser may take before something counts as failed. A newer version of the app, or a tab that
// was frozen in the middle, can block for any time.
var (
	openPatience   = 10 * time.Second
	commitPatience = 20 * time.Second
)

var (
	errMissing = errors.New("there is no such database")
	errRotten  = errors.New("the database lacks its records")
)

// factory is the browser's. It panics as a call of JavaScript does where there is none, or storage is forbidden: what a
// property throws would end all of Go.
func factory() js.Value {
	f := js.Global().Get("Reflect").Call("get", js.Global(), "indexedDB")
	if !f.Truthy() {
		panic(js.Error{Value: js.Null()})
	}
	return f
}

// openDatabase opens a database. One that is missing is made only if make gives what to write into it.
func openDatabase(name string, birth func() own, done func(db js.Value, err error)) {
	var request js.Value
	err := try(func() { request = factory().Call("open", name, schema) })
	if err != nil {
		soon(func() { done(js.Undefined(), errors.Join(ErrNoStorage, err)) })
		return
	}
	var e ears
	var reason error
	end := func(db js.Value, err error) {
		e.forget()
		done(db, err)
	}
	e.on(request, "upgradeneeded", func() {
		if birth == nil {
			reason = errMissing
			request.Get("transaction").Call("abort")
			return
		}
		if reason = try(func() { build(request.Get("result"), request.Get("transaction"), birth()) }); reason != nil {
			request.Get("transaction").Call("abort")
		}
	})
	e.on(request, "success", func() { end(request.Get("result"), nil) })
	e.on(request, "error", func() {
		err := wordsOf(request.Get("error"))
		switch {
		case reason != nil:
			err = reason
		case named(err, versionError):
			err = ErrNewer
		}
		end(js.Undefined(), err)
	})
	e.after(openPatience, func() {
		e.forget()
		closeWhenOpen(request)
		done(js.Undefined(), errors.New("the database does not open"))
	})
}

// closeWhenOpen has nobody wait for a connection that comes too late.
func closeWhenOpen(request js.Value) {
	var e ears
	e.on(request, "upgradeneeded", func() { request.Get("transaction").Call("abort") })
	e.on(request, "success", func() {
		request.Get("result").Call("close")
		e.forget()
	})
	e.on(request, "error", func() { e.forget() })
}

func build(db, tx js.Value, o own) {
	for _, name := range []string{inMeta, inLog, inAttention, inChunk, inOver} {
		db.Call("createObjectStore", name)
	}
	tx.Call("objectStore", inLog).Call("createIndex", byQueued, byQueued)
	records := tx.Call("objectStore", inMeta)
	records.Call("put", "{}", "meta")
	records.Call("put", toJSON(&o), "own")
}

// deleteDatabase deletes a database once no tab has it open any more.
func deleteDatabase(name string, done func(error)) {
	var request js.Value
	if err := try(func() { request = factory().Call("deleteDatabase", name) }); err != nil {
		soon(func() { done(err) })
		return
	}
	var e ears
	end := func(err error) {
		e.forget()
		done(err)
	}
	e.on(request, "success", func() { end(nil) })
	e.on(request, "error", func() { end(wordsOf(request.Get("error"))) })
	e.after(openPatience, func() { end(errors.New("another tab keeps the database open")) })
}
