// Package offlinetest has a browser for tests of copies: databases, locks and channels that its tabs share, in memory. Each
// tab is one thread; it can be hidden, frozen and killed, and the storage can be cleared.
//
//	b := offlinetest.New()
//	tab := b.Tab()
//	copy := tab.Open(session, org)
package offlinetest

import (
	"slices"
	"sync"
	"time"

	"countersign/app/offline"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// Browser is one profile of a browser. What it does takes a moment, by time.AfterFunc.
type Browser struct {
	// How it behaves; Set changes it while tabs are at work.
	Behavior

	mu     sync.Mutex
	disks  map[string]*replicatest.Disk
	stores []*store
	drops  []*store // wait for frozen tabs that have the database open
	lines  []*line
	locks  map[string][]*want // the first one has the lock, if it was granted
	notes  map[string]string
	kept   bool
	asked  int
	jobs   queue
}

// Behavior is what goes wrong in a browser, and what not.
type Behavior struct {
	Refuse     func(*replica.Tx) string // why a transaction is not committed, "" when it is; nil: all are
	Unreadable bool                     // every read of a database fails
	NoLocks    bool                     // it has no Web Locks
	Protects   bool                     // it keeps the storage when it is asked to
}

// Set changes how the browser behaves from now on.
func (b *Browser) Set(change func(*Behavior)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.Behavior)
}

// Asked counts how often the browser was asked to keep the storage.
func (b *Browser) Asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// New is a browser with nothing in it.
func New() *Browser {
	return &Browser{disks: map[string]*replicatest.Disk{}, locks: map[string][]*want{}, notes: map[string]string{}}
}

// delay is how long a browser takes for what it does.
const delay = time.Millisecond

// Disk is what lies in a database; nil when there is none. It must not be used while tabs are at work.
func (b *Browser) Disk(name string) *replicatest.Disk {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.disks[name]
}

// Databases are the names of all there are.
func (b *Browser) Databases() (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.disks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Notes are the names of the databases that something is noted of.
func (b *Browser) Notes() (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.notes {
		names = append(names, name)
	}
	return names
}

// Clear takes all storage away, as a browser does that needs the room.
func (b *Browser) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.disks)
	clear(b.notes)
}

// Tab opens a tab, which the person sees.
func (b *Browser) Tab() *Tab {
	t := &Tab{b: b, visible: true}
	t.ground = &offline.Ground{
		Store: func(name string) offline.Store {
			s := &store{b: b, tab: t, name: name}
			b.mu.Lock()
			b.stores = append(b.stores, s)
			b.mu.Unlock()
			return s
		},
		Databases: func(told func([]string)) {
			b.do(func() {
				names := b.Databases()
				t.threads.post(func() { told(names) })
			})
		},
		Line: func(name string, heard func([]byte)) offline.Line {
			l := &line{b: b, tab: t, name: name, heard: heard}
			b.mu.Lock()
			b.lines = append(b.lines, l)
			b.mu.Unlock()
			return l
		},
		Queued: func(name string, told func(int, error)) {
			b.do(func() {
				n, err := b.queued(name)
				t.threads.post(func() { told(n, err) })
			})
		},
		Visible:   t.Visible,
		OnVisible: func(f func()) func() { return t.on(&t.seen, f) },
		OnFreeze: func(f func(bool)) func() {
			freeze, resume := t.on(&t.stops, func() { f(true) }), t.on(&t.goesOn, func() { f(false) })
			return func() {
				freeze()
				resume()
			}
		},
		OnNetwork: func(f func()) func() { return t.on(&t.online, f) },
		OnReturn:  func(f func()) func() { return t.on(&t.back, f) },
		Soon:      t.threads.post,
		After: func(d time.Duration, f func()) func() {
			timer := time.AfterFunc(d, func() { t.threads.post(f) })
			return func() { timer.Stop() }
		},
		Protected: func(told func(bool)) {
			b.mu.Lock()
			kept := b.kept
			b.mu.Unlock()
			t.threads.post(func() { told(kept) })
		},
		Protect: func(told func(bool)) {
			b.mu.Lock()
			b.kept = b.Protects
			b.asked++
			kept := b.kept
			b.mu.Unlock()
			t.threads.post(func() { told(kept) })
		},
		Note: func(name string) string {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.notes[name]
		},
		SetNote: func(name, text string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.notes[name] = text; text == "" {
				delete(b.notes, name)
			}
		},
		RandomBits: randomBits,
	}
	return t
}

// do does a job of the browser, after those before it.
func (b *Browser) do(job func()) { b.jobs.postAfter(delay, job) }

// queue does one thing after the other, each later than it was asked for.
type queue struct {
	mu     sync.Mutex
	list   []func()
	runs   bool
	frozen bool
	dead   bool
}

func (q *queue) post(f func()) { q.postAfter(0, f) }

func (q *queue) postAfter(d time.Duration, f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.dead {
		return
	}
	q.list = append(q.list, f)
	q.start(d)
}

// start has the queue run; it is locked.
func (q *queue) start(d time.Duration) {
	if !q.runs && !q.frozen && len(q.list) > 0 {
		q.runs = true
		time.AfterFunc(d, q.run)
	}
}

func (q *queue) run() {
	for {
		q.mu.Lock()
		if len(q.list) == 0 || q.frozen {
			q.runs = false
			q.mu.Unlock()
			return
		}
		f := q.list[0]
		q.list = q.list[1:]
		q.mu.Unlock()
		f()
	}
}

func (q *queue) freeze(frozen bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.frozen = frozen
	q.start(0)
}

func (q *queue) kill() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dead, q.list = true, nil
}
