package replica

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// N13: what a server wrote into a manifest, with the standard library, is what a device finds, at every length around the
// edges of blocks.
func TestSHA256IsTheStandardOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		data := make([]byte, n)
		if n > 280 {
			data = make([]byte, 100_000+n)
		}
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		want := sha256.Sum256(data)
		if got := sha256Hex(data); got != hex.EncodeToString(want[:]) {
			t.Errorf("of %d bytes: got %s, want %x", len(data), got, want)
		}
	}
}

// A chunk of 1,000 rows weighs some 60 KB.
func BenchmarkSHA256(b *testing.B) {
	data := make([]byte, 60_000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sha256Hex(data)
	}
}
