//go:build js && wasm

package offline

import (
	"fmt"
	"slices"
	"syscall/js"
	"testing"
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// way is a store whose calls wait for what comes of them.
type way struct {
	t testing.TB
	Store
}

// open opens a store on a database.
func open(t testing.TB, name string) *way {
	w := &way{t, OpenStore(name)}
	t.Cleanup(w.Close)
	return w
}

// fresh opens a store on a database of the test's own, which is deleted after it.
func fresh(t testing.TB) *way {
	name := prefix + t.Name()
	t.Cleanup(func() {
		if err := wait(t, func(done func(error)) { deleteDatabase(name, done) }); err != nil {
			t.Error(err)
		}
	})
	return open(t, name)
}

// wait gives what a call tells later, and fails when that comes from within the call.
func wait[T any](t testing.TB, call func(done func(T))) T {
	t.Helper()
	told := make(chan T, 1)
	within := true
	call(func(v T) {
		if within {
			t.Error("told from within the call")
		}
		told <- v
	})
	within = false
	select {
	case v := <-told:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing is told")
		panic("")
	}
}

type loaded struct {
	s   *replica.Stored
	err error
}

func (w *way) load() (*replica.Stored, error) {
	w.t.Helper()
	l := wait(w.t, func(done func(loaded)) { w.Store.Load(func(s *replica.Stored, err error) { done(loaded{s, err}) }) })
	return l.s, l.err
}

// Stored implements replicatest.Store.
func (w *way) Stored() *replica.Stored {
	w.t.Helper()
	s, err := w.load()
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// Commit implements replicatest.Store.
func (w *way) Commit(tx *replica.Tx) ([]replica.Mid, string) {
	w.t.Helper()
	c, why := w.commit(tx)
	if why != "" && (c.No != 0 || c.Mids != nil) {
		w.t.Errorf("refused as %s with %+v", why, c)
	}
	return c.Mids, why
}

type committed struct {
	c   Committed
	why string
}

func (w *way) commit(tx *replica.Tx) (Committed, string) {
	w.t.Helper()
	c := wait(w.t, func(done func(committed)) {
		w.Store.Commit(tx, func(c Committed, why string) { done(committed{c, why}) })
	})
	return c.c, c.why
}

// must commits what must be committed.
func (w *way) must(tx replica.Tx) Committed {
	w.t.Helper()
	c, why := w.commit(&tx)
	if why != "" {
		w.t.Fatalf("refused: %s", why)
	}
	return c
}

// Empty implements replicatest.Store, by the records of the database.
func (w *way) Empty() bool {
	w.t.Helper()
	n := 0
	err := wait(w.t, func(done func(error)) {
		openDatabase(w.Store.(*idbStore).name, nil, func(db js.Value, err error) {
			if err != nil {
				done(err)
				return
			}
			transact(db, "readonly", "default", func(t *transaction) error {
				for _, name := range []string{inLog, inAttention, inChunk, inOver} {
					count := t.store(name).Call("count")
					t.then(count, func() error { n += count.Get("result").Int(); return nil })
				}
				return nil
			}, func(err error) { db.Call("close"); done(err) })
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n == 0
}

// ask has the native half of the test do something.
func ask(t testing.TB, what string) {
	t.Helper()
	wait(t, func(done func(bool)) {
		soon(func() {
			then(js.Global().Get("test").Call("ask", what), func(js.Value) { done(true) }, func() { done(false) })
		})
	})
}

// script runs JavaScript, and awaits it.
func script(t testing.TB, text string) js.Value {
	t.Helper()
	promise := js.Global().Get("Function").New("return (async () => {" + text + "})()").Invoke()
	return wait(t, func(done func(js.Value)) {
		soon(func() {
			then(promise, done, func() { t.Errorf("failed: %s", text); done(js.Undefined()) })
		})
	})
}

func edit(u string) []replica.Entry {
	return []replica.Entry{{Mutation: replica.Mutation{Uid: replica.Uid(u), V: 1, Op: replica.Set, Rows: []replica.Edit{{ID: "01900000-0000-7000-8000-000000000001"}}}}}
}

// N13, I1, I3, I6, I8, I20: the database promises what a device's store has to, through one tab and through three.
func TestLaws(t *testing.T) {
	replicatest.Laws(t, func(t *testing.T) []replicatest.Store { return tabs3(t) })
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) { replicatest.Histories(t, seed, 120, tabs3(t)) })
	}
}

func tabs3(t *testing.T) []replicatest.Store {
	first := fresh(t)
	return []replicatest.Store{first, open(t, prefix+t.Name()), open(t, prefix+t.Name())}
}

// I8: fewer chunks than there must be don't become base.
func TestSwapOfMissingChunks(t *testing.T) {
	w := fresh(t)
	stage := &replica.Meta{Client: "c1", Stage: &replica.Manifest{ID: "s", Chunks: make([]replica.Chunk, 2)}}
	w.must(replica.Tx{Meta: stage, Stage: &replica.Staged{N: 1, Data: []byte{1}}})
	before := w.Stored()
	for _, tx := range []replica.Tx{{Swap: true, Meta: &replica.Meta{}}} {
		if _, why := w.Commit(&tx); why != replica.FailedIO {
			t.Errorf("told %q", why)
		}
	}
	if diff := replicatest.Differ(w.Stored(), before); diff != "" {
		t.Error(diff)
	}
	w.must(replica.Tx{Meta: &replica.Meta{Client: "c1"}})
	if _, why := w.Commit(&replica.Tx{Swap: true}); why != replica.FailedIO {
		t.Errorf("a swap without a stage is told as %q", why)
	}
}

// I8: a chunk that the disk lost is one that is no frame, so that the engine has base replaced.
func TestLostChunk(t *testing.T) {
	w := fresh(t)
	manifest := &replica.Manifest{ID: "s", Chunks: make([]replica.Chunk, 2)}
	for n := range 2 {
		w.must(replica.Tx{Meta: &replica.Meta{Client: "c1", Stage: manifest}, Stage: &replica.Staged{N: n, Data: replica.AppendFrame(nil, nil)}})
	}
	w.must(replica.Tx{Meta: &replica.Meta{Client: "c1"}, Swap: true, Rows: []replica.Change{{Seq: 1, Kind: replica.KindPurpose, ID: "p", Purpose: &number.Purpose{Key: "p"}}}})
	script(t, onDatabase(w, `tx.objectStore("chunk").delete([1, 0])`))
	if s := w.Stored(); len(s.Chunks) != 2 || len(s.Chunks[1]) != 0 || len(s.Rows) != 1 {
		t.Errorf("%d chunks %v, %d rows", len(s.Chunks), s.Chunks, len(s.Rows))
	}
	script(t, onDatabase(w, `tx.objectStore("over").put(new Uint8Array([9]), 1)`))
	if s := w.Stored(); len(s.Chunks) != 3 {
		t.Errorf("with rows that can't be read: %d chunks", len(s.Chunks))
	}
}

// onDatabase is a script that does something to the database beside the store.
func onDatabase(w *way, do string) string {
	return fmt.Sprintf(`
		const db = await new Promise((ok, no) => { const r = indexedDB.open(%q); r.onsuccess = () => ok(r.result); r.onerror = no });
		await new Promise((ok, no) => {
			const tx = db.transaction([...db.objectStoreNames], "readwrite");
			tx.oncomplete = ok; tx.onabort = no;
			%s
		});
		db.close()`, w.Store.(*idbStore).name, do)
}

// I1: what must survive a power loss asks the browser for that, and nothing else does.
func TestDurability(t *testing.T) {
	w := fresh(t)
	script(t, `
		globalThis.durabilities = [];
		const real = IDBDatabase.prototype.transaction;
		globalThis.unspy = () => { IDBDatabase.prototype.transaction = real };
		IDBDatabase.prototype.transaction = function(...args) {
			const tx = real.apply(this, args);
			durabilities.push(tx.mode + " " + tx.durability);
			return tx;
		}`)
	defer script(t, `unspy()`)
	w.Stored()
	w.must(replica.Tx{Strict: true, Append: edit("u1")})
	w.must(replica.Tx{Append: edit("u2")})
	if got, want := js.Global().Get("durabilities").Call("join").String(), "readonly default,readwrite strict,readwrite relaxed"; got != want {
		t.Errorf("transactions are %s, want %s", got, want)
	}
}

// What is asked for at once is done in order, and each call hears its own answer.
func TestOrder(t *testing.T) {
	w := fresh(t)
	var told []int64
	for i := range 50 {
		w.Store.Commit(&replica.Tx{Strict: i%2 == 0, Append: edit(fmt.Sprint("u", i))}, func(c Committed, why string) {
			if why != "" || len(c.Mids) != 1 || int64(c.Mids[0]) != c.No {
				t.Errorf("%+v %s", c, why)
			}
			told = append(told, c.No)
		})
	}
	s := w.Stored()
	if len(s.Log) != 50 || s.Log[0].Uid != "u0" || s.Log[49].Uid != "u49" || s.Log[49].Mid != 50 {
		t.Errorf("the log has %d entries", len(s.Log))
	}
	if len(told) != 50 || !slices.IsSorted(told) {
		t.Errorf("told were %v", told)
	}
}

// N13: a base of 100,000 numbers.
func TestHundredThousand(t *testing.T) {
	w := fresh(t)
	frames := hundredThousand(t, w)
	s := w.Stored()
	if len(s.Chunks) != len(frames) || s.Meta.Stage != nil {
		t.Fatalf("%d chunks", len(s.Chunks))
	}
	for n := range frames {
		if !slices.Equal(s.Chunks[n], frames[n]) {
			t.Errorf("chunk %d is another one", n)
		}
	}
}

func hundredThousand(t testing.TB, w *way) (frames [][]byte) {
	manifest := &replica.Manifest{ID: "snapshot", Cursor: "at", Rows: 100_000, Chunks: make([]replica.Chunk, 100)}
	for n := range manifest.Chunks {
		manifest.Chunks[n] = replica.Chunk{Rows: replica.ChunkRows, Bytes: 60_000, SHA256: fmt.Sprintf("%064x", n)}
		rows := make([]replica.Change, replica.ChunkRows)
		for i := range rows {
			k := n*replica.ChunkRows + i
			key := fmt.Sprintf("01900000-0000-7000-8000-%012x", k)
			rows[i] = replica.Change{Seq: int64(k + 1), Kind: replica.KindNumber, ID: key, Number: &number.Number{ID: id.Number(key), E164: number.E164(fmt.Sprintf("+4930%07d", k)),
				CallPurpose: "sales", DisplayName: fmt.Sprint("Extension ", k), Status: number.Active, Ver: int64(k + 1)}}
		}
		frames = append(frames, replica.AppendFrame(nil, rows))
	}
	for n := range frames {
		w.must(replica.Tx{Meta: &replica.Meta{Client: "c1", Rev: int64(n), Stage: manifest, Staged: n + 1}, Stage: &replica.Staged{N: n, Data: frames[n]}})
	}
	w.must(replica.Tx{Strict: true, Swap: true, Meta: &replica.Meta{Client: "c1", Cursor: "at"}})
	return frames
}
