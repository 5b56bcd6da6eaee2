package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Go's table of functions, as the linker of Go 1.26 writes it: a header, then the names, the files of each package,
// the files' names, tables by program counter, and for each function where it begins and its record.
const (
	headerSize = 9 * 8
	recordSize = 44

	// fields of a record, each of four bytes
	fieldStack   = 16
	fieldFiles   = 20
	fieldLines   = 24
	fieldTables  = 28 // how many tables follow the record
	fieldPackage = 32
	fieldStart   = 36 // line of the function's beginning
)

// magic is that of the table since Go 1.20, for instructions of one byte and addresses of eight.
var magic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// functions is the table, its parts within the file.
type functions struct {
	names, packages, pcs, all []byte // packages with the names of their files
	count                     int
}

// dropLines overwrites with zeros all that only the line numbers in stack traces are for. The runtime takes a table at
// zero as one that is not there and says "?:0".
func dropLines(file []byte) error {
	f, err := findFunctions(file)
	if err != nil {
		return err
	}
	used := make([]bool, len(f.pcs))
	var dropped []uint32
	for i := range f.count {
		record, err := f.record(i)
		if err != nil {
			return err
		}
		tables := record[recordSize:]
		for n := range binary.LittleEndian.Uint32(record[fieldTables:]) {
			if err := f.markUsed(used, binary.LittleEndian.Uint32(tables[4*n:])); err != nil {
				return err
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
	clear(f.packages)
	f.dropTypeArguments()
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
func findFunctions(file []byte) (*functions, error) {
	var found *functions
	for from := 0; ; {
		i := bytes.Index(file[from:], magic)
		if i < 0 {
			break
		}
		if f := readHeader(file[from+i:]); f != nil {
			if found != nil {
				return nil, errors.New("has two tables of functions")
			}
			found = f
		}
		from += i + 1
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

// record is that of function i with the tables that follow it.
func (f *functions) record(i int) ([]byte, error) {
	begin, at := binary.LittleEndian.Uint32(f.all[8*i:]), int(binary.LittleEndian.Uint32(f.all[8*i+4:]))
	if at > len(f.all)-recordSize {
		return nil, fmt.Errorf("the record of function %d is outside", i)
	}
	record := f.all[at:]
	tables := int(binary.LittleEndian.Uint32(record[fieldTables:]))
	if binary.LittleEndian.Uint32(record) != begin || tables > 8 || len(record) < recordSize+4*tables {
		return nil, fmt.Errorf("the record of function %d is not as we know it", i)
	}
	return record, nil
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
