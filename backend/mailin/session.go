package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// session is one conversation. The SMTP library may reset it while a message that comes in chunks is being read, hence
// the lock.
type session struct {
	s    *Server
	conn *conn

	mu       sync.Mutex
	messages int
	refused  int // recipients
	from     string
	to       []string // as often as it was named
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	nc := c.Conn()
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	return &session{s: s, conn: nc.(*conn)}, nil
}

func (s *session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.from, s.to = "", nil
	s.conn.setBusy(false)
}

func (s *session) Logout() error { return nil }

// Mail begins a message.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.messages++; s.messages > s.s.o.MaxMessages {
		s.conn.closeAfterAnswer()
		return answer(421, 4, 7, 0, "There were too many messages in one connection: open another one.")
	}
	if from != "" && !isWireAddress(from) {
		return answer(553, 5, 1, 7, "The sender is not an address that can be answered.")
	}
	s.from = from
	s.conn.setBusy(true)
	return nil
}

// Rcpt asks the Inbox about one recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !isWireAddress(to) {
		return answer(553, 5, 1, 3, "The recipient is not a mail address.")
	}
	err := s.s.ask(func(ctx context.Context) error { return s.s.o.Inbox.Check(ctx, to) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		// Nobody tries out addresses for long.
		if s.refused++; s.refused > s.s.o.MaxMessages {
			s.conn.closeAfterAnswer()
			return answer(421, 4, 7, 0, "There were too many unknown recipients in one connection: try again later.")
		}
		return s.s.answerTo(err)
	}
	s.to = append(s.to, to)
	return nil
}

// isWireAddress reports whether an address can stand in a reply and in a log: the library takes quoted ones with anything
// in them, which nobody has.
func isWireAddress(s string) bool {
	return isAddress(s) && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()[]\:`, r) })
}

// LMTPData takes a message and answers for each recipient.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	to, results, err := s.deliver(r)
	if err != nil {
		return err
	}
	for _, address := range to {
		status.SetStatus(address, results[address])
	}
	return nil
}

// Data takes a message and answers for all recipients, as Server says.
func (s *session) Data(r io.Reader) error {
	to, results, err := s.deliver(r)
	if err != nil {
		return err
	}
	var refused *smtp.SMTPError
	var reasons strings.Builder
	taken := false
	for i, address := range to {
		e, failed := errors.AsType[*smtp.SMTPError](results[address])
		switch {
		case slices.Contains(to[:i], address):
		case !failed:
			taken = true
		case e.Temporary():
			return e
		default:
			refused = e
			reasons.WriteString("<" + address + "> " + e.Message + " ")
		}
	}
	if refused == nil {
		return nil
	}
	text := clip(reasons.String(), maxAnswer)
	if taken {
		text += " The other recipients have the message."
	}
	return &smtp.SMTPError{Code: refused.Code, EnhancedCode: refused.EnhancedCode, Message: text}
}

// maxAnswer bounds the text of an answer, whose line RFC 5321 wants to have no more than 512 bytes.
const maxAnswer = 400

// deliver reads a message and hands it to the Inbox for each recipient once. An error is the answer for all of them.
func (s *session) deliver(r io.Reader) (to []string, results map[string]error, err error) {
	if !s.s.begin() {
		return nil, nil, answer(421, 4, 3, 2, "The portal is being stopped: try again later.")
	}
	defer s.s.working.Done()
	s.mu.Lock()
	from, to := s.from, s.to
	s.mu.Unlock()

	s.conn.setReading(true)
	raw, err := s.s.read(r)
	s.conn.setReading(false)
	defer func() { s.s.held.Add(-int64(cap(raw))) }()
	if err == nil && !s.conn.whole() {
		err = brokeOff()
	}
	if err != nil {
		return nil, nil, err
	}
	m, err := s.s.parse(raw, from)
	if err != nil {
		s.s.o.Log.Info("mail: refused", "from", from, "to", to, "err", err)
		return nil, nil, s.s.answerTo(err)
	}
	results = map[string]error{}
	for _, address := range to {
		if _, done := results[address]; done {
			continue
		}
		err := s.s.ask(func(ctx context.Context) error { return s.s.o.Inbox.Take(ctx, address, m) })
		results[address] = nil
		if err != nil {
			results[address] = s.s.answerTo(err)
		}
		s.s.o.Log.Info("mail: message", "to", address, "id", m.ID, "auto", string(m.Auto), "result", results[address])
	}
	return to, results, nil
}

// read takes a message into memory, which grows with what came and is counted among all connections. The count is that of
// the capacity of raw, also with an error.
func (s *Server) read(r io.Reader) (raw []byte, err error) {
	raw = make([]byte, 0, 32<<10)
	s.held.Add(int64(cap(raw)))
	for {
		if len(raw) == cap(raw) {
			more := min(2*cap(raw), int(s.o.MaxBytes)+1)
			if more <= cap(raw) {
				return raw, smtp.ErrDataTooLarge
			}
			if s.held.Add(int64(more-cap(raw))) > s.o.MaxHeld {
				s.held.Add(-int64(more - cap(raw)))
				return raw, answer(452, 4, 3, 1, "The portal is busy with other messages: try again later.")
			}
			grown := make([]byte, len(raw), more)
			copy(grown, raw)
			raw = grown
		}
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		switch {
		case err == io.EOF:
			return raw, nil
		case errors.Is(err, smtp.ErrTooLongLine):
			return raw, answer(554, 5, 6, 0, "A line of the message is too long: send it again from another mail program.")
		case isTooLarge(err):
			return raw, answer(552, 5, 3, 4, "The message is too large: send large files in another way.")
		case err != nil:
			return raw, brokeOff()
		}
	}
}

func isTooLarge(err error) bool {
	e, ok := errors.AsType[*smtp.SMTPError](err)
	return ok && e.Code == smtp.ErrDataTooLarge.Code
}

// parse is Parse, which must not take the server along whatever arrives.
func (s *Server) parse(raw []byte, from string) (m *Message, err error) {
	defer s.recovered(&err)
	return Parse(raw, from, s.o.Now())
}

// ask calls the Inbox.
func (s *Server) ask(call func(ctx context.Context) error) (err error) {
	defer s.recovered(&err)
	ctx, cancel := context.WithTimeout(s.base, s.o.InboxTimeout)
	defer cancel()
	return call(ctx)
}

// recovered makes an error of a panic: the message is tried again, when it can be looked at.
func (s *Server) recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// answerTo is what the other side is told of an error. What is no refusal is logged here and never told.
func (s *Server) answerTo(err error) error {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return answer(r.Code, r.Enhanced[0], r.Enhanced[1], r.Enhanced[2], r.Text)
	}
	if !errors.Is(err, context.Canceled) {
		s.o.Log.Error("mail: not taken", "err", err)
	}
	return answer(451, 4, 3, 0, "The portal can't take the message now: try again later.")
}

func brokeOff() *smtp.SMTPError {
	return answer(451, 4, 4, 2, "The message broke off: try again later.")
}

// answer makes one line of plain characters of a text.
func answer(code, class, subject, detail int, text string) *smtp.SMTPError {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '’' || r == '‘':
			return '\''
		case r < ' ':
			return ' '
		case r > '~':
			return '?'
		}
		return r
	}, clip(text, maxAnswer))
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: text}
}
