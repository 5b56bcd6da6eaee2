package replica

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"countersign/shared/id"
)

// ReceiptHash is an outcome's part of a receipt sum. Sums add modulo 2^64, so that a run of receipts can be summed from
// two stored totals and an end can be cut off.
func ReceiptHash(o *Outcome) uint64 {
	h := fnv(fnvStart).eight(uint64(o.Mid)).text(string(o.Uid)).text(string(o.St)).eight(uint64(o.Seq))
	return mix(uint64(h))
}

// RowHash is a live number's part of a Digest.
func RowHash(n id.Number, ver int64) uint64 {
	return fnv(fnvStart).text(string(n)).row(ver)
}

// fnv is FNV-1a of 64 bits. That of the standard library is behind an interface: a base of 100,000 rows takes four times
// as long with it.
type fnv uint64

const (
	fnvStart = 14695981039346656037
	fnvPrime = 1099511628211
)

func (h fnv) text(s string) fnv {
	for i := range len(s) {
		h = (h ^ fnv(s[i])) * fnvPrime
	}
	return h
}

// row is RowHash of the number whose id was added.
func (h fnv) row(ver int64) uint64 { return mix(uint64(h.eight(uint64(ver)))) }

// short is a hash of what was added for a table.
func (h fnv) short() uint32 { return uint32(mix(uint64(h))) }

// eight adds the bytes of a number, the highest first.
func (h fnv) eight(n uint64) fnv {
	for shift := 56; shift >= 0; shift -= 8 {
		h = (h ^ fnv(byte(n>>shift))) * fnvPrime
	}
	return h
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
