// Package dashboard keeps an organization's phone numbers in memory as a screen needs them: searched with each keystroke,
// filtered, sorted, counted and selected, at 100,000 rows without a pause that anybody sees. It finds what the server's
// list finds (backend/portal), without a network. It keeps no truth: rows come from a replica.Engine and are put again
// when they are shown otherwise.
//
// Rows have a position that they keep as long as they live and that no other row takes before Reset, so a Found or a
// Selection can be held while rows come, change and go. What repeats in rows is kept once and told by its number; rows are
// columns, of which only the ids hold pointers for a garbage collector to follow.
//
// One goroutine at a time may use a List and what came of it.
package dashboard

import (
	"sort"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// List is the numbers of an organization. Make one with New.
type List struct {
	region string
	at     map[id.Number]int32 // position of each live row
	live   set
	put    set // since Refill; nil: no refill is under way

	ids  []id.Number
	nums []uint64 // see digits.go
	odd  map[int32]number.E164
	vers []int64
	cols [columns][]uint32 // values of rows, by their place in dicts or names

	dicts [columns]dict // but for colName
	names names
	ranks [columns][]int32 // order of the values for sorting, nil: to be made

	moved  []int32 // rows that came, changed or went since the orders and the text were made, oldest first
	orders [sorts]order
	text   textPass
	sorter *sorter // of the names, under way
	resets int
}

// Columns of values that repeat. The first are those that a Query filters and Counts count by.
const (
	colPurpose = iota
	colUnit
	colProgram
	colStatus
	colBadge
	facets
	colEpoch = facets
	colName  = facets + 1
	columns  = facets + 2
)

// New is a list without rows. What people type as a number is read as one of the region.
func New(region string) *List {
	l := &List{region: region}
	l.Reset(0)
	return l
}

// Reset drops all rows, and makes room for about that many. Names stay. What was found or selected before is empty.
func (l *List) Reset(rows int) {
	l.resets++
	l.at, l.live, l.put = make(map[id.Number]int32, rows), make(set, 0, words(rows)), nil
	l.ids, l.nums, l.vers = make([]id.Number, 0, rows), make([]uint64, 0, rows), make([]int64, 0, rows)
	l.odd = nil
	for c := range l.cols {
		l.cols[c] = make([]uint32, 0, rows)
	}
	l.names.reset()
	l.forget()
}

// Refill begins to put all rows anew. What is there is found until Sweep, and a row that is put again keeps its position,
// so that the screen and what is selected stay as they are.
func (l *List) Refill() { l.put = make(set, words(len(l.ids))) }

// Sweep ends what Refill began: rows that were not put since are gone.
func (l *List) Sweep() {
	if l.put == nil {
		return
	}
	put := l.put
	l.put = nil
	for pos := range l.ids {
		if l.live.has(int32(pos)) && !put.has(int32(pos)) {
			l.drop(int32(pos))
		}
	}
}

// Len is how many rows there are.
func (l *List) Len() int { return len(l.at) }

// Put adds a row, or replaces the one with its id. Of a text it keeps no more than the id's memory.
func (l *List) Put(v replica.View) {
	pos, is := l.at[v.ID]
	if !is {
		pos = int32(len(l.ids))
		l.at[v.ID] = pos
		l.ids, l.nums, l.vers = append(l.ids, v.ID), append(l.nums, 0), append(l.vers, 0)
		for c := range l.cols {
			l.cols[c] = append(l.cols[c], 0)
		}
		l.live = l.live.with(pos)
	}
	if l.put != nil {
		l.put = l.put.with(pos)
		l.at[v.ID], l.ids[pos] = pos, v.ID // the memory of the old base is let go
	}
	num := keyOf(v.E164)
	moved := !is || num != l.nums[pos]
	l.nums[pos], l.vers[pos] = num, v.Ver
	if num == 0 || l.odd != nil {
		moved = l.putOdd(pos, num, v.E164) || moved
	}
	for c, value := range [columns]string{colPurpose: v.CallPurpose, colUnit: string(v.BusinessUnit), colProgram: string(v.Program),
		colStatus: string(v.Status), colBadge: string(v.Badge), colEpoch: string(v.Epoch)} {
		if c == colName {
			break
		}
		if n := l.dicts[c].add(value); n != l.cols[c][pos] {
			l.cols[c][pos] = n
			moved = moved || c < colBadge
		}
	}
	if n := l.names.add(v.DisplayName); n != l.cols[colName][pos] {
		l.cols[colName][pos] = n
		moved = true
	}
	if moved {
		l.move(pos)
	}
}

// putOdd keeps what is no number, and reports whether it is another one than before.
func (l *List) putOdd(pos int32, num uint64, e number.E164) bool {
	old := l.odd[pos]
	switch {
	case num != 0:
		delete(l.odd, pos)
		return false // it has another key
	case l.odd == nil:
		l.odd = map[int32]number.E164{}
	}
	l.odd[pos] = e
	return old != e
}

// Drop takes a row out, if there is one.
func (l *List) Drop(k id.Number) {
	if pos, is := l.at[k]; is {
		l.drop(pos)
	}
}

func (l *List) drop(pos int32) {
	delete(l.at, l.ids[pos])
	l.live.without(pos)
	l.move(pos)
}

// View gives a row by its id; false when there is none.
func (l *List) View(k id.Number) (replica.View, bool) {
	pos, is := l.at[k]
	if !is {
		return replica.View{}, false
	}
	return l.view(pos), true
}

// Of gives the row of a number; false when there is none.
func (l *List) Of(e number.E164) (replica.View, bool) {
	key, rows := keyOf(e), l.sorted(ByNumber)
	i := sort.Search(len(rows), func(i int) bool { return l.nums[rows[i]] >= key })
	if i == len(rows) || key == 0 || l.nums[rows[i]] != key {
		return replica.View{}, false
	}
	return l.view(rows[i]), true
}

// view is the row at a position; of one that has gone, what it was.
func (l *List) view(pos int32) replica.View {
	value := func(c int) string { return l.dicts[c].values[l.cols[c][pos]] }
	e := textOf(l.nums[pos])
	if e == "" {
		e = l.odd[pos]
	}
	return replica.View{
		Number: number.Number{ID: l.ids[pos], E164: e, CallPurpose: value(colPurpose), DisplayName: l.names.values[l.cols[colName][pos]],
			Place:  number.Place{BusinessUnit: id.BusinessUnit(value(colUnit)), Program: id.Program(value(colProgram))},
			Status: number.Status(value(colStatus)), Ver: l.vers[pos]},
		Epoch: replica.Epoch(value(colEpoch)), Badge: replica.Badge(value(colBadge)),
	}
}

// SetNames tells the names of what numbers stand in, by which they are found and sorted, and the call purposes in the
// provider's order.
func (l *List) SetNames(units []number.Unit, programs []number.Program, purposes []number.Purpose) {
	u, p, c := &l.dicts[colUnit], &l.dicts[colProgram], &l.dicts[colPurpose]
	u.keys, p.keys, c.order = nil, nil, nil
	for i := range units {
		u.name(string(units[i].ID), units[i].Name)
	}
	for i := range programs {
		p.name(string(programs[i].ID), programs[i].DisplayName)
	}
	for i := range purposes {
		c.order = append(c.order, purposes[i].Key)
	}
	for _, c := range []int{colPurpose, colUnit, colProgram} {
		l.ranks[c] = nil
	}
	for _, s := range []Sort{ByPurpose, ByUnit, ByProgram} {
		l.orders[s.index()] = order{}
	}
	l.text = textPass{}
}
