package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"

	"countersign/backend/vault"
	"countersign/shared/id"
)

const (
	recoveryCodes = 10
	recoveryChars = 13 // 64 bits in digits of 5
	// Crockford's base32: no I, L, O and U, so that handwriting reads back.
	recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// NewRecoveryCodes makes ten codes of 64 random bits for a login without its authenticator. The plain ones are
// shown once; the hashes are stored, each to be used up by one conditional DELETE or UPDATE. Every 64 bits alone
// could be guessed from a stolen hash, hence the pepper and the login in it.
func NewRecoveryCodes(pepper []byte, login id.Login, r io.Reader) (plain []vault.Secret, hashes []string) {
	for range recoveryCodes {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			panic("login: the random source failed: " + err.Error())
		}
		text := spellRecovery(binary.BigEndian.Uint64(b[:]))
		hash, ok := HashRecoveryCode(pepper, login, text)
		if !ok {
			panic("login: a recovery code does not read back")
		}
		plain, hashes = append(plain, vault.NewSecret(text)), append(hashes, hash)
	}
	return plain, hashes
}

// spellRecovery writes 64 bits as 4, 4 and 5 characters: "7KQ2-M4ZD-X9RTB".
func spellRecovery(v uint64) string {
	var c [recoveryChars]byte
	for i := recoveryChars - 1; i >= 0; i-- {
		c[i] = recoveryAlphabet[v%32]
		v /= 32
	}
	return string(c[:4]) + "-" + string(c[4:8]) + "-" + string(c[8:])
}

// HashRecoveryCode is what a typed code is looked up by; ok is false when the text can't be a code. Case, spaces
// and hyphens don't matter; O reads as 0, I and L as 1.
func HashRecoveryCode(pepper []byte, login id.Login, typed string) (hash string, ok bool) {
	if len(typed) > 64 {
		return "", false
	}
	var c []byte
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\t':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(recoveryAlphabet, r) {
			return "", false
		}
		c = append(c, byte(r))
	}
	if len(c) != recoveryChars {
		return "", false
	}
	mac := hmac.New(sha256.New, pepper)
	mac.Write([]byte("recovery code\x00" + string(login) + "\x00"))
	mac.Write(c)
	return hex.EncodeToString(mac.Sum(nil)), true
}
