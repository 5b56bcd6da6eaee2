package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"countersign/shared/id"
)

// Replies makes the addresses that answers to mails of tickets go to: one for each contact of each ticket, so that an
// answer says by where it arrives what it belongs to and whose it is. A nil *Replies means that mails come in nowhere;
// its methods may be called.
//
// An address is made anew from the key whenever a mail is written, and no row holds one. What is kept is the Hash of its
// token, by which an answer is found. Another key makes other addresses, and those of the key before go on being found by
// the hashes that are kept already. So replacing the root key breaks no conversation, as long as the hashes of both keys'
// tokens may stand beside each other for the same contact and ticket.
type Replies struct {
	key           []byte
	local, domain string
}

const (
	tokenChars = 26 // of base32: 130 bits
	separator  = "+"
)

// NewReplies takes the key of vault.Reply and the address that the mail server hands over with everything that is
// addressed to it with "+" and more before the @: for reply@portal.example.com also reply+…@portal.example.com. The error
// is a sentence for the person who starts the server.
func NewReplies(key []byte, address string) (*Replies, error) {
	if len(key) < 16 {
		return nil, errors.New("the key for reply addresses is too short")
	}
	bare, err := envelope(address)
	if err != nil {
		return nil, fmt.Errorf("the address %q for answers is not usable: %w", address, err)
	}
	local, domain, _ := strings.Cut(strings.ToLower(bare), "@")
	if strings.Contains(local, separator) {
		return nil, fmt.Errorf("the address %q for answers has a %q already; give the part before it, and the portal adds its own", address, separator)
	}
	r := &Replies{key: key, local: local, domain: domain}
	// RFC 5321: 64 octets before the @.
	if len(local)+len(separator)+tokenChars > 64 || len(r.write(strings.Repeat("a", tokenChars))) > longestAddress {
		return nil, fmt.Errorf("the address %q for answers is too long: the portal adds %d characters", address, len(separator)+tokenChars)
	}
	return r, nil
}

var tokens = base32.StdEncoding.WithPadding(base32.NoPadding)

// Address is where the contact's answers to mails of the ticket go. It is the same at each call.
func (r *Replies) Address(t id.Ticket, c id.Contact) string {
	if r == nil {
		return ""
	}
	return r.write(tokenOf(keyed(r.key, "reply address", string(t), string(c))))
}

func (r *Replies) write(token string) string { return r.local + separator + token + "@" + r.domain }

// Token reads the token of an address that a mail was sent to; false when it is none of these addresses.
func (r *Replies) Token(address string) (string, bool) {
	if r == nil {
		return "", false
	}
	address = strings.ToLower(strings.TrimSpace(address))
	token, ok := strings.CutPrefix(address, r.local+separator)
	if !ok {
		return "", false
	}
	if token, ok = strings.CutSuffix(token, "@"+r.domain); !ok || len(token) != tokenChars {
		return "", false
	}
	if strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return "", false
	}
	return token, true
}

// Hash is what a row keeps of a token.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Mark is the installation's mark under the key of vault.Reply, in mailin.LoopHeader of every mail: one that comes in with
// that header is one that we sent, and answering it would go on for ever. It tells nothing of the key.
func Mark(key []byte) string { return tokenOf(keyed(key, "loop mark"))[:16] }

// keyed prefixes each word with its length, so that no two lists of words read alike.
func keyed(key []byte, words ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return h.Sum(nil)
}

func tokenOf(sum []byte) string { return strings.ToLower(tokens.EncodeToString(sum))[:tokenChars] }
