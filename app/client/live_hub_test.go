//go:build !js

package client_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/app/client"
	"countersign/backend/hub"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// pipes is a network without a kernel, so that time can pass at once when everybody waits.
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
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	p.accept <- far
	return near, nil
}

// wsSocket is a real websocket behind the client's interface, as the desktop window holds one.
type wsSocket struct {
	*websocket.Conn
	mu sync.Mutex
}

func (s *wsSocket) Send(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.WriteMessage(websocket.TextMessage, []byte(text))
}

func (s *wsSocket) Close() { _ = s.Conn.Close() }

// X03, X01: the client against the real hub, while its connection breaks at random, before and after the hello, and
// events are committed all the time: every event arrives once and in order, and a cut ends the client with its reason.
func TestLive_against_the_hub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const events = 3000
		var mu sync.Mutex
		var committed []live.Event
		h := hub.New(hub.Options{
			Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Authorize: func(_ context.Context, _ live.Stream, _ []live.Kind, subs []*hub.Subscription) ([]hub.Verdict, error) {
				return slices.Repeat([]hub.Verdict{{Kinds: hub.All}}, len(subs)), nil
			},
			Replay: func(_ context.Context, _ live.Stream, after int64, limit int) ([]live.Event, int64, bool, error) {
				mu.Lock()
				defer mu.Unlock()
				head := int64(len(committed))
				if after > head {
					return nil, head, false, nil
				}
				list := committed[max(after, 0):]
				return slices.Clone(list[:min(limit, len(list))]), head, true, nil
			},
			Limits: hub.Limits{Replay: events},
		})
		p := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
			if err == nil {
				err = h.Serve(w, r, hub.Subscription{Stream: "acme", Login: "ana", Session: "ana-1", Bearer: true, After: after})
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		})}
		go func() { _ = server.Serve(p) }()

		dialer := websocket.Dialer{NetDialContext: p.dial}
		r := rand.New(rand.NewPCG(3, 3))
		connections, breaks := 0, true
		dial := func(path string, in *client.Inbox) (client.Socket, error) {
			c, _, err := dialer.Dial("ws://portal.example"+path, nil)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			connections++
			left := 1 + r.IntN(6) // messages until the network breaks
			mu.Unlock()
			go func() {
				for {
					_, m, err := c.ReadMessage()
					mu.Lock()
					left--
					if left == 0 && breaks {
						_ = c.Close()
						err = errors.New("broken")
					}
					mu.Unlock()
					if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
						in.Closed(closed.Code, closed.Text)
						return
					}
					if err != nil {
						in.Closed(websocket.CloseAbnormalClosure, "")
						return
					}
					in.Message(string(m))
				}
			}()
			return &wsSocket{Conn: c}, nil
		}

		var got []int64
		var diary []string
		l := &client.Live{
			Path: "/api/live?as=customer&org=acme", After: 0, Beat: 25 * time.Second, Dial: dial,
			OnReload: func() { t.Error("told to reload") },
			OnEvents: func(list []live.Event) {
				for _, e := range list {
					if e.Seq > 0 {
						got = append(got, e.Seq)
					}
				}
			},
			OnStatus: func(s client.LiveStatus) { diary = append(diary, strings.TrimSpace(string(s.State)+" "+s.Why)) },
		}
		l.Start()
		for n := range int64(events) {
			mu.Lock()
			committed = append(committed, live.Event{Seq: n + 1, Kind: live.Access})
			last := slices.Clone(committed[n:])
			breaks = n < events-100
			mu.Unlock()
			h.Publish("acme", last)
			time.Sleep(time.Duration(n%7) * 50 * time.Millisecond)
		}
		time.Sleep(2 * time.Minute) // longer than the longest wait
		synctest.Wait()

		if len(got) != events {
			t.Errorf("%d events of %d", len(got), events)
		}
		for i, seq := range got {
			if seq != int64(i)+1 {
				t.Fatalf("event %d is number %d", i, seq)
			}
		}
		if connections < 10 {
			t.Errorf("only %d connections", connections)
		}
		t.Logf("%d connections", connections)

		if n := h.CutSession("live.end.expired", "ana-1"); n != 1 {
			t.Errorf("%d cut", n)
		}
		synctest.Wait()
		if last := diary[len(diary)-1]; last != "ended live.end.expired" {
			t.Errorf("got %q", last)
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		_ = server.Close()
	})
}
