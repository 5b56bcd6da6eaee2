package offlinetest

import (
	"errors"
	"slices"

	"countersign/app/offline"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"
)

// store is a tab's connection to a database.
type store struct {
	b      *Browser
	tab    *Tab
	name   string
	closed bool // by the tab, or because somebody deletes the database
	rests  bool // until something is asked of it again

	loaded *replicatest.Disk // the one that was read
}

var (
	errClosed     = errors.New("the database is closed")
	errUnreadable = errors.New("the database can't be read")
)

// disk is the database, made when there is none; the browser is locked.
func (s *store) disk() *replicatest.Disk {
	s.rests = false
	d := s.b.disks[s.name]
	if d == nil {
		d = replicatest.NewDisk()
		s.b.disks[s.name] = d
	}
	return d
}

// Load implements offline.Store.
func (s *store) Load(done func(*replica.Stored, error)) {
	s.b.do(func() {
		s.b.mu.Lock()
		var all *replica.Stored
		err := errClosed
		switch {
		case s.closed:
		case s.b.Unreadable:
			err = errUnreadable
		default:
			s.loaded = s.disk()
			all, err = s.loaded.Stored(), nil
		}
		s.b.mu.Unlock()
		s.tab.threads.post(func() { done(all, err) })
	})
}

// Commit implements offline.Store.
func (s *store) Commit(tx *replica.Tx, done func(offline.Committed, string)) {
	s.b.do(func() {
		s.b.mu.Lock()
		why := ""
		switch {
		case s.closed:
			why = replica.FailedIO
		case s.loaded != nil && s.b.disks[s.name] != s.loaded:
			why = replica.FailedStale
		case s.b.Refuse != nil:
			why = s.b.Refuse(tx)
		}
		var c offline.Committed
		if why == "" {
			d := s.disk()
			if c.Mids, why = d.Commit(tx); why == "" {
				c.No = d.Meta().Tx
			}
		}
		s.b.mu.Unlock()
		s.tab.threads.post(func() { done(c, why) })
	})
}

// Drop implements offline.Store. Others who have the database open are told to close it; one in a frozen tab delays it.
func (s *store) Drop(done func(error)) {
	s.b.do(func() {
		s.b.mu.Lock()
		defer s.b.mu.Unlock()
		s.closed = true
		s.b.drops = append(s.b.drops, s)
		s.b.drop(done)
	})
}

func (b *Browser) drop(done func(error)) {
	b.drops = slices.DeleteFunc(b.drops, func(d *store) bool {
		for _, o := range b.stores {
			if o.name != d.name || o.closed || o.rests || o.tab.gone() {
				continue
			}
			if o.tab.frozen() != nil {
				return false
			}
			o.closed = true
		}
		delete(b.disks, d.name)
		if done != nil {
			d.tab.threads.post(func() { done(nil) })
		}
		return true
	})
}

// thawed goes on with what waited for a frozen tab.
func (b *Browser) thawed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(nil)
}

// Rest implements offline.Store.
func (s *store) Rest() {
	s.b.do(func() {
		s.b.mu.Lock()
		defer s.b.mu.Unlock()
		s.rests = true
	})
}

// queued counts the edits in a database that have no outcome.
func (b *Browser) queued(name string) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Unreadable {
		return 0, errUnreadable
	}
	if d := b.disks[name]; d != nil {
		for _, en := range d.Stored().Log {
			if en.Outcome == nil {
				n++
			}
		}
	}
	return n, nil
}

// Close implements offline.Store.
func (s *store) Close() {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.closed = true
}
