//go:build js && wasm

package offline

import (
	"encoding/json"
	"fmt"
	"syscall/js"

	"countersign/shared/replica"
)

// load reads everything as it is at one moment.
func (s *idbStore) load(j *job, done func(*replica.Stored, error)) {
	var stored *replica.Stored
	var born string
	s.now = transact(s.db, "readonly", "default", func(t *transaction) error {
		records := t.store(inMeta).Call("getAll")
		mids, log := t.store(inLog).Call("getAllKeys"), t.store(inLog).Call("getAll")
		attention, over := t.store(inAttention).Call("getAll"), t.store(inOver).Call("getAll")
		t.then(over, func() error {
			meta, o, err := s.records(records.Get("result"))
			if err != nil {
				return err
			}
			born = o.Born
			chunks := t.store(inChunk).Call("getAll", chunkKeys(o.Base, o.Chunks))
			t.then(chunks, func() (err error) {
				stored, err = read(meta, &o, mids.Get("result"), log.Get("result"), attention.Get("result"), over.Get("result"), chunks.Get("result"))
				return err
			})
			return nil
		})
		return nil
	}, func(err error) {
		if err != nil {
			s.failed(j, err)
			return
		}
		s.born = born
		s.finish(func() { done(stored, nil) })
	})
}

// read makes of what the database gave what an engine loads.
func read(meta *replica.Meta, o *own, mids, log, attention, over, chunks js.Value) (*replica.Stored, error) {
	stored := &replica.Stored{Meta: *meta, NextMid: replica.Mid(o.Next)}
	stored.Meta.Tx = o.Tx
	for i := range log.Length() {
		var en replica.Entry
		if err := json.Unmarshal([]byte(log.Index(i).Get("entry").String()), &en); err != nil {
			return nil, fmt.Errorf("read an edit: %w", err)
		}
		en.Mid = replica.Mid(mids.Index(i).Int())
		stored.Log = append(stored.Log, en)
	}
	for i := range attention.Length() {
		var a replica.Attention
		if err := json.Unmarshal([]byte(attention.Index(i).String()), &a); err != nil {
			return nil, fmt.Errorf("read what waits for the person: %w", err)
		}
		stored.Attention = append(stored.Attention, a)
	}
	for i := range chunks.Length() {
		stored.Chunks = append(stored.Chunks, bytesFromJS(chunks.Index(i)))
	}
	for len(stored.Chunks) < o.Chunks { // the engine finds that they are no frames, and has base replaced
		stored.Chunks = append(stored.Chunks, nil)
	}
	for i := range over.Length() {
		rows, err := replica.ReadFrame(bytesFromJS(over.Index(i)))
		if err != nil { // as with a chunk that is missing
			stored.Chunks = append(stored.Chunks, nil)
			break
		}
		stored.Rows = append(stored.Rows, rows...)
	}
	return stored, nil
}

// records reads what the store says of the copy and of itself.
func (s *idbStore) records(list js.Value) (*replica.Meta, own, error) {
	var o own
	if list.Length() != 2 {
		return nil, o, errRotten
	}
	if text := list.Index(0).String(); text != s.metaText || text == "" {
		var meta replica.Meta
		if err := json.Unmarshal([]byte(text), &meta); err != nil {
			return nil, o, fmt.Errorf("read the copy's record: %w", err)
		}
		s.metaText, s.meta = text, meta
	}
	if err := json.Unmarshal([]byte(list.Index(1).String()), &o); err != nil {
		return nil, o, fmt.Errorf("read the store's record: %w", err)
	}
	meta := s.meta
	return &meta, o, nil
}

// Queued tells how many edits in a copy's database have no outcome yet, 0 when there is no such database.
func Queued(name string, told func(int, error)) {
	openDatabase(name, nil, func(db js.Value, err error) {
		if err == errMissing {
			told(0, nil)
			return
		}
		if err != nil {
			told(0, err)
			return
		}
		n := 0
		transact(db, "readonly", "default", func(t *transaction) error {
			count := t.store(inLog).Call("index", byQueued).Call("count")
			t.then(count, func() error {
				n = count.Get("result").Int()
				return nil
			})
			return nil
		}, func(err error) {
			db.Call("close")
			told(n, err)
		})
	})
}
