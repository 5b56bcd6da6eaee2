package login

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"

	"strings"

	"countersign/backend/vault"
	"countersign/shared/api"
)

const tokenSize = 32

// NewToken makes the secret of a session or a mailed link: 256 random bits as base64url. Only the hash is stored;
// the plain one goes to its bearer and is not kept. It panics when r fails, as crypto/rand never does.
func NewToken(r io.Reader) (plain vault.Secret, hash string) {
	b := make([]byte, tokenSize)
	if _, err := io.ReadFull(r, b); err != nil {
		panic("login: the random source failed: " + err.Error())
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	return vault.NewSecret(text), HashToken(text)
}

// HashToken is what a token is looked up by. Text that can't be a token gives "", which is never stored.
// A plain SHA-256 is enough for 256 random bits; rows are found by the hash, so nothing is compared byte by byte.
func HashToken(plain string) string {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(plain); err != nil || len(b) != tokenSize || len(plain) != 43 {
		return ""
	}
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

// NewAPIToken makes the secret of another system of the provider's: a token behind the prefix that tells what it is.
func NewAPIToken(r io.Reader) (plain vault.Secret, hash string) {
	bare, _ := NewToken(r)
	text := api.TokenPrefix + bare.Reveal()
	return vault.NewSecret(text), HashAPIToken(text)
}

// HashAPIToken is HashToken for those secrets. Prefix and all are hashed, so that neither kind is ever found as the other.
func HashAPIToken(plain string) string {
	bare, ok := strings.CutPrefix(plain, api.TokenPrefix)
	if !ok || HashToken(bare) == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}
