package main

import (
	"encoding/binary"
	"errors"
	"slices"
)

// arranged is a part of the table of functions as it is written anew, in the order in which functions need what is there.
// How far it is from one to the next is then mostly the length of the one.
type arranged struct {
	content []byte
	at      map[uint32]uint32 // by where it was
}

func (a *arranged) move(at uint32, content []byte) uint32 {
	to, known := a.at[at]
	if !known {
		to = uint32(len(a.content))
		a.at[at] = to
		a.content = append(a.content, content...)
	}
	return to
}

// arrange moves names, tables by program counter and facts to where the functions' order puts them. Nothing but the
// functions' records tells where they are, after dropTraces.
func (f *functions) arrange() error {
	if len(f.factsBegin) == 0 {
		return errors.New("has no facts about functions")
	}
	ends := append(f.factsBegin[1:], uint32(len(f.facts)))
	// in names and tables zero means that there is none
	names, tables := arranged{[]byte{0}, map[uint32]uint32{0: 0}}, arranged{[]byte{0}, map[uint32]uint32{0: 0}}
	facts := arranged{nil, map[uint32]uint32{noFact: noFact}}
	get, put := binary.LittleEndian.Uint32, binary.LittleEndian.PutUint32
	name := func(record []byte) error {
		at := get(record[fieldName:])
		put(record[fieldName:], names.move(at, append(slices.Clone(f.name(at)), 0)))
		return nil
	}
	table := func(field func([]byte) int) func([]byte) error {
		return func(record []byte) error {
			i := field(record)
			if i == 0 {
				return nil
			}
			at := get(record[i:])
			content, err := f.table(at)
			put(record[i:], tables.move(at, content))
			return err
		}
	}
	fact := func(n int) func([]byte) error {
		return func(record []byte) error {
			if n >= int(record[fieldFacts]) {
				return nil
			}
			i := recordSize + 4*(int(get(record[fieldTables:]))+n)
			at := get(record[i:])
			if _, known := facts.at[at]; !known {
				k, _ := slices.BinarySearch(ends, at+1)
				facts.move(at, f.facts[at:ends[k]])
			}
			put(record[i:], facts.at[at])
			return nil
		}
	}
	live := func(record []byte) int {
		if get(record[fieldTables:]) <= tableLive {
			return 0
		}
		return recordSize + 4*tableLive
	}
	for _, move := range []func([]byte) error{name, table(func([]byte) int { return fieldStack }), table(live), fact(0), fact(1), fact(2), fact(4)} {
		for i := range f.count {
			record, err := f.record(i)
			if err != nil {
				return err
			}
			if err := move(record); err != nil {
				return err
			}
		}
	}
	for _, part := range []struct{ from, to []byte }{{names.content, f.names}, {tables.content, f.pcs}, {facts.content, f.facts}} {
		if len(part.from) > len(part.to) {
			return errors.New("the table of functions became longer")
		}
		clear(part.to[copy(part.to, part.from):])
	}
	return nil
}
