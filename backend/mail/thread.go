package mail

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"countersign/shared/id"
)

// Thread is how a mail stands in a conversation. It is stored beside the mail as JSON.
//
// Ids with an @ came with mails of other people and are written as they came; those without are ours and get our domain.
// A conversation looks the same to all mail programs that go by References: each mail names the conversation's root,
// which is nobody's id, and those before it, newest last; so it stays together whichever of them is missing.
type Thread struct {
	ID      string     `json:"id"`                // makes the Message-ID; see MessageRef
	Refs    []string   `json:"refs,omitempty"`    // ids before it, oldest first
	Ticket  id.Ticket  `json:"ticket,omitempty"`  // the conversation
	Contact id.Contact `json:"contact,omitempty"` // whose answers to this mail are taken; "" when nobody's are
	Message id.Message `json:"message,omitempty"` // what the mail is about
	Files   bool       `json:"files,omitempty"`   // the message has files, to be sent along
}

// Said is a message of a conversation, as the mails about later ones need it.
type Said struct {
	Message id.Message
	Author  string // the contact's or the member of staff's id
	MailID  string // the Message-ID that it came with, "" when it was written in the portal
}

const mostRefs = 20

// MessageRef is the id of the mail by which a recipient is told of a message: always the same, and another for every
// recipient, since a mail program that sees one id twice drops a mail.
func MessageRef(m id.Message, recipient string) string { return ref("message", string(m), recipient) }

// TicketRef is the id that stands for the whole conversation. No mail has it.
func TicketRef(t id.Ticket) string { return ref("ticket", string(t)) }

// ref is short, so that an address with a long domain has room, and tells nothing of the ids that it is made of.
func ref(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return tokenOf(h.Sum(nil))
}

// NewThread places the mail by which a recipient is told of a message in the conversation as this recipient has it:
// before, oldest first, are the messages before it that the recipient may see. What the recipient wrote by mail is found
// by the id that it came with, what they wrote in the portal is in no mail.
func NewThread(t id.Ticket, m id.Message, recipient string, before []Said) *Thread {
	refs := []string{TicketRef(t)}
	for _, s := range before {
		switch {
		case s.Author != recipient:
			refs = append(refs, MessageRef(s.Message, recipient))
		case s.MailID != "":
			refs = append(refs, s.MailID)
		}
	}
	return &Thread{ID: MessageRef(m, recipient), Refs: fewer(refs), Ticket: t, Message: m}
}

// fewer keeps the first and the newest.
func fewer(refs []string) []string {
	if len(refs) <= mostRefs {
		return refs
	}
	return slices.Concat(refs[:1], refs[len(refs)-mostRefs+1:])
}

// String is the stored form, "" for none.
func (t *Thread) String() string {
	if t == nil {
		return ""
	}
	b, err := json.Marshal(t)
	if err != nil {
		panic("mail: a thread has a JSON form: " + err.Error())
	}
	return string(b)
}

// ParseThread reads the stored form; nil for "".
func ParseThread(s string) (*Thread, error) {
	if s == "" {
		return nil, nil
	}
	t := &Thread{}
	if err := json.Unmarshal([]byte(s), t); err != nil {
		return nil, fmt.Errorf("read how a mail stands in its conversation: %w", err)
	}
	return t, nil
}

// references are the ids before the mail as they are written, without its own, each once. What is no id is left out:
// a mail goes out without it, and nothing of it gets into a header.
func (t *Thread) references(own, domain string) []string {
	var out []string
	for _, s := range t.Refs {
		s = strings.TrimSpace(s)
		if !strings.Contains(s, "@") {
			s += "@" + domain
		} else if inner, ok := strings.CutPrefix(s, "<"); ok {
			s = strings.TrimSuffix(inner, ">")
		}
		if IsMessageID(s) && s != own && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return fewer(out)
}

const longestMessageID = 250 // octets

// IsMessageID is the one gate for ids in headers: RFC 5322's characters on both sides of one @, without angle brackets.
// What a reader of headers could take for an encoded word is refused, too.
func IsMessageID(s string) bool {
	left, right, ok := strings.Cut(s, "@")
	if !ok || len(s) > longestMessageID || left == "" || right == "" || strings.Contains(s, "=?") {
		return false
	}
	if inner, ok := strings.CutPrefix(right, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && inner != "" && only(left, isIDChar) && only(inner, isLiteralChar)
	}
	return only(left, isIDChar) && only(right, isIDChar)
}

func only(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

// isIDChar allows dots wherever they stand: programs out there are careless with them, and they harm nobody.
func isIDChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

func isLiteralChar(c byte) bool {
	return c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c >= '0' && c <= '9' || strings.IndexByte("IPv.:", c) >= 0
}
