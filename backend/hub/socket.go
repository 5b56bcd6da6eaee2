package hub

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"countersign/shared/live"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// CloseEnded is the close code of a socket whose sign-in or support session is over; the reason is the catalogue key.
const CloseEnded = 4001

const chunk = 16 << 10 // bytes joined into one write

// A socket is opening until the handshake is over. Dead is final: after it nothing leaves but the last frame.
const (
	opening = iota
	alive
	dead
)

// socket is one open connection. A goroutine of its own reads; a writer that it shares with others writes without
// waiting, and when the client does not take what is sent, a goroutine lent for that time.
type socket struct {
	hub    *Hub
	topic  *topic
	writer *line[*socket]
	sub    Subscription
	wire   wire
	ws     *websocket.Conn
	limit  *rate.Limiter

	state atomic.Int32 // opening, alive, dead
	heard atomic.Bool  // something came since the last beat

	at     int // index in topic.subs, -1 outside; guarded by topic.mu
	beat   *time.Timer
	expiry *time.Timer
	until  time.Time // guarded by hub.mu, as expiry

	mu     sync.Mutex
	queue  [][]byte // frames to write, shared with other sockets
	seen   int64    // every event up to this one was queued, or is not for this client
	joined bool     // the hello was queued
	inLine bool     // stands in the writer's line, or is being written
	last   []byte   // what to say when it was ended while opening

	out   sync.Mutex    // held while bytes leave
	stuck chan struct{} // not nil: the client does not take what is sent, and drain has the connection until it closes this
}

// push queues a frame and notes that the client has seen all up to seen. A nil frame only notes.
func (s *socket) push(b []byte, seen int64) {
	s.mu.Lock()
	s.seen = max(s.seen, seen)
	call := b != nil && s.add(b)
	s.mu.Unlock()
	if call {
		s.writer.put(s)
	}
}

// resync tells the client to reload, and that this covers everything up to head, also when that is a step back.
func (s *socket) resync(head int64) {
	s.hub.count.resyncs.Add(1)
	s.mu.Lock()
	s.seen = head
	s.queue = nil
	call := s.add(encode(live.Frame{T: live.FrameResync, Head: head}))
	s.mu.Unlock()
	if call {
		s.writer.put(s)
	}
}

// hello tells the client that it has all up to here, and the server's time. joining marks the first one; a ping that
// comes before it gets no answer of its own.
func (s *socket) hello(joining bool) {
	now := s.hub.opt.Now().UnixMilli()
	s.mu.Lock()
	s.joined = s.joined || joining
	call := s.joined && s.add(encode(live.Frame{T: live.FrameHello, Head: s.seen, Now: now}))
	s.mu.Unlock()
	if call {
		s.writer.put(s)
	}
}

// add puts a frame into the queue, under mu, and reports whether the writer must be called. A full queue means that
// the client is too slow to be told everything: what waits is dropped and the client told to reload.
func (s *socket) add(b []byte) bool {
	if s.dead() {
		return false
	}
	if len(s.queue) >= s.hub.lim.Queue {
		s.hub.count.resyncs.Add(1)
		b = encode(live.Frame{T: live.FrameResync, Head: s.seen})
		s.queue = s.queue[:0:0]
	}
	s.hub.count.frames.Add(1)
	s.queue = append(s.queue, b)
	call := !s.inLine
	s.inLine = true
	return call
}

// take removes frames from the queue, a chunk at most, and joins them; nil when there are none, and then the socket
// has left the line.
func (s *socket) take(scratch []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch len(s.queue) {
	case 0:
		s.inLine = false
		return nil
	case 1:
		b := s.queue[0]
		s.queue = nil
		return b
	}
	n := 0
	for scratch = scratch[:0]; n < len(s.queue) && (n == 0 || len(scratch)+len(s.queue[n]) <= chunk); n++ {
		scratch = append(scratch, s.queue[n]...)
	}
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return scratch
}

// flush writes one chunk of what waits, and never waits itself. When more waits the socket goes to the end of the
// line, so that a busy one does not hold up the others.
func (s *socket) flush(scratch []byte) {
	s.out.Lock()
	if s.dead() || s.stuck != nil {
		s.out.Unlock()
		return
	}
	b := s.take(scratch)
	if b == nil {
		s.out.Unlock()
		return
	}
	n, err := s.wire.try(b)
	s.hub.count.written.Add(uint64(n))
	if err == nil && n < len(b) {
		s.stuck = make(chan struct{})
		rest := bytes.Clone(b[n:])
		s.hub.wg.Go(func() { s.drain(rest) })
	}
	s.out.Unlock()

	switch {
	case err != nil:
		s.drop()
	case n == len(b):
		s.again()
	}
}

// again goes back into the line when frames wait, or leaves it.
func (s *socket) again() {
	s.mu.Lock()
	s.inLine = len(s.queue) > 0
	call := s.inLine
	s.mu.Unlock()
	if call {
		s.writer.put(s)
	}
}

// drain writes to a client that is slow to take it, until nothing waits. A chunk that is not taken within the write
// deadline closes the socket.
func (s *socket) drain(b []byte) {
	deadline := time.AfterFunc(s.hub.lim.Write, func() {
		if s.kill(nil) {
			s.hub.count.slow.Add(1)
			s.finish(nil)
		}
	})
	defer deadline.Stop()
	defer close(s.stuck)

	scratch := scratches.Get().(*[chunk]byte)
	defer scratches.Put(scratch)
	for {
		begun, err := s.wire.wait(b, s.dead)
		if err != nil && (begun || s.wire.raw != nil) {
			s.drop() // in the middle of a frame: nothing can follow it
			return
		}
		if err == nil {
			s.hub.count.written.Add(uint64(len(b)))
			deadline.Reset(s.hub.lim.Write)
		}

		s.out.Lock()
		if b = nil; err == nil && !s.dead() {
			b = s.take(scratch[:0])
		}
		if b == nil {
			s.stuck = nil // whole frames have left, so a last one may follow
			s.out.Unlock()
			if err != nil {
				s.drop()
			}
			return
		}
		s.out.Unlock()
	}
}

var scratches = sync.Pool{New: func() any { return new([chunk]byte) }}

// read is the socket's own goroutine: it ends when the connection does.
func (s *socket) read() {
	last := s.listen()
	if s.kill(last) {
		s.finish(last)
	}
}

// listen handles what the client says until it goes or breaks the rules, and gives the last frame to send to it.
func (s *socket) listen() []byte {
	s.ws.SetReadLimit(s.hub.lim.Message)
	s.ws.SetPongHandler(func(string) error { return s.hear() })
	s.ws.SetPingHandler(func(data string) error {
		s.push(controlFrame(websocket.PongMessage, []byte(data)), 0)
		return s.hear()
	})
	for {
		kind, r, err := s.ws.NextReader()
		if err == nil {
			err = s.hear()
		}
		switch {
		case errors.Is(err, errFlood):
			return s.hostile(websocket.ClosePolicyViolation, "too many messages")
		case err != nil:
			if _, closed := errors.AsType[*websocket.CloseError](err); s.wire.last != nil && !closed {
				s.hub.count.hostile.Add(1) // the library found the protocol broken, and this is its answer
			}
			return s.wire.last
		case kind != websocket.TextMessage:
			return s.hostile(websocket.CloseUnsupportedData, "text only")
		}

		m, ok, err := s.next(r)
		switch {
		case errors.Is(err, errFlood):
			return s.hostile(websocket.ClosePolicyViolation, "too many messages")
		case err != nil:
			return s.wire.last
		case !ok:
			return s.hostile(websocket.ClosePolicyViolation, "unknown message")
		case m.ping:
			s.hello(false)
		default:
			s.hub.resume(s, m.after)
		}
	}
}

var messages = sync.Pool{New: func() any { return new([longest + 1]byte) }}

// next reads one message into a borrowed buffer. An error is one of the connection.
func (s *socket) next(r io.Reader) (message, bool, error) {
	buf := messages.Get().(*[longest + 1]byte)
	defer messages.Put(buf)
	n, err := io.ReadFull(r, buf[:])
	switch err {
	case io.EOF, io.ErrUnexpectedEOF: // the message ended before the buffer did
		m, ok := parseMessage(buf[:n])
		return m, ok, nil
	case nil:
		return message{}, false, nil
	}
	return message{}, false, err
}

// hear notes a sign of life, and refuses too many of them.
func (s *socket) hear() error {
	s.heard.Store(true)
	if !s.limit.AllowN(s.hub.opt.Now(), 1) {
		return errFlood
	}
	return nil
}

func (s *socket) hostile(code int, reason string) []byte {
	s.hub.count.hostile.Add(1)
	return closeFrame(code, reason)
}

// keepAlive pings, and one pong time later looks whether anything came.
func (s *socket) keepAlive() {
	lim := s.hub.lim
	asked := false
	s.beat = time.AfterFunc(time.Hour, func() {
		switch {
		case s.dead():
		case !asked:
			s.heard.Store(false)
			s.push(pingFrame, 0)
			asked = true
			s.beat.Reset(lim.Pong)
		case s.heard.Load():
			asked = false
			s.beat.Reset(max(lim.Ping-lim.Pong, lim.Pong))
		default:
			s.hub.count.silent.Add(1)
			s.drop()
		}
	})
	s.beat.Reset(lim.Ping) // armed only here, so that the function finds the timer in its place
}

func (s *socket) dead() bool { return s.state.Load() == dead }

// kill makes the socket dead. The one caller who gets true must finish it; one that is still opening is finished, with
// these last words, by the one who opens it.
func (s *socket) kill(last []byte) bool {
	for {
		switch s.state.Load() {
		case dead:
			return false
		case alive:
			if s.state.CompareAndSwap(alive, dead) {
				return true
			}
		case opening:
			s.mu.Lock()
			s.last = last
			s.mu.Unlock()
			if s.state.CompareAndSwap(opening, dead) {
				return false
			}
		}
	}
}

// farewell is what to say to a socket that was killed while opening.
func (s *socket) farewell() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// settle waits until a write that began before the socket died is over. It reports false when that can't be waited
// for, because the client does not take it: then only closing ends it.
func (s *socket) settle() bool {
	s.out.Lock()
	defer s.out.Unlock()
	return s.stuck == nil
}

// linger gives a write that waits a moment to end where it may be no sign of a slow client.
func (s *socket) linger() {
	s.out.Lock()
	stuck := s.stuck
	s.out.Unlock()
	if stuck == nil || s.wire.raw != nil {
		return
	}
	t := time.NewTimer(farewell)
	defer t.Stop()
	select {
	case <-stuck:
	case <-t.C:
	}
}

// finish says the last words of a dead socket when they can leave at once, closes the connection and forgets it. What
// the kernel still holds for a stuck client is thrown away.
func (s *socket) finish(last []byte) {
	if last != nil {
		s.linger()
	}
	s.out.Lock()
	switch {
	case s.stuck != nil:
		s.wire.discard()
	case last != nil:
		s.wire.say(last)
	}
	s.out.Unlock()
	_ = s.wire.cut()
	s.hub.forget(s)
}

// drop ends a socket whose connection is broken: there is nobody to tell.
func (s *socket) drop() {
	if s.kill(nil) {
		s.finish(nil)
	}
}
