package mail

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"unicode"

	"countersign/backend/mailin"
	"countersign/shared/i18n"

	"golang.org/x/net/idna"
)

const longestAddress = 254 // RFC 5321

// envelope gives an address as it goes over the wire: exactly one, bare, with an ASCII local part and an ASCII
// domain (an international one is converted). Quoted local parts are refused: nobody has one but those who try to
// smuggle a second recipient.
func envelope(address string) (string, error) {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return "", errors.New("the address has no @")
	}
	if strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>@[\]`, r) }) {
		return "", errors.New("the address has characters before the @ that mail servers don't take")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", fmt.Errorf("the address has no usable domain: %w", err)
	}
	address = local + "@" + ascii
	if len(address) > longestAddress {
		return "", errors.New("the address is too long")
	}
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address || a.Name != "" {
		return "", errors.New("the address is not one mail address")
	}
	return address, nil
}

// header is the one gate for texts in headers. A line break would end the header and begin another one, so it is
// refused; what looks like an encoded word is taken apart, because receivers would decode it, line breaks and all. Blanks
// in a row become one: folded among them, a line of nothing but blanks could pass for the headers' end.
func header(name, value string) (string, error) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "", unsendable("the %s would break its header", name)
	}
	for strings.Contains(value, "  ") {
		value = strings.ReplaceAll(value, "  ", " ")
	}
	return strings.ReplaceAll(strings.Trim(value, " "), "=?", "= ?"), nil
}

// message is a letter in its wire form.
type message struct {
	from, to string // the envelope
	data     []byte
}

// compose gives a letter its wire form. The same letter gives the same bytes. Ids of other mails that are none are left
// out; everything else that can't be written is refused.
func compose(l Letter) (message, error) {
	to, err := envelope(l.To)
	if err != nil {
		return message{}, unsendable("the recipient: %w", err)
	}
	subject, err := header("subject", l.Subject)
	if err != nil {
		return message{}, err
	}
	from, err := mailbox("sender", l.From)
	if err != nil {
		return message{}, err
	}
	if !IsMessageID(l.MessageID) {
		return message{}, unsendable("the Message-ID is none")
	}
	if strings.Trim(l.Mark, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return message{}, unsendable("the mark is none")
	}

	var h headers
	// RFC 3834: nobody's holiday notice should answer a machine. Exchange goes by a header of its own.
	h.add("Auto-Submitted", "auto-generated")
	h.add("X-Auto-Response-Suppress", "All")
	if l.Mark != "" {
		h.add(mailin.LoopHeader, l.Mark)
	}
	h.add("Content-Language", string(i18n.Parse(string(l.Locale))))
	h.add("Date", l.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	h.add("MIME-Version", "1.0")
	h.line("Message-ID", "<"+l.MessageID+">")
	if IsMessageID(l.InReplyTo) {
		h.line("In-Reply-To", "<"+l.InReplyTo+">")
	}
	if refs := bracketed(l.References); refs != "" {
		h.add("References", refs)
	}
	h.add("Subject", mime.QEncoding.Encode("UTF-8", subject))
	h.add("From", from.String())
	h.add("To", (&mail.Address{Address: to}).String())
	if l.ReplyTo.Address != "" {
		replyTo, err := mailbox("address for answers", l.ReplyTo)
		if err != nil {
			return message{}, err
		}
		h.add("Reply-To", replyTo.String())
	}
	return message{from: from.Address, to: to, data: h.with(l)}, nil
}

// mailbox is an address with a name as it may stand in a header.
func mailbox(what string, a mail.Address) (*mail.Address, error) {
	name, err := header(what, a.Name)
	if err != nil {
		return nil, err
	}
	address, err := envelope(a.Address)
	if err != nil {
		return nil, unsendable("the %s: %w", what, err)
	}
	return &mail.Address{Name: name, Address: address}, nil
}

func bracketed(ids []string) string {
	var out []string
	for _, id := range ids {
		if IsMessageID(id) {
			out = append(out, "<"+id+">")
		}
	}
	return strings.Join(fewer(out), " ")
}
