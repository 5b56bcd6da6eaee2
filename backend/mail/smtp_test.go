package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/vault"
	"countersign/shared/i18n"
)

func letter(t testing.TB) mail.Letter {
	t.Helper()
	l, err := renderer(t).Render(sample(mail.AccessRequested, i18n.FR, ""))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// inMemory is a sender to a server that fails in the given way, and the server.
func inMemory(t testing.TB, fault mailtest.Fault) (*mail.SMTP, *mailtest.Server) {
	t.Helper()
	srv := mailtest.Start(t, mailtest.Options{Fault: func(int) mailtest.Fault { return fault }})
	s, err := mail.NewSMTP(mail.SMTPConfig{
		Host: "mail.test", Port: 25, TLS: mail.NoTLS, HELO: "portal.test", Timeout: 20 * time.Second, Dial: srv.Dial,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, srv
}

func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	s, srv := inMemory(t, mailtest.Works)
	l := letter(t)
	if err := s.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	got := srv.Letters()
	if len(got) != 1 || got[0].From != "no-reply@example.com" || len(got[0].To) != 1 || got[0].To[0] != "owner@acme.example" {
		t.Fatalf("the server took %+v", got)
	}
	if p := parse(t, got[0].Data); p.subject != l.Subject || p.text != l.Text {
		t.Error("the server took something else than was sent")
	}
}

// The connection is closed and the error tells whether to try again, however the conversation ends.
func TestSMTPFailures(t *testing.T) {
	for _, c := range []struct {
		name      string
		fault     mailtest.Fault
		delivered bool
	}{
		{"drops", mailtest.Drops, false},
		{"busy", mailtest.Busy, false},
		{"refuses", mailtest.Refuses, false},
		{"fails", mailtest.Fails, false},
		{"breaks", mailtest.Breaks, false},
		{"hangs", mailtest.Hangs, false},
		{"loses_the_answer", mailtest.LosesAnswer, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, srv := inMemory(t, c.fault)
				start := time.Now()
				err := s.Send(t.Context(), letter(t))
				if err == nil || errors.Is(err, mail.ErrUnsendable) {
					t.Errorf("got %v, want an error that may pass", err)
				}
				if took := time.Since(start); took > time.Minute {
					t.Errorf("gave up after %v", took)
				}
				if got := len(srv.Letters()) == 1; got != c.delivered {
					t.Errorf("delivered: %v", got)
				}
				synctest.Wait()
				if total, open := srv.Connections(); total != 1 || open != 0 {
					t.Errorf("%d connections, %d still open", total, open)
				}
			})
		})
	}

	t.Run("stops_with_its_context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, srv := inMemory(t, mailtest.Hangs)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			if err := s.Send(ctx, letter(t)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the context's end", err)
			}
			if took := time.Since(start); took != 3*time.Second {
				t.Errorf("stopped after %v", took)
			}
			synctest.Wait()
			if _, open := srv.Connections(); open != 0 {
				t.Errorf("%d connections are still open", open)
			}
		})
	})

	t.Run("nobody_listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		s, err := mail.NewSMTP(mail.SMTPConfig{Host: "127.0.0.1", Port: port, TLS: mail.NoTLS})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), letter(t)); err == nil || errors.Is(err, mail.ErrUnsendable) {
			t.Errorf("got %v, want an error that may pass", err)
		}
	})
}

func TestSMTPProtected(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	sender := func(srv *mailtest.Server, how mail.TLS, roots *x509.CertPool, user, password string) *mail.SMTP {
		host, port, _ := net.SplitHostPort(srv.Addr)
		n, _ := strconv.Atoi(port)
		s, err := mail.NewSMTP(mail.SMTPConfig{
			Host: host, Port: n, TLS: how, User: user, Password: vault.NewSecret(password), HELO: "portal.test", Roots: roots, Timeout: 10 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}

	for _, implicit := range []bool{false, true} {
		how := mail.StartTLS
		if implicit {
			how = mail.Implicit
		}
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			srv := mailtest.Start(t, mailtest.Options{TLS: config, Implicit: implicit, TCP: true, User: "portal", Password: "s3cret"})

			if err := sender(srv, how, roots, "portal", "s3cret").Send(t.Context(), letter(t)); err != nil {
				t.Fatal(err)
			}
			if got := srv.Letters(); len(got) != 1 || !got[0].TLS || got[0].User != "portal" {
				t.Errorf("taken without protection or sign-in: %+v", got)
			}
			for name, s := range map[string]*mail.SMTP{
				"unknown authority": sender(srv, how, nil, "portal", "s3cret"),
				"wrong password":    sender(srv, how, roots, "portal", "canary-51"),
				"no sign-in":        sender(srv, how, roots, "", ""),
			} {
				err := s.Send(t.Context(), letter(t))
				if err == nil {
					t.Errorf("%s: sent", name)
				}
				if strings.Contains(fmt.Sprint(err), "canary") {
					t.Errorf("%s: the error shows the password: %v", name, err)
				}
			}
			if n := len(srv.Letters()); n != 1 {
				t.Errorf("%d letters were taken", n)
			}
		})
	}

	t.Run("a_server_without_tls_gets_nothing", func(t *testing.T) {
		t.Parallel()
		srv := mailtest.Start(t, mailtest.Options{TCP: true})
		if err := sender(srv, mail.StartTLS, roots, "", "").Send(t.Context(), letter(t)); err == nil {
			t.Error("sent in the clear")
		}
		if n := len(srv.Letters()); n != 0 {
			t.Errorf("%d letters were taken", n)
		}
	})
}

func TestNewSMTPRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]mail.SMTPConfig{
		"no host":               {Port: 25, TLS: mail.NoTLS},
		"no port":               {Host: "mail.test", TLS: mail.NoTLS},
		"unknown protection":    {Host: "mail.test", Port: 25, TLS: "maybe"},
		"password in the clear": {Host: "mail.test", Port: 25, TLS: mail.NoTLS, User: "portal"},
	} {
		if _, err := mail.NewSMTP(c); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// certificate makes an authority for 127.0.0.1.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
