package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// CutSession ends the sockets of sessions, with a catalogue key as the reason. When it returns no frame of data can
// leave any more; telling why and closing go on at once and in parallel, without the caller. Call it after the commit
// that ended the sessions. It gives how many open sockets were cut.
func (h *Hub) CutSession(why string, sessions ...id.Session) int {
	return h.cutFrom(why, func() (list []*socket) {
		for _, s := range sessions {
			list = append(list, h.bySession[s]...)
		}
		return list
	})
}

// CutSupport is CutSession for support sessions.
func (h *Hub) CutSupport(why string, sessions ...id.SupportSession) int {
	return h.cutFrom(why, func() (list []*socket) {
		for _, s := range sessions {
			list = append(list, h.bySupport[s]...)
		}
		return list
	})
}

// CutLogin is CutSession for every socket of logins, in whatever session.
func (h *Hub) CutLogin(why string, logins ...id.Login) int {
	return h.cutFrom(why, func() (list []*socket) {
		for _, l := range logins {
			list = append(list, h.byLogin[l]...)
		}
		return list
	})
}

// CutAt is CutLogin for their sockets on one stream only: a contact deactivated in one organization stays signed in
// elsewhere.
func (h *Hub) CutAt(why string, stream live.Stream, logins ...id.Login) int {
	return h.cutFrom(why, func() (list []*socket) {
		for _, l := range logins {
			for _, s := range h.byLogin[l] {
				if s.sub.Stream == stream {
					list = append(list, s)
				}
			}
		}
		return list
	})
}

func (h *Hub) cutFrom(why string, choose func() []*socket) int {
	h.mu.Lock()
	list := choose()
	h.mu.Unlock()
	return h.cut(list, endFrames(why), &h.count.cut)
}

// cut sets every dead flag first, then waits for writes that began before, then closes. The writer looks at the flag
// before each write, so nothing follows.
func (h *Hub) cut(list []*socket, last []byte, count *atomic.Uint64) int {
	mine := list[:0]
	for _, s := range list {
		if s.kill(last) {
			mine = append(mine, s)
		}
	}
	n := len(mine)
	count.Add(uint64(n))

	var waiting sync.WaitGroup
	calm := mine[:0]
	for _, s := range mine {
		if s.settle() {
			calm = append(calm, s)
		} else {
			waiting.Go(func() { s.finish(last) })
		}
	}
	waiting.Wait()
	if len(calm) > 0 { // their readers keep the hub from having ended
		h.wg.Go(func() {
			for _, s := range calm {
				h.wg.Go(func() { s.finish(last) })
			}
		})
	}
	return n
}

// Reschedule moves the end of a support session's sockets, when its grant was shortened or prolonged.
func (h *Hub) Reschedule(session id.SupportSession, at time.Time) {
	h.mu.Lock()
	list := slices.Clone(h.bySupport[session])
	h.mu.Unlock()
	for _, s := range list {
		h.expireAt(s, at)
	}
}

// expireAt closes the socket at a time; the zero time is never.
func (h *Hub) expireAt(s *socket, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.until = at
	switch {
	case at.IsZero() || s.dead():
		if s.expiry != nil {
			s.expiry.Stop()
		}
		return
	case s.expiry == nil:
		s.expiry = time.AfterFunc(time.Hour, func() { h.expire(s) })
	}
	s.expiry.Reset(max(0, at.Sub(h.opt.Now())))
}

// expire ends a socket whose time has come by the server's clock, which may have stood still meanwhile.
func (h *Hub) expire(s *socket) {
	h.mu.Lock()
	at := s.until
	h.mu.Unlock()
	switch {
	case at.IsZero():
		return
	case h.opt.Now().Before(at):
		h.expireAt(s, at)
		return
	}
	why := WhyExpired
	if s.sub.Support != "" {
		why = WhySupportExpired
	}
	h.cut([]*socket{s}, endFrames(why), &h.count.expired)
}

// checkSupport asks for verdicts on the sockets of support sessions although nothing is to be told. An agent inside an
// organization is cut by this even if the word of a revocation never came.
func (h *Hub) checkSupport() {
	tick := time.NewTicker(h.lim.Check)
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
		}
		inside := make(map[live.Stream][]*socket)
		h.mu.Lock()
		for _, list := range h.bySupport {
			for _, s := range list {
				inside[s.sub.Stream] = append(inside[s.sub.Stream], s)
			}
		}
		h.mu.Unlock()
		for stream, list := range inside {
			verdicts, err := h.judge(stream, nil, list)
			if err != nil {
				h.opt.Log.Warn("live check waits", "stream", stream, "err", err)
				break // the others would wait for the same database
			}
			for i, s := range list {
				if why := verdicts[i].End; why != "" {
					h.cut([]*socket{s}, endFrames(why), &h.count.cut)
				}
			}
		}
	}
}

// cutUnchecked closes all support sockets, because nobody can say any more whether they may be open. They may come
// back as soon as somebody can.
func (h *Hub) cutUnchecked() {
	h.mu.Lock()
	var list []*socket
	for _, sockets := range h.bySupport {
		list = append(list, sockets...)
	}
	h.mu.Unlock()
	n := h.cut(list, retryFrames(websocket.CloseTryAgainLater, "permission can't be checked"), &h.count.unchecked)
	h.opt.Log.Error("permission can't be evaluated: support sockets closed", "sockets", n)
}

// pulse tells when permission could not be evaluated for too long.
type pulse struct {
	patience time.Duration
	lost     func()

	mu    sync.Mutex
	timer *time.Timer // runs since the first failure after a success
}

// missed notes a failure that was waited for that long.
func (p *pulse) missed(waited time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		p.timer = time.AfterFunc(max(0, p.patience-waited), p.expired)
	}
}

// felt notes a success.
func (p *pulse) felt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

func (p *pulse) expired() {
	p.mu.Lock()
	gone := p.timer == nil // a success came at the last moment
	p.timer = nil
	p.mu.Unlock()
	if !gone {
		p.lost()
	}
}

// Shutdown refuses new sockets, tells the open ones to come back in 1 to 10 seconds, each at another moment, closes
// them and waits for all goroutines of the hub, until ctx ends.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	var list []*socket
	for _, sockets := range h.byLogin {
		list = append(list, sockets...)
	}
	h.mu.Unlock()

	for _, s := range list {
		last := retryFrames(websocket.CloseServiceRestart, "restarting")
		if s.kill(last) {
			h.wg.Go(func() { s.finish(last) })
		}
	}
	h.stop()
	h.pulse.felt()
	h.work.end()
	for _, l := range h.lines {
		l.end()
	}

	done := make(chan struct{})
	go func() {
		h.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close live sockets: %w", ctx.Err())
	}
}
