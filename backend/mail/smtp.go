package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"countersign/backend/vault"

	gomail "github.com/wneessen/go-mail"
)

// TLS says how the connection to the mail server is protected.
type TLS string

const (
	StartTLS TLS = "starttls" // begins in the clear and must change over, usually port 587
	Implicit TLS = "tls"      // encrypted from the first byte, usually port 465
	NoTLS    TLS = "none"     // only for a server on the same machine
)

// SMTPConfig is a mail server.
type SMTPConfig struct {
	Host     string
	Port     int
	TLS      TLS
	User     string // "" for no sign-in
	Password vault.Secret
	HELO     string         // name of this machine; "" for the host name
	Timeout  time.Duration  // of connecting, and of each answer of the server; 30 s when 0
	Roots    *x509.CertPool // nil for the system's
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// SMTP sends letters to a mail server. Letters that follow each other go over one connection, several at once over as
// many. Close ends the connections that wait for the next letter.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option
	idle    idleLinks
}

// NewSMTP checks the configuration; the error is a sentence for the person who starts the server.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Host == "" || c.Port < 1 || c.Port > 65535 {
		return nil, fmt.Errorf("the mail server %q with port %d is not usable", c.Host, c.Port)
	}
	if c.User != "" && c.TLS == NoTLS {
		return nil, errors.New("the password of the mail server is only sent over an encrypted connection: use starttls or tls")
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	config := &tls.Config{ServerName: c.Host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(config),
	}
	switch c.TLS {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Implicit:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		dial := c.Dial
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			plain, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			conn := tls.Client(plain, config)
			if err := conn.HandshakeContext(ctx); err != nil {
				plain.Close()
				return nil, err
			}
			return conn, nil
		}
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("%q is no way to protect mails: use starttls, tls or none", c.TLS)
	}
	if c.HELO != "" {
		options = append(options, gomail.WithHELO(c.HELO))
	}
	if c.User != "" {
		options = append(options, gomail.WithUsername(c.User), gomail.WithPassword(c.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return &SMTP{config: c, options: options}, nil
}

// Send delivers one letter. Nil as soon as the server has taken it, whatever happens to the connection afterwards.
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	m, err := compose(l)
	if err != nil {
		return err
	}
	if link := s.idle.take(); link != nil {
		switch begun, err := s.deliver(ctx, link, m); {
		case err == nil:
			return nil
		case begun || ctx.Err() != nil:
			return s.failed(ctx, l, err)
		}
		// The server had enough of this connection before it heard of the letter, so a new one is no second attempt.
	}
	link, err := s.connect(ctx)
	if err != nil {
		return s.failed(ctx, l, err)
	}
	if _, err = s.deliver(ctx, link, m); err != nil {
		return s.failed(ctx, l, err)
	}
	return nil
}

func (s *SMTP) failed(ctx context.Context, l Letter, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("send %s: %w", l.ID, ctx.Err())
	}
	return fmt.Errorf("send %s by %s: %w", l.ID, net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port)), err)
}

// deliver sends a letter over a connection and keeps it for the next one, or closes it when anything went wrong. Begun is
// whether the server has taken note of the letter.
func (s *SMTP) deliver(ctx context.Context, k *link, m message) (begun bool, err error) {
	// The client knows no context after connecting, but its connection can be closed.
	stop := context.AfterFunc(ctx, k.close)
	begun, err = k.send(m, s.config.Timeout)
	if !stop() || err != nil {
		k.leave(err)
		return begun, err
	}
	s.idle.put(k)
	return true, nil
}

// Close ends the connections that wait for a letter, now and from now on.
func (s *SMTP) Close() error {
	s.idle.close()
	return nil
}
