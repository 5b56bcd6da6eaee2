package main

import "errors"

// reader takes numbers and bytes off a file. After the first error it returns nothing more.
type reader struct {
	rest []byte
	err  error
}

var errShort = errors.New("ends too early")

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.rest) {
		r.err, r.rest = errShort, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// unsigned reads a number in LEB128, as WebAssembly writes them.
func (r *reader) unsigned() int {
	n, _, _ := r.leb()
	return n
}

// signed does the same with a sign, which is the second highest bit of the last byte.
func (r *reader) signed() int {
	n, bits, last := r.leb()
	if last&0x40 != 0 {
		n -= 1 << bits
	}
	return n
}

func (r *reader) leb() (n, bits int, last byte) {
	for r.err == nil {
		last = r.byte()
		n |= int(last&0x7f) << bits
		bits += 7
		if last&0x80 == 0 {
			return n, bits, last
		}
		if bits > 70 {
			r.err = errors.New("has a number of more than 64 bits")
		}
	}
	return 0, 0, 0
}

func appendUnsigned(out []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

func appendSigned(out []byte, n int) []byte {
	for ; n >= 0x40 || n < -0x40; n >>= 7 {
		out = append(out, byte(n)&0x7f|0x80)
	}
	return append(out, byte(n)&0x7f)
}
