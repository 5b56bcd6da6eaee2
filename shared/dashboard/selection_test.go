package dashboard_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

func row(n int, e164 string) replica.View {
	return replica.View{Number: number.Number{ID: key(n), E164: number.E164(e164), Status: number.Active, Ver: int64(n)}, Epoch: "e1"}
}

// ten is a list of the numbers 0 to 9, which stand as they are counted.
func ten() *List {
	l := New("FR")
	for n := range 10 {
		l.Put(row(n, "+3318488201"+string(rune('0'+n))))
	}
	return l
}

func picked(s *Selection) (list []id.Number) {
	s.Each(func(v replica.View) bool { list = append(list, v.ID); return true })
	slices.Sort(list)
	return list
}

func wantPicked(t *testing.T, s *Selection, want ...int) {
	t.Helper()
	var ids []id.Number
	for _, n := range want {
		ids = append(ids, key(n))
	}
	if got := picked(s); !slices.Equal(got, ids) || s.Len() != len(want) {
		t.Errorf("%d are picked: %v, want %v", s.Len(), got, ids)
	}
	for n := range 10 {
		if s.Has(key(n)) != slices.Contains(want, n) {
			t.Errorf("row %d is picked: %v", n, s.Has(key(n)))
		}
	}
}

// TestRange: N03. A range goes from the row that was picked last to another one, in the order that is shown, and a second
// one takes the place of the first.
func TestRange(t *testing.T) {
	t.Parallel()
	l := ten()
	s, f := l.Select(), l.Find(Query{})
	s.Toggle(key(9))
	s.Toggle(key(3))
	s.Range(f, 6)
	wantPicked(t, s, 3, 4, 5, 6, 9)
	s.Range(f, 2)
	wantPicked(t, s, 2, 3, 9)
	s.Toggle(key(3))
	wantPicked(t, s, 2, 9)

	s.None()
	down := l.Find(Query{Descending: true})
	s.Toggle(key(8))
	s.Range(down, 3)
	wantPicked(t, s, 6, 7, 8)

	s.None()
	s.Range(f, 4)
	wantPicked(t, s, 4)
	s.Range(f, 5)
	wantPicked(t, s, 4, 5)
	s.Range(f, 10)
	s.Range(f, -1)
	wantPicked(t, s, 4, 5)
}

// TestRangeFromARowThatIsNotFound: N03. When another search no longer shows the row that was picked last, the range begins
// where the person is, and what was picked stays.
func TestRangeFromARowThatIsNotFound(t *testing.T) {
	t.Parallel()
	l := ten()
	s := l.Select()
	s.Toggle(key(1))
	f := l.Find(Query{Text: "+33 1 84 88 20 15"})
	s.Range(f, 0)
	wantPicked(t, s, 1, 5)
	if f.Len() != 1 || s.Within(f) != 1 {
		t.Errorf("of %d found, %d are picked", f.Len(), s.Within(f))
	}
}

// TestSelectionWhileRowsChange: N03, N13. What is picked stays while rows are edited, found otherwise or put anew, and is
// given as it is then; what is gone is not picked, not when it comes back either.
func TestSelectionWhileRowsChange(t *testing.T) {
	t.Parallel()
	l := ten()
	s := l.Select()
	s.All(l.Find(Query{}))
	s.Toggle(key(0))
	l.Drop(key(4))
	l.Put(row(4, "+33184882014"))
	v := row(5, "+441214960000")
	v.Ver, v.Epoch = 77, "e2"
	l.Put(v)
	wantPicked(t, s, 1, 2, 3, 5, 6, 7, 8, 9)
	s.Each(func(got replica.View) bool {
		if got.ID == v.ID && got != v {
			t.Errorf("picked is %+v, want %+v", got, v)
		}
		return true
	})

	l.Refill()
	for n := range 8 {
		l.Put(row(n, "+3318488201"+string(rune('0'+n))))
	}
	wantPicked(t, s, 1, 2, 3, 5, 6, 7, 8, 9)
	l.Sweep()
	wantPicked(t, s, 1, 2, 3, 5, 6, 7)

	l.Reset(0)
	l.Put(row(1, "+33184882011"))
	wantPicked(t, s)
	s.Toggle(key(1))
	wantPicked(t, s, 1)
}

// TestSelection: N03. Whatever is picked, found and changed, a selection is a set of ids.
func TestSelection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := New("FR")
		for range rapid.IntRange(0, 80).Draw(t, "rows") {
			l.Put(drawRow(t))
		}
		s, set, f := l.Select(), map[id.Number]bool{}, l.Find(Query{})
		t.Repeat(map[string]func(*rapid.T){
			"find": func(t *rapid.T) { f = l.Find(drawQuery(t)) },
			"toggle": func(t *rapid.T) {
				k := key(rapid.IntRange(0, 40).Draw(t, "id"))
				s.Toggle(k)
				if _, is := l.View(k); is && set[k] {
					delete(set, k)
				} else if is {
					set[k] = true
				}
			},
			"all": func(t *rapid.T) {
				s.All(f)
				for i := range f.Len() {
					if _, is := l.View(f.ID(i)); is && f.Has(f.ID(i)) {
						set[f.ID(i)] = true
					}
				}
			},
			"none": func(t *rapid.T) { s.None(); clear(set) },
			"drop": func(t *rapid.T) {
				k := key(rapid.IntRange(0, 40).Draw(t, "id"))
				l.Drop(k)
				delete(set, k)
			},
			"put": func(t *rapid.T) { l.Put(drawRow(t)) },
			"": func(t *rapid.T) {
				if got, want := picked(s), slices.Sorted(maps.Keys(set)); !slices.Equal(got, want) || s.Len() != len(want) {
					t.Fatalf("%d are picked: %v, want %v", s.Len(), got, want)
				}
				n := 0
				for i := range f.Len() {
					if f.Has(f.ID(i)) && set[f.ID(i)] {
						n++
					}
				}
				if s.Within(f) != n {
					t.Fatalf("%d of what is found are picked, want %d", s.Within(f), n)
				}
			},
		})
	})
}

// TestShift: N13. When rows come and go above it, the row under the pointer stays where it is; when it goes itself, the
// next one that is left does.
func TestShift(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := New("FR")
		for range rapid.IntRange(1, 60).Draw(t, "rows") {
			l.Put(drawRow(t))
		}
		q := drawQuery(t)
		before := l.Find(q)
		var was []id.Number
		for i := range before.Len() {
			was = append(was, before.ID(i))
		}
		for range rapid.IntRange(0, 30).Draw(t, "changes") {
			if rapid.Bool().Draw(t, "goes") {
				l.Drop(key(rapid.IntRange(0, 40).Draw(t, "id")))
			} else if v := drawRow(t); !slices.Contains(was, v.ID) || isPut(l, v.ID) { // what comes back is another row
				l.Put(v)
			}
		}
		after := l.Find(q)
		if len(was) == 0 {
			if got := Shift(before, after, 0); got != 0 {
				t.Fatalf("of nothing to something it scrolls by %d", got)
			}
			return
		}
		i := rapid.IntRange(0, len(was)-1).Draw(t, "row")
		want := 0
		for _, j := range append(seq(i, len(was), 1), seq(i-1, -1, -1)...) {
			if at := after.Index(was[j]); at >= 0 {
				want = at - j
				break
			}
		}
		if got := Shift(before, after, i); got != want {
			t.Fatalf("row %d of %v scrolls by %d, want %d", i, was, got, want)
		}
	})
}

func seq(from, to, by int) (list []int) {
	for ; from != to; from += by {
		list = append(list, from)
	}
	return list
}

func isPut(l *List, k id.Number) bool {
	_, is := l.View(k)
	return is
}
