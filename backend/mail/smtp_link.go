package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

const (
	lettersPerLink = 100             // then a new connection: servers put limits on what comes over one
	linkIdle       = 5 * time.Second // for which a connection waits for the next letter
	farewell       = 2 * time.Second // for the server to answer a QUIT
	writeAtOnce    = 64 << 10        // bytes within one timeout: a large letter over a slow line takes its time
)

// link is one connection to the mail server, signed in. One goroutine has it at a time.
type link struct {
	client  *smtp.Client
	conn    net.Conn
	letters int
	expiry  *time.Timer
}

// connect opens a connection and signs in. It is closed in every case of failure, and when ctx ends meanwhile.
func (s *SMTP) connect(ctx context.Context) (*link, error) {
	k := &link{}
	var mu sync.Mutex
	closeConn := func() {
		mu.Lock()
		defer mu.Unlock()
		if k.conn != nil {
			k.conn.Close()
		}
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := s.config.Dial(ctx, network, address)
		mu.Lock()
		defer mu.Unlock()
		k.conn = c
		return c, err
	}
	client, err := gomail.NewClient(s.config.Host, append([]gomail.Option{gomail.WithDialContextFunc(dial)}, s.options...)...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail client: %w", err)
	}
	stop := context.AfterFunc(ctx, closeConn)
	k.client, err = client.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		// The client leaves its connection open when the conversation fails early.
		closeConn()
		return nil, err
	}
	// Letters are ASCII, addresses included: no server on the way needs to know more.
	k.client.SkipSMTPUTF8(true)
	return k, nil
}

// send delivers a letter. Nil as soon as the server has taken it; begun says that it knows of it.
func (k *link) send(m message, timeout time.Duration) (begun bool, err error) {
	if err := k.client.UpdateDeadline(timeout); err != nil {
		return false, err
	}
	if err := k.client.Mail("<" + m.from + ">"); err != nil {
		return false, fmt.Errorf("name the sender: %w", err)
	}
	k.letters++
	if err := k.client.Rcpt("<" + m.to + ">"); err != nil {
		return true, fmt.Errorf("name the recipient: %w", err)
	}
	w, err := k.client.Data()
	if err != nil {
		return true, fmt.Errorf("begin the text: %w", err)
	}
	for data := m.data; len(data) > 0; {
		n := min(writeAtOnce, len(data))
		if err := k.client.UpdateDeadline(timeout); err != nil {
			return true, err
		}
		if _, err := w.Write(data[:n]); err != nil {
			return true, fmt.Errorf("write the text: %w", err)
		}
		data = data[n:]
	}
	if err := k.client.UpdateDeadline(timeout); err != nil {
		return true, err
	}
	if err := w.Close(); err != nil {
		return true, fmt.Errorf("end the text: %w", err)
	}
	return true, nil
}

// leave ends a connection after err, politely when the server still listens.
func (k *link) leave(err error) {
	var reply *textproto.Error
	if (err == nil || errors.As(err, &reply) && reply.Code != 421) && k.client.UpdateDeadline(farewell) == nil {
		k.client.Quit()
	}
	k.close()
}

func (k *link) close() { k.conn.Close() }

// idleLinks are the connections that wait for a letter, each for a short time. The zero value is ready.
type idleLinks struct {
	mu     sync.Mutex
	links  []*link
	closed bool
	ending sync.WaitGroup
}

// take gives the connection that waited least, nil when none waits.
func (i *idleLinks) take() *link {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n := len(i.links); n > 0; n = len(i.links) {
		k := i.links[n-1]
		i.links = i.links[:n-1]
		if k.expiry.Stop() {
			i.ending.Done()
			return k
		}
	}
	return nil
}

// put has a connection wait for a letter; one that has had enough of them is ended beside.
func (i *idleLinks) put(k *link) {
	i.mu.Lock()
	defer i.mu.Unlock()
	wait := linkIdle
	if k.letters >= lettersPerLink || i.closed {
		wait = 0
	}
	i.ending.Add(1)
	k.expiry = time.AfterFunc(wait, func() {
		defer i.ending.Done()
		i.drop(k)
		k.leave(nil)
	})
	if wait > 0 {
		i.links = append(i.links, k)
	}
}

func (i *idleLinks) drop(k *link) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, other := range i.links {
		if other == k {
			i.links = append(i.links[:n], i.links[n+1:]...)
			return
		}
	}
}

// close ends all that wait and returns when they have ended.
func (i *idleLinks) close() {
	i.mu.Lock()
	i.closed = true
	i.mu.Unlock()
	for k := i.take(); k != nil; k = i.take() {
		k.leave(nil)
	}
	i.ending.Wait()
}
