//go:build js && wasm

package offline

import (
	"encoding/json"
	"errors"
	"syscall/js"

	"countersign/shared/replica"
)

var (
	errStale   = errors.New("the store is not as the transaction wants it")
	errAbsent  = errors.New("chunks of the snapshot are missing")
	errWritten = errors.New("the transaction was committed when it seemed to fail")
)

// write is a transaction on its way into the database. What takes long is made ready before the database's own begins,
// because that one keeps all tabs waiting.
type write struct {
	tx *replica.Tx

	meta      string
	append    []js.Value
	put       []js.Value
	attention []string
	over      js.Value // undefined: no rows
	chunk     js.Value

	no   int64 // that it was to be, when it was tried before
	mids []replica.Mid
}

func (w *write) prepare() (err error) {
	text := func(v any) string {
		b, e := json.Marshal(v)
		err = errors.Join(err, e)
		return string(b)
	}
	tx := w.tx
	if tx.Meta != nil {
		meta := *tx.Meta
		meta.Tx = 0
		w.meta = text(&meta)
	}
	for i := range tx.Append {
		w.append = append(w.append, logged(text(&tx.Append[i]), tx.Append[i].Outcome))
	}
	for i := range tx.PutLog {
		w.put = append(w.put, logged(text(&tx.PutLog[i]), tx.PutLog[i].Outcome))
	}
	for i := range tx.PutAttention {
		w.attention = append(w.attention, text(&tx.PutAttention[i]))
	}
	if len(tx.Rows) > 0 {
		w.over = bytesToJS(replica.AppendFrame(nil, tx.Rows))
	}
	if tx.Stage != nil {
		w.chunk = bytesToJS(tx.Stage.Data)
	}
	return err
}

// logged is an entry as the log has it.
func logged(text string, o *replica.Outcome) js.Value {
	v := js.Global().Get("Object").New()
	v.Set("entry", text)
	if o == nil {
		v.Set("queued", 1)
	}
	return v
}

// commit asks what is there, judges the guard by it, and writes.
func (s *idbStore) commit(j *job, w *write, done func(Committed, string)) {
	durability := "relaxed"
	if w.tx.Strict {
		durability = "strict"
	}
	s.now = transact(s.db, "readwrite", durability, func(t *transaction) error {
		records, entries := t.store(inMeta).Call("getAll"), js.Undefined()
		last := records
		if w.tx.Renumber {
			entries = t.store(inLog).Call("getAll")
			last = entries
		}
		t.then(last, func() error {
			meta, o, err := s.judge(w, records.Get("result"))
			if err != nil {
				return err
			}
			if !w.tx.Swap || w.tx.Wipe {
				return s.write(w, t, meta, o, entries)
			}
			if meta.Stage == nil {
				return errAbsent
			}
			there := t.store(inChunk).Call("count", chunkKeys(o.Stage, len(meta.Stage.Chunks)))
			t.then(there, func() error {
				if there.Get("result").Int() != len(meta.Stage.Chunks) {
					return errAbsent
				}
				return s.write(w, t, meta, o, entries)
			})
			return nil
		})
		return nil
	}, func(err error) {
		if err != nil && err != errWritten {
			s.failed(j, err)
			return
		}
		s.finish(func() { done(Committed{w.no, w.mids}, "") })
	})
}

// judge tells whether the transaction is about what is in the store.
func (s *idbStore) judge(w *write, records js.Value) (*replica.Meta, own, error) {
	meta, o, err := s.records(records)
	switch {
	case err != nil:
	case s.born != "" && s.born != o.Born:
		err = errStale
	case w.no > 0 && w.no == o.Tx && o.By == s.self:
		err = errWritten
	case !w.tx.If.Holds(meta):
		err = errStale
	}
	return meta, o, err
}

// write issues all that the transaction writes.
func (s *idbStore) write(w *write, t *transaction, meta *replica.Meta, o own, entries js.Value) error {
	tx := w.tx
	s.born = o.Born
	o.Tx++
	o.By, w.no, w.mids = s.self, o.Tx, nil
	records := t.store(inMeta)
	if tx.Wipe {
		for _, name := range []string{inLog, inAttention, inChunk, inOver} {
			t.store(name).Call("clear")
		}
		records.Call("put", toJSON(&replica.Meta{Generation: meta.Generation + 1}), "meta")
		o = own{Born: o.Born, Tx: o.Tx, By: o.By, Next: o.Next, Given: o.Given}
	} else {
		if tx.Meta != nil {
			records.Call("put", w.meta, "meta")
		}
		if err := w.edits(t.store(inLog), &o, entries); err != nil {
			return err
		}
		attention := t.store(inAttention)
		for i, text := range w.attention {
			attention.Call("put", text, string(tx.PutAttention[i].ID))
		}
		for _, a := range tx.DelAttention {
			attention.Call("delete", string(a))
		}
		w.base(t, &o, meta.Stage)
	}
	records.Call("put", toJSON(&o), "own")
	t.commit()
	return nil
}

// edits is the part about the log.
func (w *write) edits(log js.Value, o *own, entries js.Value) error {
	give := func(entry js.Value) {
		log.Call("put", entry, o.Next)
		w.mids = append(w.mids, replica.Mid(o.Next))
		o.Next++
	}
	if w.tx.Renumber {
		entries := entries.Get("result")
		log.Call("clear")
		for i := range entries.Length() {
			var en replica.Entry
			if err := json.Unmarshal([]byte(entries.Index(i).Get("entry").String()), &en); err != nil {
				return err
			}
			en.Outcome, en.Epoch, en.Settled = nil, "", 0
			give(logged(toJSON(&en), nil))
		}
	}
	for _, entry := range w.append {
		give(entry)
	}
	for i, entry := range w.put {
		log.Call("put", entry, int64(w.tx.PutLog[i].Mid))
	}
	for _, m := range w.tx.DelLog {
		log.Call("delete", int64(m))
	}
	return nil
}

// base is the part about the copy; stage is what was being downloaded before the transaction.
func (w *write) base(t *transaction, o *own, stage *replica.Manifest) {
	tx, chunks, over := w.tx, t.store(inChunk), t.store(inOver)
	if tx.Meta != nil && !tx.Swap && stage != nil && (tx.Meta.Stage == nil || tx.Meta.Stage.ID != stage.ID) && o.Stage > 0 {
		chunks.Call("delete", chunkKeys(o.Stage, allChunks))
		o.Stage = 0
	}
	if tx.Stage != nil {
		if o.Stage == 0 {
			o.Given++
			o.Stage = o.Given
		}
		chunks.Call("put", w.chunk, list(o.Stage, tx.Stage.N))
	}
	if tx.Swap {
		if o.Base > 0 {
			chunks.Call("delete", chunkKeys(o.Base, allChunks))
		}
		over.Call("clear")
		o.Base, o.Chunks, o.Stage = o.Stage, len(stage.Chunks), 0
	}
	if !w.over.IsUndefined() {
		over.Call("put", w.over, o.Tx)
	}
}
