package hub_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/backend/hub"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

const why = "live.end.support_expired"

// R07: a cut ends the sockets it names, says why, and leaves the others alone.
func TestCut(t *testing.T) {
	t.Parallel()
	agent := func(login id.Login, session id.SupportSession) hub.Subscription {
		return hub.Subscription{Stream: acme, Login: login, Session: id.Session(login + "-1"), Support: session, After: hub.Latest}
	}
	elsewhere := ana()
	elsewhere.Stream = "other"

	for name, story := range map[string]struct {
		cut  func(*world) int
		gone []int // of: ana on acme, ana elsewhere, agents mia and leo in support sessions s1 and s2
	}{
		"session":             {func(w *world) int { return w.CutSession(why, "ana-1") }, []int{0, 1}},
		"support_session":     {func(w *world) int { return w.CutSupport(why, "s1") }, []int{2}},
		"support_sessions":    {func(w *world) int { return w.CutSupport(why, "s1", "s2", "s3") }, []int{2, 3}},
		"login":               {func(w *world) int { return w.CutLogin(why, "leo") }, []int{3}},
		"login_in_one_stream": {func(w *world) int { return w.CutAt(why, "other", "ana", "leo") }, []int{1}},
		"unknown":             {func(w *world) int { return w.CutSession(why, "zoe-1") + w.CutSession(why) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			all := []*client{w.join(t, ana()), w.join(t, elsewhere), w.join(t, agent("mia", "s1")), w.join(t, agent("leo", "s2"))}
			if n := story.cut(w); n != len(story.gone) {
				t.Errorf("%d sockets cut, want %d", n, len(story.gone))
			}
			w.Publish(acme, w.commit(acme, live.Access))
			w.Publish("other", w.commit("other", live.Access))
			for i, c := range all {
				if !slices.Contains(story.gone, i) {
					c.want(live.FramePoke)
					continue
				}
				frames := c.wantClose(hub.CloseEnded)
				if len(frames) != 1 || frames[0].T != live.FrameEnd || frames[0].Why != why {
					t.Errorf("socket %d got %+v", i, frames)
				}
			}
		})
	}
}

// TH13, R07: 1,000 sockets stream while their grant is revoked. Nothing committed after the cut arrives at any of them,
// and all are closed; the others go on.
func TestCut_TH13_no_frame_after_the_cut(t *testing.T) {
	const rounds = 3
	for range rounds {
		cutThousand(t)
	}
}

func cutThousand(t *testing.T) {
	const sockets = 1000
	w := newWorld(t)
	bystander := w.join(t, ana())
	var grant []id.SupportSession
	var read sync.WaitGroup
	var frames, told atomic.Int64
	newest := make([]int64, sockets) // event that each client has seen
	for i := range sockets {
		sub := ana()
		sub.Login, sub.Session = id.Login(fmt.Sprint("agent-", i/10)), id.Session(fmt.Sprint("agent-", i/10))
		sub.Support = id.SupportSession(fmt.Sprint("support-", i))
		grant = append(grant, sub.Support)
		c := w.join(t, sub)
		read.Go(func() {
			for {
				f, err := c.frame()
				if err != nil {
					return
				}
				frames.Add(1)
				if f.T == live.FrameEnd {
					told.Add(1)
				}
				newest[i] = max(newest[i], f.Head)
			}
		})
	}

	stream := func(n int) { // as fast as one of them can follow
		for range n {
			w.Publish(acme, w.commit(acme, live.Access, live.Activity))
			if _, err := bystander.frame(); err != nil {
				t.Error(err)
				return
			}
		}
	}
	var publish sync.WaitGroup
	half := make(chan struct{})
	publish.Go(func() {
		stream(20)
		close(half)
		stream(50)
	})
	<-half
	if n := w.CutSupport(why, grant...); n != sockets {
		t.Errorf("%d sockets cut", n)
	}
	var last int64 // committed when the cut was over
	w.change(func() { last = int64(len(w.events[acme])) })
	publish.Wait()
	stream(20)
	read.Wait()

	for i, n := range newest {
		if n > last {
			t.Errorf("client %d saw event %d, committed after the cut (%d)", i, n, last)
		}
	}
	_ = bystander.Close()
	w.emptied()
	t.Logf("%d frames read, %d of %d screens were told why", frames.Load(), told.Load(), sockets)
}

// TH13: after the cut has returned not one byte is written, also not by a writer that was about to. The connection
// here can only be written by waiting, as under TLS.
func TestCut_TH13_no_write_after_the_cut(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &watched{Listener: inner}
	w := newWorldOn(t, l)
	for round := range 20 {
		sub := ana()
		c := w.join(t, sub)
		var publish sync.WaitGroup
		stop := make(chan struct{})
		publish.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.Publish(acme, w.commit(acme, live.Access))
				}
			}
		})
		if _, err := c.frame(); err != nil {
			t.Fatal(err)
		}
		conn := l.newest()
		w.CutSession(why, "ana-1")
		conn.cut.Store(true)
		c.wantClose(0)
		close(stop)
		publish.Wait()
		if n := conn.late.Load(); n != 0 {
			t.Errorf("round %d: %d writes of data after the cut", round, n)
		}
	}
}

// watched wraps connections, so that the hub can't write them without waiting, and counts data written after a cut.
type watched struct {
	net.Listener
	greet func() // called once, when a handshake is answered

	mu   sync.Mutex
	last *watchedConn
}

type watchedConn struct {
	net.Conn
	greet func()
	cut   atomic.Bool
	late  atomic.Int64
}

func (l *watched) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = &watchedConn{Conn: c, greet: l.greet}
	return l.last, nil
}

func (l *watched) newest() *watchedConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (c *watchedConn) Write(p []byte) (int, error) {
	if c.greet != nil {
		c.greet()
		c.greet = nil
	}
	late := c.cut.Load() && slices.Contains([]byte{'p', 'r', 'h'}, kindByte(p))
	n, err := c.Conn.Write(p)
	if late && err == nil {
		c.late.Add(1)
	}
	return n, err
}

// kindByte is the first letter of the frame's kind: {"t":"poke"…
func kindByte(p []byte) byte {
	for i := range p {
		if i+6 < len(p) && string(p[i:i+6]) == `{"t":"` {
			return p[i+6]
		}
	}
	return 0
}

// A cut that comes while the handshake runs reaches the socket.
func TestCut_while_opening(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var w *world
	ready := make(chan struct{})
	w = newWorldOn(t, &watched{Listener: inner, greet: func() {
		<-ready
		w.CutSession(why, "ana-1")
	}})
	close(ready)
	frames := w.dial(t, ana()).wantClose(hub.CloseEnded)
	if len(frames) != 1 || frames[0].T != live.FrameEnd || frames[0].Why != why {
		t.Errorf("got %+v", frames)
	}
	w.emptied()
}

// Shutdown asks everyone to come back, spread over ten seconds, and ends all goroutines.
func TestShutdown(t *testing.T) {
	w := newWorld(t)
	var all []*client
	for range 100 {
		all = append(all, w.join(t, ana()))
	}
	if err := w.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	waits := make(map[int]bool)
	for _, c := range all {
		frames := c.wantClose(websocket.CloseServiceRestart)
		if len(frames) != 1 || frames[0].T != live.FrameRetry || frames[0].Wait < 1000 || frames[0].Wait > 10_000 {
			t.Fatalf("got %+v", frames)
		}
		waits[frames[0].Wait] = true
		_ = c.Close()
	}
	if len(waits) < 50 {
		t.Errorf("only %d different waits", len(waits))
	}

	_, status, err := w.try(ana(), nil)
	if err == nil || status != 403 { // no token, no origin
		t.Errorf("got %d, %v", status, err)
	}
	sub := ana()
	sub.Bearer = true
	if _, status, err := w.try(sub, nil); err == nil || status != 503 {
		t.Errorf("got %d, %v", status, err)
	}
	if s := w.Stats(); s.Open != 0 || s.Streams != 0 {
		t.Errorf("left open: %+v", s)
	}
	for strings.Contains(stacks(), "hub.(*Hub).start") || strings.Contains(stacks(), "hub.(*socket)") {
		runtime.Gosched() // they have ended and only have to leave; a hung one runs into the timeout of the test
	}
	if err := w.Shutdown(context.Background()); err != nil {
		t.Errorf("again: %v", err)
	}
}

func stacks() string {
	buf := make([]byte, 4<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
