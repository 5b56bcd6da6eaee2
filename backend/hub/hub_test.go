package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"countersign/backend/hub"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

const acme = live.Stream("acme")

// rows stand for the database: what is committed, and who may be told of what at this moment.
type rows struct {
	mu     sync.Mutex
	events map[live.Stream][]live.Event
	pruned map[live.Stream]int64 // events up to this one are gone
	barred map[id.Login][]live.Kind
	ended  map[id.Session]string
	away   bool
	asked  int // calls of authorize
}

func newRows() *rows {
	return &rows{
		events: make(map[live.Stream][]live.Event), pruned: make(map[live.Stream]int64),
		barred: make(map[id.Login][]live.Kind), ended: make(map[id.Session]string),
	}
}

// commit appends an event of each kind to a stream.
func (r *rows) commit(stream live.Stream, kinds ...live.Kind) []live.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.events[stream]
	for _, k := range kinds {
		list = append(list, live.Event{Seq: int64(len(list)) + 1, Kind: k, Org: id.Organization(stream)})
	}
	r.events[stream] = list
	return slices.Clone(list[len(list)-len(kinds):])
}

func (r *rows) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *rows) authorize(_ context.Context, _ live.Stream, kinds []live.Kind, subs []*hub.Subscription) ([]hub.Verdict, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.away {
		return nil, errors.New("the database is away")
	}
	verdicts := make([]hub.Verdict, len(subs))
	for i, sub := range subs {
		verdicts[i].End = r.ended[sub.Session]
		for k, kind := range kinds {
			if !slices.Contains(r.barred[sub.Login], kind) {
				verdicts[i].Kinds.Allow(k)
			}
		}
	}
	return verdicts, nil
}

func (r *rows) replay(_ context.Context, stream live.Stream, after int64, limit int) ([]live.Event, int64, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return nil, 0, false, errors.New("the database is away")
	}
	list := r.events[stream]
	head := int64(len(list))
	if limit == 0 {
		return nil, head, true, nil
	}
	if after < r.pruned[stream] || after > head {
		return nil, head, false, nil
	}
	list = list[after:]
	return slices.Clone(list[:min(len(list), limit)]), head, true, nil
}

// world is a hub behind a real HTTP server, its rows, and clients.
type world struct {
	*hub.Hub
	*rows
	dialer websocket.Dialer
	url    string
	served chan error // what Serve returned

	mu   sync.Mutex
	subs []hub.Subscription
}

// newWorld serves on the loopback interface.
func newWorld(t testing.TB, adjust ...func(*hub.Options)) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOn(t, l, adjust...)
}

func newWorldOn(t testing.TB, l net.Listener, adjust ...func(*hub.Options)) *world {
	t.Helper()
	w := &world{rows: newRows(), url: "ws://" + l.Addr().String(), served: make(chan error, 1<<16)}
	opt := hub.Options{
		Authorize: w.authorize, Replay: w.replay, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Limits: hub.Limits{PerLogin: 1 << 20, PerAddress: 1 << 20},
	}
	for _, f := range adjust {
		f(&opt)
	}
	w.Hub = hub.New(opt)
	srv := &http.Server{Handler: w}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		if err := w.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		_ = srv.Close()
		<-ended
	})
	return w
}

// ServeHTTP plays the server around the hub: it knows the caller, and answers refusals.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("sub"))
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	w.mu.Lock()
	sub := w.subs[n]
	w.mu.Unlock()
	err = w.Serve(rw, r, sub)
	w.served <- err
	switch errs.CodeOf(err) {
	case "":
	case errs.Forbidden:
		rw.WriteHeader(http.StatusForbidden)
	case errs.TooMany:
		rw.WriteHeader(http.StatusTooManyRequests)
	case errs.Unavailable:
		rw.WriteHeader(http.StatusServiceUnavailable)
	default:
		rw.WriteHeader(http.StatusBadRequest)
	}
}

// address is where a client with this subscription connects to.
func (w *world) address(sub hub.Subscription) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subs = append(w.subs, sub)
	return w.url + "/?sub=" + strconv.Itoa(len(w.subs)-1)
}

// try connects as the desktop app does: with a token, without an Origin.
func (w *world) try(sub hub.Subscription, header http.Header) (*websocket.Conn, int, error) {
	c, answer, err := w.dialer.Dial(w.address(sub), header)
	status := 0
	if answer != nil {
		status = answer.StatusCode
	}
	return c, status, err
}

// emptied waits until no socket is open; one that hangs runs into the timeout of the test.
func (w *world) emptied() {
	for w.Stats().Open > 0 {
		runtime.Gosched()
	}
}

// client is one connection and what it has been told.
type client struct {
	t testing.TB
	*websocket.Conn
}

func (w *world) dial(t testing.TB, sub hub.Subscription) *client {
	t.Helper()
	sub.Bearer = true
	c, _, err := w.try(sub, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &client{t, c}
}

// join dials and reads the hello.
func (w *world) join(t testing.TB, sub hub.Subscription) *client {
	t.Helper()
	c := w.dial(t, sub)
	c.want(live.FrameHello)
	return c
}

// frame is the next frame; the error is the close.
func (c *client) frame() (live.Frame, error) {
	_, p, err := c.ReadMessage()
	if err != nil {
		return live.Frame{}, err
	}
	var f live.Frame
	return f, json.Unmarshal(p, &f)
}

func (c *client) want(kind string) live.Frame {
	c.t.Helper()
	f, err := c.frame()
	if err != nil {
		c.t.Fatalf("waiting for %s: %v", kind, err)
	}
	if f.T != kind {
		c.t.Fatalf("got %+v, want %s", f, kind)
	}
	return f
}

// wantClose reads until the connection ends and gives the frames before.
func (c *client) wantClose(code int) []live.Frame {
	c.t.Helper()
	var frames []live.Frame
	for {
		f, err := c.frame()
		if err == nil {
			frames = append(frames, f)
			continue
		}
		if code != 0 && !websocket.IsCloseError(err, code) {
			c.t.Errorf("got %v, want close code %d", err, code)
		}
		return frames
	}
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func seqs(frames ...live.Frame) (list []int64) {
	for _, f := range frames {
		for _, e := range f.Events {
			list = append(list, e.Seq)
		}
	}
	return list
}

func ana() hub.Subscription {
	return hub.Subscription{Stream: acme, Login: "ana", Session: "ana-1", Address: "192.0.2.1", After: hub.Latest}
}
