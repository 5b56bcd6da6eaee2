package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// Phone/Chat Codes. What is kept of a code that stands: the code itself, sealed under its organization's own key so
// that who may see it can be shown it again, and a tag to compare what is heard with, for which nothing is opened.
// Both name their place, so that a row copied to another holder, or brought back from before, is worth nothing.

// CodePlace is where a code belongs.
type CodePlace struct {
	Org     string
	Holder  string // contact, "" for the account-wide code
	Code    string // its id; each code that is set gets a new one
	Version int64
}

// kindStatic tells codes that are said again and again from what else might be sealed one day.
const kindStatic = "static"

// CodeHash is the slow hash of a code's canonical form, salted with the code's id. It is as secret as a password hash.
type CodeHash struct{ b []byte }

// HashOf wraps what the hasher gave, of 32 bytes.
func HashOf(b []byte) CodeHash { return CodeHash{b} }

// Format keeps hashes out of every log.
func (CodeHash) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

const hashSize = 32

// OrgKey is one organization's key, opened: 256 random bits that only its codes are sealed under.
type OrgKey struct {
	org  string
	id   [idSize]byte
	aead cipher.AEAD
	root *Keys
}

// NewOrgKey makes a key for an organization and gives it wrapped by the root key, to be stored.
func (k *Keys) NewOrgKey(org string) (*OrgKey, string, error) {
	raw := make([]byte, rootSize)
	rand.Read(raw)
	key, err := k.orgKey(org, raw)
	if err != nil {
		return nil, "", err
	}
	return key, base64.StdEncoding.EncodeToString(k.Seal(Wrap, raw, "org_key", org)), nil
}

// OpenOrgKey unwraps an organization's key. While the root key is replaced, the one before opens what it wrapped.
func (k *Keys) OpenOrgKey(org, wrapped string) (*OrgKey, error) {
	sealed, err := base64.StdEncoding.DecodeString(wrapped)
	if err != nil {
		return nil, ErrRefused
	}
	raw, err := k.Unseal(Wrap, sealed, "org_key", org)
	if err != nil {
		return nil, fmt.Errorf("open the key of organization %s: %w", org, err)
	}
	if len(sealed) > idSize && k.previous != nil && string(sealed[1:1+idSize]) != string(k.id[:]) {
		k = k.previous
	}
	return k.orgKey(org, raw)
}

func (k *Keys) orgKey(org string, raw []byte) (*OrgKey, error) {
	if len(raw) != rootSize {
		return nil, ErrRefused
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("make the key of an organization: %w", err)
	}
	o := &OrgKey{org: org, root: k}
	if o.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("make the key of an organization: %w", err)
	}
	copy(o.id[:], expand(raw, "id"))
	return o, nil
}

// Format keeps keys out of every log.
func (o *OrgKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// RootID names the root key that wraps this one and makes its tags.
func (o *OrgKey) RootID() string { return o.root.ID() }

// SealCode encrypts a code with its hash. The hash is kept beside the code so that a new root key can make new tags
// without hashing, and so without the codes ever leaving this package.
func (o *OrgKey) SealCode(p CodePlace, code Secret, h CodeHash) (string, error) {
	return o.seal("code", p, append(append(make([]byte, 0, 128), h.b...), code.Reveal()...), h)
}

// SealHash encrypts the hash alone, for a code that was replaced: it can be recognised and not shown.
func (o *OrgKey) SealHash(p CodePlace, h CodeHash) (string, error) {
	return o.seal("history", p, h.b, h)
}

func (o *OrgKey) seal(label string, p CodePlace, plain []byte, h CodeHash) (string, error) {
	if p.Org != o.org || len(h.b) != hashSize {
		return "", ErrRefused
	}
	out := make([]byte, header, header+len(plain)+16)
	out[0] = format
	copy(out[1:], o.id[:])
	rand.Read(out[1+idSize:])
	return base64.StdEncoding.EncodeToString(o.aead.Seal(out, out[1+idSize:header], plain, o.aad(label, p))), nil
}

func (o *OrgKey) unseal(label string, p CodePlace, text string) (plain []byte, err error) {
	sealed, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || p.Org != o.org || len(sealed) < header+o.aead.Overhead() || sealed[0] != format ||
		string(sealed[1:1+idSize]) != string(o.id[:]) {
		return nil, ErrRefused
	}
	plain, err = o.aead.Open(nil, sealed[1+idSize:header], sealed[header:], o.aad(label, p))
	if err != nil || len(plain) < hashSize {
		return nil, ErrRefused
	}
	return plain, nil
}

// aad is everything that a sealed value must agree with. The root key stands for the installation: no other has it.
func (o *OrgKey) aad(label string, p CodePlace) []byte {
	return prefixed([]byte{format}, label, o.root.ID(), p.Org, p.Holder, p.Code, strconv.FormatInt(p.Version, 10), kindStatic, string(o.id[:]))
}

// Tag is what a code is compared by. It is worthless without the root key, and for any other place.
func (o *OrgKey) Tag(p CodePlace, h CodeHash) string {
	return o.root.tag("code", p.Org, p.Holder, p.Code, strconv.FormatInt(p.Version, 10), string(h.b))
}

// Fits reports, in constant time, whether what was hashed is the code of the tag.
func (o *OrgKey) Fits(p CodePlace, h CodeHash, tag string) bool {
	return len(h.b) == hashSize && hmac.Equal([]byte(o.Tag(p, h)), []byte(tag))
}

// PhraseTag is what a one-time phrase is compared by. Ten minutes and three tries need no slow hash; the key does not
// lie in the database.
func (k *Keys) PhraseTag(org, contact, phrase string, canonical Secret) string {
	return k.tag("phrase", org, contact, phrase, canonical.Reveal())
}

// PhraseFits reports, in constant time, whether something canonical is the phrase of a tag that the root key made.
func (k *Keys) PhraseFits(root, org, contact, phrase string, canonical Secret, tag string) bool {
	if k.previous != nil && root == k.previous.ID() {
		k = k.previous
	}
	return hmac.Equal([]byte(k.PhraseTag(org, contact, phrase, canonical)), []byte(tag))
}

func (k *Keys) tag(words ...string) string {
	mac := hmac.New(sha256.New, k.derived[Match])
	mac.Write(prefixed([]byte{format}, words...))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// prefixed writes each word with its length before it: ("ab", "c") must never read like ("a", "bc").
func prefixed(b []byte, words ...string) []byte {
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, uint32(len(w)))
		b = append(b, w...)
	}
	return b
}

// Viewer is a person of the customer's who may be shown a code at this moment. Whoever makes one says so: the portal
// does in a single place, after the gate, and never for staff or inside a support session.
type Viewer struct{ org, contact string }

// NewViewer names the contact who looks.
func NewViewer(org, contact string) Viewer { return Viewer{org, contact} }

// OpenCode is the one function that gives a code in plain text. ErrRefused when the value was not sealed for this very
// place, or the viewer is of another organization.
func OpenCode(v Viewer, o *OrgKey, p CodePlace, sealed string) (Secret, error) {
	if v.contact == "" || v.org == "" || v.org != p.Org {
		return Secret{}, ErrRefused
	}
	plain, err := o.unseal("code", p, sealed)
	if err != nil {
		return Secret{}, err
	}
	return NewSecret(string(plain[hashSize:])), nil
}
