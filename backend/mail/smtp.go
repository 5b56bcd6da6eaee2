package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
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
	Timeout  time.Duration  // of connecting and again of sending; 30 s when 0
	Roots    *x509.CertPool // nil for the system's
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// SMTP sends letters to a mail server, a connection each.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option
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
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(config), gomail.WithoutNoop(),
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
	msg, err := compose(l)
	if err != nil {
		return err
	}
	// The client leaves its connection open when the conversation fails early, and knows no context after
	// dialling; so the connection is kept here and closed in every case.
	var mu sync.Mutex
	var conn net.Conn
	closeConn := func() {
		mu.Lock()
		defer mu.Unlock()
		if conn != nil {
			conn.Close()
		}
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := s.config.Dial(ctx, network, address)
		mu.Lock()
		defer mu.Unlock()
		conn = c
		return c, err
	}
	client, err := gomail.NewClient(s.config.Host, append([]gomail.Option{gomail.WithDialContextFunc(dial)}, s.options...)...)
	if err != nil {
		return fmt.Errorf("set up the mail client: %w", err)
	}
	defer closeConn()
	defer context.AfterFunc(ctx, closeConn)()

	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("send %s: %w", l.ID, ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("send %s by %s: %w", l.ID, net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port)), err)
	}
	return fmt.Errorf("send %s: the server took nothing", l.ID)
}
