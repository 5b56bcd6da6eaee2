package portal

import (
	"maps"
	"slices"
	"sync"
	"time"

	"countersign/shared/id"
)

// Who is writing in which ticket at this moment. It is kept in memory alone: a restart forgets it, and nobody misses it.

const (
	writingFor   = 8 * time.Second // from the last word of it
	writingAgain = 3 * time.Second // in which the same is not told twice
	mostWriting  = 4096            // tickets; beyond, all are forgotten
)

type writer struct {
	name  string
	until time.Time
}

// writing remembers writers. The zero value is ready.
type writing struct {
	mu sync.Mutex
	in map[id.Ticket]map[string]writer
}

// note remembers that somebody writes, and reports whether others should be told now.
func (w *writing) note(t id.Ticket, who, name string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.in == nil || len(w.in) >= mostWriting {
		w.in = map[id.Ticket]map[string]writer{}
	}
	if w.in[t] == nil {
		w.in[t] = map[string]writer{}
	}
	before := w.in[t][who]
	w.in[t][who] = writer{name, now.Add(writingFor)}
	return before.until.Before(now.Add(writingFor - writingAgain))
}

// done forgets somebody who has sent what they wrote.
func (w *writing) done(t id.Ticket, who string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.in[t], who)
}

// names are those of who is writing, but the asker, in order.
func (w *writing) names(t id.Ticket, but string, now time.Time) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.in[t], func(_ string, x writer) bool { return !now.Before(x.until) })
	if len(w.in[t]) == 0 {
		delete(w.in, t)
	}
	names := []string{}
	for who, x := range w.in[t] {
		if who != but {
			names = append(names, x.name)
		}
	}
	slices.Sort(names)
	return names
}
