package main

import (
	"context"
	"os"

	"countersign/backend/mailin"
)

// mailIn is the name of mailInCmd's command.
const mailIn = "mail-in"

type mailInCmd struct {
	To     string `help:"Address that the mail is for. Postfix gives it as $${recipient}." required:"" placeholder:"ADDRESS"`
	From   string `help:"Sender of the envelope; empty for notices of mail servers. Postfix gives it as $${sender}." placeholder:"ADDRESS"`
	Listen string `help:"Where the portal takes mails." default:"lmtp:127.0.0.1:2424" env:"COUNTERSIGN_MAIL_IN" placeholder:"lmtp:HOST:PORT|lmtp:unix:PATH"`
}

// Run ends with the exit status by which mail servers know whether to keep the mail, to send it back, or to forget it.
func (c *mailInCmd) Run() error {
	code, err := mailin.Pipe(context.Background(), os.Stdin, c.Listen, c.From, c.To)
	if err != nil {
		return &status{code, err}
	}
	return nil
}
