package replica

import (
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"strconv"

	"countersign/shared/id"
)

// ReceiptHash is an outcome's part of a receipt sum. Sums add modulo 2^64, so that a run of receipts can be summed from
// two stored totals and an end can be cut off.
func ReceiptHash(o *Outcome) uint64 {
	h := fnv.New64a()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(o.Mid))
	h.Write(b[:])
	h.Write([]byte(o.Uid))
	h.Write([]byte(o.St))
	binary.BigEndian.PutUint64(b[:], uint64(o.Seq))
	h.Write(b[:])
	return mix(h.Sum64())
}

// RowHash is a live number's part of a Digest.
func RowHash(n id.Number, ver int64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	h.Write([]byte(n))
	binary.BigEndian.PutUint64(b[:], uint64(ver))
	h.Write(b[:])
	return mix(h.Sum64())
}

// mix spreads a hash over all bits (the finalizer of splitmix64), so that sums of similar rows don't cancel out.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// SumText is a sum as it travels.
func SumText(sum uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], sum)
	return hex.EncodeToString(b[:])
}

// ParseSum reads a sum; ok is false when s is none.
func ParseSum(s string) (sum uint64, ok bool) {
	v, err := strconv.ParseUint(s, 16, 64)
	return v, err == nil && len(s) == 16
}
