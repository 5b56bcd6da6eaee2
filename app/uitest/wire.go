//go:build !js

package uitest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Wire is the way from browsers to a server: an address of its own that stays, and that can be cut. What a browser itself
// is told of the network stays as it was, as with a router that lost its line.
type Wire struct {
	Addr string

	to string
	ln net.Listener

	mu    sync.Mutex
	state wireState
	open  map[net.Conn]bool
	ended bool
	freed chan struct{} // closed when bytes flow again
	wg    sync.WaitGroup
}

type wireState int

const (
	wireWhole wireState = iota
	wireCut             // connections are closed, new ones too
	wireDead            // connections stay open, and nothing comes through
)

// NewWire leads to a server's address, until the test ends.
func NewWire(t testing.TB, to string) *Wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{Addr: ln.Addr().String(), to: to, ln: ln, open: map[net.Conn]bool{}, freed: make(chan struct{})}
	close(w.freed)
	w.wg.Go(w.accept)
	t.Cleanup(func() {
		w.set(wireCut)
		w.mu.Lock()
		w.ended = true
		w.mu.Unlock()
		ln.Close()
		w.wg.Wait()
	})
	return w
}

// Cut ends every connection and refuses new ones.
func (w *Wire) Cut() { w.set(wireCut) }

// Deaden leaves connections open and lets nothing through: a network that looks as if it were there.
func (w *Wire) Deaden() { w.set(wireDead) }

// Mend lets everything through again; what waits in a dead connection comes now.
func (w *Wire) Mend() { w.set(wireWhole) }

func (w *Wire) set(s wireState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state == wireDead && s != wireDead {
		close(w.freed)
	}
	if w.state != wireDead && s == wireDead {
		w.freed = make(chan struct{})
	}
	if w.state = s; s == wireCut {
		for c := range w.open {
			c.Close()
		}
	}
}

func (w *Wire) accept() {
	for {
		c, err := w.ln.Accept()
		if err != nil {
			return
		}
		if !w.hold(c) {
			c.Close()
			continue
		}
		w.wg.Go(func() { w.carry(c) })
	}
}

// hold notes a connection; false when there is to be none.
func (w *Wire) hold(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state == wireCut || w.ended {
		return false
	}
	w.open[c] = true
	return true
}

func (w *Wire) release(c net.Conn) {
	c.Close()
	w.mu.Lock()
	delete(w.open, c)
	w.mu.Unlock()
}

func (w *Wire) carry(near net.Conn) {
	defer w.release(near)
	far, err := net.Dial("tcp", w.to)
	if err != nil || !w.hold(far) {
		return
	}
	defer w.release(far)
	var both sync.WaitGroup
	both.Go(func() { w.copy(far, near); far.Close(); near.Close() })
	both.Go(func() { w.copy(near, far); far.Close(); near.Close() })
	both.Wait()
}

func (w *Wire) copy(to io.Writer, from io.Reader) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		w.mu.Lock()
		freed := w.freed
		w.mu.Unlock()
		<-freed
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
