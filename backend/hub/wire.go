package hub

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const (
	// A client of ours sends some 40 bytes a few times a minute. What comes above these is a flood, also one that
	// never completes a message (empty fragments).
	byteBurst     = 64 << 10
	bytePerSecond = 1 << 10

	farewell = 100 * time.Millisecond // for the last frames of a connection that only has waiting writes
)

var errFlood = errors.New("too much sent")

// wire is the network connection under the websocket library. The library only reads through it: after the handshake
// its writes stop here, because one writer alone may decide what leaves (the hub's, which looks at the dead flag before
// each write). What the library wants to say to a client that broke the protocol is kept for that writer.
type wire struct {
	net.Conn
	raw    syscall.RawConn // nil where a write that does not wait is impossible, as under TLS: then each burst has a goroutine
	open   bool            // the handshake is over
	last   []byte          // the close frame that the library wanted to send; used by the reading goroutine only
	budget *rate.Limiter
	now    func() time.Time
}

func (w *wire) attach(c net.Conn) {
	w.Conn = c
	if s, ok := c.(syscall.Conn); ok && canTry { // not so a *tls.Conn, nor a wrapper that wants to see what is written
		w.raw, _ = s.SyscallConn()
	}
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 && w.open && !w.budget.AllowN(w.now(), n) {
		return 0, errFlood
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	if !w.open {
		return w.Conn.Write(p)
	}
	if w.last == nil && len(p) > 0 && p[0] == 0x80|websocket.CloseMessage {
		w.last = bytes.Clone(p)
	}
	return len(p), nil
}

// try writes what the kernel takes at once and never waits. It must not run at the same time as wait.
func (w *wire) try(p []byte) (int, error) {
	if w.raw == nil {
		return 0, nil
	}
	var n int
	var err error
	if e := w.raw.Write(func(fd uintptr) bool {
		n, err = tryWrite(fd, p)
		return true
	}); e != nil {
		return 0, e
	}
	return n, err
}

// wait writes all of p, however long the client takes; closing the connection ends it. It asks dead before each part
// and gives up when it is. It tells whether anything of p left.
func (w *wire) wait(p []byte, dead func() bool) (begun bool, err error) {
	if w.raw == nil {
		if dead() {
			return false, net.ErrClosed
		}
		n, err := w.Conn.Write(p)
		return n > 0, err
	}
	if e := w.raw.Write(func(fd uintptr) bool {
		for len(p) > 0 && err == nil {
			if dead() {
				err = net.ErrClosed
				break
			}
			var n int
			if n, err = tryWrite(fd, p); n == 0 && err == nil {
				return false // full: come back when it is not
			}
			begun = true
			p = p[n:]
		}
		return true
	}); e != nil {
		err = e
	}
	return begun, err
}

// say writes the last frame if that is possible at once.
func (w *wire) say(p []byte) {
	if w.raw != nil {
		_, _ = w.try(p)
		return
	}
	t := time.AfterFunc(farewell, func() { _ = w.cut() })
	defer t.Stop()
	_, _ = w.Conn.Write(p)
}

// discard lets the kernel throw away on close what the client has not taken yet.
func (w *wire) discard() {
	if l, ok := w.Conn.(interface{ SetLinger(int) error }); ok {
		_ = l.SetLinger(0)
	}
}

// cut closes the connection without any ceremony: TLS would wait to say goodbye to a client that does not read.
func (w *wire) cut() error {
	if t, ok := w.Conn.(*tls.Conn); ok {
		return t.NetConn().Close()
	}
	return w.Conn.Close()
}

// hijacker hands the library our wire instead of the connection. It finds the connection behind any number of wrapped
// writers, where the library itself would ask only the outermost.
type hijacker struct {
	http.ResponseWriter
	wire *wire
	done bool
}

func (j *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, brw, err := http.NewResponseController(j.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	j.done = true
	j.wire.attach(c)
	return j.wire, brw, nil
}
