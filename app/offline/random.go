package offline

import (
	"encoding/hex"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// NewNumber is the id of a number that is to be made.
func NewNumber() id.Number { return id.Number(newUUID(ground)) }

func newUid(g *Ground) replica.Uid {
	var b [16]byte
	g.RandomBits(b[:])
	return replica.Uid(hex.EncodeToString(b[:]))
}

// newUUID is a random UUID (RFC 9562, version 4).
func newUUID(g *Ground) string {
	var b [16]byte
	g.RandomBits(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
