// Package mailin is the way in for mails, such as replies to tickets: it takes messages off the wire, makes plain sense of
// them, and hands them to an Inbox. It knows neither tickets nor people, it answers nobody by mail, and it keeps nothing.
// Whatever arrives may be hostile, so everything is bounded before it is read, and what is over a bound is named.
package mailin

import (
	"context"
	"fmt"
	"net/mail"
	"time"
)

// Inbox is where what arrives goes.
type Inbox interface {
	// Check says at RCPT TO whether mail to this address is taken at all: nil, or a *Refusal. Any other error means: try
	// again later.
	Check(ctx context.Context, to string) error

	// Take stores a message for one recipient. nil means that it is safe on disk, or deliberately dropped; a *Refusal is a
	// permanent no with its reason; any other error means: try again later. The same message can come again for the same
	// recipient, because an answer was lost on its way: Take stores it once, by recipient and Message.ID. It is called at
	// the same time for several messages.
	Take(ctx context.Context, to string, m *Message) error
}

// Refusal is a permanent no. The sender of the mail reads the text in the notice that their own server writes them, so it
// is one English sentence that says what to do.
type Refusal struct {
	Code     int    // 550, 552 or 554
	Enhanced [3]int // RFC 3463
	Text     string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%d %d.%d.%d %s", r.Code, r.Enhanced[0], r.Enhanced[1], r.Enhanced[2], r.Text)
}

// Message is a mail as people mean it. All texts are valid UTF-8 with "\n" between lines, without characters that can't be
// seen and change how the rest reads.
type Message struct {
	ID           string       // Message-ID without brackets; one made of the content where there is none
	InReplyTo    []string     // ids, without brackets
	References   []string     // ids, the oldest first
	EnvelopeFrom string       // "" for the null sender
	From         mail.Address // of the header; empty only where Auto says that no person wrote
	Subject      string
	Date         time.Time    // zero when it is missing or absurd
	Text         string       // what the person wrote, without the history and the signature
	Whole        string       // the text before that was cut off
	Trimmed      bool         // Text is less than Whole
	Attachments  []Attachment // in the order of the mail
	Auto         Auto
	Dropped      []string // names of parts that were over a limit
}

// Attachment is a file of a mail.
type Attachment struct {
	Name string // harmless as a file's name, never empty
	Type string // what the data begins like, whatever the mail says
	Data []byte
}

// Limits of a message. What is over the first three is refused; of the rest, parts are dropped and named.
const (
	MaxSize   = 25 << 20  // bytes of the message
	maxHeader = 256 << 10 // bytes of its header
	maxFields = 1000      // fields of its header

	maxParts      = 100
	maxDepth      = 10        // of parts in parts
	maxPart       = 20 << 20  // bytes of a part, decoded
	maxDecoded    = 25 << 20  // bytes of all parts, decoded
	maxPartHeader = 32 << 10  // bytes of a part's header
	maxSource     = 4 << 20   // bytes of all texts that are made plain
	maxText       = 256 << 10 // bytes of plain text
	maxDropped    = 50        // names of dropped parts
)

// Limits of what is told of a message, in code points; ids are bytes.
const (
	maxSubject = 250
	maxPerson  = 200
	maxName    = 120
	maxAddress = 254
	maxID      = 250
	maxIDs     = 100
)
