package dashboard_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/shared/api"
	. "countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// model is a list as simple as it can be: what is found follows from all rows each time.
type model struct {
	rows     map[id.Number]replica.View
	came     map[id.Number]int // in which order
	units    map[id.BusinessUnit]string
	programs map[id.Program]string
	purposes []string
}

var (
	unitIDs    = []id.BusinessUnit{"", "u1", "u2", "u3"}
	programIDs = []id.Program{"", "p1", "p2", "p3", "p4"}
	purposes   = []string{"sales", "support", "survey", "unknown"}
	statuses   = []number.Status{number.Active, number.Pending, number.Suspended, number.Rejected, number.Draft}
	badges     = []replica.Badge{replica.NoBadge, replica.SavedHere, replica.Sending, replica.SavedThere, replica.NeedsAttention}
	allSorts   = []Sort{"", ByNumber, ByName, ByPurpose, ByUnit, ByProgram, ByStatus}
)

func (m *model) has(v *replica.View, text string) bool {
	name := number.SearchKey(text)
	if name == "" {
		return true
	}
	if e, reason := number.Parse(text, "FR"); reason == "" {
		for _, r := range m.rows {
			if r.E164 == e {
				return v.E164 == e
			}
		}
	}
	digits, begins := number.TypedDigits(text)
	if begins {
		return digits != "" && strings.HasPrefix(written(v.E164), "+"+digits)
	}
	in := func(s string) bool { return strings.Contains(number.SearchKey(s), name) }
	return digits != "" && strings.Contains(written(v.E164), digits) || in(v.DisplayName) ||
		v.Program != "" && in(m.programs[v.Program]) || v.BusinessUnit != "" && in(m.units[v.BusinessUnit])
}

// passes tells which filters a row does not pass.
func (m *model) fails(v *replica.View, q Query) (list []string) {
	if q.CallPurpose != "" && v.CallPurpose != q.CallPurpose {
		list = append(list, "purpose")
	}
	if q.Unit != "" && v.BusinessUnit != q.Unit && (q.Unit != api.Nowhere || v.BusinessUnit != "") {
		list = append(list, "unit")
	}
	if q.Program != "" && v.Program != q.Program && (q.Program != api.Nowhere || v.Program != "") {
		list = append(list, "program")
	}
	if q.Status != "" && v.Status != q.Status {
		list = append(list, "status")
	}
	sent := v.Badge != replica.SavedHere && v.Badge != replica.Sending
	if q.Sync == Unsent && sent || q.Sync == Attention && v.Badge != replica.NeedsAttention {
		list = append(list, "sync")
	}
	return list
}

func (m *model) find(q Query) (list []replica.View) {
	for _, v := range m.rows {
		if m.has(&v, q.Text) && len(m.fails(&v, q)) == 0 {
			list = append(list, v)
		}
	}
	rank := func(list []string, v string) int {
		if i := slices.Index(list, v); i >= 0 {
			return i
		}
		return len(list)
	}
	name := func(v replica.View) (string, bool) {
		switch q.Sort {
		case ByName:
			return number.SearchKey(v.DisplayName), true
		case ByUnit:
			return number.SearchKey(m.units[v.BusinessUnit]), true
		case ByProgram:
			return number.SearchKey(m.programs[v.Program]), true
		}
		return "", false
	}
	slices.SortFunc(list, func(a, b replica.View) int {
		n := 0
		switch q.Sort {
		case ByName, ByUnit, ByProgram:
			x, _ := name(a)
			y, _ := name(b)
			n = cmp.Compare(x, y)
		case ByPurpose:
			n = rank(m.purposes, a.CallPurpose) - rank(m.purposes, b.CallPurpose)
		case ByStatus:
			order := []string{"pending", "active", "suspended", "rejected"}
			n = rank(order, string(a.Status)) - rank(order, string(b.Status))
		}
		return cmp.Or(n, cmp.Compare(written(a.E164), written(b.E164)), m.came[a.ID]-m.came[b.ID])
	})
	if q.Descending {
		slices.Reverse(list)
	}
	var last []replica.View // those without a name to go by
	list = slices.DeleteFunc(list, func(v replica.View) bool {
		key, by := name(v)
		if by && key == "" {
			last = append(last, v)
		}
		return by && key == ""
	})
	return append(list, last...)
}

func key(n int) id.Number { return id.Number(fmt.Sprintf("01900000-0000-7000-8000-%012d", n)) }

func drawRow(t *rapid.T) replica.View {
	return replica.View{
		Number: number.Number{ID: key(rapid.IntRange(0, 40).Draw(t, "id")), E164: number.E164(rapid.OneOf(
			rapid.SampledFrom([]string{"+33184882010", "+33184882011", "+3318488201", "+441214960000", "+1", "", "+0", "abc", "+12345678901234567"}),
			rapid.StringMatching(`\+3[0-9]{1,10}`)).Draw(t, "e164")),
			CallPurpose: rapid.SampledFrom(purposes).Draw(t, "purpose"),
			DisplayName: rapid.OneOf(rapid.SampledFrom([]string{"", "", "Accueil", "accueil ", "Réception 333", "reception 184", "ABC", "Zoë's  desk", "東京", "x_%"}),
				rapid.StringOfN(rapid.RuneFrom([]rune("aAbZ3 é\t\u00a0-")), 0, 6, -1)).Draw(t, "name"),
			Place:  number.Place{BusinessUnit: rapid.SampledFrom(unitIDs).Draw(t, "unit"), Program: rapid.SampledFrom(programIDs).Draw(t, "program")},
			Status: rapid.SampledFrom(statuses).Draw(t, "status"), Ver: rapid.Int64Range(0, 99).Draw(t, "ver")},
		Epoch: rapid.SampledFrom([]replica.Epoch{"e1", "e2"}).Draw(t, "epoch"), Badge: rapid.SampledFrom(badges).Draw(t, "badge"),
	}
}

func drawQuery(t *rapid.T) Query {
	q := Query{Sort: rapid.SampledFrom(allSorts).Draw(t, "sort"), Descending: rapid.Bool().Draw(t, "descending")}
	q.Text = rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"a", "ac", "acc", "accu", "ACCUEIL", "é", "3", "33", "333", "+33", "+331", "+33 1 84",
		"01 84 88 20 10", "0184882010", "184", "1848", "reception 184", "reception", "été", "sale", "z", "%", "_", "00331", " ", "+", "(0)1", "12345678901234567"}),
		rapid.StringMatching(`[+0-9a-e ]{0,5}`)).Draw(t, "text")
	if rapid.IntRange(0, 2).Draw(t, "filters") == 0 {
		q.CallPurpose = rapid.SampledFrom(append(purposes, "", "none of them")).Draw(t, "purpose")
		q.Unit = rapid.SampledFrom(append(unitIDs, api.Nowhere, "unheard of")).Draw(t, "unit")
		q.Program = rapid.SampledFrom(append(programIDs, api.Nowhere)).Draw(t, "program")
		q.Status = rapid.SampledFrom(append(statuses, "")).Draw(t, "status")
		q.Sync = rapid.SampledFrom([]Sync{"", Unsent, Attention}).Draw(t, "sync")
	}
	return q
}

// TestList: N01, N13. Whatever comes, changes and goes, and whatever was looked for before, a list finds, sorts and counts
// what a simple model does.
func TestList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := New("FR")
		m := &model{rows: map[id.Number]replica.View{}, came: map[id.Number]int{}}
		came := 0
		put := func(t *rapid.T) id.Number {
			v := drawRow(t)
			if _, is := m.rows[v.ID]; !is {
				came++
				m.came[v.ID] = came
			}
			m.rows[v.ID] = v
			l.Put(v)
			return v.ID
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) { put(t) },
			"put many": func(t *rapid.T) {
				for range rapid.IntRange(1, 30).Draw(t, "rows") {
					put(t)
				}
			},
			"drop": func(t *rapid.T) {
				k := key(rapid.IntRange(0, 40).Draw(t, "id"))
				l.Drop(k)
				delete(m.rows, k)
			},
			"refill": func(t *rapid.T) {
				before := slices.Sorted(maps.Keys(m.rows))
				l.Refill()
				keep := map[id.Number]bool{}
				for range rapid.IntRange(0, 20).Draw(t, "rows") {
					keep[put(t)] = true
				}
				for _, k := range before {
					if rapid.Bool().Draw(t, "stays") {
						l.Put(m.rows[k])
						keep[k] = true
					}
				}
				checkFound(t, l, m, drawQuery(t))
				l.Sweep()
				for _, k := range before {
					if !keep[k] {
						delete(m.rows, k)
					}
				}
			},
			"reset": func(t *rapid.T) {
				l.Reset(rapid.IntRange(0, 9).Draw(t, "room"))
				clear(m.rows)
			},
			"name": func(t *rapid.T) {
				m.units, m.programs, m.purposes = map[id.BusinessUnit]string{}, map[id.Program]string{}, nil
				var units []number.Unit
				var programs []number.Program
				var kinds []number.Purpose
				name := rapid.SampledFrom([]string{"Été", "ete", "Sales", "Support 333", "Zebra", ""})
				for _, k := range unitIDs[1:] {
					if rapid.Bool().Draw(t, "named") {
						m.units[k] = name.Draw(t, "name")
						units = append(units, number.Unit{ID: k, Name: m.units[k]})
					}
				}
				for _, k := range programIDs[1:] {
					if rapid.Bool().Draw(t, "named") {
						m.programs[k] = name.Draw(t, "name")
						programs = append(programs, number.Program{ID: k, DisplayName: m.programs[k]})
					}
				}
				for _, k := range rapid.Permutation(purposes[:3]).Draw(t, "order") {
					m.purposes = append(m.purposes, k)
					kinds = append(kinds, number.Purpose{Key: k})
				}
				l.SetNames(units, programs, kinds)
			},
			"prepare": func(t *rapid.T) { l.Prepare(rapid.SampledFrom(allSorts).Draw(t, "sort")) },
			"of": func(t *rapid.T) {
				e, want := drawRow(t).E164, false
				for _, v := range m.rows {
					want = want || v.E164 == e && written(e) != ""
				}
				if got, is := l.Of(e); is != want || is && (got.E164 != e || got != m.rows[got.ID]) {
					t.Fatalf("the row of %q is %+v, %t, want one: %t", e, got, is, want)
				}
			},
			"": func(t *rapid.T) { checkFound(t, l, m, drawQuery(t)) },
		})
	})
}

func checkFound(t *rapid.T, l *List, m *model, q Query) {
	f, want := l.Find(q), m.find(q)
	if f.Len() != len(want) || l.Len() != len(m.rows) {
		t.Fatalf("%+v finds %d of %d, want %d of %d", q, f.Len(), l.Len(), len(want), len(m.rows))
	}
	for i := range want {
		if got := f.At(i); got != want[i] || f.ID(i) != got.ID || f.Index(got.ID) != i {
			t.Fatalf("%+v: row %d is %+v, want %+v", q, i, got, want[i])
		}
	}
	c := f.Counts()
	got := map[string]int{"total": c.Total(), "purposes": c.AnyPurpose(), "units": c.AnyUnit(), "programs": c.AnyProgram(), "statuses": c.AnyStatus(), "syncs": c.AnySync()}
	counted := map[string]int{"total": len(want)}
	for _, s := range []string{"purposes", "units", "programs", "statuses", "syncs"} {
		counted[s] = 0
	}
	count := func(v *replica.View, facet, what string, fails []string, values ...string) {
		if len(fails) == 0 || len(fails) == 1 && fails[0] == facet {
			counted[what]++
			for _, value := range values {
				counted[facet+" "+value]++
			}
		}
	}
	for _, k := range purposes {
		got["purpose "+k], counted["purpose "+k] = c.Purpose(k), 0
	}
	for _, k := range unitIDs {
		got["unit "+string(k)], counted["unit "+string(k)] = c.Unit(k), 0
	}
	for _, k := range programIDs {
		got["program "+string(k)], counted["program "+string(k)] = c.Program(k), 0
	}
	for _, k := range statuses {
		got["status "+string(k)], counted["status "+string(k)] = c.Status(k), 0
	}
	got["sync unsent"], got["sync attention"], got["sync "] = c.Sync(Unsent), c.Sync(Attention), c.Sync("")
	counted["sync unsent"], counted["sync attention"], counted["sync "] = 0, 0, 0
	for _, v := range m.rows {
		if !m.has(&v, q.Text) {
			continue
		}
		fails := m.fails(&v, q)
		count(&v, "purpose", "purposes", fails, v.CallPurpose)
		count(&v, "unit", "units", fails, string(v.BusinessUnit))
		count(&v, "program", "programs", fails, string(v.Program))
		count(&v, "status", "statuses", fails, string(v.Status))
		sync := map[replica.Badge]string{replica.SavedHere: "unsent", replica.Sending: "unsent", replica.NeedsAttention: "attention"}[v.Badge]
		count(&v, "sync", "syncs", fails, sync)
	}
	for what, n := range counted {
		if got[what] != n {
			t.Fatalf("%+v counts %d of %s, want %d", q, got[what], what, n)
		}
	}
}

// written is a number, "" of what is none of at most 16 digits.
func written(e number.E164) string {
	if len(e) < 2 || len(e) > 17 || e[0] != '+' || strings.Trim(string(e[1:]), "0123456789") != "" {
		return ""
	}
	return string(e)
}
