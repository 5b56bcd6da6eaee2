// Package mail writes the messages that people get and hands them to a server or a folder. A message is a template's
// name, its arguments as texts, and a link into the portal; the sentences come from the catalogue in the person's
// language. When and how often a message is sent is the outbox's business.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"

	"countersign/backend/vault"
	"countersign/shared/i18n"
	"countersign/shared/id"
)

// Message is what one person is to be told.
type Message struct {
	ID        id.Mail
	CreatedAt time.Time
	To        string // bare address
	Locale    i18n.Locale
	Template  Template
	Args      Args
	Token     vault.Secret // the link's secret, for templates that carry one
	Thread    *Thread      // how it stands in a conversation; nil when it stands alone
	Files     []File       // go along when they are small
}

// Letter is a message written out, ready to be sent.
type Letter struct {
	ID         id.Mail
	MessageID  string   // without angle brackets; the same at each attempt, so that receivers can drop a second copy
	InReplyTo  string   // the Message-ID before it in the conversation, "" for none
	References []string // those before it, the first and the newest
	Date       time.Time
	From       mail.Address
	ReplyTo    mail.Address // where answers go, when they are taken
	To         string
	Mark       string // the installation's, by which it knows its own mails; "" for none
	Locale     i18n.Locale
	Subject    string
	Text       string
	HTML       string
	Files      []File
}

// Sender delivers a letter: nil means that somebody else is responsible for it now. An error may still have
// delivered it (a lost answer), so the same letter can come again.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// ErrUnsendable says that no attempt will ever succeed: the message itself is wrong.
var ErrUnsendable = errors.New("the message can never be sent")

func unsendable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnsendable, fmt.Errorf(format, args...))
}
