package main_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// bridge is what stands between devices and the portal: a port of its own that stays while portals come and go, and that
// can be a bad network. A connection is then cut somewhere in the middle of a request or of an answer, or its answer is
// swallowed after the whole request was delivered, or everything on it is late.
type bridge struct {
	ln    net.Listener
	wg    sync.WaitGroup
	rough atomic.Bool

	mu    sync.Mutex
	rng   *rand.Rand
	to    string // URL of the portal; "" while none is there
	open  map[net.Conn]bool
	ended bool

	cuts, swallowed, delayed atomic.Int64
}

func newBridge(t testing.TB, seed uint64) *bridge {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bridge{ln: ln, rng: rand.New(rand.NewPCG(seed, 1)), open: map[net.Conn]bool{}}
	b.wg.Go(b.accept)
	t.Cleanup(func() {
		b.lead("")
		b.mu.Lock()
		b.ended = true
		b.mu.Unlock()
		ln.Close()
		b.drop()
		b.wg.Wait()
	})
	return b
}

// lead sends new connections to another portal.
func (b *bridge) lead(to string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to = to
}

// portal is the URL of the one that is there.
func (b *bridge) portal() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.to
}

// carries gives the person a browser whose every connection goes over the bridge.
func (b *bridge) carries(who *person) *person {
	again, browser := *who, *who.http
	browser.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", b.ln.Addr().String())
	}}
	again.http = &browser
	return &again
}

// drop cuts every connection.
func (b *bridge) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.open {
		c.Close()
	}
}

func (b *bridge) accept() {
	for {
		c, err := b.ln.Accept()
		if err != nil {
			return
		}
		b.wg.Go(func() { b.carry(c) })
	}
}

func (b *bridge) track(c net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		c.Close()
		return false
	}
	b.open[c] = true
	return true
}

func (b *bridge) close(c net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, c)
	c.Close()
}

// weather is what happens to one connection: how many bytes pass in each direction before it is cut, and what each piece
// waits.
type weather struct {
	up, down int // -1: as many as there are
	wait     time.Duration
}

func (b *bridge) forecast() (string, weather) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := weather{up: -1, down: -1}
	if !b.rough.Load() {
		return b.to, w
	}
	switch n := b.rng.IntN(100); {
	case n < 12:
		w.up = b.rng.IntN(4000)
	case n < 30: // the requests get there
		w.down = b.rng.IntN(6000)
	case n < 50:
		w.wait = time.Duration(1+b.rng.IntN(40)) * time.Millisecond
		b.delayed.Add(1)
	}
	return b.to, w
}

func (b *bridge) carry(client net.Conn) {
	defer b.close(client)
	to, w := b.forecast()
	if to == "" || !b.track(client) {
		return
	}
	portal, err := net.Dial("tcp", strings.TrimPrefix(to, "http://"))
	if err != nil {
		return
	}
	defer b.close(portal)
	if !b.track(portal) {
		return
	}
	up := make(chan struct{})
	go func() {
		defer close(up)
		if pass(portal, client, w.up, w.wait) {
			b.cuts.Add(1)
		}
		portal.Close()
	}()
	if pass(client, portal, w.down, w.wait) {
		b.swallowed.Add(1)
	}
	client.Close()
	<-up
}

// pass copies until either side ends or, which it reports, most bytes went by and there are more.
func pass(to io.Writer, from io.Reader, most int, wait time.Duration) (cut bool) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if most >= 0 && n > most {
			n, err, cut = most, io.ErrClosedPipe, true
		}
		if wait > 0 {
			time.Sleep(wait) // a slow network is what is tested
		}
		if _, werr := to.Write(buf[:n]); werr != nil || err != nil {
			return cut
		}
		if most >= 0 {
			most -= n
		}
	}
}
