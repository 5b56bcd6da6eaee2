package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"
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
// refused; what looks like an encoded word is taken apart, because receivers would decode it, line breaks and all.
func header(name, value string) (string, error) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "", unsendable("the %s would break its header", name)
	}
	return strings.ReplaceAll(value, "=?", "= ?"), nil
}

// compose gives a letter its wire form. The same letter gives the same bytes.
func compose(l Letter) (*gomail.Msg, error) {
	to, err := envelope(l.To)
	if err != nil {
		return nil, unsendable("the recipient: %w", err)
	}
	subject, err := header("subject", l.Subject)
	if err != nil {
		return nil, err
	}
	fromName, err := header("sender", l.From.Name)
	if err != nil {
		return nil, err
	}
	from, err := envelope(l.From.Address)
	if err != nil {
		return nil, unsendable("the sender: %w", err)
	}
	messageID, err := header("Message-ID", l.MessageID)
	if err != nil {
		return nil, err
	}

	// A boundary made of the content can't be in the content, and is the same at each attempt.
	sum := sha256.Sum256([]byte(string(l.ID) + "\x00" + l.Text + "\x00" + l.HTML))
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("part-"+hex.EncodeToString(sum[:16])))
	m.FromMailAddress(&mail.Address{Name: fromName, Address: from})
	m.ToMailAddress(&mail.Address{Address: to})
	m.Subject(subject)
	m.SetMessageIDWithValue(messageID)
	m.SetDateWithValue(l.Date.UTC())
	// RFC 3834: nobody's holiday notice should answer a machine.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("Content-Language", string(l.Locale))
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}
