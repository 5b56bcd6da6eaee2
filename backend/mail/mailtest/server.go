// Package mailtest is a mail server for tests that fails in the ways real ones do. It keeps what it took.
package mailtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Fault is how one connection goes, or one letter over it.
type Fault int

const (
	Works       Fault = iota
	Drops             // the connection is closed before the greeting
	Busy              // 421 to MAIL FROM
	Defers            // 451 to RCPT TO
	Refuses           // 550 to RCPT TO
	Fails             // 451 after the text
	Rejects           // 554 after the text
	Breaks            // the connection is closed in the middle of the text
	Forgets           // the connection is closed after the text, which is not taken
	Hangs             // MAIL FROM is never answered
	LosesAnswer       // the letter is taken, then the connection is closed without an answer
	Leaves            // the letter is taken and answered, then the connection is closed
)

// Options say how the server is reached and how it fails.
type Options struct {
	Fault    func(n int) Fault // of the n-th connection, from 0; nil for a server that works
	Letter   func(n int) Fault // of the n-th letter that is offered, from 0, over a connection that works
	Pace     time.Duration     // it takes for 64 KiB of a text
	TLS      *tls.Config       // offers STARTTLS
	Implicit bool              // speaks TLS from the first byte instead
	User     string            // asks for a sign-in by PLAIN or LOGIN
	Password string
	TCP      bool // listens on loopback instead of in memory
}

// Letter is one message that the server took.
type Letter struct {
	From string
	To   []string
	Data []byte
	TLS  bool
	User string
}

// Server is a running mail server. It ends with its test.
type Server struct {
	Addr string // host:port of a TCP server

	options  Options
	listener net.Listener
	pipes    chan net.Conn
	done     chan struct{}

	mu      sync.Mutex
	conns   int
	open    int
	offered int
	letters []Letter
}

// Start runs a server until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{options: o, done: make(chan struct{}), pipes: make(chan net.Conn)}
	srv := smtp.NewServer(smtp.BackendFunc(s.session))
	srv.Domain, srv.AllowInsecureAuth = "mail.test", true
	srv.ErrorLog = log.New(io.Discard, "", 0)
	if !o.Implicit {
		srv.TLSConfig = o.TLS
	}

	s.listener = pipeListener{s}
	if o.TCP {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.listener, s.Addr = l, l.Addr().String()
	}
	counted := net.Listener(countingListener{s.listener, s})
	if o.Implicit {
		counted = tls.NewListener(counted, o.TLS)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		srv.Serve(counted)
	}()
	t.Cleanup(func() {
		close(s.done)
		srv.Close()
		s.listener.Close()
		<-ended
	})
	return s
}

// Dial connects in memory; give it to the mail sender as its way to connect.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case s.pipes <- server:
		return client, nil
	case <-s.done:
		return nil, errors.New("the server has ended")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Letters are those that the server took, in order.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Connections are how many there were and how many are still open.
func (s *Server) Connections() (total, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns, s.open
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	conn := c.Conn()
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	cc := conn.(*countedConn)
	_, secure := c.TLSConnectionState()
	sess := &session{server: s, conn: cc, letter: Letter{TLS: secure}}
	if s.options.User != "" {
		return authSession{sess}, nil
	}
	return sess, nil
}

// session is one conversation.
type session struct {
	server *Server
	conn   *countedConn
	fault  Fault // of the letter that is offered
	letter Letter
}

func (s *session) Reset() {
	s.letter = Letter{TLS: s.letter.TLS, User: s.letter.User}
}

func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.User != "" && s.letter.User == "" {
		return smtp.ErrAuthRequired
	}
	switch s.fault = s.server.next(s.conn.fault); s.fault {
	case Busy:
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Come back later"}
	case Hangs:
		// Until the client gives up, or the server's end closes the connection.
		io.Copy(io.Discard, s.conn.Conn)
		return io.ErrUnexpectedEOF
	}
	s.letter.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.fault {
	case Defers:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, come back later"}
	case Refuses:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such person here"}
	}
	s.letter.To = append(s.letter.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	if s.fault == Breaks {
		io.CopyN(io.Discard, r, 10)
		s.conn.Close()
		return io.ErrUnexpectedEOF
	}
	var b bytes.Buffer
	for {
		n, err := io.CopyN(&b, r, 64<<10)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if s.server.options.Pace > 0 && n > 0 {
			time.Sleep(s.server.options.Pace) // of a bubble's clock
		}
	}
	switch s.fault {
	case Fails:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Something broke"}
	case Rejects:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "This looks like spam"}
	case Forgets:
		s.conn.Close()
		return io.ErrUnexpectedEOF
	}
	s.letter.Data = b.Bytes()
	s.server.mu.Lock()
	s.server.letters = append(s.server.letters, s.letter)
	s.server.mu.Unlock()
	switch s.fault {
	case LosesAnswer:
		s.conn.Close()
	case Leaves:
		s.conn.leaving = true
	}
	return nil
}

// next counts the letters that are offered and tells how this one goes.
func (s *Server) next(of Fault) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.offered
	s.offered++
	if of == Works && s.options.Letter != nil {
		return s.options.Letter(n)
	}
	return of
}

// authSession asks for a sign-in first.
type authSession struct{ *session }

func (s authSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s authSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.options.User || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.letter.User = user
		return nil
	}), nil
}

// countingListener gives each connection its fault and counts the open ones.
type countingListener struct {
	net.Listener
	s *Server
}

func (l countingListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.s.mu.Lock()
		fault := Works
		if l.s.options.Fault != nil {
			fault = l.s.options.Fault(l.s.conns)
		}
		l.s.conns++
		l.s.open++
		l.s.mu.Unlock()
		c := &countedConn{Conn: conn, fault: fault, server: l.s}
		if fault != Drops {
			return c, nil
		}
		c.Close()
	}
}

type countedConn struct {
	net.Conn
	fault   Fault
	leaving bool // closed after the next answer
	server  *Server
	once    sync.Once
}

func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if c.leaving {
		c.Close()
	}
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() {
		c.server.mu.Lock()
		c.server.open--
		c.server.mu.Unlock()
	})
	return c.Conn.Close()
}

// pipeListener hands out the server's ends of connections in memory.
type pipeListener struct{ s *Server }

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.s.pipes:
		return c, nil
	case <-l.s.done:
		return nil, net.ErrClosed
	}
}

func (l pipeListener) Close() error   { return nil }
func (l pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
