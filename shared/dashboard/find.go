package dashboard

import (
	"sort"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Query picks rows and their order. Empty fields do not filter.
type Query struct {
	Text        string // a number in any format, part of one, or of a name
	CallPurpose string
	Unit        id.BusinessUnit // or api.Nowhere
	Program     id.Program      // or api.Nowhere
	Status      number.Status
	Sync        Sync

	Sort       Sort
	Descending bool
}

// Sync filters by how far the person's edits are.
type Sync string

const (
	Unsent    Sync = "unsent"    // on this device only
	Attention Sync = "attention" // something was not applied
)

// Found are the rows of a Query in their order, as they were found. It stays as it is when rows come, change or go; the
// rows are shown as they are now, those that went as they last were.
type Found struct {
	l      *List
	resets int
	rows   []int32
	down   bool
	last   int // from here on the rows have nothing that they could be sorted by
	has    set // the rows
	text   set // that the text finds
	want   [facets]want
}

// want is what a column must have.
type want struct {
	on bool
	ok []bool // by the place of the value
}

func (w *want) has(place uint32) bool { return int(place) < len(w.ok) && w.ok[place] }

// Find gives the rows of a query.
func (l *List) Find(q Query) *Found {
	f := &Found{l: l, resets: l.resets, down: q.Descending, text: l.matching(q.Text)}
	f.want[colPurpose] = l.want(colPurpose, q.CallPurpose, false)
	f.want[colUnit] = l.want(colUnit, string(q.Unit), q.Unit == api.Nowhere)
	f.want[colProgram] = l.want(colProgram, string(q.Program), q.Program == api.Nowhere)
	f.want[colStatus] = l.want(colStatus, string(q.Status), false)
	f.want[colBadge] = l.wantBadge(q.Sync)

	f.has = f.text
	for c := range f.want {
		if f.want[c].on {
			f.has = l.having(f.has, c, &f.want[c])
		}
	}
	all := l.sorted(q.Sort)
	if n := f.has.count(); n == len(all) {
		f.rows = all
	} else {
		f.rows = make([]int32, 0, n)
		for _, pos := range all {
			if f.has.has(pos) {
				f.rows = append(f.rows, pos)
			}
		}
	}
	f.last = sort.Search(len(f.rows), func(i int) bool { return l.without(q.Sort, f.rows[i]) })
	return f
}

func (l *List) want(c int, value string, nowhere bool) want {
	if value == "" {
		return want{}
	}
	if nowhere {
		value = ""
	}
	ok := make([]bool, len(l.dicts[c].values))
	if place, is := l.dicts[c].places[value]; is {
		ok[place] = true
	}
	return want{true, ok}
}

func (l *List) wantBadge(s Sync) want {
	if s == "" {
		return want{}
	}
	d := &l.dicts[colBadge]
	ok := make([]bool, len(d.values))
	for i, v := range d.values {
		ok[i] = syncOf(replica.Badge(v)) == s
	}
	return want{true, ok}
}

func syncOf(b replica.Badge) Sync {
	switch b {
	case replica.SavedHere, replica.Sending:
		return Unsent
	case replica.NeedsAttention:
		return Attention
	}
	return ""
}

// having gives those of some rows of which a column has what is wanted.
func (l *List) having(from set, c int, w *want) set {
	rows, col := make(set, len(from)), l.cols[c]
	for i, word := range from {
		for pos := i * 64; word != 0; pos, word = pos+1, word>>1 {
			if word&1 != 0 && w.has(col[pos]) {
				rows[i] |= 1 << (pos & 63)
			}
		}
	}
	return rows
}

// Len is how many rows were found.
func (f *Found) Len() int {
	if f.resets != f.l.resets {
		return 0
	}
	return len(f.rows)
}

// pos is the position of the i-th row.
func (f *Found) pos(i int) int32 {
	return f.rows[f.turn(i)]
}

// turn gives for a place among the rows the one that is shown, and the other way round: downward, those that have what they
// are sorted by are turned about, and behind them those that have not.
func (f *Found) turn(i int) int {
	switch {
	case !f.down:
		return i
	case i < f.last:
		return f.last - 1 - i
	}
	return len(f.rows) - 1 - (i - f.last)
}

// At is the i-th row.
func (f *Found) At(i int) replica.View { return f.l.view(f.pos(i)) }

// ID is that of the i-th row.
func (f *Found) ID(i int) id.Number { return f.l.ids[f.pos(i)] }

// Has reports whether a row was found, and lives.
func (f *Found) Has(k id.Number) bool {
	pos, is := f.l.at[k]
	return is && f.Len() > 0 && f.has.has(pos)
}

// Index is where a row stands, -1 when it was not found or has gone.
func (f *Found) Index(k id.Number) int {
	if !f.Has(k) {
		return -1
	}
	return f.index(f.l.at[k])
}

func (f *Found) index(pos int32) int {
	for i, p := range f.rows {
		if p == pos {
			return f.turn(i)
		}
	}
	return -1
}

// Shift is by how many rows a view of before must scroll, to show after, for its i-th row to stay where people see it: the
// row under the pointer, or the first that is in view. Where that row is not found any more it is the next one that is,
// or the last one before it.
func Shift(before, after *Found, i int) int {
	if before.Len() == 0 || after.Len() == 0 || i < 0 {
		return 0
	}
	i = min(i, before.Len()-1)
	for j := i; j < before.Len(); j++ {
		if pos := before.pos(j); after.has.has(pos) {
			return after.index(pos) - j
		}
	}
	for j := i - 1; j >= 0; j-- {
		if pos := before.pos(j); after.has.has(pos) {
			return after.index(pos) - j
		}
	}
	return 0
}
