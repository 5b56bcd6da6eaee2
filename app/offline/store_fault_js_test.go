//go:build js && wasm

package offline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// impatient has this test not wait long for what won't come.
func impatient(t *testing.T) {
	before := [...]time.Duration{openPatience, commitPatience}
	openPatience, commitPatience = 200*time.Millisecond, 200*time.Millisecond
	t.Cleanup(func() { openPatience, commitPatience = before[0], before[1] })
}

func names(t *testing.T) []string {
	t.Helper()
	return wait(t, func(done func([]string)) { Databases(done) })
}

// used is a store of a copy with an edit in it.
func used(t *testing.T) *way {
	w := fresh(t)
	w.must(replica.Tx{Meta: &replica.Meta{Client: "c1", Cursor: "at 1"}, Append: edit("u1")})
	w.Stored()
	return w
}

// N13, I20: when the database was deleted, the tab reads an empty one, and nothing that was thought out on the old one is
// written into it; nor does who writes bring it back.
func TestDeletedBeneath(t *testing.T) {
	for what, do := range map[string]func(t *testing.T, name string){
		"by a script": func(t *testing.T, name string) {
			script(t, fmt.Sprintf(`await new Promise((ok, no) => { const r = indexedDB.deleteDatabase(%q); r.onsuccess = ok; r.onerror = no })`, name))
		},
		"by the browser": func(t *testing.T, _ string) { ask(t, "clear") },
		"by another tab": func(t *testing.T, name string) {
			if err := wait(t, OpenStore(name).Drop); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := used(t)
			name := w.Store.(*idbStore).name
			do(t, name)
			if _, why := w.Commit(&replica.Tx{Append: edit("late")}); why != replica.FailedStale {
				t.Errorf("an edit on a deleted database is told as %q", why)
			}
			if slices.Contains(names(t), name) {
				t.Error("the edit brought the database back")
			}
			other := open(t, name)
			if s := other.Stored(); s.Meta != (replica.Meta{}) || s.NextMid != 1 || len(s.Log) != 0 {
				t.Errorf("read is %+v", s)
			}
			if _, why := w.Commit(&replica.Tx{Append: edit("late")}); why != replica.FailedStale || !other.Empty() {
				t.Errorf("an edit on another database of the name is told as %q", why)
			}
			if s := w.Stored(); s.Meta != (replica.Meta{}) {
				t.Errorf("read is %+v", s)
			}
			if c := w.must(replica.Tx{Append: edit("new")}); c.No != 1 || c.Mids[0] != 1 {
				t.Errorf("committed is %+v", c)
			}
		})
	}
}

// A full disk is told as that, and leaves the store as it was. It runs alone, in a browser that was given room for 3 MB
// before it stored anything: browsers look only now and then how much is left.
func TestQuota(t *testing.T) {
	w := used(t)
	before := w.Stored()
	for _, strict := range []bool{true, false} {
		_, why := w.Commit(&replica.Tx{Meta: &replica.Meta{Client: "c1", Cursor: "at 2"}, Strict: strict, Append: edit(strings.Repeat("long ", 1_000_000))})
		if why != replica.FailedQuota {
			t.Errorf("told %q", why)
		}
		if diff := replicatest.Differ(w.Stored(), before); diff != "" {
			t.Errorf("what was refused for want of room changed the store: %.2000s", diff)
		}
	}
	w.must(replica.Tx{Append: edit("u2")})
}

// A connection that broke is made anew, once.
func TestBrokenConnection(t *testing.T) {
	w := used(t)
	w.Store.(*idbStore).db.Call("close")
	if c := w.must(replica.Tx{Append: edit("u2")}); c.No != 2 {
		t.Errorf("committed is %+v", c)
	}
	w.Store.(*idbStore).db.Call("close")
	if s := w.Stored(); len(s.Log) != 2 {
		t.Errorf("read is %+v", s)
	}

	script(t, `
		globalThis.asked = 0;
		const real = IDBDatabase.prototype.transaction;
		globalThis.mend = () => { IDBDatabase.prototype.transaction = real };
		IDBDatabase.prototype.transaction = () => { asked++; throw new DOMException("broken", "UnknownError") }`)
	_, why := w.Commit(&replica.Tx{Append: edit("u3")})
	_, err := w.load()
	script(t, `mend()`)
	if n := js.Global().Get("asked").Int(); why != replica.FailedIO || err == nil || n != 4 {
		t.Errorf("one that stays broken: %q, %v, after %d tries", why, err, n)
	}
	if c := w.must(replica.Tx{Append: edit("u4")}); c.No != 3 {
		t.Errorf("committed is %+v", c)
	}
}

// I3: a transaction that is through although the browser reports that it was aborted is not done twice.
func TestWrittenThoughAborted(t *testing.T) {
	w := used(t)
	script(t, `
		const real = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, "oncomplete");
		let lies = 1;
		globalThis.mend = () => Object.defineProperty(IDBTransaction.prototype, "oncomplete", real);
		Object.defineProperty(IDBTransaction.prototype, "oncomplete", {configurable: true, set(f) {
			real.set.call(this, f && ((event) => lies-- > 0 ? this.onabort(event) : f(event)));
		}})`)
	c, why := w.commit(&replica.Tx{Append: edit("u2")})
	script(t, `mend()`)
	if why != "" || c.No != 2 || len(c.Mids) != 1 || c.Mids[0] != 2 {
		t.Errorf("told %q, %+v", why, c)
	}
	if s := w.Stored(); len(s.Log) != 2 || s.Meta.Tx != 2 {
		t.Errorf("stored is %+v", s)
	}
}

// A tab that keeps the database busy does not keep others waiting without end, and what they were told is not saved is
// not saved later.
func TestBusyDatabase(t *testing.T) {
	impatient(t)
	w := used(t)
	script(t, fmt.Sprintf(`
		const db = await new Promise((ok, no) => { const r = indexedDB.open(%q); r.onsuccess = () => ok(r.result); r.onerror = no });
		const tx = db.transaction("meta", "readwrite");
		let on = true;
		const more = () => { if (on) tx.objectStore("meta").get("own").onsuccess = more };
		more();
		globalThis.free = () => new Promise((ok) => { on = false; tx.oncomplete = () => { db.close(); ok() } })`, w.Store.(*idbStore).name))
	_, why := w.Commit(&replica.Tx{Append: edit("u2")})
	_, err := w.load()
	script(t, `await free()`)
	if why != replica.FailedIO || !errors.Is(err, errSlow) {
		t.Errorf("told %q, %v", why, err)
	}
	if s := w.Stored(); len(s.Log) != 1 || s.Meta.Tx != 1 {
		t.Errorf("stored is %+v", s)
	}
}

// A frozen tab that has the database open delays its deletion, and others until then; they are told, and go on after it.
func TestBlocked(t *testing.T) {
	impatient(t)
	w := used(t)
	name := w.Store.(*idbStore).name
	script(t, fmt.Sprintf(`
		const db = await new Promise((ok, no) => { const r = indexedDB.open(%q); r.onsuccess = () => ok(r.result); r.onerror = no });
		globalThis.thaw = () => db.close()`, name))
	if err := wait(t, open(t, name).Drop); err == nil {
		t.Error("a deletion that is blocked is told as done")
	}
	if _, err := w.load(); err == nil {
		t.Error("a database that does not open is told as read")
	}
	script(t, `thaw()`)
	openPatience = 10 * time.Second
	if s := w.Stored(); s.Meta.Tx != 0 || len(s.Log) != 0 {
		t.Errorf("read is %+v", s)
	}
}

// A newer version of the app gets the database as soon as it asks, and this one is told why it can't read it any more.
func TestNewerVersion(t *testing.T) {
	w := used(t)
	script(t, fmt.Sprintf(`await new Promise((ok, no) => {
		const r = indexedDB.open(%q, 2);
		r.onupgradeneeded = () => r.result.createObjectStore("more");
		r.onsuccess = () => { r.result.close(); ok() };
		r.onerror = r.onblocked = no;
	})`, w.Store.(*idbStore).name))
	if _, err := w.load(); !errors.Is(err, ErrNewer) {
		t.Errorf("told %v", err)
	}
	if _, why := w.Commit(&replica.Tx{Append: edit("u2")}); why != replica.FailedIO {
		t.Errorf("told %q", why)
	}
}

// Browsers that keep no databases here, or forbid it, say so.
func TestNoIndexedDB(t *testing.T) {
	for what, getter := range map[string]string{"missing": `undefined`, "forbidden": `(() => { throw new DOMException("denied", "SecurityError") })()`} {
		t.Run(what, func(t *testing.T) {
			script(t, `
				const owner = Object.hasOwn(globalThis, "indexedDB") ? globalThis : Object.getPrototypeOf(globalThis);
				const real = Object.getOwnPropertyDescriptor(owner, "indexedDB");
				globalThis.mend = () => Object.defineProperty(owner, "indexedDB", real);
				Object.defineProperty(owner, "indexedDB", {configurable: true, get: () => `+getter+`})`)
			w := open(t, "sync:nowhere")
			_, err := w.load()
			_, why := w.Commit(&replica.Tx{Append: edit("u1")})
			dropped := wait(t, w.Drop)
			list := names(t)
			script(t, `mend()`)
			if !errors.Is(err, ErrNoStorage) || why != replica.FailedIO || dropped == nil || len(list) != 0 {
				t.Errorf("told %v, %q, %v, %v", err, why, dropped, list)
			}
		})
	}
}

// A store that was closed finishes what it was asked for, and does no more.
func TestClose(t *testing.T) {
	w := used(t)
	c := wait(t, func(done func(committed)) {
		w.Store.Commit(&replica.Tx{Append: edit("u2")}, func(c Committed, why string) { done(committed{c, why}) })
		w.Close()
	})
	if c.why != "" {
		t.Errorf("what was asked for before: %q", c.why)
	}
	if _, why := w.Commit(&replica.Tx{Append: edit("u3")}); why != replica.FailedIO {
		t.Errorf("what is asked for after: %q", why)
	}
	if _, err := w.load(); !errors.Is(err, ErrClosed) {
		t.Errorf("told %v", err)
	}
	if err := wait(t, w.Drop); !errors.Is(err, ErrClosed) {
		t.Errorf("told %v", err)
	}
	if s := open(t, w.Store.(*idbStore).name).Stored(); len(s.Log) != 2 {
		t.Errorf("stored is %+v", s)
	}
}

// N13: a store whose tab is about to be frozen is in nobody's way, whatever it was doing, and all it was asked for is done once
// when the tab goes on.
func TestRest(t *testing.T) {
	w := used(t)
	store := w.Store.(*idbStore)
	store.Rest()
	if store.db.Truthy() {
		t.Error("the database is open")
	}
	left, told := 40, make(chan string, 40)
	for range left {
		w.Store.Commit(&replica.Tx{Append: edit("u2")}, func(_ Committed, why string) {
			left--
			told <- why
		})
	}
	aborted := 0
	var rest func()
	rest = func() {
		if now := store.now; now != nil && now.done != nil && !now.written {
			aborted++
		}
		if store.Rest(); left > 0 {
			script(t, `await new Promise((ok) => setTimeout(ok, Math.random() * 4))`)
			go rest()
		}
	}
	go rest()
	for range 40 {
		if why := waitFor(t, "a transaction", told); why != "" {
			t.Errorf("told %q", why)
		}
	}
	if s := w.Stored(); len(s.Log) != 41 || s.Meta.Tx != 41 {
		t.Errorf("%d edits by %d transactions", len(s.Log), s.Meta.Tx)
	}
	if aborted == 0 {
		t.Error("none was in the middle")
	}
	t.Logf("%d were in the middle", aborted)
}

// N13: the copies in a browser are known by name, also where it does not tell them.
func TestDatabases(t *testing.T) {
	for _, tells := range []bool{true, false} {
		t.Run(fmt.Sprint("told by the browser ", tells), func(t *testing.T) {
			if !tells {
				script(t, `const real = IDBFactory.prototype.databases; globalThis.mend = () => { IDBFactory.prototype.databases = real }; delete IDBFactory.prototype.databases`)
				t.Cleanup(func() { script(t, `mend()`) })
			}
			script(t, `await new Promise((ok) => { indexedDB.open("another").onsuccess = (e) => { e.target.result.close(); ok() } })`)
			a, b := open(t, "sync:alice:one"), open(t, "sync:alice:two")
			a.Stored()
			b.Stored()
			b.Stored()
			got := names(t)
			slices.Sort(got)
			if want := []string{"sync:alice:one", "sync:alice:two"}; !slices.Equal(got, want) {
				t.Errorf("told %v, want %v", got, want)
			}
			for _, w := range []*way{a, b} {
				if err := wait(t, w.Drop); err != nil {
					t.Error(err)
				}
			}
			if got := names(t); len(got) != 0 {
				t.Errorf("of deleted ones, %v are told", got)
			}
		})
	}
}

// N13: how many edits wait in a database is known without reading it, and nobody makes one by asking.
func TestQueued(t *testing.T) {
	queued := func(name string) int {
		return wait(t, func(done func(int)) {
			Queued(name, func(n int, err error) {
				if err != nil {
					t.Error(err)
				}
				done(n)
			})
		})
	}
	if n := queued("sync:nobody"); n != 0 || slices.Contains(names(t), "sync:nobody") {
		t.Errorf("without a database %d are queued", n)
	}
	w := used(t)
	name := w.Store.(*idbStore).name
	w.must(replica.Tx{Append: append(edit("u2"), edit("u3")...)})
	if n := queued(name); n != 3 {
		t.Errorf("%d are queued, want 3", n)
	}
	w.must(replica.Tx{PutLog: []replica.Entry{{Mutation: replica.Mutation{Mid: 2, Uid: "u2"}, Outcome: &replica.Outcome{Mid: 2, Uid: "u2", St: replica.Applied}}}, DelLog: []replica.Mid{3}})
	if n := queued(name); n != 1 {
		t.Errorf("%d are queued, want 1", n)
	}
	w.must(replica.Tx{Renumber: true})
	if n := queued(name); n != 2 {
		t.Errorf("numbered anew, %d are queued, want 2", n)
	}
}
