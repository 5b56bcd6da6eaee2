package client

import (
	"slices"
	"sync"
	"time"

	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// gather is how long pokes are gathered before a page loads again: one act pokes several kinds at once.
const gather = 120 * time.Millisecond

// watcher is one page's interest in what changes.
type watcher struct {
	kinds []live.Kind
	org   id.Organization // "" for any
	run   func()

	mu    sync.Mutex
	timer *time.Timer
	ended bool
}

// Watch calls reload on the UI goroutine when something of these kinds has changed in the organization (any when org
// is ""), when the stream was interrupted, and when the connection is back. Several pokes at once are one reload.
// Call stop in OnDismount.
func (s *Session) Watch(ctx app.Context, org id.Organization, reload func(app.Context), kinds ...live.Kind) (stop func()) {
	w := &watcher{kinds: kinds, org: org}
	w.run = func() {
		ctx.Dispatch(func(ctx app.Context) {
			defer ui.Recover()
			if !s.isLeaving() {
				reload(ctx)
			}
		})
	}
	s.mu.Lock()
	s.watchers = append(s.watchers, w)
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.watchers = without(s.watchers, w)
		s.mu.Unlock()
		w.stop()
	}
}

func (w *watcher) poke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil || w.ended {
		return
	}
	w.timer = time.AfterFunc(gather, func() {
		w.mu.Lock()
		w.timer = nil
		ended := w.ended
		w.mu.Unlock()
		if !ended {
			w.run()
		}
	})
}

func (w *watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watcher) wants(e live.Event) bool {
	return slices.Contains(w.kinds, e.Kind) && (w.org == "" || e.Org == "" || e.Org == w.org)
}

// poked passes events of the live stream on to the pages that want them.
func (s *Session) poked(events []live.Event) {
	for _, w := range s.watching() {
		if slices.ContainsFunc(events, w.wants) {
			w.poke()
		}
	}
	s.tellHearers(events)
}

// pokeAll makes every page load again: what was missed is not known.
func (s *Session) pokeAll() {
	for _, w := range s.watching() {
		w.poke()
	}
	s.tellHearers(nil)
}

func (s *Session) watching() []*watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.watchers)
}

// Leaving says that the person is on the way out: what changes meanwhile is neither listened to nor asked for, since the
// answer may be that they are gone. When they stay after all, every page loads again.
func (s *Session) Leaving(leaving bool) {
	s.mu.Lock()
	s.leaving = leaving
	s.mu.Unlock()
	s.notify()
	if !leaving {
		s.pokeAll()
	}
}

func (s *Session) isLeaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaving
}
