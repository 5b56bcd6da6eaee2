package hub

import (
	"slices"
	"sync"
	"time"

	"countersign/shared/id"
	"countersign/shared/live"
)

const (
	unknown  = -1                     // head of a topic that nobody has joined yet
	batch    = 256                    // events in one frame
	backlog  = 8192                   // events that may wait while permission can't be evaluated; beyond, clients reload
	tryAgain = 500 * time.Millisecond // after permission or past events could not be read
)

// topic is a stream that someone listens to. One dispatcher at a time runs it, so that its events, resumes and head
// follow each other in one order.
type topic struct {
	stream  live.Stream
	sockets int // registered ones; guarded by hub.mu

	mu      sync.Mutex
	subs    []*socket // that have joined
	pending []live.Event
	joins   []join
	lost    bool // pending overflowed: clients must reload
	busy    bool // in the line for a dispatcher, or run by one, or waiting to be tried again

	head int64 // of what was delivered; belongs to the one who runs the topic
}

// join is a socket that wants everything after a sequence number, and then what comes.
type join struct {
	s     *socket
	after int64
}

// Publish tells the listeners of a stream what was committed. It must be called after the commit and returns at once;
// the order of calls does not matter, because a gap is filled from the committed events.
func (h *Hub) Publish(stream live.Stream, events []live.Event) {
	if t := h.topic(stream); t != nil && len(events) > 0 {
		h.wake(t, func() { t.wait(events...) })
	}
}

// Poke tells every socket of the logins that their own sign-ins, rights or settings changed. Such an event belongs to
// no stream, so it has no sequence number and is not resumed: a client takes its own state as stale when it reconnects.
func (h *Hub) Poke(logins ...id.Login) {
	for _, login := range logins {
		var topics []*topic
		h.mu.Lock()
		for _, s := range h.byLogin[login] {
			if !slices.Contains(topics, s.topic) {
				topics = append(topics, s.topic)
			}
		}
		h.mu.Unlock()
		for _, t := range topics {
			h.wake(t, func() { t.wait(live.Event{Kind: live.Me, Ref: string(login)}) })
		}
	}
}

// Signal tells the listeners of a stream something that holds only at this moment. It is not committed, has no sequence
// number and is not resumed: who is not there misses it.
func (h *Hub) Signal(stream live.Stream, e live.Event) {
	e.Seq = 0
	if t := h.topic(stream); t != nil {
		h.wake(t, func() { t.wait(e) })
	}
}

// resume lets a socket join its stream after a sequence number, or again.
func (h *Hub) resume(s *socket, after int64) {
	h.wake(s.topic, func() { s.topic.joins = append(s.topic.joins, join{s, after}) })
}

func (h *Hub) topic(stream live.Stream) *topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.topics[stream]
}

// wake notes work for a topic and has it run.
func (h *Hub) wake(t *topic, note func()) {
	t.mu.Lock()
	note()
	call := !t.busy
	t.busy = true
	t.mu.Unlock()
	if call {
		h.work.put(t)
	}
}

func (t *topic) wait(events ...live.Event) {
	if len(t.pending)+len(events) > backlog {
		t.pending, t.lost = nil, true
		return
	}
	t.pending = append(t.pending, events...)
}

func (t *topic) leave(s *socket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.at < 0 {
		return
	}
	last := len(t.subs) - 1
	t.subs[s.at] = t.subs[last]
	t.subs[s.at].at = s.at
	t.subs[last] = nil
	t.subs = t.subs[:last]
	s.at = -1
}

func (t *topic) enter(s *socket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.at < 0 && !s.dead() { // it is dead before it leaves, so a dead one is never left behind here
		s.at = len(t.subs)
		t.subs = append(t.subs, s)
	}
}

func (h *Hub) dispatch() {
	for {
		t, ok := h.work.next()
		if !ok {
			return
		}
		h.run(t)
	}
}

// run delivers what waits and lets those join who want to. When permission or past events can't be read, all of it
// stays and is tried again: nothing is sent that was not allowed, and nothing is forgotten.
func (h *Hub) run(t *topic) {
	t.mu.Lock()
	events, joins, lost := t.pending, t.joins, t.lost
	t.pending, t.joins, t.lost = nil, nil, false
	subs := slices.Clone(t.subs)
	t.mu.Unlock()

	rest, err := h.deliver(t, subs, events, lost)
	if err == nil {
		lost = false
		joins, err = h.admit(t, joins)
	}

	t.mu.Lock()
	t.pending = append(rest, t.pending...)
	t.joins = append(joins, t.joins...)
	t.lost = t.lost || lost
	t.busy = err != nil || len(t.pending) > 0 || len(t.joins) > 0 || t.lost
	call := t.busy
	t.mu.Unlock()

	switch {
	case err != nil && h.ctx.Err() == nil:
		h.opt.Log.Warn("live delivery waits", "stream", t.stream, "err", err)
		time.AfterFunc(tryAgain, func() { h.work.put(t) })
	case call && err == nil:
		h.work.put(t)
	}
}
