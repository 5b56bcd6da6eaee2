//go:build !js

package e2e

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/mailin"
	"countersign/backend/outbox"
	"countersign/backend/vault"
)

// post carries a stage's mails: a real mail server that takes those of the outbox, and the listener to which the provider's mail
// server hands what customers answer.
type post struct {
	s      *stage
	server *mailtest.Server
	in     string // where answers are handed over by LMTP
	read   int    // letters that were looked at
}

// withPost has the stage's mails sent, and takes answers.
func (s *stage) withPost() *post {
	s.t.Helper()
	must := func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	p := &post{s: s, server: mailtest.Start(s.t, mailtest.Options{})}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	renderer, err := mail.NewRenderer(mail.Options{PublicURL: s.URL, Product: "Countersign", From: "Countersign <support@portal.example.test>", Replies: s.Replies,
		Mark: mail.Mark(s.Keys.Derive(vault.Reply))})
	must(err)
	sender, err := mail.NewSMTP(mail.SMTPConfig{Host: "mail.test", Port: 25, TLS: mail.NoTLS, Dial: p.server.Dial})
	must(err)
	worker := outbox.New(outbox.Config{Queue: s.DB, Keys: s.Keys, Renderer: renderer, Sender: sender, Now: s.Clock.Now, Log: log, Files: s.Service.FilesOf})
	taker, err := mailin.New(mailin.Options{Inbox: s.Service.Inbox(), Network: "lmtp", Log: log, Now: s.Clock.Now})
	must(err)
	ln := listen(s.t)
	p.in = ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	sent, taken := make(chan struct{}), make(chan error, 1)
	go func() { defer close(sent); worker.Run(ctx) }()
	go func() { taken <- taker.Serve(ctx, ln) }()
	waker := time.NewTicker(200 * time.Millisecond)
	go func() {
		for {
			select {
			case <-waker.C:
				worker.Wake()
			case <-ctx.Done():
				return
			}
		}
	}()
	s.t.Cleanup(func() {
		waker.Stop()
		stop()
		<-sent
		<-taken
	})
	return p
}

// letter is a mail as somebody's program reads it.
type letter struct {
	to   string
	mail *netmail.Message
	text string
}

// fetch waits for the next letters, and gives them by recipient.
func (p *post) fetch(n int) map[string]letter {
	p.s.t.Helper()
	for end := time.Now().Add(20 * time.Second); len(p.server.Letters()) < p.read+n; {
		if time.Now().After(end) {
			p.s.t.Fatalf("%d letters came, not %d", len(p.server.Letters())-p.read, n)
		}
		time.Sleep(50 * time.Millisecond)
	}
	got := map[string]letter{}
	for _, l := range p.server.Letters()[p.read:] {
		m, err := netmail.ReadMessage(bytes.NewReader(l.Data))
		if err != nil {
			p.s.t.Fatal(err)
		}
		if len(l.To) != 1 {
			p.s.t.Errorf("one letter is for %v", l.To)
		}
		got[l.To[0]] = letter{l.To[0], m, p.plain(m)}
	}
	p.read = len(p.server.Letters())
	return got
}

// plain is the text of a letter: the first part that is one, however deep.
func (p *post) plain(m *netmail.Message) string {
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		p.s.t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		text, _ := io.ReadAll(quotedprintable.NewReader(m.Body))
		return string(text)
	}
	text, found := firstText(m.Body, params["boundary"])
	if !found {
		p.s.t.Fatal("a letter has no text")
	}
	return text
}

func firstText(r io.Reader, boundary string) (string, bool) {
	for parts := multipart.NewReader(r, boundary); ; {
		part, err := parts.NextPart() // decodes quoted-printable by itself
		if err != nil {
			return "", false
		}
		kind, params, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		switch {
		case strings.HasPrefix(kind, "multipart/"):
			if text, found := firstText(part, params["boundary"]); found {
				return text, true
			}
		case kind == "text/plain":
			text, err := io.ReadAll(part)
			return string(text), err == nil
		}
	}
}

// answer writes back as a mail program does: to the address of the letter, in its thread, with what it answers quoted below.
func (p *post) answer(l letter, from, text string) {
	p.s.t.Helper()
	to, err := netmail.ParseAddress(l.mail.Header.Get("Reply-To"))
	if err != nil {
		p.s.t.Fatal(err)
	}
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(l.text), "\n", "\n> ")
	message := "From: " + from + "\r\nTo: " + to.Address + "\r\nSubject: Re: " + l.mail.Header.Get("Subject") + "\r\nMessage-ID: <" + strconv.FormatInt(time.Now().UnixNano(), 36) + "@client.example>\r\n" +
		"In-Reply-To: " + l.mail.Header.Get("Message-ID") + "\r\nReferences: " + l.mail.Header.Get("Message-ID") + "\r\nDate: " + time.Now().Format(time.RFC1123Z) + "\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		strings.ReplaceAll(text+"\n\nOn Mon, Nov 23, 2026 at 5:01 PM Countersign <"+to.Address+"> wrote:\n"+quoted+"\n", "\n", "\r\n")
	if err := lmtp(p.in, from, to.Address, message); err != nil {
		p.s.t.Fatal(err)
	}
}

// lmtp hands a mail over as a mail server does.
func lmtp(at, from, to, message string) error {
	c, err := textproto.Dial("tcp", at)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, _, err := c.ReadResponse(220); err != nil {
		return err
	}
	for _, step := range []struct {
		cmd  string
		code int
	}{{"LHLO client.example", 250}, {"MAIL FROM:<" + from + ">", 250}, {"RCPT TO:<" + to + ">", 250}, {"DATA", 354}} {
		if err := c.PrintfLine("%s", step.cmd); err != nil {
			return err
		}
		if _, _, err := c.ReadResponse(step.code); err != nil {
			return err
		}
	}
	w := c.DotWriter()
	if _, err := io.WriteString(w, message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, _, err = c.ReadResponse(250)
	return err
}
