package dashboard_test

import (
	"fmt"
	"slices"
	"testing"

	"countersign/shared/api"
	. "countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// TestManyRows: N01. More names than one portion sorts, and more changes between two searches than are taken in one by one:
// every order is that of a simple sort, and the names come in portions.
func TestManyRows(t *testing.T) {
	t.Parallel()
	views := fleet(9000)
	l := filled(views)
	m := &model{rows: map[id.Number]replica.View{}, came: map[id.Number]int{}, units: map[id.BusinessUnit]string{}, programs: map[id.Program]string{}, purposes: purposes}
	units, programs, _ := places()
	for _, u := range units {
		m.units[u.ID] = u.Name
	}
	for _, p := range programs {
		m.programs[p.ID] = p.DisplayName
	}
	for i, v := range views {
		m.rows[v.ID], m.came[v.ID] = v, i
	}
	same := func(when string) {
		t.Helper()
		for _, q := range []Query{{}, {Sort: ByName}, {Sort: ByUnit, Descending: true}, {Sort: ByProgram}, {Text: "berlin 1", Sort: ByName, Descending: true}, {Text: "0184", Unit: "u4"}} {
			f, want := l.Find(q), m.find(q)
			if f.Len() != len(want) {
				t.Fatalf("%s %+v finds %d, want %d", when, q, f.Len(), len(want))
			}
			for i := range want {
				if f.At(i) != want[i] {
					t.Fatalf("%s %+v: row %d is %+v, want %+v", when, q, i, f.At(i), want[i])
				}
			}
		}
	}
	portions := 0
	for l.Prepare(ByName) {
		portions++
	}
	if portions < 4 {
		t.Errorf("the names are prepared in %d portions", portions)
	}
	same("at first")
	step := 0
	for _, changes := range []int{1, 700, 1999, 2001, 4500, 300, 1500, 1500, 1500, 9000} {
		for range changes {
			step++
			v := m.rows[views[step*37%len(views)].ID]
			switch step % 5 {
			case 0:
				l.Drop(v.ID)
				delete(m.rows, v.ID)
				continue
			case 1:
				v = views[step*41%len(views)] // may come back
			}
			if v.ID == "" {
				continue
			}
			v.DisplayName, v.Program = fmt.Sprint("Renamed ", step*7919%10_007), id.Program(fmt.Sprint("p", step%211))
			if !isPut(l, v.ID) {
				m.came[v.ID] = len(views) + step
			}
			l.Put(v)
			m.rows[v.ID] = v
		}
		if changes%2 == 0 {
			l.Find(Query{Sort: ByName}) // the other orders lag
		}
		if changes != 1500 {
			same(fmt.Sprint("after ", step, " changes"))
		}
	}
}

// TestSearchAsTheServerDoes: N01. What a text means, by examples: each line a text and the numbers that it finds.
func TestSearchAsTheServerDoes(t *testing.T) {
	t.Parallel()
	l := New("FR")
	l.SetNames([]number.Unit{{ID: "u1", Name: "Île-de-France"}}, []number.Program{{ID: "p1", BusinessUnit: "u1", DisplayName: "Hiver 2026"}}, nil)
	for i, v := range []number.Number{
		{E164: "+33184882010", DisplayName: "Accueil"},
		{E164: "+33184882011", DisplayName: "Réception"},
		{E164: "+33612345678", Place: number.Place{BusinessUnit: "u1", Program: "p1"}},
		{E164: "+441214960000", DisplayName: "Line 884"},
		{E164: "+33333333333", DisplayName: "100% sûr"},
	} {
		v.ID = key(i)
		l.Put(replica.View{Number: v})
	}
	for _, c := range []struct {
		text string
		want []int
	}{
		{"", []int{0, 1, 4, 2, 3}},
		{"+33 1 84 88 20 10", []int{0}}, {"01 84 88 20 10", []int{0}}, {"0033184882010", []int{0}}, {"(+33) 1.84.88.20.10", []int{0}}, {"tel:+33184882010", []int{0}},
		{"01 84 88 20", []int{0, 1}}, {"+331", []int{0, 1}}, {"+33 1 8", []int{0, 1}}, {"00331", []int{0, 1}}, {"+1", nil}, {"1 84", []int{0, 1}},
		{"884", []int{3}}, {"8488", []int{0, 1}}, {"4496", nil}, {"496", []int{3}}, {"84", []int{3}},
		{"accueil", []int{0}}, {"RECEPTION", []int{1}}, {"ception", []int{1}}, {"  line   884 ", []int{3}}, {"%", []int{4}}, {"_", nil}, {"sur", []int{4}},
		{"hiver", []int{2}}, {"2026", []int{2}}, {"ile-de", []int{2}}, {"île", []int{2}}, {"+33 1 84 88 20 12", nil}, {"+33333333333", []int{4}},
	} {
		f := l.Find(Query{Text: c.text})
		var got []int
		for i := range f.Len() {
			got = append(got, slices.IndexFunc([]int{0, 1, 2, 3, 4}, func(n int) bool { return key(n) == f.ID(i) }))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q finds %v, want %v", c.text, got, c.want)
		}
	}
	if n := l.Find(Query{Program: api.Nowhere}).Len(); n != 4 {
		t.Errorf("%d numbers stand in no program, want 4", n)
	}
}
