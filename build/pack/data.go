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

// readData returns the pieces by address.
func readData(section []byte) (memory, error) {
	r := reader{rest: section}
	var m memory
	for range r.unsigned() {
		if kind, op := r.byte(), r.byte(); r.err == nil && (kind != 0 || op != i32Const) {
			return nil, fmt.Errorf("a piece of data is of kind %d with address by %#x, which Go 1.26 does not write", kind, op)
		}
		p := piece{at: r.signed()}
		if op := r.byte(); r.err == nil && op != opEnd {
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

// join joins the pieces that are not far apart. Memory is zero before, so zeros between them change nothing.
func (m memory) join() memory {
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
	return joined
}

// reachTo has a piece that begins a little behind an address begin there. The linker leaves out zeros before it.
func (m memory) reachTo(at uint64) {
	for i, p := range m {
		if gap := p.at - int(at); gap > 0 && gap < 8 {
			m[i] = piece{int(at), append(make([]byte, gap), p.content...)}
		}
	}
}

// split leaves out zeros that are many.
func (m memory) split() memory {
	var parts memory
	for _, p := range m {
		from, zeros := 0, 0
		for i, b := range p.content {
			if b == 0 {
				zeros++
				continue
			}
			if zeros >= farApart {
				if from < i-zeros {
					parts = append(parts, piece{p.at + from, p.content[from : i-zeros]})
				}
				from = i
			}
			zeros = 0
		}
		parts = append(parts, piece{p.at + from, p.content[from:]})
	}
	return parts
}

func (m memory) write() []byte {
	out := appendUnsigned(nil, len(m))
	for _, p := range m {
		out = append(out, 0, i32Const)
		out = appendSigned(out, p.at)
		out = append(out, opEnd)
		out = appendUnsigned(out, len(p.content))
		out = append(out, p.content...)
	}
	return out
}
