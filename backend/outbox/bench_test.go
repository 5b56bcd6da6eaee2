package outbox_test

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/store"
)

// counting tells when so many letters were delivered.
type counting struct {
	mail.Sender
	left atomic.Int64
	all  chan struct{}
}

func (c *counting) Send(ctx context.Context, l mail.Letter) error {
	if err := c.Sender.Send(ctx, l); err != nil {
		return err
	}
	if c.left.Add(-1) == 0 {
		close(c.all)
	}
	return nil
}

// far is a connection to a server some milliseconds away.
type far struct{ net.Conn }

const away = 5 * time.Millisecond

func (c far) Write(b []byte) (int, error) {
	time.Sleep(away)
	return c.Conn.Write(b)
}

// BenchmarkOutbox is one mail of a full outbox, from its lease to its written outcome: to a mail server on loopback, to
// one farther away, to the folder, and to nowhere, which is what the outbox itself costs.
func BenchmarkOutbox(b *testing.B) {
	smtp := func(b *testing.B, dial func(ctx context.Context, network, address string) (net.Conn, error)) mail.Sender {
		srv := mailtest.Start(b, mailtest.Options{TCP: true})
		host, port, _ := net.SplitHostPort(srv.Addr)
		n, _ := strconv.Atoi(port)
		s, err := mail.NewSMTP(mail.SMTPConfig{Host: host, Port: n, TLS: mail.NoTLS, HELO: "portal.test", Dial: dial})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	for name, open := range map[string]func(b *testing.B) mail.Sender{
		"smtp": func(b *testing.B) mail.Sender { return smtp(b, nil) },
		"smtp_far": func(b *testing.B) mail.Sender {
			return smtp(b, func(ctx context.Context, network, address string) (net.Conn, error) {
				time.Sleep(away)
				c, err := (&net.Dialer{}).DialContext(ctx, network, address)
				return far{c}, err
			})
		},
		"folder": func(b *testing.B) mail.Sender {
			s, err := mail.NewFolder(filepath.Join(b.TempDir(), "mail"))
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
		"nowhere": func(*testing.B) mail.Sender {
			return senderFunc(func(context.Context, mail.Letter) error { return nil })
		},
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			sender := &counting{Sender: open(b), all: make(chan struct{})}
			sender.left.Store(int64(b.N))
			var mails []store.Mail
			for i := range b.N {
				if mails = append(mails, w.joined(i)); len(mails) == 500 || i == b.N-1 {
					w.post(mails...)
					mails = nil
				}
			}
			commits := w.db.Stats().Commits
			b.ResetTimer()
			_, stop := w.run(w.db, sender)
			<-sender.all
			stop()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
			b.ReportMetric(float64(w.db.Stats().Commits-commits)/float64(b.N), "commits/mail")
		})
	}
}
