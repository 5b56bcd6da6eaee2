package dashboard

import (
	"cmp"
	"slices"

	"countersign/shared/number"
)

// Sort is what a list is sorted by; where that is the same, the number decides. Those without a name, a unit or a program
// come last when they are sorted by it, whichever way round. The words are those of the server's list.
type Sort string

const (
	ByNumber  Sort = "number" // and where none is named
	ByName    Sort = "name"
	ByPurpose Sort = "call_purpose" // in the provider's order
	ByUnit    Sort = "business_unit"
	ByProgram Sort = "program"
	ByStatus  Sort = "status"
)

const sorts = 6

// index is the place of a sort among the orders.
func (s Sort) index() int {
	switch s {
	case ByName:
		return 1
	case ByPurpose:
		return 2
	case ByUnit:
		return 3
	case ByProgram:
		return 4
	case ByStatus:
		return 5
	}
	return 0
}

// column is what a sort goes by; none of a sort by number.
func (s Sort) column() (int, bool) {
	switch s {
	case ByName:
		return colName, true
	case ByPurpose:
		return colPurpose, true
	case ByUnit:
		return colUnit, true
	case ByProgram:
		return colProgram, true
	case ByStatus:
		return colStatus, true
	}
	return 0, false
}

// without reports whether a row has nothing that a sort could go by.
func (l *List) without(s Sort, pos int32) bool {
	switch s {
	case ByName:
		return len(l.names.key(l.cols[colName][pos])) == 0
	case ByUnit:
		return l.dicts[colUnit].key(l.cols[colUnit][pos]) == ""
	case ByProgram:
		return l.dicts[colProgram].key(l.cols[colProgram][pos]) == ""
	}
	return false
}

// order is all rows in the order of a sort. Its rows are never changed, so that who found them can keep them.
type order struct {
	made bool
	rows []int32
	seen int // how many of moved are in it
}

const (
	mostMoved = 2000 // rows that an order takes in one by one; of more it is made anew
	runRows   = 2000 // of a portion that is sorted
	mergeRows = 30_000
)

// move notes that a row came, changed or went.
func (l *List) move(pos int32) {
	if len(l.moved) >= 2*mostMoved {
		l.trim()
	}
	made := l.text.made
	for i := range l.orders {
		made = made || l.orders[i].made
	}
	if made {
		l.moved = append(l.moved, pos)
	}
}

// trim takes from what moved what is in all orders and in the text, without those that lag too far behind.
func (l *List) trim() {
	all, least := len(l.moved), len(l.moved)
	if l.text.made && all-l.text.seen > mostMoved {
		l.text = textPass{}
	}
	if l.text.made {
		least = l.text.seen
	}
	for i := range l.orders {
		o := &l.orders[i]
		if o.made && all-o.seen > mostMoved {
			*o = order{}
		}
		if o.made {
			least = min(least, o.seen)
		}
	}
	l.moved = append([]int32(nil), l.moved[least:]...)
	l.text.seen -= least
	for i := range l.orders {
		l.orders[i].seen -= least
	}
}

// forget has all orders made anew.
func (l *List) forget() { l.orders, l.text, l.moved, l.sorter = [sorts]order{}, textPass{}, nil, nil }

// Prepare does a portion of what Find needs for a sort, and reports whether there is more to do: who has to keep a screen
// alive calls it, between other things, until it says false. Find does what is left. Only the names take several portions.
func (l *List) Prepare(s Sort) (more bool) {
	if l.orders[s.index()].made {
		return false
	}
	if !l.orders[0].made {
		l.byNumber()
		return s.index() != 0
	}
	if s != ByName {
		l.byRank(s)
		return false
	}
	if l.sorter == nil || l.sorter.of != len(l.names.values) {
		l.sorter = newSorter(&l.names)
	}
	if l.sorter.step() {
		return true
	}
	l.ranks[colName] = l.sorter.ranks()
	l.byRank(s)
	l.ranks[colName], l.sorter = nil, nil
	return false
}

// sorted gives the order of a sort as it is now.
func (l *List) sorted(s Sort) []int32 {
	for l.Prepare(s) {
		continue
	}
	o := &l.orders[s.index()]
	if o.seen < len(l.moved) {
		o.rows, o.seen = l.merge(s, o.rows, l.moved[o.seen:]), len(l.moved)
	}
	return o.rows
}

// byNumber makes the order of the numbers: a radix sort of keys, byte by byte from the last, without those bytes that are
// the same in all.
func (l *List) byNumber() {
	type item struct {
		key uint64
		pos int32
	}
	items, spare := make([]item, 0, len(l.at)), make([]item, len(l.at))
	var counts [8][256]int32
	for pos, key := range l.nums {
		if !l.live.has(int32(pos)) {
			continue
		}
		items = append(items, item{key, int32(pos)})
		for i := range counts {
			counts[i][byte(key>>(8*i))]++
		}
	}
	for i := range counts {
		count, shift := &counts[i], 8*i
		if len(items) == 0 || int(count[byte(items[0].key>>shift)]) == len(items) {
			continue
		}
		start := int32(0)
		for b, n := range count {
			count[b] = start
			start += n
		}
		for _, it := range items {
			b := byte(it.key >> shift)
			spare[count[b]] = it
			count[b]++
		}
		items, spare = spare, items
	}
	rows := make([]int32, len(items))
	for i := range items {
		rows[i] = items[i].pos
	}
	l.orders[0] = order{true, rows, len(l.moved)}
}

// byRank makes another order of that of the numbers: it counts how many rows each value has.
func (l *List) byRank(s Sort) {
	c, _ := s.column()
	from, rank, col := l.sorted(ByNumber), l.rank(c), l.cols[c]
	last := int32(0)
	for _, r := range rank {
		last = max(last, r)
	}
	starts := make([]int32, last+2)
	for _, pos := range from {
		starts[rank[col[pos]]+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	rows := make([]int32, len(from))
	for _, pos := range from {
		r := rank[col[pos]]
		rows[starts[r]] = pos
		starts[r]++
	}
	l.orders[s.index()] = order{true, rows, len(l.moved)}
}

// statusOrder is the server's; others come behind.
var statusOrder = []string{string(number.Pending), string(number.Active), string(number.Suspended), string(number.Rejected)}

// rank tells for each value of a column where it stands, from 0; the same for those that differ in
// nothing that is sorted.
func (l *List) rank(c int) []int32 {
	d := &l.dicts[c]
	if c == colName || l.ranks[c] != nil && len(l.ranks[c]) == len(d.values) {
		return l.ranks[c]
	}
	rank := make([]int32, len(d.values))
	switch c {
	case colUnit, colProgram:
		list := upTo(len(rank))
		slices.SortFunc(list, func(a, b int32) int { return d.compare(uint32(a), uint32(b)) })
		for i := range list {
			if i > 0 {
				rank[list[i]] = rank[list[i-1]]
				if d.key(uint32(list[i])) != d.key(uint32(list[i-1])) {
					rank[list[i]]++
				}
			}
		}
	default:
		known := d.order
		if c == colStatus {
			known = statusOrder
		}
		for i, v := range d.values {
			n := slices.Index(known, v)
			if n < 0 {
				n = len(known)
			}
			rank[i] = int32(n)
		}
	}
	l.ranks[c] = rank
	return rank
}

// merge gives rows with those that moved where they belong now, and without those that went.
func (l *List) merge(s Sort, rows, moved []int32) []int32 {
	var out set
	var in []int32
	for _, pos := range moved {
		if out.has(pos) {
			continue
		}
		out = out.with(pos)
		if l.live.has(pos) {
			in = append(in, pos)
		}
	}
	compare := l.comparing(s)
	slices.SortFunc(in, compare)

	left := make([]int32, 0, len(rows))
	for _, pos := range rows {
		if !out.has(pos) {
			left = append(left, pos)
		}
	}
	all := make([]int32, 0, len(left)+len(in))
	for _, pos := range in {
		n, _ := slices.BinarySearchFunc(left, pos, compare)
		all = append(append(all, left[:n]...), pos)
		left = left[n:]
	}
	return append(all, left...)
}

// comparing compares two rows as a sort does. No two are the same.
func (l *List) comparing(s Sort) func(a, b int32) int {
	c, by := s.column()
	rank, col := []int32(nil), l.cols[c]
	if by && c != colName {
		rank = l.rank(c)
	}
	return func(a, b int32) int {
		n := 0
		switch {
		case rank != nil:
			n = int(rank[col[a]]) - int(rank[col[b]])
		case by:
			n = l.names.compare(col[a], col[b])
		}
		if n == 0 {
			n = cmp.Compare(l.nums[a], l.nums[b])
		}
		if n == 0 {
			n = int(a) - int(b)
		}
		return n
	}
}

// sorter sorts the names by their keys, in portions: runs first, which are then merged.
type sorter struct {
	names       *names
	of          int // how many names there were
	list, spare []int32
	width       int // of the runs that are sorted, 0 before all of the first are
	done        int // of the names in this pass
	a, b        int // what comes next from the two runs that are merged
}

func newSorter(n *names) *sorter {
	return &sorter{names: n, of: len(n.values), list: upTo(len(n.values)), spare: make([]int32, len(n.values))}
}

func upTo(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = int32(i)
	}
	return list
}

// step does one portion, and reports whether there is more.
func (s *sorter) step() (more bool) {
	if s.width == 0 {
		end := min(s.done+runRows, s.of)
		slices.SortFunc(s.list[s.done:end], func(a, b int32) int { return s.names.compare(uint32(a), uint32(b)) })
		if s.done = end; end == s.of {
			s.width, s.done = runRows, 0
		}
		return s.width < s.of
	}
	for range min(mergeRows, s.of-s.done) {
		start := s.done - s.done%(2*s.width)
		mid, end := min(start+s.width, s.of), min(start+2*s.width, s.of)
		if s.done == start {
			s.a, s.b = start, mid
		}
		if s.b == end || s.a < mid && s.names.compare(uint32(s.list[s.a]), uint32(s.list[s.b])) <= 0 {
			s.spare[s.done] = s.list[s.a]
			s.a++
		} else {
			s.spare[s.done] = s.list[s.b]
			s.b++
		}
		s.done++
	}
	if s.done == s.of {
		s.list, s.spare = s.spare, s.list
		s.width, s.done = 2*s.width, 0
	}
	return s.width < s.of
}

// ranks tells for each name where it stands; the same for those with the same key.
func (s *sorter) ranks() []int32 {
	ranks := s.spare
	at := int32(0)
	for i, n := range s.list {
		if i > 0 && s.names.compare(uint32(n), uint32(s.list[i-1])) != 0 {
			at++
		}
		ranks[n] = at
	}
	return ranks
}
