package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Columns of the functions' records. Field by field they compress to half of what they weigh record by record.
const (
	columnCounts = iota // how many tables and facts follow
	columnFlags
	columnName
	columnArgs
	columnDefer
	columnStack
	columnLive // what is live on the stack, the one table that stays
	columnFacts
	columns = columnFacts + 4

	fieldArgs  = 8
	fieldDefer = 12
	fieldKind  = 40 // two bytes

	tableLive = 1
)

// factColumn is where in the columns a fact stands, those left out that dropTraces drops.
var factColumn = map[int]int{0: columnFacts, 1: columnFacts + 1, 2: columnFacts + 2, 4: columnFacts + 3}

// column holds numbers of a variable length, most of them as the difference to one before.
type column struct {
	bytes []byte
	last  uint32
}

func (c *column) put(v uint32) { c.bytes = appendUnsigned(c.bytes, int(v)) }

// putRising is for numbers that mostly rise: the difference to the highest yet.
func (c *column) putRising(v uint32) {
	c.put(zigzag(v - c.last))
	c.last = max(c.last, v)
}

// putFact is for such that may be missing.
func (c *column) putFact(v uint32) {
	if v == noFact {
		c.put(0)
		return
	}
	c.put(zigzag(v-c.last) + 1)
	c.last = max(c.last, v)
}

func zigzag(d uint32) uint32 { return d<<1 ^ uint32(int32(d)>>31) }

// packRecords moves records and the table by number into columns, where the table was by which functions were searched.
// The runtime as build/slim patches it writes them back before it needs them: where the first record begins, what the
// first function's number is, where each column begins, and the columns. It takes a table that begins with zero for one
// that was never packed.
func (f *functions) packRecords() error {
	if f.count == 0 {
		return errors.New("has no functions")
	}
	var cols [columns]column
	number, at := binary.LittleEndian.Uint32(f.all), binary.LittleEndian.Uint32(f.all[4:])
	next := at
	for i := range f.count {
		record, err := f.record(i)
		if err != nil {
			return err
		}
		get := func(field int) uint32 { return binary.LittleEndian.Uint32(record[field:]) }
		tables, facts := int(get(fieldTables)), int(record[fieldFacts])
		here := binary.LittleEndian.Uint32(f.all[8*i+4:])
		if get(0) != number+uint32(i) || here != next {
			return fmt.Errorf("the record of function %d is not where it should be", i)
		}
		size := recordSize + 4*(tables+facts)
		next = here + uint32(size+7)&^7

		cols[columnCounts].bytes = append(cols[columnCounts].bytes, byte(tables), byte(facts))
		cols[columnFlags].bytes = append(cols[columnFlags].bytes, record[fieldKind], record[fieldKind+1])
		cols[columnName].putRising(get(fieldName))
		cols[columnArgs].put(get(fieldArgs))
		cols[columnDefer].put(get(fieldDefer))
		cols[columnStack].putRising(get(fieldStack))
		for n := range tables {
			if v := get(recordSize + 4*n); n == tableLive {
				cols[columnLive].putRising(v)
			} else if v != 0 {
				return fmt.Errorf("function %d has a table that is not packed", i)
			}
		}
		for n := range facts {
			v := get(recordSize + 4*(tables+n))
			if c, known := factColumn[n]; known {
				cols[c].putFact(v)
			} else if v != noFact {
				return fmt.Errorf("function %d has a fact that is not packed", i)
			}
		}
	}

	const header = 4 * (2 + columns)
	packed := binary.LittleEndian.AppendUint32(nil, at)
	packed = binary.LittleEndian.AppendUint32(packed, number)
	begin := header
	for _, c := range cols {
		packed = binary.LittleEndian.AppendUint32(packed, uint32(begin))
		begin += len(c.bytes)
	}
	for _, c := range cols {
		packed = append(packed, c.bytes...)
	}
	if len(packed) > len(f.search) || int(next) > len(f.all)+7 {
		return errors.New("there is no room for the packed records")
	}
	clear(f.all[:8*f.count])
	clear(f.all[at:min(int(next), len(f.all))])
	copy(f.search, packed)
	return nil
}
