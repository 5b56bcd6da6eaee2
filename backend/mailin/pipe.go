package mailin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// Exit statuses by which a program tells a mail server what became of a message (sysexits.h).
const (
	Taken    = 0
	DataErr  = 65 // the message itself is refused
	NoUser   = 67 // nobody has this address
	TempFail = 75 // try again later
	NoPerm   = 77 // the sender may not write here
)

// Pipe hands a message to the portal that listens somewhere, for mail servers that run a program for each message. The
// exit status says what became of it; with any other than Taken, the error begins with an enhanced status code, which
// Postfix puts into the notice to the sender. What is wrong with the call itself is a TempFail: no mail is sent back to its
// sender because of a mistake in a configuration.
func Pipe(ctx context.Context, r io.Reader, listen, from, to string) (exit int, err error) {
	l, err := ParseListen(listen)
	if err != nil {
		return TempFail, fmt.Errorf("4.3.5 %w", err)
	}
	if !strings.Contains(from, "@") {
		from = "" // Postfix calls the null sender MAILER-DAEMON
	}
	if from != "" && !isWireAddress(from) || !isWireAddress(to) {
		return DataErr, fmt.Errorf("5.1.3 the addresses %q and %q are not both mail addresses", from, to)
	}
	conn, err := l.Dial(ctx)
	if err != nil {
		return TempFail, fmt.Errorf("4.3.2 the portal doesn't take mails at %s: %w", l, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return exitOf(hand(conn, l.Protocol, from, to, r))
}

// hand sends the message over a connection.
func hand(conn net.Conn, protocol, from, to string, r io.Reader) error {
	c := smtp.NewClient(conn)
	if protocol == "lmtp" {
		c = smtp.NewClientLMTP(conn)
	}
	c.CommandTimeout, c.SubmissionTimeout = time.Minute, 5*time.Minute
	if err := c.Mail(from, nil); err != nil {
		return err
	}
	if err := c.Rcpt(to, nil); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	// A message that could not be read to its end must not be ended: the connection is closed instead.
	if _, err := io.Copy(w, newMessageReader(r)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Quit() // the message is taken, whatever becomes of the goodbye
	return nil
}

// exitOf tells what an answer of the portal means to a mail server.
func exitOf(err error) (exit int, _ error) {
	if err == nil {
		return Taken, nil
	}
	if lmtp, ok := errors.AsType[smtp.LMTPDataError](err); ok {
		for _, e := range lmtp { // there is one recipient
			err = e
		}
	}
	e, ok := errors.AsType[*smtp.SMTPError](err)
	if !ok {
		return TempFail, fmt.Errorf("4.4.2 the message could not be handed over: %w", err)
	}
	code := e.EnhancedCode
	if code[0] < 2 {
		code = smtp.EnhancedCode{e.Code / 100, 0, 0}
	}
	err = fmt.Errorf("%d.%d.%d %s", code[0], code[1], code[2], e.Message)
	switch {
	case e.Code/100 != 5:
		return TempFail, err
	case code[1] == 7:
		return NoPerm, err
	case code[1] == 1 || code[1] == 2 || e.Code == 550 && code[1] == 0:
		return NoUser, err
	}
	return DataErr, err
}

// messageReader gives a message as mail servers hand it to programs, with plain line feeds: without the line that mail
// folders put before a message, and without carriage returns that belong to no line's end.
type messageReader struct {
	r     *bufio.Reader
	begun bool
	held  bool // a carriage return was read
}

func newMessageReader(r io.Reader) io.Reader { return &messageReader{r: bufio.NewReader(r)} }

func (m *messageReader) Read(b []byte) (int, error) {
	if !m.begun {
		m.begun = true
		if start, _ := m.r.Peek(5); bytes.Equal(start, []byte("From ")) {
			if err := m.skipLine(); err != nil {
				return 0, err
			}
		}
	}
	n := 0
	for n < len(b) {
		if n > 0 && m.r.Buffered() == 0 {
			return n, nil
		}
		c, err := m.r.ReadByte()
		if err != nil {
			return n, err
		}
		switch {
		case c == '\r':
			m.held = true
			continue
		case m.held && c != '\n':
			m.held = false
			m.r.UnreadByte()
			c = ' '
		}
		m.held = false
		b[n] = c
		n++
	}
	return n, nil
}

func (m *messageReader) skipLine() error {
	for {
		switch _, err := m.r.ReadSlice('\n'); {
		case errors.Is(err, bufio.ErrBufferFull):
		default:
			return err
		}
	}
}
