package portal_test

import (
	"fmt"
	"slices"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
)

// N01, R07: who keeps no copy keeps a list up to date by what changed: each number as it is after the last change, what
// was removed, and that places changed, too, page by page.
func TestNumberChanges(t *testing.T) {
	d := newDesk(t)
	since := func(cursor string) api.NumberChanges {
		t.Helper()
		return backendtest.Must(backendtest.Call(d.marie, api.ListNumberChanges, api.NumberChangesIn{Org: api.Org{Org: d.Acme}, After: cursor}))
	}
	d.add("+33184882010", "survey", "One", number.Place{})
	two := d.add("+33184882011", "survey", "Two", number.Place{})
	all := func(after id.Number) api.AllNumbers {
		t.Helper()
		return backendtest.Must(backendtest.Call(d.marie, api.ListAllNumbers, api.AllNumbersIn{Org: api.Org{Org: d.Acme}, After: after}))
	}
	list := all("")
	one := d.numbers(api.NumberPage{}).Numbers[0].ID
	if c := since(list.Cursor); c.Whole || c.More || c.Places || len(c.Numbers)+len(c.Removed) > 0 || c.Cursor != list.Cursor {
		t.Errorf("nothing changed, and it says %+v", c)
	}

	d.set(d.marie, one, number.Fields{DisplayName: ptr("Uno")})
	d.set(d.marie, one, number.Fields{DisplayName: ptr("Ein")})
	d.remove(d.marie, two)
	three := d.add("+33184882012", "charity", "", number.Place{})
	c := since(list.Cursor)
	slices.SortFunc(c.Numbers, func(a, b number.Number) int { return int(a.Ver - b.Ver) })
	if len(c.Numbers) != 2 || c.Numbers[0].ID != one || c.Numbers[0].DisplayName != "Ein" || c.Numbers[1].ID != three || !slices.Equal(c.Removed, []id.Number{two}) ||
		c.Places || c.Whole || c.More || c.Epoch != list.Epoch {
		t.Errorf("changes %+v", c)
	}
	now := all("")
	if c.Cursor != now.Cursor {
		t.Errorf("behind the changes is %s, the list is at %s", c.Cursor, now.Cursor)
	}
	d.unit("France")
	if c = since(now.Cursor); !c.Places || len(c.Numbers) > 0 {
		t.Errorf("a new unit is told as %+v", c)
	}

	// many changes are several pages, which lead to what the list shows
	for i := range 6 {
		var many []api.NumberEdit
		for j := range 200 {
			e := creation(newNumber(), number.E164(fmt.Sprintf("+3318489%04d", 200*i+j)), "survey", "", number.Place{})
			e.Uid = newUid()
			many = append(many, e)
		}
		backendtest.Must(d.edits(d.marie, d.Acme, many...))
	}
	have, pages := map[id.Number]bool{one: true, two: true}, 0
	for cursor, more := list.Cursor, true; more; pages++ {
		c := since(cursor)
		for i := range c.Numbers {
			have[c.Numbers[i].ID] = true
		}
		for _, n := range c.Removed {
			delete(have, n)
		}
		cursor, more = c.Cursor, c.More
	}
	if pages < 2 || len(have) != 1202 || have[two] {
		t.Errorf("after %d pages there are %d numbers", pages, len(have))
	}
	read := 0
	for page := all(""); ; page = all(page.Next) {
		for _, n := range page.Numbers {
			if read++; !have[n.ID] || page.Total != 1202 || n.ID == one && n.DisplayName != "Ein" {
				t.Fatalf("%+v of %d", n, page.Total)
			}
			delete(have, n.ID)
		}
		if page.Next == "" {
			break
		}
	}
	if read != 1202 || len(have) != 0 {
		t.Errorf("all are %d numbers, without %v", read, have)
	}
}

// N02, X03: a place in no history, in another organization's, or in one that was forgotten or began anew, has the list read
// again; nothing is told of it.
func TestNumberChangesFromNowhere(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882010", "survey", "One", number.Place{})
	cursor := backendtest.Must(backendtest.Call(d.marie, api.ListAllNumbers, api.AllNumbersIn{Org: api.Org{Org: d.Acme}})).Cursor
	d.set(d.marie, n, number.Fields{DisplayName: ptr("Uno")})
	for name, from := range map[string]string{"none": "", "forged": cursor[:len(cursor)-2] + "AA", "no cursor": "x"} {
		c := backendtest.Must(backendtest.Call(d.marie, api.ListNumberChanges, api.NumberChangesIn{Org: api.Org{Org: d.Acme}, After: from}))
		if !c.Whole || c.Cursor != "" || len(c.Numbers) > 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	luc := backendtest.Must(backendtest.Call(d.As(d.Luc), api.ListNumberChanges, api.NumberChangesIn{Org: api.Org{Org: d.Beta}, After: cursor}))
	if !luc.Whole || len(luc.Numbers) > 0 {
		t.Errorf("another organization is told %+v", luc)
	}
	_, err := backendtest.Call(d.As(d.Luc), api.ListNumberChanges, api.NumberChangesIn{Org: api.Org{Org: d.Acme}, After: cursor})
	if err == nil {
		t.Error("somebody of another organization is answered")
	}

	d.Exec(`UPDATE number_head SET min_seq = seq WHERE org = ?`, d.Acme) // what was before is forgotten
	c := backendtest.Must(backendtest.Call(d.marie, api.ListNumberChanges, api.NumberChangesIn{Org: api.Org{Org: d.Acme}, After: cursor}))
	if !c.Whole {
		t.Errorf("after what was forgotten: %+v", c)
	}
}
