package main

import (
	"errors"
	"fmt"
	"slices"
)

// piece is a part of the memory's first content.
type piece struct {
	at      int
	content []byte
}

type memory []piece

// Opcodes around a piece's address.
const (
	i32Const = 0x41
	end      = 0x0b
)

// readData returns the pieces by address.
func readData(section []byte) (memory, error) {
	r := reader{rest: section}
	var m memory
	for range r.unsigned() {
		if kind, op := r.byte(), r.byte(); r.err == nil && (kind != 0 || op != i32Const) {
			return nil, fmt.Errorf("a piece of data is of kind %d with address by %#x, which Go 1.26 does not write", kind, op)
		}
		p := piece{at: r.signed()}
		if op := r.byte(); r.err == nil && op != end {
			return nil, fmt.Errorf("the address of a piece of data goes on with %#x", op)
		}
		p.content = r.bytes(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		m = append(m, p)
	}
	if len(r.rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the data", len(r.rest))
	}
	slices.SortStableFunc(m, func(a, b piece) int { return a.at - b.at })
	for i := 1; i < len(m); i++ {
		if m[i].at < m[i-1].at+len(m[i-1].content) {
			return nil, errors.New("pieces of data overlap")
		}
	}
	return m, nil
}

// farApart are pieces that stay two: more zeros between them than a browser should have to read.
const farApart = 1 << 16

// write joins the pieces that are not far apart. Memory is zero before, so zeros between them change nothing.
func (m memory) write() []byte {
	var joined memory
	for _, p := range m {
		if n := len(joined); n > 0 {
			last := &joined[n-1]
			if gap := p.at - last.at - len(last.content); gap < farApart {
				last.content = append(append(last.content, make([]byte, gap)...), p.content...)
				continue
			}
		}
		joined = append(joined, piece{p.at, slices.Clone(p.content)})
	}

	out := appendUnsigned(nil, len(joined))
	for _, p := range joined {
		out = append(out, 0, i32Const)
		out = appendSigned(out, p.at)
		out = append(out, end)
		out = appendUnsigned(out, len(p.content))
		out = append(out, p.content...)
	}
	return out
}
