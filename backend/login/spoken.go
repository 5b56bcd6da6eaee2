package login

import (
	"context"

	"golang.org/x/crypto/argon2"
)

// Turn is a place among those that hash at this moment. It is taken before a try is counted, so that a server with too
// much to do turns a caller away without a miss.
type Turn struct {
	h     *Hasher
	leave func()
}

// Turn waits for a place, like Hash and Verify do. Unavailable when too many others are waiting. End gives it back.
func (h *Hasher) Turn(ctx context.Context) (*Turn, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return nil, err
	}
	return &Turn{h, leave}, nil
}

// Spoken is the hash of something spoken, salted with the id of the code that it is to be compared with, at the cost of
// a password. Nothing of the cost is stored with it: another cost makes all codes unknown, so it needs a step in which
// the vault hashes them anew.
func (t *Turn) Spoken(canonical, salt string) []byte {
	p := &t.h.params
	return argon2.IDKey([]byte(canonical), []byte(salt), p.Iterations, p.Memory, p.Parallelism, hashSize)
}

// End gives the place to the next.
func (t *Turn) End() { t.leave() }
