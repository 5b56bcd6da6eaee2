package client

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/app/ui"
	"countersign/shared/live"
)

// LiveState is how the live connection is.
type LiveState string

// The states. Ended is final: the sign-in or the support session is over.
const (
	LiveConnecting   LiveState = "connecting" // for the first time
	LiveOpen         LiveState = "live"
	LiveReconnecting LiveState = "reconnecting"
	LiveOffline      LiveState = "offline" // reconnecting, while the browser says that there is no network
	LiveEnded        LiveState = "ended"
)

// LiveStatus is the state and, when it is ended, why: a key of the catalogue.
type LiveStatus struct {
	State LiveState
	Why   string
}

const (
	liveHelloTime = 10 * time.Second // for the server to say hello
	livePatience  = 10 * time.Second // for an answer to a ping
	liveDoubt     = 5 * time.Second  // for the same, when there is reason to think that the connection is gone
	liveFirst     = time.Second      // the first wait is up to this long, the next up to twice as long, …
	liveLongest   = 60 * time.Second // … up to this
	liveSteady    = 10 * time.Second // a connection that lasted so long was a good one: the waits begin anew
	liveNoSooner  = time.Second      // between two attempts, whatever the person does

	closeEnded = 4001 // the server's close code for an ended sign-in or support session; the reason says why
)

// Live keeps one stream of pokes open: it connects, resumes after the last event it has seen, notices a dead
// connection by its own pings (a browser does not show the server's), and waits longer each time that it fails, by
// chance, so that a thousand windows do not return at the same moment. The functions are called one at a time, never
// from the caller of a method, and none begins after Stop.
type Live struct {
	Path  string        // "/api/live?as=customer&org=…"
	After int64         // resume after this event; negative for none
	Beat  time.Duration // longest silence before a ping; also how often the server's time is learned
	Dial  Dial

	OnStatus func(LiveStatus)
	OnEvents func([]live.Event)  // in order, each once
	OnReload func()              // anything shown may be stale: the first hello without After, or too much was missed
	OnTime   func(now time.Time) // the server's time, now
	OnFailed func()              // an attempt brought no hello; the browser does not tell why

	stop    context.CancelFunc
	nudged  chan struct{} // reconnect now, or see whether the connection still is one
	changed chan struct{} // network came or went

	mu      sync.Mutex
	status  LiveStatus
	offline bool
}

// Start begins to connect. It must be called once.
func (l *Live) Start() {
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.nudged, l.changed = make(chan struct{}, 1), make(chan struct{}, 1)
	go l.run(ctx)
}

// Stop closes the connection for good.
func (l *Live) Stop() { l.stop() }

// Status is the present state.
func (l *Live) Status() LiveStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Nudge says that the person is back at the window: a wait ends, and a connection is tried that may have died asleep.
func (l *Live) Nudge() { ring(l.nudged) }

// Network passes on what the browser says of the network. It is only believed when it says that it has come back:
// a server on the same computer answers without one.
func (l *Live) Network(online bool) {
	l.mu.Lock()
	l.offline = !online
	l.mu.Unlock()
	ring(l.changed)
	ring(l.nudged)
}

func (l *Live) run(ctx context.Context) {
	l.show(ctx, LiveStatus{State: LiveConnecting})
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		end := l.connect(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case end.why != "":
			l.show(ctx, LiveStatus{LiveEnded, end.why})
			return
		}

		l.reconnecting(ctx)
		if !end.hello && l.OnFailed != nil {
			safely(ctx, l.OnFailed)
		}
		if end.wait > 0 { // the server asked for it, of each window another time
			failures = 0
			l.sleep(ctx, end.wait)
			continue
		}
		if end.lasted >= liveSteady {
			failures = 0
		}
		wait := rand.N(min(liveLongest, liveFirst<<min(failures, 10)))
		failures++
		if l.pause(ctx, wait) {
			failures = 0
			l.sleep(ctx, liveNoSooner-time.Since(began))
		}
	}
}

// ending is how a connection ended.
type ending struct {
	why    string        // the server ended the sign-in or the support session
	wait   time.Duration // the server wants us back after this time
	hello  bool          // it was a connection at all
	lasted time.Duration // since the hello
}

// connect keeps one connection until it ends.
func (l *Live) connect(ctx context.Context) (end ending) {
	in := newInbox()
	path := l.Path + "&after=" + strconv.FormatInt(l.After, 10)
	if !strings.Contains(l.Path, "?") {
		path = l.Path + "?after=" + strconv.FormatInt(l.After, 10)
	}
	socket, err := l.Dial(path, in)
	if err != nil {
		return end
	}
	defer socket.Close()

	var opened, asked time.Time
	defer func() {
		if end.hello {
			end.lasted = time.Since(opened)
		}
	}()
	timer := time.NewTimer(liveHelloTime)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return end
		case <-timer.C:
			if !end.hello || !asked.IsZero() {
				return end // dead: nothing came for too long
			}
			asked = time.Now()
			socket.Send(`{"t":"ping"}`)
			timer.Reset(livePatience)
		case <-l.nudged:
			if end.hello && asked.IsZero() {
				asked = time.Now()
				socket.Send(`{"t":"ping"}`)
				timer.Reset(liveDoubt)
			}
		case <-in.ring:
			for _, e := range in.take() {
				if e.closed {
					if e.code == closeEnded {
						end.why = e.reason
					}
					return end
				}
				var f live.Frame
				if json.Unmarshal([]byte(e.text), &f) != nil {
					return end
				}
				switch f.T {
				case live.FrameHello:
					if !end.hello {
						end.hello, opened = true, time.Now()
						l.greeted(ctx)
					}
					l.After = f.Head
					l.tellTime(ctx, f.Now, asked)
				case live.FramePoke:
					l.poked(ctx, f)
				case live.FrameResync:
					l.After = f.Head
					l.reload(ctx)
				case live.FrameEnd:
					end.why = f.Why
					return end
				case live.FrameRetry:
					end.wait = min(time.Duration(f.Wait)*time.Millisecond, liveLongest)
					return end
				}
			}
			if end.hello {
				asked = time.Time{}
				timer.Reset(l.Beat)
			}
		}
	}
}

// greeted is the first hello of a connection. Events of one's own sign-in belong to no stream and are not resumed, so
// they count as missed.
func (l *Live) greeted(ctx context.Context) {
	l.show(ctx, LiveStatus{State: LiveOpen})
	if l.After < 0 {
		l.reload(ctx)
	} else {
		l.tell(ctx, []live.Event{{Kind: live.Me}})
	}
}

// poked passes on what was not seen before.
func (l *Live) poked(ctx context.Context, f live.Frame) {
	fresh := make([]live.Event, 0, len(f.Events))
	for _, e := range f.Events {
		if e.Seq == 0 || e.Seq > l.After {
			fresh = append(fresh, e)
		}
		l.After = max(l.After, e.Seq)
	}
	l.After = max(l.After, f.Head)
	if len(fresh) > 0 {
		l.tell(ctx, fresh)
	}
}

func (l *Live) tell(ctx context.Context, events []live.Event) {
	if l.OnEvents != nil {
		safely(ctx, func() { l.OnEvents(events) })
	}
}

func (l *Live) reload(ctx context.Context) {
	if l.OnReload != nil {
		safely(ctx, l.OnReload)
	}
}

// safely calls out, unless stopped. A panic there must end neither the connection nor the app.
func safely(ctx context.Context, call func()) {
	defer ui.Recover()
	if ctx.Err() == nil {
		call()
	}
}

// tellTime takes the time out of a hello. An answer to a ping was on its way for half the time since; one that took
// long tells nothing.
func (l *Live) tellTime(ctx context.Context, ms int64, asked time.Time) {
	var way time.Duration
	if !asked.IsZero() {
		way = time.Since(asked) / 2
	}
	if ms > 0 && way < time.Second && l.OnTime != nil {
		safely(ctx, func() { l.OnTime(time.UnixMilli(ms).Add(way)) })
	}
}

// pause waits for a time, or until the person comes back or the network does, which it reports.
func (l *Live) pause(ctx context.Context, wait time.Duration) (woken bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return false
		case <-l.changed:
			l.reconnecting(ctx)
		case <-l.nudged:
			l.mu.Lock()
			offline := l.offline
			l.mu.Unlock()
			if !offline {
				return true
			}
		}
	}
}

// sleep waits for a time that nothing shortens.
func (l *Live) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (l *Live) reconnecting(ctx context.Context) {
	l.mu.Lock()
	state := LiveReconnecting
	if l.offline {
		state = LiveOffline
	}
	l.mu.Unlock()
	l.show(ctx, LiveStatus{State: state})
}

func (l *Live) show(ctx context.Context, s LiveStatus) {
	l.mu.Lock()
	same := l.status == s
	l.status = s
	l.mu.Unlock()
	if !same && l.OnStatus != nil {
		safely(ctx, func() { l.OnStatus(s) })
	}
}
