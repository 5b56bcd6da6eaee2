// Package login holds what proves who somebody is: passwords, tokens of links and sessions, second factors, the
// memory of a device, and the throttle in front of all of them. It decides and computes; what must be remembered is
// handed back to the caller, who stores it in the transaction of the effect.
package login

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"runtime"
	"time"

	"countersign/shared/errs"

	"github.com/alexedwards/argon2id"
)

// Cost is what one password hash costs.
type Cost struct {
	MemoryKiB  uint32
	Iterations uint32
}

// StandardCost is 46 MiB and one pass, about 50 ms of one core [OWASP Password Storage Cheat Sheet].
var StandardCost = Cost{MemoryKiB: 46 << 10, Iterations: 1}

const (
	queueLength = 64
	queueWait   = 2 * time.Second
	saltSize    = 16
	hashSize    = 32
)

// Hasher makes and compares password hashes: argon2id over the password and a pepper that is not in the database.
// As many run at once as there are cores; a limited number waits for a limited time, so that a flood of sign-ins
// costs neither the memory of all of them nor the answers of everything else.
type Hasher struct {
	pepper []byte
	params argon2id.Params
	dummy  string
	places chan struct{} // running and waiting
	cores  chan struct{} // running
}

// NewHasher returns a hasher with the pepper from the vault.
func NewHasher(pepper []byte, cost Cost) *Hasher {
	h := &Hasher{
		pepper: pepper,
		params: argon2id.Params{
			Memory: cost.MemoryKiB, Iterations: cost.Iterations, Parallelism: 1, SaltLength: saltSize, KeyLength: hashSize,
		},
		places: make(chan struct{}, runtime.NumCPU()+queueLength),
		cores:  make(chan struct{}, runtime.NumCPU()),
	}
	// Random bytes instead of a hash: no password fits, and comparing costs the same.
	random := make([]byte, saltSize+hashSize)
	rand.Read(random)
	h.dummy = fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", cost.MemoryKiB, cost.Iterations,
		base64.RawStdEncoding.EncodeToString(random[:saltSize]), base64.RawStdEncoding.EncodeToString(random[saltSize:]))
	return h
}

// Hash gives the PHC string to store for a password. Unavailable when too many others are waiting.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(h.peppered(password), &h.params)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Verdict is the outcome of a comparison.
type Verdict struct {
	Match bool
	// Stale: it matches, but was hashed at another cost. Store a new hash of the same password.
	Stale bool
}

// Verify compares a password with a stored hash. The empty hash stands for an unknown login or one without a
// password: the same work is done and nothing matches, so that the time tells nothing. Unavailable when too many
// others are waiting.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (Verdict, error) {
	if hash == "" {
		hash = h.dummy
	}
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		return Verdict{}, fmt.Errorf("read a stored password hash: %w", err)
	}
	if params.Iterations < 1 || params.Parallelism < 1 || params.Memory > 16*h.params.Memory {
		return Verdict{}, fmt.Errorf("a stored password hash asks for m=%d, t=%d, p=%d", params.Memory, params.Iterations, params.Parallelism)
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return Verdict{}, err
	}
	defer leave()
	match, params, err := argon2id.CheckHash(h.peppered(password), hash)
	if err != nil {
		return Verdict{}, fmt.Errorf("compare a password: %w", err)
	}
	return Verdict{Match: match, Stale: match && *params != h.params}, nil
}

// peppered is what is hashed. The text form keeps the length bounded whatever the password's is.
func (h *Hasher) peppered(password string) string {
	mac := hmac.New(sha256.New, h.pepper)
	mac.Write([]byte(password))
	return base64.RawStdEncoding.EncodeToString(mac.Sum(nil))
}

func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	busy := errs.New(errs.Unavailable, "error.unavailable")
	busy.RetryAfter = int(queueWait / time.Second)
	select {
	case h.places <- struct{}{}:
	default:
		return nil, busy
	}
	timeout := time.NewTimer(queueWait)
	defer timeout.Stop()
	select {
	case h.cores <- struct{}{}:
		return func() { <-h.cores; <-h.places }, nil
	case <-timeout.C:
		<-h.places
		return nil, busy
	case <-ctx.Done():
		<-h.places
		return nil, fmt.Errorf("wait for a password hash: %w", ctx.Err())
	}
}
