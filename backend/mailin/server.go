package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// Options of a Server. What is zero gets the default that is named.
type Options struct {
	Inbox   Inbox
	Network string // "lmtp" or "smtp"
	Domain  string // what the server calls itself: localhost

	MaxBytes       int64 // of a message: MaxSize, which is also the most
	MaxHeld        int64 // bytes of all messages that are being received at a time: 4 times MaxBytes
	MaxRecipients  int   // of a message: 20
	MaxConnections int   // at a time: 20
	MaxMessages    int   // of a connection: 100; as many recipients may be refused

	ReadTimeout    time.Duration // for a command, and for a whole message: 5 minutes
	WriteTimeout   time.Duration // for an answer: 1 minute
	SessionTimeout time.Duration // for a connection: 30 minutes
	InboxTimeout   time.Duration // for one call of the Inbox: 1 minute
	Grace          time.Duration // for the messages under way when Serve ends: 10 seconds

	TLS *tls.Config // for STARTTLS, which isn't offered without
	Log *slog.Logger
	Now func() time.Time
}

// Server takes mails by LMTP (RFC 2033) or SMTP and hands them to the Inbox, one recipient after the other.
//
// LMTP has an answer for each recipient, and gives each its own. SMTP has one answer for all, so there:
//   - as soon as one recipient fails for now, the answer is to try again later. The sender sends the message to all once
//     more; for those who had it already the Inbox finds it by recipient and id, and stores it once. Nothing is lost.
//   - where the Inbox refuses some for good and took it for the others, the answer is a refusal that names those who
//     don't get it and says that the others have it. The sender doesn't try again, and reads in the notice whom it missed.
//
// It relays nothing, knows no sign-in, and tells nobody who exists but by Check's answer to RCPT TO.
type Server struct {
	o    Options
	smtp *smtp.Server
	held atomic.Int64 // bytes of messages being received

	base context.Context // of calls to the Inbox; ends when the grace does
	stop context.CancelFunc

	mu      sync.Mutex
	conns   map[*conn]bool
	ending  bool
	working sync.WaitGroup // deliveries
}

// New makes a server that Serve runs once.
func New(o Options) (*Server, error) {
	switch {
	case o.Inbox == nil || o.Log == nil || o.Now == nil:
		return nil, errors.New("mail needs an inbox, a log and a clock")
	case o.Network != "lmtp" && o.Network != "smtp":
		return nil, fmt.Errorf("mail is taken by lmtp or smtp, not by %q", o.Network)
	case o.MaxBytes > MaxSize:
		return nil, fmt.Errorf("a mail can't have more than %d bytes", MaxSize)
	}
	orElse(&o.Domain, "localhost")
	orElse(&o.MaxBytes, MaxSize)
	orElse(&o.MaxHeld, 4*o.MaxBytes)
	if o.MaxHeld <= o.MaxBytes {
		return nil, errors.New("more bytes must be held than a mail can have")
	}
	orElse(&o.MaxRecipients, 20)
	orElse(&o.MaxConnections, 20)
	orElse(&o.MaxMessages, 100)
	orElse(&o.ReadTimeout, 5*time.Minute)
	orElse(&o.WriteTimeout, time.Minute)
	orElse(&o.SessionTimeout, 30*time.Minute)
	orElse(&o.InboxTimeout, time.Minute)
	orElse(&o.Grace, 10*time.Second)

	s := &Server{o: o, conns: map[*conn]bool{}}
	s.base, s.stop = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.session))
	s.smtp.LMTP = o.Network == "lmtp"
	s.smtp.Domain = o.Domain
	s.smtp.MaxMessageBytes = o.MaxBytes
	s.smtp.MaxRecipients = o.MaxRecipients
	s.smtp.MaxLineLength = maxWireLine
	s.smtp.ReadTimeout = o.ReadTimeout
	s.smtp.WriteTimeout = o.WriteTimeout
	s.smtp.TLSConfig = o.TLS
	s.smtp.ErrorLog = logger{o.Log}
	return s, nil
}

// maxWireLine bounds a line. RFC 5321 allows 1000 bytes; mails with longer ones are sent all the same.
const maxWireLine = 64 << 10

func orElse[T comparable](v *T, other T) {
	var zero T
	if *v == zero {
		*v = other
	}
}

// Serve takes mails from l until ctx ends or l fails, and closes l. It returns once every connection is closed: those
// without a message at once, the others when the message is answered or the grace is over.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	accepted := make(chan error, 1)
	go func() { accepted <- s.smtp.Serve(listener{l, s}) }()

	var err error
	select {
	case err = <-accepted:
		l.Close()
	case <-ctx.Done():
		l.Close()
		<-accepted
	}
	s.end()
	return err
}

// end lets the messages under way finish.
func (s *Server) end() {
	s.mu.Lock()
	s.ending = true
	for c := range s.conns {
		c.drain()
	}
	s.mu.Unlock()

	cut := time.AfterFunc(s.o.Grace, func() {
		s.stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.conns {
			c.Conn.Close()
		}
	})
	defer cut.Stop()
	s.smtp.Shutdown(context.Background()) // the listener is closed, so this only waits
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.working.Wait()
}

// begin counts a delivery that the end of the server waits for; it reports false when that has come.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base.Err() != nil {
		return false
	}
	s.working.Add(1)
	return true
}

// logger is how the SMTP library tells what went wrong.
type logger struct{ log *slog.Logger }

func (l logger) Printf(format string, v ...any) { l.log.Warn("mail: " + fmt.Sprintf(format, v...)) }
func (l logger) Println(v ...any)               { l.log.Warn("mail: " + fmt.Sprint(v...)) }
