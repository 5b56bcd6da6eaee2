package portal_test

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"pgregory.net/rapid"
)

// N01: a number is found however it is written, a part of one by its digits, and names by any part, whatever case and
// accents.
func TestNumbersAreFound(t *testing.T) {
	d := newDesk(t)
	france := d.unit("France")
	p := d.program(france.ID, "Été 2026")
	d.add("+33184882010", "survey", "Réception", number.Place{})
	d.add("+33184882011", "survey", "Line 100%", number.Place{})
	d.add("+33612345678", "survey", "", number.Place{BusinessUnit: france.ID, Program: p.ID})
	d.add("+442071838750", "survey", "Desk 8820", number.Place{})
	for q, want := range map[string]string{
		"+33184882010": "+33184882010", "+33 1 84 88 20 10": "+33184882010", "0033184882010": "+33184882010", "01 84 88 20 10": "+33184882010",
		"01.84.88.20.10": "+33184882010", "+33 (0)1 84 88 20 10": "+33184882010", "33184882010": "+33184882010", "0612345678": "+33612345678",
		"+44 20 7183 8750": "+442071838750", "020 7183 8750": "+442071838750",
		"01 84": "+33184882010 +33184882011", "+33 1": "+33184882010 +33184882011", "0033 6": "+33612345678", "8820": "+33184882010 +33184882011 +442071838750",
		"345": "+33612345678", "+4420": "+442071838750", "+33 9": "", "0184882019": "",
		"reception": "+33184882010", "RÉCEP": "+33184882010", "ete": "+33612345678", "100%": "+33184882011", "_": "", "line  100": "+33184882011",
		"12": "", "": "+33184882010 +33184882011 +33612345678 +442071838750", "   ": "+33184882010 +33184882011 +33612345678 +442071838750",
	} {
		got := d.numbers(api.NumberPage{NumberFilter: api.NumberFilter{Query: q}})
		if s := strings.Join(shown(got), " "); s != want || got.Total != len(got.Numbers) {
			t.Errorf("%q finds %q (total %d), want %q", q, s, got.Total, want)
		}
	}
	luc := backendtest.Must(backendtest.Call(d.As(d.Luc), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: d.Beta}}))
	if len(luc.Numbers) != 0 || luc.Total != 0 {
		t.Errorf("another organization sees %+v", luc)
	}
	staff := backendtest.Must(backendtest.Call(d.As(d.Tom), api.ListStaffNumbers, api.NumbersIn{Org: api.Org{Org: d.Acme}}))
	if len(staff.Numbers) != 4 {
		t.Errorf("an agent sees %+v", staff)
	}
	for _, bad := range []api.NumberPage{{After: "x"}, {Sort: "colour"}, {NumberFilter: api.NumberFilter{Unit: "x"}}, {NumberFilter: api.NumberFilter{Status: "removed"}},
		{Sort: "status", After: "eyJrIjoieCIsIm4iOiIrMSJ9"}} {
		_, err := backendtest.Call(d.marie, api.ListNumbers, api.NumbersIn{Org: api.Org{Org: d.Acme}, NumberPage: bad})
		backendtest.Refused(t, err, errs.Invalid)
	}
}

// N06: who reads the list can remove what is on it: the list says in which history its versions count. One that was
// changed since stays.
func TestWhatIsListedCanBeRemoved(t *testing.T) {
	d := newDesk(t)
	d.add("+33184882010", "survey", "", number.Place{})
	d.add("+33184882011", "survey", "", number.Place{})
	list := d.numbers(api.NumberPage{})
	later := d.numbers(api.NumberPage{Limit: 1})
	if list.Epoch == "" || later.Epoch != list.Epoch {
		t.Fatalf("epochs %q, %q", list.Epoch, later.Epoch)
	}
	name := "Reception"
	d.one(d.marie, d.Acme, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: list.Numbers[1].ID, Was: &number.Fields{DisplayName: new(string)}, Set: &number.Fields{DisplayName: &name}}}})
	jonas := d.As(d.Jonas)
	for i, want := range []replica.State{replica.Applied, replica.Rejected} {
		n := list.Numbers[i]
		out := d.one(jonas, d.Acme, api.NumberEdit{Op: replica.Remove, WasEpoch: list.Epoch, Rows: []replica.Edit{{ID: n.ID, WasVer: n.Ver}}})
		if out.St != want {
			t.Errorf("%s: %+v", n.E164, out)
		}
	}
}

func shown(n api.Numbers) (list []string) {
	for _, r := range n.Numbers {
		list = append(list, string(r.E164))
	}
	return list
}

// N01: whatever is filtered and however it is sorted, the pages together are what a walk over all numbers gives, each
// number once, with the right counts, although numbers come and go between the pages.
func TestListEqualsModel(t *testing.T) {
	d := newDesk(t)
	units := []api.Unit{d.unit("Zürich"), d.unit("Basel")}
	programs := []api.Program{d.program(units[0].ID, "Winter"), d.program(units[0].ID, "Aid"), d.program(units[1].ID, "Mail")}
	purposes := []string{"survey", "charity", "political"}
	names := []string{"", "", "Desk", "Éclair", "eclair", "desk 2", "Mail room"}
	rows := map[id.Number]number.Number{}
	var create []api.NumberEdit
	for i := range 60 {
		e := number.E164(fmt.Sprintf("+3318488%04d", i*37))
		at := number.Place{}
		if i%4 == 1 {
			at.BusinessUnit = units[i/4%2].ID
		} else if i%4 > 1 {
			p := programs[i%3]
			at = number.Place{BusinessUnit: p.BusinessUnit, Program: p.ID}
		}
		n := number.Number{ID: newNumber(), E164: e, CallPurpose: purposes[i*i%3], DisplayName: names[i*5%7], Place: at, Status: number.Active}
		c := creation(n.ID, n.E164, n.CallPurpose, n.DisplayName, n.Place)
		c.Uid = newUid()
		create = append(create, c)
		rows[n.ID] = n
	}
	for _, o := range backendtest.Must(d.edits(d.marie, d.Acme, create...)).Outcomes {
		if o.St != replica.Applied {
			t.Fatalf("%+v", o)
		}
	}
	d.Exec(`UPDATE number SET status = 'suspended' WHERE org = ? AND e164 LIKE '%7'`, d.Acme)
	d.tally()
	for n, r := range rows {
		if strings.HasSuffix(string(r.E164), "7") {
			r.Status = number.Suspended
			rows[n] = r
		}
	}
	extra := d.add("+33184999999", "survey", "m", number.Place{})
	unitName := map[id.BusinessUnit]string{units[0].ID: "zürich", units[1].ID: "basel"}
	programName := map[id.Program]string{programs[0].ID: "winter", programs[1].ID: "aid", programs[2].ID: "mail"}
	place := map[string]int{"charity": 0, "political": 1, "survey": 2}

	written := regexp.MustCompile(`\+[0-9]+`)
	rapid.Check(t, func(r *rapid.T) {
		f := api.NumberFilter{
			Query:       rapid.SampledFrom([]string{"", "", "", "mail", "desk", "0184880", "+33 1 84 88", "037", "eclair"}).Draw(r, "query"),
			CallPurpose: rapid.SampledFrom([]string{"", "", "survey", "charity", "prison"}).Draw(r, "purpose"),
			Unit:        rapid.SampledFrom([]id.BusinessUnit{"", "", api.Nowhere, units[0].ID, units[1].ID}).Draw(r, "unit"),
			Program:     rapid.SampledFrom([]id.Program{"", "", api.Nowhere, programs[0].ID, programs[2].ID}).Draw(r, "program"),
			Status:      rapid.SampledFrom([]number.Status{"", "", number.Active, number.Suspended, number.Pending}).Draw(r, "status"),
		}
		sort := rapid.SampledFrom([]string{"", "number", "name", "call_purpose", "business_unit", "program", "status"}).Draw(r, "sort")
		desc := sort != "" && rapid.Bool().Draw(r, "desc")

		var want []number.Number
		for _, n := range rows {
			digits, begins := number.TypedDigits(f.Query)
			key := number.SearchKey(f.Query)
			switch {
			case begins && !strings.HasPrefix(string(n.E164), "+"+digits),
				!begins && key != "" && !(digits != "" && strings.Contains(string(n.E164), digits)) && !strings.Contains(number.SearchKey(n.DisplayName), key) &&
					!(n.Program != "" && strings.Contains(programName[n.Program], key)),
				f.CallPurpose != "" && n.CallPurpose != f.CallPurpose,
				f.Unit == api.Nowhere && n.BusinessUnit != "" || f.Unit != "" && f.Unit != api.Nowhere && n.BusinessUnit != f.Unit,
				f.Program == api.Nowhere && n.Program != "" || f.Program != "" && f.Program != api.Nowhere && n.Program != f.Program,
				f.Status != "" && n.Status != f.Status:
				continue
			}
			want = append(want, n)
		}
		slices.SortFunc(want, func(a, b number.Number) int {
			var c int
			byName := func(a, b string) {
				if c = cmp.Compare(a, b); (a == "" || b == "") && !desc { // those without one come last, whichever way round
					c = -c
				}
			}
			switch sort {
			case "name":
				byName(number.SearchKey(a.DisplayName), number.SearchKey(b.DisplayName))
			case "call_purpose":
				c = cmp.Compare(place[a.CallPurpose], place[b.CallPurpose])
			case "business_unit":
				byName(unitName[a.BusinessUnit], unitName[b.BusinessUnit])
			case "program":
				byName(programName[a.Program], programName[b.Program])
			case "status":
				c = cmp.Compare(a.Status, b.Status) // active before suspended
			}
			if c = cmp.Or(c, cmp.Compare(a.E164, b.E164)); desc {
				c = -c
			}
			return c
		})

		page := api.NumberPage{NumberFilter: f, Sort: sort, Limit: rapid.IntRange(1, 25).Draw(r, "limit"), Counts: "yes"}
		if desc {
			page.Sort = "-" + sort
		}
		var got []string
		for first := true; ; first = false {
			list := d.numbers(page)
			for _, n := range list.Numbers {
				if n.ID == extra {
					continue
				}
				got = append(got, string(n.E164))
				if m := rows[n.ID]; n.CallPurpose != m.CallPurpose || n.Place != m.Place || n.Status != m.Status || n.DisplayName != m.DisplayName {
					r.Fatalf("%+v, want %+v", n, m)
				}
			}
			if first {
				c := map[string]int{}
				for _, n := range want {
					c[n.CallPurpose]++
					c["unit "+string(n.BusinessUnit)]++
					c["status "+string(n.Status)]++
				}
				more := list.Total - len(want) // the number that comes and goes
				if more < 0 || more > 1 {
					r.Fatalf("total %d, want %d", list.Total, len(want))
				}
				for k, n := range list.Counts.Purposes {
					if n != c[k] && !(k == "survey" && n == c[k]+more) {
						r.Fatalf("counts %+v, want %+v", list.Counts, c)
					}
				}
				for u, n := range list.Counts.Units {
					if n != c["unit "+string(u)] && !(u == "" && n == c["unit "]+more) {
						r.Fatalf("counts %+v, want %+v", list.Counts, c)
					}
				}
				for s, n := range list.Counts.Statuses {
					if n != c["status "+string(s)] && !(s == number.Active && n == c["status active"]+more) {
						r.Fatalf("counts %+v, want %+v", list.Counts, c)
					}
				}
			}
			if page.After = list.Next; page.After == "" {
				break
			}
			if d.number(extra).RemovedAt.IsZero() { // between the pages somebody removes or restores one
				d.remove(d.marie, extra)
			} else {
				d.one(d.marie, d.Acme, api.NumberEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: extra}}})
			}
		}
		var all []string
		for _, n := range want {
			all = append(all, string(n.E164))
		}
		if !slices.Equal(got, all) {
			r.Fatalf("sorted by %q, filter %+v:\n got %v\nwant %v", page.Sort, f, got, all)
		}

		in := api.ExportNumbersIn{Org: api.Org{Org: d.Acme}}
		in.Body.Query, in.Body.CallPurpose, in.Body.Unit, in.Body.Program, in.Body.Status, in.Body.Sort = f.Query, f.CallPurpose, f.Unit, f.Program, f.Status, page.Sort
		var file []string
		for line := range bytes.Lines(backendtest.Must(backendtest.Call(d.marie, api.ExportNumbers, in)).Data) {
			if e := written.Find(line); e != nil && string(e) != "+33184999999" {
				file = append(file, string(e))
			}
		}
		if !slices.Equal(file, all) {
			r.Fatalf("exported by %q, filter %+v:\n got %v\nwant %v", page.Sort, f, file, all)
		}
	})
}

// A page goes on where the last one ended, also when its last number was removed or renamed meanwhile.
func TestPagesSurviveTheirLastRow(t *testing.T) {
	d := newDesk(t)
	var ids []id.Number
	for i := range 6 {
		ids = append(ids, d.add(number.E164(fmt.Sprintf("+3318488201%d", i)), "survey", string(rune('a'+i)), number.Place{}))
	}
	for _, sort := range []string{"number", "name"} {
		first := d.numbers(api.NumberPage{Sort: sort, Limit: 2})
		if sort == "number" {
			d.remove(d.marie, ids[1])
		} else {
			d.set(d.marie, first.Numbers[1].ID, number.Fields{DisplayName: ptr("z")})
		}
		rest := d.numbers(api.NumberPage{Sort: sort, Limit: 2, After: first.Next})
		if len(rest.Numbers) != 2 || sort == "number" && rest.Numbers[0].ID != ids[2] || sort == "name" && rest.Numbers[0].ID != ids[3] {
			t.Errorf("by %s after %v: %v", sort, shown(first), shown(rest))
		}
	}
}
