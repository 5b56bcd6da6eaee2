package login_test

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"countersign/backend/login"
)

// TH17: tokens carry 256 bits, only their hash is kept, and nothing but a token hashes.
func TestToken(t *testing.T) {
	t.Parallel()
	plain, hash := login.NewToken(rand.Reader)
	if b, err := base64.RawURLEncoding.DecodeString(plain.Reveal()); err != nil || len(b) != 32 {
		t.Fatalf("the token is not 256 bits of base64url: %d bytes, %v", len(b), err)
	}
	if got := login.HashToken(plain.Reveal()); got != hash || len(hash) != 64 {
		t.Errorf("HashToken gives %q, NewToken gave %q", got, hash)
	}
	if strings.Contains(hash, plain.Reveal()) {
		t.Error("the hash shows the token")
	}

	seen := map[string]bool{}
	for range 1000 {
		_, hash := login.NewToken(rand.Reader)
		if seen[hash] {
			t.Fatal("a token came twice")
		}
		seen[hash] = true
	}

	p := plain.Reveal()
	for _, other := range []string{"", "x", p[:42], p + "A", p + "=", " " + p, p + "\n", p[:20] + "\n" + p[20:], strings.Repeat("A", 1<<16)} {
		if got := login.HashToken(other); got != "" {
			t.Errorf("%.50q hashes to %s", other, got)
		}
	}
	// The last character carries two unused bits: a second spelling of the same bytes must not be a second token.
	last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", p[42])
	if got := login.HashToken(p[:42] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last|1])); got != "" {
		t.Error("another spelling of the token hashes")
	}
}

// TH17: the secret of a system is as good a token, tells what it is, and is never taken for a sign-in's, nor that for it.
func TestAPIToken(t *testing.T) {
	t.Parallel()
	plain, hash := login.NewAPIToken(rand.Reader)
	p := plain.Reveal()
	bare, ok := strings.CutPrefix(p, "cst_")
	if !ok || len(bare) != 43 || login.HashAPIToken(p) != hash || len(hash) != 64 {
		t.Fatalf("a token of %d characters with the hash %s", len(p), hash)
	}
	if login.HashToken(p) != "" || login.HashAPIToken(bare) != "" || login.HashToken(bare) == hash {
		t.Error("one kind of token passes as the other")
	}
	for _, other := range []string{"", "cst_", "cst_x", "CST_" + bare, p + "A", " " + p, p[:len(p)-1]} {
		if got := login.HashAPIToken(other); got != "" {
			t.Errorf("%.50q hashes to %s", other, got)
		}
	}
}
