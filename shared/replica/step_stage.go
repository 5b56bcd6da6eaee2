package replica

const (
	fetchAhead = 4 // chunks on their way at a time
	badMost    = 5 // chunks in a row that are not what the manifest says, before another snapshot is asked for
)

// fetch downloads the staged snapshot, from where it stopped, and makes it base when it is complete.
func (e *Engine) fetch() {
	st, next := e.m.meta.Stage, e.m.meta.Staged
	if e.fetchedOf != st.ID || e.fetched == nil {
		e.fetchedOf, e.fetched = st.ID, map[int][]byte{}
	}
	if p := e.txs[e.netTx]; p != nil && p.kind == txStage {
		next++
	}
	if next >= len(st.Chunks) {
		if e.netTx == 0 && !e.pull.waiting {
			e.swap(st)
		}
		return
	}
	if st.local() && e.netTx == 0 && !e.pull.waiting {
		e.fetched[next] = e.ownChunk(next)
	}
	if data, ok := e.fetched[next]; ok && e.netTx == 0 && !e.pull.waiting {
		meta := e.nextMeta()
		meta.Staged = next + 1
		delete(e.fetched, next)
		e.commit(&pending{kind: txStage, tx: Tx{If: e.guard(), Meta: &meta, Stage: &Staged{N: next, Data: data}}})
		next++
	}
	if e.pull.waiting || st.local() {
		return
	}
	for n := next; n < min(next+fetchAhead, len(st.Chunks)); n++ {
		if _, ok := e.fetched[n]; !ok && !e.fetching(st.ID, n) {
			e.send(&flight{req: Request{Chunk: &ChunkRequest{Snapshot: st.ID, N: n}}, of: st.ID})
		}
	}
}

func (e *Engine) fetching(snapshot string, n int) bool {
	for _, f := range e.flights {
		if f.of == snapshot && f.req.Chunk.N == n {
			return true
		}
	}
	for i := range e.inbox {
		if f := e.inbox[i].f; f.of == snapshot && f.req.Chunk.N == n {
			return true
		}
	}
	return false
}

// staged takes in a chunk, if it is what the manifest says.
func (e *Engine) staged(f *flight, data []byte) {
	st, n := e.m.meta.Stage, f.req.Chunk.N
	if st == nil || st.ID != f.of || n >= len(st.Chunks) || n < e.m.meta.Staged {
		return
	}
	want := st.Chunks[n]
	rows, err := ReadFrame(data)
	if err != nil || len(rows) != want.Rows || len(data) != want.Bytes || sha256Hex(data) != want.SHA256 {
		if e.badChunks++; e.badChunks >= badMost {
			e.gone(f)
			return
		}
		e.retry(&e.pull, 0)
		return
	}
	e.pull.fails, e.badChunks = 0, 0
	e.fetched[n] = data
}

// gone gives a snapshot up that the server has no more: a pull gives another one.
func (e *Engine) gone(f *flight) {
	if st := e.m.meta.Stage; st == nil || st.ID != f.of {
		return
	}
	e.again, e.pull.want, e.badChunks = true, true, 0
}

// swap makes the downloaded snapshot base. Every outcome that the log holds was confirmed by the history of the snapshot
// when it was begun, and nothing was pushed since.
func (e *Engine) swap(st *Manifest) {
	at, _, _ := ReadCursor(st.Cursor)
	meta := e.nextMeta()
	meta.Cursor, meta.Stage, meta.Staged = st.Cursor, nil, 0
	tx := Tx{If: e.guard(), Strict: true, Meta: &meta, Swap: true}
	for _, en := range e.m.log {
		if en.Outcome != nil && en.Epoch != at.Epoch && !st.local() {
			x := en.Entry
			x.Epoch = at.Epoch
			tx.PutLog = append(tx.PutLog, x)
		}
	}
	e.commit(&pending{kind: txSwap, tx: tx})
}
