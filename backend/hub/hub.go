// Package hub keeps the live sockets and tells them that something changed, never what. It promises, for each socket:
// the events of its stream in order, each once, without a gap between what is resumed and what comes live, or else a
// resync frame that tells the client to reload; no event without permission by the rows as they are at that moment;
// and nothing at all after its session or support session was cut. It decides no permission and reads no row itself:
// the server passes in how (Options).
//
// An event takes this way: Publish puts it into its stream's topic; a dispatcher asks Authorize once for the whole
// batch and all listeners, encodes each frame once and queues it with the sockets; a writer, shared by many sockets,
// writes without ever waiting. Only a client that does not take its frames costs a goroutine of its own, for five
// seconds at most.
package hub

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const dispatchers = 4 // they wait for the database, not for the processor

// Hub is all open sockets. It is safe for concurrent use.
type Hub struct {
	opt   Options
	lim   Limits
	ctx   context.Context // ends with the hub; for calls of Authorize and Replay
	stop  context.CancelFunc
	wg    sync.WaitGroup
	work  *line[*topic]
	lines []*line[*socket] // one for each writer
	turn  atomic.Uint32    // spreads sockets over the writers
	count counters
	pulse pulse

	mu        sync.Mutex
	closing   bool
	open      int
	support   int
	topics    map[live.Stream]*topic
	byLogin   map[id.Login][]*socket
	bySession map[id.Session][]*socket
	bySupport map[id.SupportSession][]*socket
	byAddress map[string]int
}

// New starts a hub; Shutdown ends it. Authorize, Replay and Now must be given.
func New(opt Options) *Hub {
	if opt.Authorize == nil || opt.Replay == nil || opt.Now == nil {
		panic("hub: Authorize, Replay and Now are needed")
	}
	if opt.Origin == nil {
		opt.Origin = SameOrigin()
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	h := &Hub{
		opt: opt, lim: opt.Limits.withDefaults(), work: newLine[*topic](),
		topics:    make(map[live.Stream]*topic),
		byLogin:   make(map[id.Login][]*socket),
		bySession: make(map[id.Session][]*socket),
		bySupport: make(map[id.SupportSession][]*socket),
		byAddress: make(map[string]int),
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.pulse.lost = h.cutUnchecked
	h.pulse.patience = h.lim.Away

	for range dispatchers {
		h.start(h.dispatch)
	}
	for range max(2, runtime.GOMAXPROCS(0)) {
		l := newLine[*socket]()
		h.lines = append(h.lines, l)
		h.start(func() { writeLine(l) })
	}
	h.start(h.checkSupport)
	return h
}

// start runs a goroutine that Shutdown waits for. A panic in it is logged and it goes on: one socket's trouble must
// not end the server.
func (h *Hub) start(run func()) {
	h.wg.Go(func() {
		for h.survives(run) {
		}
	})
}

func (h *Hub) survives(run func()) (panicked bool) {
	defer func() {
		if p := recover(); p != nil {
			h.opt.Log.Error("live hub", "panic", fmt.Sprint(p))
			panicked = true
		}
	}()
	run()
	return false
}

func writeLine(l *line[*socket]) {
	var batch []*socket
	scratch := make([]byte, 0, chunk)
	for ok := true; ok; {
		batch, ok = l.all(batch)
		for _, s := range batch {
			s.flush(scratch)
		}
	}
}

// Serve upgrades the request to a websocket and returns; the socket lives on in the hub, so that nothing of the
// request stays in memory. On an error (an *errs.Error: Forbidden for the origin, TooMany, Unavailable while
// stopping, Invalid for a broken handshake) nothing was written yet and the caller answers.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, sub Subscription) error {
	if !h.originAllowed(r, sub.Bearer) {
		h.count.refused.Add(1)
		return errs.New(errs.Forbidden, "live.refused.origin")
	}
	s := &socket{hub: h, sub: sub, at: -1}
	if err := h.register(s); err != nil {
		h.count.refused.Add(1)
		return err
	}

	s.wire.now = h.opt.Now
	s.wire.budget = rate.NewLimiter(bytePerSecond, byteBurst)
	s.limit = rate.NewLimiter(rate.Limit(float64(h.lim.PerMinute)/60), h.lim.Burst)
	j := &hijacker{ResponseWriter: w, wire: &s.wire}
	ws, err := upgrader.Upgrade(j, r, nil)
	if err != nil {
		s.state.Store(dead)
		h.forget(s)
		h.wg.Done()
		h.count.refused.Add(1)
		if j.done { // the client went, or spoke too soon: there is nobody to answer
			_ = s.wire.cut()
			return nil
		}
		return errs.New(errs.Invalid, "live.refused.handshake").Because(err)
	}
	s.ws = ws
	s.wire.open = true
	h.count.opened.Add(1)
	s.keepAlive()
	h.expireAt(s, sub.ExpiresAt)
	if !s.state.CompareAndSwap(opening, alive) { // cut meanwhile, and left to us to close
		s.finish(s.farewell())
		h.wg.Done()
		return nil
	}

	go func() {
		defer h.wg.Done()
		if h.survives(s.read) {
			s.drop()
		}
	}()
	h.resume(s, sub.After)
	return nil
}

var upgrader = websocket.Upgrader{
	HandshakeTimeout: 5 * time.Second,
	ReadBufferSize:   256,            // our messages are shorter; the library allocates it for each connection
	WriteBufferPool:  new(sync.Pool), // never used: frames are ours. Without one the library keeps 4 KiB for each connection
	Error:            func(http.ResponseWriter, *http.Request, int, error) {},
	CheckOrigin:      func(*http.Request) bool { return true }, // Serve has checked it
}

// register takes a place for the socket before the handshake and makes it findable, so that a cut that comes while it
// is opening reaches it. Its reader is counted here, while it is certain that Shutdown does not wait yet.
func (h *Hub) register(s *socket) error {
	sub, address := &s.sub, neighbourhood(s.sub.Address)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closing:
		return &errs.Error{Code: errs.Unavailable, Key: "live.refused.stopping", RetryAfter: 5}
	case h.open >= h.lim.Total, len(h.byLogin[sub.Login]) >= h.lim.PerLogin, h.byAddress[address] >= h.lim.PerAddress:
		return &errs.Error{Code: errs.TooMany, Key: "live.refused.too_many", RetryAfter: 30}
	}
	h.open++
	h.byAddress[address]++
	h.byLogin[sub.Login] = append(h.byLogin[sub.Login], s)
	h.bySession[sub.Session] = append(h.bySession[sub.Session], s)
	if sub.Support != "" {
		h.support++
		h.bySupport[sub.Support] = append(h.bySupport[sub.Support], s)
	}

	t := h.topics[sub.Stream]
	if t == nil {
		t = &topic{stream: sub.Stream, head: unknown}
		h.topics[sub.Stream] = t
	}
	t.sockets++
	s.topic = t
	s.writer = h.lines[int(h.turn.Add(1))%len(h.lines)]
	h.wg.Add(1)
	return nil
}

// forget removes a dead socket from wherever it can be found. Whoever killed it calls this, once.
func (h *Hub) forget(s *socket) {
	sub, address := &s.sub, neighbourhood(s.sub.Address)
	h.mu.Lock()
	h.open--
	if h.byAddress[address]--; h.byAddress[address] == 0 {
		delete(h.byAddress, address)
	}
	remove(h.byLogin, sub.Login, s)
	remove(h.bySession, sub.Session, s)
	if sub.Support != "" {
		h.support--
		remove(h.bySupport, sub.Support, s)
	}
	if s.topic.sockets--; s.topic.sockets == 0 {
		delete(h.topics, sub.Stream)
	}
	if s.beat != nil {
		s.beat.Stop()
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	h.mu.Unlock()
	s.topic.leave(s)
}

// Watchers is how many sockets listen to a stream.
func (h *Hub) Watchers(stream live.Stream) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[stream]; t != nil {
		return t.sockets
	}
	return 0
}

// neighbourhood is what counts as one address: an IPv6 customer has a whole /64.
func neighbourhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}

func remove[K comparable](m map[K][]*socket, key K, s *socket) {
	list := m[key]
	if i := slices.Index(list, s); i >= 0 {
		last := len(list) - 1
		list[i], list[last] = list[last], nil
		list = list[:last]
	}
	if len(list) == 0 {
		delete(m, key)
	} else {
		m[key] = list
	}
}
