package main

import (
	"fmt"
	"regexp/syntax"
	"strings"
)

// pattern is one of the metadata's regular expressions, run over digits as an automaton whose states are ordered lists of
// threads: first come the alternatives that the expression prefers, so that "the leftmost, first match" means what it
// means to the library.
type pattern struct {
	prog  *syntax.Prog
	group int // the group whose place in the text is kept, 0 for none
}

// thread waits at an instruction that reads a digit, at the end of the expression, or for the end of the text.
type thread struct {
	pc         uint32
	begin, end int // of the group, -1 where it was not met
}

type threads []thread

func (ts threads) key(b *strings.Builder) {
	for _, t := range ts {
		fmt.Fprintf(b, "%d,%d,%d;", t.pc, t.begin, t.end)
	}
	b.WriteByte('|')
}

// compile reads an expression that is matched from the beginning of the text.
func compile(expr string, group int) (*pattern, error) {
	re, err := syntax.Parse("^(?:"+expr+")", syntax.Perl)
	if err != nil {
		return nil, err
	}
	if group > re.MaxCap() {
		return nil, fmt.Errorf("%q has no group %d", expr, group)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	return &pattern{prog, group}, nil
}

// whole reads an expression that must match the whole text.
func whole(expr string) (*pattern, error) { return compile("(?:"+expr+")$", 0) }

// prefix reads an expression that must match the beginning of the text; the rest may be anything.
func prefix(expr string) (*pattern, error) { return compile("(?:"+expr+`)\d*$`, 0) }

func (p *pattern) start() threads {
	return p.follow(nil, map[uint32]bool{}, thread{uint32(p.prog.Start), -1, -1}, 0, false)
}

// step reads a digit, which ends at pos.
func (p *pattern) step(ts threads, digit byte, pos int) threads {
	var next threads
	seen := map[uint32]bool{}
	for _, t := range ts {
		inst := &p.prog.Inst[t.pc]
		if inst.Op == syntax.InstMatch {
			break // what comes later in the list would be a match that is liked less
		}
		if inst.Op != syntax.InstEmptyWidth && inst.MatchRune(rune(digit)) {
			next = p.follow(next, seen, thread{inst.Out, t.begin, t.end}, pos, false)
		}
	}
	return next
}

// match returns the preferred thread that has matched at pos; atEnd says whether the text ends there.
func (p *pattern) match(ts threads, pos int, atEnd bool) (thread, bool) {
	for _, t := range ts {
		switch p.prog.Inst[t.pc].Op {
		case syntax.InstMatch:
			return t, true
		case syntax.InstEmptyWidth:
			if !atEnd {
				continue
			}
			for _, after := range p.follow(nil, map[uint32]bool{}, t, pos, true) {
				if p.prog.Inst[after.pc].Op == syntax.InstMatch {
					return after, true
				}
			}
		}
	}
	return thread{}, false
}

// follow adds the threads that t becomes without reading anything.
func (p *pattern) follow(ts threads, seen map[uint32]bool, t thread, pos int, atEnd bool) threads {
	if seen[t.pc] {
		return ts
	}
	seen[t.pc] = true
	inst := &p.prog.Inst[t.pc]
	on := func(pc uint32) thread { return thread{pc, t.begin, t.end} }
	switch inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		ts = p.follow(ts, seen, on(inst.Out), pos, atEnd)
		return p.follow(ts, seen, on(inst.Arg), pos, atEnd)
	case syntax.InstCapture:
		next := on(inst.Out)
		switch {
		case p.group == 0:
		case int(inst.Arg) == 2*p.group:
			next.begin = pos
		case int(inst.Arg) == 2*p.group+1:
			next.end = pos
		}
		return p.follow(ts, seen, next, pos, atEnd)
	case syntax.InstNop:
		return p.follow(ts, seen, on(inst.Out), pos, atEnd)
	case syntax.InstEmptyWidth:
		switch op := syntax.EmptyOp(inst.Arg); {
		case op == syntax.EmptyBeginText && pos == 0, op == syntax.EmptyEndText && atEnd:
			return p.follow(ts, seen, on(inst.Out), pos, atEnd)
		case op == syntax.EmptyEndText:
			return append(ts, t)
		case op == syntax.EmptyBeginText:
			return ts
		default:
			panic(fmt.Sprintf("an assertion that no metadata had: %v", inst))
		}
	case syntax.InstFail:
		return ts
	}
	return append(ts, t)
}
