package dashboard

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Counts are how many rows of a Found each choice of a filter would find, with the other filters as they are.
type Counts struct {
	l     *List
	of    [facets][]int32
	sums  [facets]int // without the filter
	total int
}

// Counts counts what was found.
func (f *Found) Counts() *Counts {
	c := &Counts{l: f.l, total: f.Len()}
	for i := range c.of {
		c.of[i] = make([]int32, len(f.l.dicts[i].values))
	}
	if f.resets != f.l.resets {
		return c
	}
	for i, word := range f.text {
		for pos := i * 64; word != 0; pos, word = pos+1, word>>1 {
			if word&1 == 0 {
				continue
			}
			fails, failing := 0, 0
			for k := range f.want {
				if w := &f.want[k]; w.on && !w.has(f.l.cols[k][pos]) {
					fails++
					failing = k
				}
			}
			switch fails {
			case 0:
				for k := range c.of {
					c.of[k][f.l.cols[k][pos]]++
				}
			case 1:
				c.of[failing][f.l.cols[failing][pos]]++
			}
		}
	}
	for k := range c.of {
		for _, n := range c.of[k] {
			c.sums[k] += int(n)
		}
	}
	return c
}

func (c *Counts) place(k int, value string) int {
	if place, is := c.l.dicts[k].places[value]; is && int(place) < len(c.of[k]) {
		return int(c.of[k][place])
	}
	return 0
}

// Total is how many rows were found.
func (c *Counts) Total() int { return c.total }

// Purpose, Unit, Program and Status count the rows with a value; "" those without a unit or program.
func (c *Counts) Purpose(key string) int     { return c.place(colPurpose, key) }
func (c *Counts) Unit(k id.BusinessUnit) int { return c.place(colUnit, string(k)) }
func (c *Counts) Program(k id.Program) int   { return c.place(colProgram, string(k)) }
func (c *Counts) Status(s number.Status) int { return c.place(colStatus, string(s)) }

// Sync counts the rows that are so far; "" is all others.
func (c *Counts) Sync(s Sync) (n int) {
	for i, v := range c.l.dicts[colBadge].values {
		if i < len(c.of[colBadge]) && syncOf(replica.Badge(v)) == s {
			n += int(c.of[colBadge][i])
		}
	}
	return n
}

// The rows that would be found without a filter.
func (c *Counts) AnyPurpose() int { return c.sums[colPurpose] }
func (c *Counts) AnyUnit() int    { return c.sums[colUnit] }
func (c *Counts) AnyProgram() int { return c.sums[colProgram] }
func (c *Counts) AnyStatus() int  { return c.sums[colStatus] }
func (c *Counts) AnySync() int    { return c.sums[colBadge] }
