package offline

import (
	"encoding/json"
	"time"

	"countersign/shared/replica"
)

// note is what is known of a database without opening it: it lies beside it in the local storage.
type note struct {
	Email  string `json:"email"`
	Unsent int    `json:"unsent,omitempty"`
	Synced int64  `json:"synced,omitempty"` // Unix ms by this device's clock
}

func readNote(g *Ground, name string) (n note) {
	_ = json.Unmarshal([]byte(g.Note(name)), &n) // what can't be read says nothing
	return n
}

func (h *host) writeNote() {
	if h.emptied || h.email == "" {
		return
	}
	n := note{Email: h.email, Unsent: h.last.Pending}
	if !h.synced.IsZero() {
		n.Synced = h.synced.UnixMilli()
	}
	if raw, err := json.Marshal(&n); err == nil {
		h.ground.SetNote(h.name, string(raw))
	}
}

// weigh notes what is another status by now, and tells what is to be shown otherwise.
func (h *host) weigh() {
	s := h.last
	if !h.down {
		s = h.engine.Status()
	}
	s.Wiped = s.Wiped || h.emptied
	if s.LastSync > h.last.LastSync && h.last.Loaded {
		h.synced = time.Now()
	}
	if s != h.last {
		noted := s.Pending != h.last.Pending || s.LastSync != h.last.LastSync
		h.last, h.news.Status = s, true
		if s.Loaded && noted {
			h.writeNote()
		}
		if !h.closed {
			h.tabs.status(s)
		}
	}
	if own := (ownStatus{h.trouble, h.cleared, h.locked(), h.list.filled}); own != h.lastOwn {
		if own.locked != h.lastOwn.locked {
			h.news.All = true
		}
		h.lastOwn, h.news.Status = own, true
	}
	h.armLock()
	if !h.news.none() {
		news := h.news
		h.news = Change{}
		h.outbox = append(h.outbox, func() { h.told(news) })
	}
}

// ownStatus is what the host adds to the engine's.
type ownStatus struct {
	trouble         string
	cleared, locked bool
	listed          bool
}

// age begins to count since when the copy is as it is: by the note, or else by the server's time.
func (h *host) age(s *replica.Stored) {
	n := readNote(h.ground, h.name)
	switch {
	case n.Synced > 0 && s.Meta.ServerNow > 0:
		h.synced = time.UnixMilli(n.Synced)
	case s.Meta.ServerNow > 0:
		h.synced = time.UnixMilli(s.Meta.ServerNow)
	}
}

// locked reports whether the device was out of touch for too long.
func (h *host) locked() bool {
	return h.last.LastSync > 0 && !h.synced.IsZero() && time.Since(h.synced) >= LockAfter
}

// armLock sets the timer that locks the copy under an open page.
func (h *host) armLock() {
	if h.closed || h.synced.IsZero() || h.lockFor.Equal(h.synced) {
		return
	}
	if h.lockStop != nil {
		h.lockStop()
		h.lockStop = nil
	}
	h.lockFor = h.synced
	if left := time.Until(h.synced.Add(LockAfter)); left > 0 {
		h.lockStop = h.ground.After(left, func() { h.do(func() {}) })
	}
}

// idle reports whether another tab can take over without anything being asked twice, or may as well ask once more, since no
// answer comes.
func (h *host) idle() bool {
	return h.last.Sending == 0 && h.last.Preparing == 0 || time.Since(h.moved) >= deadAfter
}
