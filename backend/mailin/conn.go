package mailin

import (
	"io"
	"net"
	"sync"
	"time"
)

// listener lets in as many connections as there may be; the others are told to come back.
type listener struct {
	net.Listener
	s *Server
}

func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if admitted := l.s.admit(c); admitted != nil {
			return admitted, nil
		}
	}
}

// admit gives a connection its limits, nil when there are too many.
func (s *Server) admit(nc net.Conn) net.Conn {
	c := &conn{Conn: nc, s: s}
	s.mu.Lock()
	full := s.ending || len(s.conns) >= s.o.MaxConnections
	if !full {
		c.limit = time.AfterFunc(s.o.SessionTimeout, func() { nc.Close() })
		s.conns[c] = true
	}
	s.mu.Unlock()
	if full {
		// A fresh connection has room for a line, so this doesn't wait.
		io.WriteString(nc, "421 4.3.2 There are too many connections: try again later.\r\n")
		nc.Close()
		return nil
	}
	return c
}

// conn is a connection that ends when it has lasted too long, when the server says so, and when the server ends.
type conn struct {
	net.Conn
	s     *Server
	limit *time.Timer

	mu       sync.Mutex
	busy     bool // within a message
	reading  bool // its text is being read
	draining bool // no new message is taken
	last     bool // closed after the next answer
	broken   bool // a read failed
}

func (c *conn) Close() error {
	c.limit.Stop()
	c.s.mu.Lock()
	delete(c.s.conns, c)
	c.s.mu.Unlock()
	return c.Conn.Close()
}

// past is a time that no read waits for.
var past = time.Unix(1, 0)

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.draining && !c.busy || c.broken {
		t = past
	}
	return c.Conn.SetReadDeadline(t)
}

// Read lets nothing come after a read that failed. The SMTP library would read on after one that took too long: what is
// left of a message would be commands to it, written by whoever wrote the message. It also would refuse for good a chunk
// that took too long, with our own address; so it is handed the answer as the error.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil {
		return n, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reading && !c.broken && err != io.EOF {
		err = brokeOff()
	}
	c.broken = true
	return n, err
}

// whole reports whether all that was read so far came. To the library, a chunk that breaks off is a short one.
func (c *conn) whole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.broken
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last {
		c.Conn.Close()
	}
	return n, err
}

func (c *conn) setBusy(busy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = busy
}

func (c *conn) setReading(reading bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = reading
}

// drain lets a message that has begun be finished, and no other begin.
func (c *conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	if !c.busy {
		c.Conn.SetReadDeadline(past)
	}
}

// closeAfterAnswer ends the connection with the next answer.
func (c *conn) closeAfterAnswer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = true
}
