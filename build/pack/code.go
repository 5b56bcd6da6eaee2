package main

import (
	"errors"
	"fmt"
)

// instruction is one of a function's body. Those with two numbers are accesses to memory (alignment and offset) and
// indirect calls; a table of branches and a constant with a fraction keep their bytes in rest.
type instruction struct {
	op   byte
	a, b int
	rest []byte
}

// Opcodes that are named anywhere here.
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opElse        = 0x05
	opEnd         = 0x0b
	opBr          = 0x0c
	opBrIf        = 0x0d
	opBrTable     = 0x0e
	opReturn      = 0x0f
	opCall        = 0x10
	opIndirect    = 0x11
	opDrop        = 0x1a
	opSelect      = 0x1b
	localGet      = 0x20
	localSet      = 0x21
	localTee      = 0x22
	globalGet     = 0x23
	globalSet     = 0x24
	firstLoad     = 0x28
	firstStore    = 0x36
	lastStore     = 0x3e
	memorySize    = 0x3f
	memoryGrow    = 0x40
	i32Const      = 0x41
	i64Const      = 0x42
	f32Const      = 0x43
	f64Const      = 0x44
	i32Eqz        = 0x45
	i64Eqz        = 0x50
	i32Add        = 0x6a
	i32Sub        = 0x6b
	i64Add        = 0x7c
	i32Wrap       = 0xa7 // of an i64
	i64ExtendS    = 0xac
	i64ExtendU    = 0xad
	opMore        = 0xfc

	// ranges, in which operators of one operand are among those of two
	lastComparison  = 0x66
	firstConversion = 0xa7
	lastNumeric     = 0xc4

	noResult = 0x40 // of a block
)

// body is a function's.
type body struct {
	locals []byte
	code   []instruction
}

func readBody(b []byte) (body, error) {
	r := reader{rest: b}
	for range r.unsigned() {
		r.unsigned()
		r.byte()
	}
	f := body{locals: b[:len(b)-len(r.rest)]}
	for len(r.rest) > 0 {
		in, err := r.instruction()
		if err != nil {
			return f, err
		}
		f.code = append(f.code, in)
	}
	return f, r.err
}

func (r *reader) instruction() (instruction, error) {
	in := instruction{op: r.byte()}
	switch op := in.op; {
	case op == opBlock || op == opLoop || op == opIf:
		in.a = int(r.byte())
		if in.a < noResult {
			return in, errors.New("a block has a type of its own, which Go 1.26 does not write")
		}
	case op == opBr || op == opBrIf || op == opCall || op >= localGet && op <= globalSet || op == memorySize || op == memoryGrow:
		in.a = r.unsigned()
	case op == opIndirect || op >= firstLoad && op <= lastStore:
		in.a, in.b = r.unsigned(), r.unsigned()
	case op == opBrTable:
		from := r.rest
		for range r.unsigned() + 1 {
			r.unsigned()
		}
		in.rest = from[:len(from)-len(r.rest)]
	case op == i32Const || op == i64Const:
		in.a = r.signed()
	case op == f32Const:
		in.rest = r.bytes(4)
	case op == f64Const:
		in.rest = r.bytes(8)
	case op == opMore:
		from := r.rest
		switch sub := r.unsigned(); {
		case sub <= 7: // truncation
		case sub == 10: // memory.copy
			r.bytes(2)
		case sub == 11: // memory.fill
			r.byte()
		default:
			return in, fmt.Errorf("an instruction %#x %d, which Go 1.26 does not write", op, sub)
		}
		in.rest = from[:len(from)-len(r.rest)]
	case op <= 1 || op == opElse || op == opEnd || op == opReturn || op == opDrop || op == opSelect || op >= i32Eqz && op <= lastNumeric:
	default:
		return in, fmt.Errorf("an instruction %#x, which Go 1.26 does not write", op)
	}
	return in, r.err
}

func (f body) write() []byte {
	out := append([]byte(nil), f.locals...)
	for _, in := range f.code {
		out = append(out, in.op)
		switch op := in.op; {
		case op == opBlock || op == opLoop || op == opIf:
			out = append(out, byte(in.a))
		case op == opBr || op == opBrIf || op == opCall || op >= localGet && op <= globalSet || op == memorySize || op == memoryGrow:
			out = appendUnsigned(out, in.a)
		case op == opIndirect || op >= firstLoad && op <= lastStore:
			out = appendUnsigned(appendUnsigned(out, in.a), in.b)
		case op == i32Const || op == i64Const:
			out = appendSigned(out, in.a)
		default:
			out = append(out, in.rest...)
		}
	}
	return out
}

// simplifyCode simplifies every function, and adds the constants in them, the low 32 bits of each.
func simplifyCode(section []byte, nilPanic int, constants map[uint32]bool) ([]byte, error) {
	r := reader{rest: section}
	count := r.unsigned()
	out := appendUnsigned(nil, count)
	for i := range count {
		b := r.bytes(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		f, err := readBody(b)
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", i, err)
		}
		f.simplify(nilPanic)
		for _, in := range f.code {
			if in.op == i32Const || in.op == i64Const {
				constants[uint32(in.a)] = true
			}
		}
		b = f.write()
		out = append(appendUnsigned(out, len(b)), b...)
	}
	if len(r.rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the code", len(r.rest))
	}
	return out, nil
}
