package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"countersign/backend/mail"
	"countersign/backend/mailin"
	"countersign/backend/vault"
)

// Answers to mails of tickets: where they come in, and which addresses they go to. One without the other is a mistake.

// replies makes the addresses for answers, nil where no mail comes in.
func (c *serveCmd) replies(keys *vault.Keys) (*mail.Replies, error) {
	if c.MailReplyTo == "" {
		return nil, nil
	}
	return mail.NewReplies(keys.Derive(vault.Reply), c.MailReplyTo)
}

// listenMail takes the place where answers come in, nil for none.
func (c *serveCmd) listenMail(ctx context.Context) (net.Listener, mailin.Listen, error) {
	if (c.MailIn == "") != (c.MailReplyTo == "") {
		return nil, mailin.Listen{}, errors.New("answers by mail need both --mail-in, where the mail server hands them over, and --mail-reply-to, the address that they go to")
	}
	if c.MailIn == "" {
		return nil, mailin.Listen{}, nil
	}
	at, err := mailin.ParseListen(c.MailIn)
	if err != nil {
		return nil, at, err
	}
	ln, err := at.Open(ctx)
	if err != nil {
		return nil, at, listenFailed("--mail-in", c.MailIn, err)
	}
	return ln, at, nil
}

// takeMail serves the mail server until ctx ends.
func (p *process) takeMail(ctx context.Context) {
	s, err := mailin.New(mailin.Options{Inbox: p.svc.Inbox(), Network: p.answersAt.Protocol, Log: p.log, Now: p.db.Clock().Now})
	if err == nil {
		err = s.Serve(ctx, p.answers)
	}
	if err != nil && ctx.Err() == nil {
		p.log.Error("answers by mail can't be taken", "error", fmt.Errorf("take mails: %w", err))
	}
}
