// Package chain ties the audit entries of a stream together by a keyed hash, and walks them. A chain shows what was
// edited, removed, inserted or reordered by anybody without the key; heads that are kept elsewhere show truncation. It
// is apart from package audit because the browser shows entries and never checks them.
package chain

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"countersign/shared/audit"
	"countersign/shared/live"
)

// Seal puts an entry at its place in its stream's chain: Seq, Prev and MAC (HMAC-SHA-256, RFC 2104) over every field.
func Seal(e *audit.Entry, key []byte, seq int64, prev string) {
	e.Seq, e.Prev = seq, prev
	e.MAC = mac(e, key)
}

func mac(e *audit.Entry, key []byte) string {
	h := hmac.New(sha256.New, key)
	put(h, "countersign audit 1", string(e.Stream))
	putInt(h, e.Seq)
	putInt(h, e.At)
	put(h, string(e.Kind), string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, string(e.Grant), string(e.Session),
		e.Request, e.Address, e.Object, string(e.Outcome), e.Prev)
	putInt(h, int64(len(e.Detail)))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		put(h, k, e.Detail[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// put writes each part with its length before it, so that no two entries have the same bytes.
func put(h hash.Hash, parts ...string) {
	for _, p := range parts {
		putInt(h, int64(len(p)))
		h.Write([]byte(p))
	}
}

func putInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Verifier walks one stream from its first entry.
type Verifier struct {
	key    []byte
	stream live.Stream
	seq    int64
	prev   string
}

// NewVerifier starts before the first entry of a stream.
func NewVerifier(key []byte, stream live.Stream) *Verifier {
	return &Verifier{key: key, stream: stream}
}

// Next checks the entry that must follow. Its error says what is wrong with which entry.
func (v *Verifier) Next(e *audit.Entry) error {
	switch {
	case e.Stream != v.stream:
		return fmt.Errorf("entry %d of %s stands in the chain of %s", e.Seq, e.Stream, v.stream)
	case e.Seq != v.seq+1:
		return fmt.Errorf("%s: entry %d is followed by entry %d", v.stream, v.seq, e.Seq)
	case e.Prev != v.prev:
		return fmt.Errorf("%s: entry %d does not continue entry %d", v.stream, e.Seq, v.seq)
	case !hmac.Equal([]byte(e.MAC), []byte(mac(e, v.key))):
		return fmt.Errorf("%s: entry %d was changed", v.stream, e.Seq)
	}
	v.seq, v.prev = e.Seq, e.MAC
	return nil
}

// Head is where the walk stands.
func (v *Verifier) Head() audit.Head { return audit.Head{Stream: v.stream, Seq: v.seq, MAC: v.prev} }

// EndsAt checks that the walk ended where a head says the chain ends: what was cut off its end is missing.
func (v *Verifier) EndsAt(h audit.Head) error {
	switch {
	case v.seq < h.Seq:
		return fmt.Errorf("%s: entry %d is missing", v.stream, v.seq+1)
	case v.seq > h.Seq || v.prev != h.MAC:
		return fmt.Errorf("%s: the chain does not end at entry %d as its head says", v.stream, h.Seq)
	}
	return nil
}
