package dashboard_test

import (
	"fmt"
	"testing"
	"time"

	. "countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

const many = 100_000

// fleet are numbers as a large organization has them: half of the names are of one number alone.
func fleet(n int) []replica.View {
	words := []string{"Reception", "Front desk", "Support line", "Sales Berlin", "Hotline 24/7", "Zoë Faßbender", "Équipe de nuit"}
	out := make([]replica.View, n)
	for i := range out {
		h := uint32(i) * 2654435761
		v := replica.View{Number: number.Number{ID: id.Number(fmt.Sprintf("01900000-%04x-7000-8000-%012d", h>>16, i)), E164: number.E164(fmt.Sprintf("+331%08d", h%100_000_000)),
			CallPurpose: purposes[i%3], Status: statuses[i%2], Ver: int64(i)}, Epoch: "e1"}
		if v.DisplayName = words[h%7]; i%2 == 0 {
			v.DisplayName = fmt.Sprint(words[h%7], " ", h%977, " ", i)
		}
		v.BusinessUnit, v.Program = id.BusinessUnit(fmt.Sprint("u", h%20)), id.Program(fmt.Sprint("p", h%200))
		out[i] = v
	}
	return out
}

func places() (units []number.Unit, programs []number.Program, kinds []number.Purpose) {
	for i := range 20 {
		units = append(units, number.Unit{ID: id.BusinessUnit(fmt.Sprint("u", i)), Name: fmt.Sprint("Region ", i*7%20)})
	}
	for i := range 200 {
		programs = append(programs, number.Program{ID: id.Program(fmt.Sprint("p", i)), DisplayName: fmt.Sprint("Winter ", i*7%200)})
	}
	for _, k := range purposes {
		kinds = append(kinds, number.Purpose{Key: k})
	}
	return units, programs, kinds
}

func filled(views []replica.View) *List {
	l := New("FR")
	l.Reset(len(views))
	l.SetNames(places())
	for i := range views {
		l.Put(views[i])
	}
	return l
}

func BenchmarkFill(b *testing.B) {
	views := fleet(many)
	b.ReportAllocs()
	for b.Loop() {
		if filled(views).Len() != many {
			b.Fatal("rows are missing")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/row")
}

// BenchmarkSort makes each order, and tells how long its longest portion took.
func BenchmarkSort(b *testing.B) {
	views := fleet(many)
	for _, s := range []Sort{ByNumber, ByName, ByPurpose, ByUnit, ByProgram, ByStatus} {
		b.Run(string(s), func(b *testing.B) {
			longest := time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				l := filled(views)
				if s != ByNumber {
					l.Find(Query{})
				}
				b.StartTimer()
				for more := true; more; {
					began := time.Now()
					more = l.Prepare(s)
					longest = max(longest, time.Since(began))
				}
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest-portion")
		})
	}
}

// BenchmarkFind types texts: the search of each keystroke, from nothing to the whole text and back.
func BenchmarkFind(b *testing.B) {
	l := filled(fleet(many))
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"name", Query{Text: "reception 12"}}, {"rare", Query{Text: "zoe fass"}}, {"digits", Query{Text: "84 88 20"}}, {"begins", Query{Text: "+33 1 84 88"}},
		{"program", Query{Text: "winter 19"}}, {"nothing", Query{Text: "xyzzy"}}, {"sorted by name", Query{Text: "night", Sort: ByName, Descending: true}},
		{"filtered", Query{Text: "reception", Unit: "u3", CallPurpose: "sales"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			l.Find(c.q)
			longest, n := time.Duration(0), 0
			for b.Loop() {
				l.Find(Query{})
				for i := range len(c.q.Text) {
					q := c.q
					q.Text = q.Text[:i+1]
					began := time.Now()
					l.Find(q)
					longest = max(longest, time.Since(began))
					n++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(n), "ms/keystroke")
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest")
		})
	}
}

// BenchmarkFindAll is a change of the order, with nothing filtered.
func BenchmarkFindAll(b *testing.B) {
	l := filled(fleet(many))
	for b.Loop() {
		for _, s := range []Sort{ByNumber, ByName} {
			l.Find(Query{Sort: s})
		}
	}
}

func BenchmarkFindFilter(b *testing.B) {
	l := filled(fleet(many))
	for b.Loop() {
		l.Find(Query{Unit: "u3", Status: number.Active})
	}
}

func BenchmarkCounts(b *testing.B) {
	l := filled(fleet(many))
	for _, c := range []struct {
		name string
		q    Query
	}{{"all", Query{}}, {"filtered", Query{Unit: "u3", Status: number.Active}}, {"text", Query{Text: "reception"}}} {
		b.Run(c.name, func(b *testing.B) {
			f := l.Find(c.q)
			for b.Loop() {
				f.Counts()
			}
		})
	}
}

// BenchmarkPut is an edit of one row, to what is found after it in an order that it changes.
func BenchmarkPut(b *testing.B) {
	views := fleet(many)
	l := filled(views)
	q := Query{Text: "reception", Sort: ByName}
	l.Find(q)
	for i := 0; b.Loop(); i++ {
		v := views[i%many]
		v.DisplayName = fmt.Sprint("Reception of ", i)
		l.Put(v)
		if l.Find(q).Index(v.ID) < 0 {
			b.Fatal("the row is not found under its new name")
		}
	}
}

// BenchmarkPage is what a page of 1,000 rows from the server costs.
func BenchmarkPage(b *testing.B) {
	views := fleet(many)
	l := filled(views)
	q := Query{Sort: ByName}
	l.Find(q)
	for i := 0; b.Loop(); i++ {
		for j := range 1000 {
			v := views[(i*1000+j*97)%many]
			v.DisplayName = fmt.Sprint("Reception of ", i, j)
			l.Put(v)
		}
		l.Find(q)
	}
}

func BenchmarkSelection(b *testing.B) {
	l := filled(fleet(many))
	f := l.Find(Query{})
	s := l.Select()
	for i := 0; b.Loop(); i++ {
		s.None()
		s.Toggle(f.ID(i % many))
		s.Range(f, many-1)
		s.All(f)
		if s.Len() != many || s.Within(f) != many {
			b.Fatal("not all are picked")
		}
	}
}

func BenchmarkShift(b *testing.B) {
	l := filled(fleet(many))
	before := l.Find(Query{})
	after := l.Find(Query{Unit: "u3"})
	for i := 0; b.Loop(); i++ {
		Shift(before, after, i%many)
	}
}
