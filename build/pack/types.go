package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

// Go's descriptions of types, as the compiler of Go 1.26 writes them.
const (
	typeSize    = 48 // of what all kinds have
	typeUsed    = 8  // how far there are pointers
	typeHash    = 16
	typeFlags   = 20 // then two bytes of alignment, and one of the kind
	typeKind    = 23
	typeName    = 40
	typePointer = 44 // the type of pointers to it

	flagMethods  = 1 << 0 // methods and the package follow
	flagStar     = 1 << 1 // the name begins with a star that does not belong to it
	flagOnDemand = 1 << 4 // the garbage collector reads the fields
	flagsKnown   = 1<<6 - 1

	kindArray, kindChan, kindFunc, kindInterface, kindMap, kindPointer, kindSlice, kindStruct, lastKind = 17, 18, 19, 20, 21, 22, 23, 25, 26

	structFields = 56 // where they are, and how many
	fieldSize    = 24

	methodSize  = 16
	unreachable = ^uint32(0)
)

// kindSize is how much longer the descriptions of some kinds are.
var kindSize = map[byte]int{kindArray: 24, kindChan: 16, kindFunc: 8, kindInterface: 32, kindMap: 64, kindPointer: 8, kindSlice: 8, kindStruct: 32}

// types are the descriptions and their names, and some constants before and behind.
type types struct {
	begin uint64
	all   []byte
	found []int // where descriptions are
}

// packTypes clears what nothing asks for of types, with the names that nothing else has. Constants are the numbers in the
// code.
func (m memory) packTypes(f *functions, constants map[uint32]bool) error {
	m.reachTo(f.types)
	t := &types{begin: f.types, all: m.between(f.types, f.endOfTypes)}
	if t.all == nil {
		return errors.New("has no types")
	}
	t.find()
	names := map[uint32]bool{}
	for _, at := range t.found {
		t.dropMethods(at, names)
		t.dropVariables(at, names)
		dropHash(t.all[at+typeHash:], constants)
	}
	for i := range f.tablesOfMethods.count {
		at := m.between(f.tablesOfMethods.at+8*i, f.tablesOfMethods.at+8*i+8)
		if at == nil {
			return errors.New("a table of methods is outside")
		}
		table := binary.LittleEndian.Uint64(at)
		hash := m.between(table+typeHash, table+typeHash+4)
		if hash == nil {
			return errors.New("a table of methods is outside")
		}
		dropHash(hash, constants)
	}
	t.dropNames(m, names, constants)
	return nil
}

// find takes for a description what makes sense as one. What is none does not: sizes have at least five zeros, and the
// name has to be text of the length that stands before it.
func (t *types) find() {
	for at := 0; at+typeSize <= len(t.all); at += 8 {
		if size := t.sizeOf(at); size > 0 {
			t.found = append(t.found, at)
			at += size - 8
		}
	}
}

func (t *types) word(at int) uint32 { return binary.LittleEndian.Uint32(t.all[at:]) }
func (t *types) long(at int) uint64 { return binary.LittleEndian.Uint64(t.all[at:]) }

// sizeOf is zero when there is no description.
func (t *types) sizeOf(at int) int {
	d := t.all[at : at+typeSize]
	kind := d[typeKind]
	size := typeSize + kindSize[kind]
	if d[typeFlags]&flagMethods != 0 {
		size += 16
	}
	switch {
	case kind == 0 || kind > lastKind || d[typeFlags] > flagsKnown || !alignment(d[typeFlags+1]) || !alignment(d[typeFlags+2]):
	case t.long(at) >= 1<<24 || t.long(at+typeUsed) > t.long(at) || t.word(at+typePointer) >= uint32(len(t.all)):
	case t.nameAt(t.word(at+typeName)) == "" || at+size > len(t.all):
	default:
		return size
	}
	return 0
}

func alignment(n byte) bool { return n == 1 || n == 2 || n == 4 || n == 8 }

// span is what a name takes with the length before it, nil when there is no text.
func (t *types) span(at uint32) (name []byte, text int) {
	if at == 0 || int64(at) >= int64(len(t.all)) || t.all[at] > 15 {
		return nil, 0
	}
	r := reader{rest: t.all[at+1:]}
	n := r.unsigned()
	text = len(t.all) - int(at) - len(r.rest)
	if b := r.bytes(n); n == 0 || r.err != nil || bytes.ContainsFunc(b, func(c rune) bool { return c < ' ' }) {
		return nil, 0
	}
	return t.all[at : int(at)+text+n], text
}

func (t *types) nameAt(at uint32) string {
	name, text := t.span(at)
	return string(name[text:])
}

// dropHash clears a hash that no type switch compares with. Nothing else needs it: the runtime that build/slim patches
// finds tables of methods by addresses.
func dropHash(hash []byte, constants map[uint32]bool) {
	if !constants[binary.LittleEndian.Uint32(hash)] {
		clear(hash[:4])
	}
}

// dropMethods clears the methods whose type the linker has found nobody to have, so that they are never looked up.
func (t *types) dropMethods(at int, names map[uint32]bool) {
	if t.all[at+typeFlags]&flagMethods == 0 {
		return
	}
	from := at + typeSize + kindSize[t.all[at+typeKind]]
	count, first := int(t.word(from+4)&0xffff), from+int(t.word(from+8))
	if first+count*methodSize > len(t.all) {
		return
	}
	for i := range count {
		if m := first + i*methodSize; t.word(m+4) == unreachable {
			names[t.word(m)] = true
			clear(t.all[m : m+methodSize])
		}
	}
}

// dropVariables clears what is written of the variables of a function literal. Nobody ever has a value of such a struct:
// it is only allocated, and what the garbage collector needs to know stays.
func (t *types) dropVariables(at int, names map[uint32]bool) {
	d := t.all[at:]
	if d[typeKind] != kindStruct || d[typeFlags]&(flagOnDemand|flagMethods) != 0 || at+typeSize+kindSize[kindStruct] > len(t.all) {
		return
	}
	name := t.nameAt(t.word(at + typeName))
	if d[typeFlags]&flagStar != 0 {
		name = strings.TrimPrefix(name, "*")
	}
	first, count := int(t.long(at+structFields)-t.begin), int(t.long(at+structFields+8))
	if !strings.HasPrefix(name, "struct { F uintptr; ") || first != at+typeSize+kindSize[kindStruct] || first+count*fieldSize > len(t.all) {
		return
	}
	names[t.word(at+typeName)] = true
	for i := range count {
		names[uint32(t.long(first+i*fieldSize)-t.begin)] = true
	}
	clear(d[typeName:typeSize])
	clear(t.all[at+typeSize : first+count*fieldSize])
}

// dropNames clears names to which nothing in memory or code could be a reference.
func (t *types) dropNames(m memory, names, constants map[uint32]bool) {
	for at := 0; at+4 <= len(t.all); at += 4 {
		delete(names, t.word(at))
	}
	for _, p := range m {
		for i := -p.at & 7; i+8 <= len(p.content); i += 8 {
			if v := binary.LittleEndian.Uint64(p.content[i:]); v > t.begin {
				delete(names, uint32(min(v-t.begin, uint64(unreachable))))
			}
		}
	}
	for at := range names {
		if name, _ := t.span(at); !constants[uint32(t.begin)+at] {
			clear(name)
		}
	}
}
