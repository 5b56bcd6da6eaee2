package simulate

import (
	"slices"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// contents are the rows of a state, and a sum that tells two states apart by every field of every row.
type contents struct {
	rows map[rowKey]replica.Change
	sum  uint64
}

func (c *contents) put(ch replica.Change) {
	if c.rows == nil {
		c.rows = map[rowKey]replica.Change{}
	}
	k := rowKey{ch.Kind, ch.ID}
	if old, ok := c.rows[k]; ok {
		c.sum -= rowHash(old)
	}
	if ch.Del {
		delete(c.rows, k)
		return
	}
	c.rows[k] = ch
	c.sum += rowHash(ch)
}

func (c *contents) number(n id.Number) *number.Number {
	return c.rows[rowKey{replica.KindNumber, string(n)}].Number
}

func (c *contents) unit(u id.BusinessUnit) *number.Unit {
	return c.rows[rowKey{replica.KindUnit, string(u)}].Unit
}

func (c *contents) program(p id.Program) *number.Program {
	return c.rows[rowKey{replica.KindProgram, string(p)}].Program
}

func (c *contents) purpose(key string) *number.Purpose {
	return c.rows[rowKey{replica.KindPurpose, key}].Purpose
}

// of gives all rows of a kind, by id.
func (c *contents) of(kind string) []replica.Change {
	var out []replica.Change
	for k, ch := range c.rows {
		if k.kind == kind {
			out = append(out, ch)
		}
	}
	slices.SortFunc(out, func(a, b replica.Change) int { return compare(a.ID, b.ID) })
	return out
}

// digest is the sum that server and device compare, counted anew.
func (c *contents) digest() replica.Digest {
	var d replica.Digest
	var sum uint64
	for k, ch := range c.rows {
		if k.kind == replica.KindNumber {
			d.Rows++
			sum += replica.RowHash(ch.Number.ID, ch.Number.Ver)
		}
	}
	d.Sum = replica.SumText(sum)
	return d
}

func (c *contents) clone() contents {
	o := contents{rows: make(map[rowKey]replica.Change, len(c.rows)), sum: c.sum}
	for k, ch := range c.rows {
		o.rows[k] = ch
	}
	return o
}

func readChunks(chunks [][]byte) contents {
	var c contents
	for _, b := range chunks {
		rows, err := replica.ReadFrame(b)
		if err != nil {
			fail("I8", "a stored chunk cannot be read: %v", err)
		}
		for _, ch := range rows {
			c.put(ch)
		}
	}
	return c
}

// rowHash is of all that a row says.
func rowHash(c replica.Change) uint64 {
	h := hash(offset).text(c.Kind).text(c.ID)
	switch {
	case c.Number != nil:
		n := c.Number
		h = h.text(string(n.ID)).text(string(n.E164)).text(n.CallPurpose).text(n.DisplayName).
			text(string(n.BusinessUnit)).text(string(n.Program)).text(string(n.Status)).num(n.Ver)
	case c.Unit != nil:
		h = h.text(string(c.Unit.ID)).text(c.Unit.Name).num(c.Unit.Ver)
	case c.Program != nil:
		p := c.Program
		h = h.text(string(p.ID)).text(string(p.BusinessUnit)).text(p.DisplayName).text(p.CallPurpose).
			num(p.Starts.UnixMilli()).num(p.Ends.UnixMilli()).num(p.Ver)
	case c.Purpose != nil:
		p := c.Purpose
		h = h.text(p.Key).text(p.Labels["en"]).text(p.Labels["fr"]).flag(p.NeverPlaces).flag(p.Retired).
			num(int64(p.Position)).num(p.Ver)
	}
	return uint64(h) * 0x9e3779b97f4a7c15
}

// hash is FNV-1a, step by step.
type hash uint64

const offset hash = 14695981039346656037

func (h hash) text(s string) hash {
	for i := range len(s) {
		h = (h ^ hash(s[i])) * 1099511628211
	}
	return (h ^ 0xff) * 1099511628211
}

func (h hash) num(n int64) hash {
	for i := range 8 {
		h = (h ^ hash(byte(n>>(8*i)))) * 1099511628211
	}
	return h
}

func (h hash) flag(b bool) hash {
	if b {
		return h.num(1)
	}
	return h.num(0)
}
