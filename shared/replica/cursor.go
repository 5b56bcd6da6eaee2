package replica

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
)

// CursorParts are a place in a history: which one, how far, and the chain there. The server signs them; a device only
// reads them.
type CursorParts struct {
	Epoch Epoch
	Seq   int64
	Chain [8]byte
}

// Given is when the history got this name, Unix ms by the server; 0 for its first one.
func (e Epoch) Given() int64 {
	first, _, named := strings.Cut(string(e), ".")
	if !named {
		return 0
	}
	ms, _ := strconv.ParseInt(first, 10, 64)
	return ms
}

// MACBytes is the length of the signature at the end of a cursor.
const MACBytes = 16

// Bytes is what the signature covers.
func (c CursorParts) Bytes() []byte {
	b := binary.AppendUvarint(nil, uint64(c.Seq))
	b = append(b, c.Chain[:]...)
	return append(b, c.Epoch...)
}

// Text is the cursor with its signature.
func (c CursorParts) Text(mac []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(c.Bytes(), mac...))
}

// ReadCursor takes a cursor apart; ok is false when it is none. mac still has to be compared by who has the key.
func ReadCursor(s string) (c CursorParts, mac []byte, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < MACBytes {
		return c, nil, false
	}
	mac, b = b[len(b)-MACBytes:], b[:len(b)-MACBytes]
	seq, n := binary.Uvarint(b)
	if n <= 0 || int64(seq) < 0 || len(b) < n+len(c.Chain)+1 {
		return c, nil, false
	}
	c.Seq = int64(seq)
	copy(c.Chain[:], b[n:])
	c.Epoch = Epoch(b[n+len(c.Chain):])
	return c, mac, true
}
