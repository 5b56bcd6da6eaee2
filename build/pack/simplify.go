package main

import "slices"

// Locals of every function that Go compiled: the block to go on with, and the pointer to Go's stack.
const (
	nextBlock    = 0
	stackPointer = 1
)

// simplify writes a function so that it does the same with less, and above all says it the same way everywhere: what
// depends on where in a function something stands is what costs, not what is long. nilPanic is the function that Go
// calls when a pointer is nil, or -1 to leave these calls as they are.
func (f *body) simplify(nilPanic int) {
	f.shorten()
	f.foldOffsets()
	f.leaveAtOnce()
	f.jumpAtOnce()
	if nilPanic >= 0 {
		f.shareNilPanics(nilPanic)
	}
}

// shorten replaces a few instructions that stand side by side: Go computes addresses and conditions with 64 bits first.
func (f *body) shorten() {
	var out []instruction
	last := func(ops ...byte) bool {
		if len(out) < len(ops) {
			return false
		}
		for i, op := range ops {
			if out[len(out)-len(ops)+i].op != op {
				return false
			}
		}
		return true
	}
	extended := func() bool { return last(i64ExtendU) || last(i64ExtendS) }

	for _, in := range f.code {
		n := len(out)
		switch {
		case in.op == i32Wrap && last(i64Const):
			out[n-1] = instruction{op: i32Const, a: int(int32(out[n-1].a))}
			continue
		case in.op == i32Wrap && extended():
			out = out[:n-1]
			continue
		case in.op == i32Wrap && last(i64ExtendU, i64Const, i64Add):
			out = append(out[:n-3], instruction{op: i32Const, a: int(int32(out[n-2].a))}, instruction{op: i32Add})
			continue
		case in.op == i64Eqz && extended():
			out[n-1] = instruction{op: i32Eqz}
			continue
		case in.op == localGet && last(localSet) && out[n-1].a == in.a:
			out[n-1].op = localTee
			continue
		}
		for (in.op == opIf || in.op == opBrIf) && last(i32Eqz, i32Eqz) {
			out = out[:len(out)-2]
		}
		out = append(out, in)
	}
	f.code = out
}

// foldOffsets moves what is added to the stack pointer into the instruction that reads or writes there. An address on
// the stack never wraps around, so that adding within the instruction is the same.
func (f *body) foldOffsets() {
	const unknown = -1
	c := f.code
	var operands []int // where in c the constant stands that a stack address was made with
	pop := func(n int) int {
		at := unknown
		for range n {
			at = unknown
			if m := len(operands); m > 0 {
				at, operands = operands[m-1], operands[:m-1]
			}
		}
		return at
	}
	gone := map[int]bool{}
	fold := func(access *instruction, at int) {
		if at != unknown {
			access.b += c[at].a
			gone[at], gone[at+1] = true, true
		}
	}
	for i := range c {
		switch op := c[i].op; {
		case op == i32Add && i >= 2 && c[i-1].op == i32Const && c[i-1].a > 0 && c[i-2].op == localGet && c[i-2].a == stackPointer:
			pop(2)
			operands = append(operands, i-1)
		case op >= firstLoad && op < firstStore:
			fold(&c[i], pop(1))
			operands = append(operands, unknown)
		case op >= firstStore && op <= lastStore:
			pop(1)
			fold(&c[i], pop(1))
		default:
			takes, gives, known := effect(op)
			if !known {
				operands = operands[:0]
				continue
			}
			pop(takes)
			if gives {
				operands = append(operands, unknown)
			}
		}
	}
	i := -1
	f.code = slices.DeleteFunc(c, func(instruction) bool { i++; return gone[i] })
}

// effect says how many operands an instruction takes and whether it gives one. Of control, of calls and of what Go
// rarely writes it is not known.
func effect(op byte) (takes int, gives, known bool) {
	switch {
	case op == localGet, op == globalGet, op >= i32Const && op <= f64Const:
		return 0, true, true
	case op == localSet, op == globalSet, op == opDrop:
		return 1, false, true
	case op == localTee, op == i32Eqz, op == i64Eqz:
		return 1, true, true
	case op > i32Eqz && op <= lastComparison:
		return 2, true, true
	case op >= firstConversion && op <= lastNumeric, slices.Contains(unary, op):
		return 1, true, true
	case op > lastComparison && op < firstConversion:
		return 2, true, true
	case op == opSelect:
		return 3, true, true
	}
	return 0, false, false
}

// unary are the operators of one operand among those of two: counting bits, signs, roots and rounding.
var unary = []byte{0x67, 0x68, 0x69, 0x79, 0x7a, 0x7b, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f}

// leaveAtOnce returns where Go branches to the function's last instructions, which return 1: after each call that was
// interrupted. How far it is to there is different at each call.
func (f *body) leaveAtOnce() {
	n := len(f.code)
	if n < 4 || f.code[n-1].op != opEnd || f.code[n-2].op != i32Const || f.code[n-2].a != 1 || f.code[n-3].op != opEnd {
		return
	}
	first := slices.IndexFunc(f.code, func(in instruction) bool { return in.op == opBlock || in.op == opLoop || in.op == opIf })
	if f.code[first].op != opBlock || f.endOf(first) != n-3 {
		return
	}
	depth := 0
	var out []instruction
	for _, in := range f.code {
		switch in.op {
		case opBlock, opLoop, opIf:
			depth++
		case opEnd:
			depth--
		case opBrIf:
			if in.a == depth-1 {
				out = append(out, instruction{op: opIf, a: noResult}, instruction{op: i32Const, a: 1}, instruction{op: opReturn}, instruction{op: opEnd})
				continue
			}
		}
		out = append(out, in)
	}
	f.code = out
}

// endOf is where the construct that begins at from ends.
func (f *body) endOf(from int) int {
	depth := 0
	for i := from; i < len(f.code); i++ {
		switch f.code[i].op {
		case opBlock, opLoop, opIf:
			depth++
		case opEnd:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// jumpAtOnce branches to where a jump goes. Go sets the number of the next block, branches to the head of the loop
// around everything, and finds the block in a table there. Jumps backward have no other way.
func (f *body) jumpAtOnce() {
	c := f.code
	loop := -1
	var open []int  // where the constructs around begin
	var table []int // where the construct begins behind whose end a block stands
	var out []instruction
	for i := 0; i < len(c); i++ {
		in := c[i]
		switch in.op {
		case opLoop:
			if loop < 0 {
				loop = i
			}
			open = append(open, i)
		case opBlock, opIf:
			open = append(open, i)
		case opEnd:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case opBrTable:
			if table != nil || loop < 0 || !(c[i-1].op == localGet && c[i-1].a == nextBlock) {
				return
			}
			r := reader{rest: in.rest}
			for range r.unsigned() + 1 {
				table = append(table, open[len(open)-1-r.unsigned()])
			}
		case opBr:
			if table == nil || in.a >= len(open) || open[len(open)-1-in.a] != loop {
				break
			}
			if c[i-1].op != localSet || c[i-1].a != nextBlock || c[i-2].op != i32Const {
				return
			}
			target := table[min(uint(c[i-2].a), uint(len(table)-1))]
			at := slices.Index(open, target)
			if at < 0 || c[target].op != opBlock {
				break
			}
			out = out[:len(out)-2]
			in.a = len(open) - 1 - at
			if n := len(out); out[n-1].op == opIf && c[i+1].op == opEnd {
				out[n-1] = instruction{op: opBrIf, a: in.a - 1}
				open = open[:len(open)-1]
				i++
				continue
			}
		}
		out = append(out, in)
	}
	f.code = out
}

// shareNilPanics has all calls of the function for nil pointers pretend to come from the first one's place. Nothing
// ever returns there, and how far the stack reaches down is the same everywhere behind a function's beginning: only
// the line is another.
func (f *body) shareNilPanics(nilPanic int) {
	from := 0
	for i, in := range f.code {
		if in.op != opCall || in.a != nilPanic || i < 3 {
			continue
		}
		place := &f.code[i-3] // const, store, const, call
		if place.op != i64Const || f.code[i-2].op < firstStore || f.code[i-2].op > lastStore {
			continue
		}
		if from == 0 {
			from = place.a
		}
		place.a = from
	}
}
