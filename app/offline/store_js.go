//go:build js && wasm

package offline

import (
	"encoding/hex"
	"syscall/js"

	"countersign/shared/replica"
)

// OpenStore opens a copy's database, when it is asked for something.
func OpenStore(name string) Store {
	return &idbStore{name: name, self: randomName()}
}

// idbStore is a copy in IndexedDB. It has one thing in hand at a time; what comes meanwhile waits.
type idbStore struct {
	name string
	self string // tells this store's transactions from those of other tabs
	born string // of the database that was read; "" before

	metaText string // of Meta as it was last seen, and what it says
	meta     replica.Meta

	db     js.Value     // undefined while there is no connection
	ears   ears         // of db
	now    *transaction // the last one that was begun
	jobs   []*job
	busy   bool
	closed bool
}

// job is something that is asked of the database.
type job struct {
	make bool // the database, when there is none
	do   func(j *job)
	fail func(error)

	again bool // it failed on a connection, and has a new one
}

// Load implements Store.
func (s *idbStore) Load(done func(*replica.Stored, error)) {
	s.add(&job{make: true, fail: func(err error) { done(nil, err) }, do: func(j *job) { s.load(j, done) }})
}

// Commit implements Store.
func (s *idbStore) Commit(tx *replica.Tx, done func(Committed, string)) {
	w := &write{tx: tx}
	fail := func(err error) {
		switch {
		case err == errMissing || err == errStale:
			done(Committed{}, replica.FailedStale)
		case named(err, quotaError):
			done(Committed{}, replica.FailedQuota)
		default:
			done(Committed{}, replica.FailedIO)
		}
	}
	if err := w.prepare(); err != nil {
		soon(func() { fail(err) })
		return
	}
	s.add(&job{make: s.born == "", fail: fail, do: func(j *job) { s.commit(j, w, done) }})
}

// Drop implements Store.
func (s *idbStore) Drop(done func(error)) {
	if s.closed {
		soon(func() { done(ErrClosed) })
		return
	}
	s.run(&job{fail: done, do: func(*job) {
		s.disconnect()
		deleteDatabase(s.name, func(err error) {
			if err == nil {
				unlist(s.name)
			}
			s.finish(func() { done(err) })
		})
	}})
	s.closed = true
}

// Rest implements Store. A transaction that is still being put together would keep all tabs waiting: it is done anew.
func (s *idbStore) Rest() {
	if s.now != nil && s.now.done != nil && !s.now.written {
		s.now.abort(errRest)
	}
	s.disconnect()
}

// Close implements Store.
func (s *idbStore) Close() {
	s.closed = true
	if !s.busy {
		s.disconnect()
	}
}

// add has a job done on a connection.
func (s *idbStore) add(j *job) {
	if s.closed {
		soon(func() { j.fail(ErrClosed) })
		return
	}
	on := j.do
	j.do = func(j *job) { s.connected(j, func() { on(j) }) }
	s.run(j)
}

func (s *idbStore) run(j *job) {
	s.jobs = append(s.jobs, j)
	if !s.busy {
		s.next()
	}
}

func (s *idbStore) next() {
	s.busy = len(s.jobs) > 0
	switch {
	case s.busy:
		j := s.jobs[0]
		s.jobs = s.jobs[1:]
		j.do(j)
	case s.closed:
		s.disconnect()
	}
}

// finish begins with the next job, and then tells what became of this one.
func (s *idbStore) finish(tell func()) {
	s.next()
	tell()
}

// failed ends a job. After an error of its connection, which may have broken, it is done once more on another one. What is
// full or stale stays so.
func (s *idbStore) failed(j *job, err error) {
	if err == errRest {
		j.do(j)
		return
	}
	if err != errStale && err != errSlow && !named(err, quotaError) && !j.again {
		j.again = true
		s.disconnect()
		j.do(j)
		return
	}
	s.finish(func() { j.fail(err) })
}

// connected goes on with a connection.
func (s *idbStore) connected(j *job, do func()) {
	if s.db.Truthy() {
		do()
		return
	}
	var birth func() own
	if j.make {
		birth = func() own { return own{Born: randomName(), Next: 1} }
	}
	tries := 2
	var opened func(db js.Value, err error)
	opened = func(db js.Value, err error) {
		tries--
		switch {
		case err == nil:
			s.db = db
			// A newer version of the app wants to change the database, or somebody to delete it: this tab is not in the way.
			s.ears.on(db, "versionchange", s.disconnect)
			s.ears.on(db, "close", s.taken)
			enlist(s.name)
			do()
		case named(err, abortError) && tries > 0: // the browser was just about to delete it
			openDatabase(s.name, birth, opened)
		default:
			s.finish(func() { j.fail(err) })
		}
	}
	openDatabase(s.name, birth, opened)
}

// taken is that the browser ended the connection. It says so of the transaction that was on its way, or forgets to.
func (s *idbStore) taken() {
	s.disconnect()
	if s.now != nil {
		s.now.end(errTaken)
	}
}

// disconnect ends the connection once its transactions are through. The next job makes another one.
func (s *idbStore) disconnect() {
	if s.db.Truthy() {
		s.ears.forget()
		s.db.Call("close")
		s.db = js.Undefined()
	}
}

// randomName is one that nobody else has.
func randomName() string {
	var b [12]byte
	randomBits(b[:])
	return hex.EncodeToString(b[:])
}
