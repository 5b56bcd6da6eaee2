package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Go's table of functions, as the linker of Go 1.26 writes it: a header, then the names, the files of each package,
// the files' names, tables by program counter, and for each function where it begins and its record.
const (
	headerSize = 9 * 8
	recordSize = 44

	// fields of a record, each of four bytes
	fieldName    = 4
	fieldStack   = 16
	fieldFiles   = 20
	fieldLines   = 24
	fieldTables  = 28 // how many tables by program counter follow the record
	fieldPackage = 32
	fieldStart   = 36 // line of the function's beginning
	fieldFacts   = 43 // one byte: how many facts about the function follow these
)

// tablesForTraces and factsForTraces tell what only a stack trace shows, and where a thread may be interrupted, which
// WebAssembly never is. Among the others is what the garbage collector and defer need.
var (
	tablesForTraces = []int{0, 2, 3, 4} // unsafe points, inlined calls, live arguments, bounds (which others encode so)
	factsForTraces  = []int{3, 5, 6, 7} // inlined calls, arguments, live arguments, wrappers
)

const noFact = ^uint32(0)

// magic is that of the table since Go 1.20, for instructions of one byte and addresses of eight.
var magic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// functions is the table, its parts within the memory.
type functions struct {
	names, packages, pcs, all []byte // packages with the names of their files
	facts                     []byte // about functions
	factsBegin                []uint32
	search                    []byte // by which they are found
	count                     int

	types, endOfTypes uint64 // where the types' descriptions begin and end
	tablesOfMethods   struct{ at, count uint64 }
}

// dropTraces overwrites with zeros all that only stack traces show but the names of functions. The runtime takes a
// table at zero as one that is not there and says "?:0".
func (f *functions) dropTraces() error {
	used, named := make([]bool, len(f.pcs)), make([]bool, len(f.names))
	var dropped []uint32
	facts := map[uint32]bool{} // whether anything needs what begins there
	for i := range f.count {
		record, err := f.record(i)
		if err != nil {
			return err
		}
		name := binary.LittleEndian.Uint32(record[fieldName:])
		for n := range f.name(name) {
			named[int(name)+n] = true
		}
		tables := record[recordSize:]
		count := int(binary.LittleEndian.Uint32(record[fieldTables:]))
		for n := range count {
			at := tables[4*n:]
			if slices.Contains(tablesForTraces, n) {
				dropped = append(dropped, binary.LittleEndian.Uint32(at))
				clear(at[:4])
			} else if err := f.markUsed(used, binary.LittleEndian.Uint32(at)); err != nil {
				return err
			}
		}
		for n := range int(record[fieldFacts]) {
			at := tables[4*(count+n):]
			fact := binary.LittleEndian.Uint32(at)
			if fact == noFact {
				continue
			}
			if slices.Contains(factsForTraces, n) {
				if !facts[fact] {
					facts[fact] = false
				}
				binary.LittleEndian.PutUint32(at, noFact)
			} else {
				facts[fact] = true
			}
		}
		if err := f.markUsed(used, binary.LittleEndian.Uint32(record[fieldStack:])); err != nil {
			return err
		}
		for _, field := range []int{fieldFiles, fieldLines} {
			dropped = append(dropped, binary.LittleEndian.Uint32(record[field:]))
		}
		for _, field := range []int{fieldFiles, fieldLines, fieldPackage, fieldStart} {
			clear(record[field : field+4])
		}
	}
	// Equal tables are there once, so one of lines may be one of stack sizes too.
	for _, at := range dropped {
		table, err := f.table(at)
		if err != nil {
			return err
		}
		for i := range table {
			if !used[int(at)+i] {
				table[i] = 0
			}
		}
	}
	for i := range f.names { // what remains is of functions that were always inlined
		if !named[i] {
			f.names[i] = 0
		}
	}
	clear(f.packages)
	f.dropTypeArguments()
	return f.dropFacts(facts)
}

// dropFacts clears what nothing needs, each up to where the next one begins.
func (f *functions) dropFacts(facts map[uint32]bool) error {
	var begin []uint32
	for at := range facts {
		if int64(at) >= int64(len(f.facts)) {
			return errors.New("a fact about a function is outside")
		}
		begin = append(begin, at)
	}
	slices.Sort(begin)
	f.factsBegin = begin
	for i := range len(begin) - 1 {
		if !facts[begin[i]] {
			clear(f.facts[begin[i]:begin[i+1]])
		}
	}
	return nil
}

// dropTypeArguments empties the brackets of generic functions' names, in which stack traces print "..." whatever is in
// them. Every name stays where it begins.
func (f *functions) dropTypeArguments() {
	for name := range bytes.SplitSeq(f.names, []byte{0}) {
		from, to := bytes.IndexByte(name, '[')+1, bytes.LastIndexByte(name, ']')
		if from > 0 && to >= from {
			clear(name[from+copy(name[from:], name[to:]):])
		}
	}
}

// findFunctions looks for the one place that can be the header.
func findFunctions(m memory) (*functions, error) {
	var found *functions
	for _, p := range m {
		for from := 0; ; {
			i := bytes.Index(p.content[from:], magic)
			if i < 0 {
				break
			}
			if f := readHeader(p.content[from+i:]); f != nil {
				if found != nil {
					return nil, errors.New("has two tables of functions")
				}
				if m.readModule(p.at+from+i, f); f.facts == nil || f.search == nil {
					return nil, errors.New("has no module that owns the table of functions")
				}
				found = f
			}
			from += i + 1
		}
	}
	if found == nil {
		return nil, errors.New("has no table of functions")
	}
	return found, nil
}

func readHeader(file []byte) *functions {
	if len(file) < headerSize {
		return nil
	}
	at := func(word int) uint64 { return binary.LittleEndian.Uint64(file[8*word:]) }
	count, names, packages, pcs, all := at(1), at(4), at(5), at(7), at(8)
	if names != headerSize || packages < names || at(6) < packages || pcs < at(6) || all < pcs || all > uint64(len(file)) ||
		count > (uint64(len(file))-all)/8 {
		return nil
	}
	return &functions{names: file[names:packages], packages: file[packages:pcs], pcs: file[pcs:all], all: file[all:], count: int(count)}
}

// readModule takes what belongs to the table from the runtime's description of the module, which begins with the
// addresses of the table and of the names in it.
func (m memory) readModule(table int, f *functions) {
	const search, types, facts, end, tables = 19, 37, 40, 41, 48 // words of the description: where these begin, and where the functions end
	begin := binary.LittleEndian.AppendUint64(nil, uint64(table))
	begin = binary.LittleEndian.AppendUint64(begin, uint64(table)+headerSize)
	begin = binary.LittleEndian.AppendUint64(begin, uint64(len(f.names)))
	for _, p := range m {
		i := bytes.Index(p.content, begin)
		if i < 0 || len(p.content) < i+8*tables+16 {
			continue
		}
		at := func(word int) uint64 { return binary.LittleEndian.Uint64(p.content[i+8*word:]) }
		f.facts, f.search = m.between(at(facts), at(search)), m.between(at(search), at(end))
		f.types, f.endOfTypes = at(types), at(types+1)
		f.tablesOfMethods.at, f.tablesOfMethods.count = at(tables), at(tables+1)
		return
	}
}

// between is what the memory holds from one address to another, nil when that is not of one piece.
func (m memory) between(from, to uint64) []byte {
	for _, p := range m {
		if at := uint64(p.at); from >= at && from < to && to <= at+uint64(len(p.content)) {
			return p.content[from-at : to-at]
		}
	}
	return nil
}

// record is that of function i with the tables and facts that follow it.
func (f *functions) record(i int) ([]byte, error) {
	begin, at := binary.LittleEndian.Uint32(f.all[8*i:]), int(binary.LittleEndian.Uint32(f.all[8*i+4:]))
	if at > len(f.all)-recordSize {
		return nil, errors.New("the record of a function is outside")
	}
	record := f.all[at:]
	tables, facts := int(binary.LittleEndian.Uint32(record[fieldTables:])), int(record[fieldFacts])
	if binary.LittleEndian.Uint32(record) != begin || tables > 8 || facts > 16 || len(record) < recordSize+4*(tables+facts) {
		return nil, fmt.Errorf("the record of function %d is not as we know it", i)
	}
	return record, nil
}

// find is the number of the function of this name.
func (f *functions) find(name string) (int, error) {
	for i := range f.count {
		record, err := f.record(i)
		if err != nil {
			return 0, err
		}
		if string(f.name(binary.LittleEndian.Uint32(record[fieldName:]))) == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("has no function %s", name)
}

func (f *functions) name(at uint32) []byte {
	if int64(at) >= int64(len(f.names)) {
		return nil
	}
	name, _, _ := bytes.Cut(f.names[at:], []byte{0})
	return name
}

// table is one of the tables by program counter: pairs of numbers, up to a zero where a pair would begin. Only the first
// pair may begin with zero.
func (f *functions) table(at uint32) ([]byte, error) {
	if at == 0 {
		return nil, nil // there is none
	}
	if int64(at) >= int64(len(f.pcs)) {
		return nil, errors.New("a table by program counter is outside")
	}
	r := reader{rest: f.pcs[at:]}
	for first := true; r.err == nil; first = false {
		if r.unsigned() == 0 && !first {
			break
		}
		r.unsigned()
	}
	return f.pcs[at : len(f.pcs)-len(r.rest)], r.err
}

func (f *functions) markUsed(used []bool, at uint32) error {
	table, err := f.table(at)
	for i := range table {
		used[int(at)+i] = true
	}
	return err
}
