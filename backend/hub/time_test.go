package hub_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/hub"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// pipes is a network inside the bubble of a test, where time passes as soon as everyone waits for it.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return address("portal.example") }

type address string

func (address) Network() string  { return "pipe" }
func (a address) String() string { return string(a) }

func newTimedWorld(t *testing.T, adjust ...func(*hub.Options)) *world {
	t.Helper()
	p := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	w := newWorldOn(t, p, adjust...)
	w.dialer.NetDialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case p.accept <- far:
			return near, nil
		case <-p.closed:
			return nil, net.ErrClosed
		}
	}
	return w
}

// timed runs a story in a bubble. Goroutines that the story leaves behind fail it.
func timed(t *testing.T, name string, story func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, story) })
}

// listen reads in the background, as a browser does, so that pings are answered.
func (c *client) listen() *heard {
	h := &heard{ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		for {
			f, err := c.frame()
			h.mu.Lock()
			if err != nil {
				h.err, h.at = err, time.Now()
				h.mu.Unlock()
				return
			}
			h.frames = append(h.frames, f)
			h.mu.Unlock()
		}
	}()
	return h
}

type heard struct {
	mu     sync.Mutex
	frames []live.Frame
	err    error
	at     time.Time
	ended  chan struct{}
}

func (h *heard) open() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err == nil
}

// Section 8.2: a ping every 25 seconds; who does not answer is closed ten seconds later, who does stays.
func TestTime_pings(t *testing.T) {
	timed(t, "who_answers_stays", func(t *testing.T) {
		w := newTimedWorld(t)
		c := w.join(t, ana())
		pings := 0
		inner := c.PingHandler()
		c.SetPingHandler(func(s string) error { pings++; return inner(s) })
		h := c.listen()

		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if !h.open() || pings < 23 || pings > 24 {
			t.Errorf("open %v after ten minutes, %d pings", h.open(), pings)
		}
	})

	timed(t, "who_does_not_is_closed", func(t *testing.T) {
		w := newTimedWorld(t)
		c := w.join(t, ana())
		c.SetPingHandler(func(string) error { return nil })
		began := time.Now()
		h := c.listen()
		<-h.ended
		if got := h.at.Sub(began); got != 35*time.Second {
			t.Errorf("closed after %v", got)
		}
		synctest.Wait()
		if n := w.Stats().Silent; n != 1 {
			t.Errorf("%d counted", n)
		}
	})
}

// Section 8.2: a client that takes nothing is closed after five seconds, and costs no goroutine afterwards (the bubble
// would not end).
func TestTime_write_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTimedWorld(t)
		w.join(t, ana()) // never reads again
		began := time.Now()
		w.Publish(acme, w.commit(acme, live.Access))
		for w.Watchers(acme) > 0 {
			time.Sleep(100 * time.Millisecond)
		}
		if got := time.Since(began); got < 5*time.Second || got > 5200*time.Millisecond {
			t.Errorf("closed after %v", got)
		}
		if n := w.Stats().Slow; n != 1 {
			t.Errorf("%d counted", n)
		}
	})
}

// R07: sockets end with their session or support session, by the server's clock.
func TestTime_expiry(t *testing.T) {
	support := func(at time.Time) hub.Subscription {
		sub := ana()
		sub.Support, sub.ExpiresAt = "s1", at
		return sub
	}
	ends := func(t *testing.T, h *heard, at time.Time, why string) {
		t.Helper()
		<-h.ended
		if !h.at.Equal(at) {
			t.Errorf("closed at %v, want %v", h.at, at)
		}
		if !websocket.IsCloseError(h.err, hub.CloseEnded) || len(h.frames) != 1 || h.frames[0].T != live.FrameEnd || h.frames[0].Why != why {
			t.Errorf("got %+v, %v", h.frames, h.err)
		}
	}

	timed(t, "session", func(t *testing.T) {
		w := newTimedWorld(t)
		at := time.Now().Add(12 * time.Hour)
		sub := ana()
		sub.ExpiresAt = at
		ends(t, w.join(t, sub).listen(), at, hub.WhyExpired)
	})
	timed(t, "support_session", func(t *testing.T) {
		w := newTimedWorld(t)
		at := time.Now().Add(time.Hour)
		ends(t, w.join(t, support(at)).listen(), at, hub.WhySupportExpired)
		synctest.Wait()
		if s := w.Stats(); s.Expired != 1 || s.Cut != 0 || s.Support != 0 {
			t.Errorf("got %+v", s)
		}
	})
	timed(t, "shortened_and_prolonged", func(t *testing.T) {
		w := newTimedWorld(t)
		began := time.Now()
		h := w.join(t, support(began.Add(time.Hour))).listen()
		w.Reschedule("s1", began.Add(4*time.Hour))
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if !h.open() {
			t.Error("closed at the old end")
		}
		w.Reschedule("s1", began.Add(3*time.Hour))
		w.Reschedule("s2", began)
		ends(t, h, began.Add(3*time.Hour), hub.WhySupportExpired)
	})
	timed(t, "already_over", func(t *testing.T) {
		w := newTimedWorld(t)
		c := w.dial(t, support(time.Now().Add(-time.Second)))
		h := c.listen()
		<-h.ended
		if !websocket.IsCloseError(h.err, hub.CloseEnded) {
			t.Errorf("got %v", h.err)
		}
	})
	timed(t, "while_the_guarded_clock_stands_still", func(t *testing.T) {
		var back atomic.Int64
		w := newTimedWorld(t, func(o *hub.Options) { o.Now = func() time.Time { return time.Now().Add(-time.Duration(back.Load())) } })
		at := time.Now().Add(2 * time.Hour)
		h := w.join(t, support(at)).listen()
		back.Store(int64(time.Hour))
		ends(t, h, at.Add(time.Hour), hub.WhySupportExpired)
	})
}

// Section 6.3: when permission can't be evaluated for five seconds, support sockets close, and only those. They are
// asked to come back.
func TestTime_fails_closed(t *testing.T) {
	timed(t, "unreadable", func(t *testing.T) {
		w := newTimedWorld(t)
		agent := ana()
		agent.Login, agent.Session, agent.Support = "mia", "mia-1", "s1"
		customer, inside := w.join(t, ana()).listen(), w.join(t, agent).listen()

		time.Sleep(time.Minute)
		synctest.Wait()
		if !inside.open() {
			t.Fatal("closed without a reason")
		}

		w.change(func() { w.away = true })
		time.Sleep(4 * time.Second) // a short failure
		w.change(func() { w.away = false })
		time.Sleep(time.Minute)
		synctest.Wait()
		if !inside.open() {
			t.Fatal("closed after a short failure")
		}

		began := time.Now()
		w.change(func() { w.away = true })
		<-inside.ended
		if got := inside.at.Sub(began); got < 5*time.Second || got > 7*time.Second {
			t.Errorf("closed after %v", got)
		}
		if n := len(inside.frames); n != 1 || inside.frames[0].T != live.FrameRetry || inside.frames[0].Wait < 1000 {
			t.Errorf("got %+v", inside.frames)
		}
		synctest.Wait()
		if s := w.Stats(); s.Unchecked != 1 || s.Support != 0 || !customer.open() {
			t.Errorf("got %+v, customer open: %v", s, customer.open())
		}
		w.change(func() { w.away = false })
	})

	timed(t, "hanging", func(t *testing.T) {
		w := newTimedWorld(t, func(o *hub.Options) {
			inner := o.Authorize
			began := time.Now()
			o.Authorize = func(ctx context.Context, s live.Stream, k []live.Kind, subs []*hub.Subscription) ([]hub.Verdict, error) {
				if time.Since(began) < time.Minute {
					return inner(ctx, s, k, subs)
				}
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		agent := ana()
		agent.Support = "s1"
		began := time.Now()
		h := w.join(t, agent).listen()
		<-h.ended
		if got := h.at.Sub(began); got < 65*time.Second || got > 67*time.Second {
			t.Errorf("closed after %v", got)
		}
	})
}

// F12: a support socket whose revocation the hub was never told of ends all the same, within two seconds.
func TestTime_support_is_checked_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTimedWorld(t)
		agent := ana()
		agent.Support = "s1"
		h := w.join(t, agent).listen()
		time.Sleep(time.Minute)
		w.change(func() { w.ended["ana-1"] = why })
		began := time.Now()
		<-h.ended
		if got := h.at.Sub(began); got > 2*time.Second {
			t.Errorf("closed after %v", got)
		}
		if len(h.frames) != 1 || h.frames[0].Why != why {
			t.Errorf("got %+v", h.frames)
		}
	})
}

// What waited because permission could not be evaluated arrives when it can, all of it or as a resync.
func TestTime_outage(t *testing.T) {
	for name, story := range map[string]struct {
		events int
		kind   string
	}{"short": {40, live.FramePoke}, "long": {20_000, live.FrameResync}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTimedWorld(t)
				h := w.join(t, ana()).listen()
				w.change(func() { w.away = true })
				for range story.events / 20 {
					w.Publish(acme, w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 20)...))
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if len(h.frames) != 0 {
					t.Fatalf("got %+v", h.frames)
				}
				w.change(func() { w.away = false })
				time.Sleep(time.Second)
				synctest.Wait()
				if len(h.frames) != 1 || h.frames[0].T != story.kind || h.frames[0].Head != int64(story.events) {
					t.Errorf("got %d frames, first %s up to %d", len(h.frames), h.frames[0].T, h.frames[0].Head)
				}
			})
		})
	}
}

// Shutdown is bounded by its context even when something of the server hangs.
func TestTime_shutdown_is_bounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		w := newTimedWorld(t, func(o *hub.Options) {
			o.Authorize = func(context.Context, live.Stream, []live.Kind, []*hub.Subscription) ([]hub.Verdict, error) {
				<-free
				return nil, errors.New("too late")
			}
		})
		w.dial(t, ana()).listen()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(free)
	})
}
