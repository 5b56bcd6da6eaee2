//go:build unix

package hub_test

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/hub"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// benchHub serves a hub where the path is the number of the client, and sub makes its subscription.
func benchHub(b *testing.B, sub func(i int) hub.Subscription) (h *hub.Hub, r *rows, address string) {
	b.Helper()
	r = newRows()
	h = hub.New(hub.Options{
		Authorize: r.authorize, Replay: r.replay, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Limits: hub.Limits{PerLogin: 1 << 20, PerAddress: 1 << 20, Total: 1 << 20},
	})
	address = benchServe(b, func(w http.ResponseWriter, req *http.Request) {
		i, _ := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/"))
		s := sub(i)
		s.Bearer, s.After = true, hub.Latest
		if err := h.Serve(w, req, s); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() { _ = h.Shutdown(b.Context()) })
	return h, r, address
}

func benchServe(b *testing.B, handle http.HandlerFunc) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: handle}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	return l.Addr().String()
}

// plainSockets serves websockets in the plainest way: the library's defaults and a goroutine that reads.
func plainSockets(b *testing.B) (address string, all func() []*websocket.Conn) {
	var mu sync.Mutex
	var conns []*websocket.Conn
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	address = benchServe(b, func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		mu.Lock()
		conns = append(conns, c)
		mu.Unlock()
		_ = c.WriteMessage(websocket.TextMessage, []byte(`{"t":"hello"}`))
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	})
	return address, func() []*websocket.Conn {
		mu.Lock()
		defer mu.Unlock()
		return conns
	}
}

func spread(streams int) func(i int) hub.Subscription {
	return func(i int) hub.Subscription {
		n := strconv.Itoa(i)
		return hub.Subscription{
			Stream: live.Stream(strconv.Itoa(i % streams)), Login: id.Login("login-" + n), Session: id.Session("session-" + n),
			ExpiresAt: time.Now().Add(time.Hour),
		}
	}
}

// BenchmarkFanout10000 tells 10,000 connections of one event, which is one event on each of the streams. The figure is
// the time until the last client has read it; "bare" is a prepared message written to plain connections by as many
// goroutines as there are processors.
func BenchmarkFanout10000(b *testing.B) {
	const n = 10_000
	for _, streams := range []int{1000, 1} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			h, r, address := benchHub(b, spread(streams))
			c := gather(b, address, n)
			c.dial()
			b.ResetTimer()
			for b.Loop() {
				for s := range streams {
					stream := live.Stream(strconv.Itoa(s))
					h.Publish(stream, r.commit(stream, live.Access))
				}
				c.wait("all")
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "last-delivery-ms")
		})
	}
	b.Run("bare", func(b *testing.B) {
		address, all := plainSockets(b)
		c := gather(b, address, n)
		c.dial()
		conns := all()
		message, err := websocket.NewPreparedMessage(websocket.TextMessage,
			[]byte(`{"t":"poke","events":[{"seq":1,"kind":"access","org":"123"}],"head":1}`))
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for b.Loop() {
			var wg sync.WaitGroup
			workers := runtime.GOMAXPROCS(0)
			for k := range workers {
				wg.Go(func() {
					for i := k; i < len(conns); i += workers {
						_ = conns[i].WritePreparedMessage(message)
					}
				})
			}
			wg.Wait()
			c.wait("all")
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "last-delivery-ms")
	})
}

// BenchmarkRevoke1000 cuts 1,000 sockets of support sessions while 50 events a second stream to all of them. The figures
// are the times until the cut has returned (from then on nothing leaves) and until the last client sees its connection
// closed; "bare" closes 1,000 plain connections one after the other.
func BenchmarkRevoke1000(b *testing.B) {
	const n = 1000
	b.Run("hub", func(b *testing.B) {
		h, r, address := benchHub(b, func(i int) hub.Subscription {
			s := spread(1)(i)
			s.Support = id.SupportSession("support-" + strconv.Itoa(i))
			return s
		})
		var grant []id.SupportSession
		for i := range n {
			grant = append(grant, id.SupportSession("support-"+strconv.Itoa(i)))
		}
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					h.Publish("0", r.commit("0", live.Access))
				}
			}
		}()
		defer func() { close(stop); <-stopped }()

		c := gather(b, address, n)
		var silent, closed, worst time.Duration
		b.ResetTimer()
		for b.Loop() {
			b.StopTimer()
			c.dial()
			c.wait("all")
			b.StartTimer()
			began := time.Now()
			if got := h.CutSupport("live.end.support_expired", grant...); got != n {
				b.Errorf("%d cut", got)
			}
			silent += time.Since(began)
			c.wait("closed")
			took := time.Since(began)
			closed += took
			worst = max(worst, took)
		}
		b.ReportMetric(float64(silent.Microseconds())/1000/float64(b.N), "silent-ms")
		b.ReportMetric(float64(closed.Microseconds())/1000/float64(b.N), "last-closed-ms")
		b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
	})
	b.Run("bare", func(b *testing.B) {
		address, all := plainSockets(b)
		c := gather(b, address, n)
		done := 0
		var closed time.Duration
		b.ResetTimer()
		for b.Loop() {
			b.StopTimer()
			c.dial()
			conns := all()[done:]
			done += len(conns)
			b.StartTimer()
			began := time.Now()
			for _, conn := range conns {
				_ = conn.Close()
			}
			c.wait("closed")
			closed += time.Since(began)
		}
		b.ReportMetric(float64(closed.Microseconds())/1000/float64(b.N), "last-closed-ms")
	})
}

// BenchmarkIdleConnectionMemory is what one of 10,000 idle connections keeps in the server's heap and stacks. "plain" is
// the library with its defaults and a reading goroutine.
func BenchmarkIdleConnectionMemory(b *testing.B) {
	const n = 10_000
	measure := func(b *testing.B, address string) {
		before := inUse()
		c := gather(b, address, n)
		for b.Loop() {
			if c != nil { // once; a benchmark of memory has nothing to repeat
				c.dial()
				c = nil
			}
		}
		b.ReportMetric(float64(inUse()-before)/n, "B/conn")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("hub", func(b *testing.B) {
		h, _, address := benchHub(b, spread(1000))
		measure(b, address)
		if got := h.Stats().Open; got != n {
			b.Errorf("%d open", got)
		}
	})
	b.Run("plain", func(b *testing.B) {
		address, _ := plainSockets(b)
		measure(b, address)
	})
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
