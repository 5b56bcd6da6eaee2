// Package vault holds the root key of an installation and everything made from it: keys by label, sealed values
// that open only in the place they were sealed for, and a text type that no log or reply can print. It knows
// neither the database nor HTTP.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Label names the one use of a derived key. A key of one label is worthless for another.
type Label string

const (
	Wrap    Label = "wrap"    // wraps the organizations' own keys
	Match   Label = "match"   // tags that spoken codes are compared by
	Pepper  Label = "pepper"  // goes into passwords and recovery codes before they are hashed
	Audit   Label = "audit"   // chains the audit entries
	Cursor  Label = "cursor"  // signs cursors handed to clients
	Token   Label = "token"   // signs and seals short-lived tokens
	Factor  Label = "factor"  // seals the seeds of second factors
	Mail    Label = "mail"    // seals the secret part of a mail that waits to be sent
	Device  Label = "device"  // signs the cookie of a device that has signed in before
	Reply   Label = "reply"   // makes the addresses that answers to mails go to, and marks what went out
	Webhook Label = "webhook" // seals the secrets that sign what webhooks are told
)

var labels = []Label{Wrap, Match, Pepper, Audit, Cursor, Token, Factor, Mail, Device, Reply, Webhook}

// ErrRefused says that a sealed value does not open: another key, another place, or changed bytes.
var ErrRefused = errors.New("the sealed value does not belong here or was changed")

// Keys are an installation's root key and what is derived from it. Safe for use by several goroutines.
type Keys struct {
	id       [idSize]byte
	derived  map[Label][]byte
	aeads    map[Label]cipher.AEAD
	previous *Keys // while the root key is being replaced: opens what isn't sealed anew yet
}

const (
	rootSize  = 32
	idSize    = 4
	nonceSize = 12
	// format is the first byte of a sealed value; another layout gets another number.
	format = 1
	header = 1 + idSize + nonceSize
)

func newKeys(root []byte) (*Keys, error) {
	k := &Keys{derived: make(map[Label][]byte), aeads: make(map[Label]cipher.AEAD)}
	copy(k.id[:], expand(root, "id"))
	for _, l := range labels {
		k.derived[l] = expand(root, "use/"+string(l))
		// Sealing has a key of its own, so that a label used for signing too never shares one.
		block, err := aes.NewCipher(expand(root, "seal/"+string(l)))
		if err != nil {
			return nil, fmt.Errorf("make the sealing key: %w", err)
		}
		if k.aeads[l], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("make the sealing key: %w", err)
		}
	}
	return k, nil
}

// expand is HKDF-SHA256; it fails only for lengths that are never asked here.
func expand(root []byte, info string) []byte {
	key, err := hkdf.Key(sha256.New, root, nil, "countersign/v1/"+info, 32)
	if err != nil {
		panic("vault: derive a key: " + err.Error())
	}
	return key
}

// ID names the root key without telling anything of it. A database remembers it, so that a start with another
// installation's key is refused before anything is written.
func (k *Keys) ID() string { return hex.EncodeToString(k.id[:]) }

// Derive gives the 32-byte key of a label. It panics for a label that is not declared in this package.
func (k *Keys) Derive(label Label) []byte {
	key, ok := k.derived[label]
	if !ok {
		panic("vault: the label " + string(label) + " is not declared")
	}
	return slices.Clone(key)
}

// Seal encrypts and authenticates plain (AES-256-GCM, random nonce). The place says where the value belongs, such
// as the table, the column and the row's id; Unseal opens it only with the same words in the same order.
func (k *Keys) Seal(label Label, plain []byte, place ...string) []byte {
	out := make([]byte, header, header+len(plain)+16)
	out[0] = format
	copy(out[1:], k.id[:])
	rand.Read(out[1+idSize:])
	return k.aead(label).Seal(out, out[1+idSize:header], plain, k.aad(label, place))
}

// Unseal opens what Seal made for the same label and place. Everything else is ErrRefused.
func (k *Keys) Unseal(label Label, sealed []byte, place ...string) ([]byte, error) {
	aead := k.aead(label)
	if len(sealed) < header+aead.Overhead() || sealed[0] != format {
		return nil, ErrRefused
	}
	if id := sealed[1 : 1+idSize]; !slices.Equal(id, k.id[:]) {
		if k.previous != nil {
			return k.previous.Unseal(label, sealed, place...)
		}
		return nil, fmt.Errorf("%w: it was sealed with the key %x, this one is %s", ErrRefused, id, k.ID())
	}
	plain, err := aead.Open(nil, sealed[1+idSize:header], sealed[header:], k.aad(label, place))
	if err != nil {
		return nil, ErrRefused
	}
	return plain, nil
}

func (k *Keys) aead(label Label) cipher.AEAD {
	a, ok := k.aeads[label]
	if !ok {
		panic("vault: the label " + string(label) + " is not declared")
	}
	return a
}

// aad prefixes each word with its length: ("ab", "c") must never read like ("a", "bc").
func (k *Keys) aad(label Label, place []string) []byte {
	b := []byte{format}
	for _, word := range append([]string{string(label), string(k.id[:])}, place...) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(word)))
		b = append(b, word...)
	}
	return b
}

// Format keeps keys out of every log, at any verb.
func (k *Keys) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }
